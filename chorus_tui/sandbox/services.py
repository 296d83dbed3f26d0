"""The services of the API that take a body: what the body is, whose they are, who answers."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from chorus_tui.sandbox import invented
from chorus_tui.sandbox.analysis import Analysis
from chorus_tui.sandbox.details import Details
from chorus_tui.sandbox.downloads import Downloads
from chorus_tui.sandbox.flow_reports import FlowDesk
from chorus_tui.sandbox.received import Received
from chorus_tui.sandbox.replies import Body, refuse
from chorus_tui.sandbox.returned import Returned
from chorus_tui.sandbox.searches import Searches
from chorus_tui.sandbox.structures import Directory
from chorus_tui.sandbox.submission import Desk
from chorus_tui.sandbox.transverses import Transverses
from chorus_tui.sandbox.validation import Validation
from chorus_tui.sandbox.wire import Listing, Nothing, Wire
from chorus_tui.sandbox.wire_flows import (
    DepositFlow,
    Download,
    FlowSyntaxes,
    ReadDetailedReport,
    ReadReport,
)
from chorus_tui.sandbox.wire_invoices import ReadHistory, ReadInvoice, Search, Submit
from chorus_tui.sandbox.wire_received import (
    FindReceived,
    FindToValidate,
    HandleReceived,
    ReadReceived,
    Targets,
    Validate,
)
from chorus_tui.sandbox.wire_replies import Complete, CorrectValidator, HandleRejections, Recycle
from chorus_tui.sandbox.wire_structures import (
    AttachmentTypes,
    BankAccounts,
    DepositPdf,
    FindCommitments,
    FindMemberships,
    FindServices,
    FindStructures,
    Frames,
    ReadService,
    ReadStructure,
    Upload,
)
from chorus_tui.sandbox.world import Account, Side

Answer = Body | Awaitable[Body]
Handler = Callable[[Any, Account], Answer]


class Service(NamedTuple):
    """One service."""

    shape: type[Wire]
    handler: Handler
    side: Side | None = None
    """Whose it is; None: everybody's."""

    def answer(self, wanted: Wire, account: Account) -> Answer:
        """Answer a call. Refused where it is another side's service."""
        if self.side not in (None, account.side):
            refuse(invented.NO_RIGHT)
        return self.handler(wanted, account)


def _anyone(handler: Callable[[Any], Answer]) -> Handler:
    """A handler to which it is all the same who asks."""
    return lambda wanted, _account: handler(wanted)


def table(
    analysis: Analysis,
    desk: Desk,
    details: Details,
    directory: Directory,
    downloads: Downloads,
    flows: FlowDesk,
    lists: Transverses,
    received: Received,
    returned: Returned,
    searches: Searches,
    validation: Validation,
) -> dict[str, Service]:
    """Every service by its path below `/cpro/`."""
    return {
        "factures/v1/deposer/pdf": Service(DepositPdf, _anyone(analysis.deposit_pdf), "supplier"),
        "factures/v1/deposer/flux": Service(DepositFlow, _anyone(flows.deposit), "supplier"),
        "factures/v1/soumettre": Service(Submit, _anyone(desk.submit), "supplier"),
        "factures/v1/completer": Service(Complete, returned.complete, "supplier"),
        "factures/v1/recycler": Service(Recycle, returned.recycle, "supplier"),
        "factures/v1/traiterRejet": Service(HandleRejections, returned.handle_rejections, "supplier"),
        "factures/v1/corriger/valideur/facture": Service(
            CorrectValidator, returned.correct_validator, "supplier"
        ),
        "factures/v1/rechercher/fournisseur": Service(Search, _anyone(searches.sent), "supplier"),
        "factures/v1/consulter/fournisseur": Service(ReadInvoice, details.read, "supplier"),
        "factures/v1/consulter/historique": Service(ReadHistory, details.history),
        "factures/v1/telecharger/groupe": Service(Download, downloads.download),
        "factures/v1/rechercher/recipiendaire": Service(FindReceived, received.find, "recipient"),
        "factures/v1/consulter/recipiendaire": Service(ReadReceived, details.read_received, "recipient"),
        "factures/v1/traiter/recue": Service(HandleReceived, received.handle, "recipient"),
        "factures/v1/rechercher/valideur": Service(FindToValidate, validation.find, "validator"),
        "factures/v1/traiter/factureAValider": Service(Validate, validation.handle, "validator"),
        "structures/v1/rechercher": Service(FindStructures, _anyone(directory.find)),
        "structures/v1/consulter": Service(ReadStructure, _anyone(directory.read)),
        "structures/v1/rechercher/services": Service(FindServices, _anyone(directory.find_services)),
        "structures/v1/consulter/service": Service(ReadService, _anyone(directory.read_service)),
        "transverses/v1/ajouter/fichier": Service(Upload, _anyone(lists.upload)),
        "transverses/v1/consulterCR": Service(ReadReport, flows.report, "supplier"),
        "transverses/v1/consulterCRDetaille": Service(ReadDetailedReport, flows.detailed, "supplier"),
        "transverses/v1/recuperer/formatflux": Service(Nothing, _anyone(lambda _: flows.formats())),
        "transverses/v1/recuperer/syntaxeflux": Service(FlowSyntaxes, _anyone(flows.syntaxes)),
        "transverses/v1/recuperer/structures/actives/fournisseur": Service(
            Nothing, _anyone(lambda _: directory.active_suppliers()), "supplier"
        ),
        "transverses/v1/recuperer/structures/actives/destinataire": Service(
            Nothing, lambda _, account: directory.active_recipients(account), "recipient"
        ),
        "transverses/v1/recuperer/etats/traitement": Service(Targets, _anyone(received.targets), "recipient"),
        "transverses/v1/recuperer/coordbanc/valides": Service(
            BankAccounts, _anyone(lambda wanted: directory.bank_accounts(wanted.id_structure)), "supplier"
        ),
        "transverses/v1/recuperer/typespj": Service(AttachmentTypes, _anyone(lists.attachment_types)),
        "transverses/v1/recuperer/tauxtva": Service(Listing, _anyone(lists.vat_rates)),
        "transverses/v1/recuperer/cadrefacturation": Service(Frames, _anyone(lists.frames)),
        "transverses/v1/recuperer/modereglements": Service(Nothing, _anyone(lists.payment_means)),
        "utilisateurs/v1/monCompte/recuperer/rattachements": Service(FindMemberships, directory.memberships),
        "engagementsJuridiques/v1/rechercher": Service(FindCommitments, _anyone(directory.find_commitments)),
    }
