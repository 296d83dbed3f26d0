"""The client: one method per service of Chorus Pro, domain records in and out."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from chorus_tui.chorus import incoming, outgoing
from chorus_tui.chorus.errors import OutcomeUnknown, UnreadableAnswer
from chorus_tui.chorus.exchange import File
from chorus_tui.chorus.flows import FlowServices
from chorus_tui.chorus.paging import Paging
from chorus_tui.chorus.records import Analysis, Commitment, Criteria, InvoicePage, Membership, Receipt
from chorus_tui.chorus.values import many, moment, text, whole
from chorus_tui.chorus.wire import answers, requests
from chorus_tui.domain.document import Attachment
from chorus_tui.domain.identifiers import compact_siret
from chorus_tui.domain.intent import Submission
from chorus_tui.domain.invoice import History, Invoice, StatusChange
from chorus_tui.domain.recipient import BankAccount, Choice, Recipient, Service, Supplier

PAGE_SIZE = 1000
"""Rows asked for at a time: the most that sources agree on (API 8, point 15)."""

BREATH = 250
"""Rows translated before the event loop has its turn."""


async def _translated(rows: Sequence[answers.LigneFacture]) -> tuple[Invoice, ...]:
    """The invoices of a page. A thousand take some 10 ms, so others have their turn in between."""
    found: list[Invoice] = []
    for start in range(0, len(rows), BREATH):
        batch = map(incoming.found_invoice, rows[start : start + BREATH])
        found.extend(invoice for invoice in batch if invoice)
        await asyncio.sleep(0)
    return tuple(found)


class ChorusPro(FlowServices):
    """Chorus Pro, as one technical account sees it. One per process; `async with` opens and closes it.

    Every method may raise the failures of `chorus_tui.chorus.errors`. Questions are asked again by
    themselves; what does something (`analyse_pdf`, `upload`, `submit`, `deposit_flow`, `complete`,
    `recycle`, `settle_rejections`, `correct_validator`) leaves once, and raises `OutcomeUnknown` where
    nobody knows whether it arrived.

    Args:
        connection: which Chorus Pro, and as whom.
        transport: what carries the calls instead of the network.
        now: the time that records are stamped with.
        sleep: how the client waits, in seconds.
    """

    # Whether it is there, and who we are

    async def health(self) -> bool:
        """Whether Chorus Pro says that it is up. It may be, while the API proper is down (S1-083).

        Raises:
            ChorusError: nobody could be asked (network, sign-in).
        """
        answer = await self._call.health("transverses/v1/health-check", answers.Sante)
        if answer is None:
            return False
        status = whole(answer.statusCodeValue)
        return (status is None or 200 <= status < 300) and "down" not in text(answer.body).lower()

    async def sign_in(self) -> None:
        """Fetch a new token now, whatever the present one is worth (S1-004)."""
        await self._call.auth.renew()

    async def memberships(self) -> tuple[Membership, ...]:
        """The structures that the technical account is attached to."""
        found: list[Membership | None] = []
        async for page in Paging(PAGE_SIZE):
            answer = await self._call.ask(
                "utilisateurs/v1/monCompte/recuperer/rattachements",
                requests.Rattachements(
                    parametresRecherche=outgoing.page(page.number, page.size, "IdStructure")
                ),
                answers.RattachementsTrouves,
                may_be_empty=True,
            )
            rows = page.take(many(answer.listeStructureRattachement), answer.parametresRetour)
            found.extend(map(incoming.membership, rows))
        return tuple(dict.fromkeys(member for member in found if member))

    # Invoices

    async def analyse_pdf(self, name: str, content: bytes) -> Analysis:
        """Have a PDF read by Chorus Pro, which keeps it as a draft until it is submitted (API 2.2)."""
        answer = await self._call.order(
            "factures/v1/deposer/pdf",
            outgoing.pdf_to_analyse(name),
            answers.PdfDepose,
            File("fichierFacture", content),
        )
        analysis_id = whole(answer.pieceJointeId)
        if analysis_id is None:
            raise OutcomeUnknown("pieceJointeId")
        return Analysis(incoming.fields_read(answer), analysis_id)

    async def upload(self, name: str, content: bytes) -> int:
        """Send a file that a submission will name; answers its id (API 2.18)."""
        answer = await self._call.order(
            "transverses/v1/ajouter/fichier",
            outgoing.file_to_attach(name),
            answers.FichierAjoute,
            File("pieceJointeFichier", content),
        )
        attachment_id = whole(answer.pieceJointeId)
        if attachment_id is None:
            raise OutcomeUnknown("pieceJointeId")
        return attachment_id

    async def submit(self, submission: Submission) -> Receipt:
        """Submit one invoice, once (API 2.3)."""
        answer = await self._call.order(
            "factures/v1/soumettre", outgoing.submission(submission), answers.FactureSoumise
        )
        receipt = incoming.receipt(answer, submission.fields.number or "")
        if receipt is None:
            raise OutcomeUnknown("identifiantFactureCPP")
        return receipt

    # What a supplier answers when an invoice came back

    async def complete(
        self, invoice_id: int, attachments: Sequence[Attachment], comment: str = ""
    ) -> Receipt:
        """Answer a suspended invoice with files uploaded before, a comment or both, once (API 2.4)."""
        answer = await self._call.order(
            "factures/v1/completer",
            outgoing.completion(invoice_id, attachments, comment),
            answers.FactureCompletee,
        )
        return incoming.completed(invoice_id, answer)

    async def recycle(
        self,
        invoice_id: int,
        recipient_siret: str,
        service_code: str = "",
        commitment_number: str = "",
        comment: str = "",
    ) -> Receipt:
        """Send an invoice to be recycled to where it belongs, once; amounts and number stay (API 2.5)."""
        answer = await self._call.order(
            "factures/v1/recycler",
            outgoing.recycling(invoice_id, recipient_siret, service_code, commitment_number, comment),
            answers.FactureSoumise,
        )
        return incoming.recycled(invoice_id, answer)

    async def settle_rejections(self, invoice_ids: Sequence[int], remark: str = "") -> None:
        """Mark rejected invoices as dealt with, once; nothing is sent again by that (API 2.6)."""
        await self._call.order(
            "factures/v1/traiterRejet", outgoing.settlement(invoice_ids, remark), answers.Verdict
        )

    async def correct_validator(self, invoice_id: int, siret: str) -> None:
        """Name another structure that has to approve an invoice first, once (API 2.7)."""
        await self._call.order(
            "factures/v1/corriger/valideur/facture",
            outgoing.new_validator(invoice_id, siret),
            answers.Verdict,
        )

    # What became of invoices

    async def search(self, criteria: Criteria) -> AsyncIterator[InvoicePage]:
        """The invoices that meet all criteria, page by page to the last (API 2.8)."""
        async for page in Paging(PAGE_SIZE):
            answer = await self._call.ask(
                "factures/v1/rechercher/fournisseur",
                outgoing.search(criteria, page.number, page.size),
                answers.FacturesTrouvees,
                may_be_empty=True,
            )
            rows = page.take(many(answer.listeFactures), answer.parametresRetour)
            if not rows:
                return
            yield InvoicePage(await _translated(rows), page.number, page.pages, page.total)

    async def invoice(self, invoice_id: int) -> Invoice:
        """One invoice. A search tells more of its status: when, and the recipient's words (API 2.9)."""
        answer = await self._call.ask(
            "factures/v1/consulter/fournisseur",
            requests.ConsulterFournisseur(identifiantFactureCPP=invoice_id),
            answers.FactureConsultee,
        )
        if answer.facture is None:
            raise UnreadableAnswer("facture")
        return incoming.consulted_invoice(invoice_id, answer.facture)

    async def history(self, invoice_id: int) -> History:
        """Every status an invoice went through, newest first (API 2.10)."""
        changes: list[StatusChange] = []
        async for page in Paging(PAGE_SIZE):
            answer = await self._call.ask(
                "factures/v1/consulter/historique",
                outgoing.history(invoice_id, page.number, page.size),
                answers.HistoriqueConsulte,
            )
            listed = answer.historiquesDesStatuts or answers.HistoriquesDesStatuts()
            told = answers.PageRendue(pages=listed.pagesHistoStatut)
            changes.extend(map(incoming.status_change, page.take(many(listed.histoStatut), told)))
        return History(invoice_id, incoming.newest_first(dict.fromkeys(changes)), self._now())

    # Recipients

    async def find_recipients(self, text: str) -> tuple[Recipient, ...]:
        """Structures by SIRET or by words of their name, at most `PAGE_SIZE`; nothing of them is checked."""
        if not text.strip():
            return ()
        answer = await self._call.ask(
            "structures/v1/rechercher",
            outgoing.structures(text, PAGE_SIZE),
            answers.StructuresTrouvees,
            may_be_empty=True,
        )
        return tuple(stub for row in many(answer.listeStructures) if (stub := incoming.recipient_stub(row)))

    async def is_structure(self, siret: str) -> bool:
        """Whether anybody has a SIRET in Chorus Pro, private structures included (API 2.13)."""
        answer = await self._call.ask(
            "structures/v1/rechercher",
            outgoing.structures(siret, PAGE_SIZE, private_too=True),
            answers.StructuresTrouvees,
            may_be_empty=True,
        )
        wanted = compact_siret(siret)
        stubs = map(incoming.recipient_stub, many(answer.listeStructures))
        return any(stub is not None and stub.siret == wanted for stub in stubs)

    async def recipient(self, siret: str) -> Recipient | None:
        """A structure, what it makes mandatory and all its services; None where nobody has that SIRET.

        An inactive one takes no invoices, so nothing more is asked about it.
        """
        siret = compact_siret(siret)
        found = [stub for stub in await self.find_recipients(siret) if stub.siret == siret]
        if not found:
            return None
        stub = max(found, key=lambda recipient: recipient.active)
        if not stub.active:
            return incoming.checked_recipient(stub, answers.StructureConsultee(), (), self._now())
        answer = await self._call.ask(
            "structures/v1/consulter",
            requests.ConsulterStructure(idStructureCPP=stub.id),
            answers.StructureConsultee,
        )
        return incoming.checked_recipient(stub, answer, await self._services(stub.id), self._now())

    async def _services(self, recipient_id: int) -> tuple[Service, ...]:
        found: list[Service | None] = []
        async for page in Paging(PAGE_SIZE):
            answer = await self._call.ask(
                "structures/v1/rechercher/services",
                requests.RechercherServices(
                    idStructure=recipient_id,
                    parametresRechercherServicesStructure=outgoing.page(
                        page.number, page.size, "CodeService"
                    ),
                ),
                answers.ServicesTrouves,
                may_be_empty=True,
            )
            rows = page.take(many(answer.listeServices), answer.parametresRetour)
            found.extend(map(incoming.listed_service, rows))
        return tuple(dict.fromkeys(service for service in found if service))

    async def service(self, recipient_id: int, service_id: int) -> Service:
        """One service, with whether it makes a commitment number mandatory (API 2.16)."""
        answer = await self._call.ask(
            "structures/v1/consulter/service",
            requests.ConsulterService(idStructure=recipient_id, idService=service_id),
            answers.ServiceConsulte,
        )
        return incoming.consulted_service(service_id, answer)

    async def commitments(self, siret: str, number: str) -> tuple[Commitment, ...]:
        """The commitments that a recipient (the State) knows under a number (API 2.18)."""
        answer = await self._call.ask(
            "engagementsJuridiques/v1/rechercher",
            requests.RechercherEngagement(
                structureReceptriceEngagementJuridique=compact_siret(siret),
                numeroEngagementJuridique=number.strip(),
                etatCourantEngagementJuridique="COMMANDE",
            ),
            answers.EngagementsTrouves,
            may_be_empty=True,
        )
        return incoming.commitments(answer)

    # What we send for, and the lists that Chorus Pro keeps

    async def suppliers(self) -> tuple[Supplier, ...]:
        """The active structures that may be sent for, without their bank accounts."""
        answer = await self._call.ask(
            "transverses/v1/recuperer/structures/actives/fournisseur",
            requests.Request(),
            answers.FournisseursActifs,
            may_be_empty=True,
        )
        at = self._now()
        return tuple(found for row in many(answer.listeStructures) if (found := incoming.supplier(row, at)))

    async def password_expires(self, supplier_id: int) -> datetime | None:
        """When the technical account's password ends, as its structure tells it (API 1.3); None: untold."""
        answer = await self._call.ask(
            "structures/v1/consulter",
            requests.ConsulterStructure(idStructureCPP=supplier_id),
            answers.StructureConsultee,
        )
        general = answer.informationGenerales or answers.InformationsStructure()
        return moment(general.dateExpirationMotPasseCompteTech)

    async def bank_accounts(self, supplier_id: int) -> tuple[BankAccount, ...]:
        """The valid bank accounts of a supplier, by Chorus Pro's id of it."""
        answer = await self._call.ask(
            "transverses/v1/recuperer/coordbanc/valides",
            requests.CoordonneesBancaires(idStructure=supplier_id),
            answers.CoordonneesTrouvees,
            may_be_empty=True,
        )
        return incoming.bank_accounts(answer)

    async def attachment_types(self) -> tuple[Choice, ...]:
        """The types that an invoice's attachment may have."""
        answer = await self._call.ask(
            "transverses/v1/recuperer/typespj",
            requests.TypesPieceJointe(codeLangue=outgoing.FRENCH, typeObjet="FACTURE"),
            answers.TypesTrouves,
            may_be_empty=True,
        )
        return incoming.attachment_types(answer)

    async def vat_rates(self) -> tuple[Choice, ...]:
        """VAT codes; a choice's value is the percentage."""
        answer = await self._call.ask(
            "transverses/v1/recuperer/tauxtva",
            requests.TauxTva(codeLangue=outgoing.FRENCH),
            answers.TauxTrouves,
            may_be_empty=True,
        )
        return incoming.vat_rates(answer)

    async def billing_frames(self) -> tuple[Choice, ...]:
        """The billing frames that a PDF deposit takes; codes are those of `BillingFrame`."""
        answer = await self._call.ask(
            "transverses/v1/recuperer/cadrefacturation",
            requests.CadresFacturation(typeDemandePaiement="FACTURE"),
            answers.CadresTrouves,
            may_be_empty=True,
        )
        return incoming.billing_frames(answer)

    async def payment_means(self) -> tuple[Choice, ...]:
        """Means of payment; codes are those of `PaymentMeans`."""
        answer = await self._call.ask(
            "transverses/v1/recuperer/modereglements",
            requests.Request(),
            answers.ModesTrouves,
            may_be_empty=True,
        )
        return incoming.payment_means(answer)
