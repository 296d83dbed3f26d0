"""Trade codes and ours: UNTDID 1001, 4461 and 2475, and the schemes of identifiers (ISO 6523)."""

from chorus_tui.domain.statuses import PaymentMeans, VatRegime

CREDIT_NOTES = {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"}
MEANS = {
    "1": PaymentMeans.OTHER,
    "01": PaymentMeans.OTHER,
    "10": PaymentMeans.CASH,
    "20": PaymentMeans.CHEQUE,
    "30": PaymentMeans.TRANSFER,
    "31": PaymentMeans.TRANSFER,
    "42": PaymentMeans.TRANSFER,
    "48": PaymentMeans.OTHER,
    "49": PaymentMeans.DIRECT_DEBIT,
    "54": PaymentMeans.OTHER,
    "55": PaymentMeans.OTHER,
    "57": PaymentMeans.TRANSFER,
    "58": PaymentMeans.TRANSFER,
    "59": PaymentMeans.DIRECT_DEBIT,
    "97": PaymentMeans.CARRIED_FORWARD,
}
REGIME_OF_TAX_POINT = {"5": VatRegime.ON_DEBITS, "72": VatRegime.ON_RECEIPTS}
REGIME_OF_PERIOD = {"3": VatRegime.ON_DEBITS, "432": VatRegime.ON_RECEIPTS}
"""The same in UBL, whose codes are those of UNTDID 2005."""
EXEMPT_CATEGORIES = {"E", "AE", "G", "K"}
NOT_SUBJECT = "O"

SIRET_SCHEME, SIREN_SCHEME, SERVICE_SCHEME = "0009", "0002", "0224"
