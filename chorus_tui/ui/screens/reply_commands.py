"""The commands of the form of a reply. Their keys can be pressed while typing: no letters."""

from chorus_tui.i18n import N_
from chorus_tui.ui.commands import Command, Scope

REPLY = Scope(
    "reply",
    N_("Reply to a recipient"),
    (
        Command(
            "reply.send",
            "f9",
            N_("Send"),
            N_("Queues the reply; until it leaves it can be withdrawn."),
            lambda s: s.send(),
            line=1,
            words=(N_("Complete"), N_("Recycle"), N_("Pay out"), N_("Validate")),
        ),
        Command(
            "reply.next_problem",
            "f8 ctrl+n",
            N_("Next problem"),
            N_("Goes to the next field with something to put right."),
            lambda s: s.next_problem(),
            line=2,
        ),
        Command(
            "reply.leave",
            "escape",
            N_("Leave"),
            N_("Closes the list that is open; else leaves the form and keeps what was typed."),
            lambda s: s.leave(),
            line=3,
            palette=False,
        ),
        Command(
            "reply.invoice",
            "f12 ctrl+l",
            N_("Invoice"),
            N_("Shows the invoice and the history of its status; esc comes back here."),
            lambda s: s.show_invoice(),
            line=4,
        ),
        Command(
            "reply.skip",
            "f10 ctrl+t",
            N_("Skip"),
            N_("Keeps what was typed and goes on to the next invoice."),
            lambda s: s.skip(),
            lambda s: s.why_no_next(),
            line=5,
        ),
        Command(
            "reply.snooze",
            "f11",
            N_("Snooze"),
            N_("Puts the invoice aside until a day, and goes on to the next one."),
            lambda s: s.snooze(),
        ),
        Command(
            "reply.move",
            "",
            N_("Move"),
            N_(
                "Up, down and tab go from field to field; enter opens a list, or begins a new line of a text."
            ),
            lambda _s: None,
            palette=False,
        ),
    ),
)
