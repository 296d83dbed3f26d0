"""The command `flows`: deposit, show, report, resend, withdraw; the same operations as the screens."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from msgspec import structs

from chorus_tui.domain.document import Document
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.flow import Flow, FlowReport, RefusedInvoice
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import Desk
from chorus_tui.operations.defaults import refreshed
from chorus_tui.operations.flow_reports import take_report
from chorus_tui.settings import Folders, Settings
from chorus_tui.store import Store
from tests.cli.conftest import Run
from tests.flows import cii, lot
from tests.house import pdf_of
from tests.sheets import SUPPLIER, Sheet

NUMBER = "CPP0011117000000000425903"
SIGNED_IN = {
    "CHORUS_TUI_CLIENT_ID": "a",
    "CHORUS_TUI_CLIENT_SECRET": "b",
    "CHORUS_TUI_LOGIN": "c",
    "CHORUS_TUI_PASSWORD": "d",
}
WORDS = "Le code service de la structure publique destinataire est inconnu ou inactif dans Chorus Pro"


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    """A home whose account is declared on the supplier, and three invoices that wait."""
    (home / "drop").mkdir(parents=True)
    (home / "settings.toml").write_text(
        f"""
hold = 0.0
[connection]
structure = "{SUPPLIER.siret}"
environment = "simulator"
oauth_url = "http://127.0.0.1:9/token"
api_url = "http://127.0.0.1:9"
[[watch]]
path = "{home / "drop"}"
[[rules]]
name = "Invoices"
supplier = "{SUPPLIER.siret}"
"""
    )
    with Store.open(home / "data") as opened:
        for number in ("FA-1", "FA-2", "FA-3"):
            opened.documents.put(document(opened, number))
        yield opened


def document(store: Store, number: str) -> Document:
    sheet = Sheet(number=number)
    content = pdf_of(sheet)
    fields = InvoiceFields(
        number=number,
        issued=sheet.issued,
        recipient_siret=sheet.recipient.siret,
        net=sheet.net,
        vat=sheet.vat,
        gross=sheet.gross,
        to_pay=sheet.to_pay,
    )
    made = Document(
        id=f"doc{number}",
        path=f"/srv/{number}.pdf",
        name=f"{number}.pdf",
        sha256=store.blobs.put(content),
        size=len(content),
        filed_at=datetime.now(UTC),
        rule="Invoices",
        state=DocumentState.TO_SUBMIT,
        supplier_siret=SUPPLIER.siret,
        readings={Source.FACTUR_X: fields},
        analysis_id=1,
    )
    return refreshed(made)


def flows(run: Run, *arguments: str) -> Result:
    return run("flows", *arguments, **SIGNED_IN)


def plain(answer: Result) -> Any:
    return json.loads(answer.stdout)


def has_told(store: Store, home: Path, flow_id: str, state: FlowState, code: str, *refused: str) -> Flow:
    """Chorus Pro took the flow, and tells this of it."""
    store.refresh()
    folders = Folders(*(home / name for name in ("settings.toml", "data", "log", "secrets", "exports")))
    desk = Desk(store, Settings(folders=folders), lambda: datetime.now(UTC), "sync@host")
    flow = structs.replace(store.flows[flow_id], stage=FlowStage.DEPOSITED, number=NUMBER)
    store.flows.put(flow)
    report = FlowReport(
        flow_id=flow_id,
        number=NUMBER,
        fetched_at=desk.now(),
        state=state,
        state_code=code,
        state_at=desk.now() + timedelta(seconds=1),
        file_name=flow.name,
        refused=tuple(RefusedInvoice(number=number, messages=(WORDS,)) for number in refused),
        pdf=store.blobs.put(b"%PDF-1.4 report"),
    )
    return take_report(desk, flow_id, report)


def test_deposit_is_rehearsed_done_and_withdrawn(run: Run, store: Store) -> None:
    """S2-009, S2-017."""
    rehearsed = flows(run, "deposit", "FA-1", "docFA-2", "--dry-run")
    assert rehearsed.exit_code == 0, rehearsed.output
    assert "→ factur-x_chorus_lot_factures.tar.gz · Factur-X · 2 invoices · 1632.00" in rehearsed.stdout
    assert "Nothing was changed. It would say: 1 flow queued." in rehearsed.stdout
    store.refresh()
    assert len(store.flows) == 0
    done = plain(flows(run, "deposit", "FA-1", "FA-2.pdf", "--json"))
    store.refresh()
    (flow,) = store.flows.all()
    assert (done["done"], done["issuer"], done["mode"]) == ([flow.id], SUPPLIER.siret, "api")
    assert [i["number"] for i in done["parts"][0]["invoices"]] == ["FA-1", "FA-2"]
    again = flows(run, "deposit", "FA-1")
    assert (again.exit_code, "It is being submitted." in again.stdout) == (1, True)
    gone = flows(run, "withdraw", flow.id[:8])
    assert (gone.exit_code, gone.stdout.splitlines()[-1]) == (0, "1 flow withdrawn.")
    store.refresh()
    assert store.flows[flow.id].stage is FlowStage.WITHDRAWN
    assert flows(run, "withdraw", flow.id).exit_code == 1
    undone = run("undo")
    assert "1 record taken back: withdrawal of a flow." in undone.stdout


def test_a_file_is_deposited_and_what_is_no_flow_is_refused(run: Run, store: Store, home: Path) -> None:
    path = home / "lot.tar.gz"
    path.write_bytes(lot("F-1", "F-2"))
    answer = flows(run, "deposit", "--file", str(path))
    assert answer.exit_code == 0, answer.output
    assert "lot.tar.gz · CII D16B · 2 invoices" in answer.stdout
    second = flows(run, "deposit", "--file", str(path))
    assert second.exit_code == 1
    assert "taken this year" in second.stdout
    path.write_bytes(b"")
    assert "is empty" in flows(run, "deposit", "--file", str(path)).stderr
    assert flows(run, "deposit").exit_code == 2
    assert flows(run, "deposit", "FA-1", "--file", str(path)).exit_code == 2


def test_a_mode_that_is_not_set_up_says_what_to_set(run: Run, store: Store) -> None:
    """S2-006, S2-008: EDI needs a connection, the API a technical account."""
    edi = flows(run, "deposit", "FA-1", "--mode", "edi")
    assert (edi.exit_code, "[[edi]]" in edi.stderr) == (1, True)
    api = run("flows", "deposit", "FA-1", "--mode", "api")
    assert (api.exit_code, "technical account" in api.stderr) == (1, True)
    portal = plain(run("flows", "deposit", "FA-1", "--json"))
    assert portal["mode"] == "portal"


def test_a_report_is_consulted_and_downloaded(run: Run, store: Store, home: Path) -> None:
    """S2-003, S2-070…073."""
    (first,) = plain(flows(run, "deposit", "FA-1", "FA-2", "--json"))["done"]
    (second,) = plain(flows(run, "deposit", "FA-3", "--json"))["done"]
    has_told(store, home, first, FlowState.PARTLY_INTEGRATED, "IN_INTEGRE_PARTIEL", "FA-2")
    shown = flows(run, "show", NUMBER)
    assert shown.exit_code == 0, shown.output
    for words in (
        "Result: Partially integrated (IN_INTEGRE_PARTIEL) · Business rejection",
        "Invoices: 2, 1 integrated, 1 refused",
        "FA-1\tIntegrated\t816.00",
        "FA-2\tRefused\t816.00",
        f"✗ FA-2 {WORDS}",
        "    → ",
    ):
        assert words in shown.stdout
    assert flows(run, "report", NUMBER).stdout == shown.stdout
    told = plain(flows(run, "report", NUMBER, "--json"))
    assert [i["status"] for i in told["invoices"]] == ["integrated", "refused"]
    folder = home / "reports"
    written = flows(run, "report", NUMBER, second, "--pdf", "--to", str(folder))
    assert written.exit_code == 1, "the second has none"
    assert written.stdout.splitlines()[-1] == "1 report written."
    assert [path.read_bytes() for path in folder.iterdir()] == [b"%PDF-1.4 report"]
    assert flows(run, "report", NUMBER, "--json", "--to", str(folder)).exit_code == 0
    assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".pdf"]
    assert flows(run, "report", NUMBER, second).exit_code == 2
    assert "No flow nowhere is known here." in flows(run, "show", "nowhere").stderr


def test_what_was_refused_goes_again_with_a_reason_and_nothing_integrated_does(
    run: Run, store: Store, home: Path
) -> None:
    """S2-076, S2-077: command line included."""
    (key,) = plain(flows(run, "deposit", "FA-1", "FA-2", "FA-3", "--json"))["done"]
    has_told(store, home, key, FlowState.PARTLY_INTEGRATED, "IN_INTEGRE_PARTIEL", "FA-2", "FA-3")
    blocked = flows(run, "resend", NUMBER)
    assert (blocked.exit_code, "correct what the report says" in blocked.stderr) == (1, True)
    for arguments in (
        ("resend", NUMBER, "--numbers", "FA-1", "--override", "I insist"),
        ("deposit", "FA-1"),
        ("deposit", "docFA-1"),
        ("deposit", "FA-1", "--mode", "portal"),
    ):
        answer = flows(run, *arguments)
        assert answer.exit_code == 1, arguments
    assert run("submit", "docFA-1", **SIGNED_IN).exit_code == 1
    path = home / "again.xml"
    path.write_bytes(cii("FA-1"))
    assert flows(run, "deposit", "--file", str(path)).exit_code == 1
    store.refresh()
    assert len(store.flows) == 1
    rehearsed = flows(run, "resend", NUMBER, "--numbers", "FA-2", "--override", "they opened it", "--dry-run")
    assert rehearsed.exit_code == 0, rehearsed.output
    done = plain(flows(run, "resend", NUMBER, "--numbers", "FA-2", "--override", "they opened it", "--json"))
    store.refresh()
    again = store.flows[done["done"][0]]
    assert (again.resends, again.override, again.count) == (key, "they opened it", 1)
    shown = flows(run, "show", again.id).stdout
    assert "Sent again because: they opened it" in shown


def test_flows_of_a_governed_structure_are_hidden_from_others(run: Run, store: Store, home: Path) -> None:
    """S2-014: commands obey as screens do."""
    (key,) = plain(flows(run, "deposit", "FA-1", "--json"))["done"]
    settings = (home / "settings.toml").read_text()
    governed = f'[[structures]]\nsiret = "{SUPPLIER.siret}"\nmain_manager = "carol"\n'
    (home / "settings.toml").write_text(settings + governed)
    for arguments in (
        ("show", key),
        ("report", key),
        ("resend", key),
        ("withdraw", key),
        ("deposit", "FA-2"),
    ):
        answer = flows(run, *arguments)
        assert answer.exit_code == 1, arguments
        assert "carol" in answer.output or "No flow" in answer.output


def test_an_issuer_is_named_for_a_pack_alone(run: Run, store: Store) -> None:
    """S2-016, S2-017, S2-018: as on the screen."""
    named = ("deposit", "FA-1", "--issuer", SUPPLIER.siret, "--dry-run")
    refused = flows(run, *named, "--mode", "api")
    assert refused.exit_code == 2
    assert "technical account" in refused.output
    assert flows(run, *named, "--mode", "portal").exit_code == 0
