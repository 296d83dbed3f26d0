"""What the composing tests share: one composer for a module, as its process takes half a second to start."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from msgspec import structs

from chorus_tui.composing import Composed, Composer, Item, Made
from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.flow import FlowMode


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def composer() -> AsyncIterator[Composer]:
    """A composer with the limits that the product has."""
    async with Composer() as shared:
        yield shared


class Bench:
    """Puts originals on disk and composes them."""

    def __init__(self, composer: Composer, folder: Path) -> None:
        self._composer = composer
        self.folder = folder
        self.made = folder / "made"
        self.made.mkdir()

    def item(self, content: bytes, fields: InvoiceFields, name: str = "invoice.pdf", **said: Any) -> Item:
        """A document with this original."""
        path = self.folder / f"{len(list(self.folder.iterdir()))}-{name}"
        path.write_bytes(content)
        return structs.replace(Item(key=path.name, path=str(path), name=name, fields=fields), **said)

    async def compose(self, *items: Item, mode: FlowMode = FlowMode.API) -> Composed:
        """What becomes of documents."""
        return await self._composer.compose(items, mode=mode, folder=self.made)

    async def one(self, item: Item, mode: FlowMode = FlowMode.API) -> tuple[Made, bytes]:
        """The one file that becomes of a document, and its content."""
        composed = await self.compose(item, mode=mode)
        assert composed.faulty == (), composed.faulty
        (made,) = composed.made
        content = await asyncio.to_thread(Path(made.path).read_bytes)
        assert made.size == len(content)
        return made, content


@pytest.fixture
def bench(composer: Composer, tmp_path: Path) -> Bench:
    """A folder in which originals and results stand."""
    return Bench(composer, tmp_path)
