"""The six places of the console, named as the sources name them (design §5, S1-001, S1-002)."""

from dataclasses import dataclass

from chorus_tui.i18n import N_


@dataclass(frozen=True, slots=True)
class Place:
    """One place: opened by an F-key, its digit, or what a French keyboard has on that key unshifted."""

    id: str
    number: int
    keys: str
    title: str
    """English source string."""
    short: str
    """The same where there is little room."""
    sentence: str
    screen: tuple[str, str]
    """Module and class of its screen."""
    words: tuple[str, ...] = ()
    """Other names the sources use for it."""


PLACES = (
    Place(
        "to_submit",
        1,
        "1 f2 ampersand",
        N_("Documents to be submitted"),
        N_("To submit"),
        N_("Invoices waiting to be completed and submitted, and those that came back in error."),
        ("chorus_tui.ui.screens.to_submit", "ToSubmit"),
        (N_("Documents to submit"),),
    ),
    Place(
        "to_process",
        2,
        "2 f3 é",
        N_("Documents to be processed"),
        N_("To process"),
        N_("Invoices that the recipient suspended, rejected or sent back to be recycled."),
        ("chorus_tui.ui.screens.to_process", "ToProcess"),
    ),
    Place(
        "tracking",
        3,
        "3 f4 quotation_mark",
        N_("Tracking"),
        N_("Tracking"),
        N_("Every invoice that Chorus Pro knows, and its status."),
        ("chorus_tui.ui.screens.tracking", "Tracking"),
        (N_("Follow-up"),),
    ),
    Place(
        "flows",
        4,
        "4 f5 apostrophe",
        N_("Flows"),
        N_("Flows"),
        N_("Deposits of one or more invoices, their status and integration report."),
        ("chorus_tui.ui.screens.flows", "Flows"),
        (N_("Flow monitoring"), N_("Dashboard")),
    ),
    Place(
        "recipients",
        5,
        "5 f6 left_parenthesis",
        N_("Recipients"),
        N_("Recipients"),
        N_("Which label on an invoice stands for which service of a recipient."),
        ("chorus_tui.ui.screens.recipients", "Recipients"),
        (N_("Recipient management"),),
    ),
    Place(
        "health",
        6,
        "6 f7 minus",
        N_("Settings and health"),
        N_("Health"),
        N_("What is broken and what to do, where settings and data are."),
        ("chorus_tui.ui.screens.health", "Health"),
        (N_("Configuration"),),
    ),
)

PLACE = {place.id: place for place in PLACES}
