"""`consulter/fournisseur` and `consulter/historique`: one invoice and its life (API 2.9, 2.10)."""

from datetime import timedelta
from typing import Any

from chorus_tui.sandbox import checks, invented
from chorus_tui.sandbox.clock import minute_text
from chorus_tui.sandbox.files import Files
from chorus_tui.sandbox.invoices import Action, Invoice, Invoices, Passage
from chorus_tui.sandbox.lifecycle import Lifecycle
from chorus_tui.sandbox.replies import Body, done, found, page_of, pages
from chorus_tui.sandbox.rights import Rights
from chorus_tui.sandbox.wire_invoices import ReadHistory, ReadInvoice, Submit
from chorus_tui.sandbox.wire_received import ReadReceived
from chorus_tui.sandbox.world import Account, Recipient, Supplier, World


class Details:
    """Answers about one invoice."""

    def __init__(
        self, world: World, invoices: Invoices, files: Files, lifecycle: Lifecycle, rights: Rights
    ) -> None:
        self._world = world
        self._invoices = invoices
        self._files = files
        self._lifecycle = lifecycle
        self._rights = rights

    def read(self, wanted: ReadInvoice, account: Account) -> Body:
        """`consulter/fournisseur`."""
        invoice = self._rights.held(account, wanted.identifiant_facture_cpp, "identifiantFactureCPP")
        return found(facture=self._whole(invoice, wanted))

    def read_received(self, wanted: ReadReceived, account: Account) -> Body:
        """`consulter/recipiendaire`: the same, without what is the supplier's alone."""
        invoice = self._rights.held(account, wanted.identifiant_facture_cpp, "identifiantFactureCPP")
        paged = ReadInvoice(
            p_ligne_recap_tva=wanted.rechercheligne_tva_recap,
            p_liste_pieces_jointes=wanted.recherche_pj,
            p_lignes_poste=wanted.recherche_ligne_poste,
        )
        facture = self._whole(invoice, paged)
        del facture["rejetTraite"]
        for name in ("miseEnPaiementDestinataire", "designationDestinataire"):
            del facture["destinataire"][name]
        del facture["fournisseur"]["raisonSocialeFournisseur"]
        return found(facture=facture)

    def _whole(self, invoice: Invoice, wanted: ReadInvoice) -> Body:
        row = invoice.row
        sent = invoice.sent if isinstance(invoice.sent, Submit) else Submit()
        recipient = self._world.recipient_by_id[row.id_destinataire]
        main_id = checks.main_file(sent)
        facture: Body = {
            "identifiantFactureCPP": invoice.id,
            "numeroFacture": row.numero_facture,
            "statutFacture": row.statut,
            "modeDepot": row.mode_depot,
            "rejetTraite": row.rejet_traite,
            "destinataire": _recipient_block(invoice, recipient),
            "fournisseur": _supplier_block(invoice, self._world.supplier_by_id[invoice.supplier_id]),
            "cadreDeFacturation": {
                "codeCadreFacturation": invoice.frame,
                "typeIdentifiantValideur1": row.type_identifiant_valideur1,
                "codeValideur1": row.code_valideur1,
            },
            "references": self._references(invoice, sent),
            "recapitulatifDeTva": _vat_block(sent, wanted),
            "montantTotal": {
                "montantHtTotal": row.montant_ht,
                "montantTVA": invoice.vat,
                "montantTtcAvantRemiseGlobalTTC": round(row.montant_ht + invoice.vat, 2),
                "montantRemiseGlobaleTTC": sent.montant_total.montant_remise_globale_ttc or 0.0,
                "motifRemiseGlobaleTTC": sent.montant_total.motif_remise_globale_ttc,
                "montantTtcTotal": row.montant_ttc,
                "montantAPayer": row.montant_a_payer,
            },
            "listeDesPiecesJointes": self._file_block(invoice, sent, wanted),
            "lignesDePoste": _line_block(sent, wanted),
            "commentaire": invoice.comment,
        }
        if main_id is not None:
            facture["pieceJointePrincipale"] = {
                "idLiaisonPieceJointePrincipale": main_id + 1_000_000,
                "idPieceJointePrincipale": main_id,
            }
        return facture

    def history(self, wanted: ReadHistory, account: Account) -> Body:
        """`consulter/historique`: passages and actions, newest first unless asked otherwise."""
        invoice = self._rights.held(account, wanted.id_facture, "idFacture")
        paging = wanted.param_recherche_histo_statuts
        past = self._lifecycle.past(invoice)
        passages = list(past if paging.tri_sens_liste_histo_statut == "Ascendant" else reversed(past))
        passages = passages[: wanted.nb_resultats_maximum]
        page = paging.page_resultat_demandee_liste_histo_statut
        size = paging.nb_resultats_par_page_liste_histo_statut
        events = wanted.param_recherche_histo_evenements_complementaires
        return done(
            idFacture=invoice.id,
            numeroFacture=invoice.row.numero_facture,
            modeDepot=invoice.row.mode_depot,
            statutCourantCode=invoice.row.statut,
            historiquesDesStatuts={
                "histoStatut": [_passage_body(passage) for passage in page_of(passages, page, size)],
                "pageCouranteHistoStatut": page,
                "pagesHistoStatut": pages(len(passages), size),
                "nbResultatsParPageHistoStatut": size,
                "totalHistoStatut": len(passages),
            },
            historiquesDesEvenementsComplementaires={
                "evenement": [],
                "pageCouranteEvenement": events.page_resultat_demandee_liste_histo_evenement,
                "pagesEvenement": 0,
                "nbResultatsParPageEvenement": events.nb_resultats_par_page_liste_histo_evenement,
                "totalEvenement": 0,
            },
            **_action_blocks(invoice, wanted),
        )

    def _references(self, invoice: Invoice, sent: Submit) -> Body:
        row, given = invoice.row, sent.references
        begun = self._lifecycle.past(invoice)[0].at
        return {
            "dateFacture": row.date_facture,
            "dateDepot": row.date_depot,
            "codeDeviseFacture": row.devise,
            "libelleDeviseFacture": "Euro" if row.devise == "EUR" else row.devise,
            "typeFacture": row.type_facture,
            "typeTva": given.type_tva or ("TVA_SUR_DEBIT" if invoice.vat else "SANS_TVA"),
            "motifExonerationTva": given.motif_exoneration_tva,
            "numeroMarche": row.numero_marche,
            "numeroBonCommande": row.numero_bon_commande,
            "numeroFactureOrigine": row.numero_facture_origine,
            "modePaiement": given.mode_paiement or "VIREMENT",
            "dateCreationFacture": minute_text(begun),
            "dateEcheancePaiement": (begun + timedelta(days=30)).date().isoformat(),
            "numeroDpMandat": invoice.order or None,
        }

    def _file_block(self, invoice: Invoice, sent: Submit, wanted: ReadInvoice) -> Body:
        labels = {code: label for _, code, label in invented.ATTACHMENT_TYPES}
        rows: list[Body] = []
        for other in (*sent.piece_jointe_complementaire, *invoice.added):
            file_id = other.piece_jointe_complementaire_id or 0
            file = self._files.get(file_id)
            code = other.piece_jointe_complementaire_type or ""
            rows.append(
                {
                    "pieceJointeTypeCode": code,
                    "pieceJointeTypeLibelle": labels.get(code),
                    "pieceJointeDesignation": other.piece_jointe_complementaire_designation,
                    "pieceJointeNumeroLigneFacture": other.piece_jointe_complementaire_numero_ligne_facture,
                    "pieceJointeIdLiaison": file_id + 1_000_000,
                    "pieceJointeId": file_id,
                    "pieceJointeExtension": file.extension if file else None,
                }
            )
        paging = wanted.p_liste_pieces_jointes
        page = paging.page_resultat_demandee_liste_piece_jointe
        size = paging.nb_resultats_par_page_liste_piece_jointe
        return {
            "pieceJointe": page_of(rows, page, size),
            "pageCouranteListePiecesJointe": page,
            "pagesListePiecesJointe": pages(len(rows), size),
            "nbResultatsParPageListePiecesJointe": size,
            "totalListePiecesJointe": len(rows),
        }


def _recipient_block(invoice: Invoice, recipient: Recipient) -> Body:
    row = invoice.row
    return {
        "idDestinataire": recipient.id,
        "codeDestinataire": recipient.siret,
        "libelleDestinataire": recipient.name,
        "designationDestinataire": recipient.name,
        "idServiceExecutant": row.id_service_executant,
        "codeServiceExecutant": row.code_service_executant,
        "libelleServiceExecutant": row.nom_service_executant,
        "miseEnPaiementDestinataire": recipient.reports_payment,
        "adresseDestinataireDetail": recipient.address,
        "adresseDestinataireCodePostal": recipient.postcode,
        "adresseDestinataireVille": recipient.city,
        "adresseDestinataireCodePays": "FR",
        "adresseDestinataireLibellePays": "France",
        "destinataireEtat": "OUI" if recipient.state else "NON",
    }


def _supplier_block(invoice: Invoice, supplier: Supplier) -> Body:
    account = next((held for held in supplier.bank_accounts if held.id == invoice.bank_account), None)
    block: Body = {
        "idFournisseur": supplier.id,
        "typeIdentifiantFournisseur": "SIRET",
        "codeFournisseur": supplier.siret,
        "raisonSocialeFournisseur": supplier.name,
        "designationFournisseur": supplier.name,
        "adresseFournisseurDetail": supplier.address,
        "adresseFournisseurCodePostal": supplier.postcode,
        "adresseFournisseurVille": supplier.city,
        "adresseFournisseurCodePays": "FR",
        "adresseFournisseurLibellePays": "France",
    }
    if account is not None:
        block |= {
            "coordBancairesFournisseurId": account.id,
            "coordBancairesFournisseurType": "IBAN",
            "coordBancairesFournisseurLibelle": account.name,
            "coordBancairesFournisseurCodePays": account.iban[:2],
            "coordBancairesFournisseurCleIban": account.iban[2:4],
            "coordBancairesFournisseurCompteBancaire": account.iban[4:],
        }
    return block


def _vat_block(sent: Submit, wanted: ReadInvoice) -> Body:
    labels = {code: (index, label, rate) for index, (code, label, rate) in enumerate(invented.VAT_RATES, 1)}
    rows: list[Body] = []
    for line in sent.ligne_tva:
        row: Body = {
            "ligneTvaTauxManuel": line.ligne_tva_taux_manuel,
            "ligneTvaMontantBaseHtParTaux": line.ligne_tva_montant_base_ht_par_taux,
            "ligneTvaMontantTvaParTaux": line.ligne_tva_montant_tva_par_taux,
        }
        if line.ligne_tva_taux in labels:
            index, label, rate = labels[line.ligne_tva_taux]
            row |= {
                "ligneTvaTauxRefId": index,
                "ligneTvaTauxRefCode": line.ligne_tva_taux,
                "ligneTvaTauxRefLibelle": label,
                "ligneTvaTauxRefValeur": rate,
            }
        rows.append(row)
    page = wanted.p_ligne_recap_tva.page_resultat_demandee_liste_recapitulatif_tva
    size = wanted.p_ligne_recap_tva.nb_resultats_par_page_liste_liste_recapitulatif_tva
    return {
        "ligneTva": page_of(rows, page, size),
        "pageCouranteLignesRecapitulativesTVA": page,
        "pagesLignesRecapitulativesTVA": pages(len(rows), size),
        "nbResultatsParPageLignesRecapitulativesTVA": size,
        "totalLignesRecapitulativesTVA": len(rows),
    }


def _line_block(sent: Submit, wanted: ReadInvoice) -> Body:
    rows = [
        {
            "lignePosteNumero": line.ligne_poste_numero,
            "lignePosteReference": line.ligne_poste_reference,
            "lignePosteDenomination": line.ligne_poste_denomination,
            "lignePosteQuantite": line.ligne_poste_quantite,
            "lignePosteUniteLibelle": line.ligne_poste_unite,
            "lignePosteMontantUnitaireHT": line.ligne_poste_montant_unitaire_ht,
            "lignePosteMontantRemiseHT": line.ligne_poste_montant_remise_ht,
            "lignePosteTauxTva": line.ligne_poste_taux_tva,
            "lignePosteTauxTvaManuel": line.ligne_poste_taux_tva_manuel,
        }
        for line in sent.ligne_poste
    ]
    page = wanted.p_lignes_poste.page_resultat_demandee_lignes_poste
    size = wanted.p_lignes_poste.nb_resultats_par_page_lignes_poste
    return {
        "lignePoste": page_of(rows, page, size),
        "pageCouranteLignesPoste": page,
        "pagesLignesPoste": pages(len(rows), size),
        "nbResultatsParPageLignesPoste": size,
        "totalLignesPoste": len(rows),
    }


def _action_blocks(invoice: Invoice, wanted: ReadHistory) -> Body:
    """What users did, and which of it was the last."""
    paging = wanted.param_recherche_histo_actions_utilisateurs
    done_with_it = list(invoice.actions or ())
    newest = done_with_it[-1] if done_with_it else None
    if paging.tri_sens_liste_histo_action == "Descendant":
        done_with_it.reverse()
    page = paging.page_resultat_demandee_liste_histo_action
    size = paging.nb_resultats_par_page_liste_histo_action
    body: Body = {
        "historiquesDesActionsUtilisateurs": {
            "histoAction": [_action_body(action) for action in page_of(done_with_it, page, size)],
            "pageCouranteHistoAction": page,
            "pagesHistoAction": pages(len(done_with_it), size),
            "nbResultatsParPageHistoAction": size,
            "totalHistoAction": len(done_with_it),
        }
    }
    if newest is not None:
        body["derniereAction"] = {"derniereActionId": newest.id, "derniereActionCode": newest.code}
    return body


def _action_body(action: Action) -> Body:
    first_name, last_name, mail, telephone = action.agent
    return {
        "histoActionId": action.id,
        "histoActionCode": action.code,
        "histoActionDateHeure": minute_text(action.at),
        "histoActionUtilisateurPrenom": first_name,
        "histoActionUtilisateurNom": last_name,
        "histoActionUtilisateurEmail": mail,
        "histoActionUtilisateurTelephone": telephone,
    }


def _passage_body(passage: Passage) -> dict[str, Any]:
    body: dict[str, Any] = {
        "histoStatutId": passage.id,
        "histoStatutCode": passage.status,
        "histoStatutDatePassage": minute_text(passage.at),
    }
    if passage.comment:
        body["histoStatutCommentaire"] = passage.comment
    if passage.last_name:
        body |= {
            "histoStatutUtilisateurPrenom": passage.first_name,
            "histoStatutUtilisateurNom": passage.last_name,
            "histoStatutUtilisateurEmail": passage.mail,
            "histoStatutUtilisateurTelephone": passage.telephone,
        }
    return body
