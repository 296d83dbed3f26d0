"""`rechercher/fournisseur`: the invoices that the account's structures sent (API 2.8)."""

import msgspec

from chorus_tui.sandbox.invoices import Invoices
from chorus_tui.sandbox.replies import Body, found, paging
from chorus_tui.sandbox.structures import Directory
from chorus_tui.sandbox.wire_invoices import Search, WantedRecipient
from chorus_tui.sandbox.world import World


class Searches:
    """Answers about many invoices at once."""

    def __init__(self, world: World, invoices: Invoices, directory: Directory) -> None:
        self._world = world
        self._invoices = invoices
        self._directory = directory

    def sent(self, wanted: Search) -> Body:
        """`rechercher/fournisseur`."""
        attached = frozenset(supplier.id for supplier in self._world.attached)
        if wanted.recherche_siren_destinataire:
            wanted = self._widened(wanted)
        rows, total = self._invoices.search(wanted, attached)
        if not total and self._directory.empty_is_a_code:
            return self._directory.nothing()
        asked = wanted.recherche_facture_par_fournisseur
        page = paging(asked.page_resultat_demandee, asked.nb_resultats_par_page, total)
        return found(listeFactures=rows, parametresRetour=page)

    def _widened(self, wanted: Search) -> Search:
        """The search with every recipient that shares its SIREN with one that is listed."""
        listed = [
            self._world.recipient_by_id.get(entry.id_destinataire or 0) for entry in wanted.liste_destinataire
        ]
        sirens = {held.siret[:9] for held in listed if held is not None}
        related = tuple(
            WantedRecipient(id_destinataire=held.id)
            for held in self._world.recipients
            if held.siret[:9] in sirens
        )
        return msgspec.structs.replace(wanted, liste_destinataire=related)
