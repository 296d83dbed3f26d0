"""Filing rules: which files are documents to submit (S1-010…013)."""

import fnmatch
import logging
import os
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

from chorus_tui.domain.identifiers import compact_siret
from chorus_tui.settings import FilingRule

log = logging.getLogger(__name__)

SEARCHED = 20_000
"""Characters of text that a rule's expression is searched in: eight dense pages. Bounds slow expressions."""

LINE = 500
"""Longer lines are broken before the search, so that `.*` cannot run over a whole page."""


class RuleFault(ValueError):
    """A text criterion that cannot be used; its message says why, in English."""


def match(
    rules: Iterable[FilingRule], path: Path, text: str, supplier_siret: str | None
) -> FilingRule | None:
    """The first rule of which every criterion holds; None: the file is no document to submit (S1-013).

    A rule whose text criterion cannot be used (see `faults`) matches nothing.
    """
    searched = _searched(text)
    for rule in rules:
        if (
            _by_place(rule, path)
            and _by_text(rule, searched)
            and (
                rule.supplier_siret is None
                or compact_siret(rule.supplier_siret) == compact_siret(supplier_siret or "")
            )
        ):
            return rule
    return None


def may_match(rules: Iterable[FilingRule], path: Path) -> FilingRule | None:
    """The first rule that a file may match by its folder and name alone, before it is opened."""
    return next((rule for rule in rules if _by_place(rule, path)), None)


def faults(rules: Sequence[FilingRule]) -> dict[str, str]:
    """Names of the rules whose text criterion cannot be used, with why."""
    found = {}
    for rule in rules:
        try:
            expression(rule.text or "")
        except RuleFault as fault:
            found[rule.name] = str(fault)
    return found


@lru_cache(maxsize=256)
def expression(pattern: str) -> re.Pattern[str]:
    """A rule's regular expression: case ignored, `^` and `$` at each line.

    Raises:
        RuleFault: it is no expression, or it repeats a repetition, which can take for ever on a page.
    """
    flags = re.IGNORECASE | re.MULTILINE
    try:
        compiled = re.compile(pattern, flags)
        nested = _repeats_a_repetition(_parser.parse(pattern, flags), inside=False)
    except (re.error, RecursionError, OverflowError) as error:
        raise RuleFault(str(error)) from None
    if nested:
        raise RuleFault("a repetition inside a repetition can take for ever")
    return compiled


def _by_place(rule: FilingRule, path: Path) -> bool:
    if rule.folder is not None and not _absolute(path).is_relative_to(_absolute(rule.folder)):
        return False
    return fnmatch.fnmatchcase(path.name.casefold(), rule.glob.casefold())


def _by_text(rule: FilingRule, text: str) -> bool:
    if rule.text is None:
        return True
    try:
        return expression(rule.text).search(text) is not None
    except RuleFault as fault:
        log.warning("the filing rule %r cannot be used: %s", rule.name, fault)
        return False


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100  # a link stays a link, ".." goes


def _searched(text: str) -> str:
    lines = text[:SEARCHED].split("\n")
    if max(map(len, lines)) <= LINE:
        return "\n".join(lines)
    return "\n".join(line[at : at + LINE] for line in lines for at in range(0, max(len(line), 1), LINE))


def _repeats_a_repetition(parsed: Any, *, inside: bool) -> bool:
    """Whether an unbounded repetition stands inside another one, as in `(a+)+`: exponential time."""
    for operation, argument in parsed:
        repeats = (
            operation in (_constants.MAX_REPEAT, _constants.MIN_REPEAT)
            and argument[1] is _constants.MAXREPEAT
        )
        if repeats and inside:
            return True
        if any(_repeats_a_repetition(part, inside=inside or repeats) for part in _parts(argument)):
            return True
    return False


def _parts(argument: Any) -> list[Any]:
    """The sub-expressions in a parsed operation's argument."""
    if isinstance(argument, _parser.SubPattern):
        return [argument]
    if isinstance(argument, (tuple, list)):
        return [part for item in argument for part in _parts(item)]
    return []
