"""Figures of the store beside stock TinyDB, in one run. Prints; never fails on time.

python -m tests.bench.store_bench [records]
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
from tinydb import TinyDB, where

from chorus_tui.domain.document import Document
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.store import Store

RECORDS = 100_000
COMMITS = 400
STOCK_INSERTS = 3
"""Each takes about two seconds."""

OURS = """
import sys, time
from pathlib import Path
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.store import Store
begun = time.perf_counter()
store = Store.open(Path(sys.argv[1]))
count = len(store.documents.table)
opened = time.perf_counter() - begun
"""

STOCK = """
import sys, time
from tinydb import TinyDB
begun = time.perf_counter()
db = TinyDB(sys.argv[1])
count = len(db)
opened = time.perf_counter() - begun
"""

WAITING = "store.documents.by('state', DocumentState.UNSURE)\n"
EVERYTHING = "store.documents.all()\n"

REPORT = """
took = time.perf_counter() - begun
status = open("/proc/self/status").read()
(peak,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
print(count, took, int(peak) / 1024)
"""


def main(records: int = RECORDS) -> None:
    """Print every row."""
    with tempfile.TemporaryDirectory() as name:
        folder, stock = Path(name, "data"), Path(name, "stock.json")
        fill(folder, stock, records)
        open_rows(folder, stock, records)
        commit_rows(folder, stock, records)


def row(what: str, figure: str, budget: str, beside: str) -> None:
    """One line of the table."""
    print(f"{what:<52} {figure:<34} {budget:<22} {beside}", flush=True)  # noqa: T201  # a benchmark prints


def document(number: int) -> Document:
    """A document of 1.2 KB as JSON."""
    fields = InvoiceFields(
        number=f"F{number}",
        supplier_name="Société de travaux publics et de bancs",
        recipient_siret="21750001600019",
        recipient_name="Ville de Paris, direction des espaces verts et de l'environnement",
        service_code="DEVE",
        commitment_number=f"EJ{number}",
        net=Decimal("100.00"),
        vat=Decimal("20.00"),
        gross=Decimal("120.00"),
        comment="x" * 320,
    )
    return Document(
        id=f"{number * 7919:020x}",
        path=f"/srv/billing/out/invoice-{number:08}.pdf",
        name=f"invoice-{number:08}.pdf",
        sha256=f"{number:064x}",
        size=48_123,
        filed_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
        rule="all",
        state=DocumentState.UNSURE if number % 100 == 0 else DocumentState.SUBMITTED,
        readings={
            Source.FACTUR_X: fields,
            Source.PAGE: InvoiceFields(number=f"F{number}", comment="y" * 190),
        },
    )


def fill(folder: Path, stock: Path, records: int) -> None:
    """The same documents in both."""
    documents = [document(n) for n in range(records)]
    begun = time.perf_counter()
    with Store.open(folder) as store:
        store.documents.put(*documents)
    took = time.perf_counter() - begun
    size = len(msgspec.json.encode(documents[0]))
    row(f"write {records:,} records of {size:,} bytes, one commit", f"{took:.1f} s", "", "")
    table = {str(n): msgspec.to_builtins(d, str_keys=True) for n, d in enumerate(documents, 1)}
    stock.write_text(json.dumps({"_default": table}), encoding="utf-8")


def open_rows(folder: Path, stock: Path, records: int) -> None:
    """Open both in a process of its own, so that its memory is its own."""
    stock_took, stock_peak = opened(STOCK + REPORT, stock, records)
    beside = f"stock TinyDB {stock_took:.2f} s, {stock_peak:.0f} MB"
    took, peak = opened(OURS + REPORT, folder, records)
    row(f"open a store of {records:,}", f"{took:.2f} s, {peak:.0f} MB", "≤ 1.2 s, ≤ 350 MB", beside)
    took, peak = opened(OURS + WAITING + REPORT, folder, records)
    row("  and list the hundredth that waits, by index", f"{took:.2f} s, {peak:.0f} MB", "", "")
    took, peak = opened(OURS + EVERYTHING + REPORT, folder, records)
    row("  and make records of all", f"{took:.2f} s, {peak:.0f} MB", "", "")


def opened(program: str, where_: Path, records: int) -> tuple[float, float]:
    """Seconds (median of three) and peak memory in MB."""
    times, peak = [], 0.0
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", program, str(where_)], check=True, capture_output=True, text=True
        )
        count, took, peak = (float(word) for word in done.stdout.split())
        assert count == records
        times.append(took)
    return statistics.median(times), peak


def commit_rows(folder: Path, stock: Path, records: int) -> None:
    """One record at a time, durably, with all the others stored."""
    with TinyDB(stock) as db:
        raw = msgspec.to_builtins(document(0), str_keys=True)
        stock_times = sorted(timed(lambda _: db.insert(raw)) for _ in range(STOCK_INSERTS))
    beside = f"stock TinyDB insert {statistics.median(stock_times):,.0f} ms"
    with Store.open(folder) as store:
        table = store.documents.table
        documents = [document(records + n) for n in range(2 * COMMITS)]
        bodies = [msgspec.to_builtins(d, str_keys=True) for d in documents]
        commits: dict[str, Callable[[int], object]] = {
            "TinyDB insert": lambda n: table.insert(bodies[n]),
            "TinyDB update by id": lambda n: table.update({"rule": f"r{n}"}, doc_ids=[n * 97 + 1]),
            "Records.put": lambda n: store.documents.put(documents[COMMITS + n]),
        }
        len(table)
        for name, commit in commits.items():
            p50, p95 = percentiles(commit)
            row(
                f"durable commit, {records:,} stored: {name}",
                f"p50 {p50:.2f} p95 {p95:.2f} ms",
                "≤ 1 ms p95",
                beside,
            )
        p50, p95 = percentiles(lambda n: store.documents.get(documents[n].id))
        row("  get by key", f"p50 {p50 * 1000:.1f} p95 {p95 * 1000:.1f} µs", "", "")
        p50, p95 = percentiles(lambda _: store.refresh())
        row("  refresh with no news", f"p50 {p50 * 1000:.1f} p95 {p95 * 1000:.1f} µs", "", "")
        took = timed(lambda _: table.search(where("state") == "unsure"))
        row("  TinyDB search, nothing remembered", f"{took:.0f} ms", "", "")
    p50, p95 = percentiles(disk_sync(folder))
    row("this disk: write and fsync of 20 KB", f"p50 {p50:.2f} p95 {p95:.2f} ms", "", "")


def disk_sync(folder: Path) -> Callable[[int], object]:
    """What the disk alone takes for the bytes of one commit."""
    descriptor = os.open(folder / "ruler", os.O_CREAT | os.O_WRONLY, 0o600)
    content = os.urandom(20_480)

    def write(n: int) -> None:
        os.pwrite(descriptor, content, n * len(content))
        os.fsync(descriptor)

    return write


def timed(work: Callable[[int], object], n: int = 0) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    work(n)
    return (time.perf_counter() - begun) * 1000


def percentiles(work: Callable[[int], object]) -> tuple[float, float]:
    """Median and 95th percentile of many, in milliseconds."""
    times = sorted(timed(work, n) for n in range(COMMITS))
    return statistics.median(times), times[int(len(times) * 0.95)]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
