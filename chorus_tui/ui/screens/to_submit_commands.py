"""The commands of "Documents to be submitted"."""

from typing import TYPE_CHECKING

from chorus_tui.i18n import N_, _
from chorus_tui.operations import documents, submitting
from chorus_tui.ui.commands import Command, Danger, Scope

if TYPE_CHECKING:
    from chorus_tui.ui.screens.to_submit import ToSubmit


def some(screen: "ToSubmit") -> str:
    """Why a verb for the chosen rows does nothing now."""
    return "" if screen.chosen() else _("There is no document here.")


def one(screen: "ToSubmit") -> str:
    """Why a verb for the row under the cursor does nothing now."""
    return "" if screen.listing.current is not None else _("There is no document here.")


def may_complete(screen: "ToSubmit") -> str:
    """Why the form of the row under the cursor does not open now."""
    row = screen.listing.current
    if row is None:
        return _("There is no document here.")
    if row.document.state in documents.NOT_YET_SENT:
        return ""
    return submitting.why_not_submit(screen.desk, row.document)


def may_restore(screen: "ToSubmit") -> str:
    """Why there is nothing to bring back."""
    return "" if screen.removed else _("Nothing was removed since this screen was opened.")


TO_SUBMIT = Scope(
    "to_submit",
    N_("Documents to be submitted"),
    (
        Command(
            "to_submit.complete",
            "c",
            N_("Complete"),
            N_("Opens the form with the invoice beside it; marked documents one after the other."),
            lambda s: s.complete(),
            may_complete,
            line=1,
        ),
        Command(
            "to_submit.submit",
            "s",
            N_("Submit"),
            N_("Submits the marked documents, or the one under the cursor, to Chorus Pro."),
            lambda s: s.submit(),
            some,
            danger=Danger.COUNT,
            line=2,
            words=(N_("Submit selection"),),
        ),
        Command(
            "to_submit.reprocess",
            "r",
            N_("Reprocess"),
            N_("Sends the marked documents, or the one under the cursor, to analysis again."),
            lambda s: s.reprocess(),
            some,
            line=3,
            words=(N_("Reprocess selection"),),
        ),
        Command(
            "to_submit.remove",
            "d",
            N_("Remove"),
            N_("Takes documents out of this list; the files are kept."),
            lambda s: s.take_out(),
            some,
            danger=Danger.ASKS,
            line=5,
            words=(N_("Delete"),),
        ),
        Command(
            "to_submit.errors",
            "e",
            N_("Errors"),
            N_("Shows those in error; again: before submission, after submission, all."),
            lambda s: s.next_family(),
            line=4,
        ),
        Command(
            "to_submit.metadata",
            "m",
            N_("Metadata"),
            N_("Corrects what was read from the document, then reprocesses it."),
            lambda s: s.edit_metadata(),
            may_complete,
            line=6,
        ),
        Command(
            "to_submit.withdraw",
            "w",
            N_("Withdraw"),
            N_("Takes a submission back that has not left yet."),
            lambda s: s.withdraw(),
            some,
            line=7,
        ),
        Command(
            "to_submit.restore",
            "u",
            N_("Bring back"),
            N_("Brings back what was removed last."),
            lambda s: s.bring_back(),
            may_restore,
        ),
        Command(
            "to_submit.adopt",
            "i",
            N_("Same invoice"),
            N_("The invoice that Chorus Pro already holds under this number is this very document."),
            lambda s: s.adopt(),
            one,
            danger=Danger.ASKS,
        ),
    ),
)
