"""What an integration report says, for people: its six blocks, and every error explained (S2-072, S2-073)."""

from datetime import datetime

from msgspec import Struct, structs

from chorus_tui.domain.flow import Flow, FlowInvoice, FlowReport, ReturnFlow, TechnicalError
from chorus_tui.domain.flow_matching import finder, match
from chorus_tui.domain.knowledge import Explanation, Knowledge
from chorus_tui.domain.knowledge.schemas import schema_error
from chorus_tui.i18n import _
from chorus_tui.operations.desk import Desk
from chorus_tui.operations.explaining import knowledge
from chorus_tui.operations.flow_linking import plain_invoices
from chorus_tui.operations.gathering import invoices_of


class ExplainedError(Struct, frozen=True, kw_only=True):
    """One message of a report."""

    number: str = ""
    """Of the invoice, as the report names it; empty: it is about the flow as a whole."""
    message: str
    """Verbatim."""
    code: str = ""
    explanation: Explanation
    where: str = ""
    """Of a schema error: element, value, line and position, in the operator's language."""
    document_id: str = ""
    """Of the invoice; empty: it is about the flow, or about an invoice that no document is known of."""


class ReportView(Struct, frozen=True, kw_only=True):
    """The six blocks of a report (S2-072)."""

    file_name: str
    deposited_at: datetime | None
    state_at: datetime | None
    result: str
    """What the flow came to, in the operator's language."""
    code: str
    """Chorus Pro's own code of that."""
    kind: str = ""
    """Whether a rejection is a technical or a business one, in the operator's language; empty: none."""
    invoices: tuple[FlowInvoice, ...] = ()
    """Each with its fate; those that a report names and nobody here knows are the last ones."""
    errors: tuple[ExplainedError, ...] = ()
    returned: tuple[ReturnFlow, ...] = ()
    fetched_at: datetime | None = None
    """When the report came; None: none did yet, and the rest is what is known here."""


def explain_report(desk: Desk, report: FlowReport) -> tuple[ExplainedError, ...]:
    """Every message of a report with its meaning: first what is said of the flow, then of each invoice.

    Messages that came joined by `|` are told apart; the last one may have been cut (API 2.18).
    """
    known = knowledge(desk)
    errors = [_technical(known, error) for error in report.technical]
    invoices = invoices_of(desk, report.flow_id)
    find, meanings = finder(invoices), dict[str, tuple[Explanation, ...]]()
    for refused in report.refused:
        place = find(refused)
        document_id = invoices[place].document_id if place is not None else ""
        for message in refused.messages or ("",):
            if message not in meanings:
                meanings[message] = known.explain_all(message)
            errors += (
                ExplainedError(
                    number=refused.number,
                    message=explanation.message,
                    explanation=explanation,
                    document_id=document_id,
                )
                for explanation in meanings[message]
            )
    return tuple(errors)


def _technical(known: Knowledge, error: TechnicalError) -> ExplainedError:
    schema = schema_error(error.message)
    return ExplainedError(
        message=error.message,
        code=error.code,
        explanation=known.explain(error.message, error.code or None),
        where=schema.sentence if schema is not None else "",
    )


def six_blocks(desk: Desk, flow: Flow) -> ReportView:
    """What a report shows of a flow; before there is one, what is known here."""
    report = desk.store.reports.get(flow.id)
    invoices = invoices_of(desk, flow.id)
    if report is None:
        return ReportView(
            file_name=flow.name,
            deposited_at=flow.emitted_at,
            state_at=flow.state_at,
            result=_(flow.label),
            code=flow.state_code,
            kind=_(flow.rejected_for.label) if flow.rejected_for else "",
            invoices=invoices,
        )
    unknown = match(invoices, report.refused).unknown
    strangers = plain_invoices(structs.replace(report, refused=unknown))
    return ReportView(
        file_name=report.file_name or flow.name,
        deposited_at=report.deposited_at or flow.emitted_at,
        state_at=flow.state_at or report.state_at,
        result=_(flow.label),
        code=flow.state_code or report.state_code,
        kind=_(flow.rejected_for.label) if flow.rejected_for else "",
        invoices=(*invoices, *strangers),
        errors=explain_report(desk, report),
        returned=report.returned,
        fetched_at=report.fetched_at,
    )
