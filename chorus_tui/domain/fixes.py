"""A fix: one value for many documents that came back for the same cause."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from chorus_tui.domain.identifiers import compact_siret, is_siret_shaped
from chorus_tui.domain.knowledge import Action, Explanation
from chorus_tui.i18n import N_, _, labelled
from chorus_tui.text import clean


class FixKind(StrEnum):
    """What can be put right in many documents at once."""

    SERVICE = "service"
    COMMITMENT = "commitment"
    SUPPLIER = "supplier"
    RECIPIENT = "recipient"

    @property
    def label(self) -> str:
        """The English words; translate them where they are shown."""
        return {
            FixKind.SERVICE: N_("Service"),
            FixKind.COMMITMENT: N_("Commitment number"),
            FixKind.SUPPLIER: N_("Supplier"),
            FixKind.RECIPIENT: N_("Recipient"),
        }[self]

    @property
    def field(self) -> str:
        """The field of the document that gets the value."""
        return {
            FixKind.SERVICE: "service_code",
            FixKind.COMMITMENT: "commitment_number",
            FixKind.SUPPLIER: "supplier_siret",
            FixKind.RECIPIENT: "recipient_siret",
        }[self]


_SIRETS = (FixKind.SUPPLIER, FixKind.RECIPIENT)

_KINDS = {
    Action.SERVICE: FixKind.SERVICE,
    Action.MATCH: FixKind.SERVICE,
    Action.COMMITMENT: FixKind.COMMITMENT,
    Action.SUPPLIER: FixKind.SUPPLIER,
    Action.RECIPIENT: FixKind.RECIPIENT,
}


def kind_for(explanation: Explanation) -> FixKind | None:
    """The fix that a cause asks for; None where one value for all of them would not help."""
    for action in (explanation.action, *explanation.also):
        if action in _KINDS:
            return _KINDS[action]
    return None


class Fix(Struct, frozen=True):
    """One value for many documents, with what goes with it."""

    kind: FixKind
    value: str
    also: Mapping[str, str] = {}
    """Other fields to type at once: the service of a new recipient."""

    @property
    def changes(self) -> dict[str, str]:
        """Field → value, as a form would type them."""
        value = clean(self.value).strip()
        return {self.kind.field: compact_siret(value) if self.kind in _SIRETS else value, **self.also}

    @property
    def sentence(self) -> str:
        """What it does, in the operator's language: `Service: FACT-01`."""
        others = [_LABELS[name] for name in self.also if name in _LABELS]
        told = [(self.kind.label, self.changes[self.kind.field])]
        told += [(label, self.changes[name]) for label, name in zip(others, self.also, strict=False)]
        return ", ".join(labelled(_(label), value) for label, value in told)


_LABELS = {kind.field: kind.label for kind in FixKind}


def why_not_fix(fix: Fix) -> str:
    """Why nothing can be fixed with this value, in the operator's language; empty when it can."""
    value = fix.changes[fix.kind.field]
    if not value:
        return _("There is no value to fix with.")
    if fix.kind in _SIRETS and not is_siret_shaped(value):
        return _("A SIRET has 14 digits.")
    return ""
