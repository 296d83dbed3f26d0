"""Entries about what a supplier answers: only a reply breaks them, so they stand in a book of their own."""

from collections.abc import Mapping
from types import MappingProxyType

from chorus_tui.domain.checks.book.rule import Rule, Sureness
from chorus_tui.i18n import N_

_REPLIES = (
    Rule(
        id="reply.empty",
        field="comment",
        sentence=N_("A reply without anything in it answers nothing."),
        remedy=N_("Attach what was asked for, write a comment, or name what replaces the invoice."),
        source="S1-043, S1-044, S1-052",
    ),
    Rule(
        id="reply.unchanged",
        field="recipient_siret",
        sentence=N_("This is the recipient, service and commitment number that the invoice came back with."),
        remedy=N_("Change what the recipient's comment says is wrong."),
        source="S1-045, S1-047",
        blocking=False,
    ),
    Rule(
        id="attachment.twice",
        field="attachments",
        sentence=N_("{name} is attached already."),
        general=N_("A file is attached already."),
        remedy=N_("Take one of the two off."),
        source="API 2.4",
        sure=Sureness.ONE_SOURCE,
    ),
    Rule(
        id="correction.twice",
        field="replacements",
        sentence=N_("{number} is named twice."),
        general=N_("A correction is named twice."),
        remedy=N_("Take one of the two out."),
        source="S1-052",
    ),
    Rule(
        id="correction.unknown",
        field="replacements",
        sentence=N_("No invoice {number} of this supplier is known."),
        general=N_("No such invoice of this supplier is known."),
        remedy=N_("Pick it from the list, or type its number where Chorus Pro does not report it yet."),
        source="S1-052",
    ),
    Rule(
        id="correction.kind",
        field="replacements",
        sentence=N_("{number} is not of the kind that stands here."),
        general=N_("A correction is not of the kind that stands here."),
        remedy=N_("Put credit notes with credit notes, and invoices with invoices."),
        source="S1-052",
    ),
)

REPLY_BOOK: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in _REPLIES})
"""Rules by id; what a submission breaks as well stands in `RULE_BOOK`."""
