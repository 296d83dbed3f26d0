"""Rejections that were dealt with elsewhere (S1-053): on the portal, or with another tool.

That is a mark on the invoice and no status, so a sweep for status changes does not bring it. Asked for now
and then is the list of those not dealt with; one that is missing from it is asked for by itself.
"""

from datetime import datetime, timedelta

from msgspec import structs

from chorus_tui.chorus import ChorusPro, Criteria, Refused
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.operations import Desk

EVERY = timedelta(minutes=10)
AT_MOST = 25
"""Invoices asked for one by one at a time: more are left to the next one."""


class Rejections:
    """Follows the mark."""

    def __init__(self, desk: Desk, chorus: ChorusPro) -> None:
        self._desk = desk
        self._chorus = chorus
        self._next: datetime | None = None

    async def run_once(self) -> int:
        """Ask, where it is time and something stands open here; counts what was dealt with elsewhere.

        Raises:
            ChorusError
        """
        now = self._desk.now()
        waiting = self._open()
        if not waiting or (self._next is not None and self._next - EVERY <= now < self._next):
            return 0
        self._next = now + EVERY
        listed = {
            invoice.id
            async for page in self._chorus.search(
                Criteria(statuses=(InvoiceStatus.REJECTED,), rejection_handled=False)
            )
            for invoice in page.invoices
        }
        missing = [invoice for invoice in waiting if invoice.id not in listed]
        changed = 0
        for invoice in missing[:AT_MOST]:
            changed += await self._ask(invoice)
        if len(missing) > AT_MOST:
            self._next = now
        return changed

    def _open(self) -> list[Invoice]:
        rejected = self._desk.store.invoices.by("status", InvoiceStatus.REJECTED)
        return [invoice for invoice in rejected if not invoice.rejection_handled]

    async def _ask(self, invoice: Invoice) -> bool:
        """Whether it turns out to be dealt with."""
        try:
            found = await self._chorus.invoice(invoice.id)
        except Refused:
            return False  # Of another technical account, or gone: the sweeps say more.
        with self._desk.store.transaction():
            stored = self._desk.store.invoices.get(str(invoice.id))
            if stored is None or stored.is_settled or not found.is_settled:
                return False
            self._desk.store.invoices.put(structs.replace(stored, rejection_handled=True))
        return True
