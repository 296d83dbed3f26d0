"""What stands in the checklist of a pack: a deposit on the portal, step by step (S2-011, S2-018)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from textwrap import wrap

from chorus_tui.chorus.vocabulary import SYNTAXES
from chorus_tui.domain.flow import Flow, FlowInvoice
from chorus_tui.domain.money import format_amount
from chorus_tui.i18n import _, language, ngettext
from chorus_tui.operations.checking import PARIS
from chorus_tui.operations.desk import Desk

PORTAL = "https://portail.chorus-pro.gouv.fr"
"""The portal of production (API 1.1); no source names that of the qualification platform."""

WIDTH = 96


def checklist(desk: Desk, flow: Flow, invoices: Sequence[FlowInvoice], file: str) -> str:
    """The text of the checklist, in the operator's language.

    Args:
        file: the name of the file beside it.
    """
    lines = [_("DEPOSIT ON THE PORTAL OF CHORUS PRO"), *_about(desk, flow), ""]
    for number, step in enumerate(_steps(desk, flow, file), 1):
        lines += wrap(f"[ ] {number}. {step}", WIDTH, subsequent_indent=" " * 7, break_on_hyphens=False)
    lines += ["", _("Deposit it once. If it is not deposited at all, withdraw it in chorus-tui.")]
    lines += ["", *_list(invoices)]
    return "\n".join(lines) + "\n"


def _about(desk: Desk, flow: Flow) -> Iterator[str]:
    at = _moment(desk.now())
    yield _("Written on {at} by {who}.").format(at=at, who=desk.who)
    if flow.count:
        words = ngettext("It holds {n} invoice.", "It holds {n} invoices.", flow.count)
        told = words.format(n=flow.count)
        if flow.amount is not None:
            amount = f"{format_amount(flow.amount, language() == 'fr')} €"
            told += " " + _("Amount to pay: {amount}.").format(amount=amount)
        yield told


def _steps(desk: Desk, flow: Flow, file: str) -> Iterator[str]:
    environment = desk.settings.connection.environment
    if environment == "simulator":
        yield _("Chorus Pro is simulated here and has no portal: this pack is for practice.")
    elif environment == "production":
        yield _("Log in to {portal} as an agent authorised for the structure of step 3.").format(
            portal=PORTAL
        )
    else:
        yield _(
            "Log in to the portal of the QUALIFICATION platform, not to that of production, as an agent "
            "authorised for the structure of step 3."
        )
    yield _("Open the tab for submitting invoices that takes a file (a data flow).")
    structure = f"{flow.issuer_name} ({flow.issuer_siret})" if flow.issuer_name else flow.issuer_siret
    yield _(
        "Structure to choose: {structure}. The flow counts for the structure that is chosen here."
    ).format(structure=structure)
    yield _("File: {file} (beside this checklist, {size} bytes).").format(file=file, size=flow.size)
    syntax, code = _(flow.syntax.label), SYNTAXES.get(flow.syntax, "")
    yield _("Syntax to choose: {syntax}.").format(syntax=f"{syntax} ({code})" if code else syntax)
    yield _(
        "Send it, and note the flow number: 25 characters, such as CPP0011117000000000425903. Where the "
        'portal does not show it, it stands under "Connections", application "Flow monitoring".'
    )
    yield _("Type it in chorus-tui: place 4, key n; or: chorus-tui flows number {flow} NUMBER").format(
        flow=flow.id[:8]
    )


def _list(invoices: Sequence[FlowInvoice]) -> Iterator[str]:
    for invoice in invoices:
        amount = format_amount(invoice.amount, language() == "fr")
        recipient = invoice.recipient_name or invoice.recipient_siret
        yield "  ".join([f"{invoice.number:<20}", f"{amount:>16}", recipient]).rstrip()


def _moment(at: datetime) -> str:
    day = "%d/%m/%Y" if language() == "fr" else "%Y-%m-%d"
    return f"{at.astimezone(PARIS):{day} %H:%M}"
