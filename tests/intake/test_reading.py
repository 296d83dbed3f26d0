"""The bytes of a file, and what the console process does not do itself."""

import subprocess
import sys
from pathlib import Path

import pytest

from chorus_tui.intake import Fault, Unreadable, read_bytes
from tests.pdfs import invoice_pdf


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "secret.pdf"
    path.write_bytes(invoice_pdf())
    path.chmod(0)
    code = (
        "import os, sys; from pathlib import Path; from chorus_tui.intake import Unreadable, read_bytes\n"
        "os.getuid() or os.setuid(65534)\n"  # root may read everything; nobody may not
        "try: read_bytes(Path(sys.argv[1]))\n"
        "except Unreadable as error: print(error.fault, error.reason)"
    )
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "denied The file may not be read: permission denied."


def test_neither_pypdf_nor_facturx_is_imported_where_the_screen_runs() -> None:
    code = (
        "import sys, chorus_tui.intake, chorus_tui.intake.rules\n"
        "print([m for m in ('pypdf', 'facturx', 'lxml') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_bytes_to_keep_are_those_that_were_read(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(invoice_pdf())
    assert read_bytes(path) == path.read_bytes()
    with pytest.raises(Unreadable) as caught:
        read_bytes(path, limit=100)
    assert caught.value.fault is Fault.TOO_BIG
