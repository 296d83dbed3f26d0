"""The main job from the command line, over a real socket: drop, sync, submit, follow."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

from tests.cli.conftest import Run, Where, command, connect

PACKAGE = Path(__file__).parent.parent.parent / "chorus_tui"
GOOD = "BRUME_FA-2026-1041_12345678200051.pdf"
INACTIVE = "BRUME_FA-2026-1057_21991819000014.pdf"
CUT_SHORT = "BRUME_FA-2026-1054_20099112300015.pdf"


def drop(home: Path, *names: str) -> None:
    for name in names:
        shutil.copy(PACKAGE / "sandbox" / "samples" / name, home / "drop" / name)


def test_a_dropped_pdf_is_read_submitted_and_followed(run: Run, home: Path, where: Where) -> None:
    """S1-010, S1-014, S1-016, S1-023, S1-030, S1-034."""
    secrets = connect(home, where)
    drop(home, GOOD, INACTIVE, CUT_SHORT)

    assert run("sync", "--once", **secrets).exit_code == 0
    rows = {row["document"]: row for row in json.loads(run("list", "to_submit", "--json").stdout)}
    assert set(rows) == {GOOD, INACTIVE, CUT_SHORT}
    assert (rows[GOOD]["number"], rows[GOOD]["status"]) == ("FA-2026-1041", "to_submit")
    assert "recipient is inactive" in rows[INACTIVE]["missing"]
    assert rows[CUT_SHORT]["status"] == "mistaken"
    assert "cut short" in rows[CUT_SHORT]["error"]

    rehearsed = json.loads(run("submit", "--all-complete", "--dry-run", "--json").stdout)
    assert (rehearsed["done"], rehearsed["refused"]) == ([rows[GOOD]["id"]], [])
    looked_at = run("submit", "--dry-run")
    assert looked_at.exit_code == 1
    assert looked_at.stdout.startswith("1 of 2 would pass, 1 fails:\n  1 × This recipient is inactive")
    queued = run("submit", "--all-complete")
    assert queued.exit_code == 0
    assert "1 document queued." in queued.stdout
    assert "chorus-tui sync --once" in queued.stdout

    done = run("sync", "--once", **secrets)
    assert "2 documents to be submitted, 1 of them in error" in done.stdout
    found = json.loads(run("status", "--json").stdout)
    assert found["places"]["to_submit"] == 2
    assert found["documents"] == {"mistaken": 1, "submitted": 1, "to_submit": 1}
    assert sum(found["invoices"].values()) == found["places"]["tracking"]

    [ours] = json.loads(run("list", "tracking", "--filter", "FA-2026-1041", "--json").stdout)
    assert (ours["document"], ours["gross"]) == (GOOD, "1872.0")
    plain = run("list", "tracking", "--filter", "FA-2026-1041").stdout.splitlines()
    assert plain[1].split("\t")[1:3] == [GOOD, "FA-2026-1041"]

    exported = home / "out.csv"
    assert run("export", exported, "--filter", "FA-2026-1041").exit_code == 0
    assert exported.read_text(encoding="utf-8-sig").count("\n") == 2
    again = run("export", exported)
    assert again.exit_code == 1
    assert "--force" in again.stderr


def test_what_cannot_go_is_refused_by_name(run: Run, home: Path, where: Where) -> None:
    """S1-071."""
    secrets = connect(home, where)
    drop(home, INACTIVE)
    run("sync", "--once", **secrets)
    refused = run("submit", INACTIVE)
    assert refused.exit_code == 1
    assert "This recipient is inactive in Chorus Pro and takes no invoices." in refused.stdout
    assert "0 documents queued." in refused.stdout
    unknown = run("submit", "nothing", "--json")
    assert (unknown.exit_code, json.loads(unknown.stdout)["refused"][0]["id"]) == (1, "nothing")


def test_reprocess_and_remove_name_documents_as_the_list_does(run: Run, home: Path, where: Where) -> None:
    """S1-064, S1-073."""
    secrets = connect(home, where)
    drop(home, GOOD, CUT_SHORT)
    run("sync", "--once", **secrets)
    ids = {row["document"]: row["id"] for row in json.loads(run("list", "to_submit", "--json").stdout)}
    assert run("reprocess", "--all-mistaken").exit_code == 0
    assert run("remove", ids[GOOD][:8]).exit_code == 0
    assert run("remove", CUT_SHORT).exit_code == 0
    assert json.loads(run("status", "--json").stdout)["places"]["to_submit"] == 0
    assert (home / "drop" / GOOD).exists()
    assert run("remove", ids[GOOD]).exit_code == 1


def test_a_wrong_secret_is_sign_in_and_says_what_to_check(run: Run, home: Path, where: Where) -> None:
    """S1-081."""
    secrets = connect(home, where) | {"CHORUS_TUI_CLIENT_SECRET": "wrong-secret"}
    answer = run("sync", "--once", **secrets)
    assert answer.exit_code == 6
    assert "Check the client id and the client secret" in answer.stderr
    assert "wrong-secret" not in answer.output


def test_nobody_listening_is_not_reachable(run: Run, home: Path, where: Where) -> None:
    """S1-083."""
    nowhere = where | {"oauth": "http://127.0.0.1:1/token", "api": "http://127.0.0.1:1"}
    secrets = connect(home, nowhere)
    answer = run("sync", "--once", **secrets)
    assert answer.exit_code == 5
    assert "network" in answer.stderr


def test_the_service_stops_when_it_is_told_to(home: Path, where: Where) -> None:
    environ = os.environ | connect(home, where)
    process = subprocess.Popen(
        command("--home", home, "sync"), stdout=subprocess.PIPE, text=True, env=environ
    )
    assert process.stdout is not None
    with process:
        assert "Synchronising" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
    assert process.returncode == 0


def test_one_service_works_on_a_store_at_a_time(run: Run, home: Path, where: Where) -> None:
    from chorus_tui.store import Store

    secrets = connect(home, where)
    with Store.open(home / "data") as store:
        lease = store.try_lead("somebody@elsewhere")
        assert lease is not None
        answer = run("sync", "--once", **secrets)
        lease.release()
    assert answer.exit_code == 1
    assert "somebody@elsewhere synchronises this store already." in answer.stderr


def test_a_backup_comes_back(run: Run, home: Path, where: Where, tmp_path: Path) -> None:
    secrets = connect(home, where)
    drop(home, GOOD)
    run("sync", "--once", **secrets)
    assert run("backup", tmp_path / "copy").exit_code == 0
    run("remove", GOOD)
    restored = run("restore", tmp_path / "copy")
    assert restored.exit_code == 0
    assert "What stood there before is kept in" in restored.stdout
    assert json.loads(run("status", "--json").stdout)["places"]["to_submit"] == 1


def test_no_secret_reaches_the_log(run: Run, home: Path, where: Where) -> None:
    secrets = connect(home, where)
    drop(home, GOOD)
    assert run("--verbose", "sync", "--once", **secrets).exit_code == 0
    written = "".join(path.read_text() for path in (home / "log").glob("*"))
    for name in ("CHORUS_TUI_CLIENT_SECRET", "CHORUS_TUI_PASSWORD", "CHORUS_TUI_LOGIN"):
        assert secrets[name] not in written


def test_one_pass_sends_a_batch_that_is_held(run: Run, home: Path, where: Where) -> None:
    """A script queues several and synchronises once: what is held leaves before the pass ends."""
    secrets = connect(home, where)
    settings = home / "settings.toml"
    settings.write_text("hold = 3\n" + settings.read_text())
    run("sync", "--once", **secrets)
    rejected = json.loads(run("process", "--filter", "status:rejected", "--json").stdout)
    assert len(rejected) > 1
    paid = run("pay-out", *(str(row["id"]) for row in rejected), "--remark", "cancelled")
    assert f"{len(rejected)} replies queued." in paid.stdout
    assert "A batch leaves in " in run("sync", "--once", **secrets).stdout
    rows = json.loads(run("process", "--settled", "--json").stdout)
    settled = {row["id"] for row in rows if row["settled"]}
    assert settled >= {row["id"] for row in rejected}
