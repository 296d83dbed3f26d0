"""The elements of a Cross Industry Invoice that are written here, in the order of its schema (D16B, D22B)."""

from chorus_tui.composing.editing import Editor, in_order

RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
PREFIXES = {"rsm": RSM, "ram": RAM, "udt": UDT}

CONTEXT = "ExchangedDocumentContext"
DOCUMENT = "ExchangedDocument"
TRANSACTION = "SupplyChainTradeTransaction"
AGREEMENT = "ApplicableHeaderTradeAgreement"
DELIVERY = "ApplicableHeaderTradeDelivery"
SETTLEMENT = "ApplicableHeaderTradeSettlement"
SUMMATION = "SpecifiedTradeSettlementHeaderMonetarySummation"
PROCESS = "BusinessProcessSpecifiedDocumentContextParameter"
GUIDELINE = "GuidelineSpecifiedDocumentContextParameter"
MEANS = "SpecifiedTradeSettlementPaymentMeans"
TERMS = "SpecifiedTradePaymentTerms"
TAX = "ApplicableTradeTax"

_PARTY = in_order(
    "ID GlobalID TypeCode Name RoleCode Description RegisteredID Role SpecifiedLegalOrganization"
    " DefinedTradeContact PostalTradeAddress URIUniversalCommunication SpecifiedLogisticsLocation"
    " SpecifiedTaxRegistration"
)
_REFERENCE = in_order(
    "IssuerAssignedID URIID StatusCode CopyIndicator LineID TypeCode GlobalID RevisionID Name"
    " ReceiptDateTime AttachmentBinaryObject Information ReferenceTypeCode SectionName"
    " PreviousRevisionID FormattedIssueDateTime"
)

ORDERS = {
    "CrossIndustryInvoice": (CONTEXT, DOCUMENT, TRANSACTION),
    CONTEXT: in_order(
        f"SpecifiedTransactionID TestIndicator {PROCESS} BIMSpecifiedDocumentContextParameter"
        " ScenarioSpecifiedDocumentContextParameter ApplicationSpecifiedDocumentContextParameter"
        f" {GUIDELINE}"
    ),
    PROCESS: ("ID",),
    GUIDELINE: ("ID",),
    DOCUMENT: in_order(
        "ID Name TypeCode IssueDateTime CopyIndicator Purpose ControlRequirementIndicator LanguageID"
        " PurposeCode RevisionDateTime VersionID GlobalID RevisionID PreviousRevisionID CategoryCode"
        " RequestedResponseTypeCode CreationDateTime FirstVersionIssueDateTime SubtypeCode"
        " IncludedNote ReferenceReferencedDocument SignatoryDocumentAuthentication"
        " EffectiveSpecifiedPeriod IssuerTradeParty AttachedSpecifiedBinaryFile"
    ),
    "IssueDateTime": ("DateTimeString",),
    "DueDateDateTime": ("DateTimeString",),
    "IncludedNote": ("Content", "SubjectCode"),
    TRANSACTION: ("IncludedSupplyChainTradeLineItem", AGREEMENT, DELIVERY, SETTLEMENT),
    AGREEMENT: in_order(
        "Reference BuyerReference SellerTradeParty BuyerTradeParty SalesAgentTradeParty"
        " BuyerRequisitionerTradeParty BuyerAssignedAccountantTradeParty"
        " SellerAssignedAccountantTradeParty BuyerTaxRepresentativeTradeParty"
        " SellerTaxRepresentativeTradeParty ProductEndUserTradeParty ApplicableTradeDeliveryTerms"
        " SellerOrderReferencedDocument BuyerOrderReferencedDocument QuotationReferencedDocument"
        " OrderResponseReferencedDocument ContractReferencedDocument DemandForecastReferencedDocument"
        " SupplyInstructionReferencedDocument PromotionalDealReferencedDocument"
        " PriceListReferencedDocument AdditionalReferencedDocument RequisitionerReferencedDocument"
        " BuyerAgentTradeParty PurchaseConditionsReferencedDocument SpecifiedProcuringProject"
        " UltimateCustomerOrderReferencedDocument"
    ),
    "SellerTradeParty": _PARTY,
    "BuyerTradeParty": _PARTY,
    "SpecifiedLegalOrganization": ("LegalClassificationCode", "Name", "ID", "TradingBusinessName"),
    "PostalTradeAddress": in_order(
        "ID PostcodeCode PostOfficeBox BuildingName LineOne LineTwo LineThree LineFour LineFive"
        " StreetName CityName CitySubDivisionName CountryID"
    ),
    "BuyerOrderReferencedDocument": _REFERENCE,
    "ContractReferencedDocument": _REFERENCE,
    "InvoiceReferencedDocument": _REFERENCE,
    "AdditionalReferencedDocument": _REFERENCE,
    SETTLEMENT: in_order(
        "DuePayableAmount CreditorReferenceTypeCode CreditorReferenceType"
        " CreditorReferenceIssuerID"
        " CreditorReferenceID PaymentReference TaxCurrencyCode InvoiceCurrencyCode PaymentCurrencyCode"
        " InvoiceIssuerReference InvoiceDateTime NextInvoiceDateTime CreditReasonCode CreditReason"
        " InvoicerTradeParty InvoiceeTradeParty PayeeTradeParty PayerTradeParty"
        " TaxApplicableTradeCurrencyExchange InvoiceApplicableTradeCurrencyExchange"
        f" PaymentApplicableTradeCurrencyExchange {MEANS} {TAX} BillingSpecifiedPeriod"
        " SpecifiedTradeAllowanceCharge SubtotalCalculatedTradeTax SpecifiedLogisticsServiceCharge"
        f" {TERMS} {SUMMATION} SpecifiedFinancialAdjustment InvoiceReferencedDocument"
        " ProFormaInvoiceReferencedDocument LetterOfCreditReferencedDocument"
        " FactoringAgreementReferencedDocument FactoringListReferencedDocument"
        " PayableSpecifiedTradeAccountingAccount ReceivableSpecifiedTradeAccountingAccount"
    ),
    MEANS: ("PaymentChannelCode", "TypeCode"),
    TAX: in_order(
        "CalculatedAmount TypeCode ExemptionReason CalculatedRate CalculationSequenceNumeric"
        " BasisQuantity BasisAmount UnitBasisAmount LineTotalBasisAmount AllowanceChargeBasisAmount"
        " CategoryCode CurrencyCode Jurisdiction CustomsDutyIndicator ExemptionReasonCode"
        " TaxBasisAllowanceRate TaxPointDate Type InformationAmount CategoryName DueDateTypeCode"
        " RateApplicablePercent"
    ),
    TERMS: ("ID", "FromEventCode", "SettlementPeriodMeasure", "Description", "DueDateDateTime"),
    SUMMATION: in_order(
        "LineTotalAmount ChargeTotalAmount AllowanceTotalAmount TaxBasisTotalAmount TaxTotalAmount"
        " RoundingAmount GrandTotalAmount InformationAmount TotalPrepaidAmount TotalDiscountAmount"
        " TotalAllowanceChargeAmount DuePayableAmount"
    ),
}

EDITOR = Editor(
    ORDERS,
    {"DateTimeString": UDT, **dict.fromkeys((CONTEXT, DOCUMENT, TRANSACTION), RSM)},
    RAM,
)
