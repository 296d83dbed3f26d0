"""Files of an EDI gateway: what they are called, and what those that come back say."""

import gzip
import io
import string
import tarfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus_tui.chorus import edi, returns
from chorus_tui.chorus.returns import Acknowledgement, Defect, FlowTold, StatusTold, UnusableReturn
from chorus_tui.domain.flow import Syntax
from chorus_tui.domain.flow_states import FlowState
from chorus_tui.domain.statuses import InvoiceStatus

NUMBER = "ABC0011117000000000000042"
ACK = f"""<?xml version="1.0" encoding="UTF-8"?>
<AccuseReception><NomFichier>FSO1117A_ABC001_{NUMBER}.tar.gz</NomFichier><NumeroFlux>{NUMBER}</NumeroFlux>
<DateHeure>2026-11-22T10:00:00+01:00</DateHeure><Resultat>%s</Resultat><Motif>%s</Motif></AccuseReception>"""
REPORT = f"""<?xml version="1.0" encoding="UTF-8"?>
<CPPStatutPivot xmlns="urn:cpp:pivot"><CPPFluxStatuts><CPPFluxStatutUnitaire><NumeroFlux>{NUMBER}</NumeroFlux>
<NomFichier>FSO1117A_ABC001_{NUMBER}</NomFichier><CodeInterface>FSO1117A</CodeInterface>
<DateDepot>2026-11-22T10:00:00+01:00</DateDepot><DateEtat>2026-11-22T10:01:00+01:00</DateEtat>
<EtatFlux>%s</EtatFlux>%s</CPPFluxStatutUnitaire></CPPFluxStatuts></CPPStatutPivot>"""
REFUSED = (
    "<ErreurDP><NumeroDP>F-1</NumeroDP><IdentifiantFournisseur>00000000005719</IdentifiantFournisseur>"
    "<IdentifiantDestinataire>00000000005734</IdentifiantDestinataire>"
    "<LibelleErreurDP>Un numéro déjà utilisé.|Un service inconnu.</LibelleErreurDP></ErreurDP>"
)
STATUSES = """<CPPStatutPivot><CPPFactureStatuts><CPPFactureStatutUnitaire><Fournisseur>
<Identifiant>00000000005719</Identifiant><RaisonSociale>ACME</RaisonSociale></Fournisseur>
<Debiteur><Identifiant>00000000005734</Identifiant></Debiteur><DonneesStatut><IdFacture>F-1</IdFacture>
<IdStatut>%s</IdStatut><Commentaire>Il manque le bon.</Commentaire></DonneesStatut>
</CPPFactureStatutUnitaire></CPPFactureStatuts></CPPStatutPivot>"""


def packed(*files: tuple[str, bytes]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        for name, body in files:
            info = tarfile.TarInfo(name)
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
    return content.getvalue()


def defect(content: bytes) -> Defect:
    with pytest.raises(UnusableReturn) as caught:
        returns.read(content)
    return caught.value.defect


# Names and numbers


@pytest.mark.parametrize(
    ("syntax", "interface"),
    [
        (Syntax.FACTUR_X, "FSO1117A"),
        (Syntax.CII, "FSO1106A"),
        (Syntax.UBL, "FSO1100A"),
        (Syntax.CII_MIN, "FSO1110A"),
        (Syntax.UBL_MIN, "FSO1110A"),
    ],
)
def test_a_flow_has_a_number_of_25_characters_and_its_file_the_three_parts(
    syntax: Syntax, interface: str
) -> None:
    """S2-006: the partner code stands in the number and in the name of each EDI flow."""
    number = edi.flow_number("ABC001", syntax, 42)
    assert str(number) == f"ABC001{interface[3:7]}000000000000042"
    assert len(str(number)) == 25
    assert edi.file_name(number) == f"{interface}_ABC001_{number}.tar.gz"
    assert edi.parse_number(str(number)) == number
    assert edi.parse_name(edi.file_name(number)) == edi.FileName(interface, "ABC001", str(number))


@pytest.mark.parametrize("sequence", [0, -1, 10**15])
def test_a_sequence_at_its_end_gives_no_number(sequence: int) -> None:
    with pytest.raises(ValueError, match=str(sequence)):
        edi.flow_number("ABC001", Syntax.CII, sequence)


def test_files_of_no_interface_get_no_number() -> None:
    with pytest.raises(KeyError):
        edi.flow_number("ABC001", Syntax.OTHER, 1)


@pytest.mark.parametrize(
    "name", ["", "FSO1117A", "FSO1117A_abc001_1.tar.gz", "FSO1117A_ABC001_1/../x", "a_FSO1117A_ABC001_1"]
)
def test_a_foreign_name_has_no_parts(name: str) -> None:
    assert edi.parse_name(name) is None


def test_a_name_is_known_whatever_it_ends_in() -> None:
    for end in ("", ".tar.gz", ".tar.gz.ack.xml", ".xml"):
        found = edi.parse_name(f"CSO1117A_ABC001_{NUMBER}{end}")
        assert found == edi.FileName("CSO1117A", "ABC001", NUMBER)


@pytest.mark.parametrize(
    "pasted",
    [
        NUMBER,
        f"  {NUMBER.lower()}\n",
        f"N° de flux : {NUMBER}.",
        "Flux ABC001 1117 000000000000042 déposé",
        f"FSO1117A_ABC001_{NUMBER}.tar.gz".replace("_", " "),
        f"{NUMBER} ({NUMBER})",
    ],
)
def test_a_number_is_found_in_what_somebody_pastes(pasted: str) -> None:
    assert edi.numbers_in(pasted) == (NUMBER,)


@pytest.mark.parametrize("pasted", ["", "ABC001", NUMBER + "1", "X" + NUMBER, NUMBER[:-1]])
def test_what_is_no_number_is_not_taken_for_one(pasted: str) -> None:
    assert edi.numbers_in(pasted) == ()


def test_a_single_file_travels_in_an_archive_and_the_same_file_in_the_same_one() -> None:
    made = edi.archive(b"<a/>", "facture.xml")
    assert made == edi.archive(b"<a/>", "facture.xml")
    with tarfile.open(fileobj=io.BytesIO(made)) as tar:
        [member] = tar.getmembers()
        assert member.name == "facture.xml"
        content = tar.extractfile(member)
        assert content is not None
        assert content.read() == b"<a/>"
    assert edi.archive(made, "x") == made


# What comes back


def test_an_acknowledgement_is_read() -> None:
    [taken] = returns.read((ACK % ("ACCEPTE", "")).encode())
    assert taken == Acknowledgement(
        number=NUMBER,
        file_name=f"FSO1117A_ABC001_{NUMBER}.tar.gz",
        accepted=True,
        at=datetime(2026, 11, 22, 9, tzinfo=UTC),
    )
    [refused] = returns.read((ACK % ("REFUSE", "Code partenaire inconnu.")).encode())
    assert isinstance(refused, Acknowledgement)
    assert (refused.accepted, refused.reason) == (False, "Code partenaire inconnu.")


def test_an_integration_report_is_read_with_its_states_and_anomalies() -> None:
    """S2-043, S2-072: state, moments, file and what is said against each invoice, each message by itself."""
    [told] = returns.read((REPORT % ("IN_INTEGRE_PARTIEL", REFUSED)).encode())
    assert isinstance(told, FlowTold)
    assert told.number == NUMBER
    details = told.details
    assert (details.state, details.state_code) == (FlowState.PARTLY_INTEGRATED, "IN_INTEGRE_PARTIEL")
    assert details.state_at == datetime(2026, 11, 22, 9, 1, tzinfo=UTC)
    assert details.deposited_at == datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert (details.interface, details.file_name) == ("FSO1117A", f"FSO1117A_ABC001_{NUMBER}")
    [refused] = details.refused
    assert (refused.number, refused.supplier_siret, refused.recipient_siret) == (
        "F-1",
        "00000000005719",
        "00000000005734",
    )
    assert refused.messages == ("Un numéro déjà utilisé.", "Un service inconnu.")


def test_technical_anomalies_are_read_in_their_order() -> None:
    """S2-039: a technical rejection names code, nature and words of each anomaly."""
    errors = "".join(
        f"<ErreurTechnique><CodeErreur>ERR_XSD_001</CodeErreur><LibelleErreur>ligne {n}</LibelleErreur>"
        "<NatureErreur>Format</NatureErreur></ErreurTechnique>"
        for n in range(53)
    )
    [told] = returns.read((REPORT % ("IN_REJETE", errors)).encode())
    assert isinstance(told, FlowTold)
    assert [error.message for error in told.details.technical] == [f"ligne {n}" for n in range(53)]
    assert {(error.code, error.nature) for error in told.details.technical} == {("ERR_XSD_001", "Format")}
    assert told.details.state is FlowState.REJECTED


def test_an_unknown_state_keeps_its_code() -> None:
    [told] = returns.read((REPORT % ("IN_NOUVEAU", "")).encode())
    assert isinstance(told, FlowTold)
    assert (told.details.state, told.details.state_code) == (FlowState.OTHER, "IN_NOUVEAU")


@pytest.mark.parametrize(
    ("code", "status", "wire"),
    [
        ("06", InvoiceStatus.SUSPENDED, "SUSPENDUE"),
        ("6", InvoiceStatus.SUSPENDED, "SUSPENDUE"),
        ("37", InvoiceStatus.NOT_COMPLIANT, "NON_CONFORME"),
        ("99", InvoiceStatus.OTHER, "99"),
    ],
)
def test_a_life_cycle_flow_is_read(code: str, status: InvoiceStatus, wire: str) -> None:
    assert returns.read((STATUSES % code).encode()) == (
        StatusTold(
            number="F-1",
            supplier_siret="00000000005719",
            supplier_name="ACME",
            recipient_siret="00000000005734",
            status=status,
            status_code=wire,
            comment="Il manque le bon.",
        ),
    )


def test_all_the_sourced_codes_of_statuses_are_known() -> None:
    for code, wire in returns.STATUS_CODES.items():
        [told] = returns.read((STATUSES % code).encode())
        assert isinstance(told, StatusTold)
        assert told.status is not InvoiceStatus.OTHER
        assert told.status_code == wire


def test_an_archive_says_what_its_files_say() -> None:
    content = packed(
        ("a.xml", (ACK % ("ACCEPTE", "")).encode()),
        ("b/c.xml", (REPORT % ("IN_RECU", "")).encode()),
    )
    assert [type(told) for told in returns.read(content)] == [Acknowledgement, FlowTold]
    assert len(returns.read(gzip.compress((ACK % ("ACCEPTE", "")).encode()))) == 1


def test_a_mark_of_the_encoding_is_no_defect() -> None:
    text = (ACK % ("ACCEPTE", "")).replace('encoding="UTF-8"', "")
    assert returns.read(b"\xef\xbb\xbf" + text.encode()) == returns.read(text.encode())
    assert returns.read(text.encode("utf-16")) == returns.read(text.encode())


def test_names_stand_in_any_namespace() -> None:
    plain = REPORT.replace(' xmlns="urn:cpp:pivot"', "") % ("IN_RECU", REFUSED)
    assert returns.read(plain.encode()) == returns.read((REPORT % ("IN_RECU", REFUSED)).encode())


def test_what_a_file_says_cannot_send_anything_to_a_terminal() -> None:
    told = returns.read((ACK % ("REFUSE", "\u202e\u0085 non")).encode())
    assert isinstance(told[0], Acknowledgement)
    assert told[0].reason.isprintable()


# Damaged, foreign and hostile files

LINK = tarfile.TarInfo("a.xml")
LINK.type, LINK.linkname = tarfile.SYMTYPE, "/etc/passwd"


def linked() -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        tar.addfile(LINK)
    return content.getvalue()


LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
    "<AccuseReception><NumeroFlux>&c;</NumeroFlux><Resultat>ACCEPTE</Resultat></AccuseReception>"
)
OUTSIDE = (
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<AccuseReception><NumeroFlux>1</NumeroFlux><Motif>&x;</Motif></AccuseReception>"
)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", Defect.EMPTY),
        (b"  \n", Defect.EMPTY),
        (gzip.compress(b""), Defect.EMPTY),
        (packed(), Defect.EMPTY),
        (b"<a>", Defect.BROKEN_XML),
        ((ACK % ("ACCEPTE", "")).encode()[:-10], Defect.BROKEN_XML),
        (b"\x00\x01\x02", Defect.FOREIGN),
        (b"%PDF-1.7", Defect.FOREIGN),
        (b"<html/>", Defect.FOREIGN),
        (packed(("a.pdf", b"%PDF-1.7")), Defect.FOREIGN),
        (packed(("a.xml", b"<html/>"), ("b.xml", (ACK % ("ACCEPTE", "")).encode())), Defect.FOREIGN),
        (packed(("a.xml", (ACK % ("ACCEPTE", "")).encode()))[:-12], Defect.BROKEN_ARCHIVE),
        (gzip.compress(b"no archive" * 100), Defect.BROKEN_ARCHIVE),
        (linked(), Defect.STRANGE_ARCHIVE),
        (gzip.compress(b"\0" * (returns.MAX_UNPACKED + 1)), Defect.TOO_LARGE),
        (b" " * (returns.MAX_FILE + 1), Defect.TOO_LARGE),
        (packed(*((f"{n}", b"<a/>") for n in range(returns.MAX_MEMBERS + 1))), Defect.TOO_LARGE),
        (LAUGHS.encode(), Defect.DOCUMENT_TYPE),
        (OUTSIDE.encode(), Defect.DOCUMENT_TYPE),
        (b"<!DOCTYPE html><html/>", Defect.DOCUMENT_TYPE),
        ((ACK % ("PEUT-ETRE", "")).encode(), Defect.SAYS_NOTHING),
        (b"<CPPStatutPivot/>", Defect.SAYS_NOTHING),
        ((REPORT % ("", "")).encode(), Defect.SAYS_NOTHING),
    ],
    # An archive tells the time at which it was made, and workers must collect the same names.
    ids=lambda value: value.name if isinstance(value, Defect) else "",
)
def test_what_cannot_be_used_is_told_apart(content: bytes, why: Defect) -> None:
    assert defect(content) is why


GOOD = [
    (ACK % ("ACCEPTE", "")).encode(),
    (REPORT % ("IN_REJETE", REFUSED)).encode(),
    (STATUSES % "05").encode(),
    packed(("a.xml", (REPORT % ("IN_INTEGRE", "")).encode())),
]


@given(st.sampled_from(GOOD), st.data())
def test_a_damaged_file_is_read_or_told_apart(good: bytes, data: st.DataObject) -> None:
    """Cut anywhere, or with bytes changed, a file is read or has a reason to be set aside."""
    content = bytearray(good[: data.draw(st.integers(0, len(good)))])
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, max(0, len(content) - 1)), st.integers(0, 255)), max_size=4)
    ):
        if content:
            content[place] = byte
    try:
        assert returns.read(bytes(content))
    except UnusableReturn as problem:
        assert problem.defect in Defect  # noqa: PT017  # either way is right


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_told_apart(content: bytes) -> None:
    try:
        assert returns.read(content)
    except UnusableReturn as problem:
        assert problem.defect.reason  # noqa: PT017  # either way is right


TAGS = [
    "CPPStatutPivot",
    "CPPFluxStatutUnitaire",
    "NumeroFlux",
    "EtatFlux",
    "ErreurDP",
    "AccuseReception",
    "x",
]
TREES = st.recursive(
    st.text(string.ascii_letters + string.digits + " |", max_size=12),
    lambda inner: st.tuples(st.sampled_from(TAGS), st.lists(inner, max_size=4)).map(
        lambda made: f"<{made[0]}>{''.join(made[1])}</{made[0]}>"
    ),
    max_leaves=20,
)


@given(TREES)
def test_any_nesting_is_read_or_told_apart(inside: str) -> None:
    try:
        assert returns.read(f"<CPPStatutPivot>{inside}</CPPStatutPivot>".encode())
    except UnusableReturn as problem:
        assert problem.defect is Defect.SAYS_NOTHING  # noqa: PT017  # either way is right
