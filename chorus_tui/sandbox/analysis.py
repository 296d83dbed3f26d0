"""`deposer/pdf`: the platform reads a PDF, answers what it saw, and keeps the file (API 2.2)."""

import asyncio
import logging
import multiprocessing
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import resource_tracker
from typing import ParamSpec, TypeVar

from chorus_tui.sandbox import invented, reading
from chorus_tui.sandbox.clock import Clock
from chorus_tui.sandbox.files import LARGEST_FILE, LONGEST_PDF_NAME, Files, decoded
from chorus_tui.sandbox.replies import Body, TooLarge, done, refuse
from chorus_tui.sandbox.wire_structures import DepositPdf
from chorus_tui.sandbox.world import World

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)


class Recognition:
    """Reads PDFs beside the event loop: in one process, started when first needed, or in a thread."""

    def __init__(self, *, in_thread: bool = False) -> None:
        self._in_thread = in_thread
        self._executor: Executor | None = None
        if not in_thread:
            # The tracker inherits this process's stderr, and once a full-screen program has put its own in
            # the place there is none to inherit and no reading process can be started.
            resource_tracker.ensure_running()

    async def read(self, content: bytes) -> reading.Seen:
        """What the pages show.

        Raises:
            reading.Unreadable: the file cannot be analysed, or it broke the process that read it.
        """
        try:
            return await self.run(reading.read, content)
        except BrokenProcessPool:
            raise reading.Unreadable("the reader broke") from None

    async def run(self, work: Callable[P, T], *args: P.args, **keywords: P.kwargs) -> T:
        """Let the process do any work that is a function of a module.

        Raises:
            BrokenProcessPool: the work ended the process; the next one starts another.
        """
        executor = self._started()
        try:
            return await asyncio.get_running_loop().run_in_executor(
                executor, partial(work, *args, **keywords)
            )
        except BrokenProcessPool:
            log.warning("a file broke the process that reads PDFs")
            if self._executor is executor:
                self._executor = None
            executor.shutdown(wait=False)
            raise

    def close(self) -> None:
        """End the process; the next file starts another."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=True, cancel_futures=True)

    def _started(self) -> Executor:
        if self._executor is None:
            self._executor = (
                ThreadPoolExecutor(1, "sandbox-reading")
                if self._in_thread
                else ProcessPoolExecutor(
                    1, multiprocessing.get_context("spawn"), initializer=reading.settle_in
                )
            )
        return self._executor


class Analysis:
    """The service."""

    def __init__(
        self, world: World, clock: Clock, files: Files, recognition: Recognition, seconds: float
    ) -> None:
        self._world = world
        self._clock = clock
        self._files = files
        self._recognition = recognition
        self._seconds = seconds

    async def deposit_pdf(self, wanted: DepositPdf) -> Body:
        """Analyse a PDF: what was not seen is null; a file that cannot be analysed is refused."""
        if not wanted.format_depot:
            refuse(invented.MISSING_FIELD, field="formatDepot")
        if not 0 < len(wanted.nom_fichier or "") <= LONGEST_PDF_NAME:
            refuse(invented.FILE_NAME_WRONG, limit=LONGEST_PDF_NAME)
        content = decoded(wanted.fichier_facture)
        if len(content) > LARGEST_FILE:
            raise TooLarge
        await self._clock.pause(self._seconds)
        try:
            seen = await self._recognition.read(content)
        except reading.Unreadable:
            refuse(invented.ANALYSIS_FAILED)
        file = self._files.take(wanted.nom_fichier or "", content, analysed=True)
        return done(**self._answer(seen), pieceJointeId=file.id)

    def _answer(self, seen: reading.Seen) -> Body:
        sirets = seen.get("sirets", [])
        supplier = next((s for s in sirets if s in self._world.supplier_by_siret), None)
        others = [s for s in sirets if s != supplier]
        recipient = next((s for s in others if s in self._world.recipient_by_siret), None)
        if supplier is None and recipient is None and len(sirets) > 1:
            supplier, recipient = sirets[0], sirets[1]
        return {
            "numeroFacture": seen.get("number"),
            "dateFacture": seen.get("issued"),
            "codeDestinataire": recipient or (others[0] if others else None),
            "codeServiceExecutant": seen.get("service"),
            "codeFournisseur": supplier,
            "codeDeviseFacture": seen.get("currency"),
            "typeFacture": seen.get("kind", "FACTURE"),
            "typeTva": seen.get("regime"),
            "numeroBonCommande": seen.get("commitment"),
            "montantTtcAvantRemiseGlobalTTC": seen.get("gross"),
            "montantAPayer": seen.get("to_pay"),
            "montantHtTotal": seen.get("net"),
            "montantTVA": seen.get("vat"),
        }
