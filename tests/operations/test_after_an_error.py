"""A document that came back is not sent again before something relevant changed, by any path (S1-068)."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec import structs

from chorus_tui.cli import main
from chorus_tui.domain.document import Document
from chorus_tui.domain.fields import wide_fingerprint
from chorus_tui.domain.fixes import Fix, FixKind
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import (
    automatic,
    complete,
    decide,
    in_slices,
    remove,
    reprocess,
    restore,
    submit,
    withdraw,
)
from chorus_tui.operations.fixing import apply_and_submit
from tests.house import House
from tests.pdfs import invoice_pdf
from tests.sheets import RECIPIENT

SUBMIT = "soumettre"

Way = Callable[[House, Document], Awaitable[Any]]


def cli(house: House, *arguments: str) -> None:
    CliRunner().invoke(main, ["--home", str(house.home), *arguments])
    house.store.refresh()


async def by_id(house: House, document: Document) -> None:
    assert not submit(house.desk, [document.id]).done


async def in_bulk(house: House, document: Document) -> None:
    assert not (await in_slices(submit, house.desk, [document.id, document.id])).done


async def by_the_automatic_rule(house: House, document: Document) -> None:
    assert not automatic(house.desk).done
    assert not automatic(house.desk, [document.id]).done


async def from_the_command_line(house: House, document: Document) -> None:
    cli(house, "submit", document.id)
    cli(house, "submit", "--all-complete")


async def analysed_again(house: House, document: Document) -> None:
    assert reprocess(house.desk, [document.id]).done
    await house.settle_all()
    assert not automatic(house.desk).done
    cli(house, "submit", "--all-complete")


async def after_a_restart(house: House, _document: Document) -> None:
    await house.again()
    await house.settle_all()
    await house.again()


async def removed_and_restored(house: House, document: Document) -> None:
    remove(house.desk, [document.id])
    restore(house.desk, [document.id])
    await house.settle_all()
    cli(house, "submit", "--all-complete")


async def dropped_again(house: House, document: Document) -> None:
    """S1-074: the same content under the same and under another name."""
    content = house.store.blobs.get(document.sha256)
    house.drop(content, document.name)
    house.drop(content, "copy.pdf")
    await house.settle_all()


async def removed_and_dropped_again(house: House, document: Document) -> None:
    """S1-073, S1-074: what somebody took out comes back, and does not go by itself."""
    content = house.store.blobs.get(document.sha256)
    remove(house.desk, [document.id])
    house.drop(content, "copy.pdf")
    await house.settle_all()
    cli(house, "submit", "--all-complete")


async def typed_as_it_was(house: House, document: Document) -> None:
    """S1-069, S1-072: a form that is saved without a change, or with one that is never sent."""
    fields = house.again_of(document).fields
    complete(house.desk, document.id, {"number": fields.number, "issued": fields.issued})
    complete(house.desk, document.id, {"recipient_name": "Mairie", "service_label": "Accueil"})
    complete(house.desk, document.id, {"supplier_name": "Us", "due": fields.issued})
    assert house.again_of(document).in_error
    assert not submit(house.desk, [document.id]).done


async def changed_and_changed_back(house: House, document: Document) -> None:
    before = house.again_of(document).fields
    complete(house.desk, document.id, {"contract_number": "M-1"})
    complete(house.desk, document.id, {"contract_number": None})
    assert house.again_of(document).fields.contract_number == before.contract_number
    assert not automatic(house.desk).done
    assert "Nothing changed since it was refused" in submit(house.desk, [document.id]).refused[0][1]
    cli(house, "submit", document.id)
    cli(house, "submit", "--all-complete")


async def fixed_to_what_it_was(house: House, document: Document) -> None:
    """S1-070: a bulk fix that changes nothing sends nothing."""
    same = Fix(kind=FixKind.RECIPIENT, value=RECIPIENT.siret)
    assert not apply_and_submit(house.desk, [document.id], same).done


async def with_a_match_of_another_label(house: House, document: Document) -> None:
    """S1-070: recipient management changes something else."""
    decide(house.desk, RECIPIENT.siret, "Some other service", "MAIRIE")


async def withdrawn(house: House, document: Document) -> None:
    assert not withdraw(house.desk, [document.id]).done


async def refused(house: House) -> Document:
    """An automatic document that Chorus Pro refused: the platform lost its file just then (S1-085)."""
    house.drop(invoice_pdf(number="FA-1"), "FA-1.pdf")

    def lose() -> None:
        house.sandbox.files.forget(house.document("FA-1.pdf").analysis_id or 0)

    house.wire.meanwhile(SUBMIT, lose)
    await house.settle_all()
    document = house.document("FA-1.pdf")
    assert document.in_error
    return document


PATHS: tuple[Way, ...] = (
    by_id,
    in_bulk,
    by_the_automatic_rule,
    from_the_command_line,
    analysed_again,
    after_a_restart,
    removed_and_restored,
    dropped_again,
    removed_and_dropped_again,
    typed_as_it_was,
    changed_and_changed_back,
    fixed_to_what_it_was,
    with_a_match_of_another_label,
    withdrawn,
)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
async def test_a_document_in_error_is_not_sent_again_until_something_relevant_changed(
    tmp_path: Path, path: Way
) -> None:
    """S1-068: the deposits that the simulated Chorus Pro saw are counted."""
    async with House(tmp_path, rule={"automatic": True}) as house:
        document = await refused(house)
        deposits = house.sandbox.exchanges.calls(SUBMIT)
        assert deposits == 1
        await path(house, document)
        await house.settle_all()
        assert house.sandbox.exchanges.calls(SUBMIT) == deposits


async def test_a_document_in_error_goes_by_itself_once_something_relevant_changed(tmp_path: Path) -> None:
    """S1-068, S1-069: the counterpart, without which all of the above could be a service that is asleep."""
    async with House(tmp_path, rule={"automatic": True}) as house:
        document = await refused(house)
        complete(house.desk, document.id, {"contract_number": "M-1"})
        await house.settle_all()
        assert house.sandbox.exchanges.calls(SUBMIT) == 2


async def test_an_operator_who_reprocessed_it_may_send_it_by_name(tmp_path: Path) -> None:
    """S1-064, S1-085: the platform had lost the file; nothing of the invoice was wrong."""
    async with House(tmp_path, rule={"automatic": True}) as house:
        document = await refused(house)
        assert reprocess(house.desk, [document.id]).done
        await house.settle_all()
        assert submit(house.desk, [document.id]).done
        await house.settle_all()
        assert house.again_of(document).state is DocumentState.SUBMITTED


async def test_a_failure_of_an_earlier_version_is_held_against_the_document_too(tmp_path: Path) -> None:
    """S1-068: its fingerprint counted fields that are never sent."""
    async with House(tmp_path, rule={"automatic": True}) as house:
        document = house.again_of(await refused(house))
        failure = document.failure
        assert failure is not None
        wide = wide_fingerprint(document.fields)
        assert wide != document.fingerprint
        house.store.documents.put(
            structs.replace(document, failure=structs.replace(failure, fingerprint=wide))
        )
        assert not submit(house.desk, [document.id]).done
