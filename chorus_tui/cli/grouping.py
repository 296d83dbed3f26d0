"""The command that groups what came back by its cause: clusters."""

from typing import TYPE_CHECKING, Any

import click

from chorus_tui.cli.failures import Failed
from chorus_tui.cli.options import json_option
from chorus_tui.cli.printing import as_columns, as_json, line
from chorus_tui.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from chorus_tui.cli.visit import Visit
    from chorus_tui.domain.clusters import Cluster
    from chorus_tui.operations import Desk


PLACES = ("to_submit", "to_process")
_TITLES = (N_("Id"), N_("Rows"), N_("Amount"), N_("Days"), N_("Cause"), N_("Recipient"))


@click.command(
    help=_(
        "Print what came back or cannot be sent, grouped by cause and recipient.\n\n"
        "clusters [to_submit|to_process] prints a line for each group; clusters show ID says what is behind "
        "one and prints its rows. Cells are between tabs."
    )
)
@click.argument("what", default="to_submit", metavar="[to_submit|to_process|show]")
@click.argument("name", required=False, metavar=_("[ID]"))
@json_option
@click.pass_obj
def clusters(visit: "Visit", what: str, name: str | None, json: bool) -> None:
    """The groups of places 1 and 2, or one of them."""
    if what not in (*PLACES, "show") or (what == "show") is (name is None):
        raise click.UsageError(_("Say to_submit or to_process, or: show ID."))
    with visit.desk() as desk:
        if name is not None:
            _show(desk, _cluster_named(desk, name), json)
            return
        found = clusters_in(desk, what)
        if json:
            as_json([_plain(desk, cluster) for cluster in found])
        else:
            as_columns([_(title) for title in _TITLES], [_cells(desk, cluster) for cluster in found])


def clusters_in(desk: "Desk", place: str) -> "tuple[Cluster, ...]":
    """The groups of a place."""
    from chorus_tui.operations import to_process, waiting
    from chorus_tui.operations.clustering import document_clusters, invoice_clusters

    if place == "to_submit":
        return document_clusters(desk, waiting(desk))
    return invoice_clusters(desk, to_process(desk))


def _cluster_named(desk: "Desk", name: str) -> "Cluster":
    found = [cluster for place in PLACES for cluster in clusters_in(desk, place) if cluster.id == name]
    if not found:
        raise Failed(
            _("There is no group {name}.").format(name=name), _("`chorus-tui clusters` prints them.")
        )
    return found[0]


def _days(desk: "Desk", cluster: "Cluster") -> int:
    return max(0, (desk.now() - cluster.oldest).days)


def _cells(desk: "Desk", cluster: "Cluster") -> list[str]:
    return [
        cluster.id,
        str(cluster.count),
        f"{cluster.amount:.2f}",
        str(_days(desk, cluster)),
        cluster.explanation.title,
        cluster.recipient_name or cluster.recipient_siret,
    ]


def _plain(desk: "Desk", cluster: "Cluster") -> dict[str, Any]:
    explanation = cluster.explanation
    return {
        "id": cluster.id,
        "count": cluster.count,
        "amount": cluster.amount,
        "oldest": cluster.oldest,
        "days": _days(desk, cluster),
        "cause": explanation.id,
        "title": explanation.title,
        "known": explanation.known,
        "recipient_siret": cluster.recipient_siret,
        "recipient": cluster.recipient_name,
        "ids": list(cluster.keys),
    }


def _show(desk: "Desk", cluster: "Cluster", json: bool) -> None:
    told = cluster.explanation
    rows = [_row(desk, key) for key in cluster.keys]
    if json:
        more = {
            "meaning": told.meaning,
            "why": told.cause,
            "remedy": told.remedy,
            "message": told.message,
            "rows": rows,
        }
        as_json({**_plain(desk, cluster), **more})
        return
    count = ngettext("{count} row", "{count} rows", cluster.count).format(count=cluster.count)
    head = [told.title, cluster.recipient_name, count, f"{cluster.amount:.2f}"]
    line(" · ".join(filter(None, head)))
    for text in (told.meaning, told.cause, f"→ {told.remedy}", told.message and f"« {told.message} »"):
        if text:
            line(f"  {text}")
    as_columns(
        [_("Id"), _("Document"), _("Number"), _("Amount")], [[str(c) for c in r.values()] for r in rows]
    )


def _row(desk: "Desk", key: str) -> dict[str, str]:
    document = desk.store.documents.get(key)
    if document is not None:
        fields = document.fields
        name, number, amount = document.name, fields.number, fields.to_pay or fields.gross
    else:
        invoice = desk.store.invoices[key]
        name, number, amount = invoice.document_name, invoice.number, invoice.to_pay or invoice.gross
    told = "" if amount is None else f"{amount:.2f}"
    return {"id": key, "document": name, "number": number or "", "amount": told}


COMMANDS = (clusters,)
