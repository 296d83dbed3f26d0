"""What an operator changed, kept so that it can be taken back until the call leaves."""

from datetime import datetime

from msgspec import Struct

from chorus_tui.i18n import N_

VERBS = {
    "complete": N_("completing"),
    "fix": N_("fix"),
    "submit": N_("submission"),
    "withdraw": N_("withdrawal"),
    "reprocess": N_("reprocessing"),
    "remove": N_("removal"),
    "restore": N_("bringing back"),
    "attach": N_("attaching a file"),
    "detach": N_("taking off a file"),
    "snooze": N_("snooze"),
    "wake": N_("waking"),
    "match": N_("match of a label"),
    "unmatch": N_("forgetting a match"),
    "complete invoice": N_("completing an invoice"),
    "recycle": N_("recycling"),
    "pay out": N_("paying out"),
    "deposit": N_("deposit of a flow"),
    "withdraw flow": N_("withdrawal of a flow"),
    "resend": N_("sending a flow again"),
    "pack": N_("making a pack"),
    "flow number": N_("typing a flow number"),
    "correct validator": N_("correcting the validator"),
}
"""What deeds are called when they are taken back: English words; translate them where they are shown."""


class Trace(Struct, frozen=True, omit_defaults=True):
    """One record that a deed changed."""

    table: str
    key: str
    before: str = ""
    """The record as JSON; empty: there was none."""
    after: str = ""
    """A short hash of what the deed left; what differs from it now was changed by somebody else since."""


class Deed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One verb on one or many records. A deed that was taken back is gone; the activity log tells of it."""

    id: str
    at: datetime
    who: str
    verb: str
    batch: str = ""
    """Deeds of one batch are taken back together: a verb on very many records works in slices."""
    traces: tuple[Trace, ...] = ()
