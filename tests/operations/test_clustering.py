"""Groups by cause: nine causes are nine groups, however many documents and however their messages vary."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from time import process_time
from typing import Any

from msgspec import structs

from chorus_tui.domain.clusters import Cluster
from chorus_tui.domain.document import Document, Failure, Phase
from chorus_tui.domain.fields import InvoiceFields, Source
from chorus_tui.domain.intent import Intent, IntentState, Submission
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.statuses import DocumentState, InvoiceStatus
from chorus_tui.operations import complete, remove, waiting
from chorus_tui.operations.clustering import (
    document_clusters,
    document_clusters_in_slices,
    invoice_clusters,
    invoice_clusters_in_slices,
)
from tests.console.billing import COUNTY, STATE, VALLEY
from tests.house import House
from tests.sheets import RECIPIENT, Party

NUMBERED = Party("SYNDICAT", "12345678200036")
"""Makes the commitment number mandatory."""
CLOSED = Party("COMMUNE FUSIONNEE", "21991819000014")
"""Is not active any more."""

AFTER: dict[str, dict[str, Any]] = {
    "service missing": {"recipient_siret": VALLEY.siret, "service_code": None},
    "commitment missing": {"recipient_siret": NUMBERED.siret},
    "recipient inactive": {"recipient_siret": CLOSED.siret},
    "State disagrees": {"recipient_siret": STATE.siret, "service_code": "SFACETAT"},
    "service unknown": {"recipient_siret": COUNTY.siret, "commitment_number": "BC-1"},
    "number used": {"recipient_siret": RECIPIENT.siret},
    "totals": {"recipient_siret": RECIPIENT.siret},
    "file lost": {"recipient_siret": RECIPIENT.siret},
}
"""What Chorus Pro refuses after submission: cause → the values that make it."""
MANY = 62


def made(cause: str, number: int) -> dict[str, Any]:
    """The values of one document with a cause; what its message names differs from one to the next."""
    fields = {"number": f"{cause[:3].upper()}-{number:04}", **AFTER[cause]}
    if cause == "State disagrees":
        fields["commitment_number"] = f"99{number:08}"
    elif cause == "service unknown":
        fields["service_code"] = f"SERVICE_{number}"
    elif cause == "number used":
        fields["number"] = f"USED-{number % 3}"
    elif cause == "totals":
        fields["net"] = Decimal(1000 + number)
    return fields


def like(model: Document, cause: str, number: int) -> Document:
    """A document with other values than one that was analysed."""
    readings = {**model.readings, Source.OPERATOR: InvoiceFields(**made(cause, number))}
    name = f"{cause} {number}.pdf"
    return structs.replace(
        model,
        id=f"{cause.replace(' ', '')}{number:04}",
        path=f"/drop/{name}",
        name=name,
        sha256=name.encode().hex(),
        filed_at=model.filed_at + timedelta(minutes=number),
        readings=readings,
    )


def sent(house: House, document: Document, main: int | None = None) -> Intent:
    """A submission that nothing here held back: what Chorus Pro demands was not known."""
    fields = document.fields
    return Intent(
        id=f"i-{document.id}",
        document_id=document.id,
        submission=Submission(
            fields=fields,
            supplier_id=house.store.suppliers[fields.supplier_siret or ""].id,
            main_attachment_id=document.analysis_id or 0 if main is None else main,
            main_attachment_name=document.name,
        ),
        fingerprint=document.fingerprint,
        state=IntentState.QUEUED,
        queued_at=house.now,
        queued_by="clerk",
    )


async def refuse(house: House, causes: dict[str, int]) -> None:
    """Have Chorus Pro refuse so many documents for each cause."""
    model = await house.ready("MODEL", fields={"service_code": None})
    for number in range(3):
        await house.submitted(f"USED-{number}", note=f"the one that took the number {number}")
    with house.store.transaction():
        for cause, count in causes.items():
            for number in range(count):
                document = like(model, cause, number)
                lost = 99_000_000 + number if cause == "file lost" else None
                intent = sent(house, document, lost)
                submitting = structs.replace(document, state=DocumentState.SUBMITTING)
                house.store.documents.put(submitting)
                house.store.intents.put(intent)
    remove(house.desk, [model.id])
    await house.settle()


async def fail(house: House, count: int, prefix: str = "unreadable") -> None:
    """Have Chorus Pro fail to read so many documents."""
    model = house.filed(f"MODEL-{prefix}")
    with house.store.transaction():
        for number in range(count):
            sha256 = house.store.blobs.put(f"%PDF-1.7 {prefix} {number}".encode())
            document = structs.replace(
                model, id=f"{prefix}{number:04}", path=f"/drop/{prefix}{number}", sha256=sha256
            )
            house.store.documents.put(document)
        house.store.documents.put(structs.replace(model, state=DocumentState.REMOVED))
    await house.settle()


def in_error(document: Document, number: int, message: str, **values: Any) -> Document:
    """A document that came back, as if Chorus Pro had said so."""
    read = structs.replace(document.readings[Source.FACTUR_X], number=f"E-{number}", **values)
    failure = Failure(phase=Phase.AFTER, message=message, at=document.filed_at, fingerprint="0")
    return structs.replace(
        document,
        id=f"e-{number:05}",
        sha256=f"{number:064}",
        path=f"/e/{number}",
        filed_at=document.filed_at + timedelta(seconds=number),
        readings={Source.FACTUR_X: read},
        failure=failure,
    )


def causes_of(clusters: tuple[Cluster, ...]) -> dict[str, int]:
    """The cause that made each group, as the ids of its documents tell, and how many it holds."""
    found = {}
    for cluster in clusters:
        (cause,) = {key.rstrip("0123456789") for key in cluster.keys}
        assert cause not in found, "two groups for one cause"
        found[cause] = cluster.count
    return found


async def test_nine_causes_are_nine_groups_and_a_tenth_makes_a_tenth(tmp_path: Path) -> None:
    """S1-060, S1-061, S1-066, S1-080: by what Chorus Pro itself answers."""
    async with House(tmp_path) as house:
        await refuse(house, dict.fromkeys(AFTER, MANY))
        await fail(house, 500 - MANY * len(AFTER))
        rows = [d for d in waiting(house.desk) if d.in_error]
        assert len(rows) == 500
        messages = {d.failure.message for d in rows if d.failure}
        assert len(messages) > 150, "the messages differ"
        clusters = document_clusters(house.desk, waiting(house.desk))
        assert len(clusters) == 9
        expected = {cause.replace(" ", ""): MANY for cause in AFTER}
        assert causes_of(clusters) == {**expected, "unreadable": 4}
        house.sandbox.faults.inject("deposer/pdf", "unavailable", None)
        await fail(house, 7, "outage")
        clusters = document_clusters(house.desk, waiting(house.desk))
        assert causes_of(clusters) == {**expected, "unreadable": 4, "outage": 7}
        assert await document_clusters_in_slices(house.desk, waiting(house.desk)) == clusters


async def test_what_is_refused_and_what_is_foreseen_is_one_group(tmp_path: Path) -> None:
    """S1-084: the service is missing, whether Chorus Pro said so or it was noticed before sending."""
    async with House(tmp_path) as house:
        model = await house.ready("FA-1", recipient=VALLEY)
        refused = in_error(model, 1, "Le service exécutant est obligatoire pour ce destinataire")
        house.store.documents.put(refused)
        (cluster,) = document_clusters(house.desk, waiting(house.desk))
        assert cluster.id == f"service.missing@{VALLEY.siret}"
        assert cluster.keys == (model.id, refused.id), "oldest first"
        assert (cluster.recipient_siret, cluster.recipient_name) == (VALLEY.siret, VALLEY.name)
        assert cluster.explanation.message.startswith("Le service"), "its own words are shown"
        assert cluster.amount == Decimal("816.00") * 2
        assert cluster.oldest == model.filed_at


async def test_one_cause_at_two_recipients_is_two_groups_where_each_has_its_own_remedy(
    tmp_path: Path,
) -> None:
    async with House(tmp_path) as house:
        model = await house.ready("FA-1")
        services = [
            in_error(model, n, "Le service exécutant est obligatoire", recipient_siret=party.siret)
            for n, party in enumerate((VALLEY, COUNTY, VALLEY))
        ]
        outages = [
            in_error(
                model,
                n,
                "Chorus Pro is not available, please try again later",
                recipient_siret=party.siret,
            )
            for n, party in enumerate((VALLEY, COUNTY), 10)
        ]
        clusters = document_clusters(house.desk, [*services, *outages])
        assert [(c.id, c.count) for c in clusters] == [
            ("api.unavailable", 2),
            (f"service.missing@{VALLEY.siret}", 2),
            (f"service.missing@{COUNTY.siret}", 1),
        ]
        assert clusters[0].recipient_siret == ""


async def test_unknown_messages_are_grouped_by_what_they_have_in_common(tmp_path: Path) -> None:
    """S1-080."""
    async with House(tmp_path) as house:
        model = await house.ready("FA-1")
        strange = [in_error(model, n, f"Quelque chose {n}123456 a mal tourné en {n}") for n in range(5)]
        other = in_error(model, 9, "Tout autre chose")
        clusters = document_clusters(house.desk, [*strange, other])
        assert [c.count for c in clusters] == [5, 1]
        assert all(c.id.startswith("unknown:") and not c.explanation.known for c in clusters)
        again = document_clusters(house.desk, strange[2:])
        assert again[0].id == clusters[0].id


async def test_what_is_complete_or_on_its_way_is_in_no_group(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        model = await house.ready("FA-1")
        filed = house.filed("FA-2")
        gone = structs.replace(in_error(model, 1, "Tout autre chose"), state=DocumentState.REMOVED)
        assert document_clusters(house.desk, [model, filed, gone]) == ()


async def test_groups_follow_documents_recipients_and_taken_numbers(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        document = await house.ready("FA-1", recipient=VALLEY)
        store = house.store

        def groups() -> list[str]:
            found = document_clusters(house.desk, [store.documents[document.id]])
            return [c.explanation.id for c in found]

        assert groups() == ["service.missing"]
        known = store.recipients[VALLEY.siret]
        store.recipients.put(structs.replace(known, service_required=False))
        assert groups() == []
        store.recipients.put(known)
        assert groups() == ["service.missing"]
        complete(house.desk, document.id, {"service_code": "EAU_ASSAINISSEMENT"})
        assert groups() == []
        store.invoices.put(Invoice(id=1, number="FA-1", status=InvoiceStatus.SUBMITTED))
        assert groups() == ["number.used"]
        complete(house.desk, document.id, {"issued": date(2031, 1, 1)})
        assert groups() == ["issued.future"]
        house.turn(timedelta(days=3000))
        assert "issued.future" not in groups(), "a new day"


async def test_five_thousand_are_grouped_at_once(tmp_path: Path) -> None:
    """The first look at 5 000 documents in error takes less than 150 ms, and further ones much less."""
    async with House(tmp_path) as house:
        model = await house.ready("FA-1")
        messages = (
            "Le service exécutant est obligatoire",
            "Chorus Pro is not available, please try again later",
            "Attachment {n} of unknown type does not exist",
            "Quelque chose {n} a mal tourné",
        )
        many = [in_error(model, n, messages[n % 4].format(n=1000 + n % 50)) for n in range(5000)]
        house.store.documents.put(*many)
        rows = waiting(house.desk)
        document_clusters(house.desk, rows[:8])
        begun = process_time()
        clusters = document_clusters(house.desk, rows)
        first = process_time() - begun
        begun = process_time()
        assert document_clusters(house.desk, rows) == clusters
        second = process_time() - begun
        assert [c.count for c in clusters] == [1250] * 4
        assert first < 0.15
        assert second < 0.05


async def test_invoices_that_came_back_are_grouped_by_status_words_and_recipient(tmp_path: Path) -> None:
    """S1-040, S1-042: what recipients ask for, each of them on its own."""
    async with House(tmp_path) as house:
        at = house.now

        def invoice(id_: int, status: InvoiceStatus, comment: str, party: Party, **more: Any) -> Invoice:
            return Invoice(
                id=id_,
                number=f"N{id_}",
                status=status,
                comment=comment,
                recipient_siret=party.siret,
                recipient_name=party.name,
                to_pay=Decimal(100 + id_),
                status_at=at - timedelta(days=id_),
                **more,
            )

        suspended, recycled = InvoiceStatus.SUSPENDED, InvoiceStatus.TO_BE_RECYCLED
        attest = "Merci de joindre l'attestation de vigilance, manquante"
        rows = [
            invoice(1, suspended, attest, VALLEY),
            invoice(2, suspended, attest.upper(), VALLEY),
            invoice(3, suspended, attest, COUNTY),
            invoice(4, recycled, "Mauvais service", VALLEY),
            invoice(5, InvoiceStatus.REJECTED, "", VALLEY, rejection_handled=True),
            invoice(6, InvoiceStatus.SUBMITTED, "", VALLEY),
        ]
        house.store.invoices.put(*rows)
        clusters = invoice_clusters(house.desk, rows)
        assert [c.keys for c in clusters] == [("2", "1"), ("4",), ("3",)]
        assert clusters[0].recipient_name == VALLEY.name
        assert (clusters[0].amount, clusters[0].oldest) == (Decimal(203), at - timedelta(days=2))
        assert clusters[0].id.startswith("suspended/")
        assert clusters[0].id.endswith(VALLEY.siret)
        assert await invoice_clusters_in_slices(house.desk, rows) == clusters


async def test_words_of_recipients_are_grouped_fast_however_many_there_are(tmp_path: Path) -> None:
    """S1-040: five hundred different comments that nobody foresaw, beside a screen that stays quick."""
    async with House(tmp_path) as house:
        words = [" ".join(f"mot{(n * 7 + k) % 977}" for k in range(15)) for n in range(500)]
        rows = [
            Invoice(id=n, number=f"N{n}", status=InvoiceStatus.SUSPENDED, comment=f"Étrange : {said}")
            for n, said in enumerate(words, 1)
        ]
        invoice_clusters(house.desk, rows[:1])
        begun = process_time()
        assert sum(c.count for c in await invoice_clusters_in_slices(house.desk, rows)) == 500
        assert process_time() - begun < 3.0, "15 s where each word is compared with each stem"
