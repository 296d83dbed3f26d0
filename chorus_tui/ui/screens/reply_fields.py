"""The fields of the four replies (S1-042…052); what is wrong with them `reply_problems` alone decides."""

from chorus_tui.domain.replies import ReplyKind
from chorus_tui.i18n import N_
from chorus_tui.ui.screens.form_fields import Editor, FormField, parse_siret

FORMS: dict[ReplyKind, tuple[FormField, ...]] = {
    ReplyKind.COMPLETE: (
        FormField(
            "attachments",
            N_("Attachments"),
            N_("Enter looks for a file; Del takes the one here off."),
            Editor.FILES,
            heading=N_("What goes to the recipient"),
        ),
        FormField(
            "comment",
            N_("Comment"),
            N_("Read by the recipient; it alone is enough, or a file alone. Tab leaves it."),
            Editor.TEXT,
        ),
    ),
    ReplyKind.RECYCLE: (
        FormField(
            "recipient_siret",
            N_("New recipient"),
            N_("Type a SIRET or part of the name; Enter chooses. It may be the same one."),
            Editor.RECIPIENT,
            parse_siret,
            heading=N_("Where it goes"),
        ),
        FormField(
            "service_code",
            N_("Service"),
            N_("Enter lists the recipient's services; typing narrows it."),
            Editor.SERVICE,
        ),
        FormField(
            "commitment_number",
            N_("Commitment number"),
            N_("From the recipient's order; 50 characters at most."),
        ),
        FormField(
            "comment",
            N_("Comment"),
            N_("The recipient reads it; may stay empty. Tab leaves it."),
            Editor.TEXT,
        ),
    ),
    ReplyKind.PAY_OUT: (
        FormField(
            "credit_notes",
            N_("Credit notes"),
            N_("Enter lists those known; other numbers are typed. Del takes the one here off."),
            Editor.NUMBERS,
            heading=N_("What puts it right"),
        ),
        FormField(
            "replacements",
            N_("New invoices"),
            N_("Enter lists those known; other numbers are typed. Del takes the one here off."),
            Editor.NUMBERS,
        ),
        FormField(
            "remark",
            N_("Remark"),
            N_("Kept with the invoice and sent to Chorus Pro; may stay empty. Tab leaves it."),
            Editor.TEXT,
        ),
    ),
    ReplyKind.CORRECT_VALIDATOR: (
        FormField(
            "siret",
            N_("Validator SIRET"),
            N_("Who approves first: main contractor (A9), lead (A12)."),
            heading=N_("Who has to approve"),
        ),
    ),
}
