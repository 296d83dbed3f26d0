"""What the lists of place 5 show of a recipient, a label and a service."""

from decimal import Decimal

from chorus_tui.domain.recipient import Recipient, Service, ServiceState
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _
from chorus_tui.operations.recipients import Demand, Known, LabelRow, RecipientRow
from chorus_tui.ui.columns import Column
from chorus_tui.ui.filtering import Field, Kind
from chorus_tui.ui.words import count, day_of

DEMANDS = {
    Demand.UNKNOWN: N_("not known"),
    Demand.NOTHING: N_("nothing"),
    Demand.SERVICE: N_("service"),
    Demand.COMMITMENT: N_("commitment"),
    Demand.BOTH: N_("both"),
    Demand.EITHER: N_("either"),
}
"""The same as `Demand.label` where there is little room."""

ACTIVE, INACTIVE, NOT_ASKED, NOBODY = N_("active"), N_("inactive"), N_("not asked"), N_("unknown")
_SIGNS = {ACTIVE: "✓", INACTIVE: "✗", NOT_ASKED: "·", NOBODY: "✗"}
_TONES = {ACTIVE: Tone.PLAIN, INACTIVE: Tone.BAD, NOT_ASKED: Tone.FAINT, NOBODY: Tone.BAD}


def activity_of(row: RecipientRow) -> str:
    """English source string of how it stands."""
    if not row.exists:
        return NOBODY
    return NOT_ASKED if row.active is None else ACTIVE if row.active else INACTIVE


def activity(row: RecipientRow) -> str:
    """Sign and word; a `!` where an imported directory says otherwise and nobody looked."""
    what = activity_of(row)
    return f"{_SIGNS[what]} {_(what)}{' !' if row.alert else ''}"


def _number(value: int) -> str:
    return count(value) if value else ""


COLUMNS: tuple[Column[RecipientRow], ...] = (
    Column("name", N_("Recipient"), 18, lambda r: r.name or "–", grows=True),
    Column("siret", N_("SIRET"), 14, lambda r: r.siret),
    Column("active", N_("Active"), 12, activity, tone=lambda r: _TONES[activity_of(r)]),
    Column("demands", N_("Demands"), 10, lambda r: _(DEMANDS[r.demand])),
    Column(
        "services",
        N_("Services"),
        9,
        lambda r: _number(r.services),
        sort=lambda r: r.services,
        right=True,
        rank=3,
        newest_first=True,
    ),
    Column(
        "matches",
        N_("Matched"),
        9,
        lambda r: _number(r.matches),
        sort=lambda r: r.matches,
        right=True,
        rank=2,
        newest_first=True,
    ),
    Column(
        "waiting",
        N_("Waiting"),
        11,
        lambda r: _number(r.waiting),
        sort=lambda r: r.waiting,
        right=True,
        newest_first=True,
    ),
    Column(
        "errors",
        N_("Errors"),
        8,
        lambda r: _number(r.in_error),
        sort=lambda r: r.in_error,
        right=True,
        tone=lambda r: Tone.BAD if r.in_error else Tone.PLAIN,
        newest_first=True,
    ),
    Column(
        "checked",
        N_("Checked"),
        10,
        lambda r: day_of(r.checked_at),
        sort=lambda r: r.checked_at,
        rank=4,
        newest_first=True,
    ),
    Column("known", N_("Known from"), 11, lambda r: _(r.known.label), rank=5),
)

FIELDS: tuple[Field[RecipientRow], ...] = (
    Field(N_("active"), Kind.TEXT, activity_of, (ACTIVE, INACTIVE, NOT_ASKED, NOBODY)),
    Field(N_("demands"), Kind.TEXT, lambda r: r.demand.label, tuple(d.label for d in Demand)),
    Field(N_("known"), Kind.TEXT, lambda r: r.known.label, tuple(k.label for k in Known)),
    Field(N_("waiting"), Kind.AMOUNT, lambda r: Decimal(r.waiting)),
    Field(N_("errors"), Kind.AMOUNT, lambda r: Decimal(r.in_error)),
    Field(N_("matches"), Kind.AMOUNT, lambda r: Decimal(r.matches)),
    Field(N_("checked"), Kind.DATE, lambda r: None if r.checked_at is None else r.checked_at.date()),
)

FOUND_COLUMNS: tuple[Column[Recipient], ...] = (
    Column("name", N_("Recipient"), 30, lambda r: r.name or "–", grows=True),
    Column("siret", N_("SIRET"), 14, lambda r: r.siret),
    Column(
        "active",
        N_("Active"),
        12,
        lambda r: f"{_SIGNS[ACTIVE]} {_(ACTIVE)}" if r.active else f"{_SIGNS[INACTIVE]} {_(INACTIVE)}",
        tone=lambda r: Tone.PLAIN if r.active else Tone.BAD,
    ),
    Column("known", N_("Known from"), 12, lambda r: _(known_from(r).label)),
)


def known_from(recipient: Recipient) -> Known:
    """Where a recipient that was found is known from."""
    return Known.CHORUS if recipient.checked_at else Known.DIRECTORY


NO_MATCH = N_("not matched")


def service_words(row: LabelRow) -> str:
    """What a label stands for."""
    code = row.match.service_code if row.match else row.named
    if not code:
        return f"– {_(NO_MATCH)}"
    return f"{code} {row.service.name if row.service else ''}".rstrip()


def state_words(state: ServiceState | None) -> str:
    """Sign and word of how a service stands; empty where nobody knows."""
    return f"{state.sign} {_(state.label)}" if state is not None else ""


def state_tone(state: ServiceState | None) -> Tone:
    """A service that takes no invoices is worth a look."""
    return Tone.BAD if state is ServiceState.CLOSED else Tone.WAITS if state else Tone.PLAIN


def _state_of(row: LabelRow) -> ServiceState | None:
    return row.state if row.match is not None else None


def trials(row: LabelRow) -> str:
    """How often the match held and missed."""
    return f"{row.match.held}/{row.match.missed}" if row.match else ""


def percent(row: LabelRow) -> str:
    """How sure the match is."""
    return f"{row.match.confidence:.0%}".replace("%", " %") if row.match else ""


def who(row: LabelRow) -> str:
    """Who decided a match, and whether it was told or learned."""
    if row.match is None:
        return _("its own name") if row.named else ""
    how = _("told") if row.match.told else _("learned")
    return f"{how} · {row.match.decided_by}"


LABEL_COLUMNS: tuple[Column[LabelRow], ...] = (
    Column("label", N_("Label on invoices"), 20, lambda r: r.label, grows=True),
    Column(
        "service",
        N_("Service"),
        22,
        service_words,
        tone=lambda r: Tone.PLAIN if r.match or r.named else Tone.WAITS,
        grows=True,
    ),
    Column(
        "state",
        N_("State"),
        8,
        lambda r: state_words(_state_of(r)),
        tone=lambda r: Tone.PLAIN if r.state is ServiceState.OPEN else state_tone(_state_of(r)),
        rank=2,
    ),
    Column(
        "trials",
        N_("Held/missed"),
        12,
        trials,
        sort=lambda r: r.match.held if r.match else None,
        right=True,
        newest_first=True,
    ),
    Column(
        "sure",
        N_("Sure"),
        5,
        percent,
        sort=lambda r: r.match.confidence if r.match else None,
        right=True,
        newest_first=True,
    ),
    Column(
        "waiting",
        N_("Waiting"),
        11,
        lambda r: _number(r.waiting),
        sort=lambda r: r.waiting,
        right=True,
        newest_first=True,
    ),
    Column("who", N_("Decided by"), 22, who, rank=3),
)

LABEL_FIELDS: tuple[Field[LabelRow], ...] = (
    Field(N_("label"), Kind.TEXT, lambda r: r.label),
    Field(N_("service"), Kind.TEXT, service_words),
    Field(N_("decided"), Kind.TEXT, who),
    Field(N_("waiting"), Kind.AMOUNT, lambda r: Decimal(r.waiting)),
)


def commitment_words(service: Service) -> str:
    """Whether a service makes the commitment number mandatory."""
    if service.commitment_required is None:
        return _("not asked")
    return _("mandatory") if service.commitment_required else _("no")
