"""Lists that a form offers, and files that go with an invoice (API 2.18)."""

from chorus_tui.sandbox import invented
from chorus_tui.sandbox.files import EXTENSIONS, LARGEST_FILE, LONGEST_NAME, Files, decoded
from chorus_tui.sandbox.replies import Body, done, refuse
from chorus_tui.sandbox.wire import Listing, Wire
from chorus_tui.sandbox.wire_structures import AttachmentTypes, Frames, Upload

FRAMES = {
    "FACTURE": (
        "A1_FACTURE_FOURNISSEUR",
        "A2_FACTURE_FOURNISSEUR_DEJA_PAYEE",
        "A9_FACTURE_SOUSTRAITANT",
        "A12_FACTURE_COTRAITANT",
    )
}
PAYMENT_MEANS = ("CHEQUE", "PRELEVEMENT", "VIREMENT", "ESPECE", "AUTRE", "REPORT")


class Transverses:
    """The lists, and the files."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def upload(self, wanted: Upload) -> Body:
        """`ajouter/fichier`."""
        for field, value in (
            ("pieceJointeNom", wanted.piece_jointe_nom),
            ("pieceJointeTypeMime", wanted.piece_jointe_type_mime),
            ("pieceJointeExtension", wanted.piece_jointe_extension),
        ):
            if not value:
                refuse(invented.MISSING_FIELD, field=field)
        name = wanted.piece_jointe_nom or ""
        extension = (wanted.piece_jointe_extension or "").lower().lstrip(".")
        if len(name) > LONGEST_NAME or not name.lower().endswith("." + extension):
            refuse(invented.FILE_NAME_WRONG, limit=LONGEST_NAME)
        if extension not in EXTENSIONS:
            refuse(invented.EXTENSION_WRONG, extension=extension)
        content = decoded(wanted.piece_jointe_fichier)
        if len(content) > LARGEST_FILE:
            refuse(invented.FILE_TOO_LARGE)
        return done(pieceJointeId=self._files.take(name, content, analysed=False).id)

    def attachment_types(self, wanted: AttachmentTypes) -> Body:
        """`recuperer/typespj`; only those of invoices are kept here."""
        known = invented.ATTACHMENT_TYPES if wanted.type_objet in (None, "FACTURE") else ()
        return done(
            listeTypePieceJointe=[
                {
                    "idTypePieceJointe": number,
                    "codeTypePieceJointe": code,
                    "libelleTypePieceJointe": label,
                    "typeObjet": "FACTURE",
                }
                for number, code, label in known
            ]
        )

    def vat_rates(self, _wanted: Listing) -> Body:
        """`recuperer/tauxtva`."""
        return done(
            listeTauxTva=[
                {"codeTauxTva": code, "libelleTauxTva": label, "valeurTauxTva": rate}
                for code, label, rate in invented.VAT_RATES
            ]
        )

    def frames(self, wanted: Frames) -> Body:
        """`recuperer/cadrefacturation`."""
        known = FRAMES.get(wanted.type_demande_paiement or "FACTURE", ())
        return done(listeCadreFacturation=[{"codeCadreFacturation": code} for code in known])

    def payment_means(self, _wanted: Wire) -> Body:
        """`recuperer/modereglements`."""
        return done(listeModePaiement=[{"modePaiement": code} for code in PAYMENT_MEANS])

    def health(self) -> Body:
        """`health-check`; its three fields are documented, their values are not."""
        return dict(invented.HEALTH)
