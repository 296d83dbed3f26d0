"""Several processes share one store: no update is lost and each sees what the others did."""

import os
import stat
from pathlib import Path

from tinydb import where

from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.store import Changes, Store, leader_of

from .programs import run, start
from .samples import document, invoice

OPENS = """
print("ready", flush=True)
sys.stdin.readline()
with Store.open(folder) as store:
    store.invoices.put(invoice(int(sys.argv[2])))
"""


def test_processes_that_make_the_store_at_the_same_moment_make_one(folder: Path) -> None:
    processes = [start(OPENS, folder, n) for n in range(5)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.close()
    for process in processes:
        with process:
            assert process.wait(60) == 0
    with Store.open(folder) as store:
        assert {i.id for i in store.invoices.all()} == set(range(5))


COUNTS = """
who, times = sys.argv[2], int(sys.argv[3])
with Store.open(folder, patience=30) as store:
    print("open", flush=True)
    sys.stdin.readline()
    plain = store.table("counters")
    for n in range(times):
        with store.transaction():
            one = store.invoices["1"]
            store.invoices.put(invoice(1, comment=str(int(one.comment) + 1)))
        plain.update(lambda d: d.update(value=d["value"] + 1), lambda d: d["name"] == "shared")
        plain.insert({"who": who, "n": n, "name": "own"})
        store.documents.put(document(f"{who}{n}"))
    print(len(store.documents), flush=True)
"""


def test_two_processes_that_write_at_once_lose_no_update(folder: Path) -> None:
    times = 60
    with Store.open(folder) as store:
        store.invoices.put(invoice(1, comment="0"))
        store.table("counters").insert({"name": "shared", "value": 0})
        with start(COUNTS, folder, "a", times) as a, start(COUNTS, folder, "b", times) as b:
            for process in (a, b):
                assert process.stdout
                assert process.stdout.readline() == "open\n"
            for process in (a, b):
                assert process.stdin
                process.stdin.write("go\n")
            assert a.wait(60) == b.wait(60) == 0

        store.refresh()
        counters = store.table("counters")
        shared = counters.get(where("name") == "shared")
        assert isinstance(shared, dict)
        assert shared["value"] == 2 * times
        assert store.invoices["1"].comment == str(2 * times)
        own = {(d["who"], d["n"]) for d in counters.search(where("name") == "own")}
        assert own == {(who, n) for who in "ab" for n in range(times)}
        assert set(store.documents.keys()) == {f"{who}{n}" for who, n in own}


def test_refresh_says_exactly_what_other_processes_changed(folder: Path) -> None:
    with Store.open(folder) as mine, Store.open(folder) as other:
        mine.invoices.put(*(invoice(n) for n in range(5)))
        other.refresh()
        assert other.invoices.keys() == ["0", "1", "2", "3", "4"]
        assert other.refresh() == {}
        heard: list[Changes] = []
        other.subscribe(heard.append)

        with mine.transaction():
            mine.invoices.put(invoice(3, status=InvoiceStatus.REJECTED), invoice(5))
            mine.invoices.remove("0")
            mine.documents.put(document("a"))
        mine.drafts.remove("unknown")

        news = {"invoices": frozenset({"0", "3", "5"}), "documents": frozenset({"a"})}
        assert other.refresh() == news
        assert heard == [news]
        assert other.refresh() == {}
        assert other.invoices.keys() == ["1", "2", "3", "4", "5"]
        assert [i.id for i in other.invoices.by("status", InvoiceStatus.REJECTED)] == [3]
        assert other.documents.all() == [document("a")]


def test_the_query_cache_never_shows_what_another_process_changed(folder: Path) -> None:
    with Store.open(folder) as mine, Store.open(folder) as other:
        mine.table("plain").insert({"a": 1})
        query = where("a") == 1
        assert len(other.table("plain").search(query)) == 1
        mine.table("plain").update({"a": 2})
        other.refresh()
        assert other.table("plain").search(query) == []


def test_a_table_looked_at_late_is_of_the_same_moment_as_the_others(folder: Path) -> None:
    with Store.open(folder) as mine, Store.open(folder) as other:
        assert other.documents.all() == []
        with mine.transaction():
            mine.documents.put(document("a"))
            mine.invoices.put(invoice(1))
        assert other.invoices.keys() == ["1"]
        assert other.documents.keys() == ["a"]


LEADS = """
with Store.open(folder) as store:
    lease = store.try_lead("service")
    print(os.getpid() if lease else "no", flush=True)
    sys.stdin.readline()
"""


def test_one_process_leads_until_it_leaves(store: Store) -> None:
    assert store.leader() is None
    lease = store.try_lead("alice")
    assert lease is not None
    assert store.try_lead("alice") is None
    assert run(LEADS, store.folder) == ["no"]
    leader = leader_of(store.folder)
    assert leader is not None
    assert (leader.who, leader.pid) == ("alice", os.getpid())
    lease.release()
    lease.release()
    assert store.leader() is None
    assert run(LEADS, store.folder) != ["no"]


def test_a_leader_that_is_killed_leads_no_more(store: Store) -> None:
    with start(LEADS, store.folder) as process:
        assert process.stdout
        pid = int(process.stdout.readline())
        leader = store.leader()
        assert leader is not None
        assert (leader.who, leader.pid) == ("service", pid)
        assert store.try_lead("bob") is None
        process.kill()
    assert store.leader() is None
    lease = store.try_lead("bob")
    assert lease is not None
    assert lease.leader.who == "bob"
    lease.release()


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) & 0o777 for path in (folder, *folder.rglob("*"))}


def fill(folder: Path) -> set[int]:
    with Store.open(folder) as store:
        store.documents.put(document("a"))
        store.blobs.put(b"content")
        lease = store.try_lead("me")
        assert lease is not None
        lease.release()
        return modes(folder)


def test_only_the_user_enters_the_folder(tmp_path: Path) -> None:
    assert fill(tmp_path / "deep" / "data") == {0o700, 0o600}


def test_a_folder_that_is_too_open_is_closed(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o755)
    assert fill(folder) == {0o700, 0o600}


def test_a_folder_shared_with_a_group_stays_shared(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o770)
    assert fill(folder) == {0o770, 0o660}
    assert folder.stat().st_mode & stat.S_ISGID, "new files belong to the group"


def test_records_asked_for_one_by_one_follow_other_processes_once_the_table_is_in_memory(
    folder: Path,
) -> None:
    with Store.open(folder) as ours, Store.open(folder) as theirs:
        theirs.invoices.put(*(invoice(n, comment="first") for n in range(3)))
        for _time in range(200):
            found = ours.invoices.get("1")
            assert found is not None
            assert found.comment == "first"
        ours.refresh()
        theirs.invoices.put(invoice(1, comment="second"))
        theirs.invoices.remove("2")
        assert ours.refresh() == {"invoices": frozenset({"1", "2"})}
        assert ours.invoices["1"].comment == "second"
        assert ours.invoices.get("2") is None
