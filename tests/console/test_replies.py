"""The forms of the replies: complete, recycle, pay out, correct the validator; nothing entered is lost."""

from pathlib import Path

import pytest
from msgspec import structs
from syrupy.assertion import SnapshotAssertion
from textual import events

from chorus_tui.domain.document import Attachment
from chorus_tui.domain.replies import Completion, NewValidator, PayingOut, Recycling, ReplyKind
from chorus_tui.domain.statuses import InvoiceKind, InvoiceStatus
from chorus_tui.operations import complete_invoice, open_reply
from chorus_tui.ui.screens.form_layout import Stop
from chorus_tui.ui.screens.picker import FilePicker
from chorus_tui.ui.screens.reply_form import ReplyForm
from chorus_tui.ui.screens.reply_sheet import ReplySheet, sheet_of
from chorus_tui.ui.screens.reply_typist import ReplyTypist
from chorus_tui.ui.screens.to_process import ToProcess
from chorus_tui.ui.screens.tracking import Tracking
from tests.console.operator import SIZES, desk_in, invoice
from tests.console.returning import SUSPENDED, TOULOUSE, answering, answering_in, invoice_of, number
from tests.house import House
from tests.returned import COMMITMENT_MANDATORY, MAIN_CONTRACTOR, SERVICE_MANDATORY, came_back


def a_file(folder: Path, name: str = "delivery.pdf", size: int = 20) -> Path:
    path = folder / name
    with path.open("wb") as file:
        file.write(b"%PDF-1.7 " + name.encode())
        file.truncate(size)
    return path


# Complete


async def test_a_comment_alone_is_enough(tmp_path: Path) -> None:
    """S1-044: with its lines."""
    async with answering(tmp_path) as someone:
        await someone.keys("enter")
        assert someone.sees("‖ Suspended: attachments are missing.", SUSPENDED, "✗ 1 to put right")
        await someone.keys("f9")
        assert someone.shows("Add an attachment or write a comment.")
        assert "Not sent. 1 field to put right: Comment." in someone.status
        await someone.keys(*"One", "enter", "enter", *"two", "up", "up", *"!", "f9")
        reply = open_reply(someone.app.desk, 1)
        assert reply is not None
        assert reply.content == Completion(comment="One!\n\ntwo")
        assert isinstance(someone.app.screen, ToProcess)


async def test_several_attachments_are_enough_and_each_comes_off_again(tmp_path: Path) -> None:
    """S1-043, S1-044: 1..n files, no comment."""
    async with answering(tmp_path) as someone:
        await someone.keys("enter")
        for name in ("delivery.pdf", "order.pdf", "wrong.pdf"):
            await someone.picks(a_file(tmp_path, name))
            assert f"{name} is attached." in someone.status
        assert someone.shows("delivery.pdf", "Bon de livraison 1 KB", "wrong.pdf", "✓") is False
        assert someone.shows("delivery.pdf", "Bon de livraison 1 KB", "wrong.pdf")
        await someone.keys("up", "delete")
        assert "wrong.pdf is not attached any more." in someone.status
        await someone.keys("f9")
        reply = open_reply(someone.app.desk, 1)
        assert reply is not None
        assert isinstance(reply.content, Completion)
        assert [(a.name, a.type_code) for a in reply.content.attachments] == [
            ("delivery.pdf", "BDL"),
            ("order.pdf", "BDL"),
        ]


async def test_several_files_picked_at_once_share_one_kind(tmp_path: Path) -> None:
    """S1-043."""
    files = tmp_path / "files"
    files.mkdir()
    for name in ("a.pdf", "b.pdf"):
        a_file(files, name)
    async with answering(tmp_path) as someone:
        await someone.keys("enter", "enter")
        for character in f"{files}/":
            someone.app.screen._press(character, character)  # type: ignore[attr-defined]
        await someone.keys()
        await someone.keys("tab", "tab", "enter")
        assert someone.sees("What kind of attachments are these 2 files?")
        await someone.keys("enter")
        assert someone.shows("a.pdf", "b.pdf")


async def test_too_much_in_all_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """S1-043: 120 MB in all, counted as it is picked."""
    async with answering(tmp_path) as someone:
        await someone.keys("enter")
        form = someone.reply
        there = tuple(
            Attachment(name=f"{at}.pdf", sha256=str(at), size=10 * 1024 * 1024, type_code="BDL")
            for at in range(11)
        )
        form.typist.follow(structs.replace(form.typist.sheet.document, attachments=there))
        form.typist.go(Stop("attachments", 11))
        large = a_file(tmp_path, "scan.pdf", 10 * 1024 * 1024)
        await someone.picks(large)
        assert "scan.pdf is attached." in someone.status
        await someone.keys("enter")
        for character in str(a_file(tmp_path, "more.pdf")):
            someone.app.screen._press(character, character)  # type: ignore[attr-defined]
        await someone.keys()
        await someone.keys("enter")
        assert isinstance(someone.app.screen, FilePicker)
        assert "larger than 120 MB together" in someone.status


async def test_the_same_file_is_not_attached_twice(tmp_path: Path) -> None:
    async with answering(tmp_path) as someone:
        await someone.keys("enter")
        await someone.picks(a_file(tmp_path))
        await someone.picks(a_file(tmp_path))
        assert "delivery.pdf is attached already." in someone.status
        assert len(someone.reply.typist.sheet.document.attachments) == 1


async def test_leaving_keeps_comment_and_files(tmp_path: Path) -> None:
    async with answering(tmp_path) as someone:
        await someone.keys("enter")
        await someone.picks(a_file(tmp_path))
        await someone.keys("tab", *"Dear", "enter", *"all", "escape")
        assert f"What you typed for {number(1)} is kept." in someone.status
        await someone.keys("enter")
        assert someone.shows("delivery.pdf", "Dear", "all")
        assert "stands here again" in someone.status
        await someone.keys("f9")
        reply = open_reply(someone.app.desk, 1)
        assert reply is not None
        assert isinstance(reply.content, Completion)
        assert (reply.content.comment, len(reply.content.attachments)) == ("Dear\nall", 1)
        assert someone.app.desk.store.drafts.get("invoice:1") is None


async def test_a_dropped_connection_loses_nothing_that_was_entered(tmp_path: Path) -> None:
    async with answering(tmp_path) as someone:
        await someone.keys("enter", "tab", *"half a sen")
        someone.app.leave_at_once()
    async with answering(tmp_path, *()) as someone:
        await someone.stand_on(number(1))
        await someone.keys("enter")
        assert someone.shows("half a sen")


async def test_another_place_and_back_keeps_the_form(tmp_path: Path) -> None:
    async with answering(tmp_path) as someone:
        await someone.keys("enter", "tab", *"one", "f4")
        assert isinstance(someone.app.screen, Tracking)
        await someone.keys("f3")
        await someone.keys(*"two")
        assert someone.reply.typist.reply.content == Completion(comment="onetwo")


async def test_pasted_lines_stay_lines(tmp_path: Path) -> None:
    async with answering(tmp_path) as someone:
        await someone.keys("enter", "tab")
        someone.reply.fields.post_message(events.Paste("first\r\nsecond\x1b]0;x\x07"))
        await someone.answered()
        content = someone.reply.typist.reply.content
        assert isinstance(content, Completion)
        assert content.comment.split("\n")[0] == "first"
        assert "\x1b" not in content.comment


async def test_what_changed_meanwhile_is_said_and_nothing_is_sent(tmp_path: Path) -> None:
    """S1-042: the recipient may have acted, or a colleague."""
    async with answering(tmp_path) as someone:
        await someone.keys("enter", "tab", *"late")
        complete_invoice(someone.app.desk, 1, "from elsewhere")
        await someone.news()
        await someone.keys("f9")
        assert "A reply waits to leave" in someone.status
        assert len(someone.app.desk.store.replies.all()) == 1
        assert someone.shows("late")


# Recycle


async def test_recycling_needs_a_recipient_and_keeps_number_and_amounts(tmp_path: Path) -> None:
    """S1-047: nothing goes without one; what stays is shown and cannot be typed in."""
    async with answering(tmp_path) as someone:
        await someone.stand_on(number(2))
        await someone.keys("enter")
        assert someone.sees(
            f"It went to Commune de Toulouse {TOULOUSE}, service EAU, commitment E-17",
            f"Number {number(2)} and amount 200.50 € stay.",
            "New recipient*",
        )
        names = {declared.name for declared in someone.reply.typist.sheet.shown}
        assert names == {"recipient_siret", "service_code", "commitment_number", "comment"}
        await someone.keys("f9")
        assert "Not sent. 1 field to put right: New recipient." in someone.status
        assert open_reply(someone.app.desk, 2) is None


async def test_the_service_is_mandatory_where_the_recipient_says_so(tmp_path: Path) -> None:
    """S1-048: the mark appears with the recipient, and nothing goes without the service."""
    async with answering(tmp_path) as someone:
        await someone.stand_on(number(2))
        await someone.keys("enter")
        assert someone.shows("Service*") is False
        await someone.keys(*"toulouse", "enter")
        assert someone.shows("Service*")
        someone.reply.typist.go(Stop("service_code"))
        await someone.keys("delete", "f9")
        assert "Not sent. 1 field to put right: Service." in someone.status
        await someone.keys("enter")
        assert someone.shows("VOIRIE Voirie", "EAU Eau")
        await someone.keys(*"voi", "enter", "f9")
        reply = open_reply(someone.app.desk, 2)
        assert reply is not None
        assert reply.content == Recycling(
            recipient_siret=TOULOUSE, service_code="VOIRIE", commitment_number="E-17"
        )


async def test_the_recipient_as_before_brings_its_service_back(tmp_path: Path) -> None:
    """S1-045: the commitment number alone may have been wrong."""
    async with answering(tmp_path) as someone:
        await someone.stand_on(number(2))
        await someone.keys("enter", "enter")
        assert someone.shows("as before")
        await someone.keys("enter")
        assert someone.reply.typist.sheet.text("service_code") == "EAU"
        assert someone.shows(
            "This is the recipient, service and commitment number that the invoice came back"
        )
        someone.reply.typist.go(Stop("commitment_number"))
        await someone.keys("ctrl+u", *"E-18", "f9")
        reply = open_reply(someone.app.desk, 2)
        assert reply is not None
        assert reply.content == Recycling(
            recipient_siret=TOULOUSE, service_code="EAU", commitment_number="E-18"
        )


# Pay out


def a_rejection() -> list[object]:
    """Rejected (3), a credit note (6) and the invoice that replaces it (7), another one's (8)."""
    return [
        invoice(3, status=InvoiceStatus.REJECTED, comment="Montant"),
        structs.replace(invoice(6), kind=InvoiceKind.CREDIT_NOTE, number="AV-6"),
        structs.replace(invoice(7), number="FA-7"),
        structs.replace(invoice(8), number="FA-8", supplier_siret="99999999900017"),
    ]


async def test_credit_notes_and_invoices_are_picked_or_typed(tmp_path: Path) -> None:
    """S1-052: n of each; what is not known yet is typed."""
    async with answering(tmp_path, *a_rejection()) as someone:  # type: ignore[arg-type]
        await someone.keys("enter", "enter")
        assert someone.shows("AV-6")
        assert not someone.shows("FA-7")
        await someone.keys("enter", *"AV-99", "enter")
        assert someone.shows("AV-99", "not known yet")
        await someone.keys("down", *"7", "enter", *"FA-X", "enter")
        assert not someone.shows("FA-8")
        await someone.keys("up", "delete", *"FA-Y", "enter", "down", *"twice", "f9")
        settlement = someone.app.desk.store.settlements.get("3")
        assert settlement is not None
        assert [(link.number, link.invoice_id) for link in settlement.credit_notes] == [
            ("AV-6", 6),
            ("AV-99", None),
        ]
        assert [(link.number, link.invoice_id) for link in settlement.replacements] == [
            ("FA-7", 7),
            ("FA-Y", None),
        ]
        assert settlement.remark == "twice"


async def test_the_rejected_number_itself_replaces_nothing(tmp_path: Path) -> None:
    """S1-050: a new invoice has a new number."""
    async with answering(tmp_path, *a_rejection()) as someone:  # type: ignore[arg-type]
        await someone.keys("enter", "tab")
        await someone.keys(*number(3), "enter")
        assert someone.shows(f"{number(3)} is the number of the rejected invoice itself")
        await someone.keys("f9")
        assert "Not sent." in someone.status
        assert open_reply(someone.app.desk, 3) is None


async def test_a_rejection_that_nothing_replaces_is_dealt_with_by_a_remark(tmp_path: Path) -> None:
    """S1-051."""
    async with answering(tmp_path, *a_rejection()) as someone:  # type: ignore[arg-type]
        await someone.keys("enter", "f9")
        assert someone.shows("Name what replaces the invoice, or say in the remark why nothing does.")
        await someone.keys(*"Sent by mistake", "f9")
        reply = open_reply(someone.app.desk, 3)
        assert reply is not None
        assert reply.content == PayingOut(remark="Sent by mistake")


# Wrong validator


async def test_the_validator_is_corrected_from_tracking_though_not_listed_here(tmp_path: Path) -> None:
    """API 2.7: not one of the three of S1-040."""
    wrong = invoice(1, status=InvoiceStatus.WRONG_VALIDATOR, comment="not ours")
    async with answering(tmp_path, wrong, place="tracking") as someone:
        assert " p Correct the validator " in someone.key_line
        await someone.keys("p")
        assert someone.sees("not ours", "Validator SIRET*")
        await someone.keys(*"123", "f9")
        assert "Not sent. 1 field to put right: Validator SIRET." in someone.status
        await someone.keys("ctrl+u", *"819 902 222 000 10".replace(" ", ""), "f9")
        reply = open_reply(someone.app.desk, 1)
        assert reply is not None
        assert reply.content == NewValidator(siret=MAIN_CONTRACTOR)
        assert isinstance(someone.app.screen, Tracking)
        assert someone.sees("→ Correct the validator is queued")


# The whole way


async def test_a_suspended_invoice_is_completed_with_a_picked_file_until_the_recipient_takes_it(
    tmp_path: Path,
) -> None:
    """S1-040…044, by keys alone."""
    async with House(tmp_path) as house:
        suspended = await came_back(house, "FA-1", "SUSPENDUE", SUSPENDED)
        async with answering_in(house) as someone:
            await someone.stand_on("FA-1")
            assert someone.sees("‖ Suspended", SUSPENDED, "FA-1.pdf")
            await someone.keys("enter")
            await someone.picks(a_file(tmp_path))
            await someone.keys("tab", *"As asked", "f9")
            await house.settle()
            await someone.news()
            assert "FA-1" not in someone.numbers
            held = house.sandbox.invoices.get(suspended.id)
            assert held is not None
            assert [file.piece_jointe_complementaire_type for file in held.added] == ["BDL"]
            assert held.comment == "As asked"
            house.sandbox.act(suspended.id, "SERVICE_FAIT", "")
            await house.settle()
            await someone.keys("f4")
            await someone.type("/FA-1")
            await someone.keys("enter")
            assert someone.sees("◐ Service rendered")


async def test_an_invoice_is_recycled_to_a_recipient_found_in_chorus_pro(tmp_path: Path) -> None:
    """S1-045…048: the same number, another recipient and its mandatory service."""
    async with House(tmp_path) as house:
        before = await came_back(house, "FA-1", "A_RECYCLER", "Nous ne sommes pas concernés")
        async with answering_in(house) as someone:
            await someone.stand_on("FA-1")
            await someone.keys("r")
            await someone.keys(*"communes du val", "enter")
            assert someone.shows("COMMUNAUTE DE COMMUNES", SERVICE_MANDATORY)
            await someone.keys("enter")
            assert someone.shows("Service*", "A performing service is mandatory")
            await someone.keys(*"eau", "enter", "f9")
            await house.settle()
            await someone.news()
            assert "FA-1" not in someone.numbers
            after = house.invoice("FA-1")
            assert (after.id, after.number, after.gross) == (before.id, "FA-1", before.gross)
            assert (after.recipient_siret, after.service_code) == (SERVICE_MANDATORY, "EAU_ASSAINISSEMENT")
            assert house.deposited("FA-1") == 1


async def test_a_mandatory_commitment_number_is_asked_for_when_recycling(tmp_path: Path) -> None:
    """S1-048, S1-087."""
    async with House(tmp_path) as house:
        await came_back(house, "FA-1", "A_RECYCLER")
        async with answering_in(house) as someone:
            await someone.stand_on("FA-1")
            await someone.keys("enter", *COMMITMENT_MANDATORY, "enter")
            await someone.keys("enter")
            await someone.keys("f9")
            assert someone.shows("Commitment number*")
            assert "Commitment number" in someone.status


async def test_a_rejection_is_paid_out_and_the_chain_shows_from_each_of_the_three(tmp_path: Path) -> None:
    """S1-049…053: from the rejection to the chain, by keys alone."""
    async with House(tmp_path) as house:
        rejected = await came_back(house, "FA-1", "REJETEE", "Montant erroné")
        await house.submitted("FA-2")
        async with answering_in(house) as someone:
            await someone.stand_on("FA-1")
            await someone.keys("o")
            await someone.keys(*"AV-1", "down", "enter", "tab", *"FA-2")
            assert someone.shows("FA-2 COMMUNE DE SAINT-ELME-LES-BOIS")
            await someone.keys("enter", "f9")
            await house.settle()
            await someone.news()
            assert "FA-1" not in someone.numbers
            held = house.sandbox.invoices.get(rejected.id)
            assert held is not None
            assert [action.code for action in held.actions or ()].count("TRAITEMENT_REJET") == 1
            assert house.deposited("FA-1") == 1
            await someone.keys("h")
            await someone.stand_on("FA-1")
            await someone.keys("i")
            assert someone.sees(
                "What put it right", "● FA-1", "AV-1", "not known yet", "→ FA-2", "new invoice"
            )
            await someone.keys("enter")
            assert someone.sees("› FA-2", "→ FA-1", "rejected", "● FA-2")


# The forms as they look


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (ReplyKind.COMPLETE, InvoiceStatus.SUSPENDED),
        (ReplyKind.RECYCLE, InvoiceStatus.TO_BE_RECYCLED),
        (ReplyKind.PAY_OUT, InvoiceStatus.REJECTED),
        (ReplyKind.CORRECT_VALIDATOR, InvoiceStatus.WRONG_VALIDATOR),
    ],
    ids=lambda told: told.value if isinstance(told, ReplyKind) else "",
)
async def test_each_form_as_a_clerk_sees_it(
    kind: ReplyKind, status: InvoiceStatus, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    """The recipient's words on top, what stays, the fields, the help of the field, F9 first."""
    rows = a_rejection()[1:]
    asked = invoice(1, status=status, comment=SUSPENDED, service_code="EAU", commitment_number="E-17")
    async with answering(tmp_path, asked, *rows, place="tracking") as someone:  # type: ignore[arg-type]
        someone.app.push_screen(ReplyForm(["1"]))
        await someone.answered()
        assert someone.reply.typist.reply.kind is kind
        if kind is ReplyKind.PAY_OUT:
            await someone.keys("enter", "enter", "down", *"FA-X", "enter")
        assert someone.body == snapshot


# What keys make of it


def a_typist(folder: Path) -> ReplyTypist:
    desk = desk_in(folder)
    desk.store.invoices.put(invoice(1, status=InvoiceStatus.SUSPENDED))
    typist = ReplyTypist(sheet_of(desk, invoice_of(desk, 1), ReplyKind.COMPLETE))
    typist.desktop(22)
    typist.press("tab", "")
    return typist


def test_the_cursor_moves_over_broken_lines_as_it_looks(tmp_path: Path) -> None:
    typist = a_typist(tmp_path)
    typist.press("paste", "the recipient asked for the slip\nsigned")
    # the recipient asked | for the slip | signed
    for keys, stands_before in (
        (["up"], "e slip"),
        (["up"], "cipient asked"),
        (["home"], "the recipient"),
        (["down"], "for the"),
        (["end"], "\nsigned"),
        (["ctrl+u"], "\nsigned"),
    ):
        for key in keys:
            typist.press(key, "")
        assert typist.edit.text[typist.edit.cursor :].startswith(stands_before), (keys, typist.edit)
    assert typist.edit.text == "\nsigned"
    typist.press("up", "")
    typist.press("up", "")
    assert typist.at == Stop("attachments", 0)


def test_a_draft_takes_up_exactly_what_was_entered(tmp_path: Path) -> None:
    typist = a_typist(tmp_path)
    typist.press("paste", "a\nb")
    sheet: ReplySheet = typist.reply
    file = Attachment(name="a.pdf", sha256="1", size=3, type_code="BDL")
    sheet = sheet.taken_up({"attachments": "[]"})
    typist.follow(structs.replace(sheet.document, attachments=(file,)))
    again = a_typist(tmp_path / "again").reply.taken_up(typist.reply.draft)
    assert again.content == typist.reply.content == Completion(comment="a\nb", attachments=(file,))


@pytest.mark.parametrize(
    ("size", "language"),
    [*((size, "fr_FR.UTF-8") for size in SIZES), (SIZES[0], "C.UTF-8")],
    ids=lambda told: told if isinstance(told, str) else f"{told[0]}x{told[1]}",
)
async def test_every_screen_of_place_2_fits(
    size: tuple[int, int], language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", language)
    async with answering(tmp_path, size=size) as someone:
        seen = []
        for at, key in enumerate(("enter", "enter", "enter")):
            await someone.stand_on(number(at + 1))
            seen.append(someone.lines)
            await someone.keys(key)
            seen.append(someone.lines)
            if at == 0:
                await someone.keys("enter")
                assert isinstance(someone.app.screen, FilePicker)
                seen.append(someone.lines)
                await someone.keys("escape")
            await someone.keys("f12")
            seen.append(someone.lines)
            await someone.keys("escape", "escape")
        await someone.keys("b")
        seen.append(someone.lines)
        for lines in seen:
            assert len(lines) == size[1]
            assert max(map(len, lines)) <= size[0]
            assert lines[-1].strip(), "the line of keys"
        assert len({"\n".join(lines[2:]) for lines in seen}) == len(seen)
