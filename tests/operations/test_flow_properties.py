"""Whatever is done to documents in flows, in whatever order: each goes by one way, and none goes twice."""

import tempfile
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chorus_tui.domain.document import Document
from chorus_tui.domain.fields import InvoiceFields, Source, VatLine
from chorus_tui.domain.flow import Channel, Fate, Flow, FlowMode, FlowReport, RefusedInvoice, Syntax
from chorus_tui.domain.flow_states import FlowStage, FlowState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import Desk, complete, submit, undo, withdraw
from chorus_tui.operations.defaults import refreshed
from chorus_tui.operations.depositing import Part, Plan, deposit, withdraw_flows
from chorus_tui.operations.flow_journal import begin, deposited, not_taken, refused, unsure
from chorus_tui.operations.flow_reports import link_invoices, take_report
from chorus_tui.operations.flow_settling import note_dealt_with
from chorus_tui.operations.gathering import flow_invoice, invoices_of
from chorus_tui.settings import Connection, Folders, Settings
from chorus_tui.store import Store
from tests.operations.flow_desk import CODES
from tests.sheets import SUPPLIER

NUMBERS = ("FA-1", "FA-2", "FA-3", "FA-4")
FINAL = (FlowState.INTEGRATED, FlowState.PARTLY_INTEGRATED, FlowState.REJECTED, FlowState.WARNING)

numbers = st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3, unique=True)
picks = st.integers(0, 5)


class LifeInFlows(RuleBasedStateMachine):
    """Four documents, and everything that may happen to them and to the flows that they go in."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="flows-")
        home = Path(self.folder.name)
        self.now = datetime(2026, 11, 23, 9, tzinfo=UTC)
        self.store = Store.open(home / "data")
        folders = Folders(*(home / name for name in ("settings.toml", "data", "log", "secrets", "exports")))
        kept = Settings(folders=folders, connection=Connection(structure=SUPPLIER.siret), hold=5.0)
        self.desk = Desk(self.store, kept, lambda: self.now, "clerk@billing")
        self.numbers = (f"CPP00111170000000000{n:05}" for n in count(1))
        self.words = count(1)
        self.invoices = count(1)
        self.brought_in: Counter[str] = Counter()
        """By number: how often Chorus Pro took it, as the reports told."""
        for number in NUMBERS:
            self.store.documents.put(document(number))

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    # What may happen

    @rule(chosen=numbers)
    def submits(self, chosen: list[str]) -> None:
        submit(self.desk, chosen)

    @rule(chosen=numbers)
    def plans_and_deposits(self, chosen: list[str]) -> None:
        invoices = tuple(flow_invoice(self.store.documents[key], f"{key}.xml") for key in chosen)
        part = Part(syntax=Syntax.CII, name="lot.tar.gz", sha256="a" * 64, size=1, invoices=invoices)
        deposit(self.desk, Plan(mode=FlowMode.API, issuer_siret=SUPPLIER.siret, parts=(part,)))

    @rule(chosen=numbers)
    def types(self, chosen: list[str]) -> None:
        with suppress(Exception):  # what is on its way does not change
            complete(self.desk, chosen[0], {"comment": f"words {next(self.words)}"})

    @rule(chosen=numbers)
    def takes_documents_back(self, chosen: list[str]) -> None:
        withdraw(self.desk, chosen)

    @rule(pick=picks)
    def takes_a_flow_back(self, pick: int) -> None:
        if flow := self.picked(pick, FlowStage.QUEUED):
            withdraw_flows(self.desk, [flow.id])

    @rule()
    def undoes(self) -> None:
        undo(self.desk)

    @rule(pick=picks, how=st.sampled_from(["taken", "taken", "taken", "refused", "lost", "given up"]))
    def leaves(self, pick: int, how: str) -> None:
        flow = self.picked(pick, FlowStage.QUEUED)
        if flow is None:
            return
        if flow.gathered:
            self.store.flows.put(flow := replaced(flow, sha256="b" * 64))
        begun = begin(self.desk, flow.id, flow.sha256)
        assert begun is not None
        if how == "taken":
            deposited(self.desk, begun, next(self.numbers), self.now)
        elif how == "refused":
            refused(self.desk, begun, "GDP_MSG_11.022", 20001)
        else:
            unsure(self.desk, begun, self.now)
            if how == "given up":
                not_taken(self.desk, flow.id)

    @rule(pick=picks, state=st.sampled_from(FINAL), against=numbers)
    def tells(self, pick: int, state: FlowState, against: list[str]) -> None:
        flow = self.picked(pick, FlowStage.DEPOSITED)
        if flow is None or flow.state.is_final:
            return
        inside = [i.number for i in invoices_of(self.desk, flow.id)]
        against = [number for number in against if number in inside]
        if state is FlowState.PARTLY_INTEGRATED and (not against or len(against) == len(inside)):
            return
        if state not in (FlowState.PARTLY_INTEGRATED, FlowState.REJECTED):
            against = []
        if state.integrates:
            self.brought_in.update(set(inside) - set(against))
        self.now += timedelta(minutes=1)
        report = FlowReport(
            flow_id=flow.id,
            number=flow.number,
            fetched_at=self.now,
            state=state,
            state_code=CODES[state],
            state_at=self.now,
            refused=tuple(RefusedInvoice(number=number, messages=("no",)) for number in against),
        )
        for _ in range(2):
            take_report(self.desk, flow.id, report)

    @rule(pick=picks)
    def links(self, pick: int) -> None:
        flow = self.picked(pick, FlowStage.DEPOSITED)
        if flow is None or not flow.state.integrates or flow.linked:
            return
        lines = [i for i in invoices_of(self.desk, flow.id) if i.fate is Fate.INTEGRATED]
        found = [
            Invoice(
                id=next(self.invoices),
                number=i.number,
                issued=i.issued,
                supplier_siret=SUPPLIER.siret,
            )
            for i in lines
        ]
        assert link_invoices(self.desk, flow.id, found).linked

    @rule()
    def follows_up(self) -> None:
        note_dealt_with(self.desk, self.store.flows.keys())

    def picked(self, pick: int, stage: FlowStage) -> Flow | None:
        flows = self.store.flows.by("stage", stage)
        return flows[pick % len(flows)] if flows else None

    # What must hold

    @invariant()
    def nothing_is_integrated_twice(self) -> None:
        assert all(times == 1 for times in self.brought_in.values()), self.brought_in

    @invariant()
    def a_document_is_on_its_way_in_exactly_the_flow_that_it_names(self) -> None:
        on_way: Counter[str] = Counter()
        for flow in self.store.flows.all():
            under_way = flow.stage.is_open or (flow.stage is FlowStage.DEPOSITED and not flow.state.is_final)
            for line in invoices_of(self.desk, flow.id) if under_way else ():
                on_way[line.document_id] += 1
                kept = self.store.documents[line.document_id]
                assert kept.flow_id == flow.id
                assert kept.state in (DocumentState.SUBMITTING, DocumentState.UNSURE)
        for kept in self.store.documents.all():
            moving = kept.state in (DocumentState.SUBMITTING, DocumentState.UNSURE)
            assert on_way[kept.id] == moving, (kept.id, kept.state)

    @invariant()
    def what_was_brought_in_is_submitted(self) -> None:
        for number in self.brought_in:
            assert self.store.documents[number].state is DocumentState.SUBMITTED

    @invariant()
    def counts_are_those_of_the_contents(self) -> None:
        for flow in self.store.flows.all():
            lines = invoices_of(self.desk, flow.id)
            assert flow.count == len(lines)
            assert flow.integrated == sum(line.fate is Fate.INTEGRATED for line in lines)

    @invariant()
    def what_was_sent_again_is_in_the_flow_that_is_named(self) -> None:
        for flow in self.store.flows.all():
            lines = invoices_of(self.desk, flow.id)
            again = {line.resent_in for line in lines} - {""}
            assert again <= set(flow.resent_by)
            for line in lines:
                if line.resent_in:
                    later = self.store.flows[line.resent_in]
                    assert later.stage is not FlowStage.WITHDRAWN
                    assert line.document_id in {i.document_id for i in invoices_of(self.desk, later.id)}


def replaced(flow: Flow, **changes: object) -> Flow:
    from msgspec import structs

    return structs.replace(flow, **changes)


def document(number: str) -> Document:
    fields = InvoiceFields(
        number=number,
        issued=date(2026, 11, 12),
        recipient_siret="12345678200051",
        net=Decimal("100.00"),
        vat=Decimal("20.00"),
        gross=Decimal("120.00"),
        to_pay=Decimal("120.00"),
        vat_lines=(VatLine(Decimal(20), Decimal("100.00"), Decimal("20.00")),),
    )
    made = Document(
        id=number,
        path=f"/srv/{number}.xml",
        name=f"{number}.xml",
        sha256="",
        size=100,
        filed_at=datetime(2026, 11, 20, tzinfo=UTC),
        rule="Invoices",
        state=DocumentState.TO_SUBMIT,
        supplier_siret=SUPPLIER.siret,
        readings={Source.FACTUR_X: fields},
        channel=Channel.API,
    )
    return refreshed(made)


LifeInFlows.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestLifeInFlows = LifeInFlows.TestCase
