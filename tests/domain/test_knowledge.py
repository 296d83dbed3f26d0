"""The knowledge base: every message finds its cause, whatever it names, and no two causes are one."""

import sys
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chorus_tui.domain.checks import RULE_BOOK
from chorus_tui.domain.knowledge import UNKNOWN, Action, Entry, Knowledge, parse
from chorus_tui.domain.knowledge.wording import bare, template
from chorus_tui.sandbox import invented
from tests.domain.messages import COMMENTS, CONNECTOR, DOCUMENTED, FRENCH, OURS, Sample, filled

TEXT = (Path(__file__).parents[2] / "chorus_tui" / "domain" / "failures.toml").read_text(encoding="utf-8")
KNOWN = parse(TEXT)
MESSAGES = (*CONNECTOR, *DOCUMENTED, *FRENCH)


def cause_of(message: str) -> str:
    """The entry, without what tells failures of the entry apart."""
    return KNOWN.explain(message).id.partition(":")[0]


@pytest.mark.parametrize("sample", MESSAGES, ids=lambda sample: sample.message[:40])
def test_every_listed_message_is_known_by_its_cause(sample: Sample) -> None:
    """S1-080…090."""
    explained = KNOWN.explain(sample.message)
    assert explained.known
    assert explained.id.partition(":")[0] == sample.cause
    assert explained.message == sample.message
    if sample.row.startswith("S1"):
        assert sample.row in KNOWN.entries[sample.cause].rows or sample.row == "S1-066"


def test_no_two_causes_are_one() -> None:
    """S1-080: all pairs of the sample messages."""
    for one, other in combinations(MESSAGES, 2):
        same = KNOWN.explain(one.message).id == KNOWN.explain(other.message).id
        assert same == (one.cause == other.cause), (one.message, other.message)


@pytest.mark.parametrize(
    ("message", "action", "words"),
    [
        ("Authentication information not present", Action.SIGN_IN, "sign in again"),
        ("Chorus Pro is not available, please try again later", Action.WAIT, "3. "),
        ("Performing service is mandatory for this recipient", Action.SERVICE, "match the printed label"),
        ("Attachment 1 of unknown type does not exist", Action.REPROCESS, "Reprocess"),
        (
            "This invoice could not be analyzed by the Chorus Pro system",
            Action.REMOVE,
            "print the invoice as PDF again",
        ),
        ("Header synthesis is not correct", Action.COMMITMENT, "Give the commitment number"),
        ("Recipient not located or inactive", Action.RECIPIENT, "“Active structure”"),
        (
            "The consistency checks performed on the payment request are not valid",
            Action.COMMITMENT,
            "commitment number and the service code",
        ),
        ("The invoice number has already been sent", Action.NUMBER, "Tracking"),
    ],
)
def test_source_1_says_what_to_do(message: str, action: Action, words: str) -> None:
    """S1-081, S1-083…090: its own remedy, not one that was inferred."""
    explained = KNOWN.explain(message)
    assert explained.action is action
    assert words in explained.remedy


def test_the_api_is_not_the_portal() -> None:
    """S1-083: three steps, and the two differ."""
    explained = KNOWN.explain("Chorus Pro is not available, please try again later")
    assert "portal" in explained.meaning
    assert [step in explained.remedy for step in ("1. ", "2. ", "3. ")] == [True] * 3


def test_a_header_synthesis_is_about_the_commitment_and_not_about_totals() -> None:
    """S1-087: source 1 wins over what the API dossier inferred."""
    explained = KNOWN.explain("Header synthesis is not correct")
    assert Action.SERVICE in explained.also
    assert "total" not in (explained.meaning + explained.cause + explained.remedy).lower()


@pytest.mark.parametrize("entry", KNOWN.entries.values(), ids=lambda entry: entry.id)
def test_an_entry_is_complete_in_both_languages(entry: Entry) -> None:
    """S1-080: an operator reads all of it in either language."""
    for telling in (entry.en, entry.fr):
        for text in (telling.title, telling.meaning, telling.cause, telling.remedy):
            assert text == text.strip()
            assert text
            assert "!" not in text
        assert 1 <= len(telling.title.split()) <= 6
        assert len(telling.title) <= 36, "fits the cell of a table"
        assert telling.title[0].isupper()
        assert not telling.title.endswith(".")
        for text in (telling.meaning, telling.cause, telling.remedy):
            assert text.endswith((".", "”.", "».", ")."))
            assert len(text) <= 240
        worded = {bare(pattern).lower() for pattern in entry.patterns}
        assert bare(telling.meaning).lower().rstrip(".") not in worded, "says more than the message does"
    assert entry.en.remedy != entry.fr.remedy
    assert entry.source


def test_both_languages_are_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    message = "Header synthesis is not correct"
    english = KNOWN.explain(message)
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    french = KNOWN.explain(message)
    assert (english.title, french.title) == ("Commitment number required", "Numéro d'engagement exigé")
    assert english.id == french.id


WORDINGS = [(entry.id, pattern) for entry in KNOWN.entries.values() for pattern in entry.patterns]


@pytest.mark.parametrize(("cause", "pattern"), WORDINGS)
def test_every_wording_finds_its_own_entry(cause: str, pattern: str) -> None:
    """S1-080: no entry stands in the way of another."""
    for which in (0, 1):
        message = filled(pattern, which)
        assert cause_of(message) == cause, message
        assert cause_of(f"{message}.") == cause


def test_every_code_finds_its_own_entry() -> None:
    for entry in KNOWN.entries.values():
        for code in entry.codes:
            assert KNOWN.explain("", code).id.partition(":")[0] == entry.id
            assert KNOWN.by_code(code.lower()) is not None
            if not code.startswith("HTTP"):
                assert cause_of(f"{code} - quelque chose") == entry.id


def test_a_number_never_tells_what_a_message_means() -> None:
    """API 4: codes are per service."""
    for code in (20_000, 20_001, 20_002, 413):
        assert not KNOWN.explain("Le cas n'est pas prévu", code).known
        assert KNOWN.explain("Header synthesis is not correct", code).id == "header.incorrect"
    silent = [KNOWN.explain("Refused by Chorus Pro", code).id for code in (20_013, 20_303)]
    assert silent == ["refused.silent:20013", "refused.silent:20303"], "two numbers may be two causes"


# --- What varies ------------------------------------------------------------------------------------------

VALUES = {
    "id": st.from_regex(r"[0-9]{1,12}|[A-Z]{2}[0-9]{3,8}", fullmatch=True),
    "siret": st.from_regex(r"[0-9]{14}|[0-9]{9}", fullmatch=True),
    "number": st.from_regex(r"[A-Z]{1,4}[-/_ +]?[0-9]{1,12}", fullmatch=True),
    "path": st.tuples(
        st.sampled_from(["FichierXml", "CrossIndustryInvoice", "…", "/rsm:CrossIndustryInvoice"]),
        st.integers(1, 99),
    ).map(lambda found: f"{found[0]}.Transaction[{found[1]}].Settlement.BarBaz.value"),
    "position": st.integers(1, 99_999).map(str),
    "code": st.from_regex(r"[A-Z]{3,9}[0-9]{0,3}|[A-Z]{2,6}_[A-Z0-9]{2,6}", fullmatch=True),
    "amount": st.decimals(0, 10**6, places=2).map(lambda amount: f"{amount:.2f}".replace(".", ",") + " €"),
    "date": st.dates().map(str) | st.dates().map(lambda day: f"{day:%d/%m/%Y}"),
    "text": st.from_regex(r"[a-z]{3,12}( [a-z]{3,12}){0,3}", fullmatch=True),
    "field": st.just("champInconnu"),
}


def with_values(data: st.DataObject, pattern: str) -> str:
    while "{" in pattern:
        before, _, rest = pattern.partition("{")
        name, _, after = rest.partition("}")
        pattern = before + data.draw(VALUES[name.rpartition(":")[2]]) + after
    return pattern


@settings(deadline=None)
@given(st.data(), st.sampled_from([found for found in WORDINGS if "{" in found[1]]))
def test_a_known_message_is_the_same_failure_whatever_it_names(
    data: st.DataObject, found: tuple[str, str]
) -> None:
    """S1-080, S1-085: only ids, SIRETs, numbers, paths, positions differ."""
    cause, pattern = found
    one, other = with_values(data, pattern), with_values(data, pattern)
    assert cause_of(one) == cause_of(other) == cause


UNHEARD = (
    "GDP_MSG_99.{position} bis - Le lot {number} n'est plus ouvert depuis le {date}",
    "Le lien « {code} » vers {siret} est rompu ({path}) ligne: {position} - position: {position}",
    'La ligne {position} dépasse de {amount} le plafond "{number}" du service {code}',
    "Plan {id} refusé (balise : {path})",
    "Unheard of: the lot {id} of {siret} is {amount} above '{number}'",
)


@settings(deadline=None)
@given(st.data(), st.sampled_from(UNHEARD[1:]))
def test_an_unknown_message_is_the_same_failure_whatever_it_names(data: st.DataObject, pattern: str) -> None:
    """S1-080: it can be counted and put right for all its rows."""
    one, other = (KNOWN.explain(with_values(data, pattern)) for _ in range(2))
    assert not one.known
    assert (one.id, one.template) == (other.id, other.template)
    assert one.id.startswith(f"{UNKNOWN}:")


def test_an_unknown_message_is_the_same_failure_whichever_file_it_names() -> None:
    """S1-080: also where the name stands before it, as in a refusal of an attachment."""
    one = "devis.pdf: Le fichier devis.pdf est refusé"
    other = "Bon de livraison.xlsx: Le fichier bordereau.final.xlsx est refusé"
    assert KNOWN.explain(one).id == KNOWN.explain(other).id


def test_unknown_messages_of_two_kinds_are_two_failures() -> None:
    """S1-080: also where only the field or the name of the message differs."""
    messages = [
        *(filled(pattern) for pattern in UNHEARD),
        "GDP_MSG_99.001 - Refus",
        "GDP_MSG_99.002 - Refus",
        "Valeur refusée (FichierXml.A.AccountingSupplierParty.PartyIdentification.ID.value)",
        "Valeur refusée (FichierXml.A.AccountingCustomerParty.PartyIdentification.ID.value)",
        "Valeur refusée (FichierXml.A.GrandTotalAmount.value)",
        "cvc-datatype-valid.1.2.1: refus",
        "cvc-enumeration-valid: refus",
    ]
    assert len({KNOWN.explain(message).id for message in messages}) == len(messages)


def test_an_unknown_message_is_shown_as_it_came_and_offered_the_general_remedies() -> None:
    """S1-080."""
    message = "GDP_MSG_99.999 - L'élément FichierXml.Un.BuyerOrderReferencedDocument.Neuf.value est étrange"
    explained = KNOWN.explain(message)
    assert (explained.known, explained.message, explained.decoded) == (False, message, "Commitment number")
    assert message.startswith(explained.title.rstrip("…"))
    assert {explained.action, *explained.also} == {Action.FORM, Action.REPROCESS, Action.METADATA}
    assert explained.template == template(message.replace("Un.Buyer", "Deux[3].Buyer"))


SPELLINGS = st.sampled_from(
    [
        str.upper,
        str.lower,
        lambda text: text.replace("'", "’"),
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: text.replace(" ", "  "),
        lambda text: "".join(c for c in text if c.isascii()) if text.isascii() else text.replace("é", "e"),
        lambda text: text.replace(" :", ":"),
        lambda text: f"  {text}. ",
        lambda text: f"« {text} »",
        lambda text: f"devis.pdf: {text}",
    ]
)


@settings(deadline=None)
@given(st.sampled_from((*CONNECTOR, *FRENCH)), SPELLINGS, SPELLINGS)
def test_case_accents_and_typography_do_not_matter(
    sample: Sample, one: Callable[[str], str], other: Callable[[str], str]
) -> None:
    """S1-080."""
    assert cause_of(other(one(sample.message))) == sample.cause


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_has_an_explanation(text: str) -> None:
    """S1-080: whatever comes, it can be shown and grouped."""
    explained = KNOWN.explain(text)
    assert explained.title
    assert explained.remedy
    assert KNOWN.explain_all(text)
    assert KNOWN.explain_comment(text, "status.rejected").action is Action.PAY_OUT


# --- Fields -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "field"),
    [
        ("FichierXml.ExchangedDocument.ID.value", "Invoice number"),
        ("(FichierXml.Settlement.SpecifiedTradeSettlementPaymentMeans.TypeCode.value)", "Payment means"),
        ("FichierXml.Agreement.BuyerReference.value", "Performing service"),
        ("…BuyerOrderReferencedDocument.IssuerAssignedID.value", "Commitment number"),
        ("FichierXml.Invoice.AccountingSupplierParty.Party.PartyIdentification.ID.value", "Supplier SIRET"),
        ("/Invoice/cac:AccountingCustomerParty[1]/cac:Party/cac:PartyIdentification/cbc:ID", "Recipient"),
        ("/rsm:CrossIndustryInvoice/rsm:ExchangedDocument/ram:IssueDateTime", "Invoice date"),
        ("ram:GrandTotalAmount", "Gross total"),
        ("Invoice.LegalMonetaryTotal.TaxExclusiveAmount", "Net total"),
        ("ApplicableTradeTax[2].RateApplicablePercent", "VAT lines"),
        ("SellerTradeParty.SpecifiedTaxRegistration.ID", "Supplier's VAT number"),
        ("BusinessProcessSpecifiedDocumentContextParameter.ID", "Billing frame"),
        ("le champ numeroBonCommande", "Commitment number"),
        ("codeServiceExecutant", "Performing service"),
        ("montantTTC", "Gross total"),
        ("montantAPayer:", "Amount to pay"),
        ("rien de tel", ""),
        ("FichierXml.Tout.Nouveau.value", ""),
    ],
)
def test_a_path_or_wire_name_is_said_in_the_words_of_the_form(named: str, field: str) -> None:
    """S1-080: tags of CII and UBL, fields of the API."""
    assert KNOWN.decode(named) == field


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("Le champ codeServiceExecutant est obligatoire", "service.missing"),
        ("Le champ numeroBonCommande est obligatoire", "commitment.missing"),
        ("Le champ montantTTC est obligatoire", "gross.missing"),
        ("Le champ modePaiement est obligatoire", "payment_means.missing"),
        ("Le champ numeroBonCommande ne doit pas dépasser 50 caractères", "commitment.long"),
        ("Le champ commentaire ne doit pas dépasser 2000 caractères", "comment.long"),
        ("Le champ modeDepot est obligatoire", "field.missing:deposit_mode"),
        ("Le champ typeTva est obligatoire", "field.missing:vat_regime"),
        ("Le champ jamaisVu est obligatoire", "field.missing:jamaisvu"),
        ("L'element FichierXml.Jamais.Vu.value est obligatoire", "field.missing:jamais.vu"),
    ],
)
def test_a_field_that_is_missing_is_a_cause_of_its_own(message: str, cause: str) -> None:
    """S1-066: one entry, one cause for each field."""
    assert KNOWN.explain(message).id == cause


# --- Reports ----------------------------------------------------------------------------------------------


def test_a_report_of_several_messages_is_taken_apart() -> None:
    """API 4: joined by |, cut near 200 characters; the one that was cut is recognised by its beginning."""
    first = DOCUMENTED[10].message
    joined = (
        f"{first}|La structure (balise AccountingSupplierParty.Party.PartyIdentification.ID) n'utilise pa"
    )
    assert len(joined) > 200
    whole, cut = KNOWN.explain_all(joined[:260])
    assert (whole.id, whole.cut) == ("supplier.unknown", False)
    assert (cut.id, cut.cut) == ("supplier.service", True)


def test_a_report_that_was_not_cut_is_not_said_to_be() -> None:
    parts = KNOWN.explain_all("Header synthesis is not correct|The invoice number has already been sent")
    assert [(part.id, part.cut) for part in parts] == [("header.incorrect", False), ("number.used", False)]
    (alone,) = KNOWN.explain_all("Header synthesis is not correct")
    assert not alone.cut


def test_an_end_that_fits_several_entries_is_not_guessed() -> None:
    text = f"{DOCUMENTED[10].message}|Le numéro de facture"
    *_whole, cut = KNOWN.explain_all(f"{'x' * (200 - len(text))}{text}" if len(text) < 200 else text)
    assert (cut.known, cut.cut) == (False, True)


@pytest.mark.parametrize("entry", KNOWN.entries.values(), ids=lambda entry: entry.id)
def test_a_title_fits_the_cell_of_the_list_of_causes(entry: Entry) -> None:
    """S1-080: at 80 columns the column of causes has 30, two of them for its sign."""
    for telling in (entry.en, entry.fr):
        assert len(telling.title) <= 28, telling.title


# --- Recipients' comments ---------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", COMMENTS, ids=lambda sample: sample.message[:40])
def test_what_a_recipient_writes_is_recognised_by_its_words(sample: Sample) -> None:
    """S1-041, S1-045, S1-049."""
    explained = KNOWN.explain_comment(sample.message, "status.suspended")
    assert explained.id == sample.cause
    assert explained.by_recipient


@pytest.mark.parametrize(
    ("status", "action"),
    [
        ("status.suspended", Action.COMPLETE),
        ("status.to_be_recycled", Action.RECYCLE),
        ("status.rejected", Action.PAY_OUT),
    ],
)
def test_the_status_alone_says_how_a_comment_is_answered(status: str, action: Action) -> None:
    """S1-042, S1-046, S1-050."""
    for comment in ("Merci de joindre le bon de livraison", "Bonjour", ""):
        explained = KNOWN.explain_comment(comment, status)
        assert explained.action is action
        assert KNOWN.entries[status].en.remedy in explained.remedy
    assert KNOWN.explain_comment("", status).id == status
    unknown = [KNOWN.explain_comment(f"Voir courrier du {day}/03", status) for day in (11, 12)]
    assert unknown[0].id == unknown[1].id
    assert not unknown[0].known


# --- Shared with others -----------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULE_BOOK)
def test_every_check_of_the_form_has_its_entry(rule: str) -> None:
    """An id names one cause everywhere."""
    explained = KNOWN.of(rule)
    assert explained is not None
    assert explained.id == rule


def refusals() -> dict[str, str]:
    """What the simulated Chorus Pro refuses with, its places filled."""
    values = {
        "siret": "12345678200051",
        "code": "DIR_TRAVAUX",
        "number": "FA-12",
        "id": "6921279",
        "limit": "50",
        "extension": ".exe",
        "field": "modeDepot",
        "rate": "TVA9",
        "regime": "SANS_TVA",
        "frame": "A9_FACTURE_SOUSTRAITANT",
        "status": "MANDATEE",
        "detail": "un récapitulatif de TVA",
    }
    return {
        name: refusal.text.format_map(values)
        for name, refusal in vars(invented).items()
        if isinstance(refusal, invented.Refusal)
    }


ONE_CAUSE = {
    frozenset(("COMMITMENT_MISSING", "COMMITMENT_MISSING_FOR_SERVICE")),
    frozenset(("UNKNOWN_SERVICE", "SERVICE_UNKNOWN")),
}
"""Refusals that are put right in the same way."""


def test_every_refusal_of_the_simulated_chorus_pro_is_known() -> None:
    """S1-080: training and demo explain themselves, and no two refusals are one."""
    found = {name: KNOWN.explain(text) for name, text in refusals().items()}
    assert [name for name, explained in found.items() if not explained.known] == []
    assert {
        frozenset((one, other)) for one, other in combinations(found, 2) if found[one].id == found[other].id
    } == ONE_CAUSE


@pytest.mark.parametrize(
    ("detail", "cause"),
    [
        ("le montant TTC n'est pas la somme du montant HT et de la TVA", "gross.sum"),
        ("une facture sans TVA ne porte pas de montant de TVA", "vat_regime.exempt"),
        ("le montant à payer dépasse le montant TTC", "to_pay.more"),
        ("seul un avoir peut porter un montant négatif", "gross.negative"),
        ("le montant de TVA de la ligne à 5.5 % ne correspond pas à sa base", "vat_lines.wrong"),
        ("le récapitulatif de TVA est absent", "vat_lines.missing"),
        ("la somme des lignes de TVA diffère du montant de TVA", "vat_lines.vat"),
        ("la somme des bases HT diffère du montant HT", "vat_lines.net"),
    ],
)
def test_a_header_that_says_more_is_known_by_what_it_says(detail: str, cause: str) -> None:
    """S1-087."""
    assert KNOWN.explain(invented.TOTALS_WRONG.text.format(detail=detail)).id == cause


def test_a_refusal_that_nobody_has_listed_yet_has_a_steady_id() -> None:
    """S1-080."""
    words = "GDP_MSG_42.{number} - Le bordereau {id} du {date} n'est pas soldé"
    one, other = filled(words), filled(words.replace("{number}", "001"), 1)
    assert KNOWN.explain(one.replace("FA-2026/117", "001")).id == KNOWN.explain(other).id


# --- A team's own entries ---------------------------------------------------------------------------------


def test_a_team_adds_an_entry() -> None:
    """S1-080."""
    known = parse(OURS, KNOWN)
    assert known.mistakes == ()
    explained = known.explain("Le budget A-12 est clos depuis le 31/12/2025.")
    assert (explained.id, explained.title, explained.by_recipient) == ("our.budget", "Budget closed", True)
    assert explained.sure.value == "team"
    assert dict(explained.variables) == {"code": "A-12", "date": "31/12/2025"}
    assert known.explain_comment("Budget clos au 31/12", "status.rejected").id == "our.budget"
    assert known.explain("Header synthesis is not correct").id == "header.incorrect"
    assert not KNOWN.explain("Le budget A-12 est clos depuis le 31/12/2025.").known


def test_a_team_replaces_an_entry_and_its_wording_counts_most() -> None:
    """S1-080: an entry with an id that is there replaces it; of two alike, the team's."""
    replaced = OURS.replace("our.budget", "header.incorrect")
    known = parse(replaced, KNOWN)
    assert known.entries["header.incorrect"].en.title == "Budget closed"
    assert known.explain("Header synthesis is not correct").id != "header.incorrect"
    alike = OURS.replace("Le budget {code} est clos depuis le {date}", "Header synthesis is not correct")
    assert parse(alike, KNOWN).explain("Header synthesis is not correct").id == "our.budget"


def test_a_team_names_a_field() -> None:
    field = '[[field]]\nname = "lot"\nen = "Lot"\nfr = "Lot"\npaths = ["numeroLot", "LotReference"]\n'
    known = parse(field, KNOWN)
    assert known.decode("FichierXml.A.LotReference.ID.value") == "Lot"
    assert known.explain("Le champ numeroLot est obligatoire").title == "Mandatory field missing: Lot"


MISTAKES = {
    "not TOML": ("[[failure]]\nid = ", "", "", 2),
    "an unknown table": ("[[failures]]\nid = 'a'\n", "", "failures", None),
    "no list": ("[failure]\nid = 'a'\n", "", "failure", None),
    "no id": (OURS.replace('id = "our.budget"\n', ""), "", "id", 2),
    "a bad id": (OURS.replace("our.budget", "Our Budget"), "Our Budget", "id", 2),
    "a bad action": (OURS.replace('"ask"', '"pray"'), "our.budget", "action", 2),
    "a bad second action": (OURS + 'also = ["pray"]', "our.budget", "", 2),
    "no remedy": (OURS.replace(', remedy = "Ask them."', ""), "our.budget", "en.remedy", 2),
    "no French": (OURS[: OURS.index("fr = ")], "our.budget", "fr", 2),
    "an empty title": (OURS.replace('"Budget clos"', '" "'), "our.budget", "fr.title", 2),
    "a misspelt key": (OURS.replace("patterns", "pattern"), "our.budget", "pattern", 2),
    "a number for words": (OURS.replace('["budget clos"]', "[3]"), "our.budget", "words", 2),
    "a word for yes": (OURS.replace("= true", "= 'yes'"), "our.budget", "by_recipient", 2),
    "an unknown variable part": (OURS.replace("{code}", "{budget}"), "our.budget", "patterns", 2),
    "a text without end": (OURS.replace("It is closed.", "x" * 3_000), "our.budget", "en.meaning", 2),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_costs_its_entry_and_is_told(name: str) -> None:
    """S1-080: file, entry and key; never an exception, and all else holds."""
    text, entry, key, line = MISTAKES[name]
    known = parse(text, KNOWN)
    (mistake,) = known.mistakes
    assert (mistake.entry, mistake.line) == (entry, line)
    assert mistake.key == key or not key
    assert mistake.message
    assert known.entries == KNOWN.entries


def test_one_mistake_does_not_cost_the_entries_beside_it() -> None:
    good = OURS.replace("our.budget", "our.other")
    known = parse(OURS.replace('"ask"', '"pray"') + good, KNOWN)
    assert [mistake.entry for mistake in known.mistakes] == ["our.budget"]
    assert known.explain("Le budget A-12 est clos depuis le 31/12/2025").id == "our.other"


def test_what_a_team_writes_is_safe_to_show() -> None:
    known = parse(OURS.replace("Ask them.", "Ask \\u001b]0;them\\u0007."), KNOWN)
    assert known.entries["our.budget"].en.remedy.isprintable()


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=200))
def test_no_text_of_a_team_stops_the_console(text: str) -> None:
    known = parse(f"{OURS}\n{text}", KNOWN)
    assert isinstance(known, Knowledge)
    assert known.explain("Header synthesis is not correct").known


# --- Speed ------------------------------------------------------------------------------------------------


def test_speed_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Loading < 30 ms, matching < 0.2 ms a message, on a quiet machine; printed, not asserted."""
    begun = time.perf_counter()
    known = parse(TEXT)
    loaded = time.perf_counter()
    known.explain("x")
    first = time.perf_counter()
    messages = [sample.message for sample in MESSAGES]
    report = [f"{messages[-1]} ligne: {row} - position: 12" for row in range(53)]
    for message in messages:
        known.explain(message)
    matched = time.perf_counter()
    again = [known.explain(f"{message} ") for message in messages]
    ended = time.perf_counter()
    ids = {known.explain(message).id for message in report}
    reported = time.perf_counter()
    told = (
        f"knowledge: {len(TEXT) // 1024} KB, {len(known.entries)} entries, loaded in {_ms(begun, loaded)}, "
        f"first message {_ms(loaded, first)}, then {_ms(first, matched, len(messages))} and once met "
        f"{_ms(matched, ended, len(again))} a message; a report of {len(report)} in {_ms(ended, reported)}"
    )
    with capsys.disabled():
        sys.stdout.write(f"\n{told}\n")
    assert len(ids) == 1


def _ms(begun: float, ended: float, count: int = 1) -> str:
    return f"{(ended - begun) / count * 1e3:.2f} ms"
