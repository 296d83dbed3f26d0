"""Files of an EDI return folder: acknowledgements, integration reports, life-cycle statuses (API 5).

Sourced: `CPPStatutPivot` with `CPPFactureStatuts` and its elements, and that `CPPFluxStatuts` may stand
beside them. Invented: the elements inside `CPPFluxStatuts`, which are named after those of
consulterCRDetaille, and all of the acknowledgement. So elements are found by their local names, wherever they
stand, and one that is not there is as if it were empty.

A file comes from another machine: no entities, no document type, no network, and limits on what is unpacked.
"""

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import Enum
from typing import Any

from lxml import etree  # type: ignore[import-untyped]
from msgspec import Struct

from chorus_tui.chorus.incoming import messages, refused_invoices
from chorus_tui.chorus.records import FlowDetails
from chorus_tui.chorus.values import moment, text
from chorus_tui.chorus.vocabulary import flow_state_of, status_of
from chorus_tui.domain.flow import TechnicalError
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.i18n import N_

MAX_FILE = 5_000_000
"""Bytes of a file, and of each in an archive: a report of 500 invoices, each with an anomaly of 200
characters, has 400 000."""
MAX_UNPACKED = 20_000_000
"""Bytes of an archive, unpacked."""
MAX_MEMBERS = 500
MAX_SAID, MAX_NAME = 20_000, 200
"""Characters of a message, and of a name or number."""

# "05" and the like in CPPStatutPivot → the code of the API (API 3.1).
STATUS_CODES = {
    "01": "DEPOSEE",
    "02": "EN_COURS_ACHEMINEMENT",
    "03": "MISE_A_DISPOSITION",
    "04": "A_RECYCLER",
    "05": "REJETEE",
    "06": "SUSPENDUE",
    "07": "SERVICE_FAIT",
    "08": "MANDATEE",
    "09": "MISE_A_DISPOSITION_COMPTABLE",
    "10": "COMPTABILISEE",
    "11": "MISE_EN_PAIEMENT",
    "12": "COMPLETEE",
    "37": "NON_CONFORME",
}

_BEGINNINGS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
"""What XML begins with, a mark of its encoding included."""

TAKEN, REFUSED = "ACCEPTE", "REFUSE"

Element = Any
"""An lxml element; lxml has no types."""


class Defect(Enum):
    """Why a file of a return folder says nothing that can be used; each is an English source string."""

    EMPTY = N_("The file is empty.")
    TOO_LARGE = N_("The file is larger than a return file can be.")
    BROKEN_ARCHIVE = N_("The archive is damaged or incomplete.")
    STRANGE_ARCHIVE = N_("The archive holds something else than files.")
    BROKEN_XML = N_("The XML is damaged or incomplete.")
    DOCUMENT_TYPE = N_("The XML declares a document type or entities, which may do harm.")
    FOREIGN = N_("It is no acknowledgement, no integration report and no flow of statuses.")
    SAYS_NOTHING = N_("It names no flow and no invoice.")

    @property
    def reason(self) -> str:
        """English source string; translate it where it is shown."""
        return self.value


class UnusableReturn(Exception):
    """A file that has to be set aside."""

    def __init__(self, defect: Defect) -> None:
        super().__init__(defect.reason)
        self.defect = defect


class Acknowledgement(Struct, frozen=True, kw_only=True):
    """The gateway took a flow, or did not."""

    number: str
    """May be empty where the file's name is told."""
    file_name: str
    """Of the archive that was dropped."""
    accepted: bool
    at: datetime | None = None
    reason: str = ""


class FlowTold(Struct, frozen=True, kw_only=True):
    """An integration report, or one state on the way there."""

    number: str
    details: FlowDetails


class StatusTold(Struct, frozen=True, kw_only=True):
    """The status of one invoice."""

    number: str
    supplier_siret: str
    supplier_name: str
    recipient_siret: str
    status: InvoiceStatus
    status_code: str
    comment: str = ""


Told = Acknowledgement | FlowTold | StatusTold


def read(content: bytes) -> tuple[Told, ...]:
    """Everything that one file says, in its order; an archive may hold several files.

    Raises:
        UnusableReturn: it cannot be used, and why. One bad file makes its whole archive unusable, because
            half of a message is none.
    """
    if not content:
        raise UnusableReturn(Defect.EMPTY)
    if len(content) > MAX_FILE:
        raise UnusableReturn(Defect.TOO_LARGE)
    found = [told for xml in _files(content) for told in _told(xml)]
    if not found:
        raise UnusableReturn(Defect.SAYS_NOTHING)
    return tuple(found)


# Archives


def _files(content: bytes) -> Iterable[bytes]:
    if content.startswith(b"\x1f\x8b"):
        return _unpacked(_inflated(content))
    return (content,)


def _inflated(content: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            unpacked = file.read(MAX_UNPACKED + 1)
    except (OSError, EOFError, zlib.error):
        raise UnusableReturn(Defect.BROKEN_ARCHIVE) from None
    if len(unpacked) > MAX_UNPACKED:
        raise UnusableReturn(Defect.TOO_LARGE)
    return unpacked


def _unpacked(content: bytes) -> list[bytes]:
    """The files of an archive; a single file that was only compressed is one, too."""
    if not content or content.lstrip().startswith(_BEGINNINGS):
        return [content]
    files = []
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
            for count, member in enumerate(tar, 1):
                if count > MAX_MEMBERS:
                    raise UnusableReturn(Defect.TOO_LARGE)
                if member.isdir():
                    continue
                file = tar.extractfile(member) if member.isreg() and not member.issparse() else None
                if file is None:
                    raise UnusableReturn(Defect.STRANGE_ARCHIVE)
                files.append(file.read())
                if len(files[-1]) != member.size:
                    raise UnusableReturn(Defect.BROKEN_ARCHIVE)
    except (tarfile.TarError, ValueError, OSError, EOFError, OverflowError):
        raise UnusableReturn(Defect.BROKEN_ARCHIVE) from None
    if not files:
        raise UnusableReturn(Defect.EMPTY)
    return files


# XML


def _told(xml: bytes) -> Iterator[Told]:
    root = _root(xml)
    name = _local(root)
    if name == "AccuseReception":
        yield _acknowledgement(root)
    elif name == "CPPStatutPivot":
        for flow in _all(root, "CPPFluxStatutUnitaire"):
            yield from _flow(flow)
        for invoice in _all(root, "CPPFactureStatutUnitaire"):
            yield from _status(invoice)
    else:
        raise UnusableReturn(Defect.FOREIGN)


def _root(xml: bytes) -> Element:
    if not xml.strip():
        raise UnusableReturn(Defect.EMPTY)
    if len(xml) > MAX_FILE:
        raise UnusableReturn(Defect.TOO_LARGE)
    if not xml.lstrip().startswith(_BEGINNINGS):
        raise UnusableReturn(Defect.FOREIGN)
    # huge_tree stays off: it bounds depth and the length of a text.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError):
        marked = b"<!DOCTYPE" in xml or b"<!ENTITY" in xml
        raise UnusableReturn(Defect.DOCUMENT_TYPE if marked else Defect.BROKEN_XML) from None
    if root.getroottree().docinfo.doctype:
        raise UnusableReturn(Defect.DOCUMENT_TYPE)
    return root


def _acknowledgement(root: Element) -> Acknowledgement:
    result = _text(root, "Resultat").upper()
    number, name = _text(root, "NumeroFlux"), _text(root, "NomFichier")
    if result not in (TAKEN, REFUSED) or not (number or name):
        raise UnusableReturn(Defect.SAYS_NOTHING)
    return Acknowledgement(
        number=number,
        file_name=name,
        accepted=result == TAKEN,
        at=moment(_text(root, "DateHeure")),
        reason=_text(root, "Motif", MAX_SAID),
    )


def _flow(node: Element) -> Iterator[FlowTold]:
    number, code = _text(node, "NumeroFlux"), _text(node, "EtatFlux")
    if not number or not code:
        return
    yield FlowTold(
        number=number,
        details=FlowDetails(
            state=flow_state_of(code),
            state_code=code,
            state_at=moment(_text(node, "DateEtat")),
            deposited_at=moment(_text(node, "DateDepot")),
            file_name=_text(node, "NomFichier"),
            interface=_text(node, "CodeInterface"),
            technical=tuple(_technical(node)),
            refused=refused_invoices(_refused(node)),
        ),
    )


def _technical(node: Element) -> Iterator[TechnicalError]:
    for error in _all(node, "ErreurTechnique"):
        code = _text(error, "CodeErreur")
        for message in messages(_text(error, "LibelleErreur", MAX_SAID) or code):
            yield TechnicalError(message, code, _text(error, "NatureErreur"))


def _refused(node: Element) -> Iterator[tuple[tuple[str, str, str], str]]:
    for error in _all(node, "ErreurDP"):
        number, supplier = _text(error, "NumeroDP"), _text(error, "IdentifiantFournisseur")
        key = number, supplier, _text(error, "IdentifiantDestinataire")
        yield key, _text(error, "LibelleErreurDP", MAX_SAID)


def _status(node: Element) -> Iterator[StatusTold]:
    number, code = _text(node, "IdFacture"), _text(node, "IdStatut")
    if not number or not code:
        return
    supplier, recipient = _first(node, "Fournisseur"), _first(node, "Debiteur")
    status_code = STATUS_CODES.get(code.zfill(2), code)
    yield StatusTold(
        number=number,
        supplier_siret=_text(supplier, "Identifiant"),
        supplier_name=_text(supplier, "RaisonSociale"),
        recipient_siret=_text(recipient, "Identifiant"),
        status=status_of(status_code),
        status_code=status_code,
        comment=_text(node, "Commentaire", MAX_SAID),
    )


def _local(node: Element) -> str:
    return str(etree.QName(node).localname)


def _all(node: Element, name: str) -> Iterator[Element]:
    """The descendants of a name; not those inside them, so that no nesting makes the work grow."""
    for child in node.iterchildren("{*}*"):
        if _local(child) == name:
            yield child
        else:
            yield from _all(child, name)


def _first(node: Element, name: str) -> Element | None:
    return next(_all(node, name), None)


def _text(node: Element | None, name: str, longest: int = MAX_NAME) -> str:
    """The text of the first element of a name, on one line and safe to show; empty where there is none."""
    found = None if node is None else _first(node, name)
    return "" if found is None else text((found.text or "")[:longest])
