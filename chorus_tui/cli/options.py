"""Options that several commands share, so that they are named and explained alike."""

import click

from chorus_tui.i18n import _

json_option = click.option("--json", "json", is_flag=True, help=_("Print JSON."))
dry_option = click.option("--dry-run", is_flag=True, help=_("Only say what would happen."))
filter_option = click.option(
    "--filter", "words", default="", metavar=_("WORDS"), help=_("The same filter as behind / in the console.")
)


def rehearsed(words: str, dry_run: bool) -> str:
    """What a command says it did; in a dry run, that it did not."""
    return _("Nothing was changed. It would say: {words}").format(words=words) if dry_run else words
