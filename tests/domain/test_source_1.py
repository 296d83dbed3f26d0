"""What source 1 says of a failure: all of it is said, whatever else is known."""

import pytest

from chorus_tui.operations.explaining import shipped


@pytest.mark.parametrize(
    ("cause", "english", "french"),
    [
        ("sign_in.missing", ("token", "sign in again"), ("jeton", "reconnectez-vous")),
        ("document.elsewhere", ("portal", "another tool", "Nothing"), ("portail", "autre outil", "rien")),
        (
            "api.unavailable",
            ("Maintenance", "too many calls", "release", "network", "wait", "portal"),
            ("maintenance", "trop d'appels", "version", "réseau", "attendez", "portail"),
        ),
        (
            "service.missing",
            ("printed on the invoice", "match", "fills it in", "submit"),
            ("imprimé sur la facture", "associez", "repris", "déposez"),
        ),
        (
            "file.lost",
            ("analysis", "Reprocess", "selection", "several seconds"),
            ("analyse", "Retraitez", "sélection", "plusieurs secondes"),
        ),
        (
            "file.unreadable",
            (
                "content is not",
                "platform",
                "virtual printer",
                "comes back by itself",
                "Or remove it",
                "portal",
            ),
            (
                "contenu",
                "plateforme",
                "imprimante virtuelle",
                "revient d'elle-même",
                "Ou retirez-la",
                "portail",
            ),
        ),
        (
            "header.incorrect",
            ("commitment number", "performing service as well", "needs both"),
            ("numéro d'engagement", "le service exécutant", "exige les deux"),
        ),
        (
            "recipient.inactive",
            ("inactive", "public directory", "Active structure"),
            ("inactive", "annuaire public", "Structure active"),
        ),
        (
            "consistency",
            ("State", "commitment number against the service code", "Check both"),
            ("État", "numéro d'engagement par le code service", "Vérifiez les deux"),
        ),
    ],
)
def test_all_that_source_1_says_of_a_failure_is_said(
    cause: str, english: tuple[str, ...], french: tuple[str, ...]
) -> None:
    """S1-081…089: its causes and each of its remedies, in both languages."""
    entry = shipped().entries[cause]
    for telling, fragments in ((entry.en, english), (entry.fr, french)):
        said = f"{telling.meaning} {telling.cause} {telling.remedy}"
        assert [fragment for fragment in fragments if fragment not in said] == []
