"""What screens and commands ask for at once. Allowed in every console: it changes nothing at Chorus Pro."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from chorus_tui.chorus import ChorusError, ChorusPro, Refused
from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import Flow, FlowMode, FlowReport
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.invoice import History
from chorus_tui.domain.recipient import Choice, Recipient, Supplier
from chorus_tui.domain.records import Link
from chorus_tui.i18n import N_, _
from chorus_tui.intake import Reader
from chorus_tui.operations import Desk, Refusal, real_path
from chorus_tui.operations.permissions import require
from chorus_tui.sync.flows import take
from chorus_tui.sync.lists import Catalogue

if TYPE_CHECKING:
    from chorus_tui.composing import Composer
    from chorus_tui.operations.depositing import Plan


class LinkCheck(Struct, frozen=True):
    """Whether one link of the chain holds (S1-083)."""

    link: Link
    ok: bool
    message: str = ""
    """English source string; empty when it holds."""
    advice: str = ""
    known: bool = True
    """False: it could not be tried, because a link before it is broken."""


class Lookups:
    """Answers from the store where they are fresh, from Chorus Pro where they are not.

    Whatever asks Chorus Pro may raise a `ChorusError`.
    """

    def __init__(
        self, desk: Desk, chorus: ChorusPro, reader: Reader, composer: "Composer | None" = None
    ) -> None:
        self._desk = desk
        self._chorus = chorus
        self._reader = reader
        self._composer = composer
        self._catalogue = Catalogue(desk, chorus)

    async def find_recipients(self, text: str) -> tuple[Recipient, ...]:
        """Recipients by SIRET or words of the name; nothing of them is checked yet."""
        return await self._chorus.find_recipients(text)

    async def recipient(self, siret: str, fresh: bool = False) -> Recipient | None:
        """A recipient with what it makes mandatory and its services; None where Chorus Pro has none.

        Args:
            fresh: ask again, however recently it was asked.
        """
        known = self._desk.store.recipients.get(siret)
        if fresh or known is None or not self._catalogue.is_fresh(known.checked_at):
            known = await self._catalogue.fetch_recipient(siret)
        return known if known.id else None

    async def service_demands(self, recipient: Recipient, code: str | None) -> tuple[bool, bool, bool]:
        """Service needed, commitment number needed, one of both needed (as `Recipient.demands`)."""
        known = self._desk.store.recipients.get(recipient.siret) or recipient
        service = known.service(code) if code else None
        if code and service is not None and service.commitment_required is None:
            known = await self._catalogue.fetch_service(known.siret, code) or known
        return known.demands(code)

    async def commitment_known(self, siret: str, number: str) -> bool:
        """Whether a recipient (the State) knows a commitment number (S1-089)."""
        return await self._catalogue.fetch_commitment(siret, number)

    async def is_structure(self, siret: str) -> bool:
        """Whether anybody has a SIRET in Chorus Pro, private structures included (a validator may be one)."""
        return await self._catalogue.fetch_structure(siret)

    async def supplier(self, siret: str) -> Supplier | None:
        """A supplier with its bank accounts; None where this account does not send for it."""
        known = self._desk.store.suppliers.get(siret)
        if known is None or not self._catalogue.is_fresh(known.fetched_at):
            await self._catalogue.fetch_suppliers()
        return self._desk.store.suppliers.get(siret)

    async def choices(self, name: str) -> tuple[Choice, ...]:
        """A list that Chorus Pro keeps: attachment_types, vat_rates, billing_frames or payment_means.

        Raises:
            KeyError: there is no such list.
        """
        known = self._desk.store.lists.get(name)
        if known is None or not self._catalogue.is_fresh(known.fetched_at):
            try:
                known = await self._catalogue.fetch_list(name)
            except ChorusError:
                if known is None:
                    raise
        return known.choices

    async def history(self, invoice_id: int) -> History:
        """The life of an invoice; the one kept from before where Chorus Pro does not answer."""
        kept = self._desk.store.histories.get(str(invoice_id))
        try:
            history = await self._chorus.history(invoice_id)
        except ChorusError:
            if kept is None:
                raise
            return kept
        self._desk.store.histories.put(history)
        return history

    async def page_text(self, document: Document, page: int = 0) -> str:
        """One page of a document as it looks; empty beyond the last.

        Raises:
            Unreadable
        """
        kept = bool(document.sha256) and document.sha256 in self._desk.store.blobs
        path = self._desk.store.blobs.path(document.sha256) if kept else real_path(document.path)
        pages = await self._reader.layout(path, page, 1)
        return pages[0] if pages else ""

    # Flows

    async def fetch_report(self, flow_id: str) -> FlowReport:
        """The integration report of a flow as it is at the moment; the one kept where nobody answers.

        Raises:
            Refusal: there is none yet, or this operator may not see it.
        """
        flow = self._numbered(flow_id)
        try:
            details = await self._chorus.flow_report(flow.number)
        except ChorusError:
            kept = self._desk.store.reports.get(flow_id)
            if kept is None:
                raise
            return kept
        current = self._desk.store.flows.get(flow_id)
        if current is not None and current.number == flow.number:
            await take(self._desk, current, details)
        report = self._desk.store.reports.get(flow_id)
        if report is None:
            raise Refusal(_("Chorus Pro has told no state of this flow yet."))
        return report

    async def report_pdf(self, flow_id: str) -> str:
        """The integration report as Chorus Pro draws it: the name of the copy in the blob folder.

        Raises:
            Refusal: Chorus Pro gives none; says so in its words.
        """
        report = await self.fetch_report(flow_id)
        if report.pdf and report.state.is_final and report.pdf in self._desk.store.blobs:
            return report.pdf
        try:
            content = await self._chorus.flow_report_pdf(report.number)
        except Refused as error:
            said = _("Chorus Pro gives no PDF of this report: {words}")
            raise Refusal(said.format(words=error.label or _(error.title))) from error
        if not content.startswith(b"%PDF"):
            raise Refusal(_("Chorus Pro gives no PDF of this report; read it on screen, or save it as JSON."))
        sha256 = await asyncio.to_thread(self._desk.store.blobs.put, content)
        with self._desk.store.transaction():
            kept = self._desk.store.reports.get(flow_id) or report
            self._desk.store.reports.put(structs.replace(kept, pdf=sha256))
        return sha256

    def _numbered(self, flow_id: str) -> Flow:
        flow = self._desk.store.flows.get(flow_id)
        if flow is None:
            raise Refusal(_("There is no such flow."))
        require(self._desk, flow.issuer_siret)
        if flow.stage not in (FlowStage.DEPOSITED, FlowStage.DROPPED) or not flow.number:
            raise Refusal(_("It has no report yet: Chorus Pro does not have it."))
        return flow

    async def plan(
        self, ids: Iterable[str], mode: FlowMode, connection: str = "", *, issuer: str = ""
    ) -> "Plan":
        """What a deposit of documents would send (`operations.depositing.plan`)."""
        from chorus_tui.operations import depositing

        return await depositing.plan(self._desk, self._composing, ids, mode, connection, issuer=issuer)

    async def plan_file(
        self, path: Path, mode: FlowMode, connection: str = "", *, issuer: str = ""
    ) -> "Plan":
        """What a deposit of a file would send (`operations.depositing.plan_file`)."""
        from chorus_tui.operations import depositing

        return await depositing.plan_file(self._desk, self._composing, path, mode, connection, issuer=issuer)

    async def plan_resend(
        self, flow_id: str, numbers: Sequence[str] | None = None, override: str = ""
    ) -> "Plan":
        """What sending a flow again would send (`operations.resending.plan_resend`)."""
        from chorus_tui.operations import resending

        return await resending.plan_resend(self._desk, self._composing, flow_id, numbers, override)

    @property
    def _composing(self) -> "Composer":
        if self._composer is None:
            raise Refusal(_("Files of flows cannot be made here."))
        return self._composer

    # The connection

    async def connection_check(self) -> tuple[LinkCheck, ...]:
        """Each link of the chain to Chorus Pro, in order; the first broken one leaves the rest unknown."""
        try:
            await self._chorus.sign_in()
            await self._chorus.suppliers()
            await self._must_be_up()
        except ChorusError as error:
            return _links(error)
        return _links(None)

    async def _must_be_up(self) -> None:
        if not await self._chorus.health():
            raise NotUp


class NotUp(ChorusError):
    """The health check itself says that Chorus Pro is down."""

    title = N_("Chorus Pro says that it is down")
    advice = N_("Wait: the platform is at fault.")


def _links(broken: ChorusError | None) -> tuple[LinkCheck, ...]:
    order = (Link.NETWORK, Link.TOKEN, Link.ACCOUNT, Link.API)
    if broken is None:
        return tuple(LinkCheck(link, True) for link in order)
    at = order.index(broken.link)
    return tuple(
        LinkCheck(link, True)
        if place < at
        else LinkCheck(link, False, broken.title, broken.advice)
        if place == at
        else LinkCheck(link, False, known=False)
        for place, link in enumerate(order)
    )
