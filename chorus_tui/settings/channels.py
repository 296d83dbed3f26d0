"""What EDI connections, permissions and the channels of rules must hold together, beyond their types."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import structs

from chorus_tui.domain.flow import Channel
from chorus_tui.domain.identifiers import compact_siret, is_siret_shaped
from chorus_tui.i18n import _
from chorus_tui.settings.model import PARTNER_CODE, Connection, EdiConnection, FilingRule, WatchedFolder

Fault = tuple[tuple[str | int, ...], str]
"""The key it stands at, and a sentence."""


def faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Everything that is wrong with them."""
    connections: Sequence[EdiConnection] = values.get("edi", ())
    structure = values.get("connection", Connection()).structure
    if structure:
        yield from _siret(("connection", "structure"), structure)
    for index, rule in enumerate(values.get("rules", ())):
        yield from _channel(index, rule, connections)
    for index, edi in enumerate(connections):
        if not edi.name:
            yield ("edi", index, "name"), _("a name is wanted here.")
        if not PARTNER_CODE.fullmatch(edi.partner_code):
            message = _("three capitals and three digits are wanted here, such as ABC001.")
            yield ("edi", index, "partner_code"), message
        yield from _siret(("edi", index, "issuer"), edi.issuer)
        yield from _folders(index, connections, values.get("watch", ()))
    yield from _twice("edi", "name", [edi.name for edi in connections])
    yield from _twice("edi", "partner_code", [edi.partner_code for edi in connections])
    sirets = [compact_siret(structure.siret) for structure in values.get("structures", ())]
    for index, siret in enumerate(sirets):
        yield from _siret(("structures", index, "siret"), siret)
    yield from _twice("structures", "siret", sirets)


def compacted(values: dict[str, Any]) -> None:
    """Write their SIRETs as everything else writes them."""
    for name, field in (("edi", "issuer"), ("structures", "siret")):
        values[name] = tuple(
            structs.replace(row, **{field: compact_siret(getattr(row, field))})
            for row in values.get(name, ())
        )
    if connection := values.get("connection"):
        structure = compact_siret(connection.structure)
        values["connection"] = structs.replace(connection, structure=structure)


def _siret(at: tuple[str | int, ...], siret: str) -> Iterator[Fault]:
    if not is_siret_shaped(compact_siret(siret)):
        yield at, _("a SIRET of 14 digits is wanted here.")


def _channel(index: int, rule: FilingRule, connections: Sequence[EdiConnection]) -> Iterator[Fault]:
    at = ("rules", index, "edi") if rule.edi else ("rules", index, "channel")
    names = [connection.name for connection in connections]
    if rule.channel is Channel.EDI and rule.edi not in names:
        known = ", ".join(f'"{name}"' for name in names) or _("none")
        message = _('channel = "edi" wants edi = "…", the name of an EDI connection; there is: {names}.')
        yield at, message.format(names=known)
    elif rule.edi and rule.channel is not Channel.EDI:
        yield at, _('this says nothing without channel = "edi".')


def _twice(table: str, field: str, values: Sequence[str]) -> Iterator[Fault]:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield (table, index, field), _("another one has this already; each must have its own.")


def _folders(
    index: int, connections: Sequence[EdiConnection], watched: Sequence[WatchedFolder]
) -> Iterator[Fault]:
    """What comes back must not be mistaken for what leaves, nor for documents of the billing system.

    Gateways may take their flows from one folder: the file names hold the partner code.
    """
    own = connections[index]
    returns = own.returns.resolve()
    drops = {connection.drop.resolve() for connection in connections}
    others = {connection.returns.resolve() for connection in connections[:index]}
    if returns in drops or returns in others:
        message = _("this folder is named twice; what comes back needs a folder of its own.")
        yield ("edi", index, "returns"), message
    for name, folder in (("drop", own.drop.resolve()), ("returns", returns)):
        if any(_watches(watch, folder) for watch in watched):
            yield ("edi", index, name), _("this folder is watched for documents; another one is needed.")


def _watches(watch: WatchedFolder, folder: Path) -> bool:
    path = watch.path.resolve()
    return folder == path or (watch.recursive and folder.is_relative_to(path))
