"""`telecharger/groupe`: invoices as PDFs with their attachments, or as one pivot XML (API 2.11, 5)."""

import base64
import io
import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from chorus_tui.sandbox import checks, invented
from chorus_tui.sandbox.files import Files
from chorus_tui.sandbox.invoices import Invoice
from chorus_tui.sandbox.pdf import text_pdf
from chorus_tui.sandbox.replies import Body, TooLarge, done, refuse
from chorus_tui.sandbox.rights import Rights
from chorus_tui.sandbox.wire_flows import Download
from chorus_tui.sandbox.wire_invoices import Submit
from chorus_tui.sandbox.world import Account

LARGEST_DOWNLOAD = 120 * 1024 * 1024

Piece = tuple[str, bytes]
"""A file's name, and what is in it."""


class Downloads:
    """Hands invoices out."""

    def __init__(self, files: Files, rights: Rights) -> None:
        self._files = files
        self._rights = rights

    def download(self, wanted: Download, account: Account) -> Body:
        """The service: more than 120 MB are refused by the gateway."""
        if wanted.format is None:
            refuse(invented.MISSING_FIELD, field="format")
        if not wanted.liste_facture:
            refuse(invented.MISSING_FIELD, field="listeFacture")
        invoices = [self._rights.held(account, one.id_facture, "idFacture") for one in wanted.liste_facture]
        if wanted.format == "PIVOT":
            content = self._pivot(invoices)
        else:
            whole = (wanted.avec_pieces_jointes_complementaires or "NON").upper() == "OUI"
            content = self._pdf(invoices, whole=whole)
        return done(fichierResultat=base64.b64encode(content).decode())

    def _pdf(self, invoices: list[Invoice], *, whole: bool) -> bytes:
        """One PDF where there is one file of one invoice; else a ZIP with a folder for each invoice."""
        pieces: list[list[Piece]] = [
            [self._main(held), *(self._others(held) if whole else ())] for held in invoices
        ]
        if sum(len(content) for held in pieces for _, content in held) > LARGEST_DOWNLOAD:
            raise TooLarge
        if len(pieces) == len(pieces[0]) == 1:
            return pieces[0][0][1]
        import zipfile

        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for invoice, files in zip(invoices, pieces, strict=True):
                folder = _safe(f"{invoice.row.numero_facture}_{invoice.id}")
                for name, content in files:
                    made.writestr(f"{folder}/{name}" if len(invoices) > 1 else name, content)
        return out.getvalue()

    def _main(self, invoice: Invoice) -> Piece:
        """The invoice's own PDF: the file that was handed over, else a page of its data."""
        sent = invoice.sent if isinstance(invoice.sent, Submit) else Submit()
        content = self._files.content_of(checks.main_file(sent) or 0)
        return f"{_safe(invoice.row.numero_facture)}.pdf", content or _page(invoice)

    def _others(self, invoice: Invoice) -> list[Piece]:
        sent = invoice.sent if isinstance(invoice.sent, Submit) else Submit()
        found: list[Piece] = []
        for other in (*sent.piece_jointe_complementaire, *invoice.added):
            file = self._files.get(other.piece_jointe_complementaire_id or 0)
            if file is not None:
                found.append((f"{file.id}_{_safe(file.name)}", self._files.content_of(file.id)))
        return found

    def _pivot(self, invoices: list[Invoice]) -> bytes:
        """One XML; attachments are always inside."""
        units = "".join(self._unit(held) for held in invoices)
        content = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<CPPFacturePivot><Enveloppe><EnveloppeUnitaire>'
            f'<Parametres/></EnveloppeUnitaire></Enveloppe><CPPFactures Compteur="{len(invoices)}">'
            f"{units}</CPPFactures></CPPFacturePivot>"
        )
        encoded = content.encode()
        if len(encoded) > LARGEST_DOWNLOAD:
            raise TooLarge
        return encoded

    def _unit(self, invoice: Invoice) -> str:
        row = invoice.row
        data = {
            "Id": row.numero_facture,
            "IdFactureOrigine": row.numero_facture_origine,
            "IdCPRO": str(invoice.id),
            "Type": row.type_facture,
            "Cadre": invoice.frame.partition("_")[0],
            "DateEmissionFacture": row.date_facture,
            "DateReception": row.date_depot,
            "Devise": row.devise,
        }
        amounts = {
            "HT": f"{row.montant_ht:.2f}",
            "TVA": f"{invoice.vat:.2f}",
            "TTC": f"{row.montant_ttc:.2f}",
            "APayer": f"{row.montant_a_payer:.2f}",
        }
        pieces = "".join(
            f"<PJ><NomPJ>{escape(name)}</NomPJ><Contenu>{base64.b64encode(content).decode()}</Contenu></PJ>"
            for name, content in (self._main(invoice), *self._others(invoice))
        )
        supplier = {"Identifiant": row.code_fournisseur, "RaisonSociale": row.designation_fournisseur}
        debtor = {"Identifiant": row.code_destinataire, "CodeService": row.code_service_executant}
        return (
            f"<CPPFacturePivotUnitaire><Fournisseur>{_tags(supplier)}</Fournisseur>"
            f"<Debiteur>{_tags(debtor)}</Debiteur>"
            f"<DonneesFacture>{_tags(data)}<Montants>{_tags(amounts)}</Montants>"
            f"{_tags({'Engagement': row.numero_bon_commande})}</DonneesFacture>{pieces}"
            "</CPPFacturePivotUnitaire>"
        )


def _tags(values: Mapping[str, str | None]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items() if value)


def _safe(name: str) -> str:
    return re.sub(r"[^\w.\- ]", "-", name).strip(". ") or "facture"


def _page(invoice: Invoice) -> bytes:
    row = invoice.row
    return text_pdf(
        f"{'Avoir' if row.type_facture == 'AVOIR' else 'Facture'} {row.numero_facture}",
        [
            f"Fournisseur  : {row.designation_fournisseur} (SIRET {row.code_fournisseur})",
            f"Destinataire : {row.designation_destinataire} (SIRET {row.code_destinataire})",
            f"Service      : {row.code_service_executant or '-'}",
            f"Engagement   : {row.numero_bon_commande or '-'}",
            f"Date facture : {row.date_facture}",
            f"Date dépôt   : {row.date_depot}",
            f"Montant HT   : {row.montant_ht:.2f} {row.devise}",
            f"Montant TVA  : {invoice.vat:.2f} {row.devise}",
            f"Montant TTC  : {row.montant_ttc:.2f} {row.devise}",
            f"Net à payer  : {row.montant_a_payer:.2f} {row.devise}",
        ],
    )
