"""Lines and JSON on standard output, with nothing in them that a terminal would obey."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

from chorus_tui.text import clean, clean_lines


def line(text: str) -> None:
    """One line."""
    click.echo(clean_lines(text))


def as_json(value: Any) -> None:
    """One JSON document, indented for people when a terminal shows it, one line for a pipe."""
    import msgspec

    encoded = msgspec.json.encode(value)
    if sys.stdout.isatty():
        encoded = msgspec.json.format(encoded, indent=2)
    click.echo(encoded.decode())


def as_columns(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A line each, cells between tabs: for pipes and screen readers."""
    click.echo("\t".join(map(clean, titles)))
    for row in rows:
        click.echo("\t".join(map(clean, row)))
