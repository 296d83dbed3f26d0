"""What an invoice search asks, as questions that an invoice answers (API 2.8)."""

from collections.abc import Callable
from datetime import date, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from chorus_tui.sandbox import invented
from chorus_tui.sandbox.clock import PARIS
from chorus_tui.sandbox.replies import Malformed
from chorus_tui.sandbox.wire_invoices import Search

if TYPE_CHECKING:
    from chorus_tui.sandbox.invoices import Invoice


def moment(text: str) -> float:
    """Seconds since 1970, floored to the millisecond that the wire shows."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed(invented.NOT_CONFORM.format(detail=f"« {text} » n'est pas une date")) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=PARIS)
    return moment.timestamp()


def _day(text: str | None) -> str | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise Malformed(invented.NOT_CONFORM.format(detail=f"« {text} » n'est pas une date")) from None


Test = Callable[["Invoice"], bool]


def tests_of(wanted: Search) -> list[Test]:
    """One question per criterion given; a row answers yes to all."""
    tests: list[Test] = []
    for name, value in (
        ("row.numero_facture", wanted.numero_facture),
        ("row.type_facture", wanted.type_facture),
        ("supplier_id", wanted.id_fournisseur),
        ("frame", wanted.cadre_facturation),
        ("bank_account", wanted.coordonnee_bancaire),
        ("validator_id", wanted.id_structure_valideur),
        ("row.numero_marche", wanted.numero_marche),
        ("row.numero_bon_commande", wanted.numero_bon_commande),
        ("row.numero_facture_origine", wanted.numero_facture_origine),
        ("row.mode_depot", wanted.mode_depot),
        ("row.numero_flux_depot", wanted.numero_flux_depot),
        ("row.rejet_traite", wanted.rejet_traite),
    ):
        if value is not None and value != "":
            tests.append(_equals(name, value))
    bounds: tuple[tuple[str, Any, Any], ...] = (
        ("row.montant_ht", wanted.montant_ht_min, wanted.montant_ht_max),
        ("row.montant_ttc", wanted.montant_ttc_min, wanted.montant_ttc_max),
        ("row.montant_a_payer", wanted.montant_apayer_min, wanted.montant_apayer_max),
        ("row.date_depot", _day(wanted.periode_date_depot_du), _day(wanted.periode_date_depot_au)),
        ("row.date_facture", _day(wanted.periode_date_facture_du), _day(wanted.periode_date_facture_au)),
    )
    for name, low, high in bounds:
        if low is not None or high is not None:
            tests.append(_within(name, low, high))
    if wanted.statut_courant:
        statuses = frozenset(wanted.statut_courant)
        tests.append(lambda invoice: invoice.row.statut in statuses)
    if wanted.id_service_fournisseur is not None:
        tests.append(lambda invoice: False)  # no supplier of the world has services
    if wanted.id_utilisateur_createur:
        creators = frozenset(wanted.id_utilisateur_createur)
        tests.append(lambda invoice: invoice.creator in creators)
    if wanted.liste_destinataire:
        tests.append(_to_one_of(wanted))
    return tests


def _equals(name: str, value: Any) -> Test:
    read = attrgetter(name)
    return lambda invoice: bool(read(invoice) == value)


def _within(name: str, low: Any, high: Any) -> Test:
    read = attrgetter(name)
    return lambda invoice: (low is None or read(invoice) >= low) and (high is None or read(invoice) <= high)


def _to_one_of(wanted: Search) -> Test:
    """One of the recipients listed, and one of the services listed with it where there are any."""
    by_id = {
        entry.id_destinataire: frozenset(entry.liste_id_service_executant)
        for entry in wanted.liste_destinataire
        if entry.id_destinataire is not None
    }
    names = [
        entry.raison_sociale_stuct_dmd.casefold()
        for entry in wanted.liste_destinataire
        if entry.id_destinataire is None and entry.raison_sociale_stuct_dmd
    ]

    def test(invoice: "Invoice") -> bool:
        services = by_id.get(invoice.row.id_destinataire)
        if services is not None:
            return not services or invoice.row.id_service_executant in services
        return any(name in invoice.row.designation_destinataire.casefold() for name in names)

    return test
