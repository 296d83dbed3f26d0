"""Bad input, from the folder to the clerk's screen: a clear word, the console goes on, nothing is lost."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec import structs

from chorus_tui.cli import main
from chorus_tui.domain.statuses import DocumentState, OcrStatus
from chorus_tui.intake import Reading
from chorus_tui.operations import export_csv, submit, tracked
from chorus_tui.settings import Credentials
from tests.cli.conftest import Where, connect, log_as_before, where
from tests.console.billing import Clerk, clerk_of, ready
from tests.house import House
from tests.intake.test_bad_input import BOMB, FACTURX
from tests.pdfs import (
    damaged,
    encrypted,
    invoice_pdf,
    many_pages,
    text_pdf,
    truncated,
    with_attachment,
)

__all__ = ["log_as_before", "where"]

UNREADABLE = {
    "empty.pdf": (b"", "The file is empty.", "Drop the file again"),
    "letter.pdf": (b"Dear customer, your invoice is below.", "The file is not a PDF", "Print the invoice"),
    "cut.pdf": (truncated(invoice_pdf(number="FA-2")), "its end is missing", "Drop the file again"),
    "broken.pdf": (damaged(invoice_pdf(number="FA-3")), "The PDF is damaged", "Print the invoice as PDF"),
    "locked.pdf": (encrypted(invoice_pdf(number="FA-4")), "protected by a password", "without a password"),
    "large.pdf": (invoice_pdf(number="FA-5") + b"\n" * 12 * 1024 * 1024, "bigger than 10 MB", "smaller"),
    "book.pdf": (text_pdf(*["x"] * 2001), "more than 2,000 pages", "as attachments"),
}
"""What a file holds that cannot be read, what is said of it, and what to do."""

HOSTILE_XML = {
    "bomb.pdf": BOMB,
    "entity.pdf": b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    + FACTURX.format(number="&f;").encode(),
}


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that the running service does."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110  # what is waited for is in another part of the house
            await asyncio.sleep(0.01)


def obeyed(text: str) -> set[str]:
    """What in a text a terminal would obey, or could not be written."""
    return {c for c in text if ord(c) < 0x20 or 0x7F <= ord(c) <= 0x9F or 0xD800 <= ord(c) <= 0xDFFF}


def painted(clerk: Clerk) -> str:
    """Every character that the screen sends to the terminal as text."""
    compositor: Any = clerk.app.screen._compositor
    return "".join(segment.text for strip in compositor.render_strips() for segment in strip)


async def test_a_folder_of_bad_files_is_told_file_by_file_and_the_good_one_goes_on(tmp_path: Path) -> None:
    """S1-016: dropped while the console is open, with its service running."""
    async with House(tmp_path) as house, clerk_of(house, service=house.service) as clerk:
        for name, (content, _why, _remedy) in UNREADABLE.items():
            house.drop(content, name)
        house.drop(invoice_pdf(number="FA-1"), "good.pdf")
        await until(lambda: len(house.names()) == len(UNREADABLE) + 1)
        await until(lambda: house.document("good.pdf").ocr_status is OcrStatus.TO_SUBMIT)
        await clerk.news()
        for name, (content, why, remedy) in UNREADABLE.items():
            await clerk.on(name)
            assert clerk.lines[clerk.row].startswith(f"> {name}"), name
            assert clerk.lines[clerk.row].endswith("✗ Mistaken"), name
            assert clerk.sees(f"✗ {why}" if why[0].isupper() else why, "→", remedy), (name, clerk.screen)
            assert (house.folder / name).read_bytes() == content
        await clerk.on("good.pdf")
        assert clerk.sees("Ready: s submits it")
        await clerk.keys("s", "y")
        await until(lambda: house.deposited("FA-1") == 1)
        assert house.service.stumbles == {}


@pytest.mark.parametrize("name", HOSTILE_XML)
async def test_an_invoice_with_hostile_xml_is_read_from_its_page_and_the_clerk_is_told(
    tmp_path: Path, name: str
) -> None:
    async with House(tmp_path) as house:
        content = with_attachment(invoice_pdf(number="FA-1"), HOSTILE_XML[name])
        house.drop(content, name)
        await house.settle()
        async with clerk_of(house, (120, 40)) as clerk:
            await clerk.at_rest()
            assert clerk.sees("FA-1", "● To submit", "XML refused", "816.00")
            assert not clerk.sees("root:")
            await clerk.keys("s", "y")
            await house.settle()
            assert house.deposited("FA-1") == 1
        assert (house.folder / name).read_bytes() == content


async def test_four_hundred_pages_are_an_invoice_and_what_was_searched_is_told(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        house.drop(many_pages(400), "phone.pdf")
        await house.settle()
        assert house.document("phone.pdf").state is DocumentState.TO_SUBMIT
        async with clerk_of(house, (120, 40)) as clerk:
            await clerk.at_rest()
            assert clerk.sees("TEL-2026-400", "120.00", "Long document", "and its last 2 were searched")
            await clerk.keys("enter")
            assert clerk.sees("page 1/400")


async def test_a_file_that_vanishes_while_it_is_read_stops_nothing_and_comes_back_when_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with House(tmp_path) as house:
        read = house.reader.read

        async def vanishing(path: Path) -> Reading:
            if path.name == "FA-1.pdf":
                os.unlink(path)  # noqa: PTH108  # quick, and before the reader has its turn
            return await read(path)

        house.drop(invoice_pdf(number="FA-1"), "FA-1.pdf")
        house.drop(invoice_pdf(number="FA-2"), "FA-2.pdf")
        with monkeypatch.context() as while_read:
            while_read.setattr(house.reader, "read", vanishing)
            await house.settle()
        assert house.names() == ["FA-2.pdf"], "no row for what is not there"
        house.drop(invoice_pdf(number="FA-1"), "FA-1.pdf")
        await house.settle()
        assert sorted(house.names()) == ["FA-1.pdf", "FA-2.pdf"]


async def test_a_mistaken_file_that_is_gone_when_it_is_read_again_says_so(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        path = house.drop(b"no PDF", "FA-1.pdf")
        await house.settle()
        path.unlink()
        async with clerk_of(house) as clerk:
            await clerk.keys("r")
            await house.settle()
            await clerk.news()
            assert clerk.sees("✗ Mistaken", "The file went away", "Drop it again")
            assert house.names() == ["FA-1.pdf"]


NO_ROOT = """
import ctypes, os, sys
for capability in (1, 2):  # what lets root read and write everything
    ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)
os.execv(sys.executable, [sys.executable, "-m", "chorus_tui", *sys.argv[1:]])
"""


def as_anybody(*arguments: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process that file permissions bind, whoever runs the tests."""
    return subprocess.run(
        [sys.executable, "-c", NO_ROOT, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environ},
    )


def test_a_file_that_may_not_be_read_is_a_row_that_says_so(tmp_path: Path, where: Where) -> None:
    home = tmp_path / "home"
    secrets = connect(home, where)
    (home / "drop" / "FA-1.pdf").write_bytes(invoice_pdf(number="FA-1"))
    (home / "drop" / "FA-1.pdf").chmod(0)
    (home / "drop" / "FA-2.pdf").write_bytes(invoice_pdf(number="FA-2"))
    assert as_anybody("--home", home, "sync", "--once", **secrets).returncode == 0
    run = CliRunner().invoke
    listed = run(main, ["--home", str(home), "list", "to_submit", "--json"])
    rows = {row["document"]: row for row in json.loads(listed.stdout)}
    assert rows["FA-1.pdf"]["status"] == "mistaken"
    assert "permission denied" in rows["FA-1.pdf"]["error"]
    assert rows["FA-2.pdf"]["status"] == "to_submit"
    (home / "drop" / "FA-1.pdf").chmod(0o600)
    assert run(main, ["--home", str(home), "reprocess", "--all-mistaken"]).exit_code == 0
    assert as_anybody("--home", home, "sync", "--once", **secrets).returncode == 0
    listed = run(main, ["--home", str(home), "list", "to_submit", "--json"])
    assert {row["status"] for row in json.loads(listed.stdout)} == {"to_submit"}


@pytest.mark.parametrize("arguments", [("sync", "--once"), ("status",), ("submit", "--all-complete")])
def test_a_data_folder_where_nothing_may_be_written_is_named_with_what_to_do(
    tmp_path: Path, where: Where, arguments: tuple[str, ...]
) -> None:
    home = tmp_path / "home"
    secrets = connect(home, where)
    (home / "data").mkdir(mode=0o500)
    (home / "drop" / "FA-1.pdf").write_bytes(invoice_pdf(number="FA-1"))
    done = as_anybody("--home", home, *arguments, **secrets)
    assert done.returncode == 4, done.stderr
    assert f"{home / 'data'} cannot be written" in done.stderr
    assert "--home" in done.stderr
    assert "Traceback" not in done.stderr
    assert (home / "drop" / "FA-1.pdf").exists()


NAME = "FA\n\x1b]0;owned\x07\t\x9b31m\udcff-1.pdf"


async def test_a_name_that_would_command_a_terminal_is_shown_safely_and_its_invoice_is_sent(
    tmp_path: Path,
) -> None:
    async with House(tmp_path) as house:
        house.drop(invoice_pdf(number="FA-1"), NAME)
        await house.settle()
        async with clerk_of(house, (200, 60)) as clerk:
            assert clerk.sees("\ufffd]0;owned\ufffd", "FA-1", "● To submit")
            assert obeyed(painted(clerk)) == set()
            await clerk.keys("enter")
            assert obeyed(painted(clerk)) == set()
            assert clerk.sees("Number*", "FA-1")
            await clerk.keys("f9")
            await house.settle()
            assert house.deposited("FA-1") == 1
            await clerk.keys("f4")
            await clerk.news()
            assert obeyed(painted(clerk)) == set()
        written = export_csv(house.desk, tracked(house.desk)).read_text(encoding="utf-8-sig")
        assert "owned" in written
        assert obeyed(written) <= {"\r", "\n"}
        assert [os.fsencode(path.name) for path in house.folder.iterdir()] == [os.fsencode(NAME)]


def test_a_name_that_would_command_a_terminal_is_one_safe_line_of_a_command(
    tmp_path: Path, where: Where
) -> None:
    home = tmp_path / "home"
    secrets = connect(home, where)
    (home / "drop" / NAME).write_bytes(b"no PDF")
    run = CliRunner().invoke
    assert run(main, ["--home", str(home), "sync", "--once"], env=secrets).exit_code == 0
    listed = run(main, ["--home", str(home), "list", "to_submit"])
    assert listed.stdout.count("\n") == 2
    assert obeyed(listed.stdout) == {"\n", "\t"}
    assert "not a PDF" in listed.stdout


PAGE = (
    "Facture n\u00b0 FA-1\nDate de facture : 05/10/2026\n"
    "Mairie\x1b]0;owned\x07 de \ud83d Lyon \x9b31m \u202etrebo\n"
    "Total HT : 100,00 \u20ac\nTotal TVA : 20,00 \u20ac\nNet \u00e0 payer : 120,00 \u20ac"
)


async def test_a_page_with_escapes_and_lone_surrogates_is_shown_and_its_invoice_is_read(
    tmp_path: Path,
) -> None:
    async with House(tmp_path) as house:
        house.drop(text_pdf(PAGE), "FA-1.pdf")
        await house.settle()
        assert house.document("FA-1.pdf").ocr_status is OcrStatus.TO_SUBMIT
        async with clerk_of(house, (120, 40)) as clerk:
            await clerk.keys("enter")
            assert clerk.sees("FA-1", "120.00", "]0;owned\ufffd de \ufffd Lyon \ufffd31m")
            assert obeyed(painted(clerk)) == set()
            await clerk.keys("escape")
            await clerk.at_rest()
            assert obeyed(painted(clerk)) == set()
        await house.again()
        assert house.document("FA-1.pdf").fields.number == "FA-1"


async def test_escapes_in_chorus_pros_own_words_are_shown_safely(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        await house.submitted("FA-1")
        house.sandbox.act(house.invoice("FA-1").id, "REJETEE", "Refus\x1b]0;owned\x07 \x9b31m fin")
        house.turn(timedelta(minutes=1))
        await house.settle()
        async with clerk_of(house, (120, 40)) as clerk:
            await clerk.keys("f4", "slash", *"rejected", "enter", "enter")
            assert clerk.sees("Refus\ufffd]0;owned\ufffd \ufffd31m fin")
            assert obeyed(painted(clerk)) == set()


@pytest.mark.parametrize(
    ("secret", "said", "advice"),
    [
        ("client_secret", "Sign-in refused by PISTE", "client id and the client secret"),
        ("password", "Technical account refused", "login and password"),
    ],
)
async def test_wrong_credentials_are_told_on_the_screen_and_what_was_dropped_waits(
    tmp_path: Path, secret: str, said: str, advice: str
) -> None:
    async with House(tmp_path) as house:
        right = house.settings.connection.credentials
        wrong = structs.replace(right, **{secret: "not the right one"})
        await sign_in_as(house, wrong)
        house.drop(invoice_pdf(number="FA-1"), "FA-1.pdf")
        await house.settle()
        async with clerk_of(house) as clerk:
            assert f"✗ {said}" in clerk.lines[0]
            assert clerk.sees("FA-1.pdf", "Analysing")
            await clerk.keys("f7")
            assert clerk.sees("What to do", advice)
            assert "not the right one" not in clerk.screen
        await sign_in_as(house, right)
        await house.settle_all()
        assert house.document("FA-1.pdf").ocr_status is OcrStatus.TO_SUBMIT
        assert house.store.state["sync"].trouble is None


async def sign_in_as(house: House, credentials: Credentials) -> None:
    """Start again with other credentials in the settings."""
    connection = structs.replace(house.settings.connection, credentials=credentials)
    house.settings = structs.replace(house.settings, connection=connection)
    await house.again()


@pytest.mark.parametrize("minutes", [-12, 12])
async def test_a_wrong_clock_is_told_in_the_header_and_the_work_goes_on(tmp_path: Path, minutes: int) -> None:
    async with House(tmp_path) as house:
        await ready(house, "FA-1")
        house.wire.stamp = house.now - timedelta(minutes=minutes)
        async with clerk_of(house, service=house.service) as clerk:
            await clerk.until_sees("clock is 12 minutes off")
            submit(house.desk, [house.document("FA-1.pdf").id])
            await until(lambda: house.deposited("FA-1") == 1)
