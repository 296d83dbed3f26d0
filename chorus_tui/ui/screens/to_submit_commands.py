"""The commands of "Documents to be submitted"."""

from typing import TYPE_CHECKING

from chorus_tui.i18n import N_, _
from chorus_tui.operations import documents, submitting
from chorus_tui.ui.commands import Command, Danger, Scope
from chorus_tui.ui.screens import document_verbs
from chorus_tui.ui.screens.document_verbs import some

if TYPE_CHECKING:
    from chorus_tui.ui.screens.to_submit import ToSubmit


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


SUBMIT = Command(
    "to_submit.submit",
    "s",
    N_("Submit"),
    N_("Submits the marked documents, or the one under the cursor, to Chorus Pro."),
    document_verbs.submit,
    some,
    danger=Danger.COUNT,
    line=2,
    words=(N_("Submit selection"),),
)

FIX = Command(
    "to_submit.fix",
    "x",
    N_("Fix"),
    N_("Puts right what is wrong with the marked documents, or the one under the cursor."),
    lambda s: s.put_right(),
    some,
    line=3,
    words=(N_("Put right"), N_("Remedy")),
)

REPROCESS = Command(
    "to_submit.reprocess",
    "r",
    N_("Reprocess"),
    N_("Sends the marked documents, or the one under the cursor, to analysis again."),
    document_verbs.reprocess,
    some,
    line=5,
    words=(N_("Reprocess selection"),),
)

REMOVE = Command(
    "to_submit.remove",
    "d",
    N_("Remove"),
    N_("Takes documents out of this list; the files are kept."),
    document_verbs.take_out,
    some,
    danger=Danger.ASKS,
    line=7,
    words=(N_("Delete"),),
)

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
        SUBMIT,
        FIX,
        REPROCESS,
        REMOVE,
        Command(
            "to_submit.deposit",
            "f",
            N_("Deposit in a flow"),
            N_("Deposits the marked documents together: API, EDI, or a pack for the portal."),
            lambda s: s.deposit(),
            some,
            line=10,
            words=(N_("Flow"), N_("Portal"), N_("EDI")),
        ),
        Command(
            "to_submit.errors",
            "e",
            N_("Errors"),
            N_("Shows those in error; again: before submission, after submission, all."),
            lambda s: s.next_family(),
            line=6,
        ),
        Command(
            "to_submit.metadata",
            "m",
            N_("Metadata"),
            N_("Corrects what was read from the document, then reprocesses it."),
            lambda s: s.edit_metadata(),
            may_complete,
            line=8,
        ),
        Command(
            "to_submit.withdraw",
            "w",
            N_("Withdraw"),
            N_("Takes a submission back that has not left yet."),
            document_verbs.withdraw,
            some,
            line=9,
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
