"""One fix for many: what the preview says is what happens, and one undo takes it back."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from msgspec import structs

from chorus_tui.domain.document import Document
from chorus_tui.domain.fields import Source
from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.recipient import Recipient
from chorus_tui.domain.statuses import DocumentState, InvoiceStatus
from chorus_tui.operations import complete, decide, held, remove, submit, undo, waiting
from chorus_tui.operations.clustering import document_clusters
from chorus_tui.operations.explaining import explain
from chorus_tui.operations.fixing import (
    Fix,
    FixKind,
    apply,
    apply_and_submit,
    apply_in_slices,
    kind_for,
    preview,
    preview_in_slices,
    suggestions,
    why_not_fix,
)
from tests.console.billing import COUNTY, VALLEY
from tests.house import House
from tests.sheets import RECIPIENT, Party

WATER = Fix(FixKind.SERVICE, "EAU_ASSAINISSEMENT")
SCHOOLS = Fix(FixKind.SERVICE, "ECOLES")
"""A service that makes the commitment number mandatory."""
NANTES = "83990121200028"
NUMBERED = Party("SYNDICAT", "12345678200036")


async def ready(house: House, count: int, party: Party = VALLEY, **more: Any) -> list[Document]:
    """So many documents that were analysed."""
    filed = [house.filed(f"{party.siret[-3:]}-{n:04}", recipient=party, **more) for n in range(count)]
    await house.settle()
    return [house.again_of(d, DocumentState.TO_SUBMIT) for d in filed]


def ids(documents: list[Document]) -> list[str]:
    return [document.id for document in documents]


async def test_forty_documents_without_service_are_put_right_at_once(tmp_path: Path) -> None:
    """S1-066, S1-069, S1-084: one group, one fix, forty valid invoices, and nothing else changed."""
    async with House(tmp_path) as house:
        without = await ready(house, 40)
        others = await ready(house, 3, COUNTY)
        (mine, _theirs) = document_clusters(house.desk, waiting(house.desk))
        assert mine.count == 40
        assert kind_for(mine.explanation) is FixKind.SERVICE
        seen = preview(house.desk, mine.keys, WATER)
        assert {(c.field, c.before, c.after) for c in seen.changes} == {
            ("service_code", None, "EAU_ASSAINISSEMENT")
        }
        assert (len(seen.changes), seen.unchanged, seen.refused) == (40, (), ())
        assert (len(seen.preflight.passing), seen.preflight.failing) == (40, ())
        assert seen.preflight.amount == Decimal("816.00") * 40
        assert [house.again_of(d) for d in without] == without, "a preview changes nothing"
        outcome = apply_and_submit(house.desk, mine.keys, WATER)
        assert outcome.done == mine.keys
        await house.settle()
        for document in without:
            house.again_of(document, DocumentState.SUBMITTED)
            invoice = house.invoice(document.fields.number or "")
            assert invoice.service_code == "EAU_ASSAINISSEMENT"
        assert [house.again_of(d) for d in others] == others


async def test_the_preview_says_what_stays_what_cannot_change_and_what_still_fails(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        plain, has_it, numberless, gone, leaving = await ready(house, 5)
        complete(house.desk, has_it.id, {"service_code": "EAU_ASSAINISSEMENT"})
        complete(house.desk, numberless.id, {"number": ""})
        complete(house.desk, leaving.id, {"service_code": "EAU_ASSAINISSEMENT"})
        submit(house.desk, [leaving.id])
        remove(house.desk, [gone.id])
        keys = [plain.id, has_it.id, numberless.id, gone.id, leaving.id, "nothing"]
        seen = preview(house.desk, keys, WATER)
        assert [c.document_id for c in seen.changes] == [plain.id, numberless.id]
        assert seen.unchanged == (has_it.id,)
        assert dict(seen.refused) == {
            gone.id: "It was removed.",
            leaving.id: "It is being submitted.",
            "nothing": "There is no such document.",
        }
        assert seen.preflight.passing == (plain.id, has_it.id)
        assert [v.document_id for v in seen.preflight.failing] == [numberless.id]
        assert [(name, count) for name, _text, count in seen.preflight.why] == [("number.missing", 1)]
        sliced = await preview_in_slices(house.desk, keys, WATER)
        assert sliced == seen
        outcome = apply_and_submit(house.desk, keys, WATER)
        assert outcome.done == (plain.id, has_it.id), "exactly those that the preview said would pass"
        assert {key for key, _why in outcome.refused} == {numberless.id, gone.id, leaving.id, "nothing"}
        assert house.again_of(numberless).fields.service_code == "EAU_ASSAINISSEMENT", "it keeps the change"


async def test_what_a_fix_brings_up_is_foreseen(tmp_path: Path) -> None:
    """A service that makes the commitment number mandatory puts one thing right and breaks another."""
    async with House(tmp_path) as house:
        (document,) = await ready(house, 1)
        recipient = await house.lookups.recipient(VALLEY.siret)
        assert recipient is not None
        await house.lookups.service_demands(recipient, "ECOLES")
        seen = preview(house.desk, [document.id], SCHOOLS)
        assert [name for name, _text, _count in seen.preflight.why] == ["commitment.missing"]
        assert apply_and_submit(house.desk, [document.id], SCHOOLS).done == ()
        both = Fix(FixKind.COMMITMENT, " BC-7 ")
        assert preview(house.desk, [document.id], both).preflight.passing == (document.id,)
        assert apply_and_submit(house.desk, [document.id], both).done == (document.id,)
        assert house.again_of(document).fields.commitment_number == "BC-7"


async def test_one_undo_takes_a_fix_back_with_its_submissions(tmp_path: Path) -> None:
    async with House(tmp_path, settings={"hold": 5.0}) as house:
        before = await ready(house, 20)
        outcome = await apply_in_slices(house.desk, ids(before), WATER, submit=True)
        assert len(outcome.done) == 20
        stopped = held(house.desk)
        assert stopped is not None
        assert stopped.count == 20
        undone = undo(house.desk)
        assert undone is not None
        assert (undone.verb, len(undone.done), undone.refused) == ("fix", 20, ())
        assert [house.again_of(d) for d in before] == before
        assert {i.state for i in house.store.intents.all()} == {IntentState.WITHDRAWN}
        house.turn(timedelta(minutes=1))
        await house.settle()
        assert house.store.documents.by("state", DocumentState.SUBMITTED) == []


async def test_a_refused_document_is_freed_of_its_error_by_the_fix(tmp_path: Path) -> None:
    """S1-068, S1-069: what changed may go again; what the fix does not change stays where it is."""
    async with House(tmp_path) as house:
        (document,) = await ready(house, 1)
        known = house.store.recipients[VALLEY.siret]
        house.store.recipients.put(structs.replace(known, service_required=False, services=()))
        submit(house.desk, [document.id])
        await house.settle()
        refused = house.again_of(document, DocumentState.TO_SUBMIT)
        assert refused.in_error
        house.store.recipients.put(known)
        same = Fix(FixKind.COMMITMENT, "")
        assert why_not_fix(same)
        assert apply(house.desk, [document.id], same).refused
        assert house.again_of(document).in_error
        assert apply_and_submit(house.desk, [document.id], WATER).done
        await house.settle()
        house.again_of(document, DocumentState.SUBMITTED)


async def test_a_corrected_supplier_sends_what_is_mistaken_to_analysis_and_the_rest_stays_ready(
    tmp_path: Path,
) -> None:
    """S1-072: the corrected metadata are used once the document is ready again."""
    async with House(tmp_path) as house:
        await house.settle()
        analysed = await house.ready("FA-1")
        house.sandbox.faults.inject("deposer/pdf", "unavailable", None)
        mistaken = house.filed("FA-2")
        await house.settle()
        house.again_of(mistaken, DocumentState.MISTAKEN)
        house.sandbox.faults.clear()
        (account,) = [
            a.id for a in house.store.suppliers[analysed.fields.supplier_siret or ""].bank_accounts
        ][:1]
        complete(house.desk, analysed.id, {"bank_account": account})
        fix = Fix(FixKind.SUPPLIER, "839 901 212 00028")
        seen = preview(house.desk, [analysed.id, mistaken.id], fix)
        assert seen.reprocessed == (mistaken.id,)
        assert ("bank_account", account, None) in {(c.field, c.before, c.after) for c in seen.changes}
        assert seen.preflight.passing == (analysed.id,)
        assert [name for name, _text, _count in seen.preflight.why] == ["state.analysing"]
        outcome = apply_and_submit(house.desk, [analysed.id, mistaken.id], fix)
        assert outcome.done == (analysed.id,)
        await house.settle_all(turns=2)
        assert house.invoice("FA-1").supplier_siret == NANTES
        again = house.again_of(mistaken, DocumentState.TO_SUBMIT)
        assert again.fields.supplier_siret == NANTES
        assert submit(house.desk, [mistaken.id]).done
        await house.settle()
        assert house.invoice("FA-2").supplier_siret == NANTES


async def test_another_recipient_brings_its_own_service_and_loses_the_typed_one(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        (document,) = await ready(house, 1, RECIPIENT)
        (other,) = await ready(house, 1, VALLEY)
        complete(house.desk, document.id, {"service_code": "CANTINE"})
        alone = Fix(FixKind.RECIPIENT, VALLEY.siret)
        seen = preview(house.desk, [document.id], alone)
        assert {(c.field, c.after) for c in seen.changes} == {
            ("recipient_siret", VALLEY.siret),
            ("service_code", None),
        }
        assert [name for name, _text, _count in seen.preflight.why] == ["service.missing"]
        whole = Fix(FixKind.RECIPIENT, VALLEY.siret, {"service_code": "EAU_ASSAINISSEMENT"})
        assert whole.sentence == f"Recipient: {VALLEY.siret}, Service: EAU_ASSAINISSEMENT"
        assert apply_and_submit(house.desk, [document.id], whole).done
        await house.settle()
        invoice = house.invoice(document.fields.number or "")
        assert (invoice.recipient_siret, invoice.service_code) == (VALLEY.siret, "EAU_ASSAINISSEMENT")
        assert house.again_of(document).fields.recipient_name == VALLEY.name
        assert house.again_of(other) == other


@pytest.mark.parametrize(
    ("fix", "why"),
    [
        (Fix(FixKind.SUPPLIER, "123"), "A SIRET has 14 digits."),
        (Fix(FixKind.RECIPIENT, "1234567820002X"), "A SIRET has 14 digits."),
        (Fix(FixKind.SERVICE, "  "), "There is no value to fix with."),
        (Fix(FixKind.SERVICE, "ECOLES"), ""),
        (Fix(FixKind.RECIPIENT, "123 456 782 00028"), ""),
    ],
)
def test_what_is_no_value_is_not_typed_anywhere(fix: Fix, why: str) -> None:
    assert why_not_fix(fix) == why


async def test_each_cause_knows_the_fix_that_it_asks_for(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        kinds = {
            "Le service exécutant est obligatoire": FixKind.SERVICE,
            "Performing service is mandatory for this recipient": FixKind.SERVICE,
            "Recipient not located or inactive": FixKind.RECIPIENT,
            "Header synthesis is not correct": FixKind.COMMITMENT,
            "Chorus Pro is not available, please try again later": None,
        }
        assert {said: kind_for(explain(house.desk, said)) for said in kinds} == kinds


async def test_services_are_suggested_best_first(tmp_path: Path) -> None:
    """S1-026, S1-084: what is printed, what was matched, what worked before, what is open."""
    async with House(tmp_path) as house:
        (document,) = await ready(house, 1, VALLEY, fields={"service_label": "Eau et assainissement"})
        assert document.fields.service_code == "EAU_ASSAINISSEMENT", "printed by its name: filled in"
        (other,) = await ready(house, 1, RECIPIENT, fields={"service_label": "Restaurant scolaire"})
        decide(house.desk, RECIPIENT.siret, "Restaurant scolaire", "CANTINE")
        for number in range(3):
            house.store.invoices.put(
                Invoice(
                    id=number + 1,
                    number=f"N{number}",
                    status=InvoiceStatus.POSTED,
                    recipient_siret=VALLEY.siret,
                    service_code="ECOLES" if number else "VOIRIE_ANCIEN",
                )
            )
        found = suggestions(house.desk, [document.id], FixKind.SERVICE)
        assert [s.value for s in found[:2]] == ["EAU_ASSAINISSEMENT", "ECOLES"]
        assert found[0].why == "printed: Eau et assainissement"
        assert (found[1].label, found[1].why) == ("Écoles et périscolaire", "accepted 2 times")
        assert "VOIRIE_ANCIEN" not in [s.value for s in found], "closed"
        assert "FACTURES_PUBLIQUES" not in [s.value for s in found], "between public bodies"
        assert "SERVICE_DEST_SERV_OBL" in [s.value for s in found]
        assert len({s.value for s in found}) == len(found)
        matched = suggestions(house.desk, [other.id], FixKind.SERVICE)
        assert matched[0].value == "CANTINE"
        assert matched[0].why.startswith("printed: Restaurant scolaire")


async def test_numbers_suppliers_and_recipients_are_suggested(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        (document,) = await ready(house, 1)
        complete(house.desk, document.id, {"service_code": "ECOLES"})
        used = [*[("EAU_ASSAINISSEMENT", "BC-1")] * 2, ("ECOLES", "BC-2"), ("ECOLES", "")]
        for number, (service, commitment) in enumerate(used):
            house.store.invoices.put(
                Invoice(
                    id=number + 1,
                    number=f"N{number}",
                    status=InvoiceStatus.POSTED,
                    recipient_siret=VALLEY.siret,
                    service_code=service,
                    commitment_number=commitment,
                )
            )
        numbers = suggestions(house.desk, [document.id], FixKind.COMMITMENT)
        assert [s.value for s in numbers] == ["BC-2", "BC-1"], "of this service first"
        suppliers = suggestions(house.desk, [document.id], FixKind.SUPPLIER)
        assert suppliers[0].why == "named by the filing rule"
        assert NANTES in [s.value for s in suppliers]
        sister = f"{VALLEY.siret[:9]}00099"
        house.store.recipients.put(
            Recipient(siret=sister, id=9, name="OFFICE DE LA VALLEE", active=True, checked_at=house.now)
        )
        recipients = suggestions(house.desk, [document.id], FixKind.RECIPIENT)
        reasons = {s.value: s.why for s in recipients}
        assert reasons[sister] == "another place of the same body"
        assert suggestions(house.desk, ["nothing"], FixKind.SERVICE) == ()


async def test_five_hundred_are_fixed_without_holding_up_the_screen(tmp_path: Path) -> None:
    """No turn of the loop takes longer than 20 ms of this process."""
    async with House(tmp_path, settings={"hold": 60.0}) as house:
        (model,) = await ready(house, 1)
        read = model.readings[Source.FACTUR_X]
        many = []
        for n in range(500):
            vat = Decimal(100 + n)
            fields = structs.replace(
                read, number=f"M-{n}", net=5 * vat, vat=vat, gross=6 * vat, to_pay=6 * vat
            )
            own = {"id": f"m{n:04}", "path": f"/m/{n}", "sha256": f"{n:064}"}
            many.append(structs.replace(model, readings={**model.readings, Source.FACTUR_X: fields}, **own))
        house.store.documents.put(*many)
        turns: list[float] = []

        async def watch() -> None:
            while True:
                begun = process_time()
                await asyncio.sleep(0)
                turns.append(process_time() - begun)

        watching = asyncio.create_task(watch())
        outcome = await apply_in_slices(house.desk, ids(many), WATER, submit=True)
        watching.cancel()
        assert (len(outcome.done), outcome.refused) == (500, ())
        turns.sort()
        # Other processes and the garbage collector may cost one turn or two.
        assert turns[-3] < 0.02, turns[-5:]


async def test_who_works_alone_is_not_held(tmp_path: Path) -> None:
    async with House(tmp_path, settings={"hold": 60.0}) as house:
        (document,) = await ready(house, 1)
        await apply_in_slices(house.desk, [document.id], WATER, submit=True)
        assert held(house.desk) is None
        assert held(replace(house.desk, who="colleague@elsewhere")) is None
        await house.settle()
        house.again_of(document, DocumentState.SUBMITTED)
