"""Asking for a day, or for the value of one field, and writing that as the filter grammar has it."""

from datetime import date, timedelta
from typing import Any

from chorus_tui.i18n import N_, _
from chorus_tui.ui import words
from chorus_tui.ui.filtering import Field, Kind
from chorus_tui.ui.widgets.prompt import Prompt


async def ask_terms(prompt: Prompt, field: Field[Any], today: date) -> str | None:
    """The terms for what was chosen or typed; empty: every value; None: escape."""
    if field.kind is Kind.DATE:
        return await _ask_days(prompt, field, today)
    title = f"{_(field.title)}:"
    typed: str | None
    if field.kind is Kind.AMOUNT:
        question = _("{field}, such as >1000 or <=99,50:").format(field=_(field.title))
        typed = await prompt.text(question, ">")
    elif field.options:
        typed = await prompt.choose(title, [(_(option), _(option)) for option in field.options])
    else:
        typed = await prompt.text(title)
    return None if typed is None else terms_of(field.name, typed)


async def ask_day(prompt: Prompt, question: str, today: date) -> date | None:
    """A day to come, chosen or typed; None: escape. What is no such day is asked for again, with why."""
    from chorus_tui.ui.screens.form_fields import NotUnderstood, parse_date

    near = {
        N_("tomorrow"): today + timedelta(days=1),
        N_("next Monday"): today + timedelta(days=7 - today.weekday()),
        N_("in two weeks"): today + timedelta(days=14),
    }
    chosen = await prompt.choose(
        question, [*((day, _(label)) for label, day in near.items()), (today, _("other…"))]
    )
    if chosen != today:
        return chosen
    asked = _("Until which day, such as {day}?").format(day=words.day(near["next Monday"]))
    why = ""
    while (typed := await prompt.text(f"{why} {asked}".strip())) is not None:
        try:
            chosen = parse_date(typed)
        except NotUnderstood as problem:
            why = _(str(problem))
            continue
        if chosen > today:
            return chosen
        why = _("That day is not to come.")
    return None


async def _ask_days(prompt: Prompt, field: Field[Any], today: date) -> str | None:
    options = [(label, _(label)) for label in periods(today)]
    label = await prompt.choose(f"{_(field.title)}:", [*options, ("", _("other…"))])
    if label is None:
        return None
    if label:
        since, until = periods(today)[label]
        terms = f"{field.name}>={since.isoformat()}"
        return terms if until is None else f"{terms} {field.name}<={until.isoformat()}"
    question = _("{field}, such as >=2026-10-01 or 2026-10:").format(field=_(field.title))
    typed = await prompt.text(question)
    return None if typed is None else terms_of(field.name, typed)


def terms_of(name: str, typed: str) -> str:
    """What was typed for a field, as terms of the filter; empty when nothing was."""
    typed = typed.strip()
    if not typed.strip("<>= "):
        return ""
    if typed[0] in "<>=":
        return " ".join(f"{name}{bound}" for bound in typed.split())
    return f'{name}:"{typed}"' if " " in typed else f"{name}:{typed}"


def periods(today: date) -> dict[str, tuple[date, date | None]]:
    """The periods a clerk asks for: label (English source string) → first and last day."""
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    last_month_end = month - timedelta(days=1)
    return {
        N_("today"): (today, None),
        N_("this week"): (monday, None),
        N_("this month"): (month, None),
        N_("last month"): (last_month_end.replace(day=1), last_month_end),
        N_("90 days"): (today - timedelta(days=90), None),
        N_("this year"): (today.replace(month=1, day=1), None),
    }
