"""Every service, against the simulated Chorus Pro; both directions of every call are held to the contract."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from chorus_tui.chorus import Analysis, ChorusPro, Criteria, Refused, RequestRefused, SignInRefused
from chorus_tui.chorus.errors import AccountRefused
from chorus_tui.domain.document import Attachment
from chorus_tui.domain.fields import InvoiceFields, VatLine
from chorus_tui.domain.intent import Submission
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.recipient import STATE_SIRET, BankAccount, Choice
from chorus_tui.domain.statuses import BillingFrame, InvoiceKind, InvoiceStatus, PaymentMeans, VatRegime
from chorus_tui.sandbox import ManualClock, Sandbox
from chorus_tui.settings import Connection
from tests.contract.contract import ContractTransport
from tests.pdfs import invoice_pdf

SERVICE_MANDATORY = "12345678200028"
NOTHING_MANDATORY = "12345678200051"
SUPPLIER = 26300101
FIELDS = InvoiceFields(
    number="F2026-1",
    issued=date(2026, 11, 20),
    kind=InvoiceKind.INVOICE,
    recipient_siret=NOTHING_MANDATORY,
    billing_frame=BillingFrame.A1,
    currency="EUR",
    payment_means=PaymentMeans.TRANSFER,
    vat_lines=(VatLine(Decimal(20), Decimal("1000.10"), Decimal("200.02"), "TVA5"),),
    net=Decimal("1000.10"),
    vat=Decimal("200.02"),
    gross=Decimal("1200.12"),
    to_pay=Decimal("1200.12"),
)


async def every_invoice(chorus: ChorusPro, criteria: Criteria) -> list[Invoice]:
    return [invoice async for page in chorus.search(criteria) for invoice in page.invoices]


async def ready(chorus: ChorusPro, fields: InvoiceFields = FIELDS, *attachments: Attachment) -> Submission:
    analysis = await chorus.analyse_pdf("facture.pdf", invoice_pdf())
    return Submission(
        fields=fields,
        supplier_id=SUPPLIER,
        main_attachment_id=analysis.analysis_id,
        main_attachment_name="facture.pdf",
        attachments=attachments,
    )


async def test_health_is_up(chorus: ChorusPro) -> None:
    assert await chorus.health()


async def test_the_api_can_be_down_while_its_health_check_is_up(chorus: ChorusPro, sandbox: Sandbox) -> None:
    """S1-083."""
    sandbox.faults.inject("*", "unavailable", times=None)
    assert await chorus.health()
    with pytest.raises(Exception, match="not available"):
        await chorus.suppliers()


async def test_signing_in_asks_for_a_token_each_time(chorus: ChorusPro, sandbox: Sandbox) -> None:
    """S1-004."""
    await chorus.sign_in()
    await chorus.sign_in()
    assert sandbox.exchanges.calls("token") == 2


@pytest.mark.parametrize("wrong", ["client_id", "client_secret"])
async def test_wrong_application_identifiers_are_refused_by_piste(
    wrong: str, connection: Connection, transport: ContractTransport
) -> None:
    credentials = msgspec.structs.replace(connection.credentials, **{wrong: "wrong"})
    async with ChorusPro(
        msgspec.structs.replace(connection, credentials=credentials), transport=transport
    ) as chorus:
        with pytest.raises(SignInRefused, match="invalid_client"):
            await chorus.sign_in()


@pytest.mark.parametrize("wrong", ["login", "password"])
async def test_a_wrong_technical_account_is_told_from_a_wrong_application(
    wrong: str, connection: Connection, transport: ContractTransport
) -> None:
    credentials = msgspec.structs.replace(connection.credentials, **{wrong: "wrong"})
    async with ChorusPro(
        msgspec.structs.replace(connection, credentials=credentials), transport=transport
    ) as chorus:
        await chorus.sign_in()
        with pytest.raises(AccountRefused):
            await chorus.suppliers()


async def test_a_token_that_the_server_forgot_is_renewed_once_for_all_calls(
    chorus: ChorusPro, sandbox: Sandbox
) -> None:
    await chorus.suppliers()
    sandbox.faults.inject("*", "expired_token")
    answers = await asyncio.gather(*(chorus.suppliers() for _ in range(20)))
    assert all(answers)
    assert sandbox.exchanges.calls("token") == 2


async def test_a_token_that_expired_meanwhile_is_renewed(
    chorus: ChorusPro, sandbox: Sandbox, clock: ManualClock
) -> None:
    await chorus.suppliers()
    clock.turn(timedelta(hours=2))
    assert await chorus.suppliers()
    assert sandbox.exchanges.calls("token") == 2


async def test_suppliers_are_those_the_account_acts_for(chorus: ChorusPro, sandbox: Sandbox) -> None:
    suppliers = await chorus.suppliers()
    assert {supplier.siret for supplier in suppliers} == {"83990121200010", "83990121200028"}
    assert suppliers[0].id == SUPPLIER
    assert suppliers[0].name == "ATELIER BRUME SARL"
    assert suppliers[0].fetched_at == sandbox.clock.now()


async def test_bank_accounts_of_a_supplier(chorus: ChorusPro) -> None:
    assert await chorus.bank_accounts(26300102) == (BankAccount(144060, "Compte agence de Nantes"),)


async def test_memberships_name_structures_and_roles(chorus: ChorusPro) -> None:
    memberships = await chorus.memberships()
    assert {member.siret for member in memberships} == {"83990121200010", "83990121200028"}
    assert all(member.structure_id and member.name and member.status for member in memberships)


async def test_a_recipient_is_found_by_siret(chorus: ChorusPro) -> None:
    (found,) = await chorus.find_recipients("123 456 782 00028")
    assert found.siret == SERVICE_MANDATORY
    assert found.checked_at is None


async def test_a_recipient_is_found_by_words_of_its_name(chorus: ChorusPro) -> None:
    found = await chorus.find_recipients(" val d'orée ")
    assert SERVICE_MANDATORY in {recipient.siret for recipient in found}


async def test_nothing_is_asked_for_an_empty_text(chorus: ChorusPro, sandbox: Sandbox) -> None:
    assert await chorus.find_recipients("  ") == ()
    assert sandbox.exchanges.total == 0


async def test_words_nobody_has_find_nothing(chorus: ChorusPro) -> None:
    assert await chorus.find_recipients("zzzz inconnue") == ()
    assert await chorus.recipient("99999999999999") is None


async def test_a_recipient_says_what_it_makes_mandatory(chorus: ChorusPro, sandbox: Sandbox) -> None:
    """S1-084, S1-087: the three flags, in every combination of the world."""
    for known in sandbox.world.recipients:
        recipient = await chorus.recipient(known.siret)
        assert recipient is not None
        assert recipient.id == known.id
        assert recipient.active is known.active
        assert recipient.checked_at == sandbox.clock.now()
        if not known.active:
            continue
        assert recipient.service_required is known.service
        assert recipient.commitment_required is known.commitment
        assert recipient.service_or_commitment is known.either
        assert {service.code for service in recipient.services} == {s.code for s in known.services}


async def test_services_say_whether_they_are_open(chorus: ChorusPro) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    recipient = await chorus.recipient(STATE_SIRET)
    assert recipient is not None
    is_open = {service.code: service.is_open(now) for service in recipient.services}
    assert is_open["SFACETAT"]
    assert not is_open["DDTM029"]
    assert not is_open["MISSION2024"]


async def test_a_service_says_whether_it_wants_a_commitment_number(chorus: ChorusPro) -> None:
    schools = await chorus.service(26400002, 10136513)
    assert (schools.code, schools.commitment_required) == ("ECOLES", True)
    water = await chorus.service(26400002, 10136512)
    assert (water.code, water.commitment_required) == ("EAU_ASSAINISSEMENT", False)


async def test_commitments_of_the_state_are_known(chorus: ChorusPro) -> None:
    """S1-089."""
    (commitment,) = await chorus.commitments(STATE_SIRET, "1400000003")
    assert commitment.number == "1400000003"
    assert commitment.total == Decimal("4200.5")
    assert commitment.state
    assert await chorus.commitments(STATE_SIRET, "9999") == ()


async def test_lists_that_chorus_pro_keeps(chorus: ChorusPro) -> None:
    assert Choice("TVA3", "Taux réduit 5,5 %", "5.5") in await chorus.vat_rates()
    assert Choice("BDC", "Bon de commande") in await chorus.attachment_types()
    assert {choice.code for choice in await chorus.billing_frames()} == {"A1", "A2", "A9", "A12"}
    assert {choice.code for choice in await chorus.payment_means()} >= {"transfer", "direct_debit"}


async def test_a_pdf_is_analysed(chorus: ChorusPro) -> None:
    analysis = await chorus.analyse_pdf("facture.pdf", invoice_pdf(number="F2026-77"))
    assert isinstance(analysis, Analysis)
    assert analysis.fields.number == "F2026-77"
    assert analysis.analysis_id > 0


async def test_a_pdf_that_cannot_be_analysed_is_refused_with_its_reason(chorus: ChorusPro) -> None:
    """S1-063, S1-086."""
    with pytest.raises(Refused) as caught:
        await chorus.analyse_pdf("facture.pdf", b"no PDF at all")
    assert "analys" in caught.value.label


async def test_a_file_too_large_is_refused_in_words(chorus: ChorusPro) -> None:
    with pytest.raises(RequestRefused) as caught:
        await chorus.analyse_pdf("facture.pdf", bytes(11 * 1024 * 1024))
    assert caught.value.code == 413
    assert "10 MB" in caught.value.advice
    with pytest.raises(Refused) as refused:
        await chorus.upload("plan.pdf", bytes(11 * 1024 * 1024))
    assert refused.value.code == 20003


async def test_an_invoice_is_submitted_and_found_again(chorus: ChorusPro, sandbox: Sandbox) -> None:
    receipt = await chorus.submit(await ready(chorus))
    assert receipt.number == "F2026-1"
    assert receipt.status is InvoiceStatus.SUBMITTED
    assert receipt.deposited == date(2026, 11, 23)
    (found,) = await every_invoice(chorus, Criteria(number="F2026-1", supplier_id=SUPPLIER))
    assert found.id == receipt.invoice_id
    assert found.supplier_siret == "83990121200010"
    assert found.recipient_siret == NOTHING_MANDATORY
    assert found.issued == date(2026, 11, 20)
    assert (found.net, found.gross, found.to_pay) == (
        Decimal("1000.10"),
        Decimal("1200.12"),
        Decimal("1200.12"),
    )
    assert found.status_at == sandbox.clock.now()
    assert found.deposit_mode == "DEPOT_PDF_API"
    assert found.kind is InvoiceKind.INVOICE


async def test_an_invoice_goes_with_its_attachments(chorus: ChorusPro) -> None:
    uploaded = await chorus.upload("bon de commande.pdf", invoice_pdf())
    attachment = Attachment(
        name="bon de commande.pdf", sha256="0" * 64, size=3, type_code="BDC", chorus_id=uploaded
    )
    assert (await chorus.submit(await ready(chorus, FIELDS, attachment))).invoice_id


async def test_a_credit_note_a_subcontractors_invoice_and_one_without_vat_are_taken(
    chorus: ChorusPro,
) -> None:
    change = msgspec.structs.replace
    note = change(FIELDS, number="A1", kind=InvoiceKind.CREDIT_NOTE, original_number="P2026-0412")
    sub = change(
        FIELDS,
        number="S1",
        billing_frame=BillingFrame.A9,
        validator_siret="81990222200010",
        bank_account=144050,
    )
    zero = Decimal(0)
    bare = change(
        FIELDS,
        number="N1",
        vat_regime=VatRegime.NONE,
        vat_lines=(VatLine(zero, Decimal("1000.10"), zero),),
        vat=zero,
        gross=FIELDS.net,
        to_pay=FIELDS.net,
    )
    receipts = [await chorus.submit(await ready(chorus, fields)) for fields in (note, sub, bare)]
    assert receipts[1].status is InvoiceStatus.TO_BE_VALIDATED
    (found,) = await every_invoice(chorus, Criteria(number="A1"))
    assert found.kind is InvoiceKind.CREDIT_NOTE


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"recipient_siret": SERVICE_MANDATORY}, "service exécutant.*obligatoire"),
        ({"recipient_siret": "12345678200036"}, "engagement.*obligatoire"),
        ({"recipient_siret": "21991819000014"}, "inactif"),
        ({"number": "P2026-0412"}, "déjà"),
        ({"gross": Decimal("1200.13")}, "TTC"),
        (
            {
                "recipient_siret": STATE_SIRET,
                "service_code": "SFACETAT",
                "commitment_number": "1400000002",
            },
            "cohérence",
        ),
    ],
)
async def test_a_refusal_comes_with_chorus_pros_words(
    chorus: ChorusPro, change: dict[str, object], word: str
) -> None:
    """S1-066, S1-084, S1-087, S1-088, S1-089."""
    submission = await ready(chorus, msgspec.structs.replace(FIELDS, **change))
    with pytest.raises(Refused, match=word) as caught:
        await chorus.submit(submission)
    assert caught.value.code != 0


async def test_an_attachment_nobody_uploaded_is_refused(chorus: ChorusPro) -> None:
    """S1-085."""
    submission = msgspec.structs.replace(await ready(chorus), main_attachment_id=424242)
    with pytest.raises(Refused, match="424242"):
        await chorus.submit(submission)


async def test_tracking_finds_what_changed_since(
    chorus: ChorusPro, days: Callable[[float], None], sandbox: Sandbox
) -> None:
    receipt = await chorus.submit(await ready(chorus))
    since = sandbox.clock.now()
    days(0.02)
    changed = await every_invoice(chorus, Criteria(changed_since=since + timedelta(minutes=1)))
    assert receipt.invoice_id in {invoice.id for invoice in changed}
    days(60)
    assert await every_invoice(chorus, Criteria(changed_since=sandbox.clock.now())) == []


async def test_a_recipients_words_come_with_the_row_and_with_the_history(chorus: ChorusPro) -> None:
    (suspended,) = await every_invoice(chorus, Criteria(number="P2026-0431"))
    assert suspended.status is InvoiceStatus.SUSPENDED
    assert suspended.comment == "Il manque l'attestation de fin de chantier."
    history = await chorus.history(suspended.id)
    assert history.changes[0].status is InvoiceStatus.SUSPENDED
    assert history.changes[0].comment == suspended.comment
    assert history.changes[0].who == "Sonia Ferrand"
    assert "sonia.ferrand@valdoree.example" in history.changes[0].contact
    assert history.changes[-1].status is InvoiceStatus.SUBMITTED
    moments = [change.at for change in history.changes if change.at]
    assert moments == sorted(moments, reverse=True)


async def test_a_search_by_status_and_by_handled_rejection(chorus: ChorusPro) -> None:
    rejected = await every_invoice(chorus, Criteria(statuses=(InvoiceStatus.REJECTED,)))
    open_ones = await every_invoice(
        chorus, Criteria(statuses=(InvoiceStatus.REJECTED,), rejection_handled=False)
    )
    assert {invoice.number for invoice in rejected} - {invoice.number for invoice in open_ones} == {
        "P2026-0398"
    }


async def test_one_invoice_is_consulted(chorus: ChorusPro) -> None:
    (row,) = await every_invoice(chorus, Criteria(number="P2026-0412"))
    invoice = await chorus.invoice(row.id)
    told_by_the_row_alone = {"status_at": None, "comment": "", "flow_number": ""}
    assert invoice == msgspec.structs.replace(row, **told_by_the_row_alone)


async def test_an_invoice_nobody_has_is_refused(chorus: ChorusPro) -> None:
    with pytest.raises(Refused):
        await chorus.invoice(1)
    with pytest.raises(Refused):
        await chorus.history(1)


# What a supplier answers to an invoice that came back (API 2.4 to 2.7)

SUSPENDED, TO_RECYCLE, REJECTED, SUBCONTRACTED = 8420002, 8420005, 8420003, "ST-2026-011"


async def found(chorus: ChorusPro, number: str) -> Invoice:
    [invoice] = await every_invoice(chorus, Criteria(number=number))
    return invoice


async def test_a_suspended_invoice_is_completed_with_a_file_uploaded_before(chorus: ChorusPro) -> None:
    """S1-042…044."""
    file_id = await chorus.upload("attestation.pdf", b"%PDF-1.7")
    file = Attachment(
        name="attestation.pdf",
        sha256="0" * 64,
        size=8,
        type_code="BDL",
        label="Attestation",
        chorus_id=file_id,
    )
    receipt = await chorus.complete(SUSPENDED, [file], "Ci-joint")
    assert (receipt.invoice_id, receipt.number) == (SUSPENDED, "P2026-0431")
    assert (await found(chorus, "P2026-0431")).status is receipt.status is InvoiceStatus.COMPLETED
    history = await chorus.history(SUSPENDED)
    assert [change.status for change in history.changes[:2]] == [
        InvoiceStatus.COMPLETED,
        InvoiceStatus.SUSPENDED,
    ]


async def test_an_invoice_is_recycled_to_another_recipient(chorus: ChorusPro) -> None:
    """S1-045…048: amounts and number stay."""
    before = await found(chorus, "EDI-26-77120")
    receipt = await chorus.recycle(TO_RECYCLE, SERVICE_MANDATORY, "ECOLES", "M-1", "Bon service")
    after = await found(chorus, "EDI-26-77120")
    assert after.status is receipt.status is InvoiceStatus.SUBMITTED
    assert (after.recipient_siret, after.service_code, after.commitment_number) == (
        SERVICE_MANDATORY,
        "ECOLES",
        "M-1",
    )
    assert (after.number, after.net, after.gross) == (before.number, before.net, before.gross)


async def test_a_rejection_is_marked_as_dealt_with(chorus: ChorusPro) -> None:
    """S1-051, S1-053: the mark can be searched for."""
    await chorus.settle_rejections([REJECTED], "remplacée par P2026-0500")
    assert (await chorus.invoice(REJECTED)).is_settled
    open_ones = await every_invoice(
        chorus, Criteria(statuses=(InvoiceStatus.REJECTED,), rejection_handled=False)
    )
    assert REJECTED not in [invoice.id for invoice in open_ones]


async def test_a_wrong_validator_is_corrected(chorus: ChorusPro, sandbox: Sandbox) -> None:
    """API 2.7."""
    invoice = await found(chorus, SUBCONTRACTED)
    sandbox.deny_validator(invoice.id)
    await chorus.correct_validator(invoice.id, "81990222200010")
    assert (await found(chorus, SUBCONTRACTED)).status is InvoiceStatus.TO_BE_VALIDATED


async def test_replies_are_refused_as_documented(chorus: ChorusPro, sandbox: Sandbox) -> None:
    """API 2.4: 20000 unknown, 20001 no right, 20002 another status; nothing changes by that."""
    for invoice_id, code, word in (
        (1, 20000, "GDP_MSG_11.008"),
        (8420015, 20001, "GDP_MSG_11.005"),
        (REJECTED, 20002, "GDP_MSG_11.033"),
    ):
        with pytest.raises(Refused) as caught:
            await chorus.complete(invoice_id, [], "x")
        assert (caught.value.code, word in caught.value.label) == (code, True)
    for refused in (
        chorus.recycle(SUSPENDED, NOTHING_MANDATORY),
        chorus.settle_rejections([SUSPENDED]),
        chorus.correct_validator(SUSPENDED, "81990222200010"),
    ):
        with pytest.raises(Refused):
            await refused
    assert (await found(chorus, "P2026-0431")).status is InvoiceStatus.SUSPENDED
