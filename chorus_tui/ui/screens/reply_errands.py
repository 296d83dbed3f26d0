"""What the form of a reply has to ask elsewhere: Chorus Pro, and the copies of its attachments."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from msgspec import structs

from chorus_tui.domain.document import Attachment
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import _
from chorus_tui.operations import attachments
from chorus_tui.operations.desk import Refusal
from chorus_tui.store import StoreError
from chorus_tui.text import clean
from chorus_tui.ui.screens.form_errands import Errands
from chorus_tui.ui.screens.picker_folder import Entry
from chorus_tui.ui.screens.reply_sheet import ReplySheet


class ReplyErrands(Errands):
    """Files go with the reply that is being written, and with no stored document."""

    async def _attach(self, path: Path, type_code: str) -> None:
        try:
            copied = await asyncio.to_thread(attachments.copy_attachment, self._desk, path, type_code)
        except (Refusal, StoreError) as refusal:
            self._say(str(refusal), Tone.BAD)
            return
        sheet = self._typist.sheet
        why = why_not_attach(sheet, [copied])
        if why:
            self._say(why, Tone.BAD)
            return
        files = (*sheet.document.attachments, copied)
        self._typist.follow(structs.replace(sheet.document, attachments=files))
        self._say(_("{name} is attached.").format(name=clean(path.name)), Tone.GOOD)

    def _detach(self, place: int) -> None:
        document = self._typist.sheet.document
        gone, kept = document.attachments[place], list(document.attachments)
        del kept[place]
        self._typist.follow(structs.replace(document, attachments=tuple(kept)))
        self._say(_("{name} is not attached any more.").format(name=gone.name), Tone.PLAIN)


def why_not_attach(sheet: object, more: Sequence[Attachment]) -> str:
    """Why files cannot go with a reply, given those that do already; empty: they can."""
    assert isinstance(sheet, ReplySheet)
    before = {problem.text for problem in sheet.problems.get("attachments", ())}
    document = structs.replace(sheet.document, attachments=(*sheet.document.attachments, *more))
    with_them = replace(sheet, document=document)
    found = with_them.problems.get("attachments", ())
    # Of which kind they are is asked after they are picked.
    said = (p.text for p in found if p.blocking and not p.id.startswith("attachment.type"))
    return next((text for text in said if text not in before), "")


def as_attachments(entries: Sequence[Entry]) -> list[Attachment]:
    """Files as they would be attached, before they are read."""
    return [
        Attachment(name=e.name, sha256=str(e.path).encode(errors="replace").hex(), size=e.size)
        for e in entries
    ]
