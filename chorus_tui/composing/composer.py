"""Composes files and looks into them in a worker process, as `intake.Reader` reads documents.

Every document is a job of its own: one that is too much for the worker is faulty, and the others are made.
"""

import asyncio
import errno
import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from chorus_tui.composing.protocol import (
    Answer,
    Flaw,
    Inside,
    Inspect,
    Make,
    Pack,
    Packed,
    Piece,
    Troubled,
    Unpack,
    Unpacked,
    decode_answer,
)
from chorus_tui.composing.records import (
    MAX_INVOICES,
    MAX_SIZE,
    Composed,
    Faulty,
    Inspected,
    Item,
    Made,
    Trouble,
    Unusable,
)
from chorus_tui.domain.flow import FlowInvoice, FlowMode, Syntax
from chorus_tui.i18n import N_, _
from chorus_tui.intake import Fault, Unreadable
from chorus_tui.intake.protocol import Refused
from chorus_tui.intake.worker_process import WorkerOwner, WorkerProcess

CPU_SECONDS = 20.0
"""Processor time for one document, or one archive."""
WALL_SECONDS = 90.0
MEMORY = 1024 * 1024 * 1024
"""Bytes of address space. A PDF of 10 MB is held a few times over while it is written anew."""

TOO_BIG = N_("With its attachments, the invoice is bigger than 10 MB, which Chorus Pro does not accept.")

_STEMS = {
    Syntax.FACTUR_X: "factur-x",
    Syntax.CII: "cii",
    Syntax.UBL: "ubl",
    Syntax.CII_MIN: "cii-min",
    Syntax.UBL_MIN: "ubl-min",
    Syntax.OTHER: "xml",
}
"""How the names of files begin, as those of OCA's client do (API 2.1)."""

LONGEST_NAME = 60
"""Characters of an invoice number in a file name; Chorus Pro allows 20 (API 3.4)."""


class _Ready(Piece, frozen=True, kw_only=True):
    """A document's file, and where it is."""

    item: Item
    path: str


class Composer(WorkerOwner[Answer]):
    """Makes files of documents, and looks into files, in one worker process."""

    def __init__(
        self,
        *,
        cpu_seconds: float = CPU_SECONDS,
        wall_seconds: float = WALL_SECONDS,
        memory: int = MEMORY,
    ) -> None:
        self._worker = WorkerProcess(
            "chorus_tui.composing.worker",
            decode_answer,
            cpu_seconds=cpu_seconds,
            wall_seconds=wall_seconds,
            memory=memory,
        )

    async def compose(self, items: Sequence[Item], *, mode: FlowMode, folder: Path) -> Composed:
        """The files that carry these documents, split by syntax and by Chorus Pro's limits.

        The same documents give the same bytes, so that a flow that is made again is known for the same.

        Args:
            mode: API and EDI take Factur-X and XML; the portal takes XML alone, so that a PDF goes inside a
                minimal CII. An EDI flow is an archive even of one invoice (API 5).
            folder: where the files are put, under names of their own.

        Raises:
            OSError: no process can run here, or the disk gives errors; nothing is wrong with the documents.
        """
        ready: list[_Ready] = []
        faulty: list[Faulty] = []
        for item in items:
            path = _new_file(folder)
            answer = _able(await self._worker.ask(Make(item, mode, path)), folder)
            if not isinstance(answer, Piece):
                faulty.append(Faulty(item.key, _sentence(answer)))
                _forget(path)
            elif answer.size > MAX_SIZE:
                faulty.append(Faulty(item.key, _(TOO_BIG)))
                _forget(path)
            else:
                ready.append(_Ready(answer.syntax, answer.extension, answer.size, item=item, path=path))
        made: list[Made] = []
        for syntax in dict.fromkeys(piece.syntax for piece in ready):
            of_one = [piece for piece in ready if piece.syntax is syntax]
            more, too_big = await self._files(syntax, of_one, mode, folder)
            made += more
            faulty += too_big
        return Composed(tuple(made), tuple(faulty))

    async def _files(
        self, syntax: Syntax, pieces: list[_Ready], mode: FlowMode, folder: Path
    ) -> tuple[list[Made], list[Faulty]]:
        names = _names(syntax, pieces)
        if len(pieces) == 1 and mode is not FlowMode.EDI:
            (piece,) = pieces
            only = ((piece.item.key, names[0]),)
            return [Made(syntax=syntax, name=names[0], path=piece.path, size=piece.size, members=only)], []
        files: list[Made] = []
        faulty: list[Faulty] = []
        waiting = list(zip(pieces, names, strict=True))
        while waiting:
            part = waiting[:MAX_INVOICES]
            path = _new_file(folder)
            job = Pack(tuple((piece.path, name) for piece, name in part), path, MAX_SIZE)
            answer = _able(await self._worker.ask(job), folder)
            if isinstance(answer, Packed) and answer.count:
                taken = part[: answer.count]
                members = tuple((piece.item.key, name) for piece, name in taken)
                name = f"{_STEMS[syntax]}_chorus_lot_factures.tar.gz"
                files.append(Made(syntax=syntax, name=name, path=path, size=answer.size, members=members))
            else:
                taken = part[:1]
                sentence = _(TOO_BIG) if isinstance(answer, Packed) else _sentence(answer)
                faulty.append(Faulty(taken[0][0].item.key, sentence))
                _forget(path)
            del waiting[: len(taken)]
        await asyncio.to_thread(_forget, *(piece.path for piece in pieces))
        return files, faulty

    async def inspect(self, path: Path) -> Inspected:
        """What a file holds: an XML, a Factur-X PDF, or a tar.gz or zip of many.

        Raises:
            Unusable: it is no flow, or a hostile archive.
        """
        async with _folder() as folder:
            unpacked = await self._unpacked(path, folder)
            invoices: list[FlowInvoice] = []
            faulty: list[Faulty] = []
            syntaxes: dict[Syntax, None] = {}
            for member, file in unpacked.members:
                answer = await self._worker.ask(Inspect(file, member))
                if not isinstance(answer, Inside):
                    faulty.append(Faulty(member, _sentence(answer)))
                    continue
                syntaxes[answer.syntax] = None
                if answer.invoice is not None:
                    invoices.append(answer.invoice)
                if answer.flaw is not None:
                    faulty.append(Faulty(member, _sentence(answer.flaw)))
        if not syntaxes:
            raise Unusable.of(Trouble.NOT_A_FLOW)
        if len(syntaxes) > 1:
            raise Unusable.of(Trouble.MIXED)
        return Inspected(
            syntax=next(iter(syntaxes)), size=unpacked.size, invoices=tuple(invoices), faulty=tuple(faulty)
        )

    async def take_out(self, path: Path, member: str, to: Path) -> Path:
        """Copy one member of an archive, or the file itself where it is none, to a path; gives the path.

        Raises:
            Unusable: there is no such member, or the archive is hostile.
        """
        async with _folder(to.parent) as folder:
            unpacked = await self._unpacked(path, folder)
            for name, file in unpacked.members:
                if name in ("", member):
                    return await asyncio.to_thread(Path(file).replace, to)
        raise Unusable.of(Trouble.NO_MEMBER)

    async def _unpacked(self, path: Path, folder: str) -> Unpacked:
        answer = await self._worker.ask(Unpack(os.fsencode(path), folder))
        if isinstance(answer, Troubled):
            raise Unusable.of(answer.trouble)
        if isinstance(answer, Refused):
            problem = Unreadable(answer.fault)
            raise Unusable(problem.reason, problem.advice)
        if not isinstance(answer, Unpacked):
            raise Unusable.of(Trouble.DAMAGED)
        return answer


def _new_file(folder: Path) -> str:
    descriptor, path = tempfile.mkstemp(prefix="flow-", dir=folder)
    os.close(descriptor)
    return path


def _forget(*paths: str) -> None:
    for path in paths:
        Path(path).unlink(missing_ok=True)


@asynccontextmanager
async def _folder(beside: Path | None = None) -> AsyncIterator[str]:
    """A folder for the members of an archive; taking away 500 files is no work for the loop."""
    folder = tempfile.mkdtemp(prefix="chorus-tui-", dir=beside)
    try:
        yield folder
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _able(answer: Answer | Refused, folder: Path) -> Answer | Refused:
    """The answer, unless this machine could give none."""
    if isinstance(answer, Refused) and answer.fault in (Fault.WORKER, Fault.DISK):
        raise OSError(errno.EIO, _(Unreadable(answer.fault).reason), str(folder))
    return answer


def _sentence(answer: Answer | Refused) -> str:
    if isinstance(answer, Flaw):
        return _(answer.words).format(**answer.values)
    return _(Unreadable(answer.fault if isinstance(answer, Refused) else Fault.DAMAGED).reason)


def _names(syntax: Syntax, pieces: Iterable[_Ready]) -> list[str]:
    """A name for each file, safe everywhere and different from the others whatever the case."""
    taken: set[str] = set()
    names = []
    for piece in pieces:
        stem = f"{_STEMS[syntax]}_chorus_facture_{_plain(piece.item.fields.number or '')}"
        name = f"{stem}.{piece.extension}"
        count = 1
        while name.lower() in taken:
            count += 1
            name = f"{stem}_{count}.{piece.extension}"
        taken.add(name.lower())
        names.append(name)
    return names


def _plain(number: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", number).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_+.-]", "-", ascii_only)[:LONGEST_NAME].strip(".") or "x"
