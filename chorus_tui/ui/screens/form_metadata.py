"""The form of what was read from a document, to be corrected before it is analysed again (S1-072)."""

from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import _
from chorus_tui.operations import documents
from chorus_tui.ui.screens.console import EVERYWHERE
from chorus_tui.ui.screens.form import InvoiceForm
from chorus_tui.ui.screens.form_commands import METADATA
from chorus_tui.ui.screens.form_fields import METADATA as FIELDS
from chorus_tui.ui.screens.form_layout import Stop


class MetadataForm(InvoiceForm):
    """The form of what was read from a document; leaving it with F9 reprocesses (S1-072)."""

    scopes = (METADATA, EVERYWHERE)
    form = FIELDS

    def validate(self) -> None:
        """Keep the corrections and analyse the document again."""
        self._finish_field()
        sheet = self.typist.sheet
        own = {declared.name for declared in self.form}
        wrong = [n for n, found in sheet.problems.items() if n in own and any(p.id == "typed" for p in found)]
        if wrong:
            self.typist.go(Stop(wrong[0]))
            self.say(_("What is typed here is not understood."), Tone.BAD)
            self.draw()
            return
        documents.complete(self.desk, self.document_id, sheet.changes, sheet.emptied)
        done = sheet.changes.keys() | sheet.emptied
        left = {name: text for name, text in sheet.typed.items() if name not in done}
        documents.save_draft(self.desk, self.document_id, left)
        self._kept = dict(sheet.typed)
        outcome = documents.reprocess(self.desk, [self.document_id])
        said = _("{name}: corrected, and sent to analysis again.").format(name=sheet.document.name)
        self.parting = (outcome.refused[0][1], Tone.BAD) if outcome.refused else (said, Tone.GOOD)
        self.dismiss()
