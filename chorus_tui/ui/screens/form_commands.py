"""The commands of the form. Their keys can be pressed while typing: no letters."""

from typing import Any

from chorus_tui.i18n import N_
from chorus_tui.ui.commands import Command, Danger, Scope

VALIDATE = Command(
    "form.validate",
    "f9",
    N_("Validate"),
    N_("Queues the invoice for submission and opens the next one."),
    lambda s: s.validate(),
    danger=Danger.NONE,
    line=1,
    words=(N_("Submit"),),
)

REANALYSE = Command(
    "metadata.save",
    "f9",
    N_("Save and reprocess"),
    N_("Keeps the corrections and sends the document to analysis again."),
    lambda s: s.validate(),
    line=1,
)


def _common(scope: str) -> tuple[Command, ...]:
    def no_keys(screen: Any) -> None:
        """Moving and typing are the form's own; listed for the help."""

    return (
        Command(
            f"{scope}.next_problem",
            "f8 ctrl+n",
            N_("Next problem"),
            N_("Goes to the next field with something to put right."),
            lambda s: s.next_problem(),
            line=2,
        ),
        Command(
            f"{scope}.page_down",
            "pagedown",
            N_("Page"),
            N_("Scrolls the page of the invoice down, and on to its next page."),
            lambda s: s.scroll_page(1),
            line=5,
            palette=False,
        ),
        Command(
            f"{scope}.page_up",
            "pageup",
            N_("Page up"),
            N_("Scrolls the page of the invoice up, and back to the page before."),
            lambda s: s.scroll_page(-1),
            palette=False,
        ),
        Command(
            f"{scope}.page_right",
            "shift+right alt+right",
            N_("Page right"),
            N_("Moves the view of the page to the right."),
            lambda s: s.page.scroll_page(right=12),
            palette=False,
        ),
        Command(
            f"{scope}.page_left",
            "shift+left alt+left",
            N_("Page left"),
            N_("Moves the view of the page to the left."),
            lambda s: s.page.scroll_page(right=-12),
            palette=False,
        ),
        Command(
            f"{scope}.widen",
            "f12 ctrl+l",
            N_("Wide page"),
            N_("Gives the page the whole width, as it is printed; arrows move over it. Again: back."),
            lambda s: s.widen(),
            line=6,
        ),
        Command(
            f"{scope}.leave",
            "escape",
            N_("Leave"),
            N_("Closes the list that is open; else leaves the form and keeps what was typed."),
            lambda s: s.leave(),
            line=3,
            palette=False,
        ),
        Command(
            f"{scope}.move",
            "",
            N_("Move"),
            N_("Up, down, tab and enter go from field to field; enter opens a list where there is one."),
            no_keys,
            palette=False,
        ),
    )


FORM = Scope(
    "form",
    N_("Invoice form"),
    (
        VALIDATE,
        *_common("form"),
        Command(
            "form.skip",
            "f10 ctrl+t",
            N_("Skip"),
            N_("Keeps what was typed and opens the next invoice that waits."),
            lambda s: s.skip(),
            line=4,
        ),
        Command(
            "form.snooze",
            "f11 ctrl+o",
            N_("Snooze"),
            N_("Puts the invoice aside until a day, keeps what was typed and opens the next one."),
            lambda s: s.snooze(),
            line=5,
            words=(N_("Put aside"),),
        ),
    ),
)

METADATA = Scope("metadata", N_("Metadata"), (REANALYSE, *_common("metadata")))
