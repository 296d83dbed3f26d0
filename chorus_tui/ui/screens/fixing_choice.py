"""What a fix can be: suggestions best first, what is known of recipients, or what was typed. No widgets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chorus_tui.domain.fixes import Fix, FixKind, why_not_fix
from chorus_tui.domain.recipient import Recipient
from chorus_tui.i18n import N_, _
from chorus_tui.text import fold
from chorus_tui.ui.columns import Column

if TYPE_CHECKING:
    from chorus_tui.operations.suggesting import Suggestion


@dataclass(frozen=True)
class Choice:
    """One row: a value to fix with."""

    value: str
    label: str = ""
    why: str = ""
    asks: bool = False
    """Whether it is no value, but asks Chorus Pro for what was typed."""


COLUMNS: tuple[Column[Choice], ...] = (
    Column("value", N_("Value"), 20, lambda c: c.value),
    Column("label", N_("Name"), 22, lambda c: c.label, grows=True),
    Column("why", N_("Why"), 26, lambda c: c.why, grows=True),
)


def narrowed(choices: Sequence[Choice], text: str) -> list[Choice]:
    """Those in which every word of the text occurs, accents and case ignored."""
    words = fold(text).split()
    return [c for c in choices if all(word in fold(f"{c.value} {c.label}") for word in words)]


def suggested(suggestions: "Sequence[Suggestion]") -> list[Choice]:
    """Suggestions as rows."""
    return [Choice(s.value, s.label, s.why) for s in suggestions]


def offered(
    kind: FixKind, suggestions: Sequence[Choice], recipients: Sequence[Recipient], text: str
) -> list[Choice]:
    """The rows for what is typed: suggestions with these words, then what is known, then the text itself.

    Args:
        recipients: those that answer to the text, where a recipient is asked for.
    """
    text = text.strip()
    found = narrowed(suggestions, text)
    values = {choice.value for choice in found}
    if kind is FixKind.RECIPIENT:
        found += [Choice(r.siret, r.name, _("known")) for r in recipients if r.siret not in values]
        if text:
            found.append(Choice(text, _("Search Chorus Pro for “{text}”").format(text=text), asks=True))
    elif text and text not in values:
        found.append(Choice(text, _("as typed"), why_not_fix(Fix(kind, text))))
    return found
