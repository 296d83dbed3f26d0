"""What the screen of a deposit says: ways with their issuers, what a plan makes, question and parting."""

from collections.abc import Sequence
from datetime import datetime

from chorus_tui.composing import MAX_INVOICES, MAX_SIZE
from chorus_tui.domain.flow import FlowMode
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import _, labelled, ngettext
from chorus_tui.operations import gathering
from chorus_tui.operations.depositing import ModeChoice, Plan
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.submitting import Held
from chorus_tui.ui.screens.deposit_rows import Entry
from chorus_tui.ui.screens.told import Told
from chorus_tui.ui.widgets.lines import Line
from chorus_tui.ui.widgets.painted import columns_of, pad, wrap
from chorus_tui.ui.words import amount, count, money, seconds_to, size

PANE = 12
"""Lines beside the table for what a row is."""
NUMBERS = 12
"""Numbers of invoices that are named of a flow."""


def issuer_words(desk: Desk, siret: str) -> str:
    """Name and SIRET."""
    return f"{gathering.structure_name(desk, siret)} {siret}".strip()


def mode_lines(
    desk: Desk, choices: Sequence[ModeChoice], at: int, issuer: str, *, down: bool, width: int
) -> list[Line]:
    """A line for each way: which one is taken, whose flow it makes, or why it cannot be taken.

    Args:
        issuer: the structure that a pack counts for; empty: not known yet.
        down: whether Chorus Pro's API is down, so that the portal is suggested (S1-083).
    """
    name = max(columns_of(choice.label) for choice in choices) + 6
    lines: list[Line] = [((pad(pad(f"  {_('Way')}", name) + _("Issuer of the flow"), width), "head"),)]
    for place, choice in enumerate(choices):
        here = place == at
        look = "cursor_away" if here else "faint" if choice.why_not else "plain"
        told = choice.why_not or _issuer_told(desk, choice, issuer, down=down)
        line = f" {'•' if here else ' '} {choice.label}"
        lines.append(((pad(line, name), look), (pad(told, width - name), look)))
    return lines


def _issuer_told(desk: Desk, choice: ModeChoice, issuer: str, *, down: bool) -> str:
    siret = issuer
    if choice.mode is not FlowMode.PORTAL:
        siret = gathering.issuer_of(desk, choice.mode, choice.connection)
    told = [issuer_words(desk, siret) if siret else _("the supplier of the invoices")]
    edi = gathering.edi_connection(desk, choice.connection) if choice.mode is FlowMode.EDI else None
    if edi is not None:
        told.insert(0, _(edi.rejection.label))
    if choice.mode is FlowMode.PORTAL and down:
        told.insert(0, _("suggested, the API is down"))
    elif choice.mode is FlowMode.PORTAL:
        told.append(_("i chooses another"))
    return " · ".join(told)


def plan_words(plan: Plan) -> str:
    """How many flows a plan makes, why several, and how many documents stay."""
    flows = ngettext("{n} flow", "{n} flows", len(plan.parts)).format(n=count(len(plan.parts)))
    invoices = ngettext("{n} invoice", "{n} invoices", plan.count).format(n=count(plan.count))
    told = [flows, invoices, money(plan.amount)] if plan.parts else [_("Nothing can go")]
    if plan.refused:
        stay = ngettext("{n} cannot go", "{n} cannot go", len(plan.refused))
        told.append(stay.format(n=count(len(plan.refused))))
    return " · ".join(filter(None, told)) + split_words(plan)


def split_words(plan: Plan) -> str:
    """Why a plan makes several flows; empty: it does not."""
    if len(plan.parts) < 2:
        return ""
    if plan.mode is FlowMode.PORTAL:
        return " · " + _("the portal takes one syntax a file")
    if len({part.syntax for part in plan.parts}) == len(plan.parts):
        return " · " + _("one for each syntax")
    return " · " + _("at most {n} invoices and {size} a flow").format(n=MAX_INVOICES, size=size(MAX_SIZE))


def entry_told(entry: Entry) -> Told:
    """What a row of the plan is, in full."""
    if entry.part is not None:
        numbers = [invoice.number for invoice in entry.part.invoices]
        shown = ", ".join(numbers[:NUMBERS]) + (" …" if len(numbers) > NUMBERS else "")
        told = labelled(f"→ {entry.part.name}", shown)
        return Told(told, remedy=_("enter lists its invoices"))
    told = labelled(f"✗ {entry.name}", entry.sentence)
    if not entry.document_id:
        return Told(told, Tone.BAD)
    return Told(
        told, Tone.BAD, _("Put it right, then it goes with the others."), key=_("enter opens its form")
    )


def entry_lines(entry: Entry, width: int) -> list[Line]:
    """The same beside the table, with each invoice."""
    if entry.part is None:
        told = entry_told(entry)
        return [((line, told.tone.value),) for line in told.words(width, PANE)]
    lines: list[Line] = [((line, "plain"),) for line in wrap(f"→ {entry.part.name}", width, PANE)]
    lines += [((f"{entry.about}", "faint"),), ()]
    for invoice in entry.part.invoices:
        money_ = amount(invoice.amount)
        room = width - columns_of(money_) - 1
        lines.append(((pad(invoice.number, room), "plain"), (f" {money_}", "strong")))
    return lines


def question_words(plan: Plan, way: str) -> str:
    """What is asked before very many go."""
    flows = ngettext("{n} flow", "{n} flows", len(plan.parts)).format(n=count(len(plan.parts)))
    words = ngettext(
        "Deposit {n} invoice in {flows} ({amount}): {way}?",
        "Deposit {n} invoices in {flows} ({amount}): {way}?",
        plan.count,
    )
    total = money(plan.amount) or "?"
    return words.format(n=count(plan.count), flows=flows, amount=total, way=way)


def queued_words(number: int, held: Held | None, now: datetime) -> str:
    """What is said of so many flows that are queued."""
    if held is None:
        words = ngettext(
            "{n} flow queued; place 4 follows it", "{n} flows queued; place 4 follows them", number
        )
        return words.format(n=count(number))
    words = ngettext(
        "{n} flow queued; it leaves in {s} s, u takes it back",
        "{n} flows queued; they leave in {s} s, u takes them back",
        number,
    )
    return words.format(n=count(number), s=seconds_to(held.until, now))
