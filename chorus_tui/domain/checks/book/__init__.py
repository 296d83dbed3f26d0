"""The rule book: every rule of preflight with its sentence, its remedy and where it comes from.

An id names one cause everywhere: here, in the knowledge of refusals, in clusters and in what `--json` prints.
"""

from collections.abc import Mapping
from types import MappingProxyType

from chorus_tui.domain.checks.book.amounts import AMOUNTS
from chorus_tui.domain.checks.book.others import FILES, FORM, OTHER_INVOICES, STATES
from chorus_tui.domain.checks.book.replies import REPLY_BOOK
from chorus_tui.domain.checks.book.routing import ROUTING
from chorus_tui.domain.checks.book.rule import Rule, Sureness

__all__ = ["REPLY_BOOK", "RULE_BOOK", "Rule", "Sureness"]

RULE_BOOK: Mapping[str, Rule] = MappingProxyType(
    {rule.id: rule for rule in (*ROUTING, *AMOUNTS, *FILES, *OTHER_INVOICES, *FORM, *STATES)}
)
"""Rules by id, in the order of the form."""
