"""The log: in its folder, never on the terminal, without secrets, shared by several consoles."""

import base64
import logging
import stat
from pathlib import Path

import pytest

from chorus_tui.cli.logs import NAME, Discreet, SharedFile, start
from chorus_tui.settings import Credentials

CREDENTIALS = Credentials("the-client-id", "the-client-secret", "TECH_1@cpro.fr", "p4ssw0rd!")


def test_secrets_are_struck_out_wherever_they_stand(tmp_path: Path) -> None:
    start(tmp_path, CREDENTIALS)
    header = base64.b64encode(b"TECH_1@cpro.fr:p4ssw0rd!").decode()
    log = logging.getLogger("chorus_tui.test")
    log.warning("as an argument %s, in words the-client-secret, as a header %s", "p4ssw0rd!", header)
    try:
        raise ValueError("the-client-id and p4ssw0rd!")
    except ValueError:
        log.exception("with a traceback")
    text = (tmp_path / NAME).read_text()
    assert "with a traceback" in text
    assert "ValueError" in text
    for value in ("p4ssw0rd!", "the-client-secret", "the-client-id", header):
        assert value not in text


def test_nothing_reaches_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    start(tmp_path / "file" / "log", CREDENTIALS)
    logging.getLogger("chorus_tui.test").error("a log that cannot be written")
    assert capfd.readouterr() == ("", "")


def test_headers_of_libraries_are_not_logged_however_much_is_asked_for(tmp_path: Path) -> None:
    start(tmp_path, CREDENTIALS, verbose=True)
    logging.getLogger("httpcore.http11").debug("headers")
    logging.getLogger("chorus_tui.test").debug("ours")
    text = (tmp_path / NAME).read_text()
    assert "ours" in text
    assert "headers" not in text


def test_escape_sequences_do_not_wait_in_the_log_for_who_reads_it(tmp_path: Path) -> None:
    start(tmp_path, CREDENTIALS)
    logging.getLogger("chorus_tui.test").warning("file %s", "a\x1b]0;owned\x07.pdf")
    assert "\x1b" not in (tmp_path / NAME).read_text()


def test_the_log_belongs_to_its_user_and_turns_over(tmp_path: Path) -> None:
    handler = SharedFile(tmp_path / "log" / NAME, maxBytes=200, backupCount=2, delay=True)
    handler.setFormatter(Discreet(CREDENTIALS))
    for _count in range(10):
        handler.emit(logging.makeLogRecord({"msg": "x" * 50, "levelname": "INFO", "name": "test"}))
    handler.close()
    names = sorted(path.name for path in (tmp_path / "log").iterdir())
    assert names == [NAME, f"{NAME}.1", f"{NAME}.2"]
    assert stat.S_IMODE((tmp_path / "log" / NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o700


def test_a_console_follows_when_another_one_turned_the_log_over(tmp_path: Path) -> None:
    one, other = (SharedFile(tmp_path / NAME, delay=True) for _each in range(2))
    one.emit(logging.makeLogRecord({"msg": "before"}))
    other.emit(logging.makeLogRecord({"msg": "before too"}))
    other.doRollover()
    (tmp_path / NAME).rename(tmp_path / f"{NAME}.1")
    one.emit(logging.makeLogRecord({"msg": "after"}))
    one.close()
    other.close()
    assert (tmp_path / NAME).read_text() == "after\n"
