"""What put a rejected invoice right, seen from each invoice of the chain (S1-052)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.replies import Correction
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.i18n import N_, _
from chorus_tui.operations import processing
from chorus_tui.operations.desk import Desk
from chorus_tui.ui.widgets.lines import Line
from chorus_tui.ui.widgets.painted import cut, pad, wrap
from chorus_tui.ui.words import day, moment, money

NUMBER = 21
"""Columns for a number, which has at most twenty characters."""
REMARK_HEIGHT = 4


@dataclass
class ChainLines:
    """Lines, and which of them lead to another invoice."""

    lines: list[Line] = field(default_factory=list)
    links: list[tuple[int, int]] = field(default_factory=list)
    """Line and id of the invoice that it names, but for the one that is shown."""


def chain_lines(desk: Desk, invoice: Invoice, width: int, selected: int | None = None) -> ChainLines:
    """Every chain that an invoice hangs in.

    Args:
        selected: the number of the link that enter opens; None: there is no cursor.
    """
    shown = ChainLines()
    for chain in processing.chains_of(desk, invoice):
        if chain.rejected is None:
            continue
        links = [
            (N_("rejected"), chain.rejected),
            *((N_("credit note"), link) for link in chain.credit_notes),
            *((N_("new invoice"), link) for link in chain.replacements),
        ]
        for role, link in links:
            _link(desk, invoice, shown, role, link, width, selected)
        remark = wrap(chain.remark, width - 2, REMARK_HEIGHT)
        shown.lines += [((f"  {part}", "plain"),) for part in remark if part]
        told = chain.settlement
        if told is not None:
            words = _("entered by {who} on {moment}")
            words = words.format(who=told.decided_by, moment=moment(told.decided_at))
            shown.lines.append(((f"  {words}", "faint"),))
    return shown


def open_words(invoice: Invoice) -> str:
    """Whether a rejected invoice that belongs to no chain was dealt with; empty for others."""
    if invoice.status is not InvoiceStatus.REJECTED:
        return ""
    if invoice.rejection_handled:
        return _("Dealt with, but not from here: Chorus Pro does not tell by which invoices.")
    return _("Not dealt with yet: p records what replaces it.")


def _link(
    desk: Desk,
    invoice: Invoice,
    shown: ChainLines,
    role: str,
    link: Correction,
    width: int,
    selected: int | None,
) -> None:
    known = desk.store.invoices.get(str(link.invoice_id)) if link.invoice_id is not None else None
    here = link.invoice_id == invoice.id
    told = f"{'●' if here else '→'} {pad(link.number, NUMBER)}{pad(_(role), 13)}"
    if known is None:
        told += _("not known yet")
    elif not here:
        status = f"{known.status.sign} {_(known.status.label)}"
        told += f"{status}  {money(known.gross, known.currency)}  {day(known.issued)}"
    look = "strong" if here else "plain"
    if known is not None and not here:
        look = "cursor" if selected == len(shown.links) else look
        shown.links.append((len(shown.lines), known.id))
    shown.lines.append(((cut(told, width), look),))


def headed_lines(desk: Desk, invoice: Invoice, width: int) -> Sequence[Line]:
    """The same under its heading, for a pane; no lines where there is no chain."""
    lines = chain_lines(desk, invoice, width).lines
    if not lines and (told := open_words(invoice)):
        return [*(((part, "waits"),) for part in wrap(told, width, 2)), ()]
    return [((_("What put it right"), "strong"),), *lines, ()] if lines else []
