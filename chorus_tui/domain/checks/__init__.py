"""What stands in the way of a submission, told before Chorus Pro tells it.

Each rule is one small function that yields `Problem`s; `problems` asks them all. A blocking problem is
something Chorus Pro is known to refuse; the others are worth a look. What is not known (a recipient that
was never looked up) warns and never blocks: Chorus Pro decides.
"""

from collections.abc import Sequence
from datetime import date

from chorus_tui.domain.checks import amounts, files, routing
from chorus_tui.domain.checks.case import Case, Problem
from chorus_tui.domain.checks.files import attachment_problems
from chorus_tui.domain.document import Attachment
from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.recipient import Recipient, Supplier

__all__ = ["Case", "Problem", "attachment_problems", "blocking", "problems"]

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
) -> tuple[Problem, ...]:
    """Everything to put right, in the order of the form; blocking and not."""
    case = Case(
        fields=fields,
        recipient=recipient,
        supplier=supplier,
        today=today,
        attachments=tuple(attachments),
        size=size,
        commitment_known=commitment_known,
    )
    return tuple(problem for rule in RULES for problem in rule(case))


def blocking(found: Sequence[Problem]) -> tuple[Problem, ...]:
    """Only what Chorus Pro would refuse."""
    return tuple(problem for problem in found if problem.blocking)
