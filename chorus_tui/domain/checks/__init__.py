"""What stands in the way of a submission, told before Chorus Pro tells it.

Each rule is one small function that yields `Problem`s; `problems` asks them all. What each says, what to do
about it and how sure it is stands in the rule book (`RULE_BOOK`). A blocking problem is something Chorus Pro
is known to refuse; the others are worth a look. What is not known (a recipient that was never looked up)
warns and never blocks: Chorus Pro decides.

Two families: the rules asked here need the invoice and what is known of its recipient and supplier, which
costs some 50 µs, so that a list may ask for every row it paints. Those about other invoices (a number that is
taken, the same content twice) need tables of theirs; `operations.neighbours` asks them on the form, before a
batch and at the moment of sending.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from chorus_tui.domain.checks import amounts, files, routing
from chorus_tui.domain.checks.book import REPLY_BOOK, RULE_BOOK, Rule, Sureness
from chorus_tui.domain.checks.case import Case, Problem, problem
from chorus_tui.domain.checks.files import attachment_problems
from chorus_tui.domain.document import Attachment
from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.recipient import Recipient, Supplier

__all__ = [
    "REPLY_BOOK",
    "RULE_BOOK",
    "Case",
    "Problem",
    "Rule",
    "Sureness",
    "attachment_problems",
    "blocking",
    "problem",
    "problems",
]

RULES = (*routing.RULES, *amounts.RULES, *files.RULES)
"""In the order of the form."""


def problems(
    fields: InvoiceFields,
    recipient: Recipient | None,
    supplier: Supplier | None,
    today: date,
    *,
    attachments: Sequence[Attachment] = (),
    size: int = 0,
    commitment_known: bool | None = None,
    validator_known: bool | None = None,
    emptied: Iterable[str] = (),
    attachment_types: frozenset[str] | None = None,
    vat_codes: frozenset[str] | None = None,
    in_flow: bool = False,
) -> tuple[Problem, ...]:
    """Everything to put right, in the order of the form; blocking and not. Arguments are those of `Case`."""
    case = Case(
        fields=fields,
        recipient=recipient,
        supplier=supplier,
        today=today,
        attachments=tuple(attachments),
        size=size,
        commitment_known=commitment_known,
        validator_known=validator_known,
        emptied=frozenset(emptied),
        attachment_types=attachment_types,
        vat_codes=vat_codes,
        in_flow=in_flow,
    )
    return tuple(problem for rule in RULES for problem in rule(case))


def blocking(found: Sequence[Problem]) -> tuple[Problem, ...]:
    """Only what Chorus Pro would refuse."""
    return tuple(problem for problem in found if problem.blocking)
