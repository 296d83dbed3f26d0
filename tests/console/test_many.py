"""Very many documents: the first ones show at once, and nothing is done to them alone."""

from datetime import timedelta
from pathlib import Path

import pytest

from chorus_tui.domain.document import Document
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations.desk import Desk
from chorus_tui.ui.screens.console import MANY as LARGEST
from chorus_tui.ui.screens.to_submit import FIRST, ToSubmit
from tests.console.operator import NOW, console, desk_in

MANY = 2 * FIRST + 7


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """More documents than show at once; what was stored last arrived first."""
    desk = desk_in(tmp_path)
    desk.store.documents.put(*map(document, range(MANY)))
    return desk


def document(n: int) -> Document:
    """One of them."""
    return Document(
        id=f"d{n}",
        path=f"/drop/facture_{n}.pdf",
        name=f"facture_{n}.pdf",
        sha256=f"{n:064}",
        size=1,
        filed_at=NOW - timedelta(minutes=n),
        rule="Invoices",
        state=DocumentState.TO_SUBMIT,
    )


async def test_all_of_very_many_documents_are_there_in_order_of_arrival(desk: Desk) -> None:
    async with console(desk, place="to_submit") as operator:
        assert operator.sees(f"1/{MANY}", f"1 To submit {MANY}")
        assert operator.lines[4].startswith(f"> facture_{MANY - 1}")
    desk.store.close()


async def test_a_key_before_all_are_read_acts_on_all(desk: Desk) -> None:
    async with console(desk, place="flows") as operator:
        operator.app._painted = False
        screen = ToSubmit()
        await operator.app.push_screen(screen)
        assert "1/… " in screen.position_line.text
        await screen.action_command("list.mark_all")
        assert len(screen.listing.marked) == MANY
        assert f"1/{MANY} " in screen.position_line.text
        await operator.idle()
    desk.store.close()


async def test_very_many_changes_at_once_are_all_shown(desk: Desk) -> None:
    """Another process wrote them: they are shown part by part, and the cursor stays on its record."""
    async with console(desk, place="to_submit") as operator:
        every = MANY + LARGEST + 57
        desk.store.documents.put(*map(document, range(MANY, every)))
        await operator.until_sees(f"{every - MANY + 1}/{every}", f"1 To submit {every}")
        await operator.press("G")
        assert operator.sees(f"{every}/{every}")
    desk.store.close()
