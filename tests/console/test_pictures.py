"""Each screen as it looks, at 80×24; place 1 also as wide as the picture in the README.

`make snapshots` paints them anew; look at them before they are committed.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chorus_tui.domain.document import Document, Failure, Phase
from chorus_tui.domain.fields import InvoiceFields, Source, VatLine
from chorus_tui.domain.invoice import History, StatusChange
from chorus_tui.domain.recipient import Recipient, Service, Supplier
from chorus_tui.domain.records import Link, SyncState, Trouble
from chorus_tui.domain.statuses import DocumentState, InvoiceKind, InvoiceStatus
from chorus_tui.i18n import N_
from chorus_tui.operations.desk import Desk
from chorus_tui.settings import Connection, Credentials, FilingRule, Folders, Settings, WatchedFolder
from chorus_tui.store import Store
from chorus_tui.ui.app import ChorusConsole
from tests.console.operator import NOW, Operator, invoice

SUPPLIER = "00000000000017"
SERVICE_MISSING = "Le service exécutant est obligatoire pour ce destinataire (GDP_MSG_05.006)"
CHECKS_FAILED = (
    "Les contrôles de cohérence effectués sur la demande de paiement ne sont pas valides : le numéro "
    "d'engagement 1300012345 n'est pas celui du service."
)
NOT_READ = "Cette facture n'a pas pu être analysée par le système Chorus Pro"

TOWN = ("21310555400017", "COMMUNE DE TOULOUSE", "", "")
HOSPITAL = ("26340016900014", "CENTRE HOSPITALIER DE BEZIERS", "PHARMA", "BC-2026-0418")
STATE = ("11000201100044", "ETAT - MINISTERE DE LA JUSTICE", "FAC9450075", "1300012345")
COUNTY = ("22330001300016", "DEPARTEMENT DE LA GIRONDE", "COLLEGES", "2026-ENG-118")
SCHOOL = ("19310010100018", "LYCEE PIERRE DE FERMAT", "", "")

ROWS = (
    ("FA-2026-0118", TOWN, "1284.00", ""),
    ("FA-2026-0121", STATE, "48730.50", CHECKS_FAILED),
    ("FA-2026-0122", HOSPITAL, "912.60", ""),
    ("FA-2026-0123", COUNTY, "3240.00", ""),
    ("FA-2026-0124", ("22330001300016", "DEPARTEMENT DE LA GIRONDE", "", "2026-ENG-120"), "768.40", ""),
    ("FA-2026-0126", SCHOOL, "215.16", ""),
    ("", None, "", NOT_READ),
    ("FA-2026-0128", TOWN, "6600.00", ""),
    ("AV-2026-0009", TOWN, "120.00", ""),
    ("FA-2026-0129", HOSPITAL, "18455.20", ""),
)


def document(place: int, number: str, recipient: tuple[str, ...] | None, amount: str, words: str) -> Document:
    """A document as the billing system drops one."""
    failure = None
    if words:
        phase = Phase.AFTER if number else Phase.BEFORE
        failure = Failure(phase=phase, message=words, at=NOW)
    fields = InvoiceFields()
    if recipient is not None:
        gross = Decimal(amount)
        net = (gross / Decimal("1.2")).quantize(Decimal("0.01"))
        fields = InvoiceFields(
            number=number,
            issued=date(2026, 11, 16),
            kind=InvoiceKind.CREDIT_NOTE if number.startswith("AV") else InvoiceKind.INVOICE,
            supplier_siret=SUPPLIER,
            supplier_name="PAPETERIE DU MIDI",
            recipient_siret=recipient[0],
            recipient_name=recipient[1],
            service_code=recipient[2] or None,
            commitment_number=recipient[3] or None,
            net=net,
            vat=gross - net,
            vat_lines=(VatLine(Decimal(20), net, gross - net),),
            gross=gross,
            to_pay=gross,
        )
    file = f"PMIDI_{number or 'FA-2026-0127'}_{recipient[0] if recipient else '19310010100018'}.pdf"
    return Document(
        id=f"d{place:02}",
        path=f"/srv/invoices/out/{file}",
        name=file,
        sha256=f"{place:064}",
        size=48_200,
        pages=1,
        filed_at=NOW - timedelta(minutes=90 - place),
        rule="Invoices",
        state=DocumentState.TO_SUBMIT if number else DocumentState.MISTAKEN,
        analysis_id=place,
        readings={Source.FACTUR_X: fields},
        failure=failure,
    )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A morning at a supplier's: one clock, one world, paths that are the same on every machine."""
    root = Path("/srv/chorus")
    folders = Folders(
        settings=root / "settings.toml",
        data=root / "data",
        log=root / "log",
        secrets=root / "secrets",
        exports=root / "exports",
    )
    settings = Settings(
        folders=folders,
        connection=Connection(environment="production", credentials=Credentials("", "", "", "")),
        watch=(WatchedFolder(path=Path("/srv/invoices/out")),),
        rules=(FilingRule(name="Invoices", supplier=SUPPLIER),),
    )
    with Store.open(tmp_path / "data") as store:
        store.recipients.put(*(recipient(*party) for party in (TOWN, HOSPITAL, STATE, COUNTY, SCHOOL)))
        store.suppliers.put(Supplier(siret=SUPPLIER, id=1, name="PAPETERIE DU MIDI", fetched_at=NOW))
        store.documents.put(*(document(place, *row) for place, row in enumerate(ROWS)))
        reason = "Le prix unitaire n'est pas celui du marché ; merci d'émettre un avoir puis une facture."
        store.invoices.put(
            invoice(41, status=InvoiceStatus.PAYMENT_ISSUED, gross=Decimal("14230")),
            invoice(42, recipient_name="Centre hospitalier de Béziers", status=InvoiceStatus.SUSPENDED),
            invoice(43, deposited=date(2026, 11, 20), status=InvoiceStatus.REJECTED, comment=reason),
        )
        store.histories.put(
            History(
                43,
                (
                    StatusChange(
                        InvoiceStatus.REJECTED, "REJETEE", NOW, reason, "Mme Durand", "05 61 00 00 00"
                    ),
                    StatusChange(InvoiceStatus.MADE_AVAILABLE, "MISE_A_DISPOSITION", NOW - timedelta(days=1)),
                    StatusChange(InvoiceStatus.SUBMITTED, "DEPOSEE", datetime(2026, 11, 20, 8, tzinfo=UTC)),
                ),
                NOW,
            )
        )
        store.state.put(SyncState(leader="billing01", alive_at=NOW, fresh_at=NOW, tracked_at=NOW))
        yield Desk(store, settings, lambda: NOW, "clerk@billing01")


def recipient(siret: str, name: str, service: str, commitment: str) -> Recipient:
    """A recipient that was looked at today."""
    services = (Service(id=1, code=service, name=service.title()),) if service else ()
    return Recipient(
        siret=siret,
        id=int(siret[:8]),
        name=name,
        service_required=bool(service),
        commitment_required=bool(commitment),
        services=services,
        checked_at=NOW,
    )


SCREENS = {
    "to_submit": ("to_submit", ("down",)),
    "form": ("to_submit", ("down", "enter")),
    "invoice": ("tracking", ("enter",)),
    "help": ("to_submit", ("question_mark",)),
    "question": ("to_submit", ("a", "s")),
    "health": ("health", ()),
}
"""Name of a picture → the place that opens first, and the keys from there."""

Compare = Callable[..., bool]


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_looks_like_its_picture(name: str, desk: Desk, snap_compare: Compare) -> None:
    """S1-067 at place 1: words and remedy of the selected error, without a key."""
    place, keys = SCREENS[name]
    if name == "health":
        advice = N_("Check this machine's network; if it is fine, wait: the platform is at fault.")
        trouble = Trouble(Link.API, N_("Chorus Pro is not available, please try again later"), advice, NOW)
        desk.store.state.put(SyncState(leader="billing01", alive_at=NOW, fresh_at=NOW, trouble=trouble))
    assert _looks(desk, place, keys, (80, 24), snap_compare)


def test_the_picture_of_the_manual(desk: Desk, snap_compare: Compare) -> None:
    assert _looks(desk, "to_submit", ("down",), (120, 30), snap_compare)


def _looks(desk: Desk, place: str, keys: tuple[str, ...], size: tuple[int, int], compare: Compare) -> bool:
    app = ChorusConsole(desk, place=place, theme="dark")

    async def work(pilot: Any) -> None:
        operator = Operator(app, pilot)
        await operator.news()
        for key in keys:
            await operator.press(key)
        if errands := [w for w in app.workers if w.group.startswith("form-")]:
            await app.workers.wait_for_complete(errands)
        if hasattr(app.screen, "pane_follows"):
            await operator.at_rest()
        await operator.idle()

    return compare(app, terminal_size=size, run_before=work)
