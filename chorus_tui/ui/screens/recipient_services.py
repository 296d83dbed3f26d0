"""The services of a recipient: to look at, or to pick the one that a label stands for."""

from collections.abc import Callable, Iterable

from chorus_tui.domain.recipient import PUBLIC_INVOICES_SERVICE, Service, ServiceState
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _
from chorus_tui.text import fold
from chorus_tui.ui.columns import Column
from chorus_tui.ui.commands import Command, Scope
from chorus_tui.ui.filtering import Field, Kind
from chorus_tui.ui.screens.console import EVERYWHERE, Changes
from chorus_tui.ui.screens.listing import LISTING, ListingScreen
from chorus_tui.ui.screens.recipients_rows import commitment_words, state_tone, state_words
from chorus_tui.ui.screens.told import Told
from chorus_tui.ui.words import day_of

NEVER_ENDS = 2049
"""Chorus Pro writes 2050-12-31 where a service has no end."""


class ServiceRow:
    """A service and how it stands today."""

    def __init__(self, service: Service, state: ServiceState) -> None:
        self.service = service
        self.state = state

    @property
    def until(self) -> str:
        """The last day, where there is one."""
        end = self.service.valid_to
        return day_of(end) if end is not None and end.year <= NEVER_ENDS else ""


COLUMNS: tuple[Column[ServiceRow], ...] = (
    Column("name", N_("Service"), 22, lambda r: r.service.name or r.service.code, grows=True),
    Column("code", N_("Code"), 18, lambda r: r.service.code),
    Column(
        "state",
        N_("State"),
        14,
        lambda r: state_words(r.state),
        # Open ones first.
        sort=lambda r: (list(ServiceState).index(r.state), fold(r.service.name)),
        tone=lambda r: Tone.PLAIN if r.state is ServiceState.OPEN else state_tone(r.state),
    ),
    Column(
        "from",
        N_("From"),
        10,
        lambda r: day_of(r.service.valid_from),
        sort=lambda r: r.service.valid_from,
        rank=2,
    ),
    Column("until", N_("Until"), 10, lambda r: r.until, sort=lambda r: r.service.valid_to, rank=1),
    Column("commitment", N_("Commitment"), 11, lambda r: commitment_words(r.service), rank=3),
)

FIELDS: tuple[Field[ServiceRow], ...] = (
    Field(N_("state"), Kind.TEXT, lambda r: r.state.label, tuple(s.label for s in ServiceState)),
    Field(N_("code"), Kind.TEXT, lambda r: r.service.code),
)

SERVICES = Scope(
    "services",
    N_("Services of a recipient"),
    (
        Command(
            "services.pick",
            "enter",
            N_("Take"),
            N_("Lets the label stand for this service."),
            lambda s: s.open_row(),
            lambda s: s.why_not_pick(),
            line=1,
        ),
    ),
)


class RecipientServices(ListingScreen[ServiceRow]):
    """Open ones first; of a label, the one it stands for under the cursor."""

    scopes = (SERVICES, LISTING, EVERYWHERE)
    title_of = N_("Services")
    columns = COLUMNS
    fields = FIELDS
    first_sort = ("state", False)

    def __init__(
        self, siret: str, label: str = "", now: str = "", when_picked: Callable[[str], None] | None = None
    ) -> None:
        """
        Args:
            label: which a service is picked for; empty: they are only shown.
            now: the code of the service that it stands for.
            when_picked: called with the code of the service that was picked.
        """
        super().__init__()
        self._siret = siret
        self._label = label
        self._now = now
        self._when_picked = when_picked

    def heading(self) -> str:
        """Whose services, or what for."""
        if self._label:
            return _("Which service is “{label}”?").format(label=self._label)
        recipient = self.desk.store.recipients.get(self._siret)
        name = recipient.name if recipient is not None else self._siret
        return _("{recipient} › services").format(recipient=name)

    def on_mount(self) -> None:
        """Stand on the service of now."""
        if self._now:
            self.call_after_refresh(lambda: self.listing.go_to(self._now))

    def load(self) -> Iterable[ServiceRow]:
        """All of them."""
        recipient, now = self.desk.store.recipients.get(self._siret), self.desk.now()
        services = recipient.services if recipient is not None else ()
        return [ServiceRow(service, service.state_at(now)) for service in services]

    def key(self, row: ServiceRow) -> str:
        """Its code."""
        return row.service.code

    def row(self, key: str) -> ServiceRow | None:
        """As it stands."""
        return next((row for row in self.load() if row.service.code == key), None)

    def store_changed(self, changes: Changes) -> None:
        """Follow the recipient."""
        if self._siret in changes.get("recipients", ()):
            self._take(self.load)
            self.show_rows()

    def message(self, row: ServiceRow) -> Told:
        """Why a service cannot be taken."""
        if not self._label:
            return Told()
        if row.service.code == PUBLIC_INVOICES_SERVICE:
            return Told(_("For invoices between public bodies; a private supplier is rejected."), Tone.WAITS)
        why = self._why_not(row)
        return Told(why, Tone.WAITS) if why else Told()

    def on_line(self, command: Command) -> bool:
        """Nothing is taken where services are only shown."""
        return bool(self._label) or command.id != "services.pick"

    def _why_not(self, row: ServiceRow) -> str:
        if row.state is ServiceState.OPEN:
            return ""
        return _("This service is {state}: Chorus Pro refuses invoices to it.").format(
            state=_(row.state.label)
        )

    def why_not_pick(self) -> str:
        """Why enter does nothing here."""
        row = self.listing.current
        if row is None:
            return _("There is no service here.")
        if not self._label:
            return _("These are only shown; open a label of the recipient to choose its service.")
        return self._why_not(row)

    def open(self, row: ServiceRow) -> None:
        """Take it."""
        if self._when_picked is not None:
            self.dismiss()
            self._when_picked(row.service.code)
