"""Files are looked into: what they are by their content, what each invoice says, nothing hostile opened."""

import asyncio
import io
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chorus_tui.composing import Composer, Unusable, archives
from chorus_tui.composing.protocol import Pack, Unpack
from chorus_tui.composing.records import Trouble
from chorus_tui.domain.flow import Syntax
from tests import ubl as ubl_sheets
from tests.cii import with_lines
from tests.pdfs import draw
from tests.sheets import RECIPIENT, SUPPLIER, Sheet

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHEET = Sheet(number="FA-1", facturx="basicwl")


def sheet(number: str) -> Sheet:
    return replace(SHEET, number=number)


def tar_gz(members: Iterable[tuple[str, bytes]], mode: str = "w:gz") -> bytes:
    """An archive as any tool makes it."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode=mode) as tar:  # type: ignore[call-overload]
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return whole.getvalue()


def zipped(members: Iterable[tuple[str, bytes]]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return whole.getvalue()


def odd_member(**said: object) -> bytes:
    """A tar.gz whose second member is no ordinary file."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as tar:
        content = ubl_sheets.xml(SHEET)
        info = tarfile.TarInfo("a.xml")
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
        odd = tarfile.TarInfo("b.xml")
        for name, value in said.items():
            setattr(odd, name, value)
        tar.addfile(odd, io.BytesIO(b""))
    return whole.getvalue()


def content_of(path: str) -> bytes:
    return Path(path).read_bytes()


def put(folder: Path, content: bytes, name: str = "file.bin") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("make", "syntax"),
    [
        (lambda: draw(SHEET), Syntax.FACTUR_X),
        (lambda: with_lines(SHEET), Syntax.CII),
        (lambda: ubl_sheets.xml(SHEET), Syntax.UBL),
        (lambda: ubl_sheets.xml(replace(SHEET, credit=True)), Syntax.UBL),
        (lambda: b"\xef\xbb\xbf" + with_lines(SHEET), Syntax.CII),
        (lambda: with_lines(SHEET).decode().replace("UTF-8", "UTF-16").encode("utf-16"), Syntax.CII),
    ],
)
async def test_a_single_file_is_known_by_its_content(
    composer: Composer, tmp_path: Path, make: Callable[[], bytes], syntax: Syntax
) -> None:
    """S2-053: the syntax is found, not asked."""
    found = await composer.inspect(put(tmp_path, make(), "liar.zip"))
    assert (found.syntax, found.faulty) == (syntax, ())
    (invoice,) = found.invoices
    assert (invoice.number, invoice.member) == ("FA-1", "")
    assert (invoice.supplier_siret, invoice.recipient_siret) == (SUPPLIER.siret, RECIPIENT.siret)
    assert (invoice.recipient_name, invoice.issued) == (RECIPIENT.name, SHEET.issued)
    assert invoice.amount == Decimal("816.00")


@pytest.mark.parametrize("pack", [tar_gz, zipped, lambda members: tar_gz(members, "w")])
async def test_an_archive_tells_every_invoice_in_its_order(
    composer: Composer, tmp_path: Path, pack: Callable[[Iterable[tuple[str, bytes]]], bytes]
) -> None:
    """S2-005: of a flow that other software made, each invoice is known before it is deposited."""
    members = [(f"dir/{n}.xml", ubl_sheets.xml(sheet(f"F-{n}"))) for n in (3, 1, 2)]
    path = put(tmp_path, pack(members))
    found = await composer.inspect(path)
    assert [(i.number, i.member) for i in found.invoices] == [(f"F-{n}", f"dir/{n}.xml") for n in (3, 1, 2)]
    assert (found.syntax, found.size, found.faulty) == (Syntax.UBL, path.stat().st_size, ())
    out = await composer.take_out(path, "dir/1.xml", tmp_path / "out.xml")
    assert out.read_bytes() == members[1][1]
    with pytest.raises(Unusable, match="no file of this name"):
        await composer.take_out(path, "dir/9.xml", tmp_path / "nothing.xml")


async def test_a_member_that_is_wrong_is_named_and_the_others_are_told(
    composer: Composer, tmp_path: Path
) -> None:
    """S2-040: a technical rejection is foreseen, invoice by invoice."""
    good = with_lines(sheet("F-1"))
    broken = with_lines(sheet("F-2")).replace(b"<ram:TypeCode>380</ram:TypeCode>", b"<ram:Oops/>")
    members = [("1.xml", good), ("2.xml", broken), ("3.xml", b"<html/>"), ("readme.txt", b"hello")]
    found = await composer.inspect(put(tmp_path, tar_gz(members)))
    assert [i.number for i in found.invoices] == ["F-1", "F-2"]
    assert [(f.key, f.sentence) for f in found.faulty] == [
        ("2.xml", "The XML does not follow its schema: Oops (line 4) stands where TypeCode is expected."),
        ("3.xml", "The file is neither an invoice in XML (CII, UBL) nor a Factur-X PDF."),
        ("readme.txt", "The file is neither an invoice in XML (CII, UBL) nor a Factur-X PDF."),
    ]


async def test_a_pdf_without_factur_x_is_no_flow(composer: Composer, tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="neither"):
        await composer.inspect(put(tmp_path, draw(SHEET, embed=False)))


async def test_what_a_file_says_cannot_reach_the_terminal(composer: Composer, tmp_path: Path) -> None:
    evil = ubl_sheets.xml(replace(SHEET, number="F-1\u202e\u009b31m"))
    found = await composer.inspect(put(tmp_path, tar_gz([("a\x1b]0;x\x07.xml", evil)])))
    assert found.invoices[0].number.isprintable()
    assert found.invoices[0].member.isprintable()


def bomb() -> bytes:
    return tar_gz([("a.xml", b" " * (9 * 1024 * 1024)), ("b.xml", b" " * (9 * 1024 * 1024)),
                   ("c.xml", b" " * (9 * 1024 * 1024))])  # fmt: skip


XML = ubl_sheets.xml(SHEET)
HOSTILE: dict[str, tuple[Callable[[], bytes], Trouble]] = {
    "parent": (lambda: tar_gz([("../../etc/cron.d/x", XML)]), Trouble.OUTSIDE),
    "parent inside": (lambda: tar_gz([("a/../../x", XML)]), Trouble.OUTSIDE),
    "absolute": (lambda: tar_gz([("/etc/passwd", XML)]), Trouble.OUTSIDE),
    "drive": (lambda: zipped([("C:\\x.xml", XML)]), Trouble.OUTSIDE),
    "backslashes": (lambda: zipped([("..\\..\\x.xml", XML)]), Trouble.OUTSIDE),
    "symbolic link": (lambda: odd_member(type=tarfile.SYMTYPE, linkname="/etc/passwd"), Trouble.LINKS),
    "hard link": (lambda: odd_member(type=tarfile.LNKTYPE, linkname="a.xml"), Trouble.LINKS),
    "device": (lambda: odd_member(type=tarfile.CHRTYPE), Trouble.LINKS),
    "pipe": (lambda: odd_member(type=tarfile.FIFOTYPE), Trouble.LINKS),
    "sparse": (lambda: odd_member(type=tarfile.GNUTYPE_SPARSE), Trouble.BOMB),
    "bomb": (bomb, Trouble.BOMB),
    "huge member": (lambda: zipped([("a.xml", b" " * (11 * 1024 * 1024))]), Trouble.BOMB),
    "archive in archive": (lambda: tar_gz([("a.zip", zipped([("b.xml", XML)]))]), Trouble.NESTED),
    "archive by another name": (lambda: zipped([("a.xml", tar_gz([("b", XML)]))]), Trouble.NESTED),
    "twice": (lambda: tar_gz([("a.xml", XML), ("a.xml", XML)]), Trouble.TWICE),
    "too many": (lambda: tar_gz((f"{n}.xml", b"<a/>") for n in range(501)), Trouble.TOO_MANY),
    "only folders": (lambda: zipped([("a/", b""), ("b/", b"")]), Trouble.NOTHING),
    "cut": (lambda: tar_gz([("a.xml", os.urandom(9000))])[:-2000], Trouble.DAMAGED),
    "zip of nothing": (lambda: b"PK\x03\x04" + b"x" * 400, Trouble.DAMAGED),
    "empty": (lambda: b"", Trouble.NOTHING),
    "too big": (lambda: os.urandom(10 * 1024 * 1024 + 1), Trouble.TOO_BIG),
    "mixed": (lambda: tar_gz([("a.xml", XML), ("b.xml", with_lines(SHEET))]), Trouble.MIXED),
    "no archive": (lambda: b"hello", Trouble.NOT_A_FLOW),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_or_useless_archive_is_refused_with_a_reason(
    composer: Composer, tmp_path: Path, name: str
) -> None:
    make, trouble = HOSTILE[name]
    path = put(tmp_path, make())
    with pytest.raises(Unusable) as refused:
        await composer.inspect(path)
    assert refused.value.reason == Unusable.of(trouble).reason
    assert refused.value.advice
    assert os.listdir(tmp_path) == ["file.bin"]  # noqa: PTH208


async def test_a_file_that_is_not_there_is_said_to_be_gone(composer: Composer, tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="went away"):
        await composer.inspect(tmp_path / "gone.xml")


NAMES = st.from_regex(r"[a-z]{1,8}\.xml", fullmatch=True)


@given(
    contents=st.dictionaries(
        NAMES,
        st.binary(min_size=1, max_size=3000).filter(lambda content: not archives._is_archive(content)),
        min_size=1,
        max_size=8,
    ),
    limit=st.integers(100, 30_000),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_is_packed_is_unpacked_the_same_and_never_over_the_limit(
    tmp_path_factory: pytest.TempPathFactory, contents: dict[str, bytes], limit: int
) -> None:
    folder = tmp_path_factory.mktemp("pack")
    members = []
    for name, content in contents.items():
        members.append((str(put(folder, content, name)), name))
    out = folder / "out.tar.gz"
    packed = archives.pack(Pack(tuple(members), str(out), limit))
    if packed.count:
        assert out.stat().st_size == packed.size <= limit
        with tarfile.open(out) as tar:
            assert tar.getnames() == list(contents)[: packed.count]
        aside = folder / "aside"
        aside.mkdir()
        unpacked = archives.unpack(Unpack(os.fsencode(out), str(aside)))
        found = {name: content_of(path) for name, path in unpacked.members}
        assert found == dict(list(contents.items())[: packed.count])


@given(
    noise=st.binary(max_size=600),
    start=st.sampled_from([b"\x1f\x8b\x08", b"PK\x03\x04", b"<", b"%PDF-1.7", b""]),
)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_noise_is_never_more_than_a_refusal(
    composer: Composer, tmp_path_factory: pytest.TempPathFactory, noise: bytes, start: bytes
) -> None:
    path = put(tmp_path_factory.mktemp("noise"), start + noise)
    with pytest.raises(Unusable):
        await asyncio.wait_for(composer.inspect(path), 20)
