"""Flows at place 4: Home, Dashboard, Search and rejections over 20 000 of them. Prints; never fails on time.

python -m tests.bench.flow_bench
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from chorus_tui.domain.flow import (
    Fate,
    Flow,
    FlowContents,
    FlowInvoice,
    FlowMode,
    FlowPassage,
    FlowReport,
    FlowType,
    RefusedInvoice,
)
from chorus_tui.domain.flow_search import FlowCriteria
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.operations import Desk, flow_dashboard, flow_rejects, flow_search, flow_trends
from chorus_tui.settings import Connection, Folders, Settings
from chorus_tui.store import Store
from chorus_tui.ui.screens.flow_rows import FlowRow
from chorus_tui.ui.screens.flows import Flows
from chorus_tui.ui.screens.listing import SLICE
from tests.bench.pty import DOWN, ENTER, PAGE_DOWN, Session
from tests.bench.work_bench import Lag, row

FLOWS = 20_000
HELD = 20
"""Of so many flows one has its invoices here; every refused one has."""
APP = (sys.executable, "-m", "tests.bench.console_app")
ISSUERS = [(f"{21310555400017 + n}", f"Structure {n} de Béziers") for n in range(5)]
TYPES = tuple(FlowType)
OFTEN = (FlowState.INTEGRATED,) * 30 + (FlowState.PARTLY_INTEGRATED,) * 3 + (FlowState.REJECTED,) * 2
SAID = (
    "Le service exécutant est obligatoire pour ce destinataire (GDP_MSG_05.006)",
    "Le numéro d'engagement EJ{n} est inconnu de la structure 2131055540{n:04}",
    "Une facture portant le numéro FA-2026-{n:06} existe déjà pour ce fournisseur",
)
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
BUDGET = "≤ 20 ms a slice"


def fill_flows(folder: Path, number: int = FLOWS) -> None:
    """A store of so many flows: five issuers, all states, invoices and reports of a part."""
    with Store.open(folder) as store, store.transaction():
        for n in range(number):
            flow = made(n)
            store.flows.put(flow)
            refused = flow.state in (FlowState.REJECTED, FlowState.PARTLY_INTEGRATED)
            if refused or n % HELD == 0:
                store.contents.put(FlowContents(flow_id=flow.id, invoices=invoices_of(n, refused)))
            if refused:
                store.reports.put(report_of(n, flow))


def made(n: int) -> Flow:
    """A flow like others: most of them integrated, each other state now and then."""
    state = OFTEN[n % len(OFTEN)] if n % 10 else list(FlowState)[n // 10 % len(FlowState)]
    at = NOW - timedelta(minutes=13 * n)
    siret, name = ISSUERS[n % len(ISSUERS)]
    code = f"IN_{state.upper()}"
    deposited = n % 250 != 7
    return Flow(
        id=f"{n:032}",
        mode=tuple(FlowMode)[n % 4],
        stage=FlowStage.DEPOSITED if deposited else tuple(FlowStage)[n % len(FlowStage)],
        issuer_siret=siret,
        issuer_name=name,
        number=f"CPP00111100000000000{n:05}",
        name=f"lot_{n}.tar.gz",
        size=48_200,
        type=TYPES[n // 7 % len(TYPES)],
        count=37,
        integrated=37,
        amount=Decimal(n * 137 % 9_000_000) / 100,
        state=state,
        state_code=code,
        state_at=at + timedelta(minutes=5),
        passages=(FlowPassage(FlowState.RECEIVED, "IN_RECU", at), FlowPassage(state, code, at)),
        emitted_at=at,
        queued_by="anne@billing",
        linked=True,
    )


def invoices_of(n: int, refused: bool) -> tuple[FlowInvoice, ...]:
    return tuple(
        FlowInvoice(
            number=f"FA-2026-{n * 37 + place:07}",
            supplier_siret=ISSUERS[0][0],
            recipient_siret="21310555400017",
            recipient_name="Commune de Toulouse",
            amount=Decimal("384.50"),
            fate=Fate.REFUSED if refused and place < 5 else Fate.INTEGRATED,
            messages=(SAID[place % 3].format(n=n),) if refused and place < 5 else (),
        )
        for place in range(37)
    )


def report_of(n: int, flow: Flow) -> FlowReport:
    refused = (
        RefusedInvoice(number=f"FA-2026-{n * 37 + place:07}", messages=(SAID[place % 3].format(n=n),))
        for place in range(5)
    )
    return FlowReport(
        flow_id=flow.id,
        number=flow.number,
        fetched_at=NOW,
        state=flow.state,
        state_code=flow.state_code,
        refused=tuple(refused),
    )


def main() -> None:
    """Print every row."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        fill_flows(folder)
        _start(folder)
        _keys(folder)
        _typed(folder)
        asyncio.run(_beside(folder))


def _start(folder: Path, times: int = 7) -> None:
    """Time to the first frame with rows, beside an empty app, turn by turn; and the processor's time for it,
    which says more where the machine has others to serve.
    """
    empty, ours = [], []
    for _time in range(times):
        empty.append(_first((*APP, "empty"), b"\x1b[?2026l"))
        ours.append(_first((*APP, "console", str(folder), "flows"), b"Structure 0"))
    one, other = (statistics.median(took for took, _used in found) for found in (ours, empty))
    busy, idle = (statistics.median(used for _took, used in found) for found in (ours, empty))
    row(
        f"Home: first useful frame, {FLOWS:,} flows",
        f"{one * 1000:.0f} ms = {one / other:.2f} × ({busy / idle:.2f} × CPU)",
        "≤ 1.8 × empty app",
        f"empty Textual app {other * 1000:.0f} ms",
    )


def _first(command: tuple[str, ...], text: bytes) -> tuple[float, float]:
    with Session(command, environment={"PYTHONDONTWRITEBYTECODE": ""}) as session:
        return session.until(text), session.processor()


def _keys(folder: Path) -> None:
    with Session((*APP, "console", str(folder), "flows"), 120, 40) as session:
        session.until(b"Structure 0")
        session.settle(8)
        before = session.processor()
        move = session.keys(DOWN, 30)
        used = (session.processor() - before) / 30 * 1000
        page = session.keys(PAGE_DOWN, 20)
        figure = f"p50 {move.paint_p50:.1f} p95 {move.paint_p95:.1f} ms ({used:.0f} CPU), {move.size_p50} B"
        row("Home: key to paint, 120×40", figure, "≤ 8 / ≤ 20 ms, ≤ 600 B", "")
        row("Home: page down", f"p50 {page.paint_p50:.1f} ms, {page.size_p50} B", "≤ 13 000 B", "")
        row("Dashboard: `d` to its numbers", f"{session.press(b'd', b'By issuer'):.0f} ms", "", "")
        session.settle(2)
        session.settle(6)
        before = session.processor()
        across = session.keys(DOWN, 9)
        used = (session.processor() - before) / 9 * 1000
        figure = (
            f"p50 {across.paint_p50:.1f} p95 {across.paint_p95:.1f} ms ({used:.0f} CPU), {across.size_p50} B"
        )
        row("Dashboard: key to paint", figure, "≤ 8 / ≤ 20 ms, ≤ 600 B", "")
        row("Dashboard: enter to the list", f"{session.press(ENTER, b'1/'):.0f} ms", "", "")
        session.settle(1)
        row("Home: resident memory", f"{session.memory():.0f} MB", "", "")


def _desk(store: Store, folder: Path) -> Desk:
    folders = Folders(settings=folder, data=folder, log=folder, secrets=folder, exports=folder)
    settings = Settings(folders=folders, connection=Connection(environment="simulator"))
    return Desk(store, settings, lambda: NOW, "bench@here")


def _typed(folder: Path) -> None:
    """A filter as it is typed, keystroke by keystroke, on rows prepared as the console prepares them."""
    with Store.open(folder) as store:
        desk = _desk(store, folder)
        flows = store.flows.all()
        rows = Flows().rows
        taken = _took(lambda: rows.replace_all(FlowRow(flow, desk) for flow in flows))
        row(f"Home: rows taken in and sorted, {FLOWS:,}", f"{taken:.0f} ms", "", "")
        slices = [_took(lambda: rows.prepare(SLICE)) for _slice in range(16 * FLOWS // SLICE)]
        row("Home: made ready to filter", f"{sum(slices):.0f} ms, max {max(slices):.1f}", BUDGET, "")
        for text in ("beziers 12", "state:rej >5000", "stuck:yes", "structure 3 !integrated"):
            steps = [_took(partial(rows.filter, text[:end])) for end in range(1, len(text) + 1)]
            figure = f"p50 {statistics.median(steps):.1f} max {max(steps):.1f} ms"
            row(f"Home: filter as it is typed: {text}", figure, "≤ 20 ms", "")
            rows.filter("")


async def _beside(folder: Path) -> None:
    """What runs beside a screen: how long it takes, and how long it keeps a key waiting."""
    with Store.open(folder) as store:
        desk = _desk(store, folder)
        row("flows read from disk", f"{_took(store.flows.all):.0f} ms", "", "after the first frame")
        await _measured("search: everything", partial(flow_search.search_in_slices, desk, FlowCriteria()))
        by_invoice = FlowCriteria(invoice_number="FA-2026-0123")
        await _measured("search: by invoice number", partial(flow_search.search_in_slices, desk, by_invoice))
        show = partial(flow_dashboard.dashboard_in_slices, desk, FlowCriteria())
        _found, flows = await _measured("Dashboard: Show", show)
        await _measured("Dashboard: days, causes, ages", partial(flow_trends.trends_in_slices, desk, flows))
        rejects = partial(flow_rejects.rejects_in_slices, desk, ISSUERS[0][0])
        found = await _measured("rejections of one structure", rejects)
        row("rejections found", f"{len(found):,}", "", "")


async def _measured(what: str, do: Callable[[], Awaitable[Any]]) -> Any:
    lag = Lag()
    measuring = asyncio.create_task(lag.measure())
    await asyncio.sleep(0)
    begun = time.perf_counter()
    answer = await do()
    took = (time.perf_counter() - begun) * 1000
    lag.note()
    measuring.cancel()
    with suppress(asyncio.CancelledError):
        await measuring
    row(what, f"{took:.0f} ms; own max {max(lag.own):.1f} ms", BUDGET, "")
    return answer


def _took(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
