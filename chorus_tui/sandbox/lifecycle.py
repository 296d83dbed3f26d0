"""What becomes of invoices: scenarios of the world file by the clock, and what a test does by hand."""

import heapq
import itertools
from datetime import datetime, timedelta

from chorus_tui.sandbox.clock import Clock
from chorus_tui.sandbox.invoices import Invoice, Invoices, Passage
from chorus_tui.sandbox.world import Deposited, Recipient, Scenario, World

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
        self._due: list[tuple[datetime, int, int, Scenario, int]] = []
        self._order = itertools.count()
        self._passage_ids = itertools.count(8_548_152)
        self._settled: set[int] = set()

    def begin(self, invoice: Invoice, status: str, at: datetime, recipient: Recipient) -> None:
        """Start the life of an invoice that has just been deposited."""
        invoice.passages = [self._passage(status, at, recipient)]
        scenario = self._world.scenario_for(recipient, invoice.row.numero_facture, invoice.frame)
        self._plan(invoice.id, scenario, 0, at)

    def advance(self) -> int:
        """Let everything happen that is due; the number of passages that happened."""
        now, happened = self._clock.now(), 0
        while self._due and self._due[0][0] <= now:
            at, _, invoice_id, scenario, index = heapq.heappop(self._due)
            invoice = self._invoices.get(invoice_id)
            if invoice is None or invoice_id in self._settled:
                continue
            step = scenario.steps[index]
            if step.to != "MISE_EN_PAIEMENT" or self._recipient(invoice).reports_payment:
                self._pass(invoice, step.to, at, step.comment)
                happened += 1
            self._plan(invoice_id, scenario, index + 1, at)
        return happened

    def act(self, invoice_id: int, status: str, motive: str) -> None:
        """Do what the recipient (or the platform) does; the scenario of the invoice ends with it.

        Raises:
            KeyError: there is no such invoice.
            ValueError: there is no such status, or a motive is missing or too long.
        """
        self.advance()
        invoice = self._invoices.get(invoice_id)
        if invoice is None:
            raise KeyError(invoice_id)
        if status not in STATUSES:
            raise ValueError(f"no such status: {status}")
        if status in NEED_A_MOTIVE and not motive:
            raise ValueError(f"{status} needs a motive")
        if len(motive) > LONGEST_MOTIVE:
            raise ValueError(f"a motive has {LONGEST_MOTIVE} characters at most")
        self._settled.add(invoice_id)
        self._pass(invoice, status, floor_to_ms(self._clock.now()), motive)

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
        self, status: str, deposited: datetime, reached: datetime, comment: str, recipient: Recipient
    ) -> list[Passage]:
        """A plausible past that leads from the deposit to a status reached at a moment."""
        way = _WAYS.get(status, ("DEPOSEE", status))
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
        return self.retell(deposited.status, begun, reached, deposited.comment, recipient)

    def _plan(self, invoice_id: int, scenario: Scenario, index: int, since: datetime) -> None:
        if index < len(scenario.steps):
            due = floor_to_ms(since + scenario.steps[index].delay / self._clock.speed)
            heapq.heappush(self._due, (due, next(self._order), invoice_id, scenario, index))

    def _pass(self, invoice: Invoice, status: str, at: datetime, comment: str) -> None:
        self.past(invoice).append(self._passage(status, at, self._recipient(invoice), comment))
        self._invoices.change(invoice, status, at, comment)

    def _passage(self, status: str, at: datetime, recipient: Recipient, comment: str = "") -> Passage:
        passage = Passage(id=next(self._passage_ids), status=status, at=at, comment=comment)
        if status not in BY_THE_PLATFORM:
            passage.first_name, passage.last_name, passage.mail, passage.telephone = recipient.agent
        return passage

    def _recipient(self, invoice: Invoice) -> Recipient:
        return self._world.recipient_by_id[invoice.row.id_destinataire]
