"""Figures of composing: PDFs become Factur-X, many in one archive, and are looked into again."""

import asyncio
import tempfile
import time
from pathlib import Path

from msgspec import structs

from chorus_tui.composing import Composer, Item
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.flow import FlowMode
from chorus_tui.intake import Reader
from tests.bench.work_bench import lag, row
from tests.pdfs import draw
from tests.sheets import Sheet

FLOWS = (37, 500)
ORIGINALS = 20


def main() -> None:
    """Print every row."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_rows(Path(folder)))


async def _rows(folder: Path) -> None:
    originals = await _originals(folder)
    async with Composer() as composer:
        await composer.compose(_items(originals, 1, corrected=False), mode=FlowMode.API, folder=folder)
        for count in FLOWS:
            for corrected in (False, True):
                await _row(
                    composer, _items(originals, count, corrected=corrected), folder, corrected=corrected
                )


async def _originals(folder: Path) -> list[tuple[Path, InvoiceFields]]:
    found = []
    async with Reader() as reader:
        for number in range(ORIGINALS):
            path = folder / f"{number}.pdf"
            await asyncio.to_thread(path.write_bytes, draw(Sheet(number=f"F-{number}", facturx="basicwl")))
            found.append((path, (await reader.read(path)).readings[Source.FACTUR_X]))
    return found


def _items(originals: list[tuple[Path, InvoiceFields]], count: int, *, corrected: bool) -> list[Item]:
    items = []
    for number in range(count):
        path, fields = originals[number % len(originals)]
        if corrected:
            fields = structs.replace(fields, number=f"N-{number}", service_code="FACT-01")
        items.append(Item(key=str(number), path=str(path), name=path.name, fields=fields))
    return items


async def _row(composer: Composer, items: list[Item], folder: Path, *, corrected: bool) -> None:
    begun = time.perf_counter()
    with lag() as measured:
        composed = await composer.compose(items, mode=FlowMode.API, folder=folder)
    took = time.perf_counter() - begun
    what = f"composing {len(items)} Factur-X, {'corrected' if corrected else 'as they came'}"
    memory = _memory(composer.worker_id or 0)
    row(
        what,
        f"{took:.1f} s, {measured}",
        "loop ≤ 20 ms",
        f"worker {memory} MB, faulty {len(composed.faulty)}",
    )
    begun = time.perf_counter()
    with lag() as measured:
        for made in composed.made:
            await composer.inspect(Path(made.path))
    row("… looked into", f"{time.perf_counter() - begun:.1f} s, {measured}", "loop ≤ 20 ms", "")


def _memory(process: int) -> int:
    """Megabytes that a process held at most."""
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
