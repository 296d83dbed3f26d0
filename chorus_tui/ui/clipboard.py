"""Copying over SSH: through tmux where it runs, else with the terminal's own sequence, else to a file."""

import base64
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from chorus_tui.i18n import _
from chorus_tui.text import clean_lines

MOST = 74_994
"""Bytes after encoding that terminals take in one OSC 52."""


def copy(
    text: str, what: str, environment: Mapping[str, str], write: Callable[[str], None], folder: Path
) -> str:
    """Copy a text and say, in a sentence, what was copied and where to.

    `tmux load-buffer -w -` works with tmux's defaults, where OSC 52 would be dropped. What is too big for
    the terminal becomes a file in `folder`.
    """
    content = clean_lines(text).encode()
    encoded = base64.b64encode(content)
    if len(encoded) > MOST:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "copied.txt"
        path.write_bytes(content)
        return _("{what}: too big for the clipboard, written to {path}.").format(what=what, path=path)
    tmux = shutil.which("tmux") if environment.get("TMUX") else None
    if tmux is not None and _loaded(tmux, content):
        return _("Copied {what} (tmux and clipboard).").format(what=what)
    write(f"\x1b]52;c;{encoded.decode()}\a")
    return _("Copied {what} to the clipboard.").format(what=what)


def _loaded(tmux: str, content: bytes) -> bool:
    try:
        done = subprocess.run(  # noqa: S603  # the program found, no shell
            [tmux, "load-buffer", "-w", "-"], input=content, capture_output=True, timeout=2, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
