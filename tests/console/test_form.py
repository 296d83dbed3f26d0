"""The form: complete, validate, the next one; nothing typed is lost."""

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import submit
from chorus_tui.operations.matching import decide
from chorus_tui.ui.screens.form import InvoiceForm
from chorus_tui.ui.screens.form_layout import Stop
from chorus_tui.ui.screens.to_submit import ToSubmit
from tests.console.billing import COUNTY, STATE, VALLEY, clerk_of, ready, refused
from tests.house import House
from tests.pdfs import encrypted, invoice_pdf, many_pages
from tests.sheets import RECIPIENT, Party

NOBODY = Party("Mairie de Nulle-Part", "")


async def test_the_page_stands_beside_the_fields_at_eighty_columns(tmp_path: Path) -> None:
    """S1-022."""
    async with House(tmp_path) as house:
        await house.ready("FA-1")
        async with clerk_of(house) as clerk:
            await clerk.keys("enter")
            assert clerk.sees("Number*", "Recipient*", "COMMUNE DE SAINT-ELME")
            page = [line[47:] for line in clerk.lines[3:]]
            assert any("ATELIER BRUME SARL" in line for line in page)
            assert any("Facture n° FA-1" in line for line in page)


async def test_validate_sends_and_opens_the_next_one_until_none_is_left(tmp_path: Path) -> None:
    """S1-023, S1-024, S1-025."""
    async with House(tmp_path) as house:
        await ready(house, "FA-1", "FA-2", "FA-3")
        async with clerk_of(house) as clerk:
            await clerk.keys("enter")
            assert clerk.sees("FA-1.pdf", "1 of 3")
            await clerk.keys("f9")
            assert clerk.sees("FA-2.pdf", "2 of 3")
            assert "FA-1 is queued for submission." in clerk.status
            await clerk.keys("f9")
            assert clerk.sees("FA-3.pdf", "3 of 3")
            await clerk.keys("f9")
            assert isinstance(clerk.app.screen, ToSubmit)
            assert "FA-3 is queued for submission. No other invoice waits" in clerk.status
            await house.settle()
            await clerk.news()
            assert not clerk.list.rows.shown
            for number in ("FA-1", "FA-2", "FA-3"):
                assert house.deposited(number) == 1
                assert house.invoice(number).document_name == f"{number}.pdf"


async def test_what_was_sent_is_no_draft_any_more(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await ready(house, "FA-1")
        async with clerk_of(house) as clerk:
            await clerk.keys("enter", *"FA77", "f9")
            assert "FA77 is queued" in clerk.status
            assert house.store.drafts.all() == []


async def test_of_marked_rows_only_those_are_opened(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await ready(house, "FA-1", "FA-2", "FA-3")
        async with clerk_of(house) as clerk:
            await clerk.press("space", "down", "space")
            await clerk.keys("c")
            assert clerk.sees("of 2")
            await clerk.keys("f9")
            await clerk.keys("f9")
            assert isinstance(clerk.app.screen, ToSubmit)
            assert house.document("FA-2.pdf").state is DocumentState.TO_SUBMIT


async def test_what_is_missing_is_named_and_filled_in_and_sent(tmp_path: Path) -> None:
    """S1-069, S1-066."""
    async with House(tmp_path) as house:
        await house.ready("FA-1", recipient=COUNTY)
        async with clerk_of(house) as clerk:
            await clerk.keys("enter")
            assert clerk.form.typist.at == Stop("service_code")
            await clerk.keys("f9")
            assert "Not sent. 2 fields to put right: Service, Commitment number." in clerk.status
            assert house.deposited("FA-1") == 0
            await clerk.keys("enter", "enter", *"E1", "f9")
            await house.settle()
            assert house.deposited("FA-1") == 1
            assert house.invoice("FA-1").commitment_number == "E1"


async def test_a_refused_invoice_shows_why_until_something_changes(tmp_path: Path) -> None:
    """S1-068, S1-069."""
    async with House(tmp_path) as house:
        await refused(house, "FA-9")
        async with clerk_of(house) as clerk:
            await clerk.keys("enter")
            assert clerk.sees("déjà", "1 to put right")
            await clerk.keys("f9")
            assert "Not sent. 1 field to put right: Number." in clerk.status
            await clerk.keys(*"FA10", "f9")
            await house.settle()
            assert house.deposited("FA10") == 1


async def test_leaving_keeps_what_was_typed_valid_or_not(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        async with clerk_of(house) as clerk:
            await clerk.keys("enter", *"FA77", "down", *"soon", "escape")
            assert isinstance(clerk.app.screen, ToSubmit)
            assert "What you typed for FA-1.pdf is kept." in clerk.status
            await clerk.keys("enter")
            assert clerk.sees("FA77", "soon", "Not a date.", "stands here again")
            assert house.again_of(document).fields.number == "FA-1"


async def test_a_dropped_connection_loses_nothing_that_was_typed(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.ready("FA-1")
        async with clerk_of(house) as clerk:
            await clerk.keys("enter", *"FA7")
            clerk.app.leave_at_once()
        await house.again()
        async with clerk_of(house) as clerk:
            await clerk.keys("enter")
            assert clerk.form.typist.sheet.text("number") == "FA7"


async def test_going_to_another_place_and_back_keeps_the_form(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.ready("FA-1")
        async with clerk_of(house) as clerk:
            await clerk.keys("enter", *"FA7", "f4")
            assert house.store.drafts.all()[0].typed == {"number": "FA7"}
            await clerk.keys("f2")
            assert isinstance(clerk.app.screen, InvoiceForm)
            await clerk.keys("8")
            assert clerk.form.typist.sheet.text("number") == "FA78"


async def test_a_recipient_is_found_in_chorus_pro_and_brings_its_services(tmp_path: Path) -> None:
    """S1-047, S1-048: the same field serves completing and, later, recycling."""
    async with House(tmp_path) as house:
        await house.ready("FA-1", fields={"recipient_siret": None}, recipient=NOBODY)
        async with clerk_of(house) as clerk:
            await clerk.keys("enter")
            assert clerk.sees("The recipient is missing.")
            await clerk.type("communes du val")
            await clerk.keys("enter")
            assert clerk.sees("COMMUNAUTE DE COMMUNES", VALLEY.siret)
            await clerk.keys("enter")
            assert clerk.reads("A performing service is mandatory")
            await clerk.keys("e", "a", "u")
            assert clerk.sees("EAU_ASSAINISSEMENT")
            await clerk.keys("enter", "f9")
            await house.settle()
            assert house.invoice("FA-1").service_code == "EAU_ASSAINISSEMENT"


async def test_a_service_that_demands_a_commitment_number_says_so_once_it_is_chosen(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.ready("FA-1", recipient=VALLEY)
        async with clerk_of(house) as clerk:
            await clerk.keys("enter", *"ecoles", "enter")
            assert clerk.reads("Commitment number*", "A commitment number is mandatory")


async def test_a_search_without_chorus_pro_says_what_is_broken(tmp_path: Path) -> None:
    """S1-083."""
    async with House(tmp_path) as house:
        await house.ready("FA-1")
        async with clerk_of(house) as clerk:
            house.sandbox.faults.inject("*", "unavailable", None)
            await clerk.keys("enter")
            clerk.form.typist.go(Stop("recipient_siret"))
            await clerk.keys(*"brest", "enter")
            assert clerk.sees("Chorus Pro is not available")


async def test_a_known_label_fills_the_service_in(tmp_path: Path) -> None:
    """S1-026."""
    async with House(tmp_path) as house:
        await house.ready("FA-1", recipient=VALLEY, fields={"service_label": "Pôle des écoles"})
        decide(house.desk, VALLEY.siret, "Pôle des écoles", "EAU_ASSAINISSEMENT")
        async with clerk_of(house) as clerk:
            await clerk.keys("enter")
            assert clerk.sees("EAU_ASSAINISSEME", "Eau et assainissement")


@pytest.mark.parametrize(("number", "blocks"), [("1400000001", False), ("999", True)])
async def test_the_state_is_asked_about_the_commitment_number(
    tmp_path: Path, number: str, blocks: bool
) -> None:
    """S1-089."""
    async with House(tmp_path) as house:
        await house.ready("FA-1", recipient=STATE, fields={"service_code": "SFACETAT"})
        async with clerk_of(house) as clerk:
            await clerk.keys("enter")
            clerk.form.typist.go(Stop("commitment_number"))
            await clerk.keys(*number, "tab")
            assert clerk.reads("The State does not know this commitment number.") is blocks


async def test_wrong_metadata_is_corrected_and_the_document_analysed_again(tmp_path: Path) -> None:
    """S1-072."""
    async with House(tmp_path, rule={"supplier": "99999999900017"}) as house:
        document = await house.ready("FA-1")
        async with clerk_of(house) as clerk:
            assert clerk.sees("Supplier 99999999900017 is not among the structures")
            await clerk.keys("m")
            assert clerk.form.typist.at == Stop("supplier_siret")
            await clerk.keys(*"83990121200010", "f9")
            assert "corrected, and sent to analysis again" in clerk.status
            assert house.again_of(document).state is DocumentState.FILED
            await house.settle()
            assert house.again_of(document, DocumentState.TO_SUBMIT).fields.supplier_siret == "83990121200010"
            assert submit(house.desk, [document.id])


async def test_an_encrypted_file_still_opens_and_the_page_says_why(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        house.drop(encrypted(invoice_pdf()), "locked.pdf")
        await house.settle()
        async with clerk_of(house) as clerk:
            assert clerk.sees("✗ Mistaken")
            await clerk.keys("enter")
            assert clerk.sees("locked.pdf", "✗ Mistaken", "Number")
            assert any("password" in line[46:] for line in clerk.lines)


async def test_a_file_is_attached_by_its_path(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        order = tmp_path / "order.pdf"
        order.write_bytes(b"%PDF-1.4 an order")
        async with clerk_of(house) as clerk:
            await clerk.keys("enter")
            clerk.form.typist.go(Stop("attachments"))
            await clerk.keys("enter", "ctrl+u")
            await clerk.type(str(tmp_path / "ord"))
            await clerk.answered()
            await clerk.keys("enter", "enter")
            assert "order.pdf is attached." in clerk.status
            assert [a.name for a in house.again_of(document).attachments] == ["order.pdf"]
            await clerk.keys("up", "delete")
            assert house.again_of(document).attachments == ()


async def test_the_page_turns_and_takes_the_whole_width(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        house.drop(many_pages(3), "long.pdf")
        await house.settle()
        async with clerk_of(house) as clerk:
            await clerk.keys("enter")
            assert clerk.sees("page 1/3")
            while clerk.form.page.more[0]:
                await clerk.keys("pagedown")
            await clerk.keys("pagedown")
            assert clerk.sees("page 2/3")
            await clerk.keys("f12")
            assert not clerk.sees("Number*")
            await clerk.keys("escape")
            assert clerk.sees("Number*")


async def test_what_the_current_field_holds_is_marked_on_the_page(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.ready("FA-1")
        async with clerk_of(house) as clerk:
            await clerk.keys("enter")
            assert clerk.form.page.marked == ["FA-1"]


async def test_letters_digits_and_signs_that_are_keys_elsewhere_are_typed(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.ready("FA-1")
        async with clerk_of(house) as clerk:
            await clerk.keys("enter", "q", "1", "question_mark", "colon", "slash", "s")
            assert clerk.form.typist.sheet.text("number") == "q1?:/s"


async def test_skip_opens_the_next_one_and_sends_nothing(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await ready(house, "FA-1", "FA-2")
        async with clerk_of(house) as clerk:
            await clerk.keys("enter", *"FA7", "f10")
            assert clerk.sees("FA-2.pdf", "2 of 2")
            await clerk.keys("f10")
            assert clerk.form.typist.sheet.text("number") == "FA7"
            assert house.deposited("FA7") == 0


async def test_a_document_submitted_elsewhere_meanwhile_is_not_sent_twice(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1")
        async with clerk_of(house) as clerk:
            await clerk.keys("enter")
            submit(house.desk, [document.id])
            await clerk.news()
            assert clerk.sees("→ Submitting")
            await clerk.keys("f9")
            assert "It is being submitted." in clerk.status
            await house.settle()
            assert house.deposited("FA-1") == 1


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_the_form_as_a_clerk_sees_it(
    tmp_path: Path, size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    """The first thing to put right has the cursor; the page stands beside."""
    async with House(tmp_path) as house:
        await house.ready("FA-1", recipient=VALLEY)
        async with clerk_of(house, size) as clerk:
            await clerk.keys("enter")
            assert clerk.body == snapshot


async def test_the_recipient_of_the_page_is_the_one_of_the_form(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.ready("FA-1", recipient=RECIPIENT)
        async with clerk_of(house) as clerk:
            await clerk.keys("enter")
            clerk.form.typist.go(Stop("recipient_siret"))
            clerk.form.draw()
            await clerk.idle()
            assert RECIPIENT.siret in ["".join(text.split()) for text in clerk.form.page.marked]
