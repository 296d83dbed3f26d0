"""Answering from a list or from an invoice: the only action that a status allows, and why no other one.

Used by every screen that shows invoices: it has `invoices_chosen()`, and `answer_chosen` opens the form.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.replies import ReplyKind
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import _
from chorus_tui.operations import processing
from chorus_tui.operations.desk import Desk

if TYPE_CHECKING:
    from chorus_tui.ui.screens.console import ConsoleScreen

EACH = frozenset({ReplyKind.PAY_OUT, ReplyKind.CORRECT_VALIDATOR})
"""What is entered for one invoice alone: several are gone through one after the other."""


class Answering(Protocol):
    """A screen whose invoices can be answered."""

    @property
    def desk(self) -> Desk:
        """What operations are given."""
        ...

    def invoices_chosen(self) -> list[Invoice]:
        """The invoices that a verb is about."""
        ...


def kind_of(invoices: Sequence[Invoice]) -> ReplyKind | None:
    """The action that all of them allow; None: they allow none, or not the same one."""
    kinds = {processing.answer_to(invoice) for invoice in invoices}
    return kinds.pop() if len(kinds) == 1 else None


def why_no_answer(screen: Answering, kind: ReplyKind | None = None) -> str:
    """Why the chosen invoices cannot be answered (so) now, in the operator's language; empty: they can.

    Args:
        kind: one action; None: the one that their status allows.
    """
    invoices = screen.invoices_chosen()
    if not invoices:
        return _("There is no invoice here.")
    common = kind_of(invoices)
    if common is None and len(invoices) > 1:
        return _("The marked invoices allow different actions; mark those of one status.")
    wanted = kind or common
    if wanted is None:
        return _asks_nothing(invoices[0])
    whys = [processing.why_not_reply(screen.desk, invoice, wanted) for invoice in invoices]
    return whys[0] if all(whys) else ""


def _asks_nothing(invoice: Invoice) -> str:
    if invoice.is_settled:
        return _("This rejection was dealt with already.")
    status = _(invoice.status.label)
    return _("The invoice is “{status}”, which asks nothing of the supplier.").format(status=status)


def open_form(
    screen: "ConsoleScreen",
    invoices: Sequence[Invoice],
    told: Callable[[tuple[str, Tone] | None, str], None],
    *,
    each: bool = False,
) -> None:
    """Open the form for some invoices: one reply to all of them, or one after the other.

    Args:
        told: hears what to say once the form is closed, and the id of the invoice where it was left.
        each: one after the other, also where one reply could go to all of them.
    """
    from chorus_tui.ui.screens.reply_form import ReplyForm

    together = not each and kind_of(invoices) not in EACH
    form = ReplyForm([str(invoice.id) for invoice in invoices], together=together)
    screen.app.push_screen(form, lambda _result: told(form.parting, form.keys[0] if form.keys else ""))
