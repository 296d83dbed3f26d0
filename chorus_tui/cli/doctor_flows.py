"""What the doctor finds of flows: EDI connections (S2-006), and whose flows by API are (S2-008, S2-017)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chorus_tui.cli.codes import Exit
from chorus_tui.cli.doctor import Finding
from chorus_tui.i18n import _, labelled, ngettext

if TYPE_CHECKING:
    from chorus_tui.cli.visit import Visit
    from chorus_tui.domain.recipient import Supplier
    from chorus_tui.operations import Desk
    from chorus_tui.settings import EdiConnection, Settings


def edi_findings(visit: "Visit", settings: "Settings") -> Iterator[Finding]:
    """How each EDI connection stands; what was set aside, and what nobody acknowledged."""
    for connection in settings.edi:
        yield _connection(connection)
    if settings.edi and settings.folders.data.exists():
        from chorus_tui.store import StoreError

        try:
            with visit.desk(settings) as desk:
                yield from _returned(desk)
                yield from _waiting(desk)
        except StoreError:
            return  # The link "store" says why.


def _connection(connection: "EdiConnection") -> Finding:
    from chorus_tui.operations.edi import folder_troubles

    link = labelled(_("EDI connection"), connection.name)
    troubles = folder_troubles(connection)
    if troubles:
        detail = "; ".join(f"{path}: {_(reason)}" for path, reason in troubles.items())
        advice = _("Make the folder, or give this user the right to read and write there; see [[edi]].")
        return Finding(link, "broken", detail, advice, Exit.SETTINGS)
    told = (
        labelled(_("partner code"), connection.partner_code),
        labelled(_("issuer"), connection.issuer),
        _(connection.rejection.label),
    )
    return Finding(link, "ok", ", ".join(told))


def _returned(desk: "Desk") -> Iterator[Finding]:
    from chorus_tui.operations.edi import set_aside

    found = set_aside(desk)
    if not found:
        return
    link = _("files from EDI gateways")
    words = ngettext("{count} file set aside", "{count} files set aside", len(found))
    first = found[0]
    detail = f"{words.format(count=len(found))}: {first.name}: {_(first.reason)}"
    folder = _folder(desk, first.connection)
    advice = _("Look at them in {folder}; one that is put back into the return folder is read again.")
    yield Finding(link, "warning", detail, advice.format(folder=folder))


def _folder(desk: "Desk", name: str) -> Path:
    from chorus_tui.operations.gateway_folders import SET_ASIDE

    return next(c.returns for c in desk.settings.edi if c.name == name) / SET_ASIDE


def _waiting(desk: "Desk") -> Iterator[Finding]:
    from chorus_tui.domain.flow_states import FlowStage
    from chorus_tui.operations.edi import flows_in
    from chorus_tui.operations.flow_listing import is_visible, waiting_time

    late = [
        flow
        for flow in flows_in(desk, FlowStage.DROPPED)
        if is_visible(desk, flow) and waiting_time(desk, flow).stuck
    ]
    if not late:
        return
    words = ngettext(
        "{count} flow without acknowledgement", "{count} flows without acknowledgement", len(late)
    )
    detail = f"{words.format(count=len(late))}: {late[0].number}"
    advice = _("Ask whoever runs the EDI gateway whether it works.")
    yield Finding(_("EDI gateways"), "warning", detail, advice)


def api_issuer(structure: str, suppliers: "Sequence[Supplier]") -> Finding:
    """For which structure flows through the API count: that of the technical account (S2-008, S2-017)."""
    link = _("issuer of flows by API")
    names = {supplier.siret: supplier.name or supplier.siret for supplier in suppliers}
    if structure:
        named = f"{names.get(structure, '')} ({structure})".lstrip()
        if not names or structure in names:
            return Finding(link, "ok", named)
        advice = _("Correct connection.structure in the settings, or the rights of the technical account.")
        return Finding(link, "warning", _("the account does not send for {name}").format(name=named), advice)
    if len(names) == 1:
        siret, name = next(iter(names.items()))
        return Finding(link, "ok", f"{name} ({siret})" if name != siret else siret)
    advice = _("Say in the settings on which structure the account is declared: connection.structure.")
    detail = _("unknown: the account sends for several structures") if names else _("unknown")
    return Finding(link, "warning", detail, advice)
