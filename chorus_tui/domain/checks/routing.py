"""What names the invoice and says who gets it: number, date, parties, service, commitment."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time

from chorus_tui.domain.checks.case import Case, Problem
from chorus_tui.domain.identifiers import is_siret_shaped, siret_key_holds
from chorus_tui.domain.recipient import PUBLIC_INVOICES_SERVICE
from chorus_tui.domain.statuses import InvoiceKind
from chorus_tui.i18n import N_

NUMBER_LENGTH = 20
COMMITMENT_LENGTH = 50
SERVICE_LENGTH = 100

_NUMBER = re.compile(r"[A-Za-z0-9 _/+-]+")


def _number(case: Case) -> Iterator[Problem]:
    number = (case.fields.number or "").strip()
    if not number:
        yield Problem("number.missing", "number", N_("The invoice number is missing."))
        return
    if len(number) > NUMBER_LENGTH:
        yield Problem(
            "number.long",
            "number",
            N_("The invoice number has {length} characters; Chorus Pro takes {limit} at most."),
            args={"length": len(number), "limit": NUMBER_LENGTH},
        )
    if not _NUMBER.fullmatch(number):
        yield Problem(
            "number.characters",
            "number",
            N_("In an invoice number only letters without accents, digits, spaces and - _ / + are allowed."),
        )


def _issued(case: Case) -> Iterator[Problem]:
    if case.fields.issued is None:
        yield Problem("issued.missing", "issued", N_("The invoice date is missing."))
    elif case.fields.issued > case.today:
        yield Problem("issued.future", "issued", N_("The invoice date is in the future."))


def _kind(case: Case) -> Iterator[Problem]:
    if case.fields.kind is InvoiceKind.CREDIT_NOTE and not case.fields.original_number:
        yield Problem(
            "original_number.missing",
            "original_number",
            N_("A credit note usually names the invoice that it corrects."),
            blocking=False,
        )


def _supplier(case: Case) -> Iterator[Problem]:
    siret = case.fields.supplier_siret
    if not siret:
        yield Problem("supplier.missing", "supplier_siret", N_("The supplier's SIRET is missing."))
    elif case.supplier is None or case.supplier.siret != siret:
        yield Problem(
            "supplier.unknown",
            "supplier_siret",
            N_("Supplier {siret} is not among the structures that this technical account sends for."),
            args={"siret": siret},
        )


def _bank_account(case: Case) -> Iterator[Problem]:
    account, supplier = case.fields.bank_account, case.supplier
    if account is None or supplier is None or supplier.fetched_at is None:
        return
    if all(known.id != account for known in supplier.bank_accounts):
        yield Problem(
            "bank_account.unknown",
            "bank_account",
            N_("This bank account is not one of the supplier's in Chorus Pro."),
        )


def _recipient(case: Case) -> Iterator[Problem]:
    siret, recipient = case.fields.recipient_siret, case.known_recipient
    if not siret:
        yield Problem("recipient.missing", "recipient_siret", N_("The recipient is missing."))
        return
    if not is_siret_shaped(siret):
        yield Problem(
            "recipient.shape",
            "recipient_siret",
            N_("A recipient's SIRET has fourteen digits, no more and no less."),
        )
        return
    if recipient is None:
        if not siret_key_holds(siret):
            yield Problem(
                "recipient.key",
                "recipient_siret",
                N_("The recipient's SIRET fails its check digits; some real ones do."),
                blocking=False,
            )
        yield Problem(
            "recipient.unchecked",
            "recipient_siret",
            N_("This recipient has not been looked up in Chorus Pro yet."),
            blocking=False,
        )
    elif not recipient.id:
        yield Problem("recipient.unknown", "recipient_siret", N_("Chorus Pro does not know this recipient."))
    elif not recipient.active:
        yield Problem(
            "recipient.inactive",
            "recipient_siret",
            N_("This recipient is inactive in Chorus Pro and takes no invoices."),
        )


def _service(case: Case) -> Iterator[Problem]:
    code, recipient = case.fields.service_code, case.known_recipient
    if code and len(code) > SERVICE_LENGTH:
        yield Problem(
            "service.long",
            "service_code",
            N_("The service code is longer than {limit} characters."),
            args={"limit": SERVICE_LENGTH},
        )
    if code == PUBLIC_INVOICES_SERVICE:
        yield Problem(
            "service.public",
            "service_code",
            N_("This service is for bills between public bodies; a private supplier's invoice is rejected."),
            blocking=False,
        )
    if recipient is None or not recipient.id:
        return
    if not code:
        needed, _commitment, _either = recipient.demands(None)
        if needed:
            yield Problem(
                "service.missing", "service_code", N_("A performing service is mandatory for this recipient.")
            )
        return
    service = recipient.service(code)
    noon = datetime.combine(case.today, time(12), tzinfo=UTC)
    if service is None:
        yield Problem(
            "service.unknown",
            "service_code",
            N_("This recipient has no service {code}."),
            args={"code": code},
        )
    elif not service.is_open(noon):
        yield Problem(
            "service.closed",
            "service_code",
            N_("Service {code} is closed and takes no invoices."),
            args={"code": code},
        )


def _commitment(case: Case) -> Iterator[Problem]:
    number, recipient = case.fields.commitment_number, case.known_recipient
    if number and len(number) > COMMITMENT_LENGTH:
        yield Problem(
            "commitment.long",
            "commitment_number",
            N_("The commitment number is longer than {limit} characters."),
            args={"limit": COMMITMENT_LENGTH},
        )
    if number and case.commitment_known is False:
        yield Problem(
            "commitment.unknown",
            "commitment_number",
            N_("The State does not know this commitment number."),
        )
    if recipient is None or number:
        return
    _service_needed, needed, either = recipient.demands(case.fields.service_code)
    if needed:
        yield Problem(
            "commitment.missing",
            "commitment_number",
            N_("A commitment number is mandatory for this recipient and service."),
        )
    elif either and not case.fields.service_code:
        yield Problem(
            "commitment.either",
            "commitment_number",
            N_("This recipient needs a performing service or a commitment number."),
        )


def _frame(case: Case) -> Iterator[Problem]:
    frame, validator = case.fields.billing_frame, case.fields.validator_siret
    if frame is None or not frame.needs_validator:
        return
    if not validator:
        yield Problem(
            "validator.missing",
            "validator_siret",
            N_("With this billing frame, name the structure that approves first."),
        )
    elif not is_siret_shaped(validator):
        yield Problem("validator.shape", "validator_siret", N_("The validator's SIRET has fourteen digits."))


RULES = (_number, _issued, _kind, _supplier, _bank_account, _recipient, _service, _commitment, _frame)
"""In the order of the form."""
