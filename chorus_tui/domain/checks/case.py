"""What a check is given, and what it answers."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct

from chorus_tui.domain.checks.book import REPLY_BOOK, RULE_BOOK
from chorus_tui.domain.document import Attachment
from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.money import format_amount
from chorus_tui.domain.recipient import Recipient, Supplier
from chorus_tui.i18n import _, language


class Problem(Struct, frozen=True):
    """One thing to put right: a stable name, the field it stands beside, and the sentence."""

    id: str
    field: str
    """A name of `InvoiceFields`, "attachments", or "" where it is about the document as a whole."""
    message: str
    """English source string, with named places for `args`."""
    blocking: bool = True
    args: Mapping[str, str | int | Decimal] = {}
    """A `Decimal` is an amount of money."""

    @property
    def text(self) -> str:
        """The sentence in the operator's language."""
        french = language() == "fr"
        shown = {
            name: format_amount(value, french) if isinstance(value, Decimal) else value
            for name, value in self.args.items()
        }
        return _(self.message).format(**shown)

    @property
    def remedy(self) -> str:
        """What to do about it, in the operator's language."""
        rule = RULE_BOOK.get(self.id) or REPLY_BOOK.get(self.id)
        return _(rule.remedy) if rule is not None else ""


def problem(id_: str, **found: str | int | Decimal) -> Problem:
    """What a rule of the book says of this invoice.

    Args:
        found: what stands in the places of its sentence.
    """
    rule = RULE_BOOK[id_]
    return Problem(rule.id, rule.field, rule.sentence, rule.blocking, found)


class Case(Struct, frozen=True, kw_only=True):
    """What is checked, and all that is known around it."""

    fields: InvoiceFields
    recipient: Recipient | None
    supplier: Supplier | None
    today: date
    attachments: tuple[Attachment, ...] = ()
    size: int = 0
    """Bytes of the invoice's own file."""
    commitment_known: bool | None = None
    """What the State's list of commitments answered; None: not asked."""
    validator_known: bool | None = None
    """Whether Chorus Pro has a structure with the validator's SIRET; None: not asked."""
    emptied: frozenset[str] = frozenset()
    """Fields that have a default and were emptied by an operator, so that nothing would be sent."""
    attachment_types: frozenset[str] | None = None
    """Codes of the kinds of attachments that Chorus Pro knows; None: not asked."""
    vat_codes: frozenset[str] | None = None
    """Codes of the VAT rates that Chorus Pro knows; None: not asked."""
    in_flow: bool = False
    """Whether it goes in a flow: that names parties and rates by themselves, and what Chorus Pro's form calls
    them (ids of supplier and bank account, kinds of attachments, codes of rates) is not sent; flows may carry
    the invoices of any structure (S2-010)."""

    @property
    def known_recipient(self) -> Recipient | None:
        """The recipient, where Chorus Pro was asked about this very one."""
        recipient = self.recipient
        if recipient is None or recipient.siret != self.fields.recipient_siret:
            return None
        return recipient if recipient.checked_at is not None else None
