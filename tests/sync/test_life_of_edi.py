"""Operators, gateways and deaths in any order: no invoice is dropped twice by EDI, and no flow is lost."""

import asyncio
import io
import tarfile
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, precondition, rule

from chorus_tui.domain.flow import Fate, Flow
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.operations import Refusal, edi
from chorus_tui.operations.flow_journal import not_taken
from chorus_tui.operations.withdrawing import withdraw_flows
from tests.sync.edi_office import ERROR, ISSUER, Office, killed_at

STATES = ("IN_RECU", "IN_EN_COURS_TRAITEMENT_CPP", "IN_INTEGRE", "IN_INTEGRE_PARTIEL", "IN_REJETE")
LEFT = (FlowStage.DROPPED, FlowStage.DEPOSITED)


class EdiLife(RuleBasedStateMachine):
    """One connection, whose gateway takes, acknowledges and reports when it likes."""

    flows = Bundle("flows")
    taken = Bundle("taken")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.office = Office(Path(self.folder.name))
        self.count = 0
        self.turns = 0
        self.archives: dict[str, list[str]] = {}
        """What the gateway took: name → invoice numbers."""
        self.withdrawn: set[str] = set()

    def run_until(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def flow(self, key: str) -> Flow:
        return self.office.store.flows[key]

    def named(self, name: str) -> Flow:
        [found] = [flow for flow in self.office.store.flows.all() if flow.name == name]
        return found

    # Operators

    @rule(target=flows, size=st.integers(1, 3))
    def queue(self, size: int) -> str:
        return self.queued(size)

    def queued(self, size: int) -> str:
        numbers = [f"F-{self.count + n}" for n in range(size)]
        self.count += size
        return self.office.queue(*numbers).id

    @rule(key=flows)
    def withdraw(self, key: str) -> None:
        before = self.flow(key).stage
        done = withdraw_flows(self.office.desk, [key]).done
        assert bool(done) == (before is FlowStage.QUEUED)
        self.withdrawn |= set(done)

    @rule(key=flows)
    def give_up(self, key: str) -> None:
        """Refused, unless the archive lies there or a day has passed."""
        before = self.flow(key)
        drop = self.office.drop
        lies = (drop / before.name).is_file() or (drop / f".{before.name}.part").exists()
        try:
            not_taken(self.office.desk, key)
        except Refusal:
            assert self.flow(key) == before
            assert not (lies and before.stage is FlowStage.DROPPED)
        else:
            assert before.stage is FlowStage.DROPPED
            assert lies or self.office.clock.now() - before.emitted_at >= timedelta(days=1)
            self.withdrawn |= {key} if lies else set()

    # Processes

    @rule()
    def work(self) -> None:
        self.run_until(self.office.work(2))

    @rule(target=taken, at=st.integers(1, 16), waits=st.booleans())
    def die(self, at: int, waits: bool) -> Any:
        """While something leaves, or is read; the gateway may take at once what lies there then."""
        if waits:
            self.queued(1)
        self.run_until(killed_at(self.office, at, self.office.station.run_once))
        return multiple(*self.archives_taken())

    @rule(minutes=st.integers(1, 2000))
    def turn(self, minutes: int) -> None:
        self.office.turn(timedelta(minutes=minutes))

    # The gateway

    @rule(target=taken)
    def gateway_takes(self) -> Any:
        return multiple(*self.archives_taken())

    def archives_taken(self) -> list[str]:
        names = []
        for name, content in self.office.take():
            assert name not in self.archives, "the same archive lay there twice"
            with tarfile.open(fileobj=io.BytesIO(content)) as tar:
                self.archives[name] = [member.removesuffix(".xml") for member in tar.getnames()]
            names.append(name)
        return names

    @rule(name=taken, result=st.sampled_from(("ACCEPTE", "REFUSE")))
    def gateway_acknowledges(self, name: str, result: str) -> None:
        self.office.acknowledge(self.named(name), result, "Non." if result == "REFUSE" else "")

    @rule(name=taken, state=st.sampled_from(STATES))
    def gateway_reports(self, name: str, state: str) -> None:
        self.turns += 1
        flow, number = self.named(name), self.archives[name][0]
        errors = (
            ERROR.format(number=number, supplier=ISSUER, words="Non.") if state[-2:] in ("EL", "TE") else ""
        )
        self.office.report(flow, state, errors, turn=self.turns)

    @precondition(lambda self: self.archives)
    @rule(content=st.binary(max_size=60))
    def gateway_stutters(self, content: bytes) -> None:
        self.turns += 1
        self.office.put(f"noise-{self.turns}.xml", content)

    # What always holds

    @invariant()
    def no_invoice_is_dropped_twice(self) -> None:
        found = Counter(number for numbers in self.archives.values() for number in numbers)
        assert all(times == 1 for times in found.values()), found

    @invariant()
    def numbers_are_given_once(self) -> None:
        numbers = [flow.number for flow in self.office.store.flows.all() if flow.number]
        assert len(numbers) == len(set(numbers))

    @invariant()
    def nothing_half_written_lies_there(self) -> None:
        for name in self.office.lying():
            tarfile.open(self.office.drop / name).close()

    @invariant()
    def what_was_withdrawn_did_not_leave(self) -> None:
        gone = {self.flow(key).name for key in self.withdrawn}
        assert not gone & (self.archives.keys() | set(self.office.lying()))

    @invariant()
    def what_was_integrated_stays_so(self) -> None:
        for flow in self.office.store.flows.all():
            if flow.state is FlowState.INTEGRATED:
                fates = {invoice.fate for invoice in self.office.store.contents[flow.id].invoices}
                assert fates <= {Fate.INTEGRATED, Fate.REFUSED}

    def teardown(self) -> None:
        for _ in range(2):
            self.office.turn(timedelta(minutes=1))
            self.run_until(self.office.work(3))
        there = self.archives.keys() | set(self.office.lying())
        for flow in self.office.store.flows.all():
            assert flow.stage not in (FlowStage.QUEUED, FlowStage.SENDING), flow
            if flow.stage in LEFT:
                assert flow.name in there, "a flow that left lies nowhere"
        assert not [path for path in self.office.drop.iterdir() if path.name.startswith(".")]
        read = {path.name for path in self.office.returns.iterdir()}
        assert read <= {"taken", "set-aside"}, "a returned file was not read"
        assert edi.unfinished(self.office.desk) == 0
        self.office.close()
        self.loop.close()
        self.folder.cleanup()


EdiLife.TestCase.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
TestEdiLife = EdiLife.TestCase
