"""From what went wrong to a sentence, what to do, and an exit code."""

from typing import NamedTuple

import click

from chorus_tui.cli.codes import Exit
from chorus_tui.i18n import _
from chorus_tui.text import clean_lines


class Said(NamedTuple):
    """How a failure is told."""

    sentence: str
    advice: str
    code: Exit


class Failed(Exception):
    """A command that cannot go on, with the words and the code to leave with."""

    def __init__(self, sentence: str, advice: str = "", code: Exit = Exit.REFUSED) -> None:
        super().__init__(sentence)
        self.said = Said(sentence, advice, code)


def explain(error: BaseException) -> Said:
    """The words and the exit code for any failure; what is not known is a defect."""
    if isinstance(error, Failed):
        return error.said
    from chorus_tui.operations.desk import Refusal
    from chorus_tui.settings import SettingsError
    from chorus_tui.store import StoreError

    if isinstance(error, Refusal):
        return Said(str(error), "", Exit.REFUSED)
    if isinstance(error, SettingsError):
        return Said(
            str(error), _("`chorus-tui init` writes a settings file that explains every key."), Exit.SETTINGS
        )
    if isinstance(error, StoreError):
        return Said(error.message, error.advice, Exit.STORE)
    if (said := _by_chorus(error)) is not None:
        return said
    if type(error).__name__ == "LedElsewhere":
        sentence = _("{who} synchronises this store already.").format(who=error)
        return Said(sentence, _("What is queued leaves without your doing."), Exit.REFUSED)
    if isinstance(error, OSError) and error.filename is not None:
        sentence = _("{path}: {reason}.").format(path=error.filename, reason=error.strerror)
        return Said(sentence, "", Exit.REFUSED)
    return Said(
        _("This is a defect of chorus-tui: {kind}.").format(kind=type(error).__name__),
        _("Nothing acknowledged is lost. Please report it with the log (chorus-tui paths)."),
        Exit.DEFECT,
    )


def _by_chorus(error: BaseException) -> Said | None:
    from chorus_tui.chorus import errors

    if not isinstance(error, errors.ChorusError):
        return None
    sentence = _(error.title)
    if error.detail:
        sentence += f" ({error.detail})"
    if isinstance(error, (errors.SignInRefused, errors.AccountRefused, errors.RightsMissing)):
        code = Exit.SIGN_IN
    elif isinstance(error, errors.Refused):
        code = Exit.REFUSED
    else:
        code = Exit.UNREACHABLE
    return Said(sentence, _(error.advice), code)


def tell(said: Said) -> None:
    """Print it where errors go."""
    click.echo(clean_lines(said.sentence), err=True)
    if said.advice:
        click.echo(clean_lines(said.advice), err=True)
