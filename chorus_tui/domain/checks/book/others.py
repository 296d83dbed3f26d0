"""Entries about the comment, the files, other documents like it, and the state of the document itself."""

from chorus_tui.domain.checks.book.rule import Rule, Sureness
from chorus_tui.i18n import N_

FILES = (
    Rule(
        id="comment.long",
        field="comment",
        sentence=N_("The comment is longer than {limit} characters."),
        general=N_("The comment is too long."),
        remedy=N_("Shorten the comment, or attach the text as a file."),
        source="API 2.4, API 3.4",
        sure=Sureness.ONE_SOURCE,
    ),
    Rule(
        id="attachment.name",
        field="attachments",
        sentence=N_("The name of {name} is longer than {limit} characters."),
        general=N_("The name of an attachment is too long."),
        remedy=N_("Rename the file and attach it again."),
        source="API 3.4, operator facts f4",
    ),
    Rule(
        id="attachment.extension",
        field="attachments",
        sentence=N_("Chorus Pro does not take files like {name}."),
        general=N_("Chorus Pro does not take files of this kind as attachments."),
        remedy=N_("Print the file as PDF, or put it into a ZIP file, and attach that."),
        source="API 3.4, operator facts f4",
    ),
    Rule(
        id="attachment.size",
        field="attachments",
        sentence=N_("{name} is larger than 10 MB."),
        general=N_("An attachment is larger than 10 MB."),
        remedy=N_("Make the file smaller, or split it."),
        source="API 3.4",
    ),
    Rule(
        id="attachment.empty",
        field="attachments",
        sentence=N_("{name} is empty."),
        general=N_("An attachment is empty."),
        remedy=N_("Detach the file and attach the right one."),
        source="API 2.18 (ajouter/fichier)",
        sure=Sureness.ONE_SOURCE,
    ),
    Rule(
        id="attachment.type",
        field="attachments",
        sentence=N_("Say what kind of attachment {name} is."),
        general=N_("An attachment does not say of what kind it is."),
        remedy=N_("Detach the file and attach it again with its kind."),
        source="API 2.3, API 2.4",
    ),
    Rule(
        id="attachment.kind",
        field="attachments",
        sentence=N_("Chorus Pro knows no kind {code} of attachment, which {name} is said to be."),
        general=N_("Chorus Pro does not know the kind of an attachment."),
        remedy=N_("Detach the file and attach it again with a kind of the list."),
        source="S1-085, API 2.3, API 2.18 (typespj)",
    ),
    Rule(
        id="file.size",
        field="attachments",
        sentence=N_("The invoice's file is larger than 10 MB."),
        remedy=N_("Print the invoice again with smaller pictures."),
        source="API 2.2, API 3.4",
    ),
    Rule(
        id="folder.size",
        field="attachments",
        sentence=N_("The invoice and its attachments are larger than 120 MB together."),
        remedy=N_("Take attachments off, or make them smaller."),
        source="API 3.4, operator facts f4",
    ),
)

OTHER_INVOICES = (
    Rule(
        id="content.duplicate",
        field="",
        sentence=N_("{holder} has the same recipient, date and amount."),
        general=N_("Another invoice has the same recipient, date and amount."),
        remedy=N_("Compare the two; remove this one if it is the same invoice under another number."),
        source="EN 16931",
        sure=Sureness.INFERRED,
        blocking=False,
        static=False,
    ),
    Rule(
        id="content.same_file",
        field="",
        sentence=N_("{holder} is the very same file."),
        general=N_("Another document is the very same file."),
        remedy=N_("Remove one of the two."),
        source="S1-010",
        sure=Sureness.INFERRED,
        blocking=False,
        static=False,
    ),
)

FORM = (
    Rule(
        id="typed",
        field="",
        sentence=N_("What is typed is no value for this field."),
        remedy=N_("Correct what is typed, or empty the field."),
        source="API 2.3",
    ),
)


def _state(name: str, sentence: str, remedy: str, source: str, general: str = "") -> Rule:
    return Rule(
        id=f"state.{name}",
        field="",
        sentence=sentence,
        general=general,
        remedy=remedy,
        source=source,
        static=False,
    )


_WAIT = N_("Wait a moment; nothing is to be done.")

STATES = (
    _state("gone", N_("There is no such document."), N_("Look at the list again."), "S1-060"),
    _state("analysing", N_("It is being analysed."), _WAIT, "S1-014"),
    _state(
        "mistaken",
        N_("Its analysis failed: reprocess it."),
        N_("Reprocess it; if it fails again, print the PDF again."),
        "S1-016, S1-064",
    ),
    _state("submitting", N_("It is being submitted."), _WAIT, "S1-023"),
    _state("unsure", N_("It is being looked for in Chorus Pro."), _WAIT, "S1-023"),
    _state("submitted", N_("It was submitted already."), N_("Find it in Tracking."), "S1-024"),
    _state("removed", N_("It was removed."), N_("Restore it to send it after all."), "S1-073"),
    _state(
        "unchanged",
        N_("Nothing changed since it was refused: {message}"),
        N_("Put right what was refused; where nothing is wrong any more, reprocess it."),
        "S1-068",
        N_("Nothing changed since it was refused."),
    ),
    _state(
        "refused_in_flow",
        N_("Nothing changed since a flow with it came back: {message}"),
        N_("Put right what was refused, or send the flow again from Flows and say why nothing is to change."),
        "S2-077",
        N_("Nothing changed since a flow with it came back."),
    ),
    _state(
        "not_analysed",
        N_("Its file is not known to Chorus Pro: reprocess it."),
        N_("Reprocess it."),
        "S1-064, S1-085",
    ),
    _state(
        "no_way",
        "{why}",
        N_("Fill in the settings what flows of this channel need, or submit it another way."),
        "S2-016, S2-017, S2-018",
        N_("Nothing says from whom a flow of its channel would be."),
    ),
    _state(
        "typing",
        N_("What was typed on its form is not validated yet."),
        N_("Open its form: what was typed stands there. Validate it."),
        "S1-023",
    ),
)
"""Why a document cannot be sent now, whatever its values."""
