"""What an operator can do, one verb each; the console and the command line are two faces of these.

Every verb takes a `Desk`, changes the store in one transaction, writes an `Activity`, and never touches the
network. Verbs on several records answer with an `Outcome`; verbs on one raise `Refusal` when they cannot.
"""

from chorus_tui.operations.attachments import add_attachment, attach, copy_attachment, detach
from chorus_tui.operations.checking import may_go_alone, problems_of, today, was_refused
from chorus_tui.operations.desk import Desk, Outcome, Refusal, in_slices
from chorus_tui.operations.documents import (
    complete,
    edit_metadata,
    file_document,
    file_unreadable,
    is_known,
    load_draft,
    real_path,
    remove,
    reprocess,
    restore,
    save_draft,
    shown_path,
    stamp_of,
)
from chorus_tui.operations.exporting import default_path, export_csv, export_in_background
from chorus_tui.operations.listing import Counts, Tally, counts, next_to_complete, tracked, waiting
from chorus_tui.operations.matching import decide, fill, forget
from chorus_tui.operations.submitting import adopt, automatic, open_intent, submit, why_not_submit, withdraw

__all__ = [
    "Counts",
    "Desk",
    "Outcome",
    "Refusal",
    "Tally",
    "add_attachment",
    "adopt",
    "attach",
    "automatic",
    "complete",
    "copy_attachment",
    "counts",
    "decide",
    "default_path",
    "detach",
    "edit_metadata",
    "export_csv",
    "export_in_background",
    "file_document",
    "file_unreadable",
    "fill",
    "forget",
    "in_slices",
    "is_known",
    "load_draft",
    "may_go_alone",
    "next_to_complete",
    "open_intent",
    "problems_of",
    "real_path",
    "remove",
    "reprocess",
    "restore",
    "save_draft",
    "shown_path",
    "stamp_of",
    "submit",
    "today",
    "tracked",
    "waiting",
    "was_refused",
    "why_not_submit",
    "withdraw",
]
