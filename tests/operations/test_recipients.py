"""Recipients: who is known and from where, what is searched, what is asked again, what an import flags."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from chorus_tui.domain.document import Document, Failure, Phase
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.recipient import Recipient, Service, ServiceState
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.intake.directory import look
from chorus_tui.operations import Desk, decide, recipients, refreshing, remove
from chorus_tui.operations.importing import ImportFailed, import_directory, import_in_background
from chorus_tui.operations.recipients import Census, Demand, Known, labels, listing, search
from chorus_tui.store import StoreBusy, replacing
from tests.console.operator import NOW, desk_in

TOWN, STATE, OLD, NEW = "12345678200028", "11000201100044", "21991819000014", "01234567800012"

HEAD = (
    "Identifiant;Raison sociale;Code postal;Ville;Structure active;Service obligatoire;Engagement obligatoire"
)
ROWS = {
    TOWN: f"{TOWN};VAL D'ORÉE;45130;MEUNG;Oui;Oui;Non",
    STATE: f"{STATE};ETAT;75012;PARIS;Oui;Oui;Non",
    OLD: f"{OLD};COMMUNE FUSIONNÉE;35000;RENNES;Oui;Non;Non",
    NEW: f"{NEW};Mairie de l'Île;56000;VANNES;Oui;Non;Oui",
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk that knows one recipient from Chorus Pro."""
    desk = desk_in(tmp_path)
    desk.store.recipients.put(
        Recipient(
            siret=TOWN,
            id=7,
            name="VAL D'ORÉE",
            service_required=True,
            services=(Service(id=1, code="ECOLES", name="Écoles"), Service(id=2, code="V", active=False)),
            checked_at=NOW,
        )
    )
    yield desk
    desk.store.close()


def waits(desk: Desk, key: str, siret: str, label: str = "", *, error: bool = False) -> Document:
    """A waiting document for a recipient."""
    failure = Failure(phase=Phase.AFTER, message="non", at=NOW, fingerprint="x") if error else None
    document = Document(
        id=key,
        path=f"/{key}",
        name=key,
        sha256=key,
        size=1,
        filed_at=NOW,
        rule="r",
        state=DocumentState.TO_SUBMIT,
        readings={Source.PAGE: InvoiceFields(recipient_siret=siret, service_label=label or None)},
        failure=failure,
    )
    desk.store.documents.put(document)
    return document


def directory(desk: Desk, tmp_path: Path, **changed: str) -> tuple[str, ...]:
    """Import a directory of the four, one of them otherwise; answers who was flagged."""
    file = tmp_path / "annuaire.csv"
    rows = {**ROWS, **{siret.removeprefix("s"): row for siret, row in changed.items()}}
    file.write_text("\n".join([HEAD, *filter(None, rows.values())]), encoding="utf-8")
    shape = look(file)
    return import_directory(desk, shape, shape.mapping).flagged


def test_who_is_listed_and_what_of_each(desk: Desk, tmp_path: Path) -> None:
    """S1-003: known from Chorus Pro, from documents, from the directory."""
    directory(desk, tmp_path)
    waits(desk, "a", TOWN, "École", error=True)
    waits(desk, "b", NEW)
    waits(desk, "c", "99999999999999")
    decide(desk, TOWN, "École du bourg", "ECOLES")
    rows = {row.siret: row for row in listing(desk)}
    assert set(rows) == {TOWN, NEW, "99999999999999"}, "the rest of the directory is searched, not listed"
    town, island, nobody = rows[TOWN], rows[NEW], rows["99999999999999"]
    assert (town.known, town.active, town.demand, town.checked_at) == (
        Known.CHORUS,
        True,
        Demand.SERVICE,
        NOW,
    )
    assert (town.services, town.matches, town.waiting, town.in_error) == (1, 1, 1, 1)
    assert (island.known, island.name, island.demand) == (
        Known.DIRECTORY,
        "Mairie de l'Île",
        Demand.COMMITMENT,
    )
    assert (nobody.known, nobody.active, nobody.demand) == (Known.DOCUMENTS, None, Demand.UNKNOWN)


def test_counts_follow_the_documents(desk: Desk) -> None:
    """S1-003."""
    first, second = waits(desk, "a", TOWN), waits(desk, "b", TOWN, error=True)
    census = Census.of(desk)
    assert (census.waiting[TOWN], census.in_error[TOWN]) == (2, 1)
    remove(desk, [second.id])
    assert census.take([second.id]) == {TOWN}
    assert (census.waiting[TOWN], census.in_error[TOWN]) == (1, 0)
    desk.store.documents.put(
        structs.replace(first, readings={Source.PAGE: InvoiceFields(recipient_siret=STATE)})
    )
    assert census.take([first.id, "unheard of"]) == {TOWN, STATE}
    assert census.sirets() == [STATE]
    assert [d.id for d in census.documents_of(STATE)] == [first.id]


def test_labels_without_a_service_come_first(desk: Desk) -> None:
    """S1-070, S1-084."""
    decide(desk, TOWN, "Zone industrielle", "ECOLES")
    waits(desk, "a", TOWN, "Pôle Voirie", error=True)
    waits(desk, "b", TOWN, "POLE VOIRIE")
    waits(desk, "c", TOWN, "Écoles")
    waits(desk, "d", TOWN)
    first, *rest = labels(desk, TOWN, Census.of(desk).printed(TOWN))
    assert (first.label, first.match, first.waiting, first.in_error) == ("Pôle Voirie", None, 2, 1)
    named, matched = rest
    assert (named.named, named.match) == ("ECOLES", None)
    assert matched.match is not None
    assert (matched.state, matched.service and matched.service.code) == (ServiceState.OPEN, "ECOLES")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("val oree", [TOWN]),
        ("VAL D'OR", [TOWN]),
        ("mairie ile", [NEW]),
        ("vannes", [NEW]),
        (" 012 345 678 00012 ", [NEW]),
        ("oree rennes", []),
        ("", []),
        ('" OR * NEAR(', []),
    ],
)
def test_recipients_are_searched_offline(desk: Desk, tmp_path: Path, words: str, found: list[str]) -> None:
    """S1-003: accents and case ignored, words begun, SIRETs with spaces; nothing of it is syntax."""
    directory(desk, tmp_path)
    assert [recipient.siret for recipient in search(desk, words)] == found


def test_what_chorus_pro_told_stands_before_the_directory(desk: Desk, tmp_path: Path) -> None:
    directory(desk, tmp_path, s12345678200028=f"{TOWN};AUTRE NOM;1;X;Non;Non;Non")
    (found,) = search(desk, TOWN)
    assert (found.name, found.active, found.checked_at) == ("VAL D'ORÉE", True, NOW)


# Asking again


def test_a_refresh_is_a_queue_with_a_count(desk: Desk) -> None:
    """Progress "37 of 212", stopped, begun anew."""
    assert refreshing.progress(desk) is None
    refreshing.queue_refresh(desk, [TOWN, STATE, OLD])
    refreshing.queue_refresh(desk, [NEW], urgent=True)
    assert [r.siret for r in refreshing.next_refreshes(desk, 9)] == [NEW, STATE, TOWN, OLD]
    refreshing.asked_about(desk, NEW)
    refreshing.asked_about(desk, STATE, "It was refused.")
    assert refreshing.progress(desk) == refreshing.Progress(2, 4, 1)
    assert refreshing.stop_refresh(desk) == 2
    now = refreshing.progress(desk)
    assert now is not None
    assert (now.done, now.total, now.is_over) == (2, 2, True)
    refreshing.asked_about(desk, TOWN)
    assert TOWN not in desk.store.refreshes, "what was on its way when it was stopped is not queued by that"
    assert refreshing.queue_refresh(desk, [TOWN, "12"]).refused[0][0] == "12"
    assert refreshing.progress(desk) == refreshing.Progress(0, 1), "the next one is counted from nothing"


# What an import flags


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (f"{OLD};COMMUNE;35000;RENNES;Non;Non;Non", "inactive"),
        (f"{OLD};COMMUNE;35000;RENNES;Oui;Oui;Non", "asks for other data"),
        ("", "does not list the recipient any more"),
    ],
)
def test_an_import_flags_waiting_documents_that_it_touches(
    desk: Desk, tmp_path: Path, row: str, words: str
) -> None:
    """The directory is a hint: the recipients concerned are asked about first."""
    touched, other = waits(desk, "a", OLD), waits(desk, "b", STATE)
    assert directory(desk, tmp_path) == (), "nobody knew better, and it says what it says"
    assert directory(desk, tmp_path, **{f"s{OLD}": row}) == (OLD,)
    told = " ".join(recipients.alerts(desk, touched))
    assert words in told
    assert "Chorus Pro is being asked" in told
    assert recipients.alerts(desk, other) == ()
    (asked,) = refreshing.next_refreshes(desk, 9)
    assert (asked.siret, asked.urgent) == (OLD, True)
    recipients.looked_at(desk, OLD)
    assert recipients.alerts(desk, touched) == ()


def test_an_import_that_agrees_with_chorus_pro_flags_nothing(desk: Desk, tmp_path: Path) -> None:
    waits(desk, "a", TOWN)
    assert directory(desk, tmp_path) == ()
    assert directory(desk, tmp_path, **{f"s{TOWN}": f"{TOWN};X;1;Y;Oui;;"}) == (), "what it does not say"


def test_a_flag_goes_when_the_next_import_takes_it_back(desk: Desk, tmp_path: Path) -> None:
    document = waits(desk, "a", TOWN)
    assert directory(desk, tmp_path, **{f"s{TOWN}": f"{TOWN};X;1;Y;Non;Oui;Non"}) == (TOWN,)
    assert recipients.alerts(desk, document)
    directory(desk, tmp_path)
    assert recipients.alerts(desk, document) == ()


def test_a_recipient_nobody_knew_is_flagged_where_it_is_inactive(desk: Desk, tmp_path: Path) -> None:
    waits(desk, "a", OLD)
    assert directory(desk, tmp_path, **{f"s{OLD}": f"{OLD};C;1;R;Non;Oui;Oui"}) == (OLD,)


# Imports beside a running console


def file_of(tmp_path: Path, rows: int) -> Path:
    file = tmp_path / "many.csv"
    lines = (f"{number:014};Structure {number};1;Lyon;Oui;Non;Non" for number in range(1, rows + 1))
    file.write_text("\n".join([HEAD, *lines]))
    return file


async def test_an_import_runs_in_a_process_of_its_own_and_tells_how_far_it_is(
    desk: Desk, tmp_path: Path
) -> None:
    document = waits(desk, "a", OLD)
    directory(desk, tmp_path)
    shape = look(file_of(tmp_path, 3000))
    told: list[int] = []
    report = await import_in_background(desk, shape, shape.mapping, told.append)
    assert (report.rows, report.structures, report.bad, report.flagged) == (3000, 3000, 0, (OLD,))
    assert told == sorted(told)
    assert told
    assert recipients.alerts(desk, document)
    edition = desk.store.directory.edition()
    assert edition is not None
    assert (edition.source, edition.structures, edition.imported_by) == ("many.csv", 3000, "clerk@desk")


async def test_an_import_that_is_stopped_leaves_the_old_directory(desk: Desk, tmp_path: Path) -> None:
    directory(desk, tmp_path)
    shape = look(file_of(tmp_path, 50_000))
    begun = asyncio.Event()
    task = asyncio.create_task(import_in_background(desk, shape, shape.mapping, lambda _percent: begun.set()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [r.siret for r in search(desk, "vannes")] == [NEW]
    directory(desk, tmp_path)
    assert list(desk.store.folder.glob(".directory*")) == [], "what the killed one left is cleared away"


async def test_an_import_that_cannot_be_says_why(desk: Desk, tmp_path: Path) -> None:
    shape = look(file_of(tmp_path, 3))
    with replacing(desk.store.folder), pytest.raises(ImportFailed, match="under way"):
        await import_in_background(desk, shape, shape.mapping)
    wrong: dict[Any, int] = {**shape.mapping, "siret": 1}
    with pytest.raises(ImportFailed, match="None of the 3 rows holds a SIRET"):
        await import_in_background(desk, shape, wrong)
    with replacing(desk.store.folder), pytest.raises(StoreBusy):
        import_directory(desk, shape, shape.mapping)
