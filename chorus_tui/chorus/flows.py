"""The services of flows: files of invoices go, and what became of them is told (API 2.1, 2.18)."""

import asyncio
import base64
import binascii
from collections.abc import Sequence
from typing import Literal

from chorus_tui.chorus import incoming, outgoing
from chorus_tui.chorus.errors import OutcomeUnknown, UnreadableAnswer
from chorus_tui.chorus.exchange import File
from chorus_tui.chorus.records import FlowDetails, FlowReceipt
from chorus_tui.chorus.session import Session
from chorus_tui.chorus.values import many, text
from chorus_tui.chorus.wire import answers, requests
from chorus_tui.domain.flow import Syntax


class FlowServices(Session):
    """What a client can do with flows. Its methods raise and repeat as those of `ChorusPro` do."""

    async def deposit_flow(self, content: bytes, name: str, syntax: Syntax) -> FlowReceipt:
        """Deposit a file of one or more invoices, once; what becomes of it has to be asked (API 2.1).

        Raises:
            ValueError: there are no deposits of this syntax.
            OutcomeUnknown: nobody knows whether it was taken.
        """
        answer = await self._call.order(
            "factures/v1/deposer/flux",
            outgoing.flow_to_deposit(name, syntax),
            answers.FluxDepose,
            File("fichierFlux", content),
        )
        receipt = incoming.flow_receipt(answer)
        if receipt is None:
            raise OutcomeUnknown("numeroFluxDepot")
        return receipt

    async def flow_report(self, number: str) -> FlowDetails:
        """How a flow stands, and what its integration report says against it (API 2.18).

        Raises:
            Refused: Chorus Pro knows no such flow, or shows it to others alone.
        """
        answer = await self._call.ask(
            "transverses/v1/consulterCRDetaille",
            requests.ConsulterFlux(numeroFluxDepot=number),
            answers.CompteRenduDetaille,
        )
        return incoming.flow_details(answer)

    async def flow_report_pdf(self, number: str) -> bytes:
        """The integration report as Chorus Pro draws it; empty where it draws none (API 8, point 8)."""
        answer = await self._call.ask(
            "transverses/v1/consulterCR",
            requests.ConsulterFlux(numeroFluxDepot=number),
            answers.CompteRendu,
        )
        return await _file(answer.fichierCR, "fichierCR")

    async def flow_formats(self) -> tuple[str, ...]:
        """The formats that flows may have, in Chorus Pro's words."""
        answer = await self._call.ask(
            "transverses/v1/recuperer/formatflux", requests.Request(), answers.FormatsFlux, may_be_empty=True
        )
        return tuple(word for row in many(answer.listeFormatFlux) if (word := text(row.formatFlux)))

    async def flow_syntaxes(self, flow_format: str) -> tuple[str, ...]:
        """The syntaxes of a format, in Chorus Pro's words."""
        answer = await self._call.ask(
            "transverses/v1/recuperer/syntaxeflux",
            requests.SyntaxesFlux(formatFlux=flow_format),
            answers.SyntaxesFlux,
            may_be_empty=True,
        )
        return tuple(word for row in many(answer.listeSyntaxeFlux) if (word := text(row.syntaxeFlux)))

    async def download(self, invoice_ids: Sequence[int], kind: Literal["pdf", "pivot"]) -> bytes:
        """Deposited invoices as Chorus Pro keeps them: one PDF or a ZIP, or one XML (API 2.11).

        At most ten at a time are advised; PDFs come with their attachments.
        """
        answer = await self._call.ask(
            "factures/v1/telecharger/groupe",
            outgoing.download(invoice_ids, kind),
            answers.FichierTelecharge,
        )
        content = await _file(answer.fichierResultat, "fichierResultat")
        if not content:
            raise UnreadableAnswer("fichierResultat")
        return content


async def _file(encoded: str | None, field: str) -> bytes:
    """A file that came in base64; in a thread, because a hundred megabytes take their time."""
    try:
        return await asyncio.to_thread(base64.b64decode, encoded or "")
    except (binascii.Error, ValueError):
        raise UnreadableAnswer(field) from None
