"""Operators, faults and dying processes in any order: no document is lost, and none makes two invoices."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chorus_tui.domain.document import Document
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import (
    Desk,
    Outcome,
    Refusal,
    complete,
    open_intent,
    remove,
    reprocess,
    restore,
    submit,
    withdraw,
)
from tests.house import House

SERVICES = ["soumettre", "soumettre", "rechercher/fournisseur", "deposer/pdf"]
FAULTS = [
    "timeout_before",
    "timeout_after",
    "closed_after",
    "unavailable_after",
    "unreachable",
    "garbage",
    "too_many",
    "unavailable",
]

T = TypeVar("T")

picks = st.integers(0, 99)


class LifeOfDocuments(RuleBasedStateMachine):
    """One house, everything that may happen in it, and what must hold whatever did."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.home = Path(tempfile.mkdtemp(prefix="life-"))
        self.house = House(self.home)
        self.numbers = count(1)
        self.filed: set[str] = set()

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(main)

    def picked(self, pick: int) -> Document:
        documents = self.house.store.documents.all()
        return documents[pick % len(documents)]

    @initialize()
    def open(self) -> None:
        self.run(self.house.__aenter__())
        self.at_first = len(self.house.sandbox.invoices)
        self.drop()

    @rule()
    def drop(self) -> None:
        self.filed.add(self.house.filed(f"FA-{next(self.numbers)}").id)

    @rule(seconds=st.sampled_from([0, 1, 31, 600]))
    def work(self, seconds: int) -> None:
        self.house.turn(timedelta(seconds=seconds))
        self.run(self.house.settle())

    @rule(service=st.sampled_from(SERVICES), kind=st.sampled_from(FAULTS))
    def work_and_break(self, service: str, kind: str) -> None:
        submit(self.house.desk, self.house.store.documents.keys())
        self.house.sandbox.faults.inject(service, kind)
        self.house.turn(timedelta(minutes=10))
        self.run(self.house.settle())

    @rule(kind=st.sampled_from(FAULTS), times=st.integers(1, 9))
    def go_down(self, kind: str, times: int) -> None:
        self.house.sandbox.faults.inject("*", kind, times)

    @rule(service=st.sampled_from(SERVICES), after=st.booleans())
    def die(self, service: str, after: bool) -> None:
        submit(self.house.desk, self.house.store.documents.keys())
        self.house.turn(timedelta(minutes=10))
        self.house.wire.kill(service, after=after)
        self.run(self.house.until_killed(surely=False))

    @rule(pick=picks)
    def submit(self, pick: int) -> None:
        submit(self.house.desk, [self.picked(pick).id])

    @rule(pick=picks, verb=st.sampled_from([withdraw, reprocess, remove, restore]))
    def do(self, pick: int, verb: Callable[[Desk, list[str]], Outcome]) -> None:
        verb(self.house.desk, [self.picked(pick).id])

    @rule(pick=picks, what=st.sampled_from(["number", "comment"]))
    def complete(self, pick: int, what: str) -> None:
        document = self.picked(pick)
        try:
            complete(self.house.desk, document.id, {what: f"FA-{next(self.numbers)}"})
        except Refusal:
            assert document.state not in (DocumentState.TO_SUBMIT, DocumentState.MISTAKEN)

    @property
    def is_open(self) -> bool:
        return bool(self.filed)

    @precondition(lambda self: self.is_open)
    @invariant()
    def no_document_is_lost(self) -> None:
        assert self.filed <= set(self.house.store.documents.keys())

    @precondition(lambda self: self.is_open)
    @invariant()
    def a_document_that_is_on_its_way_has_one_open_intent(self) -> None:
        on_its_way = (DocumentState.SUBMITTING, DocumentState.UNSURE)
        for document in self.house.store.documents.all():
            intents = self.house.store.intents.by("document_id", document.id)
            still_open = [intent for intent in intents if intent.state.is_open]
            assert len(still_open) == (document.state in on_its_way)
            assert (open_intent(self.house.desk, document.id) is not None) == bool(still_open)

    def teardown(self) -> None:
        if self.is_open:
            self.run(self._end())
        self.runner.close()
        shutil.rmtree(self.home)

    async def _end(self) -> None:
        """Whatever happened: when all is well again, each document has its invoice, or waits for a person."""
        house = self.house
        house.sandbox.faults.clear()
        house.wire.forgive()
        await house.chorus.sign_in()
        await house.settle_all()
        documents = house.store.documents.all()
        assert {document.state for document in documents} <= {
            DocumentState.SUBMITTED,
            DocumentState.TO_SUBMIT,
            DocumentState.MISTAKEN,
            DocumentState.REMOVED,
        }
        invoices = [d.invoice_id for d in documents if d.state is DocumentState.SUBMITTED]
        assert len(set(invoices)) == len(invoices)
        assert len(house.sandbox.invoices) - self.at_first == len(invoices)
        await house.__aexit__(None, None, None)


TestLifeOfDocuments = LifeOfDocuments.TestCase
TestLifeOfDocuments.settings = settings(
    max_examples=10,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
