"""Documents become files that Chorus Pro takes, and such files are looked into.

A PDF leaves as Factur-X, an XML as it came; what an operator corrected is written into the XML, and
everything else that the original says stays. `Composer` is resolved on first use, as a console's first paint
makes no file.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from chorus_tui.composing.records import (
    MAX_INVOICES,
    MAX_SIZE,
    Composed,
    Faulty,
    Inspected,
    Item,
    Made,
    Unusable,
)

if TYPE_CHECKING:
    from chorus_tui.composing.composer import Composer

__all__ = [
    "MAX_INVOICES",
    "MAX_SIZE",
    "Composed",
    "Composer",
    "Faulty",
    "Inspected",
    "Item",
    "Made",
    "Unusable",
]

_HOMES = {"Composer": "composer"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
