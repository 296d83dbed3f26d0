"""Whatever was done in whatever order: so many undos give back what was there, and nothing else changes."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec import structs

from chorus_tui.domain.document import Attachment, Document, Failure, Phase
from chorus_tui.domain.fixes import Fix, FixKind
from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import (
    Desk,
    Refusal,
    add_attachment,
    complete,
    decide,
    detach,
    fixing,
    forget,
    in_slices,
    last_deed,
    remove,
    reprocess,
    restore,
    snooze,
    submit,
    undo,
    wake,
    withdraw,
)
from chorus_tui.operations.analysing import analysed, analysis_failed, begin_analysis
from chorus_tui.operations.matching import match_key
from chorus_tui.operations.settling import accepted, begin, refused, unsure
from chorus_tui.store import Store
from tests.house import House
from tests.sheets import RECIPIENT

DOCUMENTS = 4
LABEL = "Mairie annexe"


class Scene:
    """What every example begins with."""

    def __init__(self, house: House, documents: list[Document]) -> None:
        self.documents = documents
        self.suppliers = house.store.suppliers.all()
        self.recipients = house.store.recipients.all()
        self.settings = house.settings

    @contextmanager
    def desk(self, house: House) -> Iterator[Desk]:
        """A desk on a store of its own."""
        with TemporaryDirectory() as folder, Store.open(Path(folder)) as store:
            with store.transaction():
                store.documents.put(*self.documents)
                store.suppliers.put(*self.suppliers)
                store.recipients.put(*self.recipients)
            yield Desk(store, self.settings, house.clock.now, "clerk@billing")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, House]:
    """Documents that can be submitted, as the service would have left them; made once."""
    house = House(tmp_path_factory.mktemp("house"))

    async def make() -> Scene:
        async with house:
            label: dict[str, Any] = {"service_label": LABEL, "service_code": None}
            filed = [house.filed(f"FA-{n}", fields=label) for n in range(DOCUMENTS)]
            await house.settle()
            documents = [house.again_of(d, DocumentState.TO_SUBMIT) for d in filed]
            failure = Failure(
                phase=Phase.AFTER,
                message="Le service exécutant est obligatoire",
                at=house.now,
                fingerprint=documents[0].fingerprint,
            )
            documents[0] = structs.replace(documents[0], failure=failure)
            return Scene(house, documents)

    return asyncio.run(make()), house


Step = tuple[str, int, int]
"""A verb, a document (or several from it on), and something that varies."""


def _some(desk: Desk, at: int, count: int) -> list[str]:
    keys = sorted(desk.store.documents.keys())
    return [keys[(at + place) % len(keys)] for place in range(1 + count % len(keys))]


def _attach(desk: Desk, key: str, number: int) -> None:
    content = f"note {number}".encode()
    sha256 = desk.store.blobs.put(content)
    add_attachment(desk, key, Attachment(name=f"{number}.pdf", sha256=sha256, size=len(content)))


def _detach(desk: Desk, key: str) -> None:
    for attachment in desk.store.documents[key].attachments[:1]:
        detach(desk, key, attachment.sha256)


VERBS: dict[str, Callable[[Desk, int, int], object]] = {
    "complete": lambda d, at, n: complete(d, _some(d, at, 0)[0], {"comment": f"{n}"}),
    "service": lambda d, at, n: complete(
        d, _some(d, at, 0)[0], {"service_code": ("", "MAIRIE", None)[n % 3]}
    ),
    "fix": lambda d, at, n: fixing.apply(d, _some(d, at, n), Fix(FixKind.COMMITMENT, f"E{n}")),
    "fix and submit": lambda d, at, n: fixing.apply_and_submit(
        d, _some(d, at, n), Fix(FixKind.SERVICE, "CANTINE")
    ),
    "supplier": lambda d, at, n: fixing.apply(d, _some(d, at, n), Fix(FixKind.SUPPLIER, "83990121200028")),
    "submit": lambda d, at, n: submit(d, _some(d, at, n)),
    "submit in slices": lambda d, at, n: asyncio.run(in_slices(submit, d, _some(d, at, n))),
    "withdraw": lambda d, at, n: withdraw(d, _some(d, at, n)),
    "reprocess": lambda d, at, n: reprocess(d, _some(d, at, n)),
    "remove": lambda d, at, n: remove(d, _some(d, at, n)),
    "restore": lambda d, at, n: restore(d, _some(d, at, n)),
    "attach": lambda d, at, n: _attach(d, _some(d, at, 0)[0], n),
    "detach": lambda d, at, _n: _detach(d, _some(d, at, 0)[0]),
    "snooze": lambda d, at, n: snooze(
        d, [f"document:{key}" for key in _some(d, at, n)], date(2030, 1, 1 + n % 20)
    ),
    "wake": lambda d, at, n: wake(d, [f"document:{key}" for key in _some(d, at, n)]),
    "match": lambda d, _at, n: decide(d, RECIPIENT.siret, LABEL, ("MAIRIE", "CANTINE")[n % 2]),
    "forget": lambda d, _at, _n: forget(d, match_key(RECIPIENT.siret, LABEL)),
}

steps = st.tuples(st.sampled_from(sorted(VERBS)), st.integers(0, DOCUMENTS - 1), st.integers(0, 5))


def do(desk: Desk, step: Step) -> bool:
    """Do one step; whether it left something to take back."""
    verb, at, varies = step
    before = last_deed(desk)
    with suppress(Refusal):
        VERBS[verb](desk, at, varies)
    last = last_deed(desk)
    return last is not None and (before is None or last.id != before.id)


def shown(desk: Desk) -> dict[str, Any]:
    """All that an operator sees of documents and decides about them, and what would leave."""
    store = desk.store
    return {
        "documents": {d.id: d for d in store.documents.all()},
        "matches": {m.key: m for m in store.matches.all()},
        "snoozes": {s.record: s for s in store.snoozes.all()},
        # One that is queued again after its withdrawal was taken back waits as long as a batch would.
        "queued": {i.id for i in store.intents.by("state", IntentState.QUEUED)},
    }


MANY = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@MANY
@given(done=st.lists(steps, min_size=1, max_size=10))
# A match that was told while a document could not follow it.
@example(done=[("submit", 0, 0), ("match", 0, 0), ("withdraw", 0, 0), ("attach", 0, 0)])
def test_as_many_undos_as_verbs_give_back_what_was_there(
    scene: tuple[Scene, House], done: list[Step]
) -> None:
    with scene[0].desk(scene[1]) as desk:
        seen = [shown(desk)]
        for step in done:
            if do(desk, step):
                seen.append(shown(desk))
        for before in reversed(seen[:-1]):
            undone = undo(desk)
            assert undone is not None
            assert undone.refused == ()
            assert shown(desk) == before
        assert undo(desk) is None
        assert {i.state for i in desk.store.intents.all()} <= {IntentState.WITHDRAWN}


# What else happens meanwhile: somebody else works, and the sync service sends.


def _queued(desk: Desk, at: int) -> Any:
    intents = desk.store.intents.by("state", IntentState.QUEUED)
    return intents[at % len(intents)] if intents else None


def _sending(desk: Desk, at: int) -> Any:
    intent = _queued(desk, at)
    return begin(desk, intent.id) if intent else None


def _accept(desk: Desk, at: int) -> None:
    if intent := _sending(desk, at):
        number = intent.submission.fields.number
        accepted(desk, intent, Invoice(id=900 + len(desk.store.invoices), number=number))


def _refuse(desk: Desk, at: int) -> None:
    if intent := _sending(desk, at):
        refused(desk, intent, "Le service exécutant est obligatoire", 20001)


def _lose(desk: Desk, at: int) -> None:
    if intent := _sending(desk, at):
        unsure(desk, intent, desk.now())


def _analyse(desk: Desk, at: int) -> None:
    for document in desk.store.documents.by("state", DocumentState.FILED)[: 1 + at]:
        begin_analysis(desk, document.id)
        if at % 2:
            analysed(desk, document.id, document.fields, 77)
        else:
            analysis_failed(desk, document.id, "This invoice could not be analyzed")


Verb = Callable[[Desk, int, int], object]


def _by_them(verb: Verb) -> Verb:
    return lambda desk, at, varies: verb(replace(desk, who="colleague@elsewhere"), at, varies)


OWN = {name: verb for name, verb in VERBS.items() if name not in ("match", "forget")}
EVENTS: dict[str, Verb] = {
    **{f"their {name}": _by_them(verb) for name, verb in OWN.items()},
    "accepted": lambda d, at, _n: _accept(d, at),
    "refused": lambda d, at, _n: _refuse(d, at),
    "lost": lambda d, at, _n: _lose(d, at),
    "analysed": lambda d, at, _n: _analyse(d, at),
}
meanwhile = st.tuples(
    st.sampled_from([*sorted(OWN), *sorted(EVENTS), "undo", "undo"]),
    st.integers(0, DOCUMENTS - 1),
    st.integers(0, 5),
)


def _happens(desk: Desk, step: Step) -> None:
    verb, at, varies = step
    with suppress(Refusal):
        (EVENTS | OWN)[verb](desk, at, varies)


@MANY
@given(happened=st.lists(meanwhile, min_size=4, max_size=16))
def test_an_undo_touches_nothing_that_left_or_that_somebody_else_changed(
    scene: tuple[Scene, House], happened: list[Step]
) -> None:
    with scene[0].desk(scene[1]) as desk:
        foreign: dict[str, Document] = {}
        for step in happened:
            before = {d.id: d for d in desk.store.documents.all()}
            journal = {i.id: i for i in desk.store.intents.all()}
            if step[0] == "undo":
                undo(desk)
            else:
                _happens(desk, step)
            after = {d.id: d for d in desk.store.documents.all()}
            changed = {key for key in after if after[key] != before[key]}
            if step[0] == "undo":
                for key in changed & foreign.keys():
                    assert before[key] != foreign[key], "it stood as somebody else had left it"
                for intent in journal.values():
                    now = desk.store.intents[intent.id]
                    if intent.state not in (IntentState.QUEUED, IntentState.WITHDRAWN):
                        assert now == intent, "it had left"
            elif step[0] in EVENTS:
                foreign.update({key: after[key] for key in changed})
            else:
                # What is done on top of somebody else's work can be taken back down to it.
                for key in changed:
                    foreign.pop(key, None)
            waits = {d.id for d in after.values() if d.state is DocumentState.SUBMITTING}
            open_ = [i.document_id for i in desk.store.intents.all() if i.state in _GOING]
            assert sorted(open_) == sorted(waits), "one open submission for each that is being submitted"


_GOING = (IntentState.QUEUED, IntentState.SENDING)


def test_the_scene_has_documents_that_go_and_one_that_came_back(scene: tuple[Scene, House]) -> None:
    """Or the two properties would hold for nothing."""
    with scene[0].desk(scene[1]) as desk:
        outcome = submit(desk, [d.id for d in desk.store.documents.all()])
        assert (len(outcome.done), len(outcome.refused)) == (DOCUMENTS - 1, 1)
