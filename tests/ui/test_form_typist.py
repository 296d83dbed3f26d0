from datetime import date

from msgspec import structs

from chorus_tui.domain.document import Attachment
from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.recipient import STATE_SIRET
from chorus_tui.ui.screens.form_fields import COMPLETION, METADATA
from chorus_tui.ui.screens.form_layout import Stop, lay_out, stops
from chorus_tui.ui.screens.form_sheet import Option
from chorus_tui.ui.screens.form_typist import Typist
from chorus_tui.ui.screens.form_wants import (
    AskCommitment,
    AskRecipient,
    AskService,
    Attach,
    Detach,
    FindRecipients,
    ListFiles,
    Want,
)
from tests.ui.form_paper import COUNTY, READ, TOWN, a_document, a_sheet


def a_typist(**fields: object) -> Typist:
    document = a_document(factur_x=structs.replace(READ, **fields))
    return Typist(a_sheet(document), recipients=lambda: [TOWN, COUNTY])


def type_keys(typist: Typist, *keys: str) -> list[Want]:
    """Press named keys; a word between quotes is typed letter by letter."""
    wants: list[Want] = []
    for key in keys:
        if key.startswith("'"):
            for letter in key.strip("'"):
                wants += typist.press("space" if letter == " " else letter, letter)
        else:
            wants += typist.press(key, "")
    return wants


def text_of(typist: Typist, width: int = 44) -> str:
    layout = lay_out(typist.sheet, typist.desktop(width))
    return "\n".join("".join(text for text, _ in line) for line in layout.lines)


def test_the_form_opens_on_the_first_thing_to_put_right() -> None:
    assert a_typist().at == Stop("service_code")
    assert a_typist(service_code="VOIRIE").at == Stop("number")


def test_tab_enter_and_arrows_walk_the_fields_and_stop_at_the_ends() -> None:
    typist = a_typist(service_code="VOIRIE")
    type_keys(typist, "tab", "enter")
    assert typist.at != Stop("number")
    type_keys(typist, *["up"] * 5)
    assert typist.at == Stop("number")
    type_keys(typist, *["down"] * 60)
    assert typist.at == stops(typist.sheet)[-1]


def test_typing_letters_that_are_keys_elsewhere_types_them() -> None:
    typist = a_typist(service_code="VOIRIE", number=None)
    type_keys(typist, "'q1&/?:'")
    assert typist.sheet.text("number") == "q1&/?:"


def test_the_first_letter_replaces_what_stands_in_a_field_and_ctrl_z_brings_it_back() -> None:
    typist = a_typist(service_code="VOIRIE")
    type_keys(typist, "'FA-2'")
    assert typist.sheet.text("number") == "FA-2"
    type_keys(typist, "ctrl+z")
    assert typist.sheet.text("number") == "FA-1"
    assert not typist.sheet.typed


def test_a_cursor_key_first_edits_what_stands_there() -> None:
    typist = a_typist(service_code="VOIRIE")
    type_keys(typist, "end", "'b'", "left", "backspace", "'2'")
    assert typist.sheet.text("number") == "FA-2b"


def test_an_error_waits_until_the_field_is_left() -> None:
    typist = a_typist(service_code="VOIRIE")
    typist.go(Stop("gross"))
    type_keys(typist, "ctrl+u", "'a lot'")
    assert "Not an amount" not in text_of(typist)
    type_keys(typist, "tab")
    assert "Not an amount" in text_of(typist)


def test_a_day_and_an_amount_are_written_out_when_the_field_is_left() -> None:
    typist = a_typist(service_code="VOIRIE")
    typist.go(Stop("due"))
    type_keys(typist, "'011226'", "up")
    assert typist.sheet.text("due") == "2026-12-01"
    assert typist.sheet.changes["due"] == date(2026, 12, 1)


def test_a_service_is_chosen_by_typing_a_part_of_its_name() -> None:
    typist = a_typist()
    wants = type_keys(typist, "'eco'", "enter")
    assert typist.sheet.fields.service_code == "ECOLES"
    assert wants == [AskService(TOWN.siret, "ECOLES")]
    assert typist.at == Stop("commitment_number")
    assert "commitment_number" in typist.sheet.required


def test_escape_closes_a_list_and_changes_nothing() -> None:
    typist = a_typist()
    type_keys(typist, "'eco'", "escape")
    assert typist.open_list is None
    assert not typist.sheet.typed


def test_a_service_code_can_be_typed_when_the_recipient_was_never_looked_up() -> None:
    typist = Typist(a_sheet(recipient=None))
    typist.go(Stop("service_code"))
    type_keys(typist, "'VOIRIE'", "enter")
    assert typist.sheet.fields.service_code == "VOIRIE"


def test_known_recipients_are_found_while_typing_and_others_in_chorus_pro() -> None:
    typist = a_typist()
    typist.go(Stop("recipient_siret"))
    type_keys(typist, "'finistere'")
    assert typist.open_list is not None
    assert typist.open_list.options[0].value == COUNTY.siret
    wants = type_keys(typist, "down", "enter")
    assert wants == [FindRecipients("finistere")]
    typist.recipients_found("finistere", (COUNTY,))
    assert type_keys(typist, "enter") == [AskRecipient(COUNTY.siret)]
    typist.recipient_known(COUNTY)
    assert typist.sheet.fields.recipient_siret == COUNTY.siret
    assert typist.sheet.fields.recipient_name == COUNTY.name
    assert "commitment_number" in typist.sheet.required


def test_a_search_that_failed_says_why_under_the_field() -> None:
    typist = a_typist()
    typist.go(Stop("recipient_siret"))
    type_keys(typist, "'brest'", "enter")
    typist.recipients_found("brest", None, "Chorus Pro is not available.")
    assert "Chorus Pro is not available." in text_of(typist)


def test_an_answer_that_comes_too_late_is_dropped() -> None:
    typist = a_typist()
    typist.go(Stop("recipient_siret"))
    type_keys(typist, "'brest'", "enter", "'x'")
    typist.recipients_found("brest", (COUNTY,))
    assert typist.open_list is not None
    assert COUNTY.siret not in [o.value for o in typist.open_list.options]


def test_a_service_of_another_recipient_is_taken_out_with_the_recipient() -> None:
    typist = a_typist()
    type_keys(typist, "'voirie'", "enter")
    typist.go(Stop("recipient_siret"))
    type_keys(typist, "'finis'", "enter")
    typist.recipient_known(COUNTY)
    assert typist.sheet.fields.service_code is None


def test_a_commitment_number_of_the_state_is_asked_about_when_it_is_left() -> None:
    """S1-089."""
    typist = a_typist(service_code="VOIRIE", recipient_siret=STATE_SIRET)
    typist.go(Stop("commitment_number"))
    assert type_keys(typist, "'1400'", "tab") == [AskCommitment(STATE_SIRET, "1400")]
    assert type_keys(typist, "up", "tab") == []


def test_only_the_state_is_asked_about_commitment_numbers() -> None:
    typist = a_typist(service_code="VOIRIE")
    typist.go(Stop("commitment_number"))
    assert type_keys(typist, "'1400'", "tab") == []


def test_a_vat_line_is_worked_out_from_rate_and_net() -> None:
    typist = a_typist(service_code="VOIRIE", vat_lines=None, vat=None, gross=None)
    typist.go(Stop("vat_lines", 0))
    type_keys(typist, "'5,5'", "tab", "'100'", "tab", "enter")
    assert typist.sheet.text("vat_lines") == "5,5;100.00;5.50"
    assert typist.at == Stop("vat_lines", 3)


def test_an_emptied_vat_line_is_gone_when_it_is_left() -> None:
    typist = a_typist(service_code="VOIRIE")
    typist.go(Stop("vat_lines", 0))
    type_keys(typist, "ctrl+u", "tab", "ctrl+u", "tab", "ctrl+u", "tab")
    assert typist.sheet.text("vat_lines") == ""
    assert typist.at.name == "vat_lines"


def test_a_file_is_picked_by_its_path_and_given_a_kind() -> None:
    typist = a_typist(service_code="VOIRIE")
    typist.types = (Option("01", "Purchase order"), Option("02", "Annex"))
    typist.go(Stop("attachments"))
    assert type_keys(typist, "enter") == [ListFiles("/invoices/")]
    typist.files_found("/invoices/", ("/invoices/orders/", "/invoices/note.pdf"))
    assert type_keys(typist, "enter") == [ListFiles("/invoices/orders/")]
    typist.files_found("/invoices/orders/", ("/invoices/orders/order.pdf",))
    assert type_keys(typist, "enter", "'annex'", "enter") == [Attach("/invoices/orders/order.pdf", "02")]
    assert type_keys(typist, "enter") == [ListFiles("/invoices/orders/")]


def test_delete_takes_the_attachment_under_the_cursor_off() -> None:
    order = Attachment(name="order.pdf", sha256="b" * 64, size=2048, type_code="01")
    document = structs.replace(a_document(factur_x=READ), attachments=(order,))
    typist = Typist(a_sheet(document))
    typist.go(Stop("attachments"))
    assert "order.pdf" in text_of(typist)
    assert type_keys(typist, "delete") == [Detach(0)]
    type_keys(typist, "down")
    assert type_keys(typist, "delete") == []


def test_no_line_is_wider_than_the_pane_even_with_long_words() -> None:
    name = "Établissement public de coopération intercommunale à fiscalité propre du Grand Littoral"
    document = a_document(
        factur_x=structs.replace(READ, recipient_name=name), chorus=InvoiceFields(number="F" * 40)
    )
    typist = Typist(a_sheet(document, recipient=structs.replace(TOWN, name=name)))
    for width in (36, 44, 60):
        for stop in stops(typist.sheet):
            typist.go(stop)
            assert max(map(len, text_of(typist, width).split("\n"))) <= width


def test_the_cursor_is_drawn_where_the_next_letter_goes() -> None:
    typist = a_typist(service_code="VOIRIE")
    layout = lay_out(typist.sheet, typist.desktop(44))
    assert layout.cursor is not None
    x, y = layout.cursor
    line = "".join(text for text, _ in layout.lines[y])
    assert line[x - 4 : x] == "FA-1"


def test_a_long_comment_wraps_and_counts() -> None:
    typist = a_typist(service_code="VOIRIE")
    typist.go(Stop("comment"))
    type_keys(typist, "'" + "x" * 60 + "'")
    assert "60" in text_of(typist)
    assert "x" * 42 + " " in text_of(typist) or "x" * 42 + "\n" in text_of(typist)


def test_every_help_line_fits_the_narrowest_screen_with_room_for_french() -> None:
    assert all(len(field.help) <= 58 for field in (*COMPLETION, *METADATA))
