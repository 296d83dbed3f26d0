"""Build hook: compiles the message catalogues, so that an installed wheel speaks French."""

import os
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

UNDATED = datetime(2026, 1, 1, tzinfo=UTC)


def compile_catalogues(root: Path) -> list[Path]:
    """Write one .mo beside each .po, whole at once: a program may be reading the old one."""
    written = []
    for source in root.glob("chorus_tui/locale/*/LC_MESSAGES/*.po"):
        compiled = BytesIO()
        with source.open("rb") as po:
            catalogue = read_po(po, locale=source.parts[-3], abort_invalid=True)
        # babel would write the time of day into it; the same words make the same file.
        catalogue.creation_date = catalogue.revision_date = UNDATED
        write_mo(compiled, catalogue)
        unfinished = source.with_suffix(f".{os.getpid()}.part")
        unfinished.write_bytes(compiled.getvalue())
        written.append(unfinished.replace(source.with_suffix(".mo")))
    return written


class CompileCatalogues(BuildHookInterface[Any]):
    """Compiles before a wheel's files are collected (also for an editable install)."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the .mo files."""
        compile_catalogues(Path(self.root))
