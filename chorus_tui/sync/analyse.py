"""The analyse station: every filed document goes to Chorus Pro's own reading (S1-014, S1-062…064)."""

import asyncio
from operator import attrgetter

from chorus_tui.chorus import (
    AccountRefused,
    ChorusError,
    ChorusPro,
    NotAvailable,
    OutcomeUnknown,
    Refused,
    RightsMissing,
    SignInRefused,
    TooManyRequests,
)
from chorus_tui.chorus.records import Analysis
from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import Channel
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import N_
from chorus_tui.intake import Fault, Unreadable
from chorus_tui.operations import Desk
from chorus_tui.operations.analysing import (
    analysed,
    analysis_failed,
    analysis_postponed,
    begin_analysis,
    read_again,
)
from chorus_tui.sync.intake import IntakeStation
from chorus_tui.sync.line import Line

AT_ONCE = 10
"""An analysis takes a second or so, nearly all of it waiting: one after the other, a morning's drop of 2 000
invoices would take an hour. The rate of all calls together is the client's business.
"""

REPROCESS = N_("Reprocess it once Chorus Pro answers again.")

COPY_GONE = N_("The copy of the file that is to be sent cannot be read.")
DROP_AGAIN = N_("Drop the file into its folder again.")


class AnalyseStation:
    """Has filed documents analysed, oldest first; those that go in a flow are read again."""

    name = "analyse"

    def __init__(self, desk: Desk, chorus: ChorusPro, line: Line, intake: IntakeStation) -> None:
        self._desk = desk
        self._chorus = chorus
        self._line = line
        self._intake = intake
        self._in_hand: set[str] = set()
        """Documents whose analysis is under way."""

    async def run_once(self) -> int:
        """Analyse everything that waits for it, as long as Chorus Pro answers."""
        for document in self._desk.store.documents.by("state", DocumentState.ANALYSING):
            if document.id not in self._in_hand:
                # Its outcome could not be written down (the disk was full).
                analysis_postponed(self._desk, document.id)
        filed = self._desk.store.documents.by("state", DocumentState.FILED)
        filed.sort(key=attrgetter("filed_at", "id"))
        done = 0
        for document in filed:
            if document.channel is not Channel.FORM:
                done += await self._analyse(document.id)
        forms = [d.id for d in filed if d.channel is Channel.FORM]
        return done + await self._line.work_through(forms, self._analyse, AT_ONCE)

    async def _analyse(self, document_id: str) -> bool:
        document = begin_analysis(self._desk, document_id)
        if document is None:
            return False
        self._in_hand.add(document_id)
        try:
            return await self._begun(document)
        finally:
            self._in_hand.discard(document_id)

    async def _begun(self, document: Document) -> bool:
        document_id = document.id
        if not document.sha256:
            await self._intake.read_again(document)
            return True
        if document.channel is not Channel.FORM:
            await self._read_copy(document)
            return True
        try:
            content = await asyncio.to_thread(self._desk.store.blobs.get, document.sha256)
        except (KeyError, OSError):
            analysis_failed(self._desk, document_id, COPY_GONE, None, DROP_AGAIN)
            return True
        try:
            analysis = await self._ask(document.name, content)
        except Refused as error:
            self._line.went_well()
            analysis_failed(self._desk, document_id, error.label or error.title, error.code, error.advice)
        except (TooManyRequests, SignInRefused, AccountRefused, RightsMissing) as error:
            self._line.failed(error)
            analysis_postponed(self._desk, document_id)
            return False
        except ChorusError as error:
            self._line.failed(error)
            # Whatever kept the answer away, the operator knows it under this one name (S1-062).
            unanswered = isinstance(error, OutcomeUnknown)
            message = NotAvailable.title if unanswered else error.title
            analysis_failed(self._desk, document_id, message, None, REPROCESS)
        else:
            self._line.went_well()
            analysed(self._desk, document_id, analysis.fields, analysis.analysis_id)
        return True

    async def _read_copy(self, document: Document) -> None:
        """What goes in a flow is read here alone, so it needs no answer from Chorus Pro."""
        try:
            reading = await self._intake.read_copy(document)
        except Unreadable as problem:
            gone = problem.fault is Fault.VANISHED
            reason, advice = (COPY_GONE, DROP_AGAIN) if gone else (problem.reason, problem.advice)
            analysis_failed(self._desk, document.id, reason, None, advice)
        else:
            read_again(self._desk, document.id, reading.readings)

    async def _ask(self, name: str, content: bytes) -> Analysis:
        try:
            return await self._chorus.analyse_pdf(name, content)
        except OutcomeUnknown:
            # An analysis only stores a draft that nobody sees until it is submitted, so asking twice is
            # harmless, and one lost answer need not trouble an operator.
            return await self._chorus.analyse_pdf(name, content)
