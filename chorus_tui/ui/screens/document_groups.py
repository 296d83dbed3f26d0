"""The groups of documents to be submitted: what came back and what is incomplete, by cause and recipient."""

from typing import TYPE_CHECKING, Any

from chorus_tui.i18n import N_
from chorus_tui.operations.clustering import document_clusters_in_slices
from chorus_tui.operations.listing import waiting
from chorus_tui.operations.snoozing import asleep
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.screens.console import EVERYWHERE
from chorus_tui.ui.screens.document_verbs import DocumentVerbs, some
from chorus_tui.ui.screens.groups import Group, Groups
from chorus_tui.ui.screens.listing import LISTING, ListingScreen
from chorus_tui.ui.screens.remedies import key_words, put_right
from chorus_tui.ui.screens.to_submit import ToSubmit
from chorus_tui.ui.screens.to_submit_commands import FIX, REMOVE, REPROCESS
from chorus_tui.ui.screens.triage import Within
from chorus_tui.ui.screens.triage_commands import REPEAT, SNOOZE, UNDO

if TYPE_CHECKING:
    from chorus_tui.domain.clusters import Cluster

OPEN = Command(
    "groups.open",
    "enter",
    N_("Open"),
    N_("Lists the documents of the group alone; esc goes back."),
    lambda s: s.open_row(),
    some,
    line=1,
)

WORK = Command(
    "groups.work",
    "c",
    N_("Work through"),
    N_("Opens the forms of the group one after the other."),
    lambda s: s.work_through(s.keys_chosen()),
    some,
    line=4,
    words=(N_("Complete"), N_("Queue")),
)

DOCUMENT_GROUPS = Scope("groups", N_("By cause"), (OPEN, FIX, REPROCESS, WORK, SNOOZE, REMOVE, UNDO, REPEAT))


class DocumentGroups(DocumentVerbs[Group], Groups):
    """The groups of place 1."""

    scopes = (DOCUMENT_GROUPS, LISTING, EVERYWHERE)

    async def gather(self) -> "tuple[Cluster, ...]":
        """All that waits, but what was put aside."""
        aside = asleep(self.desk)
        documents = waiting(self.desk)
        if aside:
            documents = [document for document in documents if self.record(document.id) not in aside]
        return await document_clusters_in_slices(self.desk, documents)

    def latest(self, cluster: "Cluster") -> str:
        """The words of the latest failure; none where the group is only incomplete."""
        store = self.desk.store.documents
        failures = [d.failure for key in cluster.keys if (d := store.get(key)) is not None and d.failure]
        return max(failures, key=lambda failure: failure.at).message if failures else ""

    def list_of(self, within: Within) -> ListingScreen[Any]:
        """Place 1 with these rows alone."""
        return ToSubmit(within)

    def key_words(self, cluster: "Cluster") -> str:
        """The key that starts the remedy."""
        return key_words(self.console.registry, cluster.explanation)

    async def put_right(self) -> None:
        """Start the remedy of the group, or of the marked ones where they share it."""
        groups = self.chosen()
        about = self.named(groups[0].cluster) if len(groups) == 1 else ""
        await put_right(self, [row.cluster.explanation for row in groups], about)
