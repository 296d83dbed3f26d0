"""The groups of invoices that came back: by status, by what the recipient says, and by recipient."""

from typing import TYPE_CHECKING, Any

from chorus_tui.i18n import N_, _
from chorus_tui.operations import processing
from chorus_tui.operations.clustering import invoice_clusters_in_slices
from chorus_tui.operations.snoozing import asleep
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.screens.answering import kind_of, why_no_answer
from chorus_tui.ui.screens.console import EVERYWHERE
from chorus_tui.ui.screens.groups import Group, Groups
from chorus_tui.ui.screens.listing import LISTING, ListingScreen
from chorus_tui.ui.screens.reply_verbs import COMPLETE, EACH, PAY_OUT, RECYCLE, WITHDRAW, ReplyVerbs, some
from chorus_tui.ui.screens.to_process import ToProcess
from chorus_tui.ui.screens.told import Told
from chorus_tui.ui.screens.triage import Within
from chorus_tui.ui.screens.triage_commands import SNOOZE, UNDO

if TYPE_CHECKING:
    from chorus_tui.domain.clusters import Cluster

RETURNED_GROUPS = Scope(
    "returned_groups",
    N_("By cause: what came back"),
    (
        Command(
            "returned_groups.open",
            "enter",
            N_("Open"),
            N_("Lists the invoices of the group alone; esc goes back."),
            lambda s: s.open_row(),
            some,
            line=1,
        ),
        Command(
            "returned_groups.answer",
            "p x",
            N_("Answer"),
            N_("Does the only thing that the status allows, to all of the group."),
            lambda s: s.answer(),
            why_no_answer,
            line=2,
            words=(N_("Process"), N_("Fix")),
        ),
        COMPLETE,
        RECYCLE,
        PAY_OUT,
        EACH,
        WITHDRAW,
        SNOOZE,
        UNDO,
    ),
)


class ReturnedGroups(ReplyVerbs[Group], Groups):
    """The groups of place 2."""

    scopes = (RETURNED_GROUPS, LISTING, EVERYWHERE)
    own_table = "invoices"

    async def gather(self) -> "tuple[Cluster, ...]":
        """All that asks something of the supplier, but what was put aside."""
        aside = asleep(self.desk)
        invoices = processing.to_process(self.desk)
        return await invoice_clusters_in_slices(
            self.desk, [i for i in invoices if self.record(str(i.id)) not in aside]
        )

    def latest(self, cluster: "Cluster") -> str:
        """The latest words of a recipient."""
        store = self.desk.store.invoices
        said = [
            invoice for key in cluster.keys if (invoice := store.get(key)) is not None and invoice.comment
        ]
        return said[-1].comment if said else ""

    def list_of(self, within: Within) -> ListingScreen[Any]:
        """Place 2 with these rows alone."""
        return ToProcess(within)

    def message(self, row: Group) -> Told:
        """The action that the group allows, before what was said and what to do."""
        told = super().message(row)
        first = self.desk.store.invoices.get(row.cluster.keys[0])
        return told if first is None else told._replace(tone=first.status.tone)

    def empty(self) -> str:
        """That nobody waits."""
        return _("Nothing came back: no recipient waits for you. esc goes back.")

    def label(self, command: Command) -> str:
        """The action has the name of what the status allows, and says for how many."""
        invoices = self.invoices_chosen() if command.id == "returned_groups.answer" else []
        kind = kind_of(invoices)
        return super().label(command) if kind is None else f"{_(kind.label)} ({len(invoices)})"

    def on_listing_moved(self) -> None:
        """Let the key line say what the status of the group allows."""
        super().on_listing_moved()
        self.update_keys()

    def on_line(self, command: Command) -> bool:
        """What the group does not allow is not offered."""
        return command.id != "returned.withdraw"
