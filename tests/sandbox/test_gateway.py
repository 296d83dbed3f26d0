"""The EDI gateway: folders in, folders out."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree  # type: ignore[import-untyped]

from chorus_tui.sandbox import ManualClock, Sandbox
from chorus_tui.sandbox.gateway import Gateway
from tests import flows
from tests.sandbox.caller import Caller

PARTNER = "ABC001"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    drop, returns = tmp_path / "drop", tmp_path / "returns"
    drop.mkdir()
    returns.mkdir()
    return drop, returns


@pytest.fixture
def gateway(sandbox: Sandbox, folders: tuple[Path, Path]) -> Gateway:
    return sandbox.gateway(drop=folders[0], returns=folders[1], partner_code=PARTNER)


def name_of(sequence: int = 1, interface: str = "FSO1106A", partner: str = PARTNER) -> str:
    return f"{interface}_{partner}_{partner}{interface[3:7]}{sequence:015d}.tar.gz"


def number_of(name: str) -> str:
    return name.removesuffix(".tar.gz").rpartition("_")[2]


def returned(gateway: Gateway, beginning: str = "") -> list[etree._Element]:
    """Every file of the return folder whose name begins so, in the order of their numbers."""
    paths = sorted(path for path in gateway.returns.iterdir() if path.name.startswith(beginning))
    return [etree.fromstring(path.read_bytes()) for path in paths]


def states(gateway: Gateway) -> list[str]:
    return [root.findtext(".//EtatFlux") for root in returned(gateway, "CSO")]


def mixed(*bad: str) -> bytes:
    """Three invoices; those named bear an unknown recipient."""
    return flows.archive(
        (
            f"{number}.xml",
            flows.cii(number).replace(b"12345678200051", b"21991819000014")
            if number in bad
            else flows.cii(number),
        )
        for number in ("F-1", "F-2", "F-3")
    )


async def test_a_flow_is_acknowledged_reported_and_followed(
    caller: Caller, gateway: Gateway, clock: ManualClock
) -> None:
    """S2-006, S2-016, S2-042: ACCEPTE, every state, the statuses of its invoices; and the API knows it."""
    name = name_of()
    (gateway.drop / name).write_bytes(flows.lot("F-1", "F-2"))
    assert gateway.run_once() > 0
    assert list(gateway.drop.iterdir()) == []
    (ack,) = returned(gateway, "FSO")
    assert (ack.findtext("NomFichier"), ack.findtext("NumeroFlux")) == (name, number_of(name))
    assert (ack.findtext("Resultat"), ack.findtext("Motif")) == ("ACCEPTE", "")
    clock.turn(timedelta(seconds=60))
    gateway.run_once()
    assert states(gateway) == [
        "IN_RECU",
        "IN_TRAITE_SE_CPP",
        "IN_EN_ATTENTE_TRAITEMENT_CPP",
        "IN_EN_COURS_TRAITEMENT_CPP",
        "IN_INTEGRE",
    ]
    (told,) = returned(gateway, "FEN1200A")
    assert told.xpath("//DonneesStatut/IdFacture/text()") == ["F-1", "F-2"]
    assert told.xpath("//IdStatut/text()") == ["01", "01"]
    assert told.xpath("//Fournisseur/Identifiant/text()") == ["83990121200010"] * 2
    rows = await caller.search(numeroFluxDepot=number_of(name))
    assert {(row["numeroFacture"], row["modeDepot"]) for row in rows} == {
        ("F-1", "EDI_XML_STRUCT"),
        ("F-2", "EDI_XML_STRUCT"),
    }


def test_nothing_is_told_twice(gateway: Gateway, clock: ManualClock, sandbox: Sandbox) -> None:
    """S2-033: each state and each status once; a suspension comes with the recipient's words."""
    (gateway.drop / name_of()).write_bytes(flows.lot("F-1"))
    gateway.run_once()
    clock.turn(timedelta(seconds=60))
    gateway.run_once()
    assert gateway.run_once() == 0
    (invoice,) = sandbox.invoices.numbered("F-1")
    sandbox.suspend(invoice.id, "Il manque le bon <livraison>.")
    assert gateway.run_once() == 1
    told = returned(gateway, "FEN1200A")[-1]
    assert told.xpath("//IdStatut/text()") == ["06"]
    assert told.findtext(".//Commentaire") == "Il manque le bon <livraison>."


@pytest.mark.parametrize(
    ("rejection", "state", "integrated"),
    [("partial", "IN_INTEGRE_PARTIEL", {"F-1", "F-3"}), ("complete", "IN_REJETE", set())],
)
def test_a_bad_invoice_takes_along_what_the_connection_says(
    sandbox: Sandbox,
    folders: tuple[Path, Path],
    clock: ManualClock,
    rejection: str,
    state: str,
    integrated: set[str],
) -> None:
    """S2-043, S2-075: partial or complete rejection is a matter of the EDI connection."""
    gateway = sandbox.gateway(drop=folders[0], returns=folders[1], partner_code=PARTNER, rejection=rejection)
    (gateway.drop / name_of()).write_bytes(mixed("F-2"))
    gateway.run_once()
    clock.turn(timedelta(seconds=60))
    gateway.run_once()
    last = returned(gateway, "CSO")[-1]
    assert last.findtext(".//EtatFlux") == state
    assert last.xpath("//ErreurDP/NumeroDP/text()") == ["F-2"]
    assert {n for n in ("F-1", "F-2", "F-3") if sandbox.invoices.numbered(n)} == integrated
    assert all(not root.xpath("//ErreurDP") for root in returned(gateway, "CSO")[:-1])


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        (name_of(partner="XYZ999"), flows.lot("F-1"), "XYZ999"),
        (name_of(), flows.lot("F-1")[:200], "endommagée"),
        (name_of(), flows.cii("F-1"), "endommagée"),
        ("factures.tar.gz", flows.lot("F-1"), "nom du fichier"),
        (name_of(interface="FSO9999A"), flows.lot("F-1"), "FSO9999A"),
        (f"FSO1106A_{PARTNER}_ABC0011117000000000000001.tar.gz", flows.lot("F-1"), "FSO1106A"),
    ],
)
def test_what_the_gateway_does_not_take(gateway: Gateway, name: str, content: bytes, reason: str) -> None:
    """S2-006: a wrong partner code, a damaged archive, a strange name: REFUSE with the reason."""
    (gateway.drop / name).write_bytes(content)
    assert gateway.run_once() == 1
    (ack,) = returned(gateway)
    assert ack.findtext("Resultat") == "REFUSE"
    assert reason in ack.findtext("Motif")
    assert list(gateway.drop.iterdir()) == []


def test_a_flow_number_is_taken_once(gateway: Gateway) -> None:
    """API 5: the partner numbers its flows, each number once."""
    for _ in range(2):
        (gateway.drop / name_of()).write_bytes(flows.lot("F-1"))
        gateway.run_once()
    (ack,) = returned(gateway, "FSO")
    assert "déjà" in ack.findtext("Motif")


def test_what_is_still_written_is_left_alone(gateway: Gateway) -> None:
    """Hidden files, .part files and folders are not the gateway's business."""
    names = {f".{name_of(1)}", f"{name_of(2)}.part", "archive"}
    for name in names - {"archive"}:
        (gateway.drop / name).write_bytes(flows.lot("F-1"))
    (gateway.drop / "archive").mkdir()
    assert gateway.run_once() == 0
    assert {path.name for path in gateway.drop.iterdir()} == names


def test_a_minimal_form_may_be_of_either_kind(gateway: Gateway, clock: ManualClock, sandbox: Sandbox) -> None:
    """API 5: FSO1110A holds PDFs inside minimal UBL or CII."""
    ubl, cii = name_of(1, "FSO1110A"), name_of(2, "FSO1110A")
    (gateway.drop / ubl).write_bytes(flows.archive([("a.xml", flows.with_pdf(flows.ubl("F-1")))]))
    (gateway.drop / cii).write_bytes(flows.archive([("b.xml", flows.with_pdf(flows.cii("F-2")))]))
    gateway.run_once()
    clock.turn(timedelta(seconds=60))
    gateway.run_once()
    assert sandbox.flows.by_number(number_of(ubl)).syntax == flows.UBL_MIN
    assert sandbox.flows.by_number(number_of(cii)).syntax == flows.CII_MIN
    assert {flow.state for flow in sandbox.flows} == {"IN_INTEGRE"}
    (invoice,) = sandbox.invoices.numbered("F-2")
    assert invoice.row.mode_depot == "EDI_MIXTE"


def test_two_suppliers_in_one_flow(gateway: Gateway, clock: ManualClock, sandbox: Sandbox) -> None:
    """S2-007: an operator bills for several structures; the issuer is that of the connection form."""
    content = flows.archive(
        [("a.xml", flows.ubl("F-1")), ("b.xml", flows.ubl("F-2", supplier="84990333100015"))]
    )
    (gateway.drop / name_of(interface="FSO1100A")).write_bytes(content)
    gateway.run_once()
    clock.turn(timedelta(seconds=60))
    gateway.run_once()
    (flow,) = sandbox.flows.all()
    assert (flow.state, flow.issuer) == ("IN_INTEGRE", "83990121200010")
    told = returned(gateway, "FEN1200A")[-1]
    assert told.xpath("//Fournisseur/Identifiant/text()") == ["83990121200010", "84990333100015"]


def test_returns_may_be_archives(sandbox: Sandbox, folders: tuple[Path, Path], clock: ManualClock) -> None:
    """API 5: EDI archives are .tar.gz."""
    gateway = sandbox.gateway(drop=folders[0], returns=folders[1], partner_code=PARTNER, packed=True)
    (gateway.drop / name_of()).write_bytes(flows.lot("F-1"))
    gateway.run_once()
    kinds = sorted(path.name.partition(".")[2] for path in folders[1].iterdir())
    assert kinds == ["tar.gz", "tar.gz.ack.xml"]


@pytest.mark.parametrize("wrong", [{"partner_code": "abc1"}, {"rejection": "none"}])
def test_a_connection_of_another_form_is_refused(
    sandbox: Sandbox, folders: tuple[Path, Path], wrong: dict[str, Any]
) -> None:
    """S2-006: AAA999."""
    with pytest.raises(ValueError, match="not"):
        sandbox.gateway(drop=folders[0], returns=folders[1], **wrong)
