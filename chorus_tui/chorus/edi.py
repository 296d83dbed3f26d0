"""What the files of an EDI gateway are called, and the numbers of its flows (API 5).

Sourced: the interface codes, `<interface>_<partner>_<flow number>` as name of a `.tar.gz`, and the flow
number's make-up. Invented, because no source tells: that a gateway takes flows from one folder and returns
files into another, that it acknowledges each flow by a file, and what such an acknowledgement holds
(`returns`).
"""

import gzip
import io
import re
import tarfile

from msgspec import Struct

from chorus_tui.domain.flow import Syntax

INTERFACES = {
    Syntax.FACTUR_X: "FSO1117A",
    Syntax.CII: "FSO1106A",
    Syntax.UBL: "FSO1100A",
    Syntax.CII_MIN: "FSO1110A",
    Syntax.UBL_MIN: "FSO1110A",
}
"""The interface that each syntax travels on."""

ARCHIVE = ".tar.gz"
LAST = 10**15 - 1
"""The highest number that fifteen digits hold."""

_NUMBER = re.compile(r"([A-Z]{3}[0-9]{3})([0-9]{4})([0-9]{15})")
_SPACED = re.compile(r"(?<![A-Z0-9])[A-Z]{3}(?:[\s\u00a0\u202f.-]*[0-9]){22}(?![0-9])", re.IGNORECASE)
_NAME = re.compile(r"([A-Z]{3}[0-9]{4}[A-Z])_([A-Z]{3}[0-9]{3})_([A-Za-z0-9]{1,40})")
_GZIP = b"\x1f\x8b"


class FlowNumber(Struct, frozen=True):
    """The parts of a flow's number, where it has the usual shape; elsewhere a number is opaque."""

    partner: str
    digits: str
    """Of the interface."""
    sequence: int

    @property
    def interface(self) -> str:
        """The code of the interface, which all deposits of invoices share the letters of."""
        return f"FSO{self.digits}A"

    def __str__(self) -> str:
        return f"{self.partner}{self.digits}{self.sequence:015}"


class FileName(Struct, frozen=True):
    """The parts of an exchanged file's name."""

    interface: str
    partner: str
    number: str
    """Of the flow that the file is."""


def flow_number(partner: str, syntax: Syntax, sequence: int) -> FlowNumber:
    """The number of a flow that is ours to give.

    Raises:
        KeyError: no interface takes such files.
        ValueError: the sequence has come to its end.
    """
    if not 0 < sequence <= LAST:
        raise ValueError(sequence)
    return FlowNumber(partner, INTERFACES[syntax][3:7], sequence)


def parse_number(number: str) -> FlowNumber | None:
    """The parts of a number; None where it has another shape."""
    parts = _NUMBER.fullmatch(number)
    return FlowNumber(parts[1], parts[2], int(parts[3])) if parts else None


def numbers_in(text: str) -> tuple[str, ...]:
    """Every flow number in a text that somebody pasted, however spaced."""
    found = (re.sub(r"[^A-Z0-9]", "", match.upper()) for match in _SPACED.findall(text))
    return tuple(dict.fromkeys(found))


def file_name(number: FlowNumber) -> str:
    """What the archive of a flow is called."""
    return f"{number.interface}_{number.partner}_{number}{ARCHIVE}"


def parse_name(name: str) -> FileName | None:
    """The parts of a file's name, whatever it ends in; None where it is not of this shape."""
    parts = _NAME.match(name)
    rest = name[parts.end() :] if parts else ""
    return FileName(parts[1], parts[2], parts[3]) if parts and (not rest or rest[0] == ".") else None


def archive(content: bytes, member: str) -> bytes:
    """A flow as EDI carries it: a file of its own goes into an archive, one that is an archive stays.

    The same file makes the same archive.
    """
    if content.startswith(_GZIP):
        return content
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        info = tarfile.TarInfo(member)
        info.size, info.mode = len(content), 0o644
        tar.addfile(info, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)
