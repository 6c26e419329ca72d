"""The forms of what belongs to an application: partners, other funders, payments, reports."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import SelectField, StringField
from wtforms.validators import Optional, ValidationError

from crm.contacts.queries import structures_by_values
from crm.core import clock
from crm.core.errors import N_
from crm.funding.models import CoFunding, Payment, ReportingDeadline
from crm.funding.rules.lengths import LONGEST_NAME, LONGEST_REASON
from crm.funding.types import (
    PARTNER_ROLE_LABELS,
    CoFundingData,
    DeadlineData,
    PartnerRole,
    PaymentData,
)
from crm.projects.forms import StructuresForm
from crm.reference.queries import labels_by_code
from crm.web.amounts import MoneyField
from crm.web.forms import DayField, PickerField, longest, required
from crm.web.locale import translate

_LONGEST_TYPED = 100
Named = Sequence[tuple[str, str]]


class BelongingForm(StructuresForm):
    """A form that takes structures or none; `offer` names those it holds."""

    def settle(self, session: Session) -> None:
        """Turn names typed without a picker into choices."""

    def offer(self, session: Session, kept: Named = ()) -> None:
        """Give the form the families, and the labels of the structures chosen.

        `kept` names those that were there before: they may have gone to the trash since.
        """
        self.new_family.choices = [("", "—"), *labels_by_code(session, "family")]
        for picker in self.pickers:
            chosen = list(picker.data or ())
            labels = dict(kept) | dict(structures_by_values(session, chosen))
            picker.offer([(value, labels[value]) for value in chosen if value in labels])


class PartnerForm(BelongingForm):
    """Structures that take a role in an application."""

    structures = PickerField(_l("Structures"))
    structures_text = StringField(_l("Structure"), [Optional(), longest(_LONGEST_TYPED)])
    role = SelectField(_l("Rôle"), default=PartnerRole.PARTNER, validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [
            (each.value, translate(text)) for each, text in PARTNER_ROLE_LABELS.items()
        ]
        self.structures.flags.required = True

    @property
    def pickers(self) -> list[PickerField]:
        """Return the field that holds structures."""
        return [self.structures]

    def settle(self, session: Session) -> None:
        """Turn a name typed without a picker into a choice."""
        self.settle_typed_name(session, self.structures_text, self.structures)

    def validate_structures(self, _field: PickerField) -> None:
        """Say when a typed name fits several structures."""
        self._say_typed_error()


class CoFundingForm(BelongingForm):
    """What another funder was asked, and gave."""

    funder = PickerField(_l("Financeur"))
    funder_text = StringField(_l("Financeur"), [Optional(), longest(_LONGEST_TYPED)])
    requested = MoneyField(_l("Montant demandé"))
    awarded = MoneyField(_l("Montant obtenu"))
    note = StringField(_l("Précision"), [Optional(), longest(LONGEST_REASON)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.funder.flags.required = True

    @property
    def pickers(self) -> list[PickerField]:
        """Return the field that holds structures."""
        return [self.funder]

    def settle(self, session: Session) -> None:
        """Turn a name typed without a picker into a choice."""
        self.settle_typed_name(session, self.funder_text, self.funder)

    def validate_funder(self, field: PickerField) -> None:
        """Ask for the funder, unless the name that was typed fits several."""
        self._say_typed_error()
        if not field.data:
            raise ValidationError(translate(N_("Dites qui finance.")))

    def read(self) -> CoFundingData:
        """Return what was typed."""
        return CoFundingData(
            funder=next(iter(self.funder.data or ()), ""),
            requested_cents=self.requested.data,
            awarded_cents=self.awarded.data,
            note=self.note.data,
            new_family=self.new_family.data or "",
        )

    def write(self, record: CoFunding) -> None:
        """Show what is known now."""
        self.version.data = str(record.version)
        self.funder.data = [str(record.funder_id)]
        self.requested.data, self.awarded.data = record.requested_cents, record.awarded_cents
        self.note.data = record.note


class PaymentForm(BelongingForm):
    """Money that arrived."""

    received_on = DayField(
        _l("Reçu le"), [required(_l("Dites quel jour, par exemple « hier »."))], default=clock.today
    )
    amount = MoneyField(_l("Montant"), [required(_l("Dites combien."))])
    note = StringField(_l("Précision"), [Optional(), longest(LONGEST_REASON)])

    def read(self) -> PaymentData:
        """Return what was typed."""
        if self.received_on.data is None or self.amount.data is None:
            raise TypeError("read() before validate()")
        return PaymentData(self.received_on.data, self.amount.data, self.note.data)

    def write(self, record: Payment) -> None:
        """Show what was received."""
        self.version.data = str(record.version)
        self.received_on.data, self.note.data = record.received_on, record.note
        self.amount.data = record.amount_cents


class DeadlineForm(BelongingForm):
    """A report owed to the funder."""

    what = StringField(_l("Ce qui est dû"), [required(), longest(LONGEST_NAME)])
    due_on = DayField(
        _l("Au plus tard le"),
        [required(_l("Dites quel jour, par exemple « dans trois mois »."))],
        prefer_past=False,
    )
    done_on = DayField(_l("Envoyé le"))

    def read(self) -> DeadlineData:
        """Return what was typed."""
        if self.due_on.data is None:
            raise TypeError("read() before validate()")
        return DeadlineData(self.what.data or "", self.due_on.data, self.done_on.data)

    def write(self, record: ReportingDeadline) -> None:
        """Show what is owed."""
        self.version.data = str(record.version)
        self.what.data = record.what
        self.due_on.data, self.done_on.data = record.due_on, record.done_on
