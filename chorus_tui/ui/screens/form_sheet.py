"""What stands on a form: a document's fields with what is being typed over them. Pure values, no widgets."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

import msgspec

from chorus_tui.domain.checks import Problem, problems
from chorus_tui.domain.document import Document
from chorus_tui.domain.fields import FIELD_NAMES, InvoiceFields, Source, disagreements
from chorus_tui.domain.recipient import Choice, Recipient, Supplier
from chorus_tui.i18n import _
from chorus_tui.operations.checking import today
from chorus_tui.operations.defaults import refreshed
from chorus_tui.text import clean, clean_lines, fold
from chorus_tui.ui.screens.form_fields import COMPLETION, METADATA, Editor, FormField, NotUnderstood

_TOUCHES = {"issued": ("issued", "number"), "supplier_siret": ("supplier_siret", "number")}
"""Field → the fields of which it is not known any more what other invoices say, once it was typed in: a
number is taken for a supplier and a year."""


@dataclass(frozen=True)
class Option:
    """One entry of a list that opens under a field: what is kept, and the words that show."""

    value: str
    words: str
    aside: str = ""
    """Stands at the right edge and is never cut."""


@dataclass(frozen=True)
class Sheet:
    """A document's form at one moment. Every change gives a new one."""

    document: Document
    now: datetime
    recipient: Recipient | None = None
    """The recipient that the fields name, as Chorus Pro described it."""
    supplier: Supplier | None = None
    form: tuple[FormField, ...] = COMPLETION
    typed: Mapping[str, str] = field(default_factory=dict)
    """Raw text of the fields that were changed, valid or not."""
    commitment_known: bool | None = None
    """What Chorus Pro answered about the commitment number of an invoice to the State; None: not asked."""
    around: tuple[Problem, ...] = ()
    """What other invoices and lists say of it, as it was asked last."""
    offers: tuple[Option, ...] = ()
    """Services that what is printed may stand for, not sure enough to be filled in."""

    @property
    def today(self) -> date:
        """The day in Paris."""
        return today(self.now)

    def type_in(self, name: str, text: str) -> "Sheet":
        """The sheet with a field's text changed. Pasted text is made safe here."""
        text = clean_lines(text) if name == "vat_lines" else clean(text)
        asked = name not in ("commitment_number", "recipient_siret")
        known = self.commitment_known if asked else None
        others = {key: typed for key, typed in self.typed.items() if key != name}
        around = tuple(p for p in self.around if p.field not in _TOUCHES.get(name, (name,)))
        untouched = replace(self, typed=others, commitment_known=known, around=around)
        return untouched if untouched.text(name) == text else replace(untouched, typed={**others, name: text})

    def declared(self, name: str) -> FormField:
        """The declaration of a field."""
        return self._declared[name]

    @cached_property
    def _declared(self) -> dict[str, FormField]:
        return {declared.name: declared for declared in (*METADATA, *COMPLETION, *self.form)}

    def text(self, name: str) -> str:
        """What the field's editor holds."""
        if name in self.typed:
            return self.typed[name]
        value = getattr(self.fields, name, None)
        if value is None:
            return ""
        declared = self._declared.get(name)
        return declared.show(value) if declared else str(value)

    @cached_property
    def _parsed(self) -> tuple[dict[str, Any], frozenset[str], dict[str, str]]:
        changes: dict[str, Any] = {}
        emptied = set()
        errors = {}
        for name, text in self.typed.items():
            if name not in FIELD_NAMES:
                continue
            declared = self._declared.get(name)
            if not text.strip():
                emptied.add(name)
                continue
            try:
                changes[name] = declared.parse(text.strip()) if declared else text
            except NotUnderstood as problem:
                errors[name] = str(problem)
        return changes, frozenset(emptied), errors

    @property
    def changes(self) -> dict[str, Any]:
        """Typed fields whose text is a value."""
        return self._parsed[0]

    @property
    def emptied(self) -> frozenset[str]:
        """Fields whose text was taken away."""
        return self._parsed[1]

    @cached_property
    def as_typed(self) -> Document:
        """The document as it would be with what is typed; text that is no value counts as missing.

        What follows from other values (the total from its parts) is worked out again.
        """
        changes, emptied, errors = self._parsed
        blank = dict.fromkeys((*emptied, *errors))
        operator = self.document.readings.get(Source.OPERATOR, InvoiceFields())
        cleared = {name for name in self.document.cleared if name not in changes} | set(blank)
        typed = msgspec.structs.replace(
            self.document,
            readings={
                **self.document.readings,
                Source.OPERATOR: msgspec.structs.replace(operator, **changes, **blank),
            },
            cleared=tuple(sorted(cleared)),
        )
        return refreshed(typed)

    @cached_property
    def fields(self) -> InvoiceFields:
        """The values as typed."""
        return self.as_typed.fields

    @cached_property
    def shown(self) -> tuple[FormField, ...]:
        """The fields that the form shows now."""
        return tuple(f for f in self.form if f.shown(self.fields) or f.name in self.typed)

    @cached_property
    def problems(self) -> dict[str, tuple[Problem, ...]]:
        """What is to be put right, by field, in the order of the form."""
        errors = self._parsed[2]
        found = [Problem("typed", name, message) for name, message in errors.items()]
        found += [p for p in (*self.own_problems, *self.around) if p.field not in errors]
        order = {declared.name: place for place, declared in enumerate(self.form)}
        found.sort(key=lambda problem: order.get(problem.field, -1))
        by_field: dict[str, tuple[Problem, ...]] = {}
        for problem in found:
            by_field[problem.field] = (*by_field.get(problem.field, ()), problem)
        return by_field

    @cached_property
    def own_problems(self) -> tuple[Problem, ...]:
        """What the values tell by themselves."""
        return self._checked(self.fields)

    def _checked(self, fields: InvoiceFields) -> tuple[Problem, ...]:
        return problems(
            fields,
            self.recipient,
            self.supplier,
            self.today,
            attachments=self.document.attachments,
            size=self.document.size,
            commitment_known=self.commitment_known,
        )

    @cached_property
    def blocking(self) -> tuple[str, ...]:
        """Names of the fields that keep the invoice from being sent."""
        return tuple(name for name, found in self.problems.items() if any(p.blocking for p in found))

    @cached_property
    def required(self) -> frozenset[str]:
        """Fields that may not be empty: those that the checks miss once they are."""
        return frozenset(
            declared.name
            for declared in self.shown
            if declared.editor is not Editor.FILES and self._is_missed(declared.name)
        )

    def _is_missed(self, name: str) -> bool:
        without = msgspec.structs.replace(self.fields, **{name: None})
        return any(p.field == name and p.blocking for p in self._checked(without))

    def source(self, name: str) -> str:
        """The translated tag of where the value came from; empty where there is none."""
        if name in self.typed:
            return _(Source.OPERATOR.label) if self.typed[name] else ""
        if name not in FIELD_NAMES or not self.text(name):
            return ""
        source = self.as_typed.source_of(name)
        return _(source.label) if source else ""

    def about(self, name: str, text: str) -> str:
        """What is known of one entry of a field that lists numbers; empty: nothing."""
        return ""

    def disagreement(self, name: str) -> str:
        """Where machine sources differ on a field: each with its value, translated; else empty."""
        values = self._disagreements.get(name)
        if not values:
            return ""
        show = self._declared[name].show
        told = ", ".join(f"{_(source.label)} {show(value)}" for source, value in values.items())
        return _("The sources differ: {told}.").format(told=told)

    @cached_property
    def _disagreements(self) -> dict[str, dict[Source, Any]]:
        return disagreements(self.as_typed.readings)

    def next_problem(self, after: str) -> str | None:
        """The next field with something to mend after a field, going round; blocking ones first."""
        names = [declared.name for declared in self.shown]
        place = names.index(after) + 1 if after in names else 0
        turned = names[place:] + names[:place]
        for wanted in (self.blocking, self.problems):
            for name in turned:
                if name in wanted:
                    return name
        return None


def narrow(options: tuple[Option, ...], text: str) -> tuple[Option, ...]:
    """The options in which every word of the text occurs, accents and case ignored."""
    words = fold(text).split()
    return tuple(o for o in options if all(word in fold(f"{o.value} {o.words} {o.aside}") for word in words))


def member_options(declared: FormField) -> tuple[Option, ...]:
    """The members of an enumerated field."""
    return tuple(Option(str(member.value), _(member.label)) for member in declared.values or ())  # type: ignore[attr-defined]


def service_options(recipient: Recipient | None, at: datetime) -> tuple[Option, ...]:
    """The open services of a recipient; one that is known to demand a commitment number says so."""
    if recipient is None:
        return ()
    return tuple(
        Option(
            service.code,
            f"{service.code}  {service.name}",
            _("commitment no. required") if service.commitment_required else "",
        )
        for service in recipient.services
        if service.is_open(at)
    )


def offered_services(sheet: Sheet) -> tuple[Option, ...]:
    """The services to choose from, those first that what is printed may stand for."""
    offered = {option.value for option in sheet.offers}
    known = service_options(sheet.recipient, sheet.now)
    return (*sheet.offers, *(option for option in known if option.value not in offered))


def account_options(supplier: Supplier | None) -> tuple[Option, ...]:
    """The bank accounts of the supplier."""
    return (
        tuple(Option(str(account.id), account.name) for account in supplier.bank_accounts) if supplier else ()
    )


def list_options(choices: tuple[Choice, ...]) -> tuple[Option, ...]:
    """The entries of a list that Chorus Pro keeps."""
    return tuple(Option(choice.code, choice.label) for choice in choices)


def words_for(sheet: Sheet, declared: FormField) -> str:
    """A field's value in words: the label of what was chosen, or the text itself."""
    text = sheet.text(declared.name)
    if declared.editor is not Editor.CHOICE:
        return text
    options = member_options(declared) if declared.values else account_options(sheet.supplier)
    return next((option.words for option in options if option.value == text), text)
