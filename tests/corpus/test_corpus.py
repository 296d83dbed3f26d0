"""Preflight keeps back what Chorus Pro refuses, and nothing else, on a sample of the corpus."""

import asyncio
from pathlib import Path

import pytest

from chorus_tui.domain.checks import RULE_BOOK
from tests.corpus.anything import anything
from tests.corpus.defects import DEFECTS
from tests.corpus.make import examples
from tests.corpus.run import Report, run

ODD = 120
SAMPLE = 500
"""Every defect comes three times at least; `python -m tests.corpus` asks about five thousand."""
NOT_IN_CORPUS = {"typed"}
"""Text on a form that is no value never becomes an invoice."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The sample, asked about once."""
    return asyncio.run(run(examples(SAMPLE), tmp_path_factory.mktemp("corpus")))


def test_the_corpus_is_the_same_for_the_same_seed_and_every_second_one_is_wrong() -> None:
    made = list(examples(SAMPLE))
    assert made == list(examples(SAMPLE))
    assert made != list(examples(SAMPLE, seed=1))
    assert sum(not example.defects for example in made) == SAMPLE // 2
    assert sum(len(example.defects) == 2 for example in made) > SAMPLE // 20
    assert made[: SAMPLE // 2] == list(examples(SAMPLE // 2)), "more are added, none is changed"


def test_every_rule_that_keeps_an_invoice_back_is_broken_in_the_corpus() -> None:
    """S1-066, S1-084…090: no blocking rule of the book goes unmeasured."""
    blocking = {rule.id for rule in RULE_BOOK.values() if rule.blocking and not rule.id.startswith("state.")}
    assert blocking - {defect.rule for defect in DEFECTS} == NOT_IN_CORPUS


def test_no_clean_invoice_is_kept_back_and_chorus_pro_takes_every_one(report: Report) -> None:
    """S1-019, S1-071."""
    assert len(report.clean) == SAMPLE // 2
    assert [(one.example.index, one.blocked) for one in report.clean if one.blocked] == []
    assert [(one.example.index, one.refusal) for one in report.clean if one.refusal] == []


def test_what_chorus_pro_refuses_was_kept_back(report: Report) -> None:
    """S1-084…090: recall on static rules, and on all of them."""
    missed = [
        (one.example.defects, one.refusal)
        for one in report.asked
        if one.is_static and one.refusal and not one.blocked
    ]
    assert report.static.recall >= 0.98, missed
    assert report.static.right > SAMPLE // 3
    assert report.overall.recall >= 0.95


def test_what_was_kept_back_is_refused(report: Report) -> None:
    wrong = [
        (one.example.defects, sorted(one.blocked)) for one in report.asked if one.blocked and not one.refusal
    ]
    assert report.overall.precision >= 0.98, wrong


@pytest.mark.parametrize("rule", sorted({defect.rule for defect in DEFECTS if defect.known}))
def test_each_defect_is_told_by_its_own_rule(report: Report, rule: str) -> None:
    """S1-084…090: the remedy is that of the cause, not of a neighbour's."""
    broken = [one for one in report.asked if rule in one.example.defects]
    assert len(broken) >= 3
    silent = [one.example.index for one in broken if rule not in one.told]
    unseen = [defect for defect in DEFECTS if defect.rule == rule and not defect.known]
    assert len(silent) <= (len(broken) // 2 if unseen else 0)
    if RULE_BOOK[rule].blocking:
        assert [one.example.index for one in broken if not one.refusal] == []


def test_what_only_warns_is_taken(report: Report) -> None:
    """A warning is worth a look, and no more: Chorus Pro takes such an invoice."""
    warned = [
        one
        for one in report.asked
        if one.example.defects and not any(RULE_BOOK[rule].blocking for rule in one.example.defects)
    ]
    warned = [one for one in warned if "commitment.mismatch" not in one.example.defects]
    assert len(warned) >= 10
    assert [(one.example.defects, one.refusal) for one in warned if one.refusal] == []
    assert all(not one.blocked for one in warned)


def test_values_that_nobody_thought_of_are_foreseen_as_well(tmp_path: Path) -> None:
    """S1-080: no defect is seeded here; whatever Chorus Pro makes of odd values was said before."""
    report = asyncio.run(run(anything(ODD, seed=7), tmp_path))
    missed = [(one.example.fields, one.refusal) for one in report.asked if one.refusal and not one.blocked]
    missed = [(fields, why) for fields, why in missed if "ne concordent pas" not in why]
    assert missed == [], "but for pairs of the State, which nobody can ask for"
    # Of two under one odd number the second is kept back, also where the first one is refused after all.
    wrong = [
        one for one in report.asked if one.blocked and not one.refusal and one.blocked != {"number.used"}
    ]
    assert [(one.example.fields, one.blocked) for one in wrong] == []
    assert report.overall.right > ODD // 3
    assert report.overall.fine > ODD // 10


def test_one_batch_is_looked_at_in_a_moment(report: Report) -> None:
    """S1-071: what it costs is printed by the bench; here that nothing is left out."""
    assert report.preflight.count == SAMPLE
    assert set(report.preflight.passing) | {v.document_id for v in report.preflight.failing} == {
        f"{one.example.index:06d}" for one in report.asked
    }
    counts = [count for _id, _sentence, count in report.preflight.why]
    assert counts == sorted(counts, reverse=True)
