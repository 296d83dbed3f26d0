"""The labels of an invoice's page, French and English, as regular expressions.

Every expression stays on one line (two where a value stands under its label) and repeats nothing twice over,
so that its time is bounded by the text's length.
"""

import re

from chorus_tui.domain.statuses import PaymentMeans

_FLAGS = re.IGNORECASE | re.MULTILINE
_SEPARATOR = r"[ :.…_=]*"
_NO = r"(?:n ?[°º]|num[ée]ros?|number|no\b\.?|#)"
_TOKEN = r"([A-Z0-9](?:[\w./-]{0,48}\w)?)(?![\w/])"  # noqa: S105  # an identifier, not a secret
_AMOUNT = r"(-? ?(?:\d{1,3}(?:[ .,]\d{3})+|\d+)[.,]\d{2}|-? ?\d{1,3}(?: \d{3})*(?= ?(?:€|EUR)))(?![\d.,]*\d)"
_BEFORE_AMOUNT = r"(?:[ :.…_=]|\(?\b(?:EUR|euros?|en euros)\b\)?|\(?€\)?)*\n?(?:[ :=]|€|EUR\b)*"
_AFTER_AMOUNT = r" *(?:€|EUR\b|euros?\b)? *$"

_MONTHS = (
    ("janvier", "january", "jan"), ("fevrier", "february", "fevr", "fev", "feb"), ("mars", "march", "mar"),
    ("avril", "april", "avr", "apr"), ("mai", "may"), ("juin", "june", "jun"),
    ("juillet", "july", "juil", "jul"),
    ("aout", "august", "aug"), ("septembre", "september", "sept", "sep"), ("octobre", "october", "oct"),
    ("novembre", "november", "nov"), ("decembre", "december", "dec"),
)  # fmt: skip
MONTH_OF = {word: number for number, words in enumerate(_MONTHS, 1) for word in words}
_DATE = (
    r"(\d{4}-\d{2}-\d{2}|\d{1,2}[/.-]\d{1,2}[/.-](?:20)?\d{2}"
    r"|\d{1,2}(?:er|st|nd|rd|th)? [^\W\d_]{3,9}\.? \d{4}|[^\W\d_]{3,9} \d{1,2},? \d{4})(?![\d/])"
)


def _labelled(labels: str, value: str, *, before: str = _SEPARATOR, after: str = "") -> re.Pattern[str]:
    return re.compile(rf"(?:^|(?<=[^\w-]))(?:{labels}){before}{value}{after}", _FLAGS)


_OWN = r"facture d'avoir|facture|avoir|invoice|credit note|note de cr[ée]dit"
CREDIT_WORDS = re.compile(r"avoir|credit note|cr[ée]dit", _FLAGS)
NUMBERS = (
    _labelled(rf"(?:{_OWN}) ?{_NO}", _TOKEN, before=r"[ :]*\n?[ :]*"),
    _labelled(rf"{_NO} ?(?:de |d'|de la |de l')?(?:{_OWN})", _TOKEN, before=r"[ :]*\n?[ :]*"),
    re.compile(rf"^(?:{_OWN})[ :]+{_TOKEN} *$", _FLAGS),
)
_ANOTHER = (
    r"li[ée]e?s?|d'origine|originale|initiale|rectifi[ée]e|annul[ée]e|concern[ée]e"
    r"|original|related|corrected|credited"
)
ORIGINALS = (
    _labelled(rf"facture (?:{_ANOTHER})(?: ?{_NO})?", _TOKEN),
    _labelled(
        rf"(?:sur|annule|annule et remplace|annulation de|rectifie|concerne|correspondant [àa]|relatif [àa])"
        rf" (?:la |votre |notre )?facture(?: ?{_NO})?",
        _TOKEN,
    ),
    _labelled(rf"(?:original|related|corrected|credited) invoice(?: ?{_NO})?", _TOKEN),
)
ISSUED = (
    _labelled(
        r"date (?:de |d'|de l'|de la )?(?:facture|facturation|[ée]mission|avoir)"
        r"|(?:factur[ée]e?|[ée]mise?) le|(?:invoice|issue|credit note) date|date of (?:issue|invoice)",
        _DATE,
        before=r"[ :]*\n?[ :]*",
    ),
    re.compile(rf"^(?:{_OWN})\b[^\n]{{0,60}}? (?:du|dated) {_DATE}", _FLAGS),
)
ISSUED_LOOSELY = (re.compile(rf"^(?:[^\W\d_][\w' -]{{1,40}}, le|date ?:?) {_DATE} *$", _FLAGS),)
DUE = (
    _labelled(
        r"date d'[ée]ch[ée]ance|[ée]ch[ée]ance(?: (?:le|au))?|[àa] (?:payer|r[ée]gler) (?:avant le|le)"
        r"|payable (?:avant le|le|by)|due date|due (?:by|on)",
        _DATE,
        before=r"[ :]*\n?[ :]*",
    ),
)
ENGLISH_DATE = re.compile(r"invoice|issue|due|dated|credit note|payable by", re.IGNORECASE)

NET = _labelled(
    r"(?:total|montant)(?: total)?(?: net| g[ée]n[ée]ral)? (?:h\.?t\.?|hors taxes?)(?: net)?"
    r"|net total|total (?:excl\.?|excluding|before) (?:vat|tax)",
    _AMOUNT,
    before=_BEFORE_AMOUNT,
    after=_AFTER_AMOUNT,
)
VAT = _labelled(
    r"(?:total|montant)(?: total)?(?: de la| des)? (?:t\.?v\.?a\.?|taxes?)"
    r"|(?:tax|vat) total|total (?:vat|tax)",
    _AMOUNT,
    before=_BEFORE_AMOUNT,
    after=_AFTER_AMOUNT,
)
GROSS = _labelled(
    r"(?:total|montant)(?: total| g[ée]n[ée]ral)? (?:t\.?t\.?c\.?|toutes taxes comprises)"
    r"|total (?:incl\.?|including) (?:vat|tax)|grand total",
    _AMOUNT,
    before=_BEFORE_AMOUNT,
    after=_AFTER_AMOUNT,
)
TO_PAY = _labelled(
    r"(?:net|solde|reste|montant|total) (?:[àa] payer|[àa] r[ée]gler|d[ûu])(?: t\.?t\.?c\.?)?"
    r"|net [àa] votre cr[ée]dit|(?:amount|balance|total) due|amount payable|residual",
    _AMOUNT,
    before=_BEFORE_AMOUNT,
    after=_AFTER_AMOUNT,
)
VAT_LINE = re.compile(
    rf"^(?:tva|t\.v\.a\.|vat)\b[^\n%]{{0,40}}?(\d{{1,2}}(?:[.,]\d{{1,2}})?) ?%"
    rf"(?: sur| on)?[ :|]*{_AMOUNT} ?€?[ :=|]+{_AMOUNT}{_AFTER_AMOUNT}",
    _FLAGS,
)

COMMITMENT = _labelled(
    rf"(?:{_NO} ?(?:d'|de l')?)?engagement(?: juridique)?(?: ?\(?ej\)?)?(?: ?{_NO})?"
    rf"|{_NO} ?(?:d')?ej|ej ?{_NO}|ej ?:|commitment number",
    _TOKEN,
)
ORDER = _labelled(
    rf"{_NO} ?(?:de |du )?(?:bon de )?commande|(?:bon de )?commande ?{_NO}|bon de commande ?:"
    rf"|(?:purchase )?order ?{_NO}|po ?{_NO}",
    _TOKEN,
)
CONTRACT = _labelled(
    rf"{_NO} ?(?:de |du )?march[ée]|march[ée] ?{_NO}|r[ée]f\.? march[ée]|contract ?{_NO}|agreement ref\.?",
    _TOKEN,
)
SERVICE_CODE = _labelled(
    rf"code (?:du )?service(?: ex[ée]cutant)?(?: ?\(?se\)?)?|code se|service ex[ée]cutant ?(?:{_NO}|\(code\))"
    r"|(?:performing )?service code",
    _TOKEN,
)
SERVICE_LABEL = re.compile(
    r"^(?:service (?:ex[ée]cutant|destinataire|prescripteur)|performing service|service) ?: *"
    r"([^\n]{2,100}?) *$",
    _FLAGS,
)

SIRET = re.compile(r"(?<!\d)\d{3}[ .]?\d{3}[ .]?\d{3}[ .]?\d{5}(?!\d)")
DATE_LIKE = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}")
SIRET_WORD = re.compile(r"siret", re.IGNORECASE)
OF_BUYER = re.compile(r"client|destinataire|acheteur|d[ée]biteur|customer|buyer|recipient", re.IGNORECASE)
OF_SELLER = re.compile(
    r"fournisseur|[ée]metteur|vendeur|prestataire|titulaire|supplier|seller"
    r"|\b(?:rcs|r\.c\.s|ape|naf|capital|sarl|sas|sasu|eurl|scop)\b",
    re.IGNORECASE,
)
_MEANS = (
    (PaymentMeans.TRANSFER, "virement|bank transfer|wire transfer"),
    (PaymentMeans.DIRECT_DEBIT, "pr[ée]l[èe]vement|direct debit"),
    (PaymentMeans.CHEQUE, "ch[èe]que|cheque"),
    (PaymentMeans.CASH, "esp[èe]ces|cash"),
)
_MEANS_LABEL = (
    r"(?:mode|moyen) de (?:r[èe]glement|paiement) ?:? *(?:par )?|payment (?:means|method) ?:? *(?:by )?"
)
MEANS_LINES = tuple(
    (means, re.compile(rf"(?:{_MEANS_LABEL})(?:{words})\b", _FLAGS)) for means, words in _MEANS
)
TITLE = re.compile(rf"^(?:{_OWN})\b(?! [àa] r[ée]gler)", _FLAGS)
EURO = re.compile(r"\d ?€|\d ?EUR\b|\bEUR ?\d|€ ?\d")
SPACES = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "’": "'", "−": "-", "\ufffd": " "}
)
