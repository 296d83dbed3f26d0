"""A simulated Chorus Pro: the same HTTP API on invented data, for training, demo and tests.

It shares no code with the product, so that a field misnamed in one fails against the other. What it
answers is in API parts 1 to 8; what no source states is in `invented.py` alone; whom it knows is in
`world.toml`.

    sandbox = Sandbox(World.load(), ManualClock())
    httpx.AsyncClient(transport=sandbox.transport())

Names are resolved on first use: the process that reads PDFs imports this package and needs none of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chorus_tui.sandbox.app import Sandbox
    from chorus_tui.sandbox.clock import Clock, ManualClock, RealClock
    from chorus_tui.sandbox.exchanges import Exchange
    from chorus_tui.sandbox.faults import Faults, Kind
    from chorus_tui.sandbox.server import Edi, serve
    from chorus_tui.sandbox.world import World

_HOMES = {
    "Clock": "clock",
    "Edi": "server",
    "Exchange": "exchanges",
    "Faults": "faults",
    "Kind": "faults",
    "ManualClock": "clock",
    "RealClock": "clock",
    "Sandbox": "app",
    "World": "world",
    "serve": "server",
}

__all__ = [
    "Clock",
    "Edi",
    "Exchange",
    "Faults",
    "Kind",
    "ManualClock",
    "RealClock",
    "Sandbox",
    "World",
    "serve",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
