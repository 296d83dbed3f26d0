"""Verbs on documents to be submitted, for their list and for their groups: each asks, does and says.

Very many are worked on slice by slice, so that keys never wait.
"""

from typing import TYPE_CHECKING, Any, TypeVar

from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import _, labelled, ngettext
from chorus_tui.operations import documents, in_slices, submitting
from chorus_tui.operations.desk import Outcome
from chorus_tui.ui.commands import Command
from chorus_tui.ui.screens.outcomes import queued_words
from chorus_tui.ui.screens.triage import TakingBack
from chorus_tui.ui.screens.verdicts import submit_words, verdict_words
from chorus_tui.ui.words import count, file_name

if TYPE_CHECKING:
    from chorus_tui.operations.fixing import Fix, FixKind
    from chorus_tui.ui.screens.form import InvoiceForm

Row = TypeVar("Row")

NAME = 30
"""Characters of a file's name in a question."""


class DocumentVerbs(TakingBack[Row]):
    """A list of documents to be submitted, or of groups of them."""

    def on_listing_marked(self) -> None:
        """Let the labels of the verbs count the marks."""
        super().on_listing_marked()
        self.update_keys()

    def label(self, command: Command) -> str:
        """The verbs that act on marked rows say how many documents there are."""
        acts = command.why_not is some and (self.listing.marked or self.listing.in_range)
        marked = len(self.keys_chosen()) if acts else 0
        return f"{_(command.label)} ({count(marked)})" if marked else _(command.label)

    def work_through(self, ids: list[str], first: str = "", *, goes_on: bool = False) -> None:
        """The forms of these documents one after the other.

        Args:
            first: which one opens first; the first one where it cannot be changed.
            goes_on: whether every other waiting document follows.
        """
        from chorus_tui.ui.screens.form import InvoiceForm

        store = self.desk.store.documents
        queue = tuple(
            key for key in ids if (d := store.get(key)) is not None and d.state in documents.NOT_YET_SENT
        )
        if not queue:
            self.say(_("None of the marked documents can be changed now."), Tone.WAITS)
            return
        form = InvoiceForm(first if first in queue else queue[0], queue, goes_on=goes_on)
        self.app.push_screen(form, lambda _result: self.form_left(form))

    def form_left(self, form: "InvoiceForm") -> None:
        """Stand where the form was left, and say what became of it."""
        self.listing.go_to(form.document_id)
        if form.parting is not None:
            self.say(*form.parting)

    def open_fix(self, ids: list[str], kind: "FixKind", fix: "Fix | None" = None, about: str = "") -> None:
        """The screen of a fix: at its preview where the value is known."""
        from chorus_tui.ui.screens.fixing import FixScreen

        screen = FixScreen(ids, kind, fix, about)

        def closed(_result: None) -> None:
            if screen.parting is not None:
                self.listing.unmark()
                self.say(*screen.parting)

        self.app.push_screen(screen, closed)

    def deposit(self) -> None:
        """What is chosen in a flow: shows first which flows that makes and what cannot go."""
        from chorus_tui.ui.screens.deposit import Deposit

        screen = Deposit(self.keys_chosen())

        def closed(_result: None) -> None:
            if screen.parting is not None:
                self.listing.unmark()
                self.say(*screen.parting)

        self.app.push_screen(screen, closed)

    def why_not_repeat(self) -> str:
        """Why the last fix cannot be done again."""
        if self.console.last_fix is None:
            return _("Nothing was fixed yet since the console was opened; x fixes.")
        return "" if self.keys_chosen() else _("There is no document here.")

    def repeat(self) -> None:
        """Show what the last fix would change here; it is done once that is confirmed."""
        fix = self.console.last_fix
        if fix is not None:
            self.open_fix(self.keys_chosen(), fix.kind, fix)


def some(screen: TakingBack[Any]) -> str:
    """Why a verb for the chosen rows does nothing now."""
    return "" if screen.chosen() else _("There is no document here.")


async def submit(screen: DocumentVerbs[Any]) -> None:
    """Submit what is chosen, having said how many would pass and why others would not (S1-070, S1-071)."""
    from chorus_tui.operations.preflight import preflight_in_slices

    verdict = await preflight_in_slices(screen.desk, screen.keys_chosen())
    passing = list(verdict.passing)
    reasons = [(v.document_id, " ".join(p.text for p in v.problems)) for v in verdict.failing]
    if verdict.count == 1 and reasons:
        screen.tell(Outcome(refused=tuple(reasons)), str)
        return
    for key, why in reasons:
        screen.console.journal.append(screen.desk.now(), labelled(screen.name_of(key), why), Tone.WAITS)
    if not passing:
        screen.say(verdict_words(verdict), Tone.BAD)
        return
    question = submit_words(verdict, screen.app.size.width)
    if await screen.sure("to_submit.submit", question, len(passing)):
        outcome = await in_slices(submitting.submit, screen.desk, passing)
        held = submitting.held(screen.desk)
        screen.tell(outcome, lambda number: queued_words(number, held, screen.desk.now()))


async def reprocess(screen: TakingBack[Any]) -> None:
    """Analyse what is chosen again (S1-064, S1-065)."""
    outcome = await in_slices(documents.reprocess, screen.desk, screen.keys_chosen())
    screen.tell(
        outcome,
        lambda n: ngettext("{n} sent to analysis again", "{n} sent to analysis again", n).format(n=count(n)),
    )


async def take_out(screen: TakingBack[Any]) -> None:
    """Take what is chosen out of the list (S1-073)."""
    ids = screen.keys_chosen()
    question = ngettext(
        "Remove {name} from this list? Its file is kept.",
        "Remove {n} documents from this list? Their files are kept.",
        len(ids),
    ).format(n=count(len(ids)), name=file_name(screen.name_of(ids[0]), NAME))
    if await screen.sure("to_submit.remove", question, len(ids)):
        outcome = await in_slices(documents.remove, screen.desk, ids)
        screen.tell(
            outcome,
            lambda n: ngettext("{n} removed; u brings it back", "{n} removed; u brings them back", n).format(
                n=count(n)
            ),
        )


async def withdraw(screen: TakingBack[Any]) -> None:
    """Take back what is queued and has not left."""
    outcome = await in_slices(submitting.withdraw, screen.desk, screen.keys_chosen())
    screen.tell(outcome, lambda n: ngettext("{n} withdrawn", "{n} withdrawn", n).format(n=count(n)))
