"""The commands of a deposit: before it, and on the pack that somebody takes to the portal."""

from typing import TYPE_CHECKING

from chorus_tui.i18n import N_, _
from chorus_tui.ui.commands import Command, Danger, Scope

if TYPE_CHECKING:
    from chorus_tui.ui.screens.deposit import Deposit
    from chorus_tui.ui.screens.portal_pack import PortalPack


def _why_no_issuer(screen: "Deposit") -> str:
    return screen.why_no_issuer()


def _why_not(screen: "Deposit") -> str:
    return screen.why_not_deposit()


DEPOSIT = Scope(
    "deposit",
    N_("Deposit of flows"),
    (
        Command(
            "deposit.go",
            "s f9",
            N_("Deposit"),
            N_("Deposits what is listed as going; what is queued is held for a moment, and u takes it back."),
            lambda s: s.deposit(),
            _why_not,
            danger=Danger.COUNT,
            line=1,
            words=(N_("Submit"), N_("Validate")),
        ),
        Command(
            "deposit.mode",
            "right m",
            N_("Next way"),
            N_("Takes the next way to deposit: API, an EDI connection, a pack for the portal."),
            lambda s: s.turn(1),
            line=2,
            words=(N_("Deposit mode"),),
        ),
        Command(
            "deposit.mode_back",
            "left M",
            N_("Way before"),
            N_("Takes the way before."),
            lambda s: s.turn(-1),
            palette=False,
        ),
        Command(
            "deposit.issuer",
            "i",
            N_("Issuer"),
            N_("Chooses the structure that a pack for the portal counts for."),
            lambda s: s.ask_issuer(),
            _why_no_issuer,
            line=3,
        ),
        Command(
            "deposit.again",
            "r",
            N_("Make again"),
            N_("Makes and checks the files again."),
            lambda s: s.plan_again(),
            line=6,
        ),
        Command(
            "deposit.back",
            "escape",
            N_("Back"),
            N_("Clears the filter; then goes back. Nothing was sent, and what was chosen here is kept."),
            lambda s: s.step_back(),
            line=5,
            palette=False,
        ),
    ),
)


def _why_no_number(screen: "PortalPack") -> str:
    row = screen.listing.current
    if row is None:
        return _("There is no pack here.")
    if not row.waits:
        return _("Its number is known: {number}.").format(number=row.flow.number)
    return ""


PACK = Scope(
    "portal_pack",
    N_("Pack for the portal"),
    (
        Command(
            "portal_pack.number",
            "n",
            N_("Flow number"),
            N_("Takes the number that the portal gave the flow, typed or pasted."),
            lambda s: s.ask_number(),
            _why_no_number,
            line=1,
        ),
        Command(
            "portal_pack.copy",
            "y",
            N_("Copy place"),
            N_("Copies the path of the folder to the clipboard."),
            lambda s: s.copy_place(),
            line=2,
        ),
        Command(
            "portal_pack.down",
            "pagedown",
            N_("Page down"),
            N_("Scrolls the checklist down."),
            lambda s: s.scroll_list(1),
            line=3,
            palette=False,
        ),
        Command(
            "portal_pack.up",
            "pageup",
            N_("Page up"),
            N_("Scrolls the checklist up."),
            lambda s: s.scroll_list(-1),
            palette=False,
        ),
        Command(
            "portal_pack.next",
            "down j",
            N_("Down"),
            N_("Goes to the next pack."),
            lambda s: s.listing.move(1),
            palette=False,
        ),
        Command(
            "portal_pack.previous",
            "up k",
            N_("Up"),
            N_("Goes to the pack before."),
            lambda s: s.listing.move(-1),
            palette=False,
        ),
        Command(
            "portal_pack.back",
            "escape",
            N_("Back"),
            N_("Goes back; place 4 keeps the flow, and n there takes its number, too."),
            lambda s: s.dismiss(),
            line=4,
            palette=False,
        ),
    ),
)
