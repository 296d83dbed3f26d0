"""Export to CSV."""

import asyncio
import csv
import random
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.operations import export_csv, export_in_background
from tests.house import House

PAID = Invoice(
    id=8420532,
    number="FA-1",
    status=InvoiceStatus.PAYMENT_ISSUED,
    status_at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC),
    issued=date(2026, 6, 1),
    supplier_siret="83990121200010",
    recipient_name="Commune de Saint-Elme",
    net=Decimal("1000"),
    gross=Decimal("1200.5"),
    document_name="FA-1.pdf",
)
CREDIT = Invoice(id=2, number="AV-1", gross=Decimal("-12.34"))
HOSTILE = Invoice(
    id=3, number="=1+1", comment='@SUM(A1)\r\n"quoted"; and more', recipient_name="+33 \x1b[31m"
)


def rows(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf"), "Excel takes it for UTF-8 only with a byte order mark"
    return list(csv.DictReader(raw.decode("utf-8-sig").splitlines(keepends=True), delimiter=";"))


async def test_the_rows_given_are_the_rows_written(tmp_path: Path) -> None:
    """S1-033, S1-036."""
    async with House(tmp_path) as house:
        path = export_csv(house.desk, [PAID, CREDIT])
        assert path.parent == house.settings.folders.exports
        paid, credit = rows(path)
        assert paid["Number"] == "FA-1"
        assert paid["Status"] == "Payment issued"
        assert paid["Status since"] == "2026-07-02 00:30", "Paris time"
        assert paid["With VAT"] == "1200.50"
        assert paid["Document"] == "FA-1.pdf"
        assert credit["Document"] == ""
        assert credit["With VAT"] == "-12.34", "a number, not text"
        assert [a.verb for a in house.store.activity.all()] == ["export"]


async def test_french_decimals_have_a_comma(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    async with House(tmp_path) as house:
        assert "1200,50" in export_csv(house.desk, [PAID]).read_text(encoding="utf-8-sig")


async def test_no_cell_is_run_as_a_formula_or_obeyed_by_a_terminal(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        path = export_csv(house.desk, [HOSTILE])
        (row,) = rows(path)
        assert row["Number"] == "'=1+1"
        assert row["Comment"].startswith("'@SUM(A1)")
        assert "\x1b" not in path.read_text(encoding="utf-8-sig")


async def test_an_export_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        house.settings.folders.exports.parent.mkdir(exist_ok=True)
        house.settings.folders.exports.write_text("not a folder")
        with pytest.raises(OSError):
            export_csv(house.desk, [PAID])
        exports = tmp_path / "mine"
        exports.mkdir()
        (exports / "out.csv").mkdir()
        with pytest.raises(OSError):
            export_csv(house.desk, [PAID], exports / "out.csv")
        assert [p.name for p in exports.iterdir()] == ["out.csv"]


async def test_an_export_in_the_background_leaves_the_loop_free(tmp_path: Path) -> None:
    """S1-034, S1-035."""
    async with House(tmp_path) as house:
        chance = random.Random(7)
        invoices = [
            Invoice(
                id=n,
                number=f"FA-2026-{n:06}",
                status=chance.choice(list(InvoiceStatus)),
                issued=date(2026, 1, 1),
                gross=Decimal(chance.randrange(10_000_000)) / 100,
                recipient_name="Commune de Saint-Elme-les-Bois",
                recipient_siret="12345678200051",
            )
            for n in range(20_000)
        ]
        lags: list[float] = []
        told: list[int] = []

        async def feel() -> None:
            loop = asyncio.get_running_loop()
            while True:
                at = loop.time()
                await asyncio.sleep(0)
                lags.append(loop.time() - at)

        feeling = asyncio.create_task(feel())
        began = asyncio.get_running_loop().time()
        path = await export_in_background(house.desk, invoices, told=told.append)
        took = asyncio.get_running_loop().time() - began
        feeling.cancel()
        lags.sort()
        p99 = lags[len(lags) * 99 // 100]
        print(f"20 000 rows in {took:.2f} s, longest slice p99 {p99 * 1e3:.1f} ms")  # noqa: T201
        assert len(lags) >= 100, "the loop ran between the slices"
        assert told == [10_000, 20_000]
        assert len(rows(path)) == 20_000


async def test_an_export_given_up_leaves_nothing_behind(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        export = asyncio.create_task(export_in_background(house.desk, [PAID] * 5000))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        export.cancel()
        await asyncio.gather(export, return_exceptions=True)
        assert list(house.settings.folders.exports.iterdir()) == []
