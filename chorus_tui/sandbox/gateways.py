"""The EDI gateways of a sandbox, and their work by themselves."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from chorus_tui.sandbox.analysis import Recognition
from chorus_tui.sandbox.clock import Clock
from chorus_tui.sandbox.flows import Flows
from chorus_tui.sandbox.gateway import Gateway
from chorus_tui.sandbox.invoices import Invoices
from chorus_tui.sandbox.lifecycle import Lifecycle

log = logging.getLogger(__name__)


class Gateways:
    """Opens gateways, and attends to those that work by themselves."""

    def __init__(
        self,
        clock: Clock,
        flows: Flows,
        invoices: Invoices,
        lifecycle: Lifecycle,
        recognition: Recognition,
        advance: Callable[[], int],
    ) -> None:
        self._clock = clock
        self._flows = flows
        self._invoices = invoices
        self._lifecycle = lifecycle
        self._recognition = recognition
        self._advance = advance
        self._waiting: list[tuple[Gateway, float]] = []
        self._attending: list[asyncio.Task[None]] = []

    def open(
        self,
        *,
        drop: Path,
        returns: Path,
        partner_code: str = "ABC001",
        issuer: str = "",
        rejection: str = "partial",
        packed: bool = False,
        every: float | None = None,
    ) -> Gateway:
        """The EDI gateway of one partner.

        Args:
            drop: where the partner puts its archives.
            returns: where acknowledgements, reports and life-cycle flows are put.
            partner_code: of the form AAA999 (S2-006).
            issuer: SIRET of the connection form's structure (S2-016); none: that of API deposits.
            rejection: "partial" or "complete".
            packed: whether reports and life-cycle flows are archives.
            every: after how many seconds it works again by itself, once the sandbox is served or was asked
                something; None: whenever it is told to (`run_once`).

        Raises:
            ValueError: a partner code or a rejection of another form.
        """
        gateway = Gateway(
            drop=drop,
            returns=returns,
            partner_code=partner_code,
            issuer=issuer,
            rejection=rejection,
            packed=packed,
            clock=self._clock,
            flows=self._flows,
            invoices=self._invoices,
            lifecycle=self._lifecycle,
            advance=self._advance,
        )
        if every is not None:
            self._waiting.append((gateway, every))
        return gateway

    def attend(self) -> None:
        """Let gateways that work by themselves begin, where they have not; there is an event loop."""
        while self._waiting:
            gateway, every = self._waiting.pop()
            self._attending.append(asyncio.create_task(self._attend(gateway, every)))

    def close(self) -> None:
        """End their work."""
        for task in self._attending:
            task.cancel()

    async def _attend(self, gateway: Gateway, every: float) -> None:
        while True:
            try:
                await gateway.run(self._recognition)
            except OSError as error:
                log.warning("a folder of the EDI gateway cannot be used: %s", error)
            await asyncio.sleep(every)
