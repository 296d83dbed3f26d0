"""What a form has to ask elsewhere: Chorus Pro, the folders, the copies of attachments."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import structs

from chorus_tui.chorus.errors import ChorusError
from chorus_tui.domain.fields import Source
from chorus_tui.domain.recipient import Recipient
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import _
from chorus_tui.intake import Unreadable
from chorus_tui.operations import attachments, matching
from chorus_tui.operations.desk import Desk, Refusal
from chorus_tui.store import StoreError
from chorus_tui.text import clean
from chorus_tui.ui.screens.form_sheet import list_options
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

if TYPE_CHECKING:
    from chorus_tui.sync import Lookups

ATTACHMENT_TYPES = "attachment_types"
"""The list of Chorus Pro that names the kinds of attachments."""

FILES_SHOWN = 500
"""Entries of a folder that are listed; who looks for another one types its beginning."""


class Errands:
    """Runs the errands of one typist and gives it the answers."""

    def __init__(
        self,
        desk: Desk,
        lookups: "Callable[[], Lookups | None]",
        typist: Typist,
        say: Callable[[str, Tone], None],
    ) -> None:
        """
        Args:
            lookups: What asks Chorus Pro, as soon as there is something; None: not connected (yet).
        """
        self._desk = desk
        self._lookups = lookups
        self._typist = typist
        self._say = say

    async def look_up(self) -> None:
        """Fetch what the form needs and the store lacks; without it the form works as well."""
        sheet = self._typist.sheet
        siret, supplier = sheet.fields.recipient_siret, sheet.fields.supplier_siret
        if siret and (sheet.recipient is None or sheet.recipient.checked_at is None):
            await self._recipient(siret)
        if supplier and (sheet.supplier is None or sheet.supplier.fetched_at is None):
            found, _why = await self._ask("supplier", supplier)
            if found is not None:
                self._typist.sheet = replace(self._typist.sheet, supplier=found)
        if not self._typist.types:
            choices, _why = await self._ask("choices", ATTACHMENT_TYPES)
            self._typist.types = list_options(choices or ())

    async def run(self, want: Want) -> None:
        """Do one errand."""
        match want:
            case FindRecipients(text=text):
                found, why = await self._ask("find_recipients", text)
                self._typist.recipients_found(text, found, why)
            case AskRecipient(siret=siret):
                await self._recipient(siret)
            case AskService(siret=siret, code=code):
                recipient = self._desk.store.recipients.get(siret)
                if recipient is not None:
                    await self._ask("service_demands", recipient, code)
                    self._know(self._desk.store.recipients.get(siret))
            case AskCommitment(siret=siret, number=number):
                known, _why = await self._ask("commitment_known", siret, number)
                if self._typist.sheet.fields.commitment_number == number:
                    self._typist.sheet = replace(self._typist.sheet, commitment_known=known)
            case ListFiles(text=text):
                self._typist.files_found(text, await asyncio.to_thread(paths_like, text))
            case Attach(path=path, type_code=code):
                await self._attach(Path(path), code)
            case Detach(place=place):
                self._detach(place)

    async def _ask(self, question: str, *arguments: Any) -> tuple[Any, str]:
        return await asked(self._lookups(), question, *arguments)

    async def _recipient(self, siret: str) -> None:
        found, why = await self._ask("recipient", siret)
        if why:
            self._say(why, Tone.WAITS)
        self._know(found or self._desk.store.recipients.get(siret))

    def _know(self, recipient: Recipient | None) -> None:
        """Take in what a recipient demands, and the service that its printed label stands for (S1-026)."""
        if recipient is None:
            return
        self._typist.recipient_known(recipient)
        sheet = self._typist.sheet
        if "service_code" in sheet.typed:
            return
        matched = matching.fill(self._desk, sheet.as_typed).readings.get(Source.MATCH)
        readings = dict(sheet.document.readings)
        readings.pop(Source.MATCH, None)
        if matched is not None:
            readings[Source.MATCH] = matched
        self._typist.follow(structs.replace(sheet.document, readings=readings))

    async def _attach(self, path: Path, type_code: str) -> None:
        document_id = self._typist.sheet.document.id
        try:
            attachment = await asyncio.to_thread(attachments.copy_attachment, self._desk, path, type_code)
            document = attachments.add_attachment(self._desk, document_id, attachment)
        except (Refusal, StoreError) as refusal:
            self._say(str(refusal), Tone.BAD)
        else:
            self._typist.follow(document)
            self._say(_("{name} is attached.").format(name=clean(path.name)), Tone.GOOD)

    def _detach(self, place: int) -> None:
        document = self._typist.sheet.document
        attachment = document.attachments[place]
        try:
            self._typist.follow(attachments.detach(self._desk, document.id, attachment.sha256))
        except (Refusal, StoreError) as refusal:
            self._say(str(refusal), Tone.BAD)
            return
        self._say(_("{name} is not attached any more.").format(name=attachment.name), Tone.PLAIN)

    async def page_text(self, page: int) -> tuple[str, bool]:
        """A page of the invoice, or why it cannot be shown; and whether it is the page."""
        document = self._typist.sheet.document
        failure = document.failure
        lookups = self._lookups()
        if lookups is None or not document.sha256:
            why = f"{_(failure.message)}\n{_(failure.remedy)}" if failure else ""
            return why or _("This console cannot read PDF files."), False
        try:
            text = await lookups.page_text(document, page)
        except Unreadable as problem:
            return f"{_(problem.reason)}\n{_(problem.advice)}", False
        if not text.strip():
            return _("This page holds no text; it is an image. Open the PDF itself to read it."), False
        return text, True


async def asked(lookups: "Lookups | None", question: str, *arguments: Any) -> tuple[Any, str]:
    """What Chorus Pro answers, or None and why not.

    Args:
        question: the name of a method of `Lookups`.
    """
    if lookups is None:
        return None, _("This console is not connected to Chorus Pro.")
    asking: Awaitable[Any] = getattr(lookups, question)(*arguments)
    try:
        return await asking, ""
    except ChorusError as problem:
        return None, f"{_(problem.title)}. {_(problem.advice)}".strip()


def paths_like(text: str) -> tuple[str, ...]:
    """The files and folders whose path begins with a text, folders with a slash at the end.

    A name that is not safe to show is left out: what is picked must be what is attached.
    """
    typed = Path(text).expanduser() if text else Path.home()
    folder = typed if not text or text.endswith("/") else typed.parent
    beginning = "" if folder == typed else typed.name.lower()
    found: list[tuple[bool, str]] = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            hidden = entry.name.startswith(".") and not beginning.startswith(".")
            if hidden or not entry.name.lower().startswith(beginning) or clean(entry.name) != entry.name:
                continue
            found.append((not entry.is_dir(), str(folder / entry.name)))
    found.sort()
    up = [] if beginning or folder.parent == folder else [str(folder.parent).rstrip("/") + "/"]
    return (*(path if is_file else f"{path}/" for is_file, path in found[:FILES_SHOWN]), *up)
