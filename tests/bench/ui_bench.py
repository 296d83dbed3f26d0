"""What an operator feels at the console, beside an empty Textual app and Textual's own table, in one run.

python -m tests.bench.ui_bench
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from chorus_tui.store import Store
from chorus_tui.ui.screens.listing import SLICE
from chorus_tui.ui.screens.tracking import Tracking
from tests.bench.console_app import fill, fill_documents
from tests.bench.pty import DOWN, PAGE_DOWN, Session

APP = (sys.executable, "-m", "tests.bench.console_app")
MANY = 100_000
SOME = 10_000
ROW = b"FA2026-"
UNREACHABLE = """
[connection]
environment = "simulator"
oauth_url = "http://127.0.0.1:9/token"
api_url = "http://127.0.0.1:9"
"""
SECRETS = {f"CHORUS_TUI_{name}": "x" for name in ("CLIENT_ID", "CLIENT_SECRET", "LOGIN", "PASSWORD")}
FIRST_FRAME = b"\x1b[?2026l"


def main() -> None:
    """Print every row."""
    with tempfile.TemporaryDirectory() as scratch:
        some, many = Path(scratch, "some"), Path(scratch, "many")
        some.mkdir()
        fill_documents(some / "data", SOME)
        (some / "settings.toml").write_text(UNREACHABLE, encoding="utf-8")
        fill(many, MANY)
        _start(some)
        _keys(many)
        _stock(SOME)
    _filter(MANY)


def _tell(what: str, ours: str, budget: str, beside: str = "") -> None:
    print(f"{what:<46} {ours:>22}   {budget:<22} {beside}")  # noqa: T201  # a benchmark prints


def _start(home: Path, times: int = 9) -> None:
    """Time to the first frame with rows on it, of the program as it is installed; turn by turn, because this
    machine's speed changes while we measure.
    """
    program = (sys.executable, "-m", "chorus_tui", "--home", str(home))
    empty, ours = [], []
    for _time in range(times):
        empty.append(_first((*APP, "empty"), FIRST_FRAME))
        ours.append(_first(program, ROW))
    one, other = statistics.median(ours), statistics.median(empty)
    _tell(
        f"first useful frame, {SOME:,} documents",
        f"{one * 1000:.0f} ms = {one / other:.2f} ×",
        "≤ 1.8 × empty app",
        f"empty Textual app {other * 1000:.0f} ms",
    )


def _first(command: tuple[str, ...], text: bytes) -> float:
    with Session(command, environment={**SECRETS, "PYTHONDONTWRITEBYTECODE": ""}) as session:
        return session.until(text)


def _keys(folder: Path) -> None:
    with Session((*APP, "console", str(folder), "tracking"), 120, 40) as session:
        shown = session.until(ROW)
        session.settle(4)
        _tell(f"first useful frame, {MANY:,} invoices", f"{shown * 1000:.0f} ms", "")
        move = session.keys(DOWN, 30)
        _tell(
            f"key to paint, {MANY:,} rows, 120×40",
            f"p50 {move.paint_p50:.1f} p95 {move.paint_p95:.1f} ms",
            "≤ 8 / ≤ 20 ms",
        )
        _tell("bytes per cursor move", f"{move.size_p50} (max {move.size_max})", "≤ 600")
        page = session.keys(PAGE_DOWN, 20)
        _tell(
            "page down",
            f"p50 {page.paint_p50:.1f} ms, {page.size_p50} bytes",
            "≤ 13 000 bytes",
        )
        session.settle(1)
        before = session.processor()
        size = session.listen(10)
        used = (session.processor() - before) / 10 * 100
        _tell("idle, 10 s", f"{size / 10:.0f} B/s, {used:.1f} % CPU", "0 B/s, < 0.5 %")
        _tell("resident memory", f"{session.memory():.0f} MB", "")


def _stock(rows: int) -> None:
    with Session((*APP, "table", str(rows)), 120, 40) as session:
        shown = session.until(ROW)
        session.settle(1.5)
        move, page = session.keys(DOWN, 20), session.keys(PAGE_DOWN, 10)
        _tell(f"DataTable beside it, {rows:,} rows: first rows", f"{shown * 1000:.0f} ms", "")
        _tell("DataTable: key to paint", f"p50 {move.paint_p50:.1f} ms, {move.size_p50} bytes", "")
        _tell("DataTable: page down", f"p50 {page.paint_p50:.1f} ms, {page.size_p50} bytes", "")


def _filter(count: int) -> None:
    """A filter as it is typed, keystroke by keystroke, on rows prepared as the console prepares them."""
    with tempfile.TemporaryDirectory() as scratch:
        fill(Path(scratch), count)
        with Store.open(Path(scratch)) as store:
            screen = Tracking()
            rows = screen.rows
            took = _took(lambda: rows.replace_all(store.invoices.all()))
            _tell(f"rows taken in and sorted, {count:,}", f"{took:.0f} ms", "")
            begun = time.perf_counter()
            slices = [_took(lambda: rows.prepare(SLICE)) for _slice in range(12 * count // SLICE)]
            took = (time.perf_counter() - begun) * 1000
            _tell(
                "made ready to filter, in slices", f"{took:.0f} ms, max {max(slices):.1f}", "≤ 20 ms a slice"
            )
            for text in ("beziers 12", "status:rej >5000", "commune rejected !lyon"):
                typed = [text[:end] for end in range(1, len(text) + 1)]
                steps = [_took(partial(rows.filter, part)) for part in typed]
                _tell(
                    f"filter as it is typed: {text}",
                    f"p50 {statistics.median(steps):.1f} max {max(steps):.1f} ms",
                    "≤ 20 ms",
                    "DataTable, cleared and filled again: 1 270 ms",
                )
                back = [_took(partial(rows.filter, part)) for part in typed[-2:-8:-1]]
                _tell("… and its last letters taken back", f"max {max(back):.1f} ms", "≤ 20 ms")
                rows.filter("")
            _tell("sort by amount", f"{_took(partial(rows.sort, 'gross', True)):.0f} ms", "")
            some = rows.shown[:100]
            _tell("100 changed records taken in", f"{_took(partial(rows.update, some)):.1f} ms", "")


def _took(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
