"""What one invoice says and what is wrong with it. Runs in the worker process."""

from pathlib import Path

from chorus_tui.composing.protocol import Flaw, Inside, Inspect
from chorus_tui.composing.verdicts import Flawed, flaw_of
from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.flow import FlowInvoice, Syntax
from chorus_tui.i18n import N_
from chorus_tui.intake import embedded, tree
from chorus_tui.intake.kinds import fields_of, is_cii, is_ubl, syntax_of
from chorus_tui.intake.pdf import is_pdf, open_pdf
from chorus_tui.intake.reading import read_bytes

NO_FACTUR_X = N_("The PDF holds no Factur-X: Chorus Pro cannot read it in a flow.")
NOT_AN_INVOICE = N_("The file is neither an invoice in XML (CII, UBL) nor a Factur-X PDF.")
NO_NUMBER = N_("The invoice has no number.")


def inspect(job: Inspect) -> Inside:
    """Look into one invoice.

    Raises:
        Flawed: it is none.
        Unreadable
    """
    content = read_bytes(Path(job.path))
    in_pdf = is_pdf(content)
    xml = embedded.xml_of(open_pdf(content)[0], content) if in_pdf else content
    if xml is None:
        raise Flawed(Flaw(NO_FACTUR_X))
    try:
        root = tree.parse(xml)
    except (tree.Declared, tree.NoXml):
        raise Flawed(Flaw(NO_FACTUR_X if in_pdf else NOT_AN_INVOICE)) from None
    if not is_cii(root) and (in_pdf or not is_ubl(root)):
        raise Flawed(Flaw(NO_FACTUR_X if in_pdf else NOT_AN_INVOICE))
    fields = fields_of(root)
    flaw = flaw_of(root, in_pdf=in_pdf) or (None if fields.number else Flaw(NO_NUMBER))
    syntax = Syntax.FACTUR_X if in_pdf else syntax_of(root)
    return Inside(syntax, _invoice(fields, job.member), flaw)


def _invoice(fields: InvoiceFields, member: str) -> FlowInvoice:
    return FlowInvoice(
        number=fields.number or "",
        supplier_siret=fields.supplier_siret or "",
        recipient_siret=fields.recipient_siret or "",
        recipient_name=fields.recipient_name or "",
        issued=fields.issued,
        amount=fields.to_pay,
        member=member,
    )
