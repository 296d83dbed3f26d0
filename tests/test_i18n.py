"""English and French: every sentence is there in both, with the same places to fill in."""

import gettext
import io
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo

from chorus_tui import i18n
from chorus_tui.domain.flow_states import FlowState
from chorus_tui.domain.statuses import InvoiceStatus
from hatch_build import compile_catalogues
from tests.catalogue import FRENCH, ROOT, french, said


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def places(text: str) -> set[str]:
    """What `str.format` fills in."""
    return {name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


def translated() -> list[Message]:
    return [message for message in french() if message.id]


def test_every_sentence_has_its_french() -> None:
    catalogue = french()
    missing = []
    for message in said():
        if not message.id:
            continue
        own = catalogue.get(message.id, message.context)
        if own is None or not all(forms(own.string)):
            missing.append(f"{message.locations[0][0]}: {message.id!r}")
    assert not missing, "make catalogue, then translate:\n" + "\n".join(missing)


def test_nothing_french_is_a_guess() -> None:
    assert [message.id for message in translated() if message.fuzzy] == []


def test_nothing_is_translated_that_nobody_says() -> None:
    code = said()
    assert [message.id for message in translated() if code.get(message.id, message.context) is None] == []


def test_the_french_fills_in_the_same_places() -> None:
    wrong = []
    for message in translated():
        wanted = set().union(*map(places, forms(message.id)))
        for text in forms(message.string):
            # A singular may say "one" in a word.
            fits = places(text) <= wanted if message.pluralizable else places(text) == wanted
            wrong += [] if fits else [text]
    assert wrong == []


def test_the_french_keeps_line_breaks_and_margins() -> None:
    def shape(text: str) -> tuple[int, bool, bool]:
        return text.count("\n"), text[:1] == " ", text[-1:] == " "

    pairs = [(forms(m.id)[0], text) for m in translated() for text in filter(None, forms(m.string))]
    assert [text for source, text in pairs if shape(text) != shape(source)] == []


def test_a_word_is_translated_by_what_it_is_said_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """An invoice is "Rejetée", a flow "Rejeté"."""
    monkeypatch.setenv("LANGUAGE", "fr")
    assert i18n._(InvoiceStatus.REJECTED.label) == "Rejetée"
    assert i18n._(FlowState.REJECTED.label) == "Rejeté"
    monkeypatch.setenv("LANGUAGE", "en")
    assert i18n._(FlowState.REJECTED.label) == "Rejected"


def test_french_counts_as_french_does() -> None:
    """0 and 1 are singular in French."""
    compiled = io.BytesIO()
    write_mo(compiled, french())
    compiled.seek(0)
    plural = gettext.GNUTranslations(compiled).plural  # type: ignore[attr-defined]  # made by the parser
    assert [plural(count) for count in (0, 1, 2, 100)] == [0, 0, 1, 1]


def test_the_compiled_catalogue_is_made_from_the_written_one(tmp_path: Path) -> None:
    folder = tmp_path / "chorus_tui" / "locale" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / FRENCH.name).write_bytes(FRENCH.read_bytes())
    [compiled] = compile_catalogues(tmp_path)
    here = FRENCH.with_suffix(".mo")
    assert here.read_bytes() == compiled.read_bytes(), "the tests compile it before they begin"
    assert list(folder.iterdir()) in ([compiled, folder / FRENCH.name], [folder / FRENCH.name, compiled])


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "fr_BE.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "fr:en"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_environment_decides_the_language(
    environ: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert i18n.language() == language
    assert (i18n._("Rejected") == "Rejetée") == (language == "fr")


def test_the_catalogue_is_found_where_the_program_looks() -> None:
    assert (ROOT / "chorus_tui" / "locale") == i18n.LOCALE
