"""What flow reports say, recognised whole, joined and cut, in every syntax (API 2.18, 4)."""

import pytest

from chorus_tui.domain.flow import CUT
from chorus_tui.domain.knowledge import Action
from chorus_tui.operations.explaining import shipped
from chorus_tui.sandbox import invented
from chorus_tui.sandbox.flow_checks import (
    COMMITMENT_WORDS,
    MISSING,
    NUMBER_TOO_LONG,
    SERVICE_UNKNOWN,
    SUPPLIER_UNKNOWN,
    TAGS,
)
from chorus_tui.sandbox.wordings import unaccented

CAUSES = (
    (SUPPLIER_UNKNOWN, "supplier", "supplier.unknown", Action.SUPPLIER),
    (invented.PARTY_OUTSIDE, "party", "supplier.service", Action.SUPPLIER),
    (COMMITMENT_WORDS, "service", "service.missing", Action.SERVICE),
    (COMMITMENT_WORDS, "commitment", "commitment.missing", Action.COMMITMENT),
    (MISSING, "means", "payment_means.missing", Action.FORM),
    (MISSING, "number", "number.missing", Action.NUMBER),
    (MISSING, "issued", "issued.missing", Action.FORM),
    (MISSING, "recipient", "recipient.missing", Action.RECIPIENT),
    (MISSING, "origin", "original_number.missing", Action.FORM),
    (NUMBER_TOO_LONG, "number", "number.long", Action.NUMBER),
    (SERVICE_UNKNOWN, "service", "service.unknown", Action.SERVICE),
    (invented.FRAME_WRONG, "frame", "frame.unknown", Action.FORM),
    (unaccented(invented.NUMBER_TAKEN.text), "number", "number.used", Action.NUMBER),
)


@pytest.mark.parametrize("form", TAGS)
@pytest.mark.parametrize(("words", "tag", "cause", "action"), CAUSES)
def test_the_same_anomaly_is_one_cause_in_every_syntax(
    form: str, words: str, tag: str, cause: str, action: Action
) -> None:
    """S2-040, S2-073: so that place 1 groups what came back with what is foreseen before sending."""
    message = words.format(tag=TAGS[form][tag], frame="A99", number="FA-1")
    found = shipped().explain(message)
    assert (found.id, found.action, bool(found.remedy)) == (cause, action, True)


@pytest.mark.parametrize(
    ("template", "cause"),
    [
        (invented.NOT_UNPACKED, "flow.archive"),
        (invented.ARCHIVE_EMPTY, "flow.archive"),
        (invented.ARCHIVE_TOO_LARGE, "flow.archive"),
        (invented.TOO_MANY_INVOICES, "flow.too_many"),
        (invented.MEMBER_REFUSED, "flow.member"),
        (invented.FLOW_EMPTY, "flow.empty"),
        (invented.MEMBER_EMPTY, "flow.empty"),
        (invented.SYNTAX_CONTRADICTS, "flow.syntax"),
        (invented.SYNTAX_UNREAD, "flow.syntax"),
        (invented.PDF_UNREADABLE, "flow.pdf"),
        (invented.NO_XML_IN_PDF, "flow.pdf"),
    ],
)
def test_a_technical_rejection_says_what_is_wrong_with_the_file(
    template: tuple[str, str], cause: str
) -> None:
    """S2-039: wrong format, empty file, file that cannot be unpacked."""
    code, words = template
    said = unaccented(words).format(name="f-1.xml", most=500, syntax="IN_DP_E1_CII_16B")
    for message in (said, words.format(name="f-1.xml", most=500, syntax="IN_DP_E1_CII_16B")):
        assert shipped().explain(message, code).id == cause


@pytest.mark.parametrize("length", range(185, 221, 5))
def test_of_two_messages_in_one_text_both_are_recognised_wherever_it_was_cut(length: int) -> None:
    """API 4: the recorded one ends in the middle of "n'utilise pa"."""
    first = SUPPLIER_UNKNOWN.format(tag=TAGS["UBL"]["supplier"])
    second = invented.PARTY_OUTSIDE.format(tag=TAGS["UBL"]["party"])
    text = f"{first}|{second}"[:length]
    for said in (text, text + CUT):
        found = shipped().explain_all(said)
        assert [each.id for each in found] == ["supplier.unknown", "supplier.service"], said
