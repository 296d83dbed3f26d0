"""What the sync service records of an analysis (S1-014, S1-062…064)."""

from collections.abc import Mapping

from msgspec import structs

from chorus_tui.domain.document import Document, Failure, Phase
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations.desk import Desk, note
from chorus_tui.operations.matching import fill
from chorus_tui.operations.snoozing import rouse


def begin_analysis(desk: Desk, document_id: str) -> Document | None:
    """Journal that an analysis begins; None where the document no longer waits for one."""
    with desk.store.transaction():
        document = desk.store.documents.get(document_id)
        if document is None or document.state is not DocumentState.FILED:
            return None
        begun = structs.replace(document, state=DocumentState.ANALYSING, analyses=document.analyses + 1)
        desk.store.documents.put(begun)
        return begun


def analysed(desk: Desk, document_id: str, fields: InvoiceFields, analysis_id: int) -> None:
    """The analysis came back: the document is ready for its form (S1-064)."""
    with desk.store.transaction():
        document = _analysing(desk, document_id)
        if document is None:
            return
        ready = structs.replace(
            document,
            state=DocumentState.TO_SUBMIT,
            readings={**document.readings, Source.CHORUS: fields},
            analysis_id=analysis_id,
            failure=None,
        )
        desk.store.documents.put(fill(desk, ready))
        note(desk, "analysed", document_id, f"{document.state} → {DocumentState.TO_SUBMIT}")


def read_again(desk: Desk, document_id: str, readings: Mapping[Source, InvoiceFields]) -> None:
    """The file of a document that goes in a flow was read again: it is ready for its form (S1-064)."""
    with desk.store.transaction():
        document = _analysing(desk, document_id)
        if document is None:
            return
        typed = {s: r for s, r in document.readings.items() if s is Source.OPERATOR}
        ready = structs.replace(
            document,
            state=DocumentState.TO_SUBMIT,
            readings={**typed, **readings},
            failure=None,
        )
        desk.store.documents.put(fill(desk, ready))
        note(desk, "analysed", document_id, f"{document.state} → {DocumentState.TO_SUBMIT}")


def analysis_failed(
    desk: Desk, document_id: str, message: str, code: int | None = None, remedy: str = ""
) -> None:
    """The analysis failed: the document is Mistaken until it is reprocessed (S1-016, S1-062, S1-063)."""
    with desk.store.transaction():
        document = _analysing(desk, document_id)
        if document is None:
            return
        failure = Failure(
            phase=Phase.BEFORE,
            message=message,
            at=desk.now(),
            code=code,
            remedy=remedy,
        )
        desk.store.documents.put(structs.replace(document, state=DocumentState.MISTAKEN, failure=failure))
        note(desk, "mistaken", document_id, message)
        rouse(desk, f"document:{document_id}", "mistaken")


def analysis_postponed(desk: Desk, document_id: str) -> None:
    """The document is not at fault (sign-in, quota): it waits for its analysis again."""
    with desk.store.transaction():
        document = _analysing(desk, document_id)
        if document is not None:
            desk.store.documents.put(
                structs.replace(document, state=DocumentState.FILED, analyses=document.analyses - 1)
            )


def _analysing(desk: Desk, document_id: str) -> Document | None:
    """The document, unless it was removed or replaced while it was being analysed."""
    document = desk.store.documents.get(document_id)
    return document if document is not None and document.state is DocumentState.ANALYSING else None
