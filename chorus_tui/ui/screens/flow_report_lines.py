"""An integration report as text: the six blocks of S2-072, then the history of states and the chain."""

from collections.abc import Iterator
from itertools import zip_longest

from chorus_tui.domain.flow import Flow, FlowInvoice
from chorus_tui.domain.flow_states import FlowState
from chorus_tui.domain.knowledge import Explanation
from chorus_tui.i18n import P_, _, labelled, ngettext
from chorus_tui.operations import flow_listing
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.report_views import ExplainedError, ReportView
from chorus_tui.ui.screens.flow_invoices import FATES
from chorus_tui.ui.screens.flow_rows import state_tone, state_words
from chorus_tui.ui.screens.flow_words import LABEL, chain_words, fate_words, lasting
from chorus_tui.ui.widgets.lines import Line
from chorus_tui.ui.widgets.painted import columns_of, cut, pad, wrap
from chorus_tui.ui.words import amount, count, moment

MESSAGE = 6
"""Lines of one message at most: Chorus Pro cuts it near 200 characters."""
MEANING = 4
NUMBER = 21


class ReportLines:
    """Lines, and where each block begins."""

    def __init__(self, desk: Desk, flow: Flow, view: ReportView, width: int) -> None:
        self._desk, self._flow, self._view, self._width = desk, flow, view, width
        self.lines: list[Line] = []
        self.blocks: list[int] = []
        """Lines on which the blocks begin."""
        self.errors: list[int] = []
        """Lines on which the errors begin."""
        self._head()
        self._invoices()
        self._errors()
        self._returned()
        self._history()

    def _block(self, number: int, title: str, more: str = "") -> None:
        if self.lines:
            self.lines.append(())
        self.blocks.append(len(self.lines))
        head = f"{number} {title}" if number else title
        self.lines.append(((head, "strong"), (f"  {more}" if more else "", "faint")))

    def _value(self, label: str, value: str, look: str = "plain", most: int = 3) -> None:
        for at, part in enumerate(wrap(value, self._width - LABEL - 3, most) if value else ()):
            self.lines.append((("  " + pad(label if not at else "", LABEL) + " ", "faint"), (part, look)))

    def _head(self) -> None:
        """File, moments, result and state: blocks 1 to 3."""
        flow, view = self._flow, self._view
        self._block(1, _("File"))
        self._value(_("Deposited as"), view.file_name or _("not told"))
        self._value(_("Flow number"), flow.number or _("no number yet"))
        self._block(2, _("Moments"))
        self._value(_(P_("deposit", "Deposited")), moment(view.deposited_at))
        self._value(_("State since"), moment(view.state_at))
        self._value(_("Told at"), moment(view.fetched_at) or _("no report came yet"))
        self._block(3, _("Result"))
        code = f" ({view.code})" if view.code else ""
        result = " · ".join(filter(None, (f"{flow.sign} {view.result}{code}", view.kind)))
        self._value(_("State"), result, state_tone(flow).value)
        self._value(_("Meaning"), flow_listing.meaning_of(flow), most=4)
        left = flow_listing.left_behind(self._desk, flow)
        self._value(_("What to do"), flow_listing.what_to_do(flow, left), "strong")
        if flow.message:
            self._value(_("Message"), _(flow.message), "bad", most=MESSAGE)
        self._value(_("Overridden"), flow.override, "waits")

    def _invoices(self) -> None:
        """The unitary status of each: block 4, refused ones first."""
        invoices = sorted(self._view.invoices, key=lambda i: list(FATES).index(i.fate))
        told = fate_words(invoices)
        self._block(4, _("Invoices"), told or _("no invoice is known"))
        self.lines += [self._invoice(invoice) for invoice in invoices]

    def _invoice(self, invoice: FlowInvoice) -> Line:
        sign, tone = FATES[invoice.fate]
        right = f"{amount(invoice.amount):>12}"
        who = invoice.recipient_name or invoice.recipient_siret
        room = self._width - 2 - 17 - NUMBER - columns_of(right) - 1
        told = f"{pad(cut(invoice.number, NUMBER - 1), NUMBER)}{pad(cut(who, room - 1), max(0, room))}{right}"
        return ("  ", "plain"), (pad(f"{sign} {_(invoice.fate.label)}", 17), tone.value), (told, "plain")

    def _errors(self) -> None:
        """Each error, verbatim and in plain words: block 5."""
        errors = self._view.errors
        words = ngettext("{n} error", "{n} errors", len(errors)).format(n=count(len(errors)))
        self._block(5, _("Errors"), words if errors else _("no error"))
        told: dict[str, int] = {}
        for at, error in enumerate(errors, 1):
            self.errors.append(len(self.lines))
            first = told.setdefault(error.explanation.id, at)
            self.lines += self._error(at, error, len(errors), first)

    def _error(self, at: int, error: ExplainedError, every: int, first: int) -> Iterator[Line]:
        """One error; what many have in common is told in full with the first of them, and named after."""
        explained, width = error.explanation, self._width - 4
        about = error.number or _("the flow as a whole")
        yield (f"  {at}/{every} ", "faint"), (" · ".join(filter(None, (about, error.code))), "strong")
        for line in wrap(f"“{error.message}”", width, MESSAGE):
            yield ("    ", "plain"), (line, "bad")
        if explained.cut:
            yield ((f"    {_('Chorus Pro cut its end.')}", "faint"),)
        if first < at:
            as_above = _("{title}: as in error {n}.").format(title=explained.title, n=count(first))
            as_above = _about(explained, as_above)
            yield from ((("    ", "plain"), (line, "plain")) for line in wrap(as_above, width, 2))
            return
        meant = _about(explained, explained.meaning or explained.title)
        for line in wrap(meant, width, MEANING):
            yield ("    ", "plain"), (line, "plain")
        for line in wrap(f"→ {explained.remedy}", width, MEANING) if explained.remedy else ():
            yield ("    ", "plain"), (line, "strong")

    def _returned(self) -> None:
        """What Chorus Pro made in return: block 6."""
        returned = self._view.returned
        self._block(6, _("Return flows of Chorus Pro"), "" if returned else _("no return flow is known"))
        for file in returned:
            kind = _(file.kind) if file.kind else ""
            line = " · ".join(filter(None, (moment(file.at), kind, file.name)))
            self.lines += [((f"  {part}", "plain"),) for part in wrap(line, self._width - 2, 2)]

    def _history(self) -> None:
        """Every state, how long it lasted, and what the flow hangs together with."""
        self._block(0, _("History of states"))
        passages = self._flow.passages
        for here, there in zip_longest(passages, passages[1:]):
            until = there.at if there is not None else self._desk.now()
            lasted = lasting(until - here.at)
            told = lasted if there is not None else _("for {time}").format(time=lasted)
            word = here.code if here.state is FlowState.OTHER else _(here.state.label)
            known = f"{here.state.sign} {word}"
            self.lines.append(
                (
                    (f"  {moment(here.at)}  ", "faint"),
                    (pad(known, 44), here.state.tone.value),
                    (told, "faint"),
                )
            )
        if not passages:
            self.lines.append(((f"  {state_words(self._flow)}", "plain"),))
        chained = chain_words(self._desk, self._flow)
        if chained:
            self._block(0, _("Chain"))
            self.lines.append(((f"  {chained}", "plain"),))


def _about(explained: Explanation, words: str) -> str:
    """What an error means, after the part of the file that it is about."""
    return labelled(explained.decoded, words) if explained.decoded else words
