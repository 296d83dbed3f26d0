"""What becomes of invoices: scenarios of the world file by the clock, and what a test does by hand."""

import heapq
import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta

from chorus_tui.sandbox.clock import Clock
from chorus_tui.sandbox.earlier import Deposited
from chorus_tui.sandbox.invoices import Action, Invoice, Invoices, Passage
from chorus_tui.sandbox.world import Agent, Recipient, Scenario, World

STATUSES = frozenset(
    [
        "DEPOSEE",
        "EN_COURS_ACHEMINEMENT",
        "MISE_A_DISPOSITION",
        "A_RECYCLER",
        "REJETEE",
        "SUSPENDUE",
        "SERVICE_FAIT",
        "MANDATEE",
        "MISE_A_DISPOSITION_COMPTABLE",
        "COMPTABILISEE",
        "MISE_EN_PAIEMENT",
        "COMPLETEE",
        "NON_CONFORME",
        "A_VALIDER_1",
        "VALIDEE_1",
        "REFUSEE_1",
        "ERREUR_FOURNISSEUR_SUR_VALIDEUR",
        "ABANDONNEE",
        "SUPPRIMEE",
    ]
)
NEED_A_MOTIVE = frozenset({"SUSPENDUE", "REJETEE", "A_RECYCLER"})
LONGEST_MOTIVE = 255
BY_THE_PLATFORM = frozenset({"DEPOSEE", "EN_COURS_ACHEMINEMENT", "MISE_A_DISPOSITION", "A_VALIDER_1"})
BY_THE_SUPPLIER = frozenset({"COMPLETEE"})
ACKNOWLEDGEMENTS = {"SUSPENDUE": "ACQUITTEMENT_SUSPENSION", "REJETEE": "ACQUITTEMENT_REJET"}

_PATH = ("DEPOSEE", "EN_COURS_ACHEMINEMENT", "MISE_A_DISPOSITION")
_WAYS = {
    "DEPOSEE": ("DEPOSEE",),
    "EN_COURS_ACHEMINEMENT": _PATH[:2],
    "MISE_A_DISPOSITION": _PATH,
    "SUSPENDUE": (*_PATH, "SUSPENDUE"),
    "COMPLETEE": (*_PATH, "SUSPENDUE", "COMPLETEE"),
    "REJETEE": (*_PATH, "REJETEE"),
    "A_RECYCLER": (*_PATH, "A_RECYCLER"),
    "SERVICE_FAIT": (*_PATH, "SERVICE_FAIT"),
    "MANDATEE": (*_PATH, "SERVICE_FAIT", "MANDATEE"),
    "MISE_A_DISPOSITION_COMPTABLE": (*_PATH, "SERVICE_FAIT", "MANDATEE", "MISE_A_DISPOSITION_COMPTABLE"),
    "COMPTABILISEE": (*_PATH, "MANDATEE", "MISE_A_DISPOSITION_COMPTABLE", "COMPTABILISEE"),
    "MISE_EN_PAIEMENT": (
        *_PATH,
        "MANDATEE",
        "MISE_A_DISPOSITION_COMPTABLE",
        "COMPTABILISEE",
        "MISE_EN_PAIEMENT",
    ),
    "A_VALIDER_1": ("A_VALIDER_1",),
    "REFUSEE_1": ("A_VALIDER_1", "REFUSEE_1"),
    "ERREUR_FOURNISSEUR_SUR_VALIDEUR": ("A_VALIDER_1", "ERREUR_FOURNISSEUR_SUR_VALIDEUR"),
}


def floor_to_ms(moment: datetime) -> datetime:
    """A moment as precise as the wire shows it, so that what a client saw it can ask for again."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class Lifecycle:
    """Moves invoices on when the clock says so."""

    def __init__(self, world: World, clock: Clock, invoices: Invoices) -> None:
        self._world = world
        self._clock = clock
        self._invoices = invoices
        self._due: list[tuple[datetime, int, int, int, Scenario, int]] = []
        self._order = itertools.count()
        self._passage_ids = itertools.count(8_548_152)
        self._action_ids = itertools.count(9_120_440)
        self._plans: dict[int, int] = {}
        """Which plan of an invoice holds; the steps of earlier ones do not happen."""

    def begin(self, invoice: Invoice, status: str, at: datetime, recipient: Recipient) -> None:
        """Start the life of an invoice that has just been deposited."""
        invoice.passages = [self._passage(status, at, recipient)]
        scenario = self._world.scenario_for(recipient, invoice.row.numero_facture, invoice.frame)
        self._plan(invoice.id, scenario, 0, at)

    def advance(self) -> int:
        """Let everything happen that is due; the number of passages that happened."""
        now, happened = self._clock.now(), 0
        while self._due and self._due[0][0] <= now:
            at, _, invoice_id, plan, scenario, index = heapq.heappop(self._due)
            invoice = self._invoices.get(invoice_id)
            if invoice is None or plan != self._plans.get(invoice_id, 0):
                continue
            step = scenario.steps[index]
            if step.to != "MISE_EN_PAIEMENT" or self._recipient(invoice).reports_payment:
                self._pass(invoice, step.to, at, step.comment)
                happened += 1
            self._plan(invoice_id, scenario, index + 1, at)
        return happened

    def act(self, invoice_id: int, status: str, motive: str) -> None:
        """Do by hand what the recipient (or the platform) does; the scenario of the invoice ends with it.

        Raises:
            KeyError: there is no such invoice.
            ValueError: there is no such status, or a motive is missing or too long.
        """
        invoice = self._known(invoice_id)
        if status not in STATUSES:
            raise ValueError(f"no such status: {status}")
        if status in NEED_A_MOTIVE and not motive:
            raise ValueError(f"{status} needs a motive")
        if len(motive) > LONGEST_MOTIVE:
            raise ValueError(f"a motive has {LONGEST_MOTIVE} characters at most")
        self.move(invoice, status, motive)

    def move(
        self, invoice: Invoice, status: str, comment: str, agent: Agent | None = None, then: str = ""
    ) -> datetime:
        """Bring an invoice to a status at this moment; what was planned for it is not to happen.

        Args:
            invoice: any.
            status: any.
            comment: what is said of it.
            agent: who does it; None: the recipient's, where a recipient brings it to such a status.
            then: the scenario by which its life goes on from here; none: it stays.
        """
        at = floor_to_ms(self._clock.now())
        self._plans[invoice.id] = self._plans.get(invoice.id, 0) + 1
        self._pass(invoice, status, at, comment, agent)
        self.go_on(invoice, then, at)
        return at

    def go_on(self, invoice: Invoice, scenario: str, since: datetime) -> None:
        """Plan how an invoice's life goes on; a scenario that the world does not know plans nothing."""
        if scenario in self._world.scenario_by_name:
            self._plan(invoice.id, self._world.scenario_by_name[scenario], 0, since)

    def note(self, invoice: Invoice, code: str, agent: Agent, at: datetime | None = None) -> None:
        """Remember what somebody did with an invoice that does not change its status."""
        moment = at or floor_to_ms(self._clock.now())
        action = Action(next(self._action_ids), code, moment, agent)
        invoice.actions = [*(invoice.actions or ()), action]

    def acknowledge(self, invoice_id: int, at: datetime | None = None) -> None:
        """Note that the supplier knows of a suspension or a rejection.

        Raises:
            KeyError: there is no such invoice.
            ValueError: it is neither suspended nor rejected.
        """
        invoice = self._known(invoice_id)
        if invoice.row.statut not in ACKNOWLEDGEMENTS:
            raise ValueError(f"nothing to acknowledge: {invoice.row.statut}")
        self.note(invoice, ACKNOWLEDGEMENTS[invoice.row.statut], self._world.account.agent, at)

    def handle(self, invoice_id: int, agent: Agent | None = None, at: datetime | None = None) -> None:
        """Note that the supplier dealt with a rejection; doing it twice changes nothing.

        Raises:
            KeyError: there is no such invoice.
            ValueError: it is not rejected.
        """
        invoice = self._known(invoice_id)
        if invoice.row.statut != "REJETEE":
            raise ValueError(f"not rejected: {invoice.row.statut}")
        if not invoice.row.rejet_traite:
            invoice.row.rejet_traite = True
            self.note(invoice, "TRAITEMENT_REJET", agent or self._world.account.agent, at)
            self._invoices.edited()

    def _known(self, invoice_id: int) -> Invoice:
        self.advance()
        invoice = self._invoices.get(invoice_id)
        if invoice is None:
            raise KeyError(invoice_id)
        return invoice

    def past(self, invoice: Invoice) -> list[Passage]:
        """The passages of an invoice, oldest first; those of the crowd are told when first asked for."""
        if invoice.passages is None:
            row = invoice.row
            invoice.passages = self.retell(
                row.statut,
                datetime.fromisoformat(f"{row.date_depot}T09:30:00+00:00"),
                datetime.fromisoformat(row.date_heure_etat_courant),
                row.commentaire_etat_courant or "",
                self._recipient(invoice),
            )
        return invoice.passages

    def retell(
        self,
        status: str,
        deposited: datetime,
        reached: datetime,
        comment: str,
        recipient: Recipient,
        way: Sequence[str] = (),
    ) -> list[Passage]:
        """A plausible past that leads from the deposit to a status reached at a moment, by a way or any."""
        way = way or _WAYS.get(status, ("DEPOSEE", status))
        stride = max(reached - deposited, timedelta(0)) / max(len(way) - 1, 1)
        passages = [
            self._passage(name, min(deposited, reached) + stride * index, recipient)
            for index, name in enumerate(way)
        ]
        passages[-1].at = reached
        passages[-1].comment = comment
        return passages

    def of_file(self, deposited: Deposited, now: datetime, recipient: Recipient) -> list[Passage]:
        """The past of an invoice of the world file."""
        begun = floor_to_ms(now - timedelta(days=deposited.days_ago))
        reached = floor_to_ms(now - timedelta(days=deposited.status_days_ago))
        past = self.retell(deposited.status, begun, reached, deposited.comment, recipient, deposited.way)
        if deposited.motive:
            past[-2].comment = deposited.motive
        return past

    def take_up(self, invoice: Invoice, deposited: Deposited, now: datetime) -> None:
        """Go on with the life of an invoice of the world file, and note what users did with it before."""
        self.go_on(invoice, deposited.scenario, now)
        agent, reached = (
            self._world.account.agent,
            floor_to_ms(now - timedelta(days=deposited.status_days_ago)),
        )
        if deposited.acknowledged_days_ago is not None:
            at = floor_to_ms(now - timedelta(days=deposited.acknowledged_days_ago))
            self.note(invoice, ACKNOWLEDGEMENTS[deposited.status], agent, at)
        if deposited.rejection_handled:
            self.note(invoice, "TRAITEMENT_REJET", agent, reached + (now - reached) / 4)

    def _plan(self, invoice_id: int, scenario: Scenario, index: int, since: datetime) -> None:
        if index < len(scenario.steps):
            due = floor_to_ms(since + scenario.steps[index].delay / self._clock.speed)
            plan = self._plans.get(invoice_id, 0)
            heapq.heappush(self._due, (due, next(self._order), invoice_id, plan, scenario, index))

    def _pass(
        self, invoice: Invoice, status: str, at: datetime, comment: str, agent: Agent | None = None
    ) -> None:
        past = self.past(invoice)
        past.append(self._passage(status, at, self._recipient(invoice), comment, agent))
        self._invoices.change(invoice, status, at, comment)

    def _passage(
        self,
        status: str,
        at: datetime,
        recipient: Recipient,
        comment: str = "",
        agent: Agent | None = None,
    ) -> Passage:
        passage = Passage(id=next(self._passage_ids), status=status, at=at, comment=comment)
        if agent is None and status not in BY_THE_PLATFORM:
            agent = self._world.account.agent if status in BY_THE_SUPPLIER else recipient.agent
        if agent is not None:
            passage.first_name, passage.last_name, passage.mail, passage.telephone = agent
        return passage

    def _recipient(self, invoice: Invoice) -> Recipient:
        return self._world.recipient_by_id[invoice.row.id_destinataire]
