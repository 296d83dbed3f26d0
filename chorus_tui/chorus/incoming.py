"""From answers to the domain's records. Every text passes `text.clean` here (through `values.text`)."""

from collections.abc import Iterable
from datetime import UTC, datetime

from chorus_tui.chorus.records import Commitment, FlowDetails, FlowReceipt, Membership, Receipt
from chorus_tui.chorus.values import amount, day, flag, known, many, moment, text, whole
from chorus_tui.chorus.vocabulary import (
    COMPLETED,
    DEPOSITED,
    FRAME_OF,
    MEANS_OF,
    REGIME_OF,
    flow_state_of,
    kind_of,
    status_of,
)
from chorus_tui.chorus.wire import answers as wire
from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.flow import CUT, RefusedInvoice, TechnicalError
from chorus_tui.domain.invoice import Invoice, StatusChange
from chorus_tui.domain.knowledge.wording import seems_cut
from chorus_tui.domain.recipient import BankAccount, Choice, Recipient, Service, Supplier

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def fields_read(answer: wire.PdfDepose) -> InvoiceFields:
    """What Chorus Pro read from a PDF.

    It answers `FACTURE` even where it read nothing at all (API 2.2), so that alone is no reading.
    """
    kind = text(answer.typeFacture)
    values = {
        "number": known(answer.numeroFacture),
        "issued": day(answer.dateFacture),
        "supplier_siret": known(answer.codeFournisseur),
        "recipient_siret": known(answer.codeDestinataire),
        "service_code": known(answer.codeServiceExecutant),
        "commitment_number": known(answer.numeroBonCommande),
        "currency": known(answer.codeDeviseFacture),
        "vat_regime": REGIME_OF.get(text(answer.typeTva)),
        "net": amount(answer.montantHtTotal),
        "vat": amount(answer.montantTVA),
        "gross": amount(answer.montantTtcAvantRemiseGlobalTTC),
        "to_pay": amount(answer.montantAPayer),
    }
    read_something = any(value is not None for value in values.values())
    if kind == "AVOIR" or (kind and read_something):
        values["kind"] = kind_of(kind)
    return InvoiceFields(**values)  # type: ignore[arg-type]  # each value has its field's type above


def receipt(answer: wire.FactureSoumise, sent_number: str) -> Receipt | None:
    """A submission that was taken; None where the answer names no invoice."""
    invoice_id = whole(answer.identifiantFactureCPP)
    if invoice_id is None:
        return None
    code = text(answer.statutFacture)
    return Receipt(
        invoice_id, text(answer.numeroFacture) or sent_number, status_of(code), code, day(answer.dateDepot)
    )


def completed(invoice_id: int, answer: wire.FactureCompletee) -> Receipt:
    """A completion that was taken. Its answer names no status; two sources agree on this one (API 2.4)."""
    return Receipt(invoice_id, text(answer.numeroFacture), status_of(COMPLETED), COMPLETED)


def recycled(invoice_id: int, answer: wire.FactureSoumise) -> Receipt:
    """A recycling that was taken: the invoice is on its way as if it had just been deposited (API 2.5)."""
    code = text(answer.statutFacture) or DEPOSITED
    return Receipt(invoice_id, text(answer.numeroFacture), status_of(code), code, day(answer.dateDepot))


def flow_receipt(answer: wire.FluxDepose) -> FlowReceipt | None:
    """A flow that was taken; None where the answer names none."""
    number = text(answer.numeroFluxDepot)
    return FlowReceipt(number, day(answer.dateDepot)) if number else None


def flow_details(answer: wire.CompteRenduDetaille) -> FlowDetails:
    """A flow's state and everything that is said against it, in the order in which it is said."""
    code = text(answer.etatCourantDepotFlux)
    technical = [
        TechnicalError(message, text(row.codeErreur), text(row.natureErreur))
        for row in many(answer.listeErreurTechnique)
        for message in messages(text(row.libelleErreur) or text(row.codeErreur))
    ]
    return FlowDetails(
        state=flow_state_of(code),
        state_code=code,
        state_at=moment(answer.dateHeureEtatCourantFlux),
        deposited_at=moment(answer.dateDepotFlux),
        file_name=text(answer.nomFichier),
        interface=text(answer.codeInterfaceDepotFlux),
        technical=tuple(technical),
        refused=refused_invoices(
            (
                (text(row.numeroDP), text(row.identifiantFournisseur), text(row.identifiantDestinataire)),
                text(row.libelleErreurDP),
            )
            for row in many(answer.listeErreurDP)
        ),
    )


def refused_invoices(rows: Iterable[tuple[tuple[str, str, str], str]]) -> tuple[RefusedInvoice, ...]:
    """One for each invoice, although a report may name it on several rows.

    Args:
        rows: number, supplier and recipient of an invoice, and what is said against it.
    """
    gathered: dict[tuple[str, str, str], list[str]] = {}
    for key, joined in rows:
        said = messages(joined)
        if any(key) or said:
            gathered.setdefault(key, []).extend(said)
    return tuple(
        RefusedInvoice(
            number=number,
            supplier_siret=supplier,
            recipient_siret=recipient,
            messages=tuple(dict.fromkeys(all_said)),
        )
        for (number, supplier, recipient), all_said in gathered.items()
    )


def messages(joined: str) -> tuple[str, ...]:
    """The messages of one text of a report, which joins them by `|` and is cut near 200 characters."""
    parts = [part for piece in joined.split("|") if (part := piece.strip())]
    if parts and seems_cut(joined):
        parts[-1] = parts[-1].removesuffix(CUT) + CUT
    return tuple(parts)


def found_invoice(row: wire.LigneFacture) -> Invoice | None:
    """One row of a search; None for a row without an id."""
    invoice_id = whole(row.identifiantFactureCPP)
    if invoice_id is None:
        return None
    code = text(row.statut)
    return Invoice(
        id=invoice_id,
        number=text(row.numeroFacture),
        status=status_of(code),
        status_code=code,
        status_at=moment(row.dateHeureEtatCourant),
        comment=text(row.commentaireEtatCourant),
        kind=kind_of(text(row.typeFacture)),
        issued=day(row.dateFacture),
        deposited=day(row.dateDepot),
        supplier_siret=text(row.codeFournisseur),
        supplier_name=text(row.designationFournisseur),
        recipient_siret=text(row.codeDestinataire),
        recipient_name=text(row.designationDestinataire),
        service_code=text(row.codeServiceExecutant),
        service_name=text(row.nomServiceExecutant),
        commitment_number=text(row.numeroBonCommande),
        net=amount(row.montantHT),
        gross=amount(row.montantTTC),
        to_pay=amount(row.montantAPayer),
        currency=text(row.devise) or "EUR",
        deposit_mode=text(row.modeDepot),
        flow_number=text(row.numeroFluxDepot),
        rejection_handled=bool(flag(row.rejetTraite)),
    )


def consulted_invoice(invoice_id: int, answer: wire.Facture) -> Invoice:
    """One invoice asked for by its id: neither the moment of its status nor the comment is told (API 2.9)."""
    recipient = answer.destinataire or wire.DestinataireFacture()
    supplier = answer.fournisseur or wire.FournisseurFacture()
    references = answer.references or wire.ReferencesFacture()
    totals = answer.montantTotal or wire.MontantsFacture()
    code = text(answer.statutFacture)
    before_discount = amount(totals.montantTtcAvantRemiseGlobalTTC)
    return Invoice(
        id=whole(answer.identifiantFactureCPP) or invoice_id,
        number=text(answer.numeroFacture),
        status=status_of(code),
        status_code=code,
        kind=kind_of(text(references.typeFacture)),
        issued=day(references.dateFacture),
        deposited=day(references.dateDepot),
        supplier_siret=text(supplier.codeFournisseur),
        supplier_name=text(supplier.raisonSocialeFournisseur) or text(supplier.designationFournisseur),
        recipient_siret=text(recipient.codeDestinataire),
        recipient_name=text(recipient.designationDestinataire) or text(recipient.libelleDestinataire),
        service_code=text(recipient.codeServiceExecutant),
        service_name=text(recipient.libelleServiceExecutant),
        commitment_number=text(references.numeroBonCommande),
        net=amount(totals.montantHtTotal),
        gross=before_discount if before_discount is not None else amount(totals.montantTtcTotal),
        to_pay=amount(totals.montantAPayer),
        currency=text(references.codeDeviseFacture) or "EUR",
        deposit_mode=text(answer.modeDepot),
        rejection_handled=bool(flag(answer.rejetTraite)),
    )


def status_change(row: wire.HistoStatut) -> StatusChange:
    """One passage, with who made it and how to reach them."""
    code = text(row.histoStatutCode)
    first, last = text(row.histoStatutUtilisateurPrenom), text(row.histoStatutUtilisateurNom)
    mail, phone = text(row.histoStatutUtilisateurEmail), text(row.histoStatutUtilisateurTelephone)
    return StatusChange(
        status=status_of(code),
        code=code,
        at=moment(row.histoStatutDatePassage),
        comment=text(row.histoStatutCommentaire),
        who=" ".join(filter(None, (first, last))),
        contact=" · ".join(filter(None, (mail, phone))),
    )


def newest_first(changes: Iterable[StatusChange]) -> tuple[StatusChange, ...]:
    """Passages by moment; those of one minute stay as they came."""
    return tuple(sorted(changes, key=lambda change: change.at or _LONG_AGO, reverse=True))


def recipient_stub(row: wire.LigneStructure) -> Recipient | None:
    """A structure found by a search, of which nothing is certain yet; None for one without a SIRET."""
    siret = text(row.identifiantStructure)
    if not siret:
        return None
    return Recipient(
        siret=siret,
        id=whole(row.idStructureCPP) or 0,
        name=text(row.designationStructure),
        active=not text(row.statut).upper().startswith("INACTI"),
    )


def checked_recipient(
    stub: Recipient, answer: wire.StructureConsultee, services: tuple[Service, ...], at: datetime
) -> Recipient:
    """A structure with what it makes mandatory (API 6) and its services."""
    parameters = answer.parametres or wire.ParametresStructure()
    general = answer.informationGenerales or wire.InformationsStructure()
    return Recipient(
        siret=stub.siret,
        id=stub.id,
        name=stub.name or text(general.raisonSocialeStructure) or text(general.libelleStructure),
        active=stub.active,
        service_required=bool(flag(parameters.codeServiceDoitEtreRenseigne)),
        commitment_required=bool(flag(parameters.numeroEJDoitEtreRenseigne)),
        service_or_commitment=bool(flag(parameters.gestionNumeroEJOuCodeService)),
        services=services,
        checked_at=at,
    )


def listed_service(row: wire.LigneService) -> Service | None:
    """A service of a list; None for one without an id or a code."""
    service_id, code = whole(row.idService), text(row.codeService)
    if service_id is None or not code:
        return None
    active = flag(row.estActif)
    if active is None:
        active = not text(row.statutService).upper().startswith("INACTI")
    return Service(
        id=service_id,
        code=code,
        name=text(row.libelleService),
        active=active,
        valid_from=moment(row.dateDbtService),
        valid_to=moment(row.dateFinService),
    )


def consulted_service(service_id: int, answer: wire.ServiceConsulte) -> Service:
    """A service with what it makes mandatory. It does not tell whether it is active: the list does."""
    general = answer.informationsGenerales or wire.InformationsService()
    parameters = answer.parametres or wire.ParametresService()
    return Service(
        id=service_id,
        code=text(general.codeService),
        name=text(general.nomService),
        valid_from=moment(parameters.dateDebutValidite),
        valid_to=moment(parameters.dateFinValidite),
        commitment_required=bool(flag(parameters.numeroEngagement)),
    )


def supplier(row: wire.LigneFournisseur, at: datetime) -> Supplier | None:
    """A structure that may be sent for; None for one without an id."""
    structure_id, siret = whole(row.idStructureCPP), text(row.identifiant)
    if structure_id is None or not siret:
        return None
    return Supplier(siret=siret, id=structure_id, name=text(row.designationStructure), fetched_at=at)


def bank_accounts(answer: wire.CoordonneesTrouvees) -> tuple[BankAccount, ...]:
    """The bank accounts that have an id."""
    return tuple(
        BankAccount(account_id, text(row.nomCoordonneeBancaire))
        for row in many(answer.listeCoordonneeBancaire)
        if (account_id := whole(row.idCoordonneeBancaire)) is not None
    )


def attachment_types(answer: wire.TypesTrouves) -> tuple[Choice, ...]:
    """Codes and labels as Chorus Pro has them."""
    return tuple(
        Choice(code, text(row.libelleTypePieceJointe))
        for row in many(answer.listeTypePieceJointe)
        if (code := text(row.codeTypePieceJointe))
    )


def vat_rates(answer: wire.TauxTrouves) -> tuple[Choice, ...]:
    """Codes, labels, and as value the percentage."""
    found = []
    for row in many(answer.listeTauxTva):
        code, rate = text(row.codeTauxTva), amount(row.valeurTauxTva)
        if code:
            found.append(Choice(code, text(row.libelleTauxTva), "" if rate is None else f"{rate:f}"))
    return tuple(found)


def billing_frames(answer: wire.CadresTrouves) -> tuple[Choice, ...]:
    """The frames that a PDF deposit takes, under the domain's codes, with Chorus Pro's as value."""
    words = [text(row.codeCadreFacturation) for row in many(answer.listeCadreFacturation)]
    return tuple(
        Choice(FRAME_OF[word].value, FRAME_OF[word].label, word) for word in words if word in FRAME_OF
    )


def payment_means(answer: wire.ModesTrouves) -> tuple[Choice, ...]:
    """The means that are known, under the domain's codes, with Chorus Pro's as value."""
    words = [text(row.modePaiement) for row in many(answer.listeModePaiement)]
    return tuple(
        Choice(MEANS_OF[word].value, MEANS_OF[word].label, word) for word in words if word in MEANS_OF
    )


def commitments(answer: wire.EngagementsTrouves) -> tuple[Commitment, ...]:
    """The commitments that have a number."""
    return tuple(
        Commitment(
            number,
            text(row.libelleEtatCourantEJ),
            text(row.libelleTypeEngagementJuridique),
            amount(row.montantTotalTtc),
            whole(row.idEngagementJuridique),
        )
        for row in many(answer.listeEngagementJuridique)
        if (number := text(row.numeroEngagementJuridique))
    )


def membership(row: wire.LigneRattachement) -> Membership | None:
    """A structure the account is attached to; None for one without an id."""
    structure_id = whole(row.idStructure)
    if structure_id is None:
        return None
    services = map(listed_service, many(row.listeServicesRattache))
    return Membership(
        structure_id,
        text(row.identifiantStructure),
        text(row.designationStructure),
        text(row.roleUtilisateur),
        text(row.statutRattachementStructure),
        tuple(service for service in services if service),
    )
