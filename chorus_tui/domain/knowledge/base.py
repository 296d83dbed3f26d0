"""What is known of failures, as records."""

from enum import StrEnum

from msgspec import Struct

from chorus_tui.i18n import N_, _, language


class Action(StrEnum):
    """What starts a remedy; a screen maps it to a key."""

    SERVICE = "service"
    COMMITMENT = "commitment"
    RECIPIENT = "recipient"
    SUPPLIER = "supplier"
    NUMBER = "number"
    AMOUNTS = "amounts"
    ATTACHMENT = "attachment"
    FORM = "form"
    """Open the form."""
    REPROCESS = "reprocess"
    REMOVE = "remove"
    METADATA = "metadata"
    COMPLETE = "complete"
    RECYCLE = "recycle"
    PAY_OUT = "pay_out"
    MATCH = "match"
    """Recipients: match a printed label to a service."""
    SIGN_IN = "sign_in"
    """Settings and health."""
    WAIT = "wait"
    ASK = "ask"
    """Somebody else has to act: the recipient, the main manager, support."""

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return {
            Action.SERVICE: N_("Choose the service"),
            Action.COMMITMENT: N_("Give the commitment number"),
            Action.RECIPIENT: N_("Choose the recipient"),
            Action.SUPPLIER: N_("Correct the supplier"),
            Action.NUMBER: N_("Correct the number"),
            Action.AMOUNTS: N_("Correct the amounts"),
            Action.ATTACHMENT: N_("See to the attachments"),
            Action.FORM: N_("Open the form"),
            Action.REPROCESS: N_("Reprocess"),
            Action.REMOVE: N_("Remove"),
            Action.METADATA: N_("Edit metadata"),
            Action.COMPLETE: N_("Complete"),
            Action.RECYCLE: N_("Recycle"),
            Action.PAY_OUT: N_("Pay out"),
            Action.MATCH: N_("Match the label in Recipients"),
            Action.SIGN_IN: N_("See to the sign-in"),
            Action.WAIT: N_("Wait"),
            Action.ASK: N_("Ask"),
        }[self]


class Sureness(StrEnum):
    """How far the cause and the remedy of an entry can be relied on."""

    CERTAIN = "certain"
    ONE_SOURCE = "one_source"
    INFERRED = "inferred"
    OWN = "own"
    """The words are chorus-tui's own."""
    TEAM = "team"
    """An operator's team wrote it."""

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return {
            Sureness.CERTAIN: N_("stated by two sources"),
            Sureness.ONE_SOURCE: N_("stated by one source"),
            Sureness.INFERRED: N_("inferred; no source states it"),
            Sureness.OWN: N_("chorus-tui's own message"),
            Sureness.TEAM: N_("written by your team"),
        }[self]


class Telling(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry in one language."""

    title: str
    """Two to six words, for the cell of a table."""
    meaning: str
    cause: str
    remedy: str


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One failure: how to recognise it, what it means, what to do about it."""

    id: str
    action: Action
    en: Telling
    fr: Telling
    also: tuple[Action, ...] = ()
    """Other actions that may help."""
    by_recipient: bool = False
    rows: tuple[str, ...] = ()
    """Of the mission: S1-084."""
    source: str = ""
    sure: Sureness = Sureness.INFERRED
    codes: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Of a recipient's comment: word stems all of which occur."""
    apart: tuple[str, ...] = ()
    """Variable parts in which two failures of this entry are two causes: the field that is missing."""

    @property
    def telling(self) -> Telling:
        """What it says, in the operator's language."""
        return self.fr if language() == "fr" else self.en


class Field(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field of an invoice: its name in each language, its tags and wire names."""

    name: str
    en: str
    fr: str
    paths: tuple[str, ...]
    entries: tuple[str, ...] = ()
    """What can go wrong with it and has an entry of its own: `number.long` stands above `field.long`."""

    @property
    def label(self) -> str:
        """The form's word for it, in the operator's language."""
        return self.fr if language() == "fr" else self.en


class Mistake(Struct, frozen=True):
    """Something in a file of failures that cannot be used: where in the file, and why."""

    message: str
    entry: str = ""
    key: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = ""
        if self.line is not None:
            place += _(", line {line}").format(line=self.line)
        if self.entry:
            place += _(', entry "{entry}"').format(entry=self.entry)
        if self.key:
            place += _(', key "{key}"').format(key=self.key)
        return f"{place}: {self.message}"


class Explanation(Struct, frozen=True, kw_only=True):
    """What is known of one failure, in the operator's language."""

    id: str
    """Of the entry (`service.missing`), with what tells it apart (`field.missing:due`); `unknown:` and eight
    characters where nobody knows it, the same for messages that differ only in their variable parts."""
    message: str
    """As it came."""
    title: str
    """Two to six words, for the cell of a table."""
    meaning: str
    cause: str
    remedy: str
    action: Action
    also: tuple[Action, ...] = ()
    known: bool
    decoded: str = ""
    """The field that the message names by a path or a wire name, in the words of the form."""
    by_recipient: bool = False
    """Whether the same cause at two recipients is two problems to put right."""
    variables: tuple[tuple[str, str], ...] = ()
    """What varies in the message: ("siret", "12345678200051"), ("position", "60")."""
    template: str = ""
    """Of an unknown message: what it has in common with others of its kind."""
    source: str = ""
    sure: Sureness = Sureness.INFERRED
    cut: bool = False
    """Whether the end of the message is missing: Chorus Pro cuts reports near 200 characters."""
