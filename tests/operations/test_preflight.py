"""What is said of a batch before it leaves, and that nothing it says would fail leaves by any path."""

import asyncio
import json
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec import structs

import chorus_tui
from chorus_tui.cli import main
from chorus_tui.domain.checks import REPLY_BOOK, RULE_BOOK, Problem, Sureness, problem
from chorus_tui.domain.document import Document
from chorus_tui.domain.fields import FIELD_NAMES, InvoiceFields, Source
from chorus_tui.domain.flow import Channel
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.recipient import STATE_SIRET, Supplier
from chorus_tui.domain.statuses import BillingFrame, DocumentState, InvoiceStatus
from chorus_tui.operations import (
    all_problems_of,
    answers,
    complete,
    in_slices,
    remove,
    submit,
    why_not_submit,
    withdraw,
)
from chorus_tui.operations.checking import listed_problems_of
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.neighbours import Neighbours
from chorus_tui.operations.preflight import (
    preflight,
    preflight_in_slices,
    preflight_of,
    preflight_reasons,
    preflight_sentence,
)
from tests.house import House

SUBMIT = "/cpro/factures/v1/soumettre"
VALLEY = "12345678200028"
"""Makes the service mandatory."""
MAIN_CONTRACTOR = "81990222200010"
"""A private structure of which this account sees nothing."""


def ids(house: House, document: Document) -> set[str]:
    """Ids of all that is said of a document."""
    return {found.id for found in all_problems_of(house.desk, house.again_of(document))}


# The rule book


def named_in_code() -> set[str]:
    """Ids that some rule yields, as they stand in the code."""
    root = Path(chorus_tui.__file__).parent
    found: set[str] = set()
    for path in (*root.glob("domain/checks/*.py"), *root.glob("operations/*.py")):
        text = path.read_text(encoding="utf-8")
        found.update(re.findall(r'"((?:state|vat_lines)\.\w+)"', text))
        found.update(re.findall(r'problem\(\s*"([\w.]+)"', text))
    return found


def test_every_rule_that_speaks_stands_in_the_book_and_every_entry_speaks() -> None:
    """S1-080: an id is one cause everywhere."""
    computed = {f"{name}.missing" for name in ("net", "vat", "gross", "to_pay")}
    computed |= {"vat_lines.net", "vat_lines.vat"}
    assert named_in_code() | computed | {"typed"} == set(RULE_BOOK)


def test_every_rule_of_a_reply_has_its_entry_and_every_entry_speaks() -> None:
    """S1-043…052: what only a reply can break stands beside the book."""
    path = Path(chorus_tui.__file__).parent / "operations" / "reply_checks.py"
    told = set(re.findall(r'Problem\(\s*"([\w.]+)"', path.read_text(encoding="utf-8")))
    assert told - set(RULE_BOOK) == set(REPLY_BOOK)
    assert not set(REPLY_BOOK) & set(RULE_BOOK)
    for rule in REPLY_BOOK.values():
        assert Problem(rule.id, rule.field, rule.sentence).remedy
        assert rule.sure.may_block or not rule.blocking
        assert bool(re.findall(r"{(\w+)}", rule.sentence)) == bool(rule.general)


def test_a_rule_keeps_an_invoice_back_only_where_its_source_is_sure_enough() -> None:
    for rule in RULE_BOOK.values():
        assert rule.sure.may_block or not rule.blocking, rule.id
        assert rule.source, rule.id
        assert rule.remedy.endswith("."), rule.id
    assert not Sureness.INFERRED.may_block
    assert {rule.sure for rule in RULE_BOOK.values() if rule.blocking} == {
        Sureness.CERTAIN,
        Sureness.ONE_SOURCE,
    }


def test_every_entry_stands_beside_a_field_and_has_words_for_one_and_for_many() -> None:
    for rule in RULE_BOOK.values():
        assert rule.field in (*FIELD_NAMES, "attachments", ""), rule.id
        places = set(re.findall(r"{(\w+)}", rule.sentence))
        assert bool(places) == bool(rule.general), rule.id
        assert "{" not in rule.words, rule.id
        found = problem(rule.id, **dict.fromkeys(places, "x"))
        assert "{" not in found.text
        assert found.remedy, rule.id
        assert found.blocking is rule.blocking


# One batch


async def test_a_batch_is_told_how_many_would_pass_and_why_the_others_fail(tmp_path: Path) -> None:
    """S1-071, S1-084: 3 of 5 would pass, 2 fail, and why."""
    async with House(tmp_path) as house:
        good = [await house.ready(f"FA-{n}") for n in range(3)]
        bad = [await house.ready(f"FB-{n}", fields={"recipient_siret": VALLEY}) for n in range(2)]
        complete(house.desk, bad[1].id, {"commitment_number": "9" * 51})
        keys = [document.id for document in (*good, *bad)]
        result = preflight(house.desk, keys)
        assert result.passing == tuple(document.id for document in good)
        assert [verdict.document_id for verdict in result.failing] == [document.id for document in bad]
        assert [(name, count) for name, _sentence, count in result.why] == [
            ("service.missing", 2),
            ("commitment.long", 1),
        ]
        assert result.amount == sum((document.fields.to_pay or Decimal(0) for document in good), Decimal(0))
        assert preflight_sentence(result) == "3 of 5 would pass, 2 fail:"
        assert preflight_reasons(result)[0] == "2 × A performing service is mandatory for this recipient."
        assert await preflight_in_slices(house.desk, keys) == result
        outcome = submit(house.desk, keys)
        assert outcome.done == result.passing, "what it says is what happens"
        assert dict(outcome.refused).keys() == {verdict.document_id for verdict in result.failing}


async def test_sentences_that_differ_only_in_what_they_name_are_one_reason(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        documents = [await house.ready(f"FA-{n}") for n in range(2)]
        for place, document in enumerate(documents):
            complete(house.desk, document.id, {"number": "X" * (21 + place)})
        result = preflight(house.desk, [document.id for document in documents])
        assert result.why == (("number.long", "The invoice number is too long for Chorus Pro.", 2),)


async def test_a_document_that_is_not_stored_like_this_is_looked_at_as_it_is(tmp_path: Path) -> None:
    """What a fix would make of it (S1-069, S1-070)."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1", fields={"recipient_siret": VALLEY})
        typed = InvoiceFields(service_code="EAU_ASSAINISSEMENT")
        fixed = structs.replace(document, readings={**document.readings, Source.OPERATOR: typed})
        assert preflight(house.desk, [document.id]).passing == ()
        assert preflight_of(house.desk, [fixed]).passing == (document.id,)
        assert preflight(house.desk, [document.id]).passing == (), "nothing was changed"


async def test_all_pass_and_nothing_at_all_have_sentences_of_their_own(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        documents = [await house.ready(f"FA-{n}") for n in range(2)]
        assert preflight_sentence(preflight(house.desk, [d.id for d in documents])) == "All 2 would pass."
        assert preflight(house.desk, []).count == 0


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (DocumentState.FILED, "state.analysing"),
        (DocumentState.MISTAKEN, "state.mistaken"),
        (DocumentState.SUBMITTING, "state.submitting"),
        (DocumentState.UNSURE, "state.unsure"),
        (DocumentState.SUBMITTED, "state.submitted"),
        (DocumentState.REMOVED, "state.removed"),
    ],
)
async def test_the_state_of_a_document_is_a_reason_too(
    tmp_path: Path, state: DocumentState, expected: str
) -> None:
    """S1-016, S1-068, S1-073."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        house.store.documents.put(structs.replace(document, state=state))
        result = preflight(house.desk, [document.id, "nothing"])
        assert [name for name, _sentence, _count in result.why] == [expected, "state.gone"]


async def test_a_batch_from_the_command_line_is_rehearsed_with_counts_and_remedies(tmp_path: Path) -> None:
    """S1-071: `submit --dry-run`, for people and for programs; nothing is queued."""
    async with House(tmp_path) as house:
        good = await house.ready("FA-1")
        bad = [await house.ready(f"FB-{n}", fields={"recipient_siret": VALLEY}) for n in range(2)]

        def run(*arguments: str) -> Any:
            return CliRunner().invoke(main, ["--home", str(house.home), "submit", *arguments])

        plain = run("--dry-run")
        assert plain.exit_code == 1
        lines = plain.stdout.splitlines()
        assert lines[0] == "1 of 3 would pass, 2 fail:"
        assert lines[1] == "  2 × A performing service is mandatory for this recipient."
        assert f"✗ {bad[0].id[:8]} FB-0.pdf" in lines
        assert "→ Choose the performing service" in plain.stdout
        assert f"✓ {good.id[:8]} FA-1.pdf" in lines
        told = json.loads(run("--dry-run", "--json", "FA-1", "FB-1").stdout)
        assert told["done"] == [good.id]
        assert told["why"] == [{"id": "service.missing", "why": problem("service.missing").text, "count": 1}]
        (refused,) = told["refused"]
        assert (refused["id"], refused["problems"][0]["field"]) == (bad[1].id, "service_code")
        assert run("--dry-run", "FA-1").exit_code == 0
        assert run().exit_code == 2, "without a name nothing is sent"
        assert house.store.intents.all() == []


# Numbers


async def test_a_number_that_an_invoice_of_this_year_has_is_taken(tmp_path: Path) -> None:
    """S1-066, S1-090: ours or sent from elsewhere."""
    async with House(tmp_path) as house:
        await house.submitted("FA-1")
        second = await house.ready("FA-1", note="Second print")
        assert "number.used" in ids(house, second)
        assert "FA-1.pdf" in why_not_submit(house.desk, second)
        portal = await house.ready("P2026-0412", note="Third")
        assert "number.used" in ids(house, portal)
        complete(house.desk, portal.id, {"issued": date(2025, 3, 1)})
        assert "number.used" in ids(house, portal), "it was deposited this year, whatever its date"
        complete(house.desk, portal.id, {"number": "P2026-9999"})
        assert "number.used" not in ids(house, portal)


async def test_a_number_of_another_supplier_of_last_year_or_of_a_draft_is_free(tmp_path: Path) -> None:
    """S1-090: unique per supplier and calendar year."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-7")
        taken = Invoice(
            id=1,
            number="FA-7",
            status=InvoiceStatus.MADE_AVAILABLE,
            issued=date(2026, 3, 1),
            deposited=date(2026, 3, 2),
            supplier_siret=document.fields.supplier_siret or "",
        )
        house.store.invoices.put(taken)
        assert "number.used" in ids(house, document)
        for free in (
            structs.replace(taken, supplier_siret="83990121200028"),
            structs.replace(taken, issued=date(2025, 3, 1), deposited=date(2025, 3, 2)),
            structs.replace(taken, status=InvoiceStatus.READ_BY_OCR),
            structs.replace(taken, number="FA-70"),
        ):
            house.store.invoices.put(free)
            assert "number.used" not in ids(house, document), free


async def test_a_rejected_invoice_keeps_its_number(tmp_path: Path) -> None:
    """S1-050: resending a rejected number is impossible, handled or not."""
    async with House(tmp_path) as house:
        await house.submitted("FA-1")
        house.sandbox.act(house.invoice("FA-1").id, "REJETEE", "montant")
        await house.settle_all()
        assert house.invoice("FA-1").status is InvoiceStatus.REJECTED
        again = await house.ready("FA-1", note="Corrected")
        assert "number.rejected" in ids(house, again)
        assert "number.used" not in ids(house, again)
        house.store.invoices.put(structs.replace(house.invoice("FA-1"), rejection_handled=True))
        refused = dict(submit(house.desk, [again.id]).refused)
        assert "was rejected and keeps its number" in refused[again.id]
        complete(house.desk, again.id, {"number": "FA-1B"})
        assert submit(house.desk, [again.id]).done


async def test_of_two_that_wait_under_one_number_the_first_may_have_it(tmp_path: Path) -> None:
    """S1-090: in one batch, in two slices, and while the first is on its way."""
    async with House(tmp_path) as house:
        first = await house.ready("FA-1")
        house.turn(timedelta(minutes=1))
        second = await house.ready("FA-2", note="another page")
        complete(house.desk, second.id, {"number": "FA-1"})
        result = preflight(house.desk, [second.id, first.id])
        assert result.passing == (first.id,)
        assert [name for name, _sentence, _count in result.why] == ["number.used"]
        outcome = await in_slices(submit, house.desk, [second.id, first.id])
        assert outcome.done == (first.id,)
        assert "number.used" in ids(house, second)
        withdraw(house.desk, [first.id])
        remove(house.desk, [first.id])
        assert "number.used" not in ids(house, second)
        assert submit(house.desk, [second.id]).done


async def test_what_another_console_filed_counts(tmp_path: Path) -> None:
    """S1-090: the index follows what other processes write."""
    async with House(tmp_path) as house, House(tmp_path, who="colleague", neighbour=house) as other:
        first = await house.ready("FA-1")
        second = await house.ready("FA-2", note="another page")
        other.store.refresh()
        assert not {"number.used"} & {p.id for p in all_problems_of(other.desk, other.again_of(second))}
        complete(house.desk, second.id, {"number": "FA-1"})
        other.store.refresh()
        told = {p.id for p in all_problems_of(other.desk, other.again_of(second))}
        told |= {p.id for p in all_problems_of(other.desk, other.again_of(first))}
        assert "number.used" in told


# The same content


async def test_the_same_content_under_another_number_is_worth_a_look(tmp_path: Path) -> None:
    """Recipient, date and amount are those of another document, or of an invoice: a warning (S1-074)."""
    async with House(tmp_path) as house:
        first = await house.ready("FA-1")
        house.turn(timedelta(minutes=1))
        second = await house.ready("FA-2", note="another page")
        assert "content.duplicate" not in ids(house, first), "the later one is told of"
        (found,) = [p for p in all_problems_of(house.desk, second) if p.id == "content.duplicate"]
        assert (found.blocking, "FA-1.pdf" in found.text) == (False, True)
        assert submit(house.desk, [first.id, second.id]).done == (first.id, second.id)
        await house.settle()
        third = await house.ready("FA-3", note="a third page")
        assert "content.duplicate" in ids(house, third), "invoices count, too"
        complete(house.desk, third.id, {"to_pay": Decimal("1.00")})
        assert "content.duplicate" not in ids(house, third)
        complete(house.desk, third.id, {"to_pay": None})
        assert "content.duplicate" in ids(house, third)


async def test_the_same_amount_for_two_services_of_one_town_is_two_invoices(tmp_path: Path) -> None:
    """Twelve schools of one town get twelve invoices on one day: no doubt about any of them (S1-019)."""
    async with House(tmp_path) as house:
        schools = []
        for place, code in enumerate(("MAIRIE", "CANTINE")):
            schools.append(await house.ready(f"FA-{place}", fields={"service_code": code}, note=code))
            house.turn(timedelta(minutes=1))
        assert [ids(house, school) for school in schools] == [set(), set()]
        assert submit(house.desk, [schools[0].id]).done
        await house.settle()
        assert ids(house, schools[1]) == set()
        complete(house.desk, schools[1].id, {"service_code": "MAIRIE"})
        assert ids(house, schools[1]) == {"content.duplicate"}


async def test_what_invoices_of_a_day_are_worth_is_followed(tmp_path: Path) -> None:
    """The day was asked about before its invoices came, changed and went."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        assert "content.duplicate" not in ids(house, document)
        fields = document.fields
        siret = fields.recipient_siret or ""
        twin = Invoice(
            id=77, number="ELSEWHERE", issued=fields.issued, recipient_siret=siret, gross=fields.gross
        )
        elsewhere: dict[str, Any] = {
            "issued": date(2019, 1, 1),
            "gross": Decimal("1.00"),
            "recipient_siret": "0" * 14,
        }
        for name, value in elsewhere.items():
            house.store.invoices.put(twin)
            assert "content.duplicate" in ids(house, document)
            house.store.invoices.put(structs.replace(twin, **{name: value}))
            assert "content.duplicate" not in ids(house, document)
        house.store.invoices.put(twin)
        assert "content.duplicate" in ids(house, document)
        house.store.invoices.remove("77")
        assert "content.duplicate" not in ids(house, document)


async def test_a_day_with_very_many_invoices_is_looked_through_once(tmp_path: Path) -> None:
    """The last of a month: 3 000 invoices of one day would cost each document of a batch milliseconds."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        issued = document.fields.issued
        many = [Invoice(id=n, number=f"X{n}", issued=issued, gross=Decimal(n)) for n in range(1, 3001)]
        house.store.invoices.put(*many)
        ids(house, document)

        def cost() -> float:
            begun = process_time()
            for _time in range(100):
                all_problems_of(house.desk, document)
            return process_time() - begun

        with_many = min(cost() for _time in range(3))
        house.store.invoices.remove(*(str(invoice.id) for invoice in many))
        assert with_many < 3 * min(cost() for _time in range(3)), "looked through each time it is 10 x"


async def test_the_very_same_file_is_worth_a_look(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        copy = structs.replace(document, id="copy", path="/elsewhere.pdf", name="elsewhere.pdf")
        house.store.documents.put(copy)
        (found,) = [p for p in all_problems_of(house.desk, document) if p.id == "content.same_file"]
        assert "elsewhere.pdf" in found.text
        assert not found.blocking


# What Chorus Pro was asked about


async def test_the_states_list_is_asked_once_and_a_batch_knows_its_answer(tmp_path: Path) -> None:
    """S1-089: known, unknown and closed numbers, without a call for each look."""
    async with House(tmp_path) as house:
        said = {"1400000001": False, "1499999999": True, "1300000099": True}
        documents = {
            number: await house.ready(
                f"FA-{number}",
                fields={
                    "recipient_siret": STATE_SIRET,
                    "service_code": "SFACETAT",
                    "commitment_number": number,
                },
            )
            for number in said
        }
        asked = sum("engagementsJuridiques" in call for call in house.wire.calls)
        assert asked == len(said)
        for number, unknown in said.items():
            assert ("commitment.unknown" in ids(house, documents[number])) is unknown
        await house.settle()
        assert sum("engagementsJuridiques" in call for call in house.wire.calls) == asked
        house.turn(timedelta(days=1, minutes=1))
        assert "commitment.unknown" not in ids(house, documents["1499999999"]), "an answer holds for a day"
        await house.settle()
        assert "commitment.unknown" in ids(house, documents["1499999999"])
        remove(house.desk, [document.id for document in documents.values()])
        house.turn(timedelta(days=1, minutes=1))
        await house.settle()
        assert not [r.name for r in house.store.lists.all() if "1499999999" in r.name], (
            "nobody asks it any more"
        )


async def test_a_list_that_may_not_be_asked_stops_nothing(tmp_path: Path) -> None:
    """S1-089: an account without that API sends as before, and nothing is reported as broken."""
    async with House(tmp_path) as house:
        house.sandbox.faults.inject("engagementsJuridiques/v1/rechercher", "garbage", None)
        document = await house.ready(
            "FA-1",
            fields={
                "recipient_siret": STATE_SIRET,
                "service_code": "SFACETAT",
                "commitment_number": "1400000001",
            },
        )
        state = house.store.state.get("sync")
        assert state is None or state.trouble is None
        assert answers.kept(house.desk, answers.commitment_name(STATE_SIRET, "1400000001")) is None
        assert submit(house.desk, [document.id]).done
        await house.settle()
        assert house.deposited("FA-1") == 1


async def test_a_pair_that_the_state_refused_is_worth_a_look_the_next_time(tmp_path: Path) -> None:
    """S1-089: commitment and service are checked against each other, and the list of pairs is not told."""
    pair = {
        "recipient_siret": STATE_SIRET,
        "service_code": "DREALIDF078",
        "commitment_number": "1400000001",
    }
    async with House(tmp_path) as house:
        first = await house.ready("FA-1", fields=pair)
        assert "commitment.mismatch" not in ids(house, first)
        assert submit(house.desk, [first.id]).done
        await house.settle()
        assert house.again_of(first).in_error
        second = await house.ready("FA-2", fields=pair, note="another page")
        (found,) = [p for p in all_problems_of(house.desk, second) if p.id == "commitment.mismatch"]
        assert not found.blocking, "the State may have put its list right"
        house.turn(timedelta(days=1, minutes=1))
        assert "commitment.mismatch" not in ids(house, second)


async def test_a_validator_is_asked_about_among_private_structures_too(tmp_path: Path) -> None:
    """API 2.3: A9 and A12 name the structure that approves first."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        changes = {"billing_frame": BillingFrame.A9, "validator_siret": MAIN_CONTRACTOR}
        complete(house.desk, document.id, changes)
        await house.settle()
        assert not {"validator.unknown", "validator.key"} & ids(house, document)
        complete(house.desk, document.id, {"validator_siret": "55208131766522"})
        assert "validator.unknown" not in ids(house, document), "nobody asked yet"
        await house.settle()
        assert "validator.unknown" in ids(house, document)
        complete(house.desk, document.id, {"validator_siret": "55208131766523"})
        assert "validator.key" in ids(house, document)


async def test_what_an_operator_emptied_is_missed(tmp_path: Path) -> None:
    """API 2.3: what has a default is only empty where somebody emptied it."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        names = ("kind", "payment_means", "billing_frame", "currency")
        complete(house.desk, document.id, {}, cleared=names)
        assert ids(house, document) >= {
            "kind.missing",
            "payment_means.missing",
            "frame.missing",
            "currency.missing",
        }
        assert not submit(house.desk, [document.id]).done


# How fast


async def test_a_list_does_not_read_the_invoices_for_its_rows(tmp_path: Path) -> None:
    """The first frame of place 1 does not wait for 100 000 invoices; once they are there, rows know more."""
    async with House(tmp_path) as house:
        await house.submitted("FA-1")
        second = await house.ready("FA-1", note="Second print")
        await house.again()
        row = house.again_of(second)
        assert "number.used" not in {p.id for p in listed_problems_of(house.desk, row)}
        assert not house.store.invoices.is_loaded
        await Neighbours.prepare(house.desk)
        len(house.store.invoices)
        assert "number.used" in {p.id for p in listed_problems_of(house.desk, row)}


async def test_the_index_is_made_beside_a_running_screen(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        one = await house.ready("FA-1")
        copies = [structs.replace(one, id=f"{n}", path=f"/{n}", sha256=f"{n:064x}") for n in range(450)]
        house.store.documents.put(*copies)
        turns = 0
        making = asyncio.ensure_future(Neighbours.prepare(house.desk))
        while not making.done():
            await asyncio.sleep(0)
            turns += 1
        assert turns >= 5
        assert Neighbours.are_at_hand(house.desk) is house.store.invoices.is_loaded
        late = structs.replace(one, id="zz", path="/zz", sha256="f" * 64)
        house.store.documents.put(late)
        assert "number.used" in ids(house, late)
        house.store.documents.remove("zz")
        key = (one.fields.number or "", one.fields.supplier_siret or "", 2026)
        assert all(d.id != "zz" for d in Neighbours.of(house.desk).numbered(key))  # type: ignore[arg-type]


async def test_an_issuer_that_nobody_names_is_said_before_anything_is_submitted(tmp_path: Path) -> None:
    """S1-071, S2-017: a rehearsal promises nothing that the submission then refuses."""
    async with House(tmp_path) as house:
        document = structs.replace(await house.ready("FA-1"), channel=Channel.API)
        house.store.documents.put(document)
        assert preflight(house.desk, [document.id]).passing == (document.id,)
        connection = structs.replace(house.settings.connection, structure="")
        unset = structs.replace(house.settings, connection=connection)
        house.store.suppliers.put(Supplier(siret="12345678900019", id=77, name="Another"))
        desk = Desk(house.store, unset, house.clock.now, house.who)
        (verdict,) = preflight(desk, [document.id]).failing
        assert [problem.id for problem in verdict.problems] == ["state.no_way"]
        assert "connection.structure" in why_not_submit(desk, document)
