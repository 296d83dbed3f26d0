"""What labels stand for: learned from what held and missed, told by hand, filled in where that is sure."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from chorus_tui.domain.document import Document, Failure, Phase
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.recipient import Recipient, Service
from chorus_tui.domain.records import ServiceMatch
from chorus_tui.domain.replies import Recycling
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import Desk, Refusal, decide, fill, forget, matching, submit
from chorus_tui.operations.fixing import Fix, FixKind, apply_and_submit
from chorus_tui.operations.learning import learn
from chorus_tui.operations.matching import find, follow, suggestions
from chorus_tui.operations.processing import recycle
from chorus_tui.operations.undoing import undo
from tests.console.billing import VALLEY
from tests.console.operator import NOW, desk_in
from tests.house import House
from tests.sync.test_refusals import forget_demands

TOWN = "12345678200028"
LABEL = "Pôle des écoles"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk that knows a recipient with two open services and a closed one."""
    desk = desk_in(tmp_path)
    services = (
        Service(id=1, code="ECOLES", name="Écoles et périscolaire"),
        Service(id=2, code="EAU", name="Eau et assainissement"),
        Service(id=3, code="VOIRIE", name="Voirie", active=False),
        Service(id=4, code="FUTUR", name="Service futur", valid_from=NOW + timedelta(days=9)),
    )
    desk.store.recipients.put(
        Recipient(siret=TOWN, id=7, name="Val d'Orée", services=services, checked_at=NOW)
    )
    yield desk
    desk.store.close()


def document(key: str = "d1", label: str = LABEL, typed: str | None = None, **more: Any) -> Document:
    """A waiting document that prints a label."""
    readings = {Source.PAGE: InvoiceFields(recipient_siret=TOWN, service_label=label, number=key)}
    if typed:
        readings[Source.OPERATOR] = InvoiceFields(service_code=typed)
    told: dict[str, Any] = {"state": DocumentState.TO_SUBMIT, "readings": readings, **more}
    return Document(id=key, path=f"/{key}", name=key, sha256=key, size=1, filed_at=NOW, rule="r", **told)


def accepted(desk: Desk, code: str, times: int = 1, label: str = LABEL) -> None:
    """Operators chose a service so many times, and Chorus Pro accepted it."""
    for _time in range(times):
        learn(desk, document(label=label, typed=code))


def filled(desk: Desk, label: str = LABEL) -> str | None:
    """What the next document that prints the label is filled with."""
    return fill(desk, document(label=label)).fields.service_code


def match_of(desk: Desk) -> ServiceMatch:
    found = find(desk, TOWN, LABEL)
    assert found is not None
    return found


def test_one_acceptance_is_offered_and_two_fill_in(desk: Desk) -> None:
    """S1-026: below the bound of the settings nothing is filled in silently."""
    accepted(desk, "ECOLES")
    assert filled(desk) is None
    (offer,) = suggestions(desk, TOWN, LABEL)
    assert (offer.code, offer.label, offer.why) == ("ECOLES", "Écoles et périscolaire", "held 1 time")
    assert offer.confidence == pytest.approx(0.75)
    accepted(desk, "ECOLES")
    assert filled(desk) == "ECOLES"


def test_the_bound_is_a_setting(tmp_path: Path) -> None:
    """S1-026."""
    for bound, code in ((0.7, "ECOLES"), (0.76, None)):
        desk = desk_in(tmp_path / str(bound), match_confidence=bound)
        accepted(desk, "ECOLES")
        assert filled(desk) == code
        desk.store.close()


@given(held=st.integers(0, 500), missed=st.integers(0, 500), told=st.booleans())
def test_confidence_is_a_share_that_grows_with_each_hold_and_falls_with_each_miss(
    held: int, missed: int, told: bool
) -> None:
    """S1-003."""
    match = ServiceMatch(
        siret=TOWN,
        label="x",
        service_code="A",
        decided_by="a",
        decided_at=NOW,
        held=held,
        missed=missed,
        told=told,
    )
    assert 0 < match.confidence < 1
    assert structs.replace(match, held=held + 1).confidence > match.confidence
    assert structs.replace(match, missed=missed + 1).confidence < match.confidence
    assert structs.replace(match, told=True).confidence >= match.confidence


def test_what_is_told_by_hand_is_sure_until_it_misses(desk: Desk) -> None:
    """S1-003, S1-070."""
    decide(desk, TOWN, LABEL, "ECOLES")
    assert match_of(desk).confidence >= desk.settings.match_confidence
    assert filled(desk) == "ECOLES"
    accepted(desk, "EAU")
    known = match_of(desk)
    assert (known.service_code, known.missed, known.others) == ("ECOLES", 1, {"EAU": 1})
    assert filled(desk) is None, "an operator chose otherwise, so it is only offered"
    assert [offer.code for offer in suggestions(desk, TOWN, LABEL)] == ["ECOLES", "EAU"]
    decide(desk, TOWN, LABEL, "ECOLES")
    assert filled(desk) == "ECOLES", "told again, it is sure again"


def test_a_label_for_which_operators_choose_now_one_now_another_service_fills_in_neither(desk: Desk) -> None:
    """S1-003: a conflict of labels."""
    accepted(desk, "ECOLES", 3)
    assert filled(desk) == "ECOLES"
    accepted(desk, "EAU")
    assert (match_of(desk).service_code, match_of(desk).missed) == ("ECOLES", 1)
    assert filled(desk) is None
    accepted(desk, "EAU", 2)
    known = match_of(desk)
    assert (known.service_code, known.held, known.others) == ("EAU", 3, {"ECOLES": 3})
    assert known.held + known.missed == 6, "every trial is counted"
    assert filled(desk) is None
    assert [offer.code for offer in suggestions(desk, TOWN, LABEL)] == ["EAU", "ECOLES"]


@settings(deadline=None)
@given(choices=st.lists(st.sampled_from(["ECOLES", "EAU", "X", "Y"]), min_size=1, max_size=30))
def test_whatever_is_chosen_every_choice_is_counted_once_and_the_match_is_a_most_frequent_one(
    choices: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """S1-003."""
    desk = desk_in(tmp_path_factory.mktemp("desk"))
    for code in choices:
        accepted(desk, code)
    known = match_of(desk)
    counted = {**known.others, known.service_code: known.held}
    assert counted == {code: choices.count(code) for code in set(choices)}
    assert known.held + known.missed == len(choices)
    assert known.held == max(counted.values())
    desk.store.close()


def test_labels_that_fold_alike_are_one(desk: Desk) -> None:
    """S1-026: accents, case, spaces and what a PDF hides in a label make no difference."""
    accepted(desk, "ECOLES", label="Pôle  des ÉCOLES")
    accepted(desk, "ECOLES", label=" pole des ecoles ")
    assert len(desk.store.matches) == 1
    assert match_of(desk).held == 2


def test_a_match_whose_service_closed_is_neither_filled_in_nor_offered(desk: Desk) -> None:
    """S1-026: closed, not yet open, or not listed any more."""
    for code in ("VOIRIE", "FUTUR", "GONE"):
        desk.store.matches.put(
            ServiceMatch(
                siret=TOWN,
                label=matching.folded(LABEL),
                service_code=code,
                decided_by="a",
                decided_at=NOW,
                told=True,
            )
        )
        assert filled(desk) is None
        assert suggestions(desk, TOWN, LABEL) == ()
        with pytest.raises(Refusal):
            decide(desk, TOWN, LABEL, code)


def test_the_service_that_follows_a_closed_one_is_not_doubted_for_it(desk: Desk) -> None:
    """S1-003."""
    accepted(desk, "ECOLES", 9)
    known = desk.store.recipients[TOWN]
    closed = tuple(structs.replace(s, active=s.code != "ECOLES") for s in known.services)
    desk.store.recipients.put(structs.replace(known, services=closed))
    accepted(desk, "EAU", 2)
    assert (match_of(desk).service_code, match_of(desk).missed) == ("EAU", 0)
    assert filled(desk) == "EAU"


def test_a_printed_name_needs_no_match_unless_an_operator_chose_otherwise(desk: Desk) -> None:
    """S1-026."""
    assert filled(desk, "ECOLES ET PERISCOLAIRE") == "ECOLES"
    assert filled(desk, "Voirie") is None, "it is closed"
    accepted(desk, "ECOLES", label="Écoles et périscolaire")
    assert len(desk.store.matches) == 0, "there is nothing to remember"
    accepted(desk, "EAU", label="Écoles et périscolaire")
    assert filled(desk, "Écoles et périscolaire") is None


def test_a_service_that_was_emptied_by_hand_counts_against_the_match(desk: Desk) -> None:
    """S1-003: overruled."""
    decide(desk, TOWN, LABEL, "ECOLES")
    learn(desk, document(cleared=("service_code",)))
    assert match_of(desk).missed == 1


def test_saving_a_match_frees_only_documents_whose_error_it_puts_right(desk: Desk) -> None:
    """S1-070, S1-084: the others keep theirs, and stay unchanged since they were refused."""
    missing = "Le service exécutant est obligatoire pour ce destinataire (GDP_MSG_05.006)"
    for key, words in (("mine", missing), ("other", "Numéro de facture déjà utilisé pour ce fournisseur")):
        refused = document(key)
        failure = Failure(
            phase=Phase.AFTER, message=words, at=NOW, fingerprint=fill(desk, refused).fingerprint
        )
        desk.store.documents.put(structs.replace(fill(desk, refused), failure=failure))
    mistaken = Failure(phase=Phase.BEFORE, message="Analyse impossible", at=NOW)
    desk.store.documents.put(document("analysis", state=DocumentState.MISTAKEN, failure=mistaken))
    decide(desk, TOWN, LABEL, "ECOLES")
    now = {key: desk.store.documents[key] for key in ("mine", "other", "analysis")}
    assert {d.fields.service_code for d in now.values()} == {"ECOLES"}
    assert now["mine"].failure is None
    assert now["other"].unchanged_since_failure, "what it was refused for still stands"
    assert now["analysis"].failure == mistaken
    undone = undo(desk)
    assert undone is not None
    assert desk.store.documents["mine"].failure is not None
    assert desk.store.documents["other"].fields.service_code is None
    assert len(desk.store.matches) == 0


def test_what_an_operator_typed_stands_above_the_match(desk: Desk) -> None:
    """S1-070."""
    desk.store.documents.put(document("typed", typed="EAU"), document("free"))
    decide(desk, TOWN, LABEL, "ECOLES")
    assert desk.store.documents["typed"].fields.service_code == "EAU"
    forget(desk, matching.match_key(TOWN, LABEL))
    assert desk.store.documents["free"].fields.service_code is None
    assert not forget(desk, matching.match_key(TOWN, LABEL))


def test_what_the_service_learns_by_itself_treats_no_error(desk: Desk) -> None:
    """S1-068."""
    failure = Failure(
        phase=Phase.AFTER, message="Le service exécutant est obligatoire", at=NOW, fingerprint="x"
    )
    desk.store.documents.put(
        document("refused", label="EAU", failure=failure), document("sound", label="EAU")
    )
    follow(desk, ["refused", "sound"])
    assert desk.store.documents["sound"].fields.service_code == "EAU"
    assert desk.store.documents["refused"].failure == failure
    assert desk.store.documents["refused"].fields.service_code is None
    assert len(desk.store.deeds) == 0, "nobody did it, so nobody takes it back"


@pytest.mark.parametrize(("label", "code"), [("", "ECOLES"), ("  ", "ECOLES"), (LABEL, ""), (LABEL, "NONE")])
def test_a_match_that_says_nothing_is_refused(desk: Desk, label: str, code: str) -> None:
    with pytest.raises(Refusal):
        decide(desk, TOWN, label, code)
    assert len(desk.store.matches) == 0


async def test_a_document_refused_for_its_service_is_sent_once_its_label_is_matched(tmp_path: Path) -> None:
    """S1-068, S1-070, S1-071, S1-084, from the refusal to the invoice."""
    async with House(tmp_path) as house:
        printed = {"service_label": LABEL}
        documents = [await house.ready(f"FA-{n}", recipient=VALLEY, fields=printed) for n in (1, 2)]
        other = await house.ready("FA-3", recipient=VALLEY, fields={"service_label": "Voirie"})
        forget_demands(house, VALLEY.siret)
        ids = [d.id for d in documents]
        assert len(submit(house.desk, [*ids, other.id]).done) == 3
        await house.settle_all()
        for d in (*documents, other):
            assert house.again_of(d, DocumentState.TO_SUBMIT).in_error
        assert "Nothing changed" in submit(house.desk, ids).refused[0][1]
        decide(house.desk, VALLEY.siret, LABEL, "EAU_ASSAINISSEMENT")
        assert not any(house.again_of(d).in_error for d in documents)
        assert house.again_of(other).in_error, "it prints another label"
        assert submit(house.desk, ids).done == tuple(ids)
        await house.settle_all()
        assert (house.deposited("FA-1"), house.deposited("FA-2"), house.deposited("FA-3")) == (1, 1, 0)
        known = find(house.desk, VALLEY.siret, LABEL)
        assert known is not None
        assert (known.held, known.missed, known.told) == (2, 0, True)


async def test_one_choice_for_very_many_documents_is_one_choice(tmp_path: Path) -> None:
    """S1-026: a hurried fix of a whole group fills nothing in silently, the second one that agrees does."""
    async with House(tmp_path, settings={"hold": 5.0}) as house:
        printed: dict[str, Any] = {"recipient": VALLEY, "fields": {"service_label": LABEL}}
        for turn, held in (("A", 1), ("B", 2)):
            documents = [await house.ready(f"FA-{turn}{n}", **printed) for n in range(6)]
            assert {d.fields.service_code for d in documents} == {None}
            fix = Fix(FixKind.SERVICE, "EAU_ASSAINISSEMENT")
            assert len(apply_and_submit(house.desk, [d.id for d in documents], fix).done) == 6
            house.turn(timedelta(seconds=6))
            await house.settle_all()
            assert all(house.deposited(d.fields.number or "") == 1 for d in documents)
            known = find(house.desk, VALLEY.siret, LABEL)
            assert known is not None
            assert (known.held, known.missed) == (held, 0)
        assert (await house.ready("FA-C", **printed)).fields.service_code == "EAU_ASSAINISSEMENT"


async def test_a_refusal_of_the_service_a_match_filled_in_counts_against_it(tmp_path: Path) -> None:
    """S1-003: the recipient closed the service after it was looked up."""
    async with House(tmp_path) as house:
        await house.ready("FA-1", recipient=VALLEY, fields={"service_label": LABEL})
        known = house.store.recipients[VALLEY.siret]
        opened = tuple(structs.replace(s, active=True) for s in known.services)
        house.store.recipients.put(structs.replace(known, services=opened))
        decide(house.desk, VALLEY.siret, LABEL, "VOIRIE_ANCIEN")
        document = house.document("FA-1.pdf")
        outcome = submit(house.desk, [document.id])
        assert outcome.done, outcome.refused
        await house.settle_all()
        assert house.again_of(document).in_error
        found = find(house.desk, VALLEY.siret, LABEL)
        assert found is not None
        assert (found.held, found.missed) == (0, 1)


async def test_an_invoice_sent_back_for_its_service_corrects_the_match(tmp_path: Path) -> None:
    """S1-003, S1-045: Chorus Pro accepted the service, the recipient did not."""
    async with House(tmp_path) as house:
        await house.ready("FA-1", recipient=VALLEY, fields={"service_label": LABEL})
        decide(house.desk, VALLEY.siret, LABEL, "EAU_ASSAINISSEMENT")
        submit(house.desk, [house.document("FA-1.pdf").id])
        await house.settle_all()
        invoice = house.invoice("FA-1")
        house.sandbox.act(invoice.id, "A_RECYCLER", "Autre service")
        await house.settle_all()
        found = find(house.desk, VALLEY.siret, LABEL)
        assert found is not None
        assert (found.held, found.missed) == (1, 0)
        new = Recycling(recipient_siret=VALLEY.siret, service_code="SERVICE_DEST_SERV_OBL")
        recycle(house.desk, invoice.id, new)
        await house.service.process.run_once()
        found = find(house.desk, VALLEY.siret, LABEL)
        assert found is not None
        assert (found.held, found.missed, found.others) == (0, 1, {"SERVICE_DEST_SERV_OBL": 1})
        assert found.confidence < house.settings.match_confidence


async def test_documents_follow_a_match_though_the_console_ended_before_they_did(tmp_path: Path) -> None:
    """S1-070: very many follow in slices, and the first one may have been the last."""
    async with House(tmp_path) as house:
        document = await house.ready("FA-1", recipient=VALLEY, fields={"service_label": LABEL})
        decide(house.desk, VALLEY.siret, LABEL, "EAU_ASSAINISSEMENT", follow=False)
        assert house.again_of(document).fields.service_code is None
        await house.again()
        await house.settle()
        assert house.again_of(document).fields.service_code == "EAU_ASSAINISSEMENT"
