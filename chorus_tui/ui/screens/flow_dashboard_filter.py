"""What the dashboard's filter asks for: issuer, data flow type, mode, period."""

from datetime import date
from typing import TYPE_CHECKING

from chorus_tui.domain.flow import FlowMode, FlowType
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import _
from chorus_tui.operations import flow_search
from chorus_tui.operations.checking import today
from chorus_tui.ui.asking import periods

if TYPE_CHECKING:
    from chorus_tui.ui.screens.flow_dashboard import FlowDashboard

OTHER = "other"


async def ask_issuer(screen: "FlowDashboard") -> None:
    """One structure, or all."""
    found = flow_search.issuers(screen.desk)
    screen.issuers |= {issuer.siret: issuer.name or issuer.siret for issuer in found}
    options = [("", _("all")), *((issuer.siret, issuer.name or issuer.siret) for issuer in found)]
    chosen = await _choose(screen, _("Issuer:"), options, screen.criteria.issuer)
    if chosen is not None:
        screen.fill_in(issuer=chosen)


async def ask_type(screen: "FlowDashboard") -> None:
    """One data flow type, or all."""
    options = [("", _("all")), *((each.value, _(each.label)) for each in FlowType)]
    chosen = await _choose(screen, _("Data flow type:"), options, screen.criteria.type or "")
    if chosen is not None:
        screen.fill_in(type=FlowType(chosen) if chosen else None)


async def ask_mode(screen: "FlowDashboard") -> None:
    """One mode, or all."""
    options = [("", _("all")), *((each.value, _(each.label)) for each in FlowMode)]
    chosen = await _choose(screen, _("Deposit mode:"), options, screen.criteria.mode or "")
    if chosen is not None:
        screen.fill_in(mode=FlowMode(chosen) if chosen else None)


async def _choose(
    screen: "FlowDashboard", question: str, options: list[tuple[str, str]], now: str
) -> str | None:
    values = [value for value, _words in options]
    return await screen.prompt.choose(question, options, values.index(now) if now in values else 0)


async def ask_period(screen: "FlowDashboard") -> None:
    """A period that is often asked for, or two days."""
    near = periods(today(screen.desk.now()))
    options = [("", _("all")), *((name, _(name)) for name in near), (OTHER, _("other…"))]
    chosen = await screen.prompt.choose(_("Deposited:"), options)
    if chosen == OTHER:
        await _ask_days(screen)
    elif chosen is not None:
        since, until = near[chosen] if chosen else (None, None)
        screen.fill_in(deposited_from=since, deposited_until=until)


async def _ask_days(screen: "FlowDashboard") -> None:
    since = await _ask_day(screen, _("From which day (empty: the first)?"))
    if since is None:
        return
    until = await _ask_day(screen, _("Until which day (empty: the last)?"))
    if until is None:
        return
    first, last = since[0], until[0]
    if first is not None and last is not None and first > last:
        screen.say(_("The period ends before it begins."), Tone.BAD)
        return
    screen.fill_in(deposited_from=first, deposited_until=last)


async def _ask_day(screen: "FlowDashboard", question: str) -> tuple[date | None] | None:
    """What was typed, which may be no day at all; None: escape."""
    from chorus_tui.ui.screens.form_fields import NotUnderstood, parse_date

    why = ""
    while (typed := await screen.prompt.text(f"{why} {question}".strip())) is not None:
        try:
            return (parse_date(typed) if typed.strip() else None,)
        except NotUnderstood as problem:
            why = _(str(problem))
    return None
