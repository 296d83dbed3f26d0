"""A document: a file that matched a filing rule, on its way to becoming an invoice."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, structs

from chorus_tui.domain.fields import (
    FIELD_NAMES,
    IN_A_FLOW,
    InvoiceFields,
    Source,
    fingerprint,
    flow_fingerprint,
    merge,
    source_of,
    wide_fingerprint,
)
from chorus_tui.domain.flow import Channel
from chorus_tui.domain.statuses import OCR_STATUS_OF, DocumentState, OcrStatus


class Phase(StrEnum):
    """The two families of errors (S1-061)."""

    BEFORE = "before"
    """Before submission: the analysis failed."""
    AFTER = "after"
    """After submission: Chorus Pro refused it."""


class Failure(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a document came back, in the words of who refused it."""

    phase: Phase
    message: str
    at: datetime
    code: int | None = None
    fingerprint: str = ""
    """Of what was sent: the same thing is not sent again by itself (S1-068)."""
    remedy: str = ""
    """English source string of what to do, where we know; translate it where it is shown."""


class Attachment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file that goes with the invoice."""

    name: str
    sha256: str
    """Names the copy in the blob folder."""
    size: int
    type_code: str = ""
    label: str = ""
    chorus_id: int | None = None
    """Chorus Pro's id once it was uploaded."""


class Document(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file and all that is known of it. Identity: its content and its path."""

    id: str
    path: str
    name: str
    """The file's name, safe to show."""
    sha256: str
    size: int
    filed_at: datetime
    rule: str
    state: DocumentState
    supplier_siret: str = ""
    """The supplier structure that the filing rule names."""
    automatic: bool = False
    """Goes by itself once complete (the rule says so); never when in error (S1-068)."""
    pages: int = 0
    readings: dict[Source, InvoiceFields] = {}
    cleared: tuple[str, ...] = ()
    """Fields that the operator emptied."""
    attachments: tuple[Attachment, ...] = ()
    failure: Failure | None = None
    analysis_id: int | None = None
    """Chorus Pro's id of the analysed PDF (pieceJointeId), which the submission names."""
    invoice_id: int | None = None
    notes: tuple[str, ...] = ()
    """What intake noticed (English source strings): no text layer, XML not readable…"""
    analyses: int = 0
    """How many times the analysis was tried."""
    channel: Channel = Channel.FORM
    """How it reaches Chorus Pro, as its filing rule says."""
    connection: str = ""
    """The EDI connection that the rule names."""
    flow_id: str = ""
    """The flow that it goes or went in last; it may have been refused there since."""
    stamp: str = ""
    """Tells one arrival of the file from the next (inode, size, times): the same content dropped again
    counts, the same file seen again does not (S1-074)."""

    @property
    def fields(self) -> InvoiceFields:
        """What would be sent. The rule's supplier stands above what any machine read of the supplier."""
        return self.glance(FIELD_NAMES)

    def glance(self, names: tuple[str, ...]) -> InvoiceFields:
        """The same of some fields alone, for who looks at very many documents."""
        merged = merge(self.readings, self.cleared, names)
        if self._rule_names_supplier and "supplier_siret" in names:
            return structs.replace(merged, supplier_siret=self.supplier_siret)
        return merged

    def value_of(self, name: str) -> Any:
        """The value of one field of `fields`, without working the others out."""
        source = self.source_of(name)
        if source is None:
            return None
        if name == "supplier_siret" and self._rule_names_supplier:
            return self.supplier_siret
        return getattr(self.readings[source], name)

    def source_of(self, name: str) -> Source | None:
        """Where the value of a field comes from; None where there is no value."""
        if name == "supplier_siret" and self._rule_names_supplier:
            return Source.DEFAULT
        return None if name in self.cleared else source_of(self.readings, name)

    @property
    def _rule_names_supplier(self) -> bool:
        operator = self.readings.get(Source.OPERATOR)
        typed = operator is not None and operator.supplier_siret is not None
        return bool(self.supplier_siret) and not typed

    @property
    def fingerprint(self) -> str:
        """Of what its form would send."""
        return fingerprint(self.fields, self._attached)

    @property
    def flow_fingerprint(self) -> str:
        """Of what a flow would send."""
        return flow_fingerprint(self.fields, self._attached)

    @property
    def _attached(self) -> tuple[str, ...]:
        return tuple(attachment.sha256 for attachment in self.attachments)

    @property
    def ocr_status(self) -> OcrStatus:
        """The column "OCR status"."""
        return OCR_STATUS_OF.get(self.state, OcrStatus.TO_SUBMIT)

    @property
    def in_error(self) -> bool:
        """Whether a failure stands on it (the red mark)."""
        return self.failure is not None

    @property
    def unchanged_since_failure(self) -> bool:
        """Whether it would be sent exactly as it was refused."""
        return self.failure is not None and self.would_be_sent_as(self.failure.fingerprint)

    def would_be_sent_as(self, sent: str) -> bool:
        """Whether a fingerprint is of what would be sent now, whichever version took it."""
        if not sent or sent == self.fingerprint_like(sent):
            return bool(sent)
        return sent == wide_fingerprint(self.fields, self._attached)

    def fingerprint_like(self, sent: str) -> str:
        """The fingerprint of what would be sent now by the way that another one is of."""
        return self.flow_fingerprint if sent.startswith(IN_A_FLOW) else self.fingerprint


def document_id(sha256: str, path: str) -> str:
    """The identity of a document: the same content at the same path is the same document."""
    return hashlib.sha256(f"{sha256}\0{path}".encode(errors="surrogateescape")).hexdigest()[:20]
