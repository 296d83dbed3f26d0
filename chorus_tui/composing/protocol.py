"""What the console and the composing worker say to each other."""

import msgspec
from msgspec import Struct

from chorus_tui.composing.records import Item, Trouble
from chorus_tui.domain.flow import FlowInvoice, FlowMode, Syntax
from chorus_tui.intake.protocol import Refused


class Make(Struct, frozen=True, tag="make"):
    """Make one document's file."""

    item: Item
    mode: FlowMode
    to: str


class Pack(Struct, frozen=True, tag="pack"):
    """Put as many files as go into one archive, in their order."""

    members: tuple[tuple[str, str], ...]
    """Path, and name in the archive."""
    to: str
    limit: int
    """Bytes of the archive."""


class Unpack(Struct, frozen=True, tag="unpack"):
    """Take a file apart: an archive into its members, anything else as it is."""

    path: bytes
    folder: str


class Inspect(Struct, frozen=True, tag="inspect"):
    """Look into one invoice."""

    path: str
    member: str


Job = Make | Pack | Unpack | Inspect


class Piece(Struct, frozen=True, tag="piece"):
    """A document's file was made."""

    syntax: Syntax
    extension: str
    size: int


class Packed(Struct, frozen=True, tag="packed"):
    """An archive was made of the first `count` files; 0: not even the first fits."""

    count: int
    size: int


class Unpacked(Struct, frozen=True, tag="unpacked"):
    """The members of an archive, in its order; one without a name: the file itself."""

    members: tuple[tuple[str, str], ...]
    """Name, safe to show, and path."""
    size: int


class Inside(Struct, frozen=True, tag="inside"):
    """What one invoice says, and what is wrong with it."""

    syntax: Syntax
    invoice: FlowInvoice | None
    flaw: "Flaw | None" = None


class Flaw(Struct, frozen=True, tag="flaw"):
    """Why something cannot be done, for the console to say in the operator's language."""

    words: str
    """English source string."""
    values: dict[str, str] = {}
    """What stands in its braces."""


class Troubled(Struct, frozen=True, tag="troubled"):
    """The file as a whole is no flow."""

    trouble: Trouble


Answer = Piece | Packed | Unpacked | Inside | Flaw | Troubled

_jobs: "msgspec.msgpack.Decoder[Job]" = msgspec.msgpack.Decoder(Job)
decode_job = _jobs.decode
_answers: "msgspec.msgpack.Decoder[Answer | Refused]" = msgspec.msgpack.Decoder(Answer | Refused)
decode_answer = _answers.decode
