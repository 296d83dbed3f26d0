"""Figures of preflight: a batch of 500 among 10 000 documents and 100 000 invoices."""

import asyncio
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from msgspec import structs

from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.operations import problems_of
from chorus_tui.operations.neighbours import Neighbours
from chorus_tui.operations.preflight import preflight, preflight_in_slices
from tests.bench.work_bench import lag, row
from tests.house import House

BATCH, DOCUMENTS, INVOICES = 500, 10_000, 100_000


def main() -> None:
    """Print every row."""
    with tempfile.TemporaryDirectory() as home:
        asyncio.run(rows(Path(home)))


def timed(work: Callable[[], object]) -> str:
    """How long something takes, and how much of that this process worked."""
    begun, worked = time.perf_counter(), time.process_time()
    work()
    took, used = time.perf_counter() - begun, time.process_time() - worked
    return f"{took * 1000:.0f} ms ({used * 1000:.0f} ms of work)"


async def rows(home: Path) -> None:
    """One batch, cold and warm, at once and beside a running screen."""
    async with House(home) as house:
        one = await house.ready("FA-1")
        day = date(2026, 1, 1)
        house.store.documents.put(
            *(
                structs.replace(
                    one,
                    id=f"c{n}",
                    path=f"/c/{n}",
                    sha256=f"{n:064x}",
                    readings={
                        **one.readings,
                        Source.OPERATOR: InvoiceFields(number=f"N{n}", issued=day + timedelta(days=n % 300)),
                    },
                )
                for n in range(DOCUMENTS)
            )
        )
        house.store.invoices.put(
            *(
                Invoice(
                    id=10_000_000 + n,
                    number=f"FA{n:07d}",
                    status=InvoiceStatus.PAYMENT_ISSUED,
                    issued=day + timedelta(days=n % 300),
                    gross=Decimal(n),
                    recipient_siret=one.fields.recipient_siret or "",
                )
                for n in range(INVOICES)
            )
        )
        await house.again()
        desk, batch = house.desk, [f"c{n}" for n in range(BATCH)]
        documents = house.store.documents.all()[:BATCH]
        each = timed(lambda: [problems_of(desk, document) for document in documents])
        row(f"the own problems of {BATCH} documents", each, "≤ 100 ms", "")
        loading = timed(lambda: (desk.store.invoices.by("number", ""), desk.store.invoices.by("issued", day)))
        row(f"{INVOICES} invoices by number and by date", loading, "once, after a frame", "")
        with lag() as waits:
            begun = time.perf_counter()
            await Neighbours.prepare(desk)
            took = (time.perf_counter() - begun) * 1000
        row(f"the index of {DOCUMENTS} documents", f"{took:.0f} ms", "once, in slices", str(waits))
        row(f"preflight of {BATCH}", timed(lambda: preflight(desk, batch)), "≤ 200 ms", "")
        with lag() as waits:
            begun = time.perf_counter()
            await preflight_in_slices(desk, batch)
            took = (time.perf_counter() - begun) * 1000
        row(f"preflight of {BATCH} beside a screen", f"{took:.0f} ms", "lag ≤ 20 ms", str(waits))
