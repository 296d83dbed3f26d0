"""Tables that are loaded a few records at a time: as at once, whatever is written between two steps."""

import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus_tui.domain.flow import Flow, FlowMode
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.store import Store, rows, tables

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
STAGES = (FlowStage.QUEUED, FlowStage.DEPOSITED, FlowStage.REFUSED)
Act = tuple[str, int, int]
ACTS = st.tuples(
    st.sampled_from(("put", "remove", "put elsewhere", "look")), st.integers(0, 14), st.integers(0, 2)
)


@pytest.fixture(autouse=True, scope="module")
def small_steps() -> Iterator[None]:
    """So few at a time that a handful of records take many steps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "PAGE", 2)
        patch.setattr(rows, "INDEXED_AT_ONCE", 2)
        yield


def flow(n: int, stage: int) -> Flow:
    """One of a few flows, in one of a few stages."""
    return Flow(
        id=f"{n:03}",
        mode=FlowMode.API,
        stage=STAGES[stage],
        issuer_siret="",
        number=f"{n % 4}",
        emitted_at=NOW,
    )


def content(store: Store) -> object:
    """All that can be asked of the table."""
    by_stage = [[f.id for f in store.flows.by("stage", stage)] for stage in STAGES]
    by_number = [[f.id for f in store.flows.by("number", str(n))] for n in range(4)]
    return store.flows.all(), store.flows.keys(), by_stage, by_number


@given(
    first=st.lists(st.tuples(st.integers(0, 14), st.integers(0, 2))),
    acts=st.lists(st.lists(ACTS, max_size=2)),
)
def test_a_table_that_is_loaded_in_steps_is_what_it_is_at_once(
    first: list[tuple[int, int]], acts: list[list[Act]]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Store.open(folder) as store:
            store.flows.put(*(flow(*one) for one in first))
        with Store.open(folder) as store, Store.open(folder) as other:
            does: dict[str, Callable[[int, int], object]] = {
                "put": lambda n, stage: store.flows.put(flow(n, stage)),
                "remove": lambda n, _stage: store.flows.remove(f"{n:03}"),
                "put elsewhere": lambda n, stage: other.flows.put(flow(n, stage)),
                "look": lambda _n, stage: (
                    (store.refresh(), store.flows.by("stage", STAGES[stage])) if stage else store.refresh()
                ),
            }
            loading = store.flows.loading("stage", "number")
            for few in acts:
                next(loading, None)
                for verb, n, stage in few:
                    does[verb](n, stage)
            for _step in loading:
                pass
            assert store.flows.is_loaded
            store.refresh()
            with Store.open(folder) as fresh:
                assert content(store) == content(fresh)
            store.flows.put(flow(3, 1), flow(20, 2))
            with Store.open(folder) as fresh:
                assert content(store) == content(fresh)


def test_each_step_takes_a_few_and_a_table_that_is_there_takes_none(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.flows.put(*(flow(n, n % 3) for n in range(15)))
    with Store.open(tmp_path) as store:
        steps = 0
        for _step in store.flows.loading("stage"):
            steps += 1
        assert steps >= 15
        assert list(store.flows.loading("stage")) == []
        with pytest.raises(KeyError):
            list(store.flows.loading("name"))
