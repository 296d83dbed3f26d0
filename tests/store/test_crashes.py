"""Killed, out of room, or not allowed: nothing acknowledged is lost, nothing half-written is seen."""

import os
import random
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

import pytest

from chorus_tui.store import Store, StoreError, StoreNotWritable

from .programs import PREAMBLE, run, start
from .samples import invoice

WRITES = """
with Store.open(folder) as store:
    print("open", flush=True)
    n = len(store.invoices)
    while True:
        n += 1
        content = (b"%d " % n) * 20_000
        sha256 = store.blobs.put(content)
        with store.transaction():
            store.invoices.put(invoice(n, comment="x" * (n * 37 % 5000)))
            store.documents.put(document(f"d{n}", sha256=sha256, size=len(content)))
            store.table("totals").upsert({"name": "invoices", "count": n}, lambda d: d["name"] == "invoices")
        print(n, flush=True)
"""


def test_nothing_acknowledged_is_lost_when_a_writer_is_killed(folder: Path) -> None:
    chance = random.Random(64)
    acknowledged = 0
    for _ in range(6):
        with start(WRITES, folder) as writer:
            assert writer.stdout
            assert writer.stdout.readline() == "open\n"
            for _ in range(chance.randrange(1, 40)):
                acknowledged = int(writer.stdout.readline())
            writer.kill()
            for line in writer.stdout.read().splitlines():
                acknowledged = int(line)
        with Store.open(folder) as store:
            assert_whole(store, acknowledged)


def assert_whole(store: Store, acknowledged: int) -> None:
    written = {i.id for i in store.invoices.all()}
    assert written >= set(range(1, acknowledged + 1))
    assert len(written) <= acknowledged + 1
    assert {d.id for d in store.documents.all()} == {f"d{n}" for n in written}
    assert [d["count"] for d in store.table("totals")] == [max(written)]
    for document in store.documents.all():
        content = store.blobs.get(document.sha256)
        assert len(content) == document.size
        assert sha256(content).hexdigest() == document.sha256
    assert store.verify() == ""


def test_a_reader_sees_whole_transactions_while_another_process_writes(folder: Path) -> None:
    with Store.open(folder) as store:
        store.invoices.all()
        with start(WRITES, folder) as writer:
            while len(store.invoices) < 40:
                store.refresh()
                assert {d.id for d in store.documents.all()} == {f"d{i.id}" for i in store.invoices.all()}
            writer.kill()


FILLS = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
with Store.open(folder) as store:
    n = 0
    try:
        while n < 10_000:
            with store.transaction():
                store.invoices.put(invoice(n + 1, comment="x" * 2000))
                store.documents.put(document(f"d{n + 1}"))
            n += 1
    except StoreFull as error:
        print(error.message)
    assert len(store.invoices) == len(store.documents) == n, "memory does not show what did not happen"
    assert store.invoices.by("number", f"F{n + 1}") == []
    print(n)
    try:
        store.blobs.put(os.urandom(500_000))
    except StoreFull as error:
        print(error.message)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    store.invoices.put(invoice(n + 1))
"""


def test_a_file_that_may_not_grow_is_said_in_words_and_nothing_acknowledged_is_lost(folder: Path) -> None:
    words, count, blob_words = run(FILLS, folder)
    assert "No room left" in words
    assert "No room left" in blob_words
    assert int(count) > 10
    with Store.open(folder) as store:
        assert [i.id for i in store.invoices.all()] == list(range(1, int(count) + 2))
        assert len(store.documents) == int(count)
        assert list(store.blobs) == []
        assert [path for path in (folder / "blobs").rglob("*") if path.is_file()] == []
        assert store.verify() == ""


ON_SMALL_DISK = """
import subprocess
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=True)
store = Store.open(folder / "data")
n = 0
try:
    while n < 10_000:
        store.invoices.put(invoice(n + 1, comment="x" * 2000))
        n += 1
except StoreFull as error:
    print(error.message)
print(n)
store.close()
with Store.open(folder / "data") as store:
    print(len(store.invoices))
"""

NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]


def can_mount() -> bool:
    trial = [*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", tempfile.gettempdir()]
    return bool(shutil.which("unshare")) and subprocess.run(trial, capture_output=True).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="needs the right to mount a small disk")
def test_a_full_disk_is_said_in_words_and_the_store_opens_again_on_it(tmp_path: Path) -> None:
    words, count, found = run_in_namespace(ON_SMALL_DISK, tmp_path)
    assert "No room left" in words
    assert int(count) > 20
    assert found == count


def run_in_namespace(program: str, folder: Path) -> list[str]:
    done = subprocess.run(
        [*NAMESPACE, sys.executable, "-c", PREAMBLE + program, str(folder)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_folder_that_is_no_folder_is_said_in_words(tmp_path: Path) -> None:
    place = tmp_path / "data"
    place.write_text("a file")
    with pytest.raises(StoreNotWritable) as refusal:
        Store.open(place)
    assert str(place) in refusal.value.message
    assert "--home" in refusal.value.advice


def test_a_database_that_is_a_folder_is_said_in_words(folder: Path) -> None:
    (folder / "chorus.db").mkdir(parents=True)
    with pytest.raises(StoreError) as refusal:
        Store.open(folder)
    assert "chorus.db" in refusal.value.message


AS_NOBODY = """
import locale
str(StoreNotWritable.at(folder, "loads the catalogue while it can be read"))
if os.geteuid() == 0:
    os.setegid(65534)
    os.seteuid(65534)
for place in (folder / "new", folder / "old"):
    try:
        Store.open(place)
    except StoreNotWritable as error:
        print(error.message)
"""


def test_a_folder_where_this_user_may_not_write_is_said_in_words() -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        with Store.open(place / "old") as store:
            store.invoices.put(invoice(1))
        for path in (place / "old").rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)
        (place / "old").chmod(0o555)
        place.chmod(0o555)
        new, old = run(AS_NOBODY, place)
        for path in (place, place / "old", *(place / "old").rglob("*")):
            path.chmod(0o700)
    assert "new cannot be written" in new
    assert "old cannot be written" in old
