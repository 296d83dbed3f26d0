"""The catalogue's workshop: what the code says, and the French beside it. `make catalogue` runs it."""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from hatch_build import compile_catalogues

ROOT = Path(__file__).parent.parent
FRENCH = ROOT / "chorus_tui" / "locale" / "fr" / "LC_MESSAGES" / "chorus_tui.po"
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
HEADER = """\
# The French of chorus-tui. `make catalogue` adds what is new in the code; nothing is marked fuzzy.
msgid ""
msgstr ""
"Language: fr\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

"""


def said() -> Catalog:
    """Every sentence of the code, in the order of the files."""
    catalogue = Catalog()
    found = extract_from_dir(ROOT / "chorus_tui", [("**.py", "python")], keywords=KEYWORDS)
    for file, _line, message, _comments, context in sorted(found, key=lambda each: each[:2]):
        catalogue.add(message, locations=[(f"chorus_tui/{file}", 0)], context=context)
    return catalogue


def french() -> Catalog:
    """The French catalogue as it is written."""
    with FRENCH.open("rb") as file:
        return read_po(file, locale="fr", abort_invalid=True)


def renew() -> None:
    """Bring new sentences into the French catalogue and take out those that nobody says any more."""
    catalogue = french() if FRENCH.exists() else Catalog(locale="fr")
    catalogue.update(said(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    FRENCH.parent.mkdir(parents=True, exist_ok=True)
    with FRENCH.open("wb") as file:
        file.write(HEADER.encode())
        write_po(file, catalogue, width=0, omit_header=True, include_lineno=False)
    compile_catalogues(ROOT)


if __name__ == "__main__":
    renew()
