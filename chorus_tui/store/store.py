"""The store of one process."""

import os
from collections.abc import Callable, Container
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tinydb.table import Table

from chorus_tui.domain.deeds import Deed
from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import Flow, FlowContents, FlowReport
from chorus_tui.domain.flow_search import SavedSearch
from chorus_tui.domain.gateway_records import ReturnedFile, Sequence
from chorus_tui.domain.intent import Intent
from chorus_tui.domain.invoice import History, Invoice
from chorus_tui.domain.permissions import Grant
from chorus_tui.domain.recipient import Alert, Recipient, ReferenceList, Refresh, Supplier
from chorus_tui.domain.records import Activity, FormDraft, ServiceMatch, SyncState
from chorus_tui.domain.replies import Reply, Settlement, Snooze
from chorus_tui.store import backup, lease
from chorus_tui.store.blobs import Blobs
from chorus_tui.store.directory import Directory
from chorus_tui.store.engine import Changes
from chorus_tui.store.folder import BLOBS, DATABASE, enter, prepare
from chorus_tui.store.records import Records
from chorus_tui.store.rows import Shape, T
from chorus_tui.store.sqlite import PATIENCE, SqliteEngine
from chorus_tui.store.tables import Tables, Written
from chorus_tui.store.tiny import RowDB

DOCUMENTS = Shape("documents", Document, lambda d: d.id, ("state", "invoice_id", "sha256", "path", "flow_id"))
INVOICES = Shape(
    "invoices", Invoice, lambda i: str(i.id), ("number", "status", "issued", "recipient_siret", "flow_number")
)
HISTORIES = Shape("histories", History, lambda h: str(h.invoice_id))
RECIPIENTS = Shape("recipients", Recipient, lambda r: r.siret)
SUPPLIERS = Shape("suppliers", Supplier, lambda s: s.siret)
MATCHES = Shape("matches", ServiceMatch, lambda m: m.key, ("siret",))
REFRESHES = Shape("refreshes", Refresh, lambda r: r.siret, ("done_at",))
ALERTS = Shape("alerts", Alert, lambda a: a.siret)
INTENTS = Shape("intents", Intent, lambda i: i.id, ("state", "document_id"))
REPLIES = Shape("replies", Reply, lambda r: r.id, ("state", "invoice_id"))
SETTLEMENTS = Shape("settlements", Settlement, lambda s: str(s.invoice_id))
SNOOZES = Shape("snoozes", Snooze, lambda s: s.record)
DEEDS = Shape("deeds", Deed, lambda d: d.id, ("who",))
FLOWS = Shape("flows", Flow, lambda f: f.id, ("number", "stage", "linked"))
CONTENTS = Shape("contents", FlowContents, lambda c: c.flow_id)
REPORTS = Shape("reports", FlowReport, lambda r: r.flow_id)
RETURNED = Shape("returned", ReturnedFile, lambda r: r.id, ("kind", "flow_id"))
SEQUENCES = Shape("sequences", Sequence, lambda s: s.name)
GRANTS = Shape("grants", Grant, lambda g: g.key, ("siret", "user"))
SEARCHES = Shape("searches", SavedSearch, lambda s: s.key, ("owner",))
LISTS = Shape("lists", ReferenceList, lambda r: r.name)
DRAFTS = Shape("drafts", FormDraft, lambda d: d.document_id)
ACTIVITY = Shape("activity", Activity, lambda a: a.id)
STATE = Shape("state", SyncState, lambda _: "sync")

SHAPES: tuple[Shape[Any], ...] = (
    DOCUMENTS,
    INVOICES,
    HISTORIES,
    RECIPIENTS,
    SUPPLIERS,
    MATCHES,
    REFRESHES,
    ALERTS,
    INTENTS,
    REPLIES,
    SETTLEMENTS,
    SNOOZES,
    DEEDS,
    FLOWS,
    CONTENTS,
    REPORTS,
    RETURNED,
    SEQUENCES,
    GRANTS,
    SEARCHES,
    LISTS,
    DRAFTS,
    ACTIVITY,
    STATE,
)


class Store:
    """The document store: one per process, used by the thread that opened it.

    Records are immutable, so a list from `Records.all` may be handed to another thread. A table is read
    from disk when it is first looked at. Nothing may be awaited inside a transaction: what another task
    wrote meanwhile would become part of it.
    """

    def __init__(self, folder: Path, engine: SqliteEngine, presence: int) -> None:
        self.folder = folder
        self._engine = engine
        self._presence: int | None = presence
        self._tables = Tables(engine, engine.revision(), SHAPES)
        self.db = RowDB(self._tables)
        """TinyDB itself."""
        self.blobs = Blobs(folder / BLOBS)
        self.directory = Directory(folder)
        """The public directory as last imported; no part of the database."""
        self.documents = self._records(DOCUMENTS)
        self.invoices = self._records(INVOICES)
        self.histories = self._records(HISTORIES)
        self.recipients = self._records(RECIPIENTS)
        self.suppliers = self._records(SUPPLIERS)
        self.matches = self._records(MATCHES)
        self.refreshes = self._records(REFRESHES)
        self.alerts = self._records(ALERTS)
        self.intents = self._records(INTENTS)
        self.replies = self._records(REPLIES)
        self.settlements = self._records(SETTLEMENTS)
        self.snoozes = self._records(SNOOZES)
        self.deeds = self._records(DEEDS)
        self.flows = self._records(FLOWS)
        self.contents = self._records(CONTENTS)
        """The invoices of each flow."""
        self.reports = self._records(REPORTS)
        self.returned = self._records(RETURNED)
        """Files of EDI return folders."""
        self.sequences = self._records(SEQUENCES)
        self.grants = self._records(GRANTS)
        self.searches = self._records(SEARCHES)
        self.lists = self._records(LISTS)
        self.drafts = self._records(DRAFTS)
        self.activity = self._records(ACTIVITY)
        self.state = self._records(STATE)

    def _records(self, shape: Shape[T]) -> Records[T]:
        return Records(self._tables, self._tables.rows(shape.name), self.db.table(shape.name))

    @classmethod
    def open(cls, folder: Path, patience: float = PATIENCE) -> "Store":
        """Open the store of a folder; make it if there is none; bring an older layout up to date.

        `patience`: seconds to wait for another process's transaction before `StoreBusy`.

        Raises:
            StoreDamaged, StoreNotWritable, StoreFull, StoreTooNew, StoreBusy
        """
        prepare(folder)
        presence = enter(folder)
        try:
            return cls(folder, SqliteEngine(folder / DATABASE, patience), presence)
        except BaseException:
            os.close(presence)
            raise

    def close(self) -> None:
        """Let go of the files; again is harmless."""
        self.directory.close()
        if self._presence is not None:
            self._engine.close()
            os.close(self._presence)
            self._presence = None

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def table(self, name: str) -> Table:
        """A TinyDB table; one of plain dicts where the name is not one of the records'."""
        return self.db.table(name)

    def transaction(self) -> AbstractContextManager[None]:
        """Several records of several tables, one durable commit; re-entrant.

        It begins by taking in what other processes committed, and no other process writes before it ends.
        An exception takes back what its own block wrote, on disk and in memory.

        Raises:
            StoreBusy: another process does not finish its own.
            StoreFull, StoreNotWritable, StoreDamaged: it did not happen.
        """
        return self._tables.transaction()

    def mark(self) -> int:
        """A place in the open transaction; `written` tells what was written after it."""
        return self._tables.mark()

    def written(self, since: int, tables: Container[str]) -> list[Written]:
        """What the open transaction did to the records of some tables since a mark."""
        return self._tables.written(since, tables)

    def refresh(self) -> Changes:
        """Take in what other processes committed since the last look; costs microseconds when nothing."""
        return self._tables.refresh()

    def subscribe(self, callback: Callable[[Changes], None]) -> Callable[[], None]:
        """Call back after each own commit and each refresh with news; the answer ends it."""
        return self._tables.subscribe(callback)

    def verify(self) -> str:
        """What is wrong with the database file, in words; empty when all is well. Reads all of it."""
        return self._engine.verify()

    def backup(self, to: Path) -> None:
        """Copy the store to a new folder; others may go on writing. See `backup.backup`."""
        backup.backup(self._engine, self.folder, to)

    @staticmethod
    def restore(source: Path, folder: Path) -> Path | None:
        """Put a backup in the place of a store nobody has open; returns where the old one is kept."""
        return backup.restore(source, folder)

    def try_lead(self, who: str) -> lease.Lease | None:
        """Leadership of the sync service, or None while another one has it."""
        return lease.try_lead(self.folder, who, datetime.now(UTC))

    def leader(self) -> lease.Leader | None:
        """Who leads now."""
        return lease.leader_of(self.folder)
