"""What names the invoice and says who gets it: number, date, parties, service, commitment."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from chorus_tui.domain.checks.case import Case, Problem, problem
from chorus_tui.domain.identifiers import is_public_siret, is_siret_shaped, siret_key_holds
from chorus_tui.domain.recipient import PUBLIC_INVOICES_SERVICE
from chorus_tui.domain.statuses import InvoiceKind, PaymentMeans

NUMBER_LENGTH = 20
COMMITMENT_LENGTH = 50
SERVICE_LENGTH = 100

_NUMBER = re.compile(r"[A-Za-z0-9 _/+-]+")
_DAY_FIRST = re.compile(r"(\d{1,2})[ _/-](\d{1,2})[ _/-](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[ _/-](\d{1,2})[ _/-](\d{1,2})")

NOT_FOR_CREDIT_NOTES = (
    PaymentMeans.TRANSFER,
    PaymentMeans.DIRECT_DEBIT,
    PaymentMeans.CHEQUE,
    PaymentMeans.CASH,
)


def _number(case: Case) -> Iterator[Problem]:
    number = case.fields.number or ""
    if not number.strip():
        yield problem("number.missing")
        return
    if len(number) > NUMBER_LENGTH:
        yield problem("number.long", length=len(number), limit=NUMBER_LENGTH)
    if not _NUMBER.fullmatch(number):
        yield problem("number.characters")
    if _is_date(number.strip(), case.fields.issued):
        yield problem("number.date")


def _is_date(number: str, issued: date | None) -> bool:
    """Whether a number is a date and nothing else. Eight digits may as well be year and rank, so they are
    taken for a date only where they are the invoice's own.
    """
    if issued is not None and number in (f"{issued:%Y%m%d}", f"{issued:%d%m%Y}"):
        return True
    if found := _DAY_FIRST.fullmatch(number):
        day, month, year = map(int, found.groups())
    elif found := _YEAR_FIRST.fullmatch(number):
        year, month, day = map(int, found.groups())
    else:
        return False
    return 1 <= month <= 12 and 1 <= day <= 31 and 1990 <= year <= 2100


def _dates(case: Case) -> Iterator[Problem]:
    issued, due = case.fields.issued, case.fields.due
    if issued is None:
        yield problem("issued.missing")
        return
    if issued > case.today:
        yield problem("issued.future")
    if due is not None and due < issued:
        yield problem("due.early")


def _kind(case: Case) -> Iterator[Problem]:
    fields = case.fields
    if fields.kind is None and "kind" in case.emptied:
        yield problem("kind.missing")
    if fields.payment_means is None and "payment_means" in case.emptied:
        yield problem("payment_means.missing")
    if fields.kind is not InvoiceKind.CREDIT_NOTE:
        return
    if not fields.original_number:
        yield problem("original_number.missing")
    if fields.payment_means in NOT_FOR_CREDIT_NOTES:
        yield problem("payment_means.credit_note")


def _supplier(case: Case) -> Iterator[Problem]:
    siret = case.fields.supplier_siret
    if not siret:
        yield problem("supplier.missing")
    elif not case.in_flow and (case.supplier is None or case.supplier.siret != siret):
        yield problem("supplier.unknown", siret=siret)


def _bank_account(case: Case) -> Iterator[Problem]:
    account, supplier = case.fields.bank_account, case.supplier
    if case.in_flow or account is None or supplier is None or supplier.fetched_at is None:
        return
    if all(known.id != account for known in supplier.bank_accounts):
        yield problem("bank_account.unknown")


def _recipient(case: Case) -> Iterator[Problem]:
    siret, recipient = case.fields.recipient_siret, case.known_recipient
    if not siret:
        yield problem("recipient.missing")
    elif not is_siret_shaped(siret):
        yield problem("recipient.shape")
    elif recipient is None:
        if not siret_key_holds(siret):
            yield problem("recipient.key")
        yield problem("recipient.unchecked")
    elif not recipient.id:
        yield problem("recipient.unknown")
    elif not recipient.active:
        yield problem("recipient.inactive")


def _service(case: Case) -> Iterator[Problem]:
    code, recipient = case.fields.service_code, case.known_recipient
    if code and len(code) > SERVICE_LENGTH:
        yield problem("service.long", limit=SERVICE_LENGTH)
    if code == PUBLIC_INVOICES_SERVICE and not is_public_siret(case.fields.supplier_siret or ""):
        yield problem("service.public")
    if recipient is None or not recipient.id:
        return
    if not code:
        needed, _commitment, _either = recipient.demands(None)
        if needed:
            yield problem("service.missing")
        return
    service = recipient.service(code)
    noon = datetime.combine(case.today, time(12), tzinfo=UTC)
    if service is None:
        yield problem("service.unknown", code=code)
    elif not service.is_open(noon):
        yield problem("service.closed", code=code)


def _commitment(case: Case) -> Iterator[Problem]:
    number, recipient = case.fields.commitment_number, case.known_recipient
    if number and len(number) > COMMITMENT_LENGTH:
        yield problem("commitment.long", limit=COMMITMENT_LENGTH)
    if number and case.commitment_known is False:
        yield problem("commitment.unknown")
    if recipient is None or number:
        return
    _service_needed, needed, either = recipient.demands(case.fields.service_code)
    if needed:
        yield problem("commitment.missing")
    elif either and not case.fields.service_code:
        yield problem("commitment.either")


def _frame(case: Case) -> Iterator[Problem]:
    frame, validator = case.fields.billing_frame, case.fields.validator_siret
    if frame is None and "billing_frame" in case.emptied:
        yield problem("frame.missing")
    if frame is None or not frame.needs_validator:
        return
    if not validator:
        yield problem("validator.missing")
    elif not is_siret_shaped(validator):
        yield problem("validator.shape")
    elif case.validator_known is False:
        yield problem("validator.unknown")
    elif not case.validator_known and not siret_key_holds(validator):
        yield problem("validator.key")


RULES = (_number, _dates, _kind, _supplier, _bank_account, _recipient, _service, _commitment, _frame)
"""In the order of the form."""
