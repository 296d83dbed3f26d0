"""What Chorus Pro is told of VAT is shown on the form before it is sent (API 2.3, typeTva)."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chorus_tui.domain.fields import Source
from chorus_tui.domain.statuses import VatRegime
from chorus_tui.operations import complete, problems_of, submit
from tests.house import House

WITHOUT_VAT = {
    "net": Decimal("680.00"),
    "vat": Decimal(0),
    "gross": Decimal("680.00"),
    "to_pay": Decimal("680.00"),
}


@pytest.mark.parametrize(
    ("typed", "regime", "source", "word"),
    [
        ({}, VatRegime.ON_DEBITS, Source.DEFAULT, "TVA_SUR_DEBIT"),
        (
            {"vat_regime": VatRegime.ON_RECEIPTS},
            VatRegime.ON_RECEIPTS,
            Source.OPERATOR,
            "TVA_SUR_ENCAISSEMENT",
        ),
        (WITHOUT_VAT, VatRegime.NONE, Source.DEFAULT, "SANS_TVA"),
        (
            WITHOUT_VAT | {"exemption_reason": "Article 261 du CGI"},
            VatRegime.EXEMPT,
            Source.DEFAULT,
            "EXONERATION",
        ),
    ],
    ids=["VAT", "VAT on receipts", "no VAT", "exempt"],
)
async def test_the_regime_that_is_shown_is_the_one_that_is_sent(
    tmp_path: Path, typed: dict[str, Any], regime: VatRegime, source: Source, word: str
) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1", fields={"vat_regime": None})
        after = complete(house.desk, document.id, typed) if typed else document
        assert after.fields.vat_regime is regime
        assert after.source_of("vat_regime") is source
        assert problems_of(house.desk, after) == ()
        assert submit(house.desk, [document.id]).done
        await house.settle()
        (deposited,) = house.sandbox.invoices.numbered("FA-1")
        assert deposited.sent is not None
        assert deposited.sent.references.type_tva == word


async def test_the_regime_follows_the_amounts_that_are_typed(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        assert complete(house.desk, document.id, WITHOUT_VAT).fields.vat_regime is VatRegime.NONE
        back = complete(house.desk, document.id, dict.fromkeys(WITHOUT_VAT))
        assert back.fields.vat_regime is VatRegime.ON_DEBITS
