"""The doctor: which link is broken, what to do, and the code of the first broken link (S1-083)."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from chorus_tui.cli.doctor import compare_clocks, tell_expiry
from tests.cli.conftest import Run, Where, connect


def states(run: Run, **environ: str) -> dict[str, str]:
    return {found["link"]: found["state"] for found in json.loads(run("doctor", "--json", **environ).stdout)}


def test_a_whole_chain_ends_with_0(run: Run, home: Path, where: Where) -> None:
    secrets = connect(home, where)
    answer = run("doctor", **secrets)
    assert answer.exit_code == 0, answer.output
    assert "✗" not in answer.stdout
    assert "technical account and API: sends for ATELIER BRUME SARL" in answer.stdout
    assert "password: expires on " in answer.stdout


def test_missing_secrets_end_with_3_and_the_network_is_checked_all_the_same(
    run: Run, home: Path, where: Where
) -> None:
    connect(home, where)
    answer = run("doctor")
    assert answer.exit_code == 3
    assert "not set: client_id, client_secret, login, password" in answer.stdout
    found = states(run)
    assert (found["network"], found["PISTE sign-in"]) == ("ok", "skipped")


def test_nobody_listening_ends_with_5(run: Run, home: Path, where: Where) -> None:
    nowhere = where | {"oauth": "http://127.0.0.1:1/token", "api": "http://127.0.0.1:1"}
    secrets = connect(home, nowhere)
    answer = run("doctor", **secrets)
    assert answer.exit_code == 5
    assert "firewall and proxy" in answer.stdout
    assert states(run, **secrets)["PISTE sign-in"] == "skipped"


@pytest.mark.parametrize(
    ("name", "broken", "advice"),
    [
        ("CLIENT_SECRET", "PISTE sign-in", "client id and the client secret"),
        ("PASSWORD", "technical account and API", "424 days"),
    ],
)
def test_wrong_credentials_end_with_6_and_the_link_is_named(
    run: Run, home: Path, where: Where, name: str, broken: str, advice: str
) -> None:
    secrets = connect(home, where) | {f"CHORUS_TUI_{name}": "not the right one"}
    answer = run("doctor", **secrets)
    assert answer.exit_code == 6
    assert advice in answer.stdout
    assert "not the right one" not in answer.output
    assert states(run, **secrets)[broken] == "broken"


def test_a_watched_folder_that_is_gone_is_named(run: Run, home: Path, where: Where) -> None:
    secrets = connect(home, where)
    shutil.rmtree(home / "drop")
    answer = run("doctor", **secrets)
    assert answer.exit_code == 3
    assert f"{home / 'drop'} cannot be read" in answer.stdout


def test_settings_that_do_not_load_are_the_first_finding(run: Run, home: Path) -> None:
    home.mkdir()
    (home / "settings.toml").write_text("hodl = 1\n")
    answer = run("doctor")
    assert answer.exit_code == 3
    assert 'line 1, key "hodl"' in answer.stdout


@pytest.mark.parametrize(
    ("off", "state", "words"),
    [
        (timedelta(0), "ok", "within 5 minutes"),
        (timedelta(minutes=-4), "ok", "within 5 minutes"),
        (timedelta(minutes=6), "broken", "6 minutes ahead"),
        (timedelta(hours=-2), "broken", "120 minutes behind"),
    ],
)
def test_a_clock_more_than_five_minutes_off_is_broken(off: timedelta, state: str, words: str) -> None:
    theirs = datetime(2026, 11, 22, 12, tzinfo=UTC)
    found = compare_clocks(theirs + off, theirs)
    assert (found.state, found.detail) == (state, words)


@pytest.mark.parametrize(("days", "state"), [(31, "ok"), (29, "warning"), (-1, "warning")])
def test_a_password_that_expires_within_a_month_is_told(days: int, state: str) -> None:
    today = datetime(2026, 11, 22, 12, tzinfo=UTC)
    found = tell_expiry(today + timedelta(days=days), today)
    assert found.state == state
    assert bool(found.advice) == (state == "warning")


@pytest.fixture
def late_server() -> Iterator[str]:
    """A server whose clock is two days behind."""

    class Late(BaseHTTPRequestHandler):
        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string((datetime.now(UTC) - timedelta(days=2)).timestamp())

        def do_GET(self) -> None:
            self.send_response(503)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Late) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_clock_is_compared_with_whoever_answers(
    run: Run, home: Path, where: Where, late_server: str
) -> None:
    connect(home, where | {"oauth": f"{late_server}/token", "api": late_server})
    answer = run("doctor")
    assert "clock: 2880 minutes ahead" in answer.stdout
    assert "timedatectl" in answer.stdout
