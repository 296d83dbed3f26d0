"""Flows: deposits of one or more invoices, what they hold, and what their integration report says."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from chorus_tui.domain.attempts import Attempt
from chorus_tui.domain.flow_states import FlowStage, FlowState, Resend
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, P_


class FlowMode(StrEnum):
    """By which way a flow reaches Chorus Pro (S2-005)."""

    API = "api"
    EDI = "edi"
    PORTAL = "portal"
    UNKNOWN = "unknown"
    """Another tool deposited it, and nothing says how."""

    @property
    def label(self) -> str:
        """The English word; translate it where it is shown."""
        return _MODES[self]


_MODES = {
    FlowMode.API: N_("API"),
    FlowMode.EDI: N_("EDI"),
    FlowMode.PORTAL: N_("Portal"),
    FlowMode.UNKNOWN: N_("Unknown"),
}


class Channel(StrEnum):
    """How the documents of a filing rule reach Chorus Pro."""

    FORM = "form"
    """One by one: the PDF is analysed, its form completed and submitted."""
    API = "api"
    """In a flow, through the API."""
    EDI = "edi"
    """In a flow, through the folders of an EDI gateway."""
    PORTAL = "portal"
    """In a pack, which somebody deposits on the portal."""

    @property
    def mode(self) -> FlowMode | None:
        """The mode of its flows; None: it makes none."""
        return None if self is Channel.FORM else FlowMode(self.value)


class Syntax(StrEnum):
    """What the files of a flow are (API 3.3)."""

    FACTUR_X = "factur_x"
    CII = "cii"
    UBL = "ubl"
    CII_MIN = "cii_min"
    """A PDF inside a minimal CII."""
    UBL_MIN = "ubl_min"
    """A PDF inside a minimal UBL."""
    OTHER = "other"

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return {
            Syntax.FACTUR_X: N_("Factur-X"),
            Syntax.CII: N_("CII D16B"),
            Syntax.UBL: N_("UBL 2.1"),
            Syntax.CII_MIN: N_("PDF with minimal CII"),
            Syntax.UBL_MIN: N_("PDF with minimal UBL"),
            Syntax.OTHER: N_("Other"),
        }[self]

    @property
    def type(self) -> "FlowType":
        """The data flow type that such files make."""
        return {
            Syntax.FACTUR_X: FlowType.FACTUR_X,
            Syntax.CII: FlowType.STRUCTURED,
            Syntax.UBL: FlowType.STRUCTURED,
            Syntax.CII_MIN: FlowType.MIXED,
            Syntax.UBL_MIN: FlowType.MIXED,
            Syntax.OTHER: FlowType.OTHER,
        }[self]


class FlowType(StrEnum):
    """The data flow types that a search tells apart (S2-053, API 3.3)."""

    STRUCTURED = "structured"
    MIXED = "mixed"
    FACTUR_X = "factur_x"
    JUSTICE = "justice"
    WORKS = "works"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return _TYPES[self]


_TYPES = {
    FlowType.STRUCTURED: N_("E1 structured"),
    FlowType.MIXED: N_("E2 mixed"),
    FlowType.FACTUR_X: N_("E2 Factur-X"),
    FlowType.JUSTICE: N_("E3 justice fees"),
    FlowType.WORKS: N_("E4/E5 works"),
    FlowType.OTHER: N_("Other"),
}


class Rejection(StrEnum):
    """What becomes of a flow with a wrong invoice; complete exists for EDI alone (S2-043, S2-075)."""

    PARTIAL = "partial"
    COMPLETE = "complete"

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return N_("Complete rejection") if self is Rejection.COMPLETE else N_("Partial rejection")


class RejectionKind(StrEnum):
    """Why a flow was rejected (S2-039, S2-040)."""

    TECHNICAL = "technical"
    """Wrong format, empty file, file that cannot be unpacked."""
    BUSINESS = "business"
    """Duplicate number, wrong service code…"""

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return N_("Technical rejection") if self is RejectionKind.TECHNICAL else N_("Business rejection")


class FlowPassage(Struct, frozen=True, omit_defaults=True, gc=False):
    """When a flow came into a state, as Chorus Pro tells it (else: when that was seen)."""

    state: FlowState
    code: str
    at: datetime


def resend_of(stage: FlowStage, state: FlowState) -> Resend:
    """What of a flow may be sent again that stands like this."""
    if stage is FlowStage.REFUSED:
        return Resend.EVERYTHING
    return state.resend if stage is FlowStage.DEPOSITED else Resend.NOTHING


class Flow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One deposit. Identity: ours, because a flow has no number before it is deposited."""

    id: str
    mode: FlowMode
    stage: FlowStage
    issuer_siret: str
    """Of the structure that it counts for: that of the EDI connection (S2-016), of the technical account
    (S2-017), or the one chosen at submission (S2-018)."""
    issuer_name: str = ""
    connection: str = ""
    """The name of the EDI connection."""
    partner_code: str = ""
    rejection: Rejection = Rejection.PARTIAL
    number: str = ""
    """Chorus Pro's number, opaque; that of an EDI flow is ours to give (API 5)."""
    name: str = ""
    """The file's name, safe to show."""
    sha256: str = ""
    """Names the copy of the file in the blob folder; empty: still to be made, or not ours."""
    size: int = 0
    syntax: Syntax = Syntax.OTHER
    type: FlowType = FlowType.OTHER
    interface: str = ""
    """Chorus Pro's code of it, such as those on file names (API 5)."""
    count: int = 0
    """Invoices in it; 0 where nobody here knows."""
    amount: Decimal | None = None
    integrated: int = 0
    refused: int = 0
    state: FlowState = FlowState.OTHER
    state_code: str = ""
    """Chorus Pro's own code; empty: none was told yet."""
    state_at: datetime | None = None
    passages: tuple[FlowPassage, ...] = ()
    """Oldest first."""
    rejected_for: RejectionKind | None = None
    emitted_at: datetime
    """When it was deposited; before that, when it was queued."""
    queued_by: str = ""
    """Who; empty: deposited by another tool."""
    not_before: datetime | None = None
    """When it may leave, is looked for again, or is asked about again."""
    attempts: tuple[Attempt, ...] = ()
    searches: int = 0
    message: str = ""
    """Why it was not taken or cannot be followed, in the words of who said so."""
    linked: bool = False
    """Whether its integrated invoices were found and linked."""
    resends: str = ""
    """The id of the flow that it sends again, or a part of it."""
    resent_by: tuple[str, ...] = ()
    dealt_with: bool = False
    """Whether each of its invoices that came back went another way since, or was taken out."""
    gathered: bool = False
    """Its documents are submitted one by one, and its file is made when it leaves: until then more may join.
    Else its file was made, and looked at, before it was queued."""
    override: str = ""
    """Why it was sent again although nothing had changed, as the operator said (S2-077)."""
    unfinished: bool = False
    """Its documents join it, or leave it, a few at a time, and some are still to follow: it does not leave.
    One that is still so after `not_before` was cut off in the middle, and is taken back."""

    @property
    def is_settled(self) -> bool:
        """Whether nothing of it has to be asked any more."""
        if self.stage is not FlowStage.DEPOSITED:
            return not self.stage.is_open
        return self.state.is_final and (self.linked or not self.state.integrates)

    @property
    def is_told(self) -> bool:
        """Whether Chorus Pro told a state of it, so that the state counts and not the stage."""
        return self.stage is FlowStage.DEPOSITED and bool(self.state_code)

    @property
    def resend(self) -> Resend:
        """What of it may be sent again, by its state alone."""
        return resend_of(self.stage, self.state)

    @property
    def wants_pack(self) -> bool:
        """Whether it waits for somebody to take its pack to the portal (S2-011)."""
        return self.mode is FlowMode.PORTAL and self.stage is FlowStage.QUEUED

    @property
    def asks_supplier(self) -> bool:
        """Whether somebody here has to act, and has not done so."""
        if self.stage in (FlowStage.HANDED_OVER, FlowStage.UNSURE) or self.wants_pack:
            return True
        return self.resend is not Resend.NOTHING and not self.resent_by and not self.dealt_with

    @property
    def label(self) -> str:
        """Where it stands, in English words; a state that nobody has written down yet is its code."""
        if not self.is_told:
            return self.stage.label
        return self.state_code if self.state is FlowState.OTHER else self.state.label

    @property
    def sign(self) -> str:
        """The same in one column."""
        return self.state.sign if self.is_told else self.stage.sign

    @property
    def tone(self) -> Tone:
        """How a theme colours that."""
        return self.state.tone if self.is_told else self.stage.tone


class Fate(StrEnum):
    """What became of one invoice of a flow: the unitary status of S2-072."""

    PENDING = "pending"
    INTEGRATED = "integrated"
    REFUSED = "refused"
    """It has an anomaly."""
    NOT_INTEGRATED = "not_integrated"
    """Nothing is said against it, but its flow was not integrated."""

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return {
            Fate.PENDING: P_("invoice", "Pending"),
            Fate.INTEGRATED: P_("invoice", "Integrated"),
            Fate.REFUSED: P_("invoice", "Refused"),
            Fate.NOT_INTEGRATED: P_("invoice", "Not integrated"),
        }[self]


class FlowInvoice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One invoice of a flow."""

    number: str
    supplier_siret: str = ""
    recipient_siret: str = ""
    recipient_name: str = ""
    issued: date | None = None
    amount: Decimal | None = None
    """To pay."""
    document_id: str = ""
    """Empty: it came in a file that was not made here."""
    member: str = ""
    """Its file's name inside the archive."""
    fingerprint: str = ""
    """Of what was sent (`Document.flow_fingerprint`), so that it is known whether something changed since."""
    fate: Fate = Fate.PENDING
    invoice_id: int | None = None
    messages: tuple[str, ...] = ()
    """Chorus Pro's words against it."""
    resent_in: str = ""
    """The id of the flow in which it went again."""
    before: str = ""
    """The id of the flow that its document went in before this one."""

    @property
    def said(self) -> str:
        """All that is said against it, joined as Chorus Pro itself joins messages (API 2.18)."""
        return " | ".join(self.messages)


class FlowContents(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The invoices of one flow, in the order of its file."""

    flow_id: str
    invoices: tuple[FlowInvoice, ...] = ()


CUT = "…"
"""Ends a message of a report whose end is missing: Chorus Pro cuts what it says near 200 characters."""


class TechnicalError(Struct, frozen=True, omit_defaults=True):
    """One anomaly of a flow's format, as the report has it."""

    message: str
    code: str = ""
    nature: str = ""


class RefusedInvoice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a report says against one invoice: each message whole or ended by `CUT`, none joined."""

    number: str
    supplier_siret: str = ""
    recipient_siret: str = ""
    messages: tuple[str, ...] = ()


class ReturnFlow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file that Chorus Pro made in return: an acknowledgement, a report, a flow of life-cycle statuses."""

    name: str
    at: datetime
    sha256: str = ""
    kind: str = ""
    """English source string."""


class FlowReport(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The integration report of one flow (S2-072, API 2.18)."""

    flow_id: str
    number: str
    fetched_at: datetime
    state: FlowState
    state_code: str
    state_at: datetime | None = None
    deposited_at: datetime | None = None
    file_name: str = ""
    interface: str = ""
    technical: tuple[TechnicalError, ...] = ()
    refused: tuple[RefusedInvoice, ...] = ()
    pdf: str = ""
    """Names the platform's PDF in the blob folder; empty: not fetched."""
    returned: tuple[ReturnFlow, ...] = ()

    @property
    def rejected_for(self) -> RejectionKind | None:
        """What kind of rejection it tells of; None where nothing is said against the flow."""
        if self.technical:
            return RejectionKind.TECHNICAL
        return RejectionKind.BUSINESS if self.refused else None
