"""What can be done about invoices that came back, from their list and from their groups."""

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.replies import ReplyKind
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _, ngettext
from chorus_tui.operations import processing
from chorus_tui.ui.commands import Command
from chorus_tui.ui.screens.answering import kind_of, open_form, why_no_answer
from chorus_tui.ui.screens.triage import TakingBack
from chorus_tui.ui.words import count

Row = TypeVar("Row")


def some(screen: Any) -> str:
    """Why a verb for the chosen invoices does nothing now."""
    return "" if screen.invoices_chosen() else _("There is no invoice here.")


def _only(kind: ReplyKind) -> Any:
    return lambda screen: why_no_answer(screen, kind)


COMPLETE = Command(
    "returned.complete",
    "c",
    N_("Complete"),
    N_("Suspended: sends the attachments that are missing, or a comment, or both."),
    lambda s: s.answer(),
    _only(ReplyKind.COMPLETE),
)
RECYCLE = Command(
    "returned.recycle",
    "r",
    N_("Recycle"),
    N_("To be recycled: sends it again to the right recipient, service or commitment number."),
    lambda s: s.answer(),
    _only(ReplyKind.RECYCLE),
)
PAY_OUT = Command(
    "returned.pay_out",
    "o",
    N_("Pay out"),
    N_("Rejected: records which credit notes and new invoices put it right. Nothing is paid by it."),
    lambda s: s.answer(),
    _only(ReplyKind.PAY_OUT),
)
EACH = Command(
    "returned.each",
    "n",
    N_("One by one"),
    N_("Opens the forms one after the other, of the marked ones or from the cursor on; F10 skips."),
    lambda s: s.answer_each(),
    some,
    line=4,
    words=(N_("Queue"), N_("Work through")),
)
WITHDRAW = Command(
    "returned.withdraw",
    "w",
    N_("Withdraw"),
    N_("Takes a reply back that has not left yet."),
    lambda s: s.withdraw(),
    some,
    line=3,
)


class ReplyVerbs(TakingBack[Row]):
    """A list of invoices that came back, or of groups of them."""

    record_kind: ClassVar[str] = "invoice"

    def invoices_chosen(self) -> list[Invoice]:
        """The invoices that a verb is about."""
        store = self.desk.store.invoices
        return [invoice for key in self.keys_chosen() if (invoice := store.get(key)) is not None]

    def answer(self) -> None:
        """Open the form of the only thing that the status allows (S1-042, S1-046, S1-050)."""
        invoices = self.invoices_chosen()
        kind = kind_of(invoices)
        ready = [i for i in invoices if kind and not processing.why_not_reply(self.desk, i, kind)]
        open_form(self, ready, self._back)

    def queue(self) -> Sequence[Invoice]:
        """What is gone through one by one."""
        return self.invoices_chosen()

    def answer_each(self) -> None:
        """Open the forms one after the other."""
        ready = [invoice for invoice in self.queue() if self._is_open(invoice)]
        if ready:
            open_form(self, ready, self._back, each=True)
        else:
            self.say(_("None of them waits for a reply."), Tone.WAITS)

    def _is_open(self, invoice: Invoice) -> bool:
        kind = processing.answer_to(invoice)
        return kind is not None and not processing.why_not_reply(self.desk, invoice, kind)

    def _back(self, parting: tuple[str, Tone] | None, key: str) -> None:
        """Stand where the form was left, and say what became of it."""
        self.listing.go_to(key)
        if parting is not None:
            self.say(*parting)
            if parting[1] is Tone.GOOD:
                self.listing.unmark()

    def withdraw(self) -> None:
        """Take back replies that have not left."""
        self.tell(
            processing.withdraw_reply(self.desk, self.keys_chosen()),
            lambda n: ngettext("{n} reply withdrawn", "{n} replies withdrawn", n).format(n=count(n)),
        )
