"""Lists are read to their last page, whatever the server says about their length."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest

from chorus_tui.chorus import PAGE_SIZE, ChorusPro, Criteria, InvoicePage
from chorus_tui.domain.statuses import InvoiceStatus
from tests.chorus.support import Wire, body, good, run

Pages = Callable[[int], tuple[list[dict[str, Any]], dict[str, Any] | None]]


def rows(first: int, count: int) -> list[dict[str, Any]]:
    return [
        {"identifiantFactureCPP": n, "numeroFacture": f"F{n}", "statut": "DEPOSEE", "montantTTC": n}
        for n in range(first, first + count)
    ]


def invoices(answer: Pages) -> Wire:
    def reply(request: httpx.Request) -> httpx.Response:
        page = body(request)["rechercheFactureParFournisseur"]["pageResultatDemandee"]
        listed, told = answer(page)
        return good(listeFactures=listed, parametresRetour=told)

    return Wire(reply)


def found(wire: Wire) -> list[InvoicePage]:
    async def main() -> list[InvoicePage]:
        async with wire.client() as chorus:
            return [page async for page in chorus.search(Criteria())]

    return run(main())


def told(page: int, pages: object, total: object) -> dict[str, Any]:
    return {"pageCourante": page, "pages": pages, "nbResultatsParPage": PAGE_SIZE, "total": total}


def test_a_search_reads_to_the_last_page() -> None:
    pages = found(invoices(lambda page: (rows(page * 1000, 1000 if page < 3 else 300), told(page, 3, 2300))))
    assert [(page.page, page.pages, page.total, len(page.invoices)) for page in pages] == [
        (1, 3, 2300, 1000),
        (2, 3, 2300, 1000),
        (3, 3, 2300, 300),
    ]


def test_a_list_that_grows_while_it_is_read_is_read_to_its_new_end() -> None:
    pages = found(invoices(lambda page: (rows(page * 1000, 1000), told(page, 2 if page == 1 else 4, 4000))))
    assert len(pages) == 4


def test_a_list_that_shrinks_while_it_is_read_ends_with_its_first_empty_page() -> None:
    wire = invoices(lambda page: (rows(page * 1000, 1000) if page < 3 else [], told(page, 9, 9000)))
    assert len(found(wire)) == 2
    assert len(wire.requests) == 3


@pytest.mark.parametrize("silence", [None, {}, {"pages": None, "total": None}, {"pages": 0, "total": 0}])
def test_without_a_number_of_pages_a_page_that_is_not_full_is_the_last(
    silence: dict[str, Any] | None,
) -> None:
    pages = found(invoices(lambda page: (rows(page * 1000, 1000 if page < 3 else 1), silence)))
    assert [len(page.invoices) for page in pages] == [1000, 1000, 1]


def test_counts_may_come_as_strings() -> None:
    pages = found(invoices(lambda page: (rows(page, 1), told(page, "2", "2"))))
    assert [(page.pages, page.total) for page in pages] == [(2, 2), (2, 2)]


def test_a_server_that_answers_the_same_page_for_ever_is_left() -> None:
    wire = invoices(lambda page: (rows(1, 1000), told(page, page + 1, 5000)))
    found(wire)
    assert len(wire.requests) == 2


def test_a_smaller_page_than_asked_for_is_followed_by_its_own_count() -> None:
    pages = found(invoices(lambda page: (rows(page * 100, 100), told(page, 5, 500))))
    assert sum(len(page.invoices) for page in pages) == 500


def test_a_search_asks_for_everything_in_an_order_that_holds_still() -> None:
    wire = invoices(lambda page: ([], told(page, 0, 0)))
    found(wire)
    assert body(wire.requests[0]) == {
        "rechercheFactureParFournisseur": {
            "nbResultatsParPage": 1000,
            "pageResultatDemandee": 1,
            "nbResultatsMaximum": 999999,
            "triColonne": "DateDepot",
            "triSens": "Ascendant",
        }
    }


def test_pages_come_one_by_one() -> None:
    wire = invoices(lambda page: (rows(page * 1000, 1000), told(page, 50, 50_000)))

    async def main() -> None:
        async with wire.client() as chorus:
            async for page in chorus.search(Criteria()):
                assert len(wire.requests) == page.page
                if page.page == 3:
                    break

    run(main())
    assert len(wire.requests) == 3


def test_others_have_their_turn_while_a_page_is_read() -> None:
    wire = invoices(lambda page: (rows(1, 1000), told(page, 1, 1000)))
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def main() -> int:
        async with wire.client() as chorus:
            await chorus.sign_in()
            pages = chorus.search(Criteria())
            counter = asyncio.create_task(count())
            before = turns
            await anext(pages)
            counter.cancel()
            await pages.aclose()  # type: ignore[attr-defined]
            return turns - before

    assert run(main()) >= 4


def test_a_search_by_status_asks_for_every_code_of_it() -> None:
    wire = invoices(lambda page: ([], None))

    async def main() -> None:
        async with wire.client() as chorus:
            criteria = Criteria(statuses=(InvoiceStatus.REJECTED, InvoiceStatus.TO_BE_VALIDATED))
            async for _ in chorus.search(criteria):
                raise AssertionError("there is nothing")

    run(main())
    assert body(wire.requests[0])["statutCourant"] == ["REJETEE", "A_VALIDER_1", "A_VALIDER_2"]


def services_of(chorus: ChorusPro) -> Any:
    return chorus.recipient("12345678200028")


def test_all_services_of_a_recipient_are_read() -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        asked = body(request)
        if "structure" in asked:
            row = {"idStructureCPP": 7, "identifiantStructure": "12345678200028", "statut": "ACTIVE"}
            return good(listeStructures=[row])
        if "idStructureCPP" in asked:
            return good(parametres={"codeServiceDoitEtreRenseigne": True})
        page = asked["parametresRechercherServicesStructure"]["pageResultatDemandee"]
        listed = [
            {"idService": page * 10 + n, "codeService": f"S{page}{n}", "estActif": True} for n in range(10)
        ]
        return good(listeServices=listed, parametresRetour=told(page, 22, 218))

    wire = Wire(reply)

    async def main() -> int:
        async with wire.client() as chorus:
            recipient = await chorus.recipient("123 456 782 00028")
            assert recipient is not None
            assert recipient.service_required
            return len(recipient.services)

    assert run(main()) == 220


def test_all_statuses_of_a_long_history_are_read_newest_first() -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        page = body(request)["paramRechercheHistoStatuts"]["pageResultatDemandeeListeHistoStatut"]
        change = {"histoStatutCode": "DEPOSEE", "histoStatutDatePassage": f"2026-01-{10 + page} 10:00"}
        return good(historiquesDesStatuts={"histoStatut": [change], "pagesHistoStatut": 3})

    async def main() -> list[int]:
        async with Wire(reply).client() as chorus:
            history = await chorus.history(5)
            return [change.at.day for change in history.changes if change.at]

    assert run(main()) == [13, 12, 11]


def test_one_object_may_stand_for_a_list_of_one() -> None:
    wire = Wire(lambda request: good(listeFactures=rows(5, 1)[0]))
    assert [invoice.number for page in found(wire) for invoice in page.invoices] == ["F5"]


def test_rows_without_an_id_are_left_out() -> None:
    wire = Wire(lambda request: good(listeFactures=[{"numeroFacture": "F1"}, *rows(5, 1)]))
    assert [invoice.number for page in found(wire) for invoice in page.invoices] == ["F5"]


def test_amounts_never_pass_through_a_float() -> None:
    literal = (
        b'{"codeRetour":0,"listeFactures":[{"identifiantFactureCPP":"1","montantTTC":123456789012.123456}]}'
    )
    assert str(msgspec.json.decode(literal)["listeFactures"][0]["montantTTC"]) != "123456789012.123456"
    ((page,),) = (found(Wire(lambda request: httpx.Response(200, content=literal))),)
    assert str(page.invoices[0].gross) == "123456789012.123456"
