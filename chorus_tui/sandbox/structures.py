"""Structures, their services, the account's memberships, commitment numbers (API 2.13 to 2.18)."""

import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from chorus_tui.sandbox import invented
from chorus_tui.sandbox.clock import Clock, day, instant_text
from chorus_tui.sandbox.replies import NOTHING_FOUND, Body, found, page_of, paging, refuse
from chorus_tui.sandbox.wire import Paging
from chorus_tui.sandbox.wire_structures import (
    FindCommitments,
    FindMemberships,
    FindServices,
    FindStructures,
    ReadService,
    ReadStructure,
    StructureCriteria,
)
from chorus_tui.sandbox.world import Account, Recipient, Service, Supplier, World

PASSWORD_DAYS = 424
"""After how long a technical account's password expires."""


class Directory:
    """Answers about who exists and what they ask for."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._world = world
        self._clock = clock
        self._signed_up = clock.now()
        self.empty_is_a_code = False
        """Whether an empty list comes as 20000 TRA_MSG_00.015; both forms are documented (API part 8)."""

    @staticmethod
    def nothing() -> Body:
        """An empty list, as a code."""
        code, label = NOTHING_FOUND
        return {"codeRetour": code, "libelle": label}

    def find(self, wanted: FindStructures) -> Body:
        """`structures/rechercher`: public structures, and private ones that the account belongs to."""
        criteria = wanted.structure
        if not any(
            (
                criteria.identifiant_structure,
                criteria.raison_sociale_structure,
                criteria.libelle_structure,
                criteria.nom_structure,
                criteria.adresse_code_postal,
                criteria.adresse_ville,
                criteria.type_structure,
                criteria.statut_structure,
            )
        ):
            refuse(invented.MISSING_CRITERION)
        rows = [
            {
                "idStructureCPP": held.id,
                "identifiantStructure": held.siret,
                "typeIdentifiantStructure": "SIRET",
                "designationStructure": held.name,
                "statut": "ACTIVE" if _is_active(held) else "INACTIVE",
            }
            for held in self._visible(restricted=wanted.restreindre_structures_privees)
            if _meets(held, criteria)
        ]
        column = wanted.parametres.tri_colonne
        rows.sort(key=lambda row: str(row[column[0].lower() + column[1:]]))
        return self._page("listeStructures", rows, wanted.parametres)

    def read(self, wanted: ReadStructure) -> Body:
        """`structures/consulter`: the card of a structure and what it demands."""
        held = self._structure(wanted.id_structure_cpp, "idStructureCPP")
        is_supplier = isinstance(held, Supplier)
        general: Body = {
            "idStructureCPP": held.id,
            "identifiantStructure": held.siret,
            "typeIdentifiantStructure": "SIRET",
            "raisonSocialeStructure": held.name,
            "libelleStructure": held.name,
            "structurePriveePublique": "PRIVEE" if is_supplier else "PUBLIQUE",
            "estValideurDeleguee": False,
        }
        if isinstance(held, Supplier):
            general |= {"numeroTVA": held.vat_number, "emailStructure": held.email}
            if held.attached:
                expires = self._signed_up + timedelta(days=PASSWORD_DAYS)
                general["dateExpirationMotPasseCompteTech"] = instant_text(expires)
        demands = _demands(held) if isinstance(held, Recipient) else _no_demands()
        return found(
            informationGenerales=general,
            adressePostaleDuSiege={
                "adresse": held.address,
                "codePostal": held.postcode,
                "ville": held.city,
                "pays": "FR",
            },
            parametres=demands,
        )

    def find_services(self, wanted: FindServices) -> Body:
        """`structures/rechercher/services`."""
        held = self._structure(wanted.id_structure, "idStructure")
        today = day(self._clock.now())
        services: Sequence[Service] = held.services if isinstance(held, Recipient) else ()
        rows = [
            {
                "idService": service.id,
                "codeService": service.code,
                "libelleService": service.name,
                "estActif": service.open_on(today),
                "statutService": "ACTIF" if service.open_on(today) else "INACTIF",
                "dateDbtService": f"{service.begins} 00:00",
                "dateFinService": f"{service.until} 00:00",
            }
            for service in services
        ]
        column = wanted.parametres_rechercher_services_structure.tri_colonne
        rows.sort(key=lambda row: str(row[column[0].lower() + column[1:]]))
        return self._page("listeServices", rows, wanted.parametres_rechercher_services_structure)

    def read_service(self, wanted: ReadService) -> Body:
        """`structures/consulter/service`: whether this service makes the commitment number mandatory."""
        held = self._structure(wanted.id_structure, "idStructure")
        services: Sequence[Service] = held.services if isinstance(held, Recipient) else ()
        service = next((service for service in services if service.id == wanted.id_service), None)
        if service is None:
            refuse(invented.UNKNOWN_SERVICE)
        return found(
            informationsGenerales={
                "codeService": service.code,
                "nomService": service.name,
                "descriptionService": service.name,
            },
            adressePostale={
                "adresse": held.address,
                "codePostal": held.postcode,
                "ville": held.city,
                "pays": "FR",
            },
            parametres={
                "dateCreation": _day_as_minute(service.begins),
                "dateModification": _day_as_minute(service.begins),
                "dateDebutValidite": _day_as_minute(service.begins),
                "dateFinValidite": _day_as_minute(service.until),
                "miseEnPaiement": True,
                "numeroEngagement": service.commitment,
            },
        )

    def active_suppliers(self) -> Body:
        """`recuperer/structures/actives/fournisseur`: for whom the account may bill."""
        return found(
            listeStructures=[
                {
                    "idStructureCPP": supplier.id,
                    "identifiant": supplier.siret,
                    "designationStructure": supplier.name,
                }
                for supplier in self._world.attached
            ]
        )

    def active_recipients(self, account: Account) -> Body:
        """`recuperer/structures/actives/destinataire`: for whom a recipient's account may act."""
        return found(
            listeStructures=[
                {"idStructureCPP": held.id, "identifiant": held.siret, "designationStructure": held.name}
                for held in self._structures_of(account)
                if _is_active(held)
            ]
        )

    def _structures_of(self, account: Account) -> Sequence[Recipient | Supplier]:
        match account.side:
            case "supplier":
                return self._world.attached
            case "recipient":
                return [held for held in self._world.recipients if account.acts_for(held.siret)]
            case "validator":
                return [held for held in self._world.suppliers if account.acts_for(held.siret)]

    def bank_accounts(self, structure_id: int | None) -> Body:
        """`recuperer/coordbanc/valides`."""
        if structure_id is None:
            refuse(invented.MISSING_FIELD, field="idStructure")
        supplier = self._world.supplier_by_id.get(structure_id)
        if supplier is None:
            refuse(invented.UNKNOWN_STRUCTURE)
        if not supplier.attached:
            refuse(invented.NO_RIGHT)
        return found(
            listeCoordonneeBancaire=[
                {"idCoordonneeBancaire": account.id, "nomCoordonneeBancaire": account.name}
                for account in supplier.bank_accounts
            ]
        )

    def memberships(self, wanted: FindMemberships, account: Account) -> Body:
        """`monCompte/recuperer/rattachements`: the structures of the account."""
        rows = [
            {
                "idRattachementStructure": held.id + 500_000,
                "idStructure": held.id,
                "identifiantStructure": held.siret,
                "typeIdentifiantStructure": "SIRET",
                "designationStructure": held.name,
                "roleUtilisateur": "GESTIONNAIRE_PRINCIPAL",
                "statutRattachementStructure": "VALIDEE",
                "statutUtilisateur": "ACTIF",
                "listeServicesRattache": [],
            }
            for held in self._structures_of(account)
        ]
        return self._page("listeStructureRattachement", rows, wanted.parametres_recherche)

    def find_commitments(self, wanted: FindCommitments) -> Body:
        """`engagementsJuridiques/rechercher`: whether the State knows a number."""
        for name, value in (
            ("structureReceptriceEngagementJuridique", wanted.structure_receptrice_engagement_juridique),
            ("numeroEngagementJuridique", wanted.numero_engagement_juridique),
        ):
            if not value:
                refuse(invented.MISSING_FIELD, field=name)
        if len(wanted.numero_engagement_juridique or "") > 50:
            refuse(invented.TEXT_TOO_LONG, field="numeroEngagementJuridique", limit=50)
        receiver = self._world.recipient_by_siret.get(wanted.structure_receptrice_engagement_juridique or "")
        state = wanted.etat_courant_engagement_juridique
        rows = [
            {
                "idEngagementJuridique": commitment.id,
                "numeroEngagementJuridique": commitment.number,
                "libelleTypeEngagementJuridique": commitment.kind,
                "libelleEtatCourantEJ": commitment.state,
                "montantTotalTtc": commitment.amount,
            }
            for commitment in self._world.commitments
            if receiver is not None
            and receiver.state
            and commitment.number == wanted.numero_engagement_juridique
            and state in (None, commitment.state)
        ]
        if not rows and self.empty_is_a_code:
            return self.nothing()
        return found(listeEngagementJuridique=rows)

    def _page(self, name: str, rows: list[dict[str, Any]], wanted: Paging) -> Body:
        if not rows and self.empty_is_a_code:
            return self.nothing()
        if wanted.tri_sens == "Descendant":
            rows.reverse()
        page, size = wanted.page_resultat_demandee, wanted.nb_resultats_par_page
        return found(**{name: page_of(rows, page, size)}, parametresRetour=paging(page, size, len(rows)))

    def _visible(self, *, restricted: bool) -> Sequence[Recipient | Supplier]:
        private = [s for s in self._world.suppliers if s.attached or not restricted]
        return (*self._world.recipients, *private)

    def _structure(self, structure_id: int | None, field: str) -> Recipient | Supplier:
        if structure_id is None:
            refuse(invented.MISSING_FIELD, field=field)
        held = self._world.recipient_by_id.get(structure_id) or self._world.supplier_by_id.get(structure_id)
        if held is None:
            refuse(invented.UNKNOWN_STRUCTURE)
        return held


def _is_active(held: Recipient | Supplier) -> bool:
    return held.active if isinstance(held, Recipient) else True


def _meets(held: Recipient | Supplier, criteria: StructureCriteria) -> bool:
    kind = "PUBLIQUE" if isinstance(held, Recipient) else "PRIVEE"
    status = "ACTIF" if _is_active(held) else "INACTIF"
    return (
        criteria.identifiant_structure in (None, "", held.siret)
        and criteria.type_identifiant_structure in (None, "SIRET")
        and criteria.type_structure in (None, kind)
        and criteria.statut_structure in (None, status)
        and criteria.adresse_code_postal in (None, "", held.postcode)
        and _folded(criteria.adresse_ville) in _folded(held.city)
        and _folded(criteria.raison_sociale_structure) in _folded(held.name)
        and _folded(criteria.libelle_structure) in _folded(held.name)
        and not criteria.nom_structure
    )


def _folded(text: str | None) -> str:
    decomposed = unicodedata.normalize("NFKD", text or "")
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold().replace("’", "'")


def _demands(held: Recipient) -> Body:
    return _no_demands() | {
        "codeServiceDoitEtreRenseigne": held.service,
        "numeroEJDoitEtreRenseigne": held.commitment,
        "gestionNumeroEJOuCodeService": held.either,
        "statutMiseEnPaiementNestPasRemonte": not held.reports_payment,
    }


def _no_demands() -> Body:
    return {
        "codeServiceDoitEtreRenseigne": False,
        "numeroEJDoitEtreRenseigne": False,
        "gestionNumeroEJOuCodeService": False,
        "connexionEDI": False,
        "estMoaUniquement": False,
        "estValideurDelegue": False,
        "getaMoa": False,
        "nonDiffusibleInsee": False,
        "recevoirDonneesViaEDI": False,
        "statutMiseEnPaiementNestPasRemonte": False,
    }


def _day_as_minute(value: Any) -> str:
    return f"{value} 00:00"
