"""Two processes, with failures and new starts: the store is always what a plain dict would be."""

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tinydb import where

from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.store import Changes, Store

from .samples import invoice

STATUSES = [InvoiceStatus.OTHER, InvoiceStatus.REJECTED, InvoiceStatus.POSTED]
NUMBERS = ["F1", "F2", "F3"]

sides = st.sampled_from(["left", "right"])
keys = st.integers(1, 6)
invoices = st.builds(invoice, keys, number=st.sampled_from(NUMBERS), status=st.sampled_from(STATUSES))
steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), invoices),
        st.tuples(st.just("remove"), keys),
        st.tuples(st.just("insert"), st.integers(0, 3)),
        st.tuples(st.just("update"), st.integers(0, 3)),
        st.tuples(st.just("delete"), st.integers(0, 3)),
        st.tuples(st.just("look"), st.none()),
    ),
    max_size=6,
)


class Broken(Exception):
    pass


class Model:
    """What should be there: the records by key and the plain documents by id, each in order."""

    def __init__(self, records: Mapping[str, Invoice] = {}, plain: Mapping[int, int] = {}) -> None:
        self.records = dict(records)
        self.plain = dict(plain)

    def copy(self) -> "Model":
        return Model(self.records, self.plain)

    def differs_at(self, other: "Model") -> dict[str, frozenset[str]]:
        records = {
            key
            for key in self.records.keys() | other.records.keys()
            if self.records.get(key) != other.records.get(key)
        }
        plain = {
            str(id_)
            for id_ in self.plain.keys() | other.plain.keys()
            if self.plain.get(id_) != other.plain.get(id_)
        }
        named = {"invoices": frozenset(records), "plain": frozenset(plain)}
        return {name: changed for name, changed in named.items() if changed}


class TwoProcesses(RuleBasedStateMachine):
    """Two stores on one folder, and a dict."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.model = Model()
        self.stores = {side: Store.open(self.folder) for side in ("left", "right")}
        self.heard: dict[str, list[Changes]] = {"left": [], "right": []}
        self.told = {"left": Model(), "right": Model()}
        for side, store in self.stores.items():
            store.subscribe(self.heard[side].append)

    def teardown(self) -> None:
        for store in self.stores.values():
            store.close()
        shutil.rmtree(self.folder)

    def do(self, store: Store, model: Model, step: tuple[str, Any]) -> None:
        verb, value = step
        plain = store.table("plain")
        match verb:
            case "put":
                store.invoices.put(value)
                model.records[str(value.id)] = value
            case "remove":
                store.invoices.remove(str(value))
                model.records.pop(str(value), None)
            case "insert":
                id_ = plain.insert({"n": value})
                assert id_ not in model.plain
                model.plain[id_] = value
            case "update":
                changed = plain.update({"n": value + 1}, where("n") == value)
                assert changed == [id_ for id_, n in model.plain.items() if n == value]
                model.plain.update(dict.fromkeys(changed, value + 1))
            case "delete":
                removed = plain.remove(where("n") == value)
                assert removed == [id_ for id_, n in model.plain.items() if n == value]
                for id_ in removed:
                    del model.plain[id_]
            case "look":
                self.compare(store, model)

    @rule(side=sides, work=steps)
    def each_by_itself(self, side: str, work: list[tuple[str, Any]]) -> None:
        for step in work:
            # Only a transaction promises to look at what the other process did before it reads.
            self.stores[side].refresh()
            self.do(self.stores[side], self.model, step)

    @rule(
        side=sides, work=steps, inner=steps, rest=steps, outer_fails=st.booleans(), inner_fails=st.booleans()
    )
    def in_transactions(
        self,
        side: str,
        work: list[tuple[str, Any]],
        inner: list[tuple[str, Any]],
        rest: list[tuple[str, Any]],
        outer_fails: bool,
        inner_fails: bool,
    ) -> None:
        store, model = self.stores[side], self.model.copy()
        with suppress(Broken):
            with store.transaction():
                for step in work:
                    self.do(store, model, step)
                attempt = model.copy()
                with suppress(Broken), store.transaction():
                    for step in inner:
                        self.do(store, attempt, step)
                    if inner_fails:
                        raise Broken
                    model = attempt
                for step in rest:
                    self.do(store, model, step)
                if outer_fails:
                    raise Broken
            self.model = model

    @rule(side=sides)
    def restart(self, side: str) -> None:
        self.stores[side].close()
        self.stores[side] = Store.open(self.folder)
        self.heard[side].clear()
        self.stores[side].subscribe(self.heard[side].append)
        self.told[side] = self.model.copy()

    @rule(side=sides)
    def refresh(self, side: str) -> None:
        self.stores[side].refresh()
        self.compare(self.stores[side], self.model)
        self.was_told_everything(side)

    @invariant()
    def nothing_is_damaged(self) -> None:
        assert self.stores["left"].verify() == ""

    def compare(self, store: Store, model: Model) -> None:
        assert store.invoices.all() == list(model.records.values())
        assert store.invoices.keys() == list(model.records)
        assert len(store.invoices) == len(model.records)
        for name, values in (("status", STATUSES), ("number", NUMBERS)):
            for value in values:
                expected = [i for i in model.records.values() if getattr(i, name) == value]
                assert store.invoices.by(name, value) == expected
        for key in range(1, 7):
            assert store.invoices.get(str(key)) == model.records.get(str(key))
        assert {d.doc_id: d["n"] for d in store.table("plain")} == model.plain
        for n in range(5):
            found = [d.doc_id for d in store.table("plain").search(where("n") == n)]
            assert found == [id_ for id_, value in model.plain.items() if value == n]
        rejected = store.invoices.table.search(where("status") == "rejected")
        assert [d["id"] for d in rejected] == [
            i.id for i in model.records.values() if i.status is InvoiceStatus.REJECTED
        ]

    def was_told_everything(self, side: str) -> None:
        told: dict[str, set[str]] = {}
        for changes in self.heard[side]:
            for name, changed in changes.items():
                told.setdefault(name, set()).update(changed)
        for name, changed in self.model.differs_at(self.told[side]).items():
            assert changed <= told.get(name, set()), name
        self.heard[side].clear()
        self.told[side] = self.model.copy()


TwoProcesses.TestCase.settings = settings(
    max_examples=80,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)

test_two_processes_and_a_dict_agree = TwoProcesses.TestCase
