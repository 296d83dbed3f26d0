"""What a deposit would send and what it leaves out, row by row: the flows of a plan, then what cannot go."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePath

from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _, ngettext
from chorus_tui.operations.depositing import Part, Plan
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.documents import NOT_YET_SENT
from chorus_tui.ui.columns import Column
from chorus_tui.ui.filtering import Field, Kind
from chorus_tui.ui.words import amount, count, file_name, size

GOES, STAYS = N_("goes"), N_("cannot go")


@dataclass(frozen=True)
class Entry:
    """One flow that the plan makes, or one document or member of the file that it leaves out."""

    place: int
    key: str
    name: str
    part: Part | None = None
    sentence: str = ""
    """Why it cannot go, in the operator's language."""
    document_id: str = ""
    """Whose form opens; empty: none does."""

    @property
    def invoices(self) -> int:
        """How many it has; 0 where it does not go."""
        return len(self.part.invoices) if self.part is not None else 0

    @property
    def amount(self) -> Decimal | None:
        """What they ask to be paid."""
        return self.part.amount if self.part is not None else None

    @property
    def about(self) -> str:
        """The syntax that was found and the flow type that it makes, or why it cannot go."""
        if self.part is None:
            return self.sentence
        words = ngettext("{n} invoice", "{n} invoices", self.invoices).format(n=count(self.invoices))
        return f"{words} · {_(self.part.syntax.label)} · {_(self.part.syntax.type.label)}"


def entries(desk: Desk, plan: Plan) -> list[Entry]:
    """The rows of a plan."""
    found = [
        Entry(place, part.sha256 + part.name, flow_name(plan, place, part), part=part)
        for place, part in enumerate(plan.parts)
    ]
    for place, (key, why) in enumerate(plan.refused, start=len(found)):
        document = desk.store.documents.get(key)
        name = document.name if document is not None else key or PurePath(plan.path).name
        opens = document is not None and document.state in NOT_YET_SENT
        document_id = key if opens else ""
        found.append(Entry(place, key, name, sentence=why, document_id=document_id))
    return found


def flow_name(plan: Plan, place: int, part: Part) -> str:
    """What a flow is called before it has a number."""
    if plan.path:
        return part.name
    return _("Flow {n}").format(n=place + 1)


def _sign(entry: Entry) -> str:
    return f"{'→' if entry.part is not None else '✗'} {entry.name}"


def _tone(entry: Entry) -> Tone:
    return Tone.PLAIN if entry.part is not None else Tone.BAD


def _shortened(text: str, width: int) -> str:
    return text[:2] + file_name(text[2:], width - 2)


COLUMNS: tuple[Column[Entry], ...] = (
    Column("name", N_("Flow or document"), 18, _sign, sort=lambda e: e.place, tone=_tone, shorten=_shortened),
    Column("about", N_("What goes, or why not"), 34, lambda e: e.about, grows=True, tone=_tone),
    Column("amount", N_("Amount"), 12, lambda e: amount(e.amount), sort=lambda e: e.amount, right=True),
    Column("size", N_("Size"), 8, lambda e: size(e.part.size) if e.part else "", right=True),
)

FIELDS: tuple[Field[Entry], ...] = (
    Field(N_("goes"), Kind.TEXT, lambda e: GOES if e.part is not None else STAYS, (GOES, STAYS)),
    Field(N_("amount"), Kind.AMOUNT, lambda e: e.amount),
)
