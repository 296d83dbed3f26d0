"""What the console and the worker process say to each other: length-prefixed MessagePack, typed on both ends.

No pickle: the worker parses hostile files, and nothing it answers may run here.
"""

from typing import Literal

import msgspec
from msgspec import Struct

from chorus_tui.intake.reading import Fault, Reading

HEADER = 4
"""Bytes of the big-endian length before each message."""

MAX_ANSWER = 32 * 1024 * 1024
"""Bytes; a longer answer is no answer of ours."""


class Job(Struct, frozen=True):
    """One file to read, or some of its pages to lay out."""

    path: bytes
    """As the file system has it, in any encoding."""
    task: Literal["read", "layout"]
    first: int = 0
    count: int = 1


class Read(Struct, frozen=True, tag="read"):
    """The answer to "read"."""

    reading: Reading


class Pages(Struct, frozen=True, tag="pages"):
    """The answer to "layout"."""

    pages: tuple[str, ...]


class Refused(Struct, frozen=True, tag="refused"):
    """The file cannot be read."""

    fault: Fault


Answer = Read | Pages | Refused

encode = msgspec.msgpack.Encoder().encode
decode_job = msgspec.msgpack.Decoder(Job).decode
_answers: "msgspec.msgpack.Decoder[Answer]" = msgspec.msgpack.Decoder(Answer)
decode_answer = _answers.decode


def frame(message: Struct) -> bytes:
    """A message as it goes through the pipe."""
    body = encode(message)
    return len(body).to_bytes(HEADER, "big") + body
