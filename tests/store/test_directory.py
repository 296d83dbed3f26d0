"""The imported directory: another one takes its place whole or not at all, whoever reads meanwhile."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus_tui.store import (
    Directory,
    Listed,
    ListedService,
    Store,
    StoreBusy,
    StoreDamaged,
    StoreNotWritable,
    replacing,
)
from chorus_tui.store.directory import DIRECTORY

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
TOWN = Listed(siret="21310555400017", name="COMMUNE DE TOULOUSE", place="31000 TOULOUSE", active=True)
ISLAND = Listed(siret="01234567800012", name="Mairie de l'Île-d'Yeu", place="85350", active=False)


def publish(folder: Path, *listed: Listed) -> None:
    with replacing(folder) as draft:
        draft.add(listed)
        draft.finish("clerk", "annuaire.csv", AT)


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    publish(tmp_path, TOWN, ISLAND)
    directory = Directory(tmp_path)
    yield directory
    directory.close()


def found(directory: Directory, words: str) -> list[str]:
    return [listed.siret for listed in directory.search(words)]


def test_without_an_import_there_is_nothing(tmp_path: Path) -> None:
    directory = Directory(tmp_path)
    assert (directory.get(TOWN.siret), directory.search("a"), directory.edition()) == (None, (), None)
    assert list(tmp_path.iterdir()) == [], "looking makes no file"


def test_what_was_listed_is_found_by_siret_and_by_words(directory: Directory) -> None:
    assert directory.get(TOWN.siret) == TOWN
    assert directory.get("00000000000000") is None
    assert found(directory, "toulouse") == [TOWN.siret]
    assert found(directory, "ÎLE mair") == [ISLAND.siret]
    assert found(directory, "yeu") == [ISLAND.siret]
    assert found(directory, "mairie toulouse") == []
    assert found(directory, ISLAND.siret) == [ISLAND.siret], "its zero stays"


def test_lines_of_one_structure_are_one_structure_with_its_services(tmp_path: Path) -> None:
    first = Listed(siret=TOWN.siret, services=(ListedService(code="B", name="Eau"),))
    second = Listed(siret=TOWN.siret, name="TOULOUSE", active=True, services=(ListedService(code="A"),))
    third = Listed(siret=TOWN.siret, name="X", active=False, services=(ListedService(code="A", name="x"),))
    publish(tmp_path, first, second, third)
    directory = Directory(tmp_path)
    listed = directory.get(TOWN.siret)
    edition = directory.edition()
    directory.close()
    assert listed is not None
    assert edition is not None
    assert (listed.name, listed.active) == ("TOULOUSE", True), "the first that says something counts"
    assert [(s.code, s.name) for s in listed.services] == [("A", ""), ("B", "Eau")]
    assert (edition.structures, edition.services, edition.imported_at) == (1, 2, AT)


@given(words=st.text(max_size=40))
def test_no_search_is_syntax(words: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp() / "one-directory"
    if not (folder / DIRECTORY).exists():
        folder.mkdir(exist_ok=True)
        publish(folder, TOWN, ISLAND)
    directory = Directory(folder)
    assert len(directory.search(words)) <= 2
    directory.close()


def test_a_reader_sees_the_old_directory_or_the_new_one(directory: Directory, tmp_path: Path) -> None:
    with replacing(tmp_path) as draft:
        draft.add([Listed(siret="22222222222222", name="NEW")])
        assert found(directory, "toulouse") == [TOWN.siret]
        assert found(directory, "new") == []
        draft.finish("clerk", "new.csv", AT)
        assert found(directory, "toulouse") == [TOWN.siret]
    assert found(directory, "toulouse") == []
    assert found(directory, "new") == ["22222222222222"]


def test_an_import_that_fails_leaves_the_old_one(directory: Directory, tmp_path: Path) -> None:
    def fail() -> None:
        with replacing(tmp_path) as draft:
            draft.add([Listed(siret="22222222222222", name="NEW")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with replacing(tmp_path) as unfinished:
        unfinished.add([Listed(siret="22222222222222", name="NEW")])
    assert found(directory, "toulouse") == [TOWN.siret]
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(".")) == []


def test_a_killed_import_leaves_the_old_one_and_the_next_one_clears_up(
    directory: Directory, tmp_path: Path
) -> None:
    program = f"""
import os, signal
from pathlib import Path
from chorus_tui.store import Listed, replacing
with replacing(Path({str(tmp_path)!r})) as draft:
    draft.add(Listed(siret=f"{{n:014}}", name="NEW") for n in range(5000))
    os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL
    left = [p for p in tmp_path.iterdir() if p.suffix == ".part"]
    assert left
    assert found(directory, "toulouse") == [TOWN.siret]
    publish(tmp_path, ISLAND)
    assert not any(p.exists() for p in left)
    assert found(directory, "toulouse") == []


def test_two_imports_do_not_meet(tmp_path: Path) -> None:
    with replacing(tmp_path), pytest.raises(StoreBusy, match="under way"), replacing(tmp_path):
        pass


def test_a_damaged_directory_is_told_with_what_to_do(directory: Directory, tmp_path: Path) -> None:
    content = (tmp_path / DIRECTORY).read_bytes()
    (tmp_path / "other").write_bytes(b"no database at all" * 100)
    (tmp_path / "other").replace(tmp_path / DIRECTORY)
    with pytest.raises(StoreDamaged) as problem:
        directory.get(TOWN.siret)
    assert "recipients import" in problem.value.advice
    (tmp_path / "other").write_bytes(content)
    with sqlite3.connect(tmp_path / "other") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    (tmp_path / "other").replace(tmp_path / DIRECTORY)
    with pytest.raises(StoreDamaged, match="another version"):
        directory.search("toulouse")


def test_the_file_is_the_owners_alone_or_the_teams(tmp_path: Path) -> None:
    mine, ours = tmp_path / "mine", tmp_path / "ours"
    ours.mkdir()
    ours.chmod(0o770)
    for folder, mode in ((mine, 0o600), (ours, 0o660)):
        publish(folder, TOWN)
        assert stat.S_IMODE((folder / DIRECTORY).stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_refuses_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreNotWritable), replacing(tmp_path):
        pass


def test_a_store_has_its_directory_and_lets_go_of_it(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        publish(tmp_path, TOWN)
        assert store.directory.get(TOWN.siret) == TOWN
        assert not store.verify()
    assert store.directory._db is None
