"""Who sees the flows of a structure: chosen structure, its users, what each holds, and Add (S2-020…024)."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from textual.app import ComposeResult
from textual.containers import Horizontal

from chorus_tui.domain.permissions import Grant, Profile, Role
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _, labelled, ngettext
from chorus_tui.operations import permissions
from chorus_tui.operations.permissions import Governed
from chorus_tui.ui.columns import Column
from chorus_tui.ui.commands import Command, Danger, Scope
from chorus_tui.ui.filtering import Field, Kind
from chorus_tui.ui.screens.console import EVERYWHERE, Changes
from chorus_tui.ui.screens.listing import LISTING, ListingScreen
from chorus_tui.ui.screens.outcomes import tell_outcome
from chorus_tui.ui.widgets.lines import Line, Lines
from chorus_tui.ui.widgets.painted import cut, pad, wrap
from chorus_tui.ui.words import count, day_of

CARD = 2
"""Lines above the users that tell of the structure."""
HELD = 4
"""Lines below them for what the user under the cursor holds."""


class UserRow(Struct, frozen=True):
    """A user, as the chosen structure knows them."""

    user: str
    role: Role | None
    grants: tuple[Grant, ...]

    @property
    def profiles(self) -> str:
        """What they hold, in words."""
        if self.role is Role.MAIN_MANAGER:
            return _("everything, by the settings")
        return ", ".join(_(grant.profile.label) for grant in self.grants)


def role_words(role: Role | None) -> str:
    """What somebody is to a structure; a dash: nothing."""
    return _(role.label) if role is not None else "–"


_RANK = {Role.MAIN_MANAGER: 0, Role.SECONDARY_MANAGER: 1, Role.USER: 2, None: 3}

COLUMNS: tuple[Column[UserRow], ...] = (
    Column("user", N_("User"), 17, lambda r: r.user, grows=True),
    Column(
        "role",
        N_("Role"),
        23,
        lambda r: role_words(r.role),
        sort=lambda r: (_RANK[r.role], r.user),
        tone=lambda r: Tone.PLAIN if r.role else Tone.FAINT,
    ),
    Column("profiles", N_("Current profiles"), 34, lambda r: r.profiles, grows=True),
)

FIELDS: tuple[Field[UserRow], ...] = (
    Field(N_("user"), Kind.TEXT, lambda r: r.user),
    Field(
        N_("role"), Kind.TEXT, lambda r: r.role.label if r.role else "", tuple(role.label for role in Role)
    ),
)

PERMISSIONS = Scope(
    "permissions",
    N_("User permissions"),
    (
        Command(
            "permissions.add",
            "enter a",
            N_("Add a profile"),
            N_("Grants a profile on the structure to the marked users, or to the one under the cursor."),
            lambda s: s.add(),
            lambda s: s.why_not_add(),
            line=1,
        ),
        Command(
            "permissions.type",
            "n",
            N_("Type a user"),
            N_("Goes to a user by login, also to one who is not in the list."),
            lambda s: s.type_user(),
            lambda s: s.why_no_structure(),
            line=2,
        ),
        Command(
            "permissions.remove",
            "x",
            N_("Take away"),
            N_("Takes a profile on the structure from the user under the cursor."),
            lambda s: s.take_away(),
            lambda s: s.why_not_take_away(),
            danger=Danger.ASKS,
            line=3,
        ),
        Command(
            "permissions.structure",
            "s",
            N_("Structure"),
            N_("Chooses the structure; its users follow."),
            lambda s: s.choose_structure(),
            lambda s: s.why_no_structure(),
            line=4,
        ),
    ),
)


class Permissions(ListingScreen[UserRow]):
    """The users of one structure; what the one under the cursor holds stands below."""

    DEFAULT_CSS = f"Permissions #card {{ height: {CARD}; }} Permissions #held {{ height: {HELD}; }}"
    scopes = (PERMISSIONS, LISTING, EVERYWHERE)
    title_of = N_("User permissions")
    columns = COLUMNS
    fields = FIELDS
    tables = frozenset({"grants"})
    first_sort = ("role", False)

    def __init__(self, siret: str = "") -> None:
        """
        Args:
            siret: of the structure that is chosen at first; empty: the first that the operator manages.
        """
        super().__init__()
        self.siret = siret
        self._typed: dict[str, frozenset[str]] = {}
        """Structure → users who were typed and are not listed by themselves."""
        self.card = Lines(id="card")
        self.held = Lines(id="held")

    def compose_body(self) -> ComposeResult:
        """Title, structure, users, what the chosen user holds."""
        with Horizontal(id="title-row"):
            yield self.title_line
            yield self.position_line
        yield self.card
        with Horizontal(id="table"):
            yield self.listing
        yield self.held

    def on_mount(self) -> None:
        """Say which structure is chosen."""
        self.show_card()

    # What there is to choose from

    def structure(self) -> Governed | None:
        """The chosen one; None: the settings name none."""
        found = permissions.structures(self.desk)
        if not self.siret:
            own = (each.siret for each in found if each.role is Role.MAIN_MANAGER)
            self.siret = next(own, found[0].siret if found else "")
        return next((each for each in found if each.siret == self.siret), None)

    def load(self) -> Iterable[UserRow]:
        """Its users (S2-021)."""
        if self.structure() is None:
            return []
        users = permissions.users_of(self.desk, self.siret)
        return [self._row_of(user) for user in dict.fromkeys([*users, *self._typed_here()])]

    def _typed_here(self) -> frozenset[str]:
        return self._typed.get(self.siret, frozenset())

    def _row_of(self, user: str) -> UserRow:
        return UserRow(
            user,
            permissions.role_of(self.desk, self.siret, user),
            tuple(permissions.profiles_of(self.desk, self.siret, user)),
        )

    def key(self, row: UserRow) -> str:
        """The login."""
        return row.user

    def row(self, key: str) -> UserRow | None:
        """As it stands."""
        return self._row_of(key)

    def store_changed(self, changes: Changes) -> None:
        """Somebody granted something, here or elsewhere."""
        if "grants" in changes:
            self.reload()

    def reload(self, top: bool = False) -> None:
        """The users of the chosen structure as they stand."""
        self._take(self.load)
        self.show_rows(top)
        self.show_card()

    def empty(self) -> str:
        """How permissions begin."""
        return _(
            "Everybody who opens this console sees every flow: the settings name no structure with a main "
            "manager. A table [[structures]] with siret and main_manager does, for each structure whose "
            "flows not everybody may see. esc goes back."
        )

    # What is shown around them

    def show_card(self) -> None:
        """The chosen structure, and who grants permissions on it."""
        structure = self.structure()
        if structure is None:
            self.card.show([])
            return
        name = " · ".join(filter(None, (structure.name, structure.siret)))
        width = self.app.size.width - 2
        manager = labelled(_("Main manager"), structure.main_manager)
        if structure.role is not Role.MAIN_MANAGER:
            manager = f"{manager} · {_('only the main manager grants permissions.')}"
        self.card.show(
            [
                ((f" {cut(labelled(_('Structure'), name), width)}", "strong"),),
                ((f" {cut(manager, width)}", "plain"),),
            ]
        )

    def on_listing_moved(self) -> None:
        """What the user under the cursor holds, by itself (S2-022)."""
        super().on_listing_moved()
        row = self.listing.current
        self.held.show([] if row is None else self._held_by(row))

    def _held_by(self, row: UserRow) -> list[Line]:
        width = self.app.size.width - 2
        lines: list[Line] = [((f" {_('Current profiles of {user}').format(user=row.user)}", "strong"),)]
        if row.role is Role.MAIN_MANAGER:
            told = _("All of them: the settings name this user as the main manager of the structure.")
            return [*lines, *(((f"   {part}", "plain"),) for part in wrap(told, width - 3, HELD - 1))]
        if not row.grants:
            return [*lines, ((f"   {_('none')}", "faint"),)]
        for grant in row.grants[: HELD - 1]:
            by = _("granted by {who} on {day}").format(who=grant.granted_by, day=day_of(grant.granted_at))
            lines.append(((f"   {pad(_(grant.profile.label), 34)} ", "plain"), (by, "faint")))
        return lines

    def on_resize(self, event: object) -> None:
        """Let the card use the room."""
        super().on_resize(event)
        self.call_after_refresh(self.show_card)

    # Verbs

    def why_no_structure(self) -> str:
        """Why there is nothing to choose."""
        return (
            "" if self.structure() is not None else _("The settings name no main manager of any structure.")
        )

    def why_not_add(self) -> str:
        """Why nothing can be granted."""
        if why := self.why_no_structure():
            return why
        why = permissions.why_not_grant(self.desk, self.siret)
        return why or ("" if self.chosen() else _("There is no user here; n types one."))

    async def choose_structure(self) -> None:
        """The structure first, then its users follow (S2-021)."""
        found = permissions.structures(self.desk)
        at = [each.siret for each in found].index(self.siret)
        options = [(each.siret, " ".join(filter(None, (cut(each.name, 30), each.siret)))) for each in found]
        chosen = await self.prompt.choose(_("Structure:"), options, at)
        if chosen is not None:
            self.siret = chosen
            self.listing.unmark()
            self.reload(top=True)

    async def type_user(self) -> None:
        """Go to a login, which need not be in the list."""
        typed = await self.prompt.text(_("Login:"))
        user = (typed or "").strip()
        if not user:
            return
        if self.rows.get(user) is None:
            self._typed[self.siret] = self._typed_here() | {user}
        self.rows.filter("")
        self.reload()
        self.listing.go_to(user)

    async def add(self) -> None:
        """Choose the profile, grant it; what is held already is said in red (S2-023, S2-024)."""
        users = [row.user for row in self.chosen()]
        whom = users[0] if len(users) == 1 else _("{n} users").format(n=count(len(users)))
        options = [(profile, _(profile.label)) for profile in Profile]
        profile = await self.prompt.choose(_("Add for {user}:").format(user=whom), options)
        if profile is None:
            return
        outcome = permissions.add_to_users(self.desk, self.siret, users, profile)
        self.reload()
        self.listing.unmark()
        tell_outcome(self, outcome, lambda n: self._granted_words(n, outcome.done, profile), str)

    def _granted_words(self, number: int, users: Sequence[str], profile: Profile) -> str:
        if number == 1:
            return _("{user} holds “{profile}”").format(user=users[0], profile=_(profile.label))
        words = ngettext("{n} user holds “{profile}”", "{n} users hold “{profile}”", number)
        return words.format(n=count(number), profile=_(profile.label))

    def why_not_take_away(self) -> str:
        """Why there is nothing to take away."""
        if why := self.why_no_structure():
            return why
        if why := permissions.why_not_grant(self.desk, self.siret):
            return why
        row = self.listing.current
        if row is not None and row.role is Role.MAIN_MANAGER:
            return _("{user} is the main manager by the settings: change it there.").format(user=row.user)
        return "" if row is not None and row.grants else _("This user holds no profile here.")

    async def take_away(self) -> None:
        """Which profile, then whether really."""
        row = self.listing.current
        if row is None:
            return
        profile: Profile | None = row.grants[0].profile
        if len(row.grants) > 1:
            options = [(grant.profile, _(grant.profile.label)) for grant in row.grants]
            profile = await self.prompt.choose(_("Profile to take away:"), options)
        if profile is None:
            return
        question = _("Take “{profile}” from {user}?").format(profile=_(profile.label), user=row.user)
        if await self.sure("permissions.remove", question):
            permissions.remove_profile(self.desk, self.siret, row.user, profile)
            self.reload()
            words = _("{user} holds “{profile}” no longer").format(user=row.user, profile=_(profile.label))
            self.say(words, Tone.GOOD)
