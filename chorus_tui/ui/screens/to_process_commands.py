"""The commands of "Documents to be processed"."""

from typing import TYPE_CHECKING

from chorus_tui.i18n import N_, _
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.screens.answering import why_no_answer
from chorus_tui.ui.screens.reply_verbs import COMPLETE, EACH, PAY_OUT, RECYCLE, WITHDRAW

if TYPE_CHECKING:
    from chorus_tui.ui.screens.to_process import ToProcess


def _one(screen: "ToProcess") -> str:
    return "" if screen.listing.current is not None else _("There is no invoice here.")


TO_PROCESS = Scope(
    "to_process",
    N_("Documents to be processed"),
    (
        Command(
            "to_process.answer",
            "enter p",
            N_("Answer"),
            N_("Does the only thing that the status allows, also for marked rows of one status."),
            lambda s: s.answer(),
            why_no_answer,
            line=1,
            words=(N_("Process"),),
        ),
        COMPLETE,
        RECYCLE,
        PAY_OUT,
        Command(
            "to_process.invoice",
            "i",
            N_("Invoice"),
            N_("Shows the invoice in full, the history of its status and what put it right."),
            lambda s: s.show_invoice(),
            _one,
            line=2,
        ),
        WITHDRAW,
        EACH,
        Command(
            "to_process.settled",
            "h",
            N_("Dealt with"),
            N_("Shows rejections that were dealt with, too; again: hides them."),
            lambda s: s.turn_settled(),
            line=7,
        ),
    ),
)
