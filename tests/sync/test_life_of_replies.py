"""Operators, recipients, faults and dying processes in any order: no reply is lost, none is made twice."""

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

from chorus_tui.domain.attempts import UNKNOWN
from chorus_tui.domain.document import Attachment
from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.replies import Completion, Reply
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.operations import Refusal, complete_invoice, to_process, undo, withdraw_reply
from tests.house import House

SERVICES = ["completer", "completer", "ajouter/fichier", "consulter/historique"]
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
SUSPENDED = (8420002, 8420006)
"""One that is suspended from the beginning, one that may become so."""

T = TypeVar("T")

picks = st.sampled_from(SUSPENDED)


class LifeOfReplies(RuleBasedStateMachine):
    """One house, everything that may happen to two invoices in it, and what must hold whatever did."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.home = Path(tempfile.mkdtemp(prefix="replies-"))
        self.house = House(self.home)
        self.words = (f"reply {n}" for n in count(1))
        self.motives = (f"motive {n}" for n in count(1))

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(main)

    @initialize()
    def open(self) -> None:
        self.run(self.house.__aenter__())
        self.run(self.house.settle())
        self.answer(SUSPENDED[0])

    # What may happen

    @rule(key=picks)
    def answer(self, key: int) -> None:
        words = next(self.words)
        sha256 = self.house.store.blobs.put(words.encode())
        file = Attachment(name=f"{words}.txt", sha256=sha256, size=7, type_code="BDL", label=words)
        with suppress(Refusal):  # It may ask for nothing, or a reply is open.
            complete_invoice(self.house.desk, key, words, [file])

    @rule(key=picks)
    def take_back(self, key: int) -> None:
        withdraw_reply(self.house.desk, [str(key)])

    @rule()
    def undo(self) -> None:
        undo(self.house.desk)

    @rule(key=picks)
    def suspend(self, key: int) -> None:
        """A recipient needs a minute, and another one until the supplier has an answer."""
        self.house.turn(timedelta(minutes=1))
        self.house.sandbox.suspend(key, next(self.motives))
        self.house.turn(timedelta(minutes=1))

    @rule(key=picks)
    def go_on(self, key: int) -> None:
        self.house.turn(timedelta(minutes=1))
        self.house.sandbox.act(key, "SERVICE_FAIT")

    @rule(seconds=st.sampled_from([0, 1, 31, 600]))
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

    def replies(self) -> list[Reply]:
        return self.house.store.replies.all()

    def invoice(self, key: int) -> Invoice:
        return self.house.store.invoices[str(key)]

    def made(self) -> Counter[str]:
        """How often each reply was made, by the words that it alone has."""
        return Counter(
            passage.comment
            for key in SUSPENDED
            if (held := self.house.sandbox.invoices.get(key)) is not None
            for passage in held.passages or ()
            if passage.status == "COMPLETEE"
        )

    @property
    def is_open(self) -> bool:
        return hasattr(self.house, "store")

    @precondition(lambda self: self.is_open)
    @invariant()
    def no_reply_is_made_twice(self) -> None:
        made = self.made()
        assert not made or max(made.values()) == 1, made
        for key in SUSPENDED:
            held = self.house.sandbox.invoices.get(key)
            assert held is not None
            labels = Counter(file.piece_jointe_complementaire_designation for file in held.added)
            assert not labels or max(labels.values()) == 1, "two sets of attachments"

    @precondition(lambda self: self.is_open)
    @invariant()
    def one_reply_is_open_at_a_time(self) -> None:
        opened = Counter(reply.invoice_id for reply in self.replies() if reply.state.is_open)
        assert not opened or max(opened.values()) == 1

    def settle(self) -> None:
        """All goes well from now on; what is open comes to its end."""
        self.house.sandbox.faults.clear()
        self.house.wire.forgive()
        self.run(self.house.chorus.sign_in())
        self.house.service.retry_now()
        self.run(self.house.settle_all(turns=12))

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
        made = self.made()
        for reply in self.replies():
            assert isinstance(reply.content, Completion)
            assert not reply.state.is_open, reply
            unheard = any(attempt.outcome == UNKNOWN for attempt in reply.attempts)
            if reply.state is IntentState.ACCEPTED:
                assert made[reply.content.comment] == 1, reply
            elif not unheard:
                assert made[reply.content.comment] == 0, reply
        asking = {invoice.id for invoice in to_process(self.house.desk)}
        for key in SUSPENDED:
            held = self.house.sandbox.invoices.get(key)
            assert held is not None
            assert (key in asking) is (held.row.statut == "SUSPENDUE")
            assert (self.invoice(key).status is InvoiceStatus.SUSPENDED) is (key in asking)


TestLifeOfReplies = LifeOfReplies.TestCase
TestLifeOfReplies.settings = settings(
    max_examples=10, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
