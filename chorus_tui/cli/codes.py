"""Exit codes, and the one place that says what they mean."""

from enum import IntEnum

from chorus_tui.i18n import N_, _


class Exit(IntEnum):
    """How a command ended."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    SETTINGS = 3
    STORE = 4
    UNREACHABLE = 5
    SIGN_IN = 6
    DEFECT = 70

    @property
    def meaning(self) -> str:
        """The English words; translate them where they are shown."""
        return {
            Exit.OK: N_("done"),
            Exit.REFUSED: N_("something was refused or failed; the lines say what"),
            Exit.USAGE: N_("the command line is not understood"),
            Exit.SETTINGS: N_("the settings or secrets cannot be used"),
            Exit.STORE: N_("the data folder cannot be used"),
            Exit.UNREACHABLE: N_("Chorus Pro cannot be reached"),
            Exit.SIGN_IN: N_("Chorus Pro refused the sign-in"),
            Exit.DEFECT: N_("a defect of chorus-tui; the log holds what happened"),
        }[self]


def table() -> str:
    """All of them, a line each."""
    lines = (f"  {code.value:>2}  {_(code.meaning)}" for code in Exit)
    return "\n".join([_("Exit codes:"), *lines])
