"""What stands around the fields of a form: title, why the document came back, what to mark on the page."""

from datetime import date
from decimal import Decimal

from chorus_tui.domain.document import Document
from chorus_tui.domain.knowledge import Explanation
from chorus_tui.domain.money import format_amount
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import _, ngettext
from chorus_tui.ui.screens.form_fields import Editor, FormField
from chorus_tui.ui.screens.form_sheet import Sheet
from chorus_tui.ui.widgets.lines import Line
from chorus_tui.ui.widgets.painted import columns_of, pad, with_remedy
from chorus_tui.ui.words import file_name

FAILURE_HEIGHT = 4
"""Lines that Chorus Pro's words and the remedy take at most."""

_DATES = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d")


def state_of(sheet: Sheet) -> tuple[str, str]:
    """What stands in the way of validating, or that nothing does; and its look."""
    document, count = sheet.document, len(sheet.blocking)
    if document.state is not DocumentState.TO_SUBMIT:
        status = document.ocr_status
        return f"{status.sign} {_(status.label)}", status.tone.value
    if count:
        return "✗ " + ngettext("{n} to put right", "{n} to put right", count).format(n=count), "bad"
    if sheet.as_typed.unchanged_since_failure:
        return "✗ " + _("came back"), "bad"
    return "✓ " + _("ready"), "good"


def title(sheet: Sheet, at: int, count: int, page: str, room: int) -> Line:
    """Name, place in the queue and state over the fields (`room` columns), then the page's own words."""
    state, look = state_of(sheet)
    told = f" {_('{at} of {count}').format(at=at, count=count)} · {state} "
    left = max(8, room - columns_of(told))
    name = pad(f" {file_name(sheet.document.name, left - 1)}", left)
    return (name, "strong"), (told, look), ("│", "faint"), (page, "plain")


def page_words(document: Document, at: int, below: bool, right: bool) -> str:
    """Which page shows, with arrows where it goes on."""
    words = _("page {at}/{count}").format(at=at + 1, count=max(1, document.pages))
    return f" {words}{' ↓' if below else ''}{' →' if right else ''} "


def failure_words(explained: Explanation | None, width: int) -> list[str]:
    """Why the document came back and what to do; no lines where it did not."""
    if explained is None:
        return []
    return with_remedy(f"✗ {explained.message}", explained.remedy, width, FAILURE_HEIGHT)


def refusal_words(sheet: Sheet) -> str:
    """Why a form is not sent: the fields that keep it back."""
    labels = {declared.name: _(declared.label) for declared in sheet.form}
    names = ", ".join(labels.get(name, name) for name in sheet.blocking)
    words = ngettext(
        "Not sent. {n} field to put right: {names}.",
        "Not sent. {n} fields to put right: {names}.",
        len(sheet.blocking),
    )
    return words.format(n=len(sheet.blocking), names=names)


def printed(sheet: Sheet, declared: FormField, text: str) -> tuple[str, ...]:
    """The current field's value as it may be printed on the page."""
    fields = sheet.fields
    match declared.editor:
        case Editor.CHOICE | Editor.FILES | Editor.TEXT:
            return ()
        case Editor.RECIPIENT:
            return fields.recipient_siret or "", fields.recipient_name or ""
        case Editor.SERVICE:
            return fields.service_code or "", fields.service_label or ""
    match getattr(fields, declared.name, None):
        case date() as day:
            return tuple(f"{day:{form}}" for form in _DATES)
        case Decimal() as amount:
            return format_amount(amount, french=True), format_amount(amount, french=False)
    return (text,)
