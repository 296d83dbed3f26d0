"""What the verbs on flows do, imported when the first one is used."""

from typing import TYPE_CHECKING

from chorus_tui.domain.flow import Flow
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import _, labelled, ngettext
from chorus_tui.operations.desk import Outcome, Refusal
from chorus_tui.ui.screens.flow_verbs import NOT_TAKEN, flow_name
from chorus_tui.ui.screens.outcomes import tell_outcome
from chorus_tui.ui.words import count, money

if TYPE_CHECKING:
    from chorus_tui.ui.screens.flow_verbs import FlowActs

PDF, JSON = "pdf", "json"


def consult(screen: "FlowActs") -> None:
    """Open the integration report (S2-070)."""
    from chorus_tui.ui.screens.flow_report import FlowReportScreen

    flow = screen.flow_here()
    if flow is not None:
        screen.app.push_screen(FlowReportScreen(flow.id))


async def download(screen: "FlowActs") -> None:
    """Write the reports of one flow, or of the marked ones, to files (S2-070, S2-071)."""
    from chorus_tui.operations.report_files import write_reports

    flows = screen.flows_chosen()
    question = ngettext("Report of {flow} as:", "{n} reports as:", len(flows)).format(
        flow=flow_name(flows[0]), n=count(len(flows))
    )
    kind = await screen.prompt.choose(question, [(PDF, _("PDF of Chorus Pro")), (JSON, "JSON")])
    if kind is None:
        return
    if kind == PDF:
        await _fetch_pdfs(screen, flows)
    folder = screen.desk.settings.folders.exports
    try:
        outcome = write_reports(screen.desk, [flow.id for flow in flows], folder, kind)
    except OSError as error:
        reason = _("The file could not be written: {reason}.").format(reason=error.strerror or error)
        screen.say(reason, Tone.BAD)
        return
    words = ngettext("{n} report written to {folder}", "{n} reports written to {folder}", len(outcome.done))
    tell_outcome(screen, outcome, lambda n: words.format(n=count(n), folder=folder), screen.name_of)
    screen.unmark()


async def _fetch_pdfs(screen: "FlowActs", flows: list[Flow]) -> None:
    """Ask for what is not here yet; what cannot be had, `write_reports` says of each."""
    from chorus_tui.chorus.errors import ChorusError
    from chorus_tui.operations.report_files import has_pdf

    if screen.console.lookups is None:
        return
    missing = [flow for flow in flows if flow.number and not has_pdf(screen.desk, flow)]
    journal, now = screen.console.journal, screen.desk.now()
    for number, flow in enumerate(missing, 1):
        words = _("Asking Chorus Pro for report {n} of {all}…")
        screen.say(words.format(n=count(number), all=count(len(missing))))
        try:
            await screen.console.lookups.report_pdf(flow.id)
        except ChorusError as error:
            journal.append(now, labelled(flow_name(flow), f"{_(error.title)}. {_(error.advice)}"), Tone.BAD)
        except Refusal as refusal:
            journal.append(now, labelled(flow_name(flow), str(refusal)), Tone.BAD)


def send_again(screen: "FlowActs") -> None:
    """Show what of the flow may go again, and send it once that is confirmed (S2-075…077)."""
    from chorus_tui.ui.screens.flow_resend import FlowResend

    flow = screen.flow_here()
    if flow is None:
        return
    resend = FlowResend(flow.id, screen.numbers_marked())

    def closed(_result: None) -> None:
        if resend.parting is not None:
            screen.unmark()
            screen.say(*resend.parting)

    screen.app.push_screen(resend, closed)


def show_pack(screen: "FlowActs") -> None:
    """The packs of the chosen flows, each with its place and its checklist (S2-011)."""
    from chorus_tui.operations.packs import why_no_pack
    from chorus_tui.ui.screens.portal_pack import PortalPack

    ids = [flow.id for flow in screen.flows_chosen() if not why_no_pack(screen.desk, flow)]
    screen.unmark()
    screen.app.push_screen(PortalPack(ids))


async def type_number(screen: "FlowActs") -> None:
    """Take the number that the portal gave a flow (S2-011), or follow a flow of another tool."""
    from chorus_tui.operations import packs

    flow = screen.flow_here()
    waits = flow is not None and packs.wants_number(screen.desk, flow)
    if waits and flow is not None:
        question = _("Flow number of {file}, as Chorus Pro shows it:").format(file=flow.name)
    else:
        question = _("Number of a flow of another tool, to follow it:")
    typed = await screen.prompt.text(question)
    if typed is None or not typed.strip():
        return
    if waits and flow is not None:
        followed = packs.typed_number(screen.desk, flow.id, typed)
        words = _("{number} is the number of {file}; its state is asked for.")
    else:
        followed = packs.follow(screen.desk, typed)
        words = _("{number} is followed; its state is asked for.")
    screen.desk.wake("flows")
    screen.say(words.format(number=followed.number, file=followed.name), Tone.GOOD)
    screen.show_flow(followed.id)


async def not_taken(screen: "FlowActs") -> None:
    """Hear from the operator that Chorus Pro does not have a flow; asked, because an error sends twice."""
    from chorus_tui.operations import flow_journal

    flow = screen.flow_here()
    if flow is None:
        return
    question = ngettext(
        "Is it certain that {file} ({n} invoice, {amount}) is not in Chorus Pro? It goes again then.",
        "Is it certain that {file} ({n} invoices, {amount}) is not in Chorus Pro? They go again then.",
        flow.count,
    )
    told = {"file": flow.name, "n": count(flow.count), "amount": money(flow.amount) or "?"}
    if await screen.sure(NOT_TAKEN.id, question.format(**told)):
        outcome = flow_journal.not_taken(screen.desk, flow.id)
        done = _("It counts as not taken: its documents wait to be submitted.")
        tell_outcome(screen, outcome, lambda _n: done, screen.name_of)


def withdraw(screen: "FlowActs") -> None:
    """Take back what has not left."""
    from chorus_tui.operations.depositing import withdraw_flows

    outcome: Outcome = withdraw_flows(screen.desk, [flow.id for flow in screen.flows_chosen()])
    tell_outcome(
        screen,
        outcome,
        lambda n: ngettext("{n} flow withdrawn", "{n} flows withdrawn", n).format(n=count(n)),
        screen.name_of,
    )
