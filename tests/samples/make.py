"""Writes the sample invoices of the demo: `python -m tests.samples.make`.

Each one is billed by a supplier of the simulated world (`chorus_tui/sandbox/world.toml`) and shows one thing.
The page and the embedded XML of a sample always say the same.
"""

import sys
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.pdfs import draw, encrypted, truncated
from tests.sheets import Line, Party, Sheet

SANDBOX = Path(__file__).parents[2] / "chorus_tui" / "sandbox"
FOLDER = SANDBOX / "samples"
MANIFEST = "samples.toml"

WORLD = tomllib.loads((SANDBOX / "world.toml").read_text("utf-8"))
RECIPIENTS: dict[str, dict[str, Any]] = {r["siret"]: r for r in WORLD["recipients"]}
SELLER = WORLD["suppliers"][0]
BRUME = Party(
    name=SELLER["name"],
    siret=SELLER["siret"],
    street=SELLER["address"],
    town=f"{SELLER['postcode']} {SELLER['city']}",
    vat_number=SELLER["vat_number"],
    email=SELLER["email"],
    iban=SELLER["bank_accounts"][0]["iban"],
)
FORMER_SIRET = "83990121200036"
"""Of an establishment that the world does not know."""


def party(siret: str) -> Party:
    """A recipient of the world."""
    known = RECIPIENTS[siret]
    return Party(known["name"], siret, known["address"], f"{known['postcode']} {known['city']}")


STATE, ORCHARD, WATER, VILLAGE = (
    party(s) for s in ("11000201100044", "12345678200028", "12345678200036", "12345678200051")
)
DEPARTMENT, PORT, HOSPITAL, UNIVERSITY = (
    party(s) for s in ("22990102000011", "20099203000011", "26990304300017", "19990506800011")
)
CARE_HOME, FIREMEN, WELFARE, REGION = (
    party(s) for s in ("26990708500014", "28990809700016", "26990910700014", "20099112300015")
)
TOWN, GONE, SEASIDE = (party(s) for s in ("21991516200016", "21991819000014", "26991718300015"))


def unchanged(content: bytes) -> bytes:
    """The page as it is."""
    return content


@dataclass(frozen=True)
class Sample:
    """One file: what it says, what it shows, and what becomes of it."""

    sheet: Sheet
    outcome: str
    """"passes" as it is; "complete": after a field or two; "fails": Chorus Pro or the reading refuses it."""
    shows: str
    spoil: Callable[[bytes], bytes] = unchanged

    @property
    def file(self) -> str:
        """Its name, as the billing program gives it."""
        return f"BRUME_{self.sheet.number}_{self.sheet.recipient.siret}.pdf"

    def content(self) -> bytes:
        """The file."""
        return self.spoil(draw(self.sheet))


def _bill(number: str, day: date, recipient: Party, *lines: tuple[str, str, str, str], **more: Any) -> Sheet:
    made = tuple(Line(label, *map(Decimal, numbers)) for label, *numbers in lines)
    return Sheet(number=number, issued=day, supplier=BRUME, recipient=recipient, lines=made, **more)


def october(day: int) -> date:
    """A day of October 2026."""
    return date(2026, 10, day)


def november(day: int) -> date:
    """A day of November 2026."""
    return date(2026, 11, day)


PASSING = (
    Sample(
        _bill(
            "FA-2026-1041",
            october(5),
            VILLAGE,
            ("Panneau d'affichage municipal, chêne et verre", "2", "640.00", "20"),
            ("Pose et scellement", "1", "280.00", "20"),
            facturx="basicwl",
        ),
        "passes",
        "Factur-X to a recipient that makes nothing mandatory.",
    ),
    Sample(
        _bill(
            "FA-2026-1042",
            october(8),
            STATE,
            ("Remise en état de la salle de réunion Vauban", "1", "3450.00", "20"),
            ("Plinthes et seuils", "24", "18.50", "20"),
            service_code="SFACETAT",
            commitment="1400000001",
            facturx="basicwl",
        ),
        "passes",
        "Factur-X to the State: service and commitment number agree.",
    ),
    Sample(
        _bill(
            "FA-2026-1043",
            october(9),
            WATER,
            ("Signalétique de sécurité, station de pompage", "14", "46.20", "20"),
            commitment="BM-26-0457",
        ),
        "passes",
        "Plain PDF to a recipient that makes the commitment number mandatory.",
    ),
    Sample(
        _bill(
            "FA-2026-1044",
            october(12),
            ORCHARD,
            ("Bardage bois du local technique", "36", "74.00", "20"),
            ("Rénovation de la porte d'accès (logement)", "1", "890.00", "10"),
            service_code="EAU_ASSAINISSEMENT",
            facturx="minimum",
        ),
        "passes",
        "Factur-X MINIMUM (no VAT table in the XML) with two VAT rates on the page.",
    ),
    Sample(
        _bill(
            "FA-2026-1045",
            october(15),
            DEPARTMENT,
            ("Mobilier sur mesure, centre d'exploitation", "1", "12800.00", "20"),
            ("Livraison et montage", "3", "420.00", "20"),
            service_code="DIRINFRA",
            commitment="DHS-26-1107",
            contract="2026-M-0042",
            prepaid=Decimal("4800.00"),
            facturx="basicwl",
        ),
        "passes",
        "Factur-X with a contract number and a deposit already paid; service and commitment mandatory.",
    ),
    Sample(
        _bill(
            "FA-2026-1046",
            october(19),
            REGION,
            ("Scénographie de l'exposition « Embruns »", "1", "5400.00", "20"),
            ("Cimaises démontables", "12", "95.00", "20"),
            service_code="CULTURE",
        ),
        "passes",
        "Plain PDF with a service code; its recipient suspends it some days later.",
    ),
    Sample(
        _bill(
            "FA-2026-1047",
            october(22),
            UNIVERSITY,
            ("Rayonnages, réserve du fonds ancien", "8", "310.00", "20"),
            ("Guide imprimé du mobilier", "40", "12.50", "5.5"),
            service_code="BU",
        ),
        "passes",
        "Plain PDF with two VAT rates; this recipient never reports the payment.",
    ),
    Sample(
        _bill(
            "AV-2026-0031",
            october(23),
            VILLAGE,
            ("Reprise d'un panneau fendu (facture FA-2026-0987)", "1", "640.00", "20"),
            credit=True,
            original="FA-2026-0987",
            facturx="basicwl",
        ),
        "passes",
        "Factur-X credit note; the page prints its amounts negative.",
    ),
    Sample(
        _bill(
            "FA-2026-1048",
            october(26),
            PORT,
            ("Abris à conteneurs, lot 2", "6", "1180.00", "20"),
            service_code="DECHETS",
        ),
        "passes",
        "Accepted, and rejected by its recipient some days later.",
    ),
    Sample(
        _bill(
            "FA-2026-1049",
            october(28),
            HOSPITAL,
            ("Mains courantes, bâtiment C", "64", "38.75", "20"),
            commitment="CHV-2026-0113",
            facturx="basicwl",
        ),
        "passes",
        "Accepted, and sent back some days later to be recycled.",
    ),
)

TO_COMPLETE = (
    Sample(
        _bill(
            "FA-2026-1050",
            november(2),
            TOWN,
            ("Bacs à albums en hêtre", "10", "145.00", "20"),
            service_label="Médiathèque",
        ),
        "complete",
        "The service is printed by its name: choose it once, and the match is remembered.",
    ),
    Sample(
        _bill(
            "FA-2026-1051",
            november(4),
            TOWN,
            ("Estrade de lecture", "1", "1260.00", "20"),
            service_label="Médiathèque",
        ),
        "complete",
        "The same printed service again: filled in from the match.",
    ),
    Sample(
        _bill(
            "FA-2026-1052",
            november(5),
            CARE_HOME,
            ("Réfection de vingt tables de chevet", "20", "64.00", "20"),
            hides=frozenset({"recipient_siret"}),
        ),
        "complete",
        "No SIRET of the recipient on the page: find it by name.",
    ),
    Sample(
        _bill(
            "AV-2026-0032",
            november(6),
            WELFARE,
            ("Remise commerciale sur banquettes", "1", "210.00", "20"),
            credit=True,
            original="FA-2026-1002",
        ),
        "passes",
        "Plain credit note.",
    ),
)

FAILING = (
    Sample(
        _bill(
            "FA-2026-1053", november(9), VILLAGE, ("Étagères de la salle des archives", "5", "230.00", "20")
        ),
        "fails",
        "Protected by a password: cannot be read nor analysed.",
        encrypted,
    ),
    Sample(
        _bill(
            "FA-2026-1054",
            november(9),
            REGION,
            ("Totem d'accueil", "1", "1950.00", "20"),
            service_code="TOURISME",
        ),
        "fails",
        "Cut short by a broken transfer: cannot be read nor analysed.",
        truncated,
    ),
    Sample(
        _bill(
            "FA-2026-1055",
            november(10),
            FIREMEN,
            ("Vestiaires à claire-voie", "18", "212.00", "20"),
            commitment="SDIS-26-0308",
        ),
        "fails",
        "The service is missing and mandatory.",
    ),
    Sample(
        _bill(
            "FA-2026-1056",
            november(12),
            SEASIDE,
            ("Cloison acoustique, salle d'attente", "9", "156.00", "20"),
        ),
        "fails",
        "The commitment number is missing and mandatory.",
    ),
    Sample(
        _bill(
            "FA-2026-1057",
            november(13),
            GONE,
            ("Volets de l'ancienne mairie", "7", "318.00", "20"),
            facturx="basicwl",
        ),
        "fails",
        "The recipient is inactive.",
    ),
    Sample(
        _bill("P2026-0450", november(16), VILLAGE, ("Bancs publics en robinier", "3", "415.00", "20")),
        "fails",
        "The number was already used by an invoice typed on the portal.",
    ),
    Sample(
        _bill(
            "FA-2026-1058",
            november(17),
            STATE,
            ("Comptoir d'accueil", "1", "2380.00", "20"),
            service_code="DREALIDF078",
            commitment="1400000001",
            facturx="basicwl",
        ),
        "fails",
        "State: the commitment number does not belong to that service.",
    ),
    Sample(
        _bill(
            "FA-2026-1059",
            november(18),
            ORCHARD,
            ("Pupitres d'orientation", "4", "525.00", "20"),
            service_code="SERVICE_DEST_SERV_OBL",
            facturx="basicwl",
            printed_gross=Decimal("2502.00"),
        ),
        "fails",
        "The totals do not add up: 2,100.00 and 420.00 make 2,520.00, not 2,502.00.",
    ),
    Sample(
        replace(
            _bill(
                "FA-2026-1060",
                november(19),
                VILLAGE,
                ("Boîte à livres", "1", "390.00", "20"),
                facturx="basicwl",
            ),
            supplier=replace(BRUME, siret=FORMER_SIRET),
        ),
        "fails",
        "The supplier's SIRET is that of a former establishment.",
    ),
)

SAMPLES = (*PASSING, *TO_COMPLETE, *FAILING)


def manifest(samples: Iterable[Sample] = SAMPLES) -> str:
    """The list of samples as it is shipped beside them."""
    entries = [
        f'[[samples]]\nfile = "{s.file}"\nnumber = "{s.sheet.number}"\n'
        f'outcome = "{s.outcome}"\nshows = "{s.shows}"\n'
        for s in samples
    ]
    head = (
        "# The sample invoices and what each shows. outcome: passes (as it is), complete (after a field\n"
        "# or two), fails (refused). Made by tests/samples/make.py.\n\n"
    )
    return head + "\n".join(entries)


def main(folder: Path = FOLDER) -> None:
    """Write every sample and the list of them."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.pdf"):
        old.unlink()
    for sample in SAMPLES:
        (folder / sample.file).write_bytes(sample.content())
    (folder / MANIFEST).write_text(manifest(), "utf-8")
    size = sum(file.stat().st_size for file in folder.iterdir())
    sys.stdout.write(f"{len(SAMPLES)} samples, {size // 1024} KB\n")


if __name__ == "__main__":
    main()
