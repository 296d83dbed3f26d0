"""Importing the public directory of recipients: a worker process reads and writes, the console stays usable.

    shape = look(path)                                        # separator, encoding, headings, guessed columns
    report = await import_in_background(desk, shape, shape.mapping, told=lambda percent: …)

200 000 rows go through Python and SQLite; in a process of their own they cost the console nothing (a thread
would share the interpreter with every key). The file that results takes the place of the old directory in
one step; an import that is stopped or killed leaves the old one as it was.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from chorus_tui.i18n import N_, _
from chorus_tui.intake.directory import Entry, Role, Shape, Tally, read
from chorus_tui.intake.sheets import DirectoryUnreadable
from chorus_tui.operations.alerts import flag
from chorus_tui.operations.desk import SLICE, Desk, note
from chorus_tui.operations.listing import WAITING_STATES
from chorus_tui.store import Listed, ListedService, replacing
from chorus_tui.text import clean

BATCH = 1000
"""Rows written at a time."""
LONGEST_LINE = 8 * 1024 * 1024
"""Bytes of one thing that the worker says: the headings and first rows of a file at most."""


class Look(Struct, frozen=True, kw_only=True, tag="look"):
    """A file to look at in the worker process: a workbook is unpacked whole before its first row."""

    path: str
    sheet: str = ""


class Job(Struct, frozen=True, kw_only=True, tag="import"):
    """A file to import in the worker process."""

    folder: str
    who: str
    at: datetime
    shape: Shape
    mapping: dict[Role, int]


class Report(Struct, frozen=True, kw_only=True):
    """What came of an import."""

    source: str
    """The name of the file."""
    rows: int
    structures: int
    services: int
    bad: int
    told: tuple[tuple[int, str], ...]
    """Line and why (English source string), of the first rows that could not be used."""
    padded: int
    """SIRETs that got back the leading zeros a spreadsheet took."""
    flagged: tuple[str, ...] = ()
    """Recipients of waiting documents of which the directory says something else than was known."""


class Stage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of what the worker process says."""

    percent: int = 0
    shape: Shape | None = None
    report: Report | None = None
    reason: str = ""
    advice: str = ""


class ImportFailed(Exception):
    """The import did not happen, and the directory before it stands."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """In the operator's language."""
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.reason} {self.advice}".strip()


ENDED = N_("The process that reads the directory ended before its time.")
NO_COLUMN = N_("No column is known to hold the SIRET.")
NAME_COLUMN = N_("Say which one does: --column siret=HEADING, or choose it on the screen.")


def write_directory(job: Job, told: Callable[[int], None]) -> Report:
    """Read a file and put the directory that it makes in the place of the old one.

    Raises:
        DirectoryUnreadable, StoreError: nothing changed.
    """
    if Role.SIRET not in job.mapping:
        raise DirectoryUnreadable(_(NO_COLUMN), _(NAME_COLUMN))
    tally = Tally()
    source = clean(Path(job.shape.path).name)
    with replacing(Path(job.folder)) as draft:
        for batch in _batches(read(job.shape, job.mapping, tally, told)):
            draft.add(map(_listed, batch))
        if not draft.structures:
            raise DirectoryUnreadable(
                _("None of the {rows} rows holds a SIRET in the column “{heading}”.").format(
                    rows=tally.rows, heading=_heading(job)
                ),
                _(NAME_COLUMN),
            )
        draft.finish(job.who, source, job.at)
    return Report(
        source=source,
        rows=tally.rows,
        structures=draft.structures,
        services=draft.services,
        bad=tally.bad,
        told=tuple(tally.told),
        padded=tally.padded,
    )


def rehearse(shape: Shape, mapping: Mapping[Role, int], told: Callable[[int], None] | None = None) -> Report:
    """What an import would find, without changing anything.

    Raises:
        DirectoryUnreadable
    """
    if Role.SIRET not in mapping:
        raise DirectoryUnreadable(_(NO_COLUMN), _(NAME_COLUMN))
    tally = Tally()
    sirets: set[str] = set()
    services: set[tuple[str, str]] = set()
    for entry in read(shape, mapping, tally, told):
        sirets.add(entry.siret)
        if entry.service_code:
            services.add((entry.siret, entry.service_code))
    return Report(
        source=clean(Path(shape.path).name),
        rows=tally.rows,
        structures=len(sirets),
        services=len(services),
        bad=tally.bad,
        told=tuple(tally.told),
        padded=tally.padded,
    )


def _heading(job: Job) -> str:
    at = job.mapping[Role.SIRET]
    return job.shape.headings[at] if at < len(job.shape.headings) else f"#{at + 1}"


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def _listed(entry: Entry) -> Listed:
    services: tuple[ListedService, ...] = ()
    if entry.service_code:
        services = (
            ListedService(
                code=entry.service_code,
                name=entry.service_name,
                active=entry.service_active,
                commitment_required=entry.service_commitment,
            ),
        )
    return Listed(
        siret=entry.siret,
        name=entry.name,
        place=entry.place,
        active=entry.active,
        service_required=entry.service_required,
        commitment_required=entry.commitment_required,
        service_or_commitment=entry.service_or_commitment,
        services=services,
    )


# Beside a running console


async def look_in_background(path: Path, sheet: str = "") -> Shape:
    """What a file looks like and what its columns are guessed to be (`intake.directory.look`).

    Raises:
        ImportFailed
    """
    last = await _in_worker(Look(path=os.fspath(path), sheet=sheet), lambda _percent: None)
    if last.shape is None:
        raise ImportFailed(_(ENDED), "")
    return last.shape


async def import_in_background(
    desk: Desk, shape: Shape, mapping: Mapping[Role, int], told: Callable[[int], None] = lambda _percent: None
) -> Report:
    """Import a directory in a process of its own, then flag what it says otherwise of waiting documents.

    Cancelled, it stops, and the old directory stands.

    Args:
        told: called with the share that was read, in percent.

    Raises:
        ImportFailed, StoreError
    """
    before = await _listed_before(desk)
    last = await _in_worker(_job(desk, shape, mapping), told)
    if last.report is None:
        raise ImportFailed(_(ENDED), _("The file may be too large for this machine; try it as CSV."))
    return await _settled(desk, last.report, before)


def import_directory(
    desk: Desk, shape: Shape, mapping: Mapping[Role, int], told: Callable[[int], None] = lambda _percent: None
) -> Report:
    """The same where nothing runs beside it, as on the command line.

    Raises:
        DirectoryUnreadable, StoreError
    """
    before = {siret: desk.store.directory.get(siret) for siret in _waiting_for(desk)}
    report = write_directory(_job(desk, shape, mapping), told)
    return msgspec.structs.replace(report, flagged=tuple(_record(desk, report, before)))


def _job(desk: Desk, shape: Shape, mapping: Mapping[Role, int]) -> Job:
    return Job(folder=str(desk.store.folder), who=desk.who, at=desk.now(), shape=shape, mapping=dict(mapping))


def _waiting_for(desk: Desk) -> set[str]:
    """The recipients of waiting documents."""
    found = {
        document.fields.recipient_siret or ""
        for state in WAITING_STATES
        for document in desk.store.documents.by("state", state)
    }
    return found - {""}


async def _listed_before(desk: Desk) -> dict[str, Listed | None]:
    """What the directory says of the recipients of waiting documents, before another one takes its place."""
    ids = [d.id for state in WAITING_STATES for d in desk.store.documents.by("state", state)]
    found: dict[str, Listed | None] = {}
    for count, key in enumerate(ids, 1):
        document = desk.store.documents.get(key)
        siret = document.fields.recipient_siret if document is not None else None
        if siret and siret not in found:
            found[siret] = desk.store.directory.get(siret)
        if count % (SLICE * 4) == 0:
            await asyncio.sleep(0)
    return found


async def _settled(desk: Desk, report: Report, before: Mapping[str, Listed | None]) -> Report:
    sirets = list(before)
    flagged: list[str] = []
    _record(desk, report, {})
    for start in range(0, len(sirets), SLICE):
        flagged += flag(desk, {siret: before[siret] for siret in sirets[start : start + SLICE]})
        await asyncio.sleep(0)
    return msgspec.structs.replace(report, flagged=tuple(flagged))


def _record(desk: Desk, report: Report, before: Mapping[str, Listed | None]) -> list[str]:
    with desk.store.transaction():
        note(desk, "import", "directory", f"{report.source}: {report.structures}, {report.bad} bad")
        return flag(desk, before)


async def _in_worker(job: Job | Look, told: Callable[[int], None]) -> Stage:
    """The last thing that the worker says.

    Raises:
        ImportFailed: it says why it cannot.
    """
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # the working directory may be anybody's: nothing is imported from there
        "-m",
        "chorus_tui.operations.directory_worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # the terminal's ctrl+c and hang-up are not for it
        env=_environment(),
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    try:
        worker.stdin.write(msgspec.json.encode(job))
        await worker.stdin.drain()
        worker.stdin.close()
        last = Stage()
        async for line in worker.stdout:
            last = msgspec.json.decode(line, type=Stage)
            if last.percent:
                told(last.percent)
        await worker.wait()
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise ImportFailed(_(ENDED), "") from error
    finally:
        if worker.returncode is None:
            with suppress(ProcessLookupError):
                worker.kill()
            await worker.wait()
    if last.reason:
        raise ImportFailed(last.reason, last.advice)
    return last


def _environment() -> dict[str, str]:
    """Nothing of the console's own: secrets may be in it, and the worker opens files from outside."""
    names = ("LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LD_LIBRARY_PATH")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
