"""Which account may see and touch which invoice: as its supplier, its recipient or its validator."""

from chorus_tui.sandbox import invented
from chorus_tui.sandbox.invoices import Invoice, Invoices
from chorus_tui.sandbox.replies import refuse
from chorus_tui.sandbox.world import Account, World


class Rights:
    """Answers whether an account may."""

    def __init__(self, world: World, invoices: Invoices) -> None:
        self._world = world
        self._invoices = invoices

    def held(self, account: Account, invoice_id: int | None, field: str) -> Invoice:
        """The invoice of that id, which the account may see; anything else is refused."""
        if invoice_id is None:
            refuse(invented.MISSING_FIELD, field=field)
        invoice = self._invoices.get(invoice_id)
        if invoice is None:
            refuse(invented.UNKNOWN_INVOICE)
        if not self.may_see(account, invoice):
            refuse(invented.NO_RIGHT)
        return invoice

    def may_see(self, account: Account, invoice: Invoice) -> bool:
        """Whether the invoice is one of the account's, on its side."""
        row = invoice.row
        match account.side:
            case "supplier":
                return self._world.supplier_by_id[invoice.supplier_id].attached
            case "recipient":
                return row.statut not in invented.UNSEEN_BY_RECIPIENTS and account.acts_for(
                    row.code_destinataire
                )
            case "validator":
                return row.code_valideur1 is not None and account.acts_for(row.code_valideur1)
