"""TinyDB's own documented examples give the same on our rows as on stock TinyDB."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tinydb import Query, TinyDB, where
from tinydb.operations import add, decrement, delete, increment, subtract
from tinydb.operations import set as set_to
from tinydb.storages import MemoryStorage
from tinydb.table import Document, Table

from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.store import Store

from .samples import invoice

Example = Callable[[TinyDB], object]

USERS = [
    {"name": "John", "age": 22, "groups": [{"name": "user"}], "birthday": {"year": 1990, "month": 6}},
    {"name": "Jane", "age": 37, "groups": [{"name": "user"}, {"name": "sudo"}], "country-code": "foo"},
    {"name": "Max", "age": 15, "groups": [], "permissions": [{"type": "read"}], "birthday": {"year": 2001}},
    {"name": "Moritz\n", "age": 0, "groups": ["user", "admin"], "key": 4, "value": None},
]


def users(db: TinyDB) -> Table:
    db.insert_multiple(USERS)
    return db.table(db.default_table_name)


User, Group, Permission = Query(), Query(), Query()

QUERIES = {
    "equal": User.name == "John",
    "not equal": User.name != "John",
    "nested": User.birthday.year == 1990,
    "item": User["country-code"] == "foo",
    "where": where("birthday").year == 1990,
    "where item": where("birthday")["month"] == 6,
    "less": User.age < 22,
    "at most": User.age <= 22,
    "more": User.age > 22,
    "at least": User.age >= 22,
    "exists": User.birthday.exists(),
    "matches": User.name.matches("[aZ]*"),
    "matches ignoring case": User.name.matches("JA", flags=re.IGNORECASE),
    "search": User.name.search("o"),
    "test": User.age.test(lambda age: age > 10),
    "test with limits": User.age.test(lambda age, low, high: low <= age <= high, 0, 21),
    "one of": User.name.one_of(["John", "Jane"]),
    "any query": User.groups.any(Group.name == "sudo"),
    "all query": User.groups.all(Group.name == "user"),
    "any value": User.groups.any(["admin", "nobody"]),
    "all values": User.groups.all(["admin", "user"]),
    "any permission": User.permissions.any(Permission.type == "read"),
    "fragment": Query().fragment({"name": "John", "age": 22}),
    "nested fragment": User.birthday.fragment({"year": 1990}),
    "not": ~(User.name == "John"),
    "and": (User.name == "John") & (User.age <= 30),
    "or": (User.name == "John") | (User.name == "Max"),
    "map": User.age.map(lambda age: age * 2) == 44,
    "noop": Query().noop(),
    "not there": User.nothing.deeper == 1,
    "none": User.value == None,  # noqa: E711  # TinyDB's own spelling
    "function": lambda doc: doc.get("age") == 22,
}


def plain(result: object) -> object:
    """Documents with their ids, so that they are compared whole."""
    if isinstance(result, Document):
        return result.doc_id, dict(result)
    if isinstance(result, list | tuple):
        return [plain(item) for item in result]
    return result


def inserts(db: TinyDB) -> object:
    first = db.insert({"type": "apple", "count": 7})
    rest = db.insert_multiple([{"type": "peach", "count": 3}, {"type": "plum"}])
    chosen = db.insert(Document({"type": "fig"}, doc_id=12))
    return first, rest, chosen, db.insert({"type": "kiwi"}), db.insert_multiple([]), len(db), list(db)


def inserts_a_taken_id(db: TinyDB) -> object:
    db.insert_multiple(USERS)
    refusals = []
    writes: list[Callable[[], object]] = [
        lambda: db.insert(Document({"a": 1}, doc_id=2)),
        lambda: db.insert_multiple([Document({"a": 1}, doc_id=2)]),
        lambda: db.insert([1]),
    ]
    for write in writes:
        with pytest.raises(ValueError) as refusal:
            write()
        refusals.append(str(refusal.value))
    return refusals, db.all()


def gets(db: TinyDB) -> object:
    table = users(db)
    return (
        table.get(User.name == "John"),
        table.get(User.name == "nobody"),
        table.get(doc_id=2),
        table.get(doc_id=99),
        table.get(doc_ids=[3, 1, 99]),
        table.contains(User.name == "John"),
        table.contains(User.name == "nobody"),
        table.contains(doc_id=1),
        table.contains(doc_id=99),
        table.count(User.age > 10),
        len(table),
        [doc["name"] for doc in table],
    )


def updates(db: TinyDB) -> object:
    table = users(db)
    return (
        table.update({"age": 23}, User.name == "John"),
        table.update({"seen": True}, doc_ids=[3, 99, 1]),
        table.update({"groups": ["x"]}, User.name == "nobody"),
        table.update({"every": [1, {"a": (2, 3)}]}),
        table.update_multiple(
            [({"n": 1}, User.age > 20), ({"n": 2}, User.n == 1), (delete("n"), User.age > 30)]
        ),
        [(d.doc_id, d["name"], d.get("age"), d.get("seen"), d.get("n"), d["groups"]) for d in table],
        [d["every"][0] for d in table],
    )


def operates(db: TinyDB) -> object:
    table = users(db)
    john = User.name == "John"
    ids = [
        table.update(delete("birthday"), john),
        table.update(increment("age"), john),
        table.update(decrement("age"), User.name == "Max"),
        table.update(add("age", 10), john),
        table.update(subtract("age", 2.5), john),
        table.update(set_to("key", [1]), john),
        table.update(lambda doc: doc["groups"].append("new")),
        table.update(lambda doc: doc["birthday"].update(year=0), User.birthday.exists()),
    ]
    return ids, table.all()


def upserts(db: TinyDB) -> object:
    table = users(db)
    ids = [
        table.upsert({"name": "John", "logged-in": True}, User.name == "John"),
        table.upsert({"name": "Ann", "logged-in": True}, User.name == "Ann"),
        table.upsert(Document({"logged-in": False}, doc_id=2)),
        table.upsert(Document({"name": "Tom"}, doc_id=40)),
    ]
    with pytest.raises(ValueError):
        table.upsert({"name": "no query"})
    return ids, table.all()


def removes(db: TinyDB) -> object:
    table = users(db)
    removed = [
        table.remove(User.age < 20),
        table.remove(doc_ids=[1, 99]),
        table.remove(User.name == "nobody"),
    ]
    left = table.all()
    again = table.insert({"name": "new"})
    with pytest.raises(RuntimeError):
        table.remove()
    table.truncate()
    return removed, left, again, table.all(), table.insert({"name": "first"}), table.all()


def has_tables(db: TinyDB) -> object:
    db.table("one").insert({"a": 1})
    db.table("two").insert({"b": 2})
    db.insert({"c": 3})
    before = db.tables(), db.table("one").all(), db.table("two").all(), db.all()
    db.drop_table("one")
    after = db.tables(), db.table("one").all()
    db.drop_tables()
    return before, after, db.tables(), db.table("two").all(), db.all(), db.table("two").insert({"b": 1})


def changes_what_it_got(db: TinyDB) -> object:
    table = users(db)
    table.all()[0]["name"] = "changed"
    got = table.get(doc_id=1)
    assert isinstance(got, Document)
    got["age"] = 99
    return table.all()


def asks_twice(db: TinyDB) -> object:
    table = users(db)
    query = User.age > 20
    results = [table.search(query), table.search(query)]
    table.update({"age": 1}, doc_ids=[1])
    results.append(table.search(query))
    table.insert({"age": 50})
    results.append(table.search(query))
    table.remove(doc_ids=[2])
    results.append(table.search(query))
    table.truncate()
    results.append(table.search(query))
    return results


def fails_half_way(db: TinyDB) -> object:
    table = users(db)
    with pytest.raises(KeyError):
        table.update(delete("birthday"))
    return len(table)


EXAMPLES: list[Example] = [
    inserts,
    inserts_a_taken_id,
    gets,
    updates,
    operates,
    upserts,
    removes,
    has_tables,
    changes_what_it_got,
    asks_twice,
    fails_half_way,
]


@pytest.fixture
def stock() -> Iterator[TinyDB]:
    with TinyDB(storage=MemoryStorage) as db:
        yield db


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
def test_an_example_gives_the_same_as_on_stock_tinydb(example: Example, store: Store, stock: TinyDB) -> None:
    assert plain(example(store.db)) == plain(example(stock))


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_finds_the_same_as_on_stock_tinydb(name: str, folder: Path, stock: TinyDB) -> None:
    query: Any = QUERIES[name]
    with Store.open(folder) as store:
        users(store.db)
    with Store.open(folder) as store:
        found = store.table("_default").search(query)
        assert plain(found) == plain(users(stock).search(query))
        assert plain(store.table("_default").count(query)) == len(found)


def test_a_stock_table_works_on_our_storage_too(store: Store) -> None:
    table = Table(store.db.storage, "plain")
    table.insert_multiple(USERS)
    table.update({"age": 1}, User.name == "John")
    table.remove(User.name == "Jane")
    assert store.table("plain").all() == table.all()
    assert [d["age"] for d in store.table("plain")] == [1, 15, 0]


def test_an_update_that_fails_half_way_changes_nothing(store: Store) -> None:
    table = users(store.db)
    before = table.all()
    with pytest.raises(KeyError):
        table.update(delete("birthday"))
    assert table.all() == before


def test_records_can_be_queried_and_changed_as_documents(store: Store) -> None:
    store.invoices.put(invoice(1), invoice(2), invoice(3))
    table = store.invoices.table
    assert [d["id"] for d in table.search(where("number").one_of(["F1", "F3"]))] == [1, 3]
    table.update({"status": "rejected", "comment": "why"}, where("number") == "F2")
    assert store.invoices["2"] == invoice(2, status=InvoiceStatus.REJECTED, comment="why")
    assert store.invoices.by("status", InvoiceStatus.REJECTED) == [store.invoices["2"]]
    table.insert({"id": 4, "number": "F4", "net": "10.50"})
    assert store.invoices["4"] == invoice(4)
    table.remove(where("number") == "F1")
    assert store.invoices.keys() == ["2", "3", "4"]
    table.update({"id": 30}, where("number") == "F3")
    assert store.invoices.keys() == ["2", "30", "4"]


def test_a_document_that_is_no_record_is_refused_whole(store: Store) -> None:
    store.invoices.put(invoice(1))
    table = store.invoices.table
    with pytest.raises(Exception, match="number"):
        table.insert_multiple([{"id": 2, "number": "F2"}, {"id": 3, "number": 3}])
    with pytest.raises(ValueError, match="already holds 1"):
        table.insert({"id": 1, "number": "F1"})
    with pytest.raises(TypeError):
        store.table("plain").insert({"a": object()})
    assert store.invoices.all() == [invoice(1)]
    assert store.table("plain").all() == []


def test_only_documents_that_changed_are_written(folder: Path) -> None:
    with Store.open(folder) as store, Store.open(folder) as other:
        table = store.table("plain")
        table.insert_multiple({"n": n} for n in range(200))
        other.refresh()
        table.update(lambda d: d.update(n=-1) if d["n"] == 150 else None)
        assert other.refresh() == {"plain": frozenset({"151"})}
        table.update({"n": 3}, where("n") == 3)
        assert other.refresh() == {}
