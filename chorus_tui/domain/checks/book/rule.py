"""What an entry of the rule book says, and how sure it has to be before it keeps an invoice back.

| how sure | what stands behind it | may it block |
|---|---|---|
| CERTAIN | two independent sources, or a row of the mission with one source | yes |
| ONE_SOURCE | one source, or the arithmetic of an invoice (EN 16931) | yes |
| INFERRED | our own reading, or sources that contradict each other | no, it warns |

A wrong block keeps money from a supplier who did nothing wrong, and no source can be asked; a wrong warning
costs a look. So what is only inferred never blocks, and not every sure rule does: what Chorus Pro is known to
take, although it is unusual, warns as well.
"""

from enum import StrEnum

from msgspec import Struct


class Sureness(StrEnum):
    """How sure the source of a rule is."""

    CERTAIN = "certain"
    ONE_SOURCE = "one_source"
    INFERRED = "inferred"

    @property
    def may_block(self) -> bool:
        """Whether a rule of this kind may keep an invoice back."""
        return self is not Sureness.INFERRED


class Rule(Struct, frozen=True, kw_only=True):
    """One rule that can be known before sending."""

    id: str
    field: str
    """A name of `InvoiceFields`, "attachments", or "" where it is about the document as a whole."""
    sentence: str
    """English source string, with named places for what was found."""
    general: str = ""
    """The sentence without places, where many documents are told of at once; empty: it has no places."""
    remedy: str
    """English source string of what to do."""
    source: str
    sure: Sureness = Sureness.CERTAIN
    blocking: bool = True
    static: bool = True
    """Whether the invoice and Chorus Pro's own lists tell it, without looking at other invoices."""

    @property
    def words(self) -> str:
        """The sentence for many documents."""
        return self.general or self.sentence
