"""Place 5, Recipients: who is known, what labels stand for, asking Chorus Pro again, the directory."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chorus_tui.domain.document import Document, Failure, Phase
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.recipient import Alert, Recipient, Service, Shift
from chorus_tui.domain.records import Link, ServiceMatch, SyncState, Trouble
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import Desk, matching, refreshing, submit
from chorus_tui.operations.desk import SLICE
from chorus_tui.ui.app import ChorusConsole
from tests.console.billing import VALLEY, clerk_of
from tests.console.operator import NOW, SIZES, Operator, console, desk_in
from tests.house import House
from tests.sync.test_refusals import forget_demands

TOWN, HOSPITAL, OLD = "12345678200028", "26340016900014", "21991819000014"
MISSING = "Le service exécutant est obligatoire pour ce destinataire (GDP_MSG_05.006)"


def recipient(siret: str, name: str, **more: Any) -> Recipient:
    return Recipient(siret=siret, id=int(siret[:9]), name=name, checked_at=NOW, **more)


def fill(desk: Desk) -> None:
    """Three recipients; two documents of one print a label that nothing matches, one of them in error."""
    desk.store.recipients.put(
        recipient(
            TOWN,
            "COMMUNAUTE DE COMMUNES DU VAL D'OREE",
            service_required=True,
            services=(
                Service(id=1, code="ECOLES", name="Écoles et périscolaire", valid_from=NOW - timedelta(900)),
                Service(id=2, code="EAU", name="Eau et assainissement"),
                Service(id=3, code="VOIRIE", name="Voirie (ancien service)", active=False),
                Service(id=4, code="SPORT", name="Sports", valid_from=NOW + timedelta(60)),
            ),
        ),
        recipient(HOSPITAL, "CENTRE HOSPITALIER DE BEZIERS", service_or_commitment=True),
        recipient(OLD, "COMMUNE FUSIONNEE", active=False),
    )
    for key, siret, label, error in (
        ("a", TOWN, "Pôle jeunesse", MISSING),
        ("b", TOWN, "POLE JEUNESSE", ""),
        ("c", TOWN, "Zone d'activités", ""),
        ("d", HOSPITAL, "", "Numéro déjà utilisé"),
        ("e", "99999999999999", "", ""),
    ):
        fields = InvoiceFields(recipient_siret=siret, service_label=label or None, number=key)
        document = Document(
            id=key,
            path=f"/{key}",
            name=f"{key}.pdf",
            sha256=key,
            size=1,
            filed_at=NOW,
            rule="r",
            state=DocumentState.TO_SUBMIT,
            readings={Source.PAGE: fields},
        )
        document = matching.fill(desk, document)
        if error:
            stamp = Failure(phase=Phase.AFTER, message=error, at=NOW, fingerprint=document.fingerprint)
            document = Document(**{**_fields(document), "failure": stamp})
        desk.store.documents.put(document)
    for label, code, held, missed, told in (
        ("zone d'activites", "EAU", 7, 0, False),
        ("service des sports", "ECOLES", 3, 2, False),
        ("voirie communale", "VOIRIE", 12, 0, True),
    ):
        desk.store.matches.put(
            ServiceMatch(
                siret=TOWN,
                label=label,
                service_code=code,
                decided_by="anne@billing",
                decided_at=NOW,
                held=held,
                missed=missed,
                told=told,
            )
        )


def _fields(document: Document) -> dict[str, Any]:
    return {name: getattr(document, name) for name in document.__struct_fields__}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = desk_in(tmp_path)
    fill(desk)
    yield desk
    desk.store.close()


@pytest.fixture
async def operator(desk: Desk) -> AsyncIterator[Operator]:
    """At Recipients."""
    async with console(desk, place="recipients") as someone:
        await someone.app.workers.wait_for_complete()
        await someone.idle()
        yield someone


def row_of(operator: Operator, words: str) -> str:
    """The line of the screen that holds words."""
    (line,) = [line for line in (" ".join(line.split()) for line in operator.lines) if words in line]
    return line


async def test_every_recipient_is_listed_with_what_waits_for_it(operator: Operator) -> None:
    """S1-003."""
    assert row_of(operator, TOWN).endswith(f"{TOWN} ✓ active service 3 1")
    assert row_of(operator, HOSPITAL).endswith("✓ active either 1 1")
    assert row_of(operator, OLD).endswith("✗ inactive not known")
    assert "· not asked not known 1" in row_of(operator, "99999999999999")


async def test_what_a_label_lacks_is_on_the_screen_without_a_key(operator: Operator) -> None:
    """S1-084."""
    assert operator.sees("1 label of waiting documents stands for no service: Pôle jeunesse", "→ enter")


async def test_recipients_are_filtered_and_sorted(operator: Operator) -> None:
    await operator.press("slash")
    await operator.type("active:inactive")
    await operator.press("enter")
    assert operator.sees("1 of 4", "COMMUNE FUSIONNEE", "Chorus Pro refuses invoices to it")
    await operator.press("escape", "t", "r", "enter")
    assert operator.sees("Recipient ▲")


async def test_a_match_is_told_fills_documents_in_and_is_taken_back(operator: Operator) -> None:
    """S1-070: the error whose cause it was goes, and comes back with u."""
    store = operator.app.desk.store
    await operator.press("enter")
    assert operator.sees("Mandatory: service", "2 of 4 services open", "3 documents wait, 1 in error")
    assert "Pôle jeunesse – not matched" in row_of(operator, "Pôle")
    assert "2" in row_of(operator, "Pôle").split()[-1]
    await operator.press("enter")
    assert operator.sees("Which service is “Pôle jeunesse”?", "✓ open", "✗ closed", "… not yet open")
    await operator.press("slash")
    await operator.type("ecoles")
    await operator.press("enter", "enter")
    await operator.news()
    assert operator.sees("“Pôle jeunesse” stands for ECOLES · 2 documents filled in, 1 free of its error")
    assert "Pôle jeunesse ECOLES Écoles" in row_of(operator, "Pôle jeunesse ECOLES")
    assert [store.documents[key].fields.service_code for key in "abc"] == ["ECOLES", "ECOLES", None]
    assert [store.documents[key].in_error for key in "abd"] == [False, False, True]
    await operator.press("u")
    await operator.news()
    assert operator.sees("Taken back", "not matched")
    assert store.documents["a"].failure is not None
    assert store.documents["a"].failure.message == MISSING


async def test_a_closed_service_is_not_taken(operator: Operator) -> None:
    await operator.press("enter", "enter", "G")
    assert operator.sees("Voirie (ancien")
    while not operator.sees("> Voirie"):
        await operator.press("k")
    await operator.press("enter")
    assert operator.sees("This service is closed: Chorus Pro refuses invoices to it.")
    assert not operator.sees("stands for")


async def test_how_sure_a_match_is_and_why_it_is_not_filled_in(operator: Operator) -> None:
    """S1-003, S1-026."""
    await operator.press("enter", "slash")
    await operator.type("sports")
    await operator.press("enter")
    assert operator.sees("3/2", "58 %", "Only 58 % sure, below 80 %: it is offered on forms")
    await operator.press("escape", "slash")
    await operator.type("voirie")
    await operator.press("enter")
    assert operator.sees("The service VOIRIE is closed, so it is not filled in.", "→ enter chooses another")


async def test_a_label_is_typed_and_forgotten(operator: Operator) -> None:
    """S1-003."""
    store = operator.app.desk.store
    await operator.press("enter", "n")
    await operator.type("Halle aux grains")
    await operator.press("enter")
    assert operator.sees("Which service is “Halle aux grains”?")
    await operator.press("enter")
    await operator.news()
    assert operator.sees("“Halle aux grains” stands for", "90 %", "told · clerk@desk")
    await operator.press("slash")
    await operator.type("halle")
    await operator.press("enter", "x")
    await operator.news()
    assert operator.sees("1 match forgotten · u takes it back.")
    assert f"{TOWN}\nhalle aux grains" not in store.matches


async def test_what_an_import_changed_shows_until_it_is_opened(operator: Operator) -> None:
    store = operator.app.desk.store
    store.alerts.put(Alert(siret=TOWN, shifts=(Shift.INACTIVE,), at=NOW))
    await operator.news()
    assert operator.sees("✓ active !", "The imported directory says that the recipient is inactive.")
    await operator.press("enter")
    assert operator.sees("The imported directory says that the recipient is inactive.")
    await operator.press("escape")
    await operator.news()
    assert not operator.sees("says that the recipient is inactive")
    assert TOWN not in store.alerts


# Asking Chorus Pro


async def test_a_refresh_of_all_is_asked_shown_and_stopped(operator: Operator) -> None:
    desk = operator.app.desk
    await operator.press("R")
    assert operator.sees("Ask Chorus Pro about 3 recipients again?")
    await operator.press("y")
    await operator.news()
    assert operator.sees("Asking about 3 recipients: no sync service runs, so it is asked when one does.")
    assert operator.sees("asked 0 of 3")
    refreshing.asked_about(desk, TOWN)
    await operator.press("3", "5")
    await operator.news()
    assert operator.sees("asked 1 of 3")
    await operator.press("R", "y")
    await operator.news()
    assert operator.sees("Stopped; those asked so far are up to date.")
    assert not operator.sees("asked 1 of 3")


async def test_what_keeps_chorus_pro_from_being_asked_is_said(operator: Operator) -> None:
    """Offline, and S1-083."""
    store = operator.app.desk.store
    trouble = Trouble(Link.API, "Chorus Pro is not available, please try again later", "Wait.", NOW)
    store.state.put(SyncState(leader="x", trouble=trouble))
    lease = store.try_lead("other@desk")
    assert lease is not None
    await operator.press("r")
    await operator.news()
    assert operator.sees(
        "Chorus Pro is not available, please try again later; it is asked once that is over."
    )
    assert refreshing.is_asked(operator.app.desk, TOWN)
    lease.release()


async def test_one_is_asked_at_once_where_the_console_is_connected(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.ready("FA-1", recipient=VALLEY)
        async with console(house.desk, place="recipients", lookups=house.lookups) as operator:
            await operator.app.workers.wait_for_complete()
            house.turn(timedelta(hours=3))
            await operator.press("enter", "r")
            await operator.app.workers.wait_for_complete()
            await operator.news()
            assert operator.sees("Chorus Pro told of it.")
            assert house.store.recipients[VALLEY.siret].checked_at == house.now
            house.sandbox.faults.inject("*", "unavailable", None)
            await operator.press("r")
            await operator.app.workers.wait_for_complete()
            await operator.idle()
            assert operator.sees("Chorus Pro is not available")


async def test_from_the_refusal_to_the_invoice_by_keys(tmp_path: Path) -> None:
    """S1-068, S1-070, S1-071, S1-084: refused, matched in place 5, ready in place 1, submitted."""
    async with House(tmp_path) as house:
        printed = {"service_label": "Pôle des écoles"}
        documents = [await house.ready(f"FA-{n}", recipient=VALLEY, fields=printed) for n in (1, 2, 3)]
        forget_demands(house, VALLEY.siret)
        submit(house.desk, [d.id for d in documents])
        await house.settle_all()
        async with clerk_of(house) as clerk:
            assert clerk.lines[clerk.row].endswith("✗ To submit")
            await clerk.keys("5")
            await clerk.app.workers.wait_for_complete()
            await clerk.keys("enter", "enter", "enter")
            await clerk.news()
            assert clerk.sees("3 documents filled in, 3 free of their error")
            await clerk.keys("1")
            await clerk.news()
            assert clerk.lines[clerk.row].endswith("● To submit")
            await clerk.keys("a", "s", "y")
            await house.settle_all()
            assert [house.deposited(f"FA-{n}") for n in (1, 2, 3)] == [1, 1, 1]


# The directory


def annuaire(tmp_path: Path) -> Path:
    file = tmp_path / "annuaire.csv"
    rows = [f"{n:014};Structure {n};Oui" for n in range(1, 400)]
    file.write_text("\n".join(["Numéro;Nom;Actif", f"{OLD};Commune;Non", *rows, "12;court;Oui"]))
    return file


async def test_a_directory_is_imported_in_the_background_and_searched(
    operator: Operator, tmp_path: Path
) -> None:
    await operator.press("i")
    await operator.type(str(annuaire(tmp_path)))
    await operator.press("enter")
    await operator.until_sees("Import of annuaire.csv", "UTF-8 · separator ;")
    assert operator.sees("Choose the column that holds the SIRET.")
    await operator.press("i")
    assert operator.sees("Choose the column that holds the SIRET.", "SIRET – none")
    await operator.press("enter", "n", "enter")
    assert operator.sees("SIRET Numéro", f"{OLD} · 00000")
    await operator.press("i")
    await operator.until_sees("400 recipients imported · 1 row could not be used (line 402: this is no SIRET")
    await operator.press("d")
    await operator.type("structure 39")
    await operator.press("enter")
    assert operator.sees("Recipients › “structure 39”", "1/11", "Only the directory of 2026-11-22 knows it")
    await operator.press("enter")
    assert operator.sees("00000000000039", "Known from the directory", "r asks Chorus Pro")
    await operator.press("L")
    assert operator.sees("annuaire.csv, line 402: this is no SIRET of fourteen digits")


async def test_a_file_that_is_no_directory_is_told(operator: Operator, tmp_path: Path) -> None:
    await operator.press("i")
    await operator.type(str(tmp_path / "gone.csv"))
    await operator.press("enter")
    await operator.until_sees("cannot be read: No such file or directory")


async def test_a_search_without_a_directory_says_how_to_get_one(operator: Operator) -> None:
    await operator.press("d")
    await operator.type("brest")
    await operator.press("enter")
    assert operator.sees("no directory was imported")
    await operator.press("d")
    for _letter in "brest":
        await operator.press("backspace")
    await operator.type("beziers")
    await operator.press("enter")
    assert operator.sees("CENTRE HOSPITALIER DE BEZIERS", "Chorus Pro")


# Sizes and pictures


@pytest.mark.parametrize("size", SIZES)
async def test_list_and_detail_fit_every_size(desk: Desk, size: tuple[int, int]) -> None:
    async with console(desk, place="recipients", size=size) as operator:
        await operator.app.workers.wait_for_complete()
        await operator.at_rest()
        assert operator.sees(TOWN, "Pôle jeunesse")
        assert all(len(line) <= size[0] for line in operator.lines)
        await operator.press("enter")
        await operator.at_rest()
        assert operator.sees("Mandatory: service", "not matched")
        assert all(len(line) <= size[0] for line in operator.lines)


Compare = Callable[..., bool]


@pytest.mark.parametrize("keys", [(), ("enter",), ("enter", "enter")], ids=["list", "detail", "services"])
def test_the_screens_look_like_their_pictures(
    keys: tuple[str, ...], desk: Desk, snap_compare: Compare
) -> None:
    app = ChorusConsole(desk, place="recipients", theme="dark")

    async def work(pilot: Any) -> None:
        operator = Operator(app, pilot)
        await app.workers.wait_for_complete()
        await operator.news()
        for key in keys:
            await operator.press(key)
        await operator.at_rest()

    assert snap_compare(app, terminal_size=(80, 24), run_before=work)


async def test_the_loop_is_not_held_by_many_documents(tmp_path: Path) -> None:
    """Counting and filling in go in slices: a key is never kept waiting for all of them."""
    desk = desk_in(tmp_path)
    fill(desk)
    first = desk.store.documents["b"]
    desk.store.documents.put(
        *(Document(**{**_fields(first), "id": f"n{n}", "path": f"/n{n}"}) for n in range(600))
    )
    async with console(desk, place="recipients") as operator:
        await operator.app.workers.wait_for_complete()
        await operator.idle()
        assert "603 1" in row_of(operator, TOWN)
        slices: list[int] = []
        desk.store.subscribe(lambda changes: slices.append(len(changes.get("documents", ()))))
        await operator.press("enter", "enter", "enter")
        await operator.app.workers.wait_for_complete()
        await operator.news()
        assert operator.sees("602 documents filled in, 1 free of its error")
        assert sum(slices) == 602
        assert max(slices) <= SLICE
    desk.store.close()
