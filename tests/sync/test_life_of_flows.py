"""Operators, faults, dying processes and the platform in any order: no flow leaves twice, nothing is lost."""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import Flow
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import Refusal, complete, undo
from chorus_tui.operations.depositing import withdraw_flows
from chorus_tui.operations.flow_journal import not_taken
from chorus_tui.operations.gathering import flow_invoice, invoices_of
from chorus_tui.sandbox.flows import END_STATES
from tests.flows import archive, cii
from tests.house import House
from tests.sync.flow_house import DEPOSIT, REPORT, SEARCH, queue

NUMBERS = ("FA-1", "FA-2", "FA-3", "FA-4", "FA-5")
SERVICES = [DEPOSIT, DEPOSIT, SEARCH, REPORT]
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
ON_THEIR_WAY = (DocumentState.SUBMITTING, DocumentState.UNSURE)

T = TypeVar("T")


class LifeOfFlows(RuleBasedStateMachine):
    """One house, everything that may happen to five documents in it, and what must hold whatever did."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.home = Path(tempfile.mkdtemp(prefix="flows-"))
        self.house = House(self.home, settings={"hold": 5.0})
        self.names = (f"lot-{n}.tar.gz" for n in count(1))
        self.words = (f"put right {n}" for n in count(1))
        self.keys: dict[str, str] = {}
        """Number → id of its document."""

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(main)

    @initialize()
    def open(self) -> None:
        self.run(self.house.__aenter__())
        self.keys = {number: self.house.filed(number).id for number in NUMBERS}
        self.run(self.house.settle())

    # What may happen

    @rule(
        numbers=st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3, unique=True),
        wrong=st.sampled_from([(), (), NUMBERS[:1], NUMBERS[:3]]),
    )
    def deposit(self, numbers: list[str], wrong: tuple[str, ...]) -> None:
        """What does not wait cannot go; what was refused goes only when it was changed."""
        going = [self.document(number) for number in numbers]
        going = [d for d in going if d.state is DocumentState.TO_SUBMIT and not d.unchanged_since_failure]
        members = [
            (f"cii_{d.fields.number}.xml", cii(d.fields.number or "", frame="A99" if bad else "A1"))
            for d in going
            for bad in [d.fields.number in wrong]
        ]
        if going:
            said = tuple(flow_invoice(d, name) for d, (name, _) in zip(going, members, strict=True))
            queue(self.house, said, archive(members), name=next(self.names))

    @rule(number=st.sampled_from(NUMBERS))
    def put_right(self, number: str) -> None:
        if self.document(number).state is DocumentState.TO_SUBMIT:
            complete(self.house.desk, self.keys[number], {"comment": next(self.words)})

    @rule()
    def take_back(self) -> None:
        withdraw_flows(self.house.desk, [flow.id for flow in self.flows()])

    @rule()
    def undo(self) -> None:
        undo(self.house.desk)

    @rule()
    def give_up(self) -> None:
        """An operator looks at the portal, and says of what is not there that it was not taken."""
        arrived = {flow.name for flow in self.house.sandbox.flows.all()}
        for flow in self.flows():
            if flow.name not in arrived:
                with suppress(Refusal):
                    not_taken(self.house.desk, flow.id)

    @rule(what=st.sampled_from(["incident", "hold_for_reprocessing"]))
    def befall(self, what: str) -> None:
        """The platform stumbles over every flow that it has not finished."""
        for flow in self.house.sandbox.flows.all():
            if flow.state not in END_STATES:
                getattr(self.house.sandbox.flows, what)(flow.number)

    @rule()
    def restart(self) -> None:
        for flow in self.house.sandbox.flows.all():
            if flow.state == "IN_EN_ATTENTE_RETRAITEMENT_CPP":
                self.house.sandbox.flows.restart(flow.number)

    @rule(seconds=st.sampled_from([0, 1, 6, 31, 61, 600]))
    def work(self, seconds: int) -> None:
        self.house.turn(timedelta(seconds=seconds))
        self.run(self.house.settle())

    @rule(service=st.sampled_from(SERVICES), kind=st.sampled_from(FAULTS))
    def work_and_break(self, service: str, kind: str) -> None:
        self.house.sandbox.faults.inject(service, kind)
        self.house.turn(timedelta(minutes=10))
        self.run(self.house.settle())

    @rule(kind=st.sampled_from(FAULTS), times=st.integers(1, 9))
    def go_down(self, kind: str, times: int) -> None:
        self.house.sandbox.faults.inject("*", kind, times)

    @rule(service=st.sampled_from(SERVICES), after=st.booleans())
    def die(self, service: str, after: bool) -> None:
        self.house.turn(timedelta(minutes=10))
        self.house.wire.kill(service, after=after)
        self.run(self.house.until_killed(surely=False))

    # What must hold

    def flows(self) -> list[Flow]:
        """Those of ours."""
        return [flow for flow in self.house.store.flows.all() if flow.queued_by]

    def documents_of(self, flow: Flow) -> set[str]:
        return {invoice.document_id for invoice in invoices_of(self.house.desk, flow.id)}

    def document(self, number: str) -> Document:
        return self.house.store.documents[self.keys[number]]

    @property
    def is_open(self) -> bool:
        return bool(self.keys)

    @precondition(lambda self: self.is_open)
    @invariant()
    def no_flow_is_deposited_twice(self) -> None:
        """Each has a name of its own."""
        deposited = Counter(flow.name for flow in self.house.sandbox.flows.all())
        assert not deposited or max(deposited.values()) == 1, deposited
        assert set(deposited) <= {flow.name for flow in self.flows()}

    @precondition(lambda self: self.is_open)
    @invariant()
    def no_invoice_is_integrated_twice(self) -> None:
        assert max(self.house.deposited(number) for number in NUMBERS) <= 1

    @precondition(lambda self: self.is_open)
    @invariant()
    def what_is_on_its_way_is_in_one_flow(self) -> None:
        for number, key in self.keys.items():
            document = self.document(number)
            open_ones = [
                flow.id
                for flow in self.flows()
                if flow.stage.is_open
                and any(i.document_id == key for i in invoices_of(self.house.desk, flow.id))
            ]
            assert len(open_ones) <= 1, (number, open_ones)
            if open_ones:
                assert document.state in ON_THEIR_WAY, (number, document.state)
                assert document.flow_id == open_ones[0]
            elif document.state in ON_THEIR_WAY:
                assert self.house.store.flows[document.flow_id].stage is FlowStage.DEPOSITED

    def settle(self) -> None:
        """All goes well from now on; what is open comes to its end."""
        self.house.sandbox.faults.clear()
        self.house.wire.forgive()
        self.run(self.house.chorus.sign_in())
        self.house.service.retry_now()
        self.restart()
        self.run(self.house.settle_all(turns=12, by=timedelta(minutes=30)))

    def teardown(self) -> None:
        try:
            if self.is_open:
                self.settle()
                self.everything_came_to_an_end()
        finally:
            self.run(self.house.__aexit__(None, None, None))
            self.runner.close()
            shutil.rmtree(self.home)

    def everything_came_to_an_end(self) -> None:
        held = {flow.name: flow for flow in self.house.sandbox.flows.all()}
        for flow in self.flows():
            there = held.get(flow.name)
            if flow.stage is FlowStage.UNSURE:
                assert there is None or not there.integrated, "its invoices tell where it is"
                continue
            assert flow.is_settled, flow
            assert (flow.stage is FlowStage.DEPOSITED) is (there is not None), flow
            if there is not None:
                assert (flow.number, flow.state_code) == (there.number, there.state)
        for number in NUMBERS:
            self.its_document_is_where_its_invoice_is(number)

    def its_document_is_where_its_invoice_is(self, number: str) -> None:
        document = self.document(number)
        assert (document.state is DocumentState.SUBMITTED) is bool(self.house.deposited(number)), document
        if document.state is DocumentState.SUBMITTED:
            assert self.house.invoice(number).document_id == document.id
        elif document.state is not DocumentState.TO_SUBMIT:
            assert document.state is DocumentState.UNSURE
            assert self.house.store.flows[document.flow_id].stage is FlowStage.UNSURE


TestLifeOfFlows = LifeOfFlows.TestCase
TestLifeOfFlows.settings = settings(
    max_examples=10, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
