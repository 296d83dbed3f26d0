"""The document store: TinyDB tables over SQLite rows."""

from chorus_tui.store.blobs import Blobs
from chorus_tui.store.directory import Directory, Edition, Listed, ListedService
from chorus_tui.store.directory_draft import Draft, replacing
from chorus_tui.store.engine import Changes, Engine, Row
from chorus_tui.store.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreNotWritable,
    StoreTooNew,
)
from chorus_tui.store.lease import Leader, Lease, leader_of
from chorus_tui.store.records import Records
from chorus_tui.store.store import Store
from chorus_tui.store.tables import Written

__all__ = [
    "Blobs",
    "Changes",
    "Directory",
    "Draft",
    "Edition",
    "Engine",
    "Leader",
    "Lease",
    "Listed",
    "ListedService",
    "Records",
    "Row",
    "Store",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoreNotWritable",
    "StoreTooNew",
    "Written",
    "leader_of",
    "replacing",
]
