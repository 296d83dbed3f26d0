"""The invoices that the sandbox holds, and the search over them (API 2.8).

Searches stay cheap over 100 000 rows: orders are kept per sort column, the status moment has its own
index, and the last few answers are remembered until a row changes.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import Struct, field

from chorus_tui.sandbox.clock import instant_text
from chorus_tui.sandbox.criteria import moment, tests_of
from chorus_tui.sandbox.wire_invoices import OtherFile, Search
from chorus_tui.sandbox.world import Agent

REMEMBERED_SEARCHES = 8


class Row(Struct, rename="camel", kw_only=True, omit_defaults=True, gc=False):
    """One row of `rechercher/fournisseur`; what is not known is left out."""

    identifiant_facture_cpp: int = field(name="identifiantFactureCPP")
    type_demande_paiement: str | None = "FACTURE"
    code_fournisseur: str
    type_identifiant_fournisseur: str | None = None
    designation_fournisseur: str
    id_destinataire: int
    code_destinataire: str
    designation_destinataire: str
    id_service_executant: int | None = None
    code_service_executant: str | None = None
    nom_service_executant: str | None = None
    type_facture: str
    numero_facture: str
    date_facture: str
    date_depot: str
    montant_ht: float = field(name="montantHT")
    montant_ttc: float = field(name="montantTTC")
    montant_a_payer: float = field(name="montantAPayer")
    devise: str
    statut: str
    numero_marche: str | None = None
    numero_bon_commande: str | None = None
    numero_flux_depot: str | None = None
    type_identifiant_valideur1: str | None = None
    code_valideur1: str | None = None
    raison_sociale_valideur1: str | None = None
    date_validation1: str | None = None
    numero_facture_origine: str | None = None
    mode_depot: str
    coord_bancaires_fournisseur_nom_cb: str | None = None
    nom_prenom_utilisateur_createur: str | None = None
    taille: int | None = None
    date_heure_etat_courant: str
    commentaire_etat_courant: str | None = None
    rejet_traite: bool


class Passage(Struct, gc=False):
    """One passage to a status."""

    id: int
    status: str
    at: datetime
    comment: str = ""
    first_name: str = ""
    last_name: str = ""
    mail: str = ""
    telephone: str = ""


class Action(Struct, gc=False):
    """What somebody did with an invoice that did not change its status."""

    id: int
    code: str
    at: datetime
    agent: Agent


class Invoice(Struct, gc=False):
    """A row and what only the details show."""

    row: Row
    supplier_id: int
    frame: str
    changed: float
    """When the status was reached, seconds since 1970."""
    bank_account: int | None = None
    vat: float = 0.0
    sent: Any = None
    """The submission as it came, where it came through the API."""
    passages: list[Passage] | None = None
    """Oldest first; None: an invoice of the crowd, whose past is told when it is asked for."""
    actions: list[Action] | None = None
    """Oldest first."""
    comment: str | None = None
    """The supplier's."""
    added: tuple[OtherFile, ...] = ()
    """Files that completed it."""
    order: str = ""
    """Number of the recipient's payment order, `numeroDPMandat`."""
    creator: int = 0
    size: int = 0
    """Of the main file, in bytes."""
    validator_id: int | None = None

    @property
    def id(self) -> int:
        """Chorus Pro's id."""
        return self.row.identifiant_facture_cpp


Key = Callable[[Invoice], Any]

_SORTED_OTHERWISE = {
    "MontantHT": "row.montant_ht",
    "MontantTTC": "row.montant_ttc",
    "MontantAPayer": "row.montant_a_payer",
}


def _attribute(column: str) -> str:
    if column in _SORTED_OTHERWISE:
        return _SORTED_OTHERWISE[column]
    return "row." + "".join("_" + c.lower() if c.isupper() else c for c in column).lstrip("_")


ALWAYS_THERE = frozenset(
    {
        "CodeFournisseur", "DesignationFournisseur", "CodeDestinataire", "DesignationDestinataire",
        "TypeFacture", "NumeroFacture", "DateFacture", "DateDepot", "MontantHT", "MontantTTC",
        "MontantAPayer", "Devise", "Statut", "ModeDepot",
    }
)  # fmt: skip
DEFAULT_COLUMN = "DateDepot"


@cache
def sort_key(column: str) -> Key:
    """By a column, then by id. Columns that a row may lack put such rows first."""
    name = _attribute(column)
    if column in ALWAYS_THERE:
        return attrgetter(name, "row.identifiant_facture_cpp")
    if name.removeprefix("row.") not in Row.__struct_fields__:
        return attrgetter("row.identifiant_facture_cpp")
    read = attrgetter(name)

    def key(invoice: Invoice) -> tuple[bool, Any, int]:
        value = read(invoice)
        return (value is not None, "" if value is None else value, invoice.row.identifiant_facture_cpp)

    return key


class Invoices:
    """All invoices of the world, by id, number, flow, status moment and any sort column."""

    def __init__(self) -> None:
        self._by_id: dict[int, Invoice] = {}
        self._by_number: dict[str, list[Invoice]] = {}
        self._by_flow: dict[str, list[Invoice]] = {}
        self._suppliers: set[int] = set()
        self._moments: list[tuple[float, int]] = []
        self._orders: dict[str, list[Invoice]] = {}
        self._answers: dict[bytes, list[Invoice]] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Any:
        return iter(self._by_id.values())

    def __contains__(self, invoice_id: int) -> bool:
        return invoice_id in self._by_id

    def get(self, invoice_id: int) -> Invoice | None:
        """The invoice of that id."""
        return self._by_id.get(invoice_id)

    def numbered(self, number: str) -> tuple[Invoice, ...]:
        """All invoices of that number, whoever sent them."""
        return tuple(self._by_number.get(number, ()))

    def of_flow(self, number: str) -> tuple[Invoice, ...]:
        """All invoices of a flow."""
        return tuple(self._by_flow.get(number, ()))

    def fill(self, invoices: Iterable[Invoice]) -> None:
        """Put in many at once, before anything is asked."""
        for invoice in invoices:
            self._enter(invoice)
            self._moments.append((invoice.changed, invoice.id))
        self._moments.sort()
        self._orders.clear()
        self._answers.clear()
        self._order(DEFAULT_COLUMN)

    def add(self, invoice: Invoice) -> None:
        """Put in one."""
        self._enter(invoice)
        insort(self._moments, (invoice.changed, invoice.id))
        for column, order in self._orders.items():
            insort(order, invoice, key=sort_key(column))
        self._answers.clear()

    def change(self, invoice: Invoice, status: str, at: datetime, comment: str) -> None:
        """Bring an invoice to a status, in every index."""
        position = bisect_left(self._moments, (invoice.changed, invoice.id))
        del self._moments[position]
        invoice.changed = at.timestamp()
        insort(self._moments, (invoice.changed, invoice.id))
        invoice.row.statut = status
        invoice.row.date_heure_etat_courant = instant_text(at)
        invoice.row.commentaire_etat_courant = comment or None
        self._orders.pop("Statut", None)
        self._answers.clear()

    def edited(self) -> None:
        """Forget what a change of a row may have made wrong: orders by what can change, and answers."""
        self._orders = {DEFAULT_COLUMN: self._order(DEFAULT_COLUMN)}
        self._answers.clear()

    def _enter(self, invoice: Invoice) -> None:
        self._by_id[invoice.row.identifiant_facture_cpp] = invoice
        self._suppliers.add(invoice.supplier_id)
        self._by_number.setdefault(invoice.row.numero_facture, []).append(invoice)
        if invoice.row.numero_flux_depot:
            self._by_flow.setdefault(invoice.row.numero_flux_depot, []).append(invoice)

    def _order(self, column: str) -> list[Invoice]:
        order = self._orders.get(column)
        if order is None:
            order = self._orders[column] = sorted(self._by_id.values(), key=sort_key(column))
        return order

    def search(self, wanted: Search, attached: frozenset[int]) -> tuple[Sequence[Row], int]:
        """The rows of the page asked for, and how many there are in all.

        Raises:
            Malformed: a period is no date or moment.
        """
        paging = wanted.recherche_facture_par_fournisseur
        found = self._found(wanted, attached)
        total = len(found)
        if paging.nb_resultats_maximum is not None:
            total = min(total, paging.nb_resultats_maximum)
        begin = (paging.page_resultat_demandee - 1) * paging.nb_resultats_par_page
        end = min(begin + paging.nb_resultats_par_page, total)
        page = found[begin:end]
        if wanted.recuperer_taille:
            return [msgspec.structs.replace(held.row, taille=held.size) for held in page], total
        return [held.row for held in page], total

    def _found(self, wanted: Search, attached: frozenset[int]) -> list[Invoice]:
        paging = wanted.recherche_facture_par_fournisseur
        unpaged = msgspec.structs.replace(
            paging, page_resultat_demandee=1, nb_resultats_par_page=1, nb_resultats_maximum=None
        )
        key = msgspec.json.encode(msgspec.structs.replace(wanted, recherche_facture_par_fournisseur=unpaged))
        found = self._answers.get(key)
        if found is None:
            candidates, is_ordered = self._candidates(wanted, paging.tri_colonne)
            found = list(candidates)
            for test in tests_of(wanted):
                found = [invoice for invoice in found if test(invoice)]
            if not self._suppliers <= attached:
                found = [invoice for invoice in found if invoice.supplier_id in attached]
            if not is_ordered:
                found.sort(key=sort_key(paging.tri_colonne))
            if paging.tri_sens == "Descendant":
                found.reverse()
            if len(self._answers) >= REMEMBERED_SEARCHES:
                self._answers.pop(next(iter(self._answers)))
            self._answers[key] = found
        return found

    def _candidates(self, wanted: Search, column: str) -> tuple[Iterable[Invoice], bool]:
        if wanted.numero_facture:
            return self._by_number.get(wanted.numero_facture, ()), False
        if wanted.numero_flux_depot:
            return self._by_flow.get(wanted.numero_flux_depot, ()), False
        since, until = wanted.periode_date_heure_etat_courant_du, wanted.periode_date_heure_etat_courant_au
        if since or until:
            return self.changed_between(since, until), False
        return self._order(column), True

    def changed_between(self, since: str | None = None, until: str | None = None) -> list[Invoice]:
        """Invoices whose status was reached in a period, oldest first.

        Raises:
            Malformed: an end of the period is no moment.
        """
        begin, end = 0, len(self._moments)
        if since:
            begin = bisect_left(self._moments, (moment(since), 0))
        if until:
            end = bisect_right(self._moments, (moment(until), 1 << 62))
        return [self._by_id[invoice_id] for _, invoice_id in self._moments[begin:end]]
