"""How the platform's flow reports are spelt: unaccented, tags as paths, messages joined and cut (API 4)."""

import unicodedata

LONGEST = 200
"""Of `libelleErreurDP`, all messages against one invoice together."""


def unaccented(text: str) -> str:
    """As the recorded reports spell French."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'").replace("« ", "'").replace(" »", "'"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def technical(template: str, **values: object) -> str:
    """The text of a technical error; a file of its own has no name in an archive."""
    return unaccented(template).format(**values).replace(" ''", "")


def joined(messages: list[str]) -> str:
    """`libelleErreurDP`: every message, joined by a bar, and cut."""
    return "|".join(messages)[:LONGEST]
