"""SIRET numbers. A failed key warns and never blocks: real public structures fail it (API part 6)."""

import re

_FOURTEEN = re.compile(r"\d{14}")
LA_POSTE = "356000000"


def compact_siret(text: str) -> str:
    """The number without the spaces and points people write in it."""
    return re.sub(r"[\s.\u00a0\u202f-]", "", text)


def is_siret_shaped(text: str) -> bool:
    """Whether it is fourteen digits."""
    return _FOURTEEN.fullmatch(text) is not None


def is_public_siret(text: str) -> bool:
    """Whether INSEE gave the number to a public body: those begin with 1 or 2, companies' never do."""
    return is_siret_shaped(text) and text[0] in "12"


def siret_key_holds(text: str) -> bool:
    """Whether the check digits hold (La Poste's own rule included)."""
    if text.startswith(LA_POSTE):
        return is_siret_shaped(text) and sum(map(int, text)) % 5 == 0
    # Imported late: stdnum brings pydoc along, and a console's first paint checks no key.
    from stdnum.fr import siret as _siret

    return bool(_siret.is_valid(text))
