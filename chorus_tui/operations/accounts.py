"""Who has an account on this system: whom a permission can be given to."""

import grp
import pwd
import stat
from pathlib import Path

FIRST_PERSON = 1000
"""From this number on accounts are people's, where /etc/login.defs was left alone; 65534 is nobody."""
NOBODY = 65_534
NO_SHELL = ("nologin", "false")
"""What the shell of an account ends with that nobody signs in to."""


def people() -> frozenset[str]:
    """The logins of this system that somebody can sign in with, as far as it lists them.

    A system that asks a directory (LDAP, SSSD) about its users may list none of them; `exists` still knows
    each by name.
    """
    return frozenset(
        entry.pw_name
        for entry in pwd.getpwall()
        if FIRST_PERSON <= entry.pw_uid < NOBODY and not entry.pw_shell.endswith(NO_SHELL)
    )


def exists(login: str) -> bool:
    """Whether somebody of this login has an account here."""
    try:
        pwd.getpwnam(login)
    except (KeyError, ValueError):
        return False
    return True


def sharing(folder: Path) -> frozenset[str]:
    """Who owns a folder, and the members of its group where the group may enter it."""
    try:
        status = folder.stat()
        logins = {pwd.getpwuid(status.st_uid).pw_name}
        if status.st_mode & stat.S_IXGRP:
            logins.update(grp.getgrgid(status.st_gid).gr_mem)
    except (KeyError, OSError):
        return frozenset()
    return frozenset(logins)
