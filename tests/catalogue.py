"""The catalogue's workshop: what the code says, and the French beside it. `make catalogue` runs it."""

import ast
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from hatch_build import compile_catalogues

ROOT = Path(__file__).parent.parent
FRENCH = ROOT / "chorus_tui" / "locale" / "fr" / "LC_MESSAGES" / "chorus_tui.po"
KEYWORDS = {"_": 1, "N_": 1, "P_": 2, "ngettext": 2}
"""Function → how many of its arguments are words."""
HEADER = """\
# The French of chorus-tui. `make catalogue` adds what is new in the code; nothing is marked fuzzy.
msgid ""
msgstr ""
"Language: fr\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

"""


@cache
def said() -> Catalog:
    """Every sentence of the code, in the order of the files.

    Read from the syntax tree: babel's own reader sees no call inside an f-string.
    """
    catalogue = Catalog()
    for source in sorted((ROOT / "chorus_tui").rglob("*.py")):
        calls = (node for node in ast.walk(ast.parse(source.read_bytes())) if isinstance(node, ast.Call))
        for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
            if isinstance(call.func, ast.Name) and (message := _message(call.func.id, call.args)):
                locations = [(str(source.relative_to(ROOT)), 0)]
                if call.func.id == "P_":
                    catalogue.add(message[1], locations=locations, context=message[0])
                else:
                    catalogue.add(message, locations=locations)
    return catalogue


def _message(function: str, arguments: list[ast.expr]) -> str | tuple[str, ...] | None:
    """What a call says, where it is one that says something in words that stand there."""
    words = [argument.value for argument in arguments if isinstance(argument, ast.Constant)]
    told = tuple(word for word in words[: KEYWORDS.get(function, 0)] if isinstance(word, str))
    if not told or len(told) < KEYWORDS[function]:
        return None
    return told[0] if len(told) == 1 else told


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
