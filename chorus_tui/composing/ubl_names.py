"""The elements of a UBL 2.1 invoice or credit note that are written here, in the order of their schema."""

from chorus_tui.composing.editing import Editor, in_order

CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"

_AGGREGATES = in_order(
    "InvoicePeriod OrderReference BillingReference InvoiceDocumentReference"
    " ContractDocumentReference AdditionalDocumentReference Attachment AccountingSupplierParty"
    " AccountingCustomerParty Party PartyIdentification PartyName PartyLegalEntity PaymentMeans"
    " TaxTotal TaxSubtotal TaxCategory TaxScheme LegalMonetaryTotal"
)

_BEGINNING = "UBLExtensions UBLVersionID CustomizationID ProfileID ProfileExecutionID ID CopyIndicator UUID"
_CURRENCIES = (
    "DocumentCurrencyCode TaxCurrencyCode PricingCurrencyCode PaymentCurrencyCode"
    " PaymentAlternativeCurrencyCode AccountingCostCode AccountingCost LineCountNumeric BuyerReference"
    " InvoicePeriod"
)
_PARTIES = (
    "Signature AccountingSupplierParty AccountingCustomerParty PayeeParty BuyerCustomerParty"
    " SellerSupplierParty TaxRepresentativeParty Delivery DeliveryTerms PaymentMeans PaymentTerms"
)
_REFERENCE = in_order(
    "ID CopyIndicator UUID IssueDate IssueTime DocumentTypeCode DocumentType XPath LanguageID"
    " LocaleCode VersionID DocumentStatusCode DocumentDescription Attachment ValidityPeriod"
    " IssuerParty"
)

ORDERS = {
    "Invoice": in_order(
        f"{_BEGINNING} IssueDate IssueTime DueDate InvoiceTypeCode Note"
        f" TaxPointDate {_CURRENCIES}"
        " OrderReference BillingReference DespatchDocumentReference ReceiptDocumentReference"
        " StatementDocumentReference OriginatorDocumentReference ContractDocumentReference"
        f" AdditionalDocumentReference ProjectReference {_PARTIES} PrepaidPayment AllowanceCharge"
        " TaxExchangeRate PricingExchangeRate PaymentExchangeRate PaymentAlternativeExchangeRate TaxTotal"
        " WithholdingTaxTotal LegalMonetaryTotal InvoiceLine"
    ),
    "CreditNote": in_order(
        f"{_BEGINNING} IssueDate IssueTime TaxPointDate CreditNoteTypeCode"
        f" Note {_CURRENCIES}"
        " DiscrepancyResponse OrderReference BillingReference DespatchDocumentReference"
        " ReceiptDocumentReference ContractDocumentReference AdditionalDocumentReference"
        f" StatementDocumentReference OriginatorDocumentReference {_PARTIES} TaxExchangeRate"
        " PricingExchangeRate PaymentExchangeRate PaymentAlternativeExchangeRate AllowanceCharge TaxTotal"
        " LegalMonetaryTotal CreditNoteLine"
    ),
    "InvoicePeriod": (
        "StartDate",
        "StartTime",
        "EndDate",
        "EndTime",
        "DurationMeasure",
        "DescriptionCode",
        "Description",
    ),
    "OrderReference": ("ID", "SalesOrderID"),
    "BillingReference": ("InvoiceDocumentReference",),
    "InvoiceDocumentReference": _REFERENCE,
    "ContractDocumentReference": _REFERENCE,
    "AdditionalDocumentReference": _REFERENCE,
    "Attachment": ("EmbeddedDocumentBinaryObject", "ExternalReference"),
    "AccountingSupplierParty": (
        "CustomerAssignedAccountID",
        "AdditionalAccountID",
        "DataSendingCapability",
        "Party",
    ),
    "AccountingCustomerParty": (
        "CustomerAssignedAccountID",
        "SupplierAssignedAccountID",
        "AdditionalAccountID",
        "Party",
    ),
    "Party": in_order(
        "MarkCareIndicator MarkAttentionIndicator WebsiteURI LogoReferenceID EndpointID"
        " IndustryClassificationCode PartyIdentification PartyName Language PostalAddress"
        " PhysicalLocation PartyTaxScheme PartyLegalEntity Contact Person"
    ),
    "PartyIdentification": ("ID",),
    "PartyName": ("Name",),
    "PartyLegalEntity": ("RegistrationName", "CompanyID"),
    "PaymentMeans": ("ID", "PaymentMeansCode", "PaymentDueDate", "PaymentChannelCode"),
    "TaxTotal": (
        "TaxAmount",
        "RoundingAmount",
        "TaxEvidenceIndicator",
        "TaxIncludedIndicator",
        "TaxSubtotal",
    ),
    "TaxSubtotal": in_order(
        "TaxableAmount TaxAmount CalculationSequenceNumeric TransactionCurrencyTaxAmount Percent"
        " BaseUnitMeasure PerUnitAmount TierRange TierRatePercent TaxCategory"
    ),
    "TaxCategory": in_order(
        "ID Name Percent BaseUnitMeasure PerUnitAmount TaxExemptionReasonCode TaxExemptionReason"
        " TierRange TierRatePercent TaxScheme"
    ),
    "TaxScheme": ("ID",),
    "LegalMonetaryTotal": in_order(
        "LineExtensionAmount TaxExclusiveAmount TaxInclusiveAmount AllowanceTotalAmount"
        " ChargeTotalAmount PrepaidAmount PayableRoundingAmount PayableAmount"
    ),
}

EDITOR = Editor(ORDERS, dict.fromkeys(_AGGREGATES, CAC), CBC)
