"""What the intake tests share: one reader for a module, since its process takes half a second to start."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from chorus_tui.intake import Reader

Drop = Callable[[bytes], Path]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[Reader]:
    """A reader with the limits that the product has."""
    async with Reader() as shared:
        yield shared


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    """Puts a content in a file."""

    def put(content: bytes) -> Path:
        path = tmp_path / "invoice.pdf"
        path.write_bytes(content)
        return path

    return put
