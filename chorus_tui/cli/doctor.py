"""Which link of the chain between this terminal and Chorus Pro is broken (S1-083), and what to do."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from msgspec import Struct

from chorus_tui.cli.codes import Exit
from chorus_tui.cli.failures import explain
from chorus_tui.cli.terminal import objection
from chorus_tui.cli.visit import Visit, now, setting_up
from chorus_tui.domain.records import CLOCK_TOLERANCE
from chorus_tui.i18n import _
from chorus_tui.text import clean

if TYPE_CHECKING:
    from chorus_tui.settings import Connection, Settings

SOON = timedelta(days=30)
"""How long before the technical account's password expires the doctor warns."""


class Finding(Struct, frozen=True):
    """How one link stands."""

    link: str
    state: str
    """"ok", "warning", "broken", or "skipped" because an earlier link is broken."""
    detail: str = ""
    advice: str = ""
    code: Exit = Exit.OK
    """What the command leaves with when this is the first broken link."""


def told(finding: Finding) -> str:
    """One line, and what to do below it where something is wrong."""
    sign, word = {
        "ok": ("✓", _("ok")),
        "warning": ("!", _("warning")),
        "broken": ("✗", _("broken")),
        "skipped": ("–", _("not checked")),
    }[finding.state]
    text = f"{sign} {word:<11} {finding.link}"
    if finding.detail:
        text += f": {clean(finding.detail)}"
    return f"{text}\n              {clean(finding.advice)}" if finding.advice else text


def _broken(link: str, error: BaseException) -> Finding:
    said = explain(error)
    return Finding(link, "broken", said.sentence.replace("\n", "; "), said.advice, said.code)


async def examine(visit: Visit) -> AsyncIterator[Finding]:
    """Every link, from the near end to the far one; the far end is left out while the near one is broken."""
    try:
        settings = visit.settings
    except Exception as error:  # whatever it is, it is a finding
        yield _broken(_("settings"), error)
        return
    there = settings.folders.settings.exists()
    yield Finding(
        _("settings"),
        "ok" if there else "warning",
        str(settings.folders.settings) + ("" if there else " " + _("is not there; the defaults hold")),
        "" if there else _("`chorus-tui init` writes one that explains every key."),
    )
    near = (_folder(settings), _store(settings), *_watched(settings), _explanations(settings))
    for finding in (*near, *_gateways(visit), _terminal(), _secrets(visit)):
        yield finding
    async for finding in _far_end(settings.connection):
        yield finding


def _folder(settings: "Settings") -> Finding:
    folder = settings.folders.data
    nearest = folder
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return Finding(_("data folder"), "ok", str(folder))
    advice = _("Give this user the right to write there, or choose another folder with --home.")
    return Finding(
        _("data folder"), "broken", _("{path} cannot be written").format(path=nearest), advice, Exit.STORE
    )


def _explanations(settings: "Settings") -> Finding:
    """The failures that a team explains itself; a mistake there costs an entry and stops nothing."""
    from chorus_tui.operations.explaining import additions_path, knowledge_of

    path, known = additions_path(settings), knowledge_of(settings)
    if not known.mistakes:
        return Finding(_("explanations"), "ok", str(path) if path.exists() else _("those of chorus-tui"))
    advice = _("`chorus-tui explain --check` says every mistake.")
    return Finding(_("explanations"), "warning", f"{path}{known.mistakes[0]}", advice)


def _store(settings: "Settings") -> Finding:
    from chorus_tui.store import Store, StoreError

    if not settings.folders.data.exists():
        return Finding(_("store"), "ok", _("empty: it is made when it is first needed"))
    try:
        with Store.open(settings.folders.data) as store:
            documents, invoices = len(store.documents), len(store.invoices)
            leader = store.leader()
    except StoreError as error:
        return _broken(_("store"), error)
    detail = _("{documents} documents, {invoices} invoices").format(documents=documents, invoices=invoices)
    if leader is not None:
        detail += ", " + _("synchronised by {who}").format(who=leader.who)
    return Finding(_("store"), "ok", detail)


def _watched(settings: "Settings") -> list[Finding]:
    link = _("watched folders")
    if not settings.watch:
        return [Finding(link, "warning", _("none"), _("Name one under [[watch]] in the settings."))]
    findings = []
    for watched in settings.watch:
        if watched.path.is_dir() and os.access(watched.path, os.R_OK | os.X_OK):
            findings.append(Finding(link, "ok", str(watched.path)))
        else:
            detail = _("{path} cannot be read").format(path=watched.path)
            advice = _("Make the folder, or give this user the right to read it.")
            findings.append(Finding(link, "broken", detail, advice, Exit.SETTINGS))
    if not settings.rules:
        advice = _("Without a rule no file becomes a document: write one under [[rules]].")
        findings.append(Finding(_("filing rules"), "warning", _("none"), advice))
    return findings


def _gateways(visit: Visit) -> list[Finding]:
    from chorus_tui.cli.doctor_flows import edi_findings

    return list(edi_findings(visit, visit.settings))


def _terminal() -> Finding:
    term, colours = os.environ.get("TERM", ""), os.environ.get("COLORTERM", "")
    detail = f"TERM={term} COLORTERM={colours} {sys.stdout.encoding}"
    refusal = objection()
    if refusal is not None:
        return Finding(_("terminal"), "warning", detail, refusal[0])
    size = os.get_terminal_size()
    detail += f" {size.columns}×{size.lines}"
    if size.columns < 80 or size.lines < 24:
        return Finding(_("terminal"), "warning", detail, _("The console needs 80 columns and 24 lines."))
    return Finding(_("terminal"), "ok", detail)


def _secrets(visit: Visit) -> Finding:
    missing = visit.settings.connection.credentials.missing
    if not missing:
        return Finding(_("secrets"), "ok", _("all four are set"))
    detail = _("not set: {names}").format(names=", ".join(missing))
    return Finding(_("secrets"), "broken", detail, setting_up(visit.folders), Exit.SETTINGS)


async def _far_end(connection: "Connection") -> AsyncIterator[Finding]:
    from chorus_tui.chorus import ChorusPro, NotAvailable
    from chorus_tui.chorus.errors import ChorusError

    links = [
        _("network"),
        _("clock"),
        _("PISTE sign-in"),
        _("Chorus Pro's health"),
        _("technical account and API"),
    ]
    network = await _network(connection)
    yield network
    if network.state == "ok":
        yield await _clock(connection)
    if network.state != "ok" or connection.credentials.missing:
        for link in links[2:] if network.state == "ok" else links[1:]:
            yield Finding(link, "skipped")
        return
    async with ChorusPro(connection) as chorus:
        try:
            await chorus.sign_in()
            yield Finding(links[2], "ok", connection.environment)
        except ChorusError as error:
            yield _broken(links[2], error)
            yield Finding(links[3], "skipped")
            yield Finding(links[4], "skipped")
            return
        try:
            if not await chorus.health():
                raise NotAvailable
            yield Finding(links[3], "ok")
        except ChorusError as error:
            yield _broken(links[3], error)
        try:
            suppliers = await chorus.suppliers()
            names = ", ".join(supplier.name or supplier.siret for supplier in suppliers[:3])
            yield Finding(links[4], "ok", _("sends for {names}").format(names=names or _("nobody")))
            if suppliers:
                from chorus_tui.cli.doctor_flows import api_issuer

                yield api_issuer(connection.structure, suppliers)
            expires = await chorus.password_expires(suppliers[0].id) if suppliers else None
            if expires is not None:
                yield tell_expiry(expires, now())
        except ChorusError as error:
            yield _broken(links[4], error)


def tell_expiry(expires: datetime, today: datetime) -> Finding:
    """The technical account's password ends after 424 days, and everything stops with it (API 1.3)."""
    detail = _("expires on {day}").format(day=f"{expires.astimezone():%Y-%m-%d}")
    if expires - today > SOON:
        return Finding(_("password"), "ok", detail)
    advice = _("Renew the technical account's password in Chorus Pro, and put the new one where secrets are.")
    return Finding(_("password"), "warning", detail, advice)


async def _network(connection: "Connection") -> Finding:
    """Whether the token service's machine (or the proxy before it) answers at all."""
    link = _("network")
    parts = urlsplit(connection.oauth_url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    proxy = getproxies().get(parts.scheme)
    if proxy and not proxy_bypass(host):
        through = urlsplit(proxy if "//" in proxy else f"//{proxy}")
        host, port = through.hostname or "", through.port or 80
    advice = _("Check this machine's network, name service, firewall and proxy (HTTPS_PROXY).")
    try:
        async with asyncio.timeout(min(connection.timeout, 10)):
            _reader, writer = await asyncio.open_connection(host, port)
            writer.close()
    except (OSError, TimeoutError) as error:
        reason = getattr(error, "strerror", None) or _("no answer")
        return Finding(link, "broken", f"{host}:{port}: {reason}", advice, Exit.UNREACHABLE)
    return Finding(link, "ok", f"{host}:{port}")


async def _clock(connection: "Connection") -> Finding:
    """The clock here beside the one that stamps Chorus Pro's answers."""
    import httpx

    link = _("clock")
    try:
        async with httpx.AsyncClient(timeout=min(connection.timeout, 10)) as client:
            answer = await client.get(f"{connection.api_url}/cpro/transverses/v1/health-check")
        theirs = parsedate_to_datetime(answer.headers["date"])
    except (httpx.HTTPError, KeyError, ValueError):
        return Finding(link, "skipped")
    return compare_clocks(now(), theirs)


def compare_clocks(ours: datetime, theirs: datetime) -> Finding:
    """A clock that is far off makes tokens look expired and periods miss invoices."""
    off = ours - theirs
    if abs(off) <= CLOCK_TOLERANCE:
        return Finding(_("clock"), "ok", _("within {minutes} minutes").format(minutes=5))
    minutes = round(abs(off) / timedelta(minutes=1))
    words = _("{minutes} minutes ahead") if off > timedelta(0) else _("{minutes} minutes behind")
    advice = _("Set this machine's clock (timedatectl set-ntp true).")
    return Finding(_("clock"), "broken", words.format(minutes=minutes), advice, Exit.REFUSED)
