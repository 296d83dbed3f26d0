"""gettext: source strings are English, the French catalogue is in locale/fr.

`LANG` (or `LC_ALL`, `LC_MESSAGES`, `LANGUAGE`) decides. `N_` marks a string that is translated later,
where it is shown; `_` translates it now. `P_` marks a word that French says differently of different things.
"""

import gettext
import os
from functools import cache
from pathlib import Path

DOMAIN = "chorus_tui"
LOCALE = Path(__file__).parent / "locale"


def N_(message: str) -> str:  # noqa: N802  # the name gettext tools look for
    """Mark a string for the catalogue without translating it."""
    return message


class Word(str):
    """A word, and what it is said of: "Rejected" is "Rejetée" of an invoice and "Rejeté" of a flow."""

    context = ""


def P_(context: str, message: str) -> str:  # noqa: N802  # beside N_
    """Mark a word for the catalogue with what it is said of; `_` knows it by that."""
    word = Word(message)
    word.context = context
    return word


def language() -> str:
    """The operator's language: "fr" or "en"."""
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return "fr" if value.lower().startswith("fr") else "en"
    return "en"


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE, languages=[code], fallback=True)


def _(message: str) -> str:
    """The message in the operator's language."""
    catalogue = _catalogue(language())
    if isinstance(message, Word):
        return catalogue.pgettext(message.context, str(message))
    return catalogue.gettext(message) if message else ""


def ngettext(singular: str, plural: str, count: int) -> str:
    """The message for a count, in the operator's language."""
    return _catalogue(language()).ngettext(singular, plural, count)


def labelled(what: str, more: str) -> str:
    """`Service: FACT-01`, with the blank before the colon that French has; both are translated already."""
    return _("{what}: {more}").format(what=what, more=more)
