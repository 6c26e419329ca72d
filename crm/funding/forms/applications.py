"""The forms of applications, and of their steps."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.core.numbers import parse_id, typed_id
from crm.core.text import fold
from crm.funding.models import FundingApplication
from crm.funding.rules.lengths import (
    LONGEST_NAME,
    LONGEST_NOTE,
    LONGEST_REASON,
    LONGEST_REFERENCE,
    LONGEST_TEXT,
)
from crm.funding.types import (
    LOST,
    OBTAINED,
    STATUS_LABELS,
    ApplicationData,
    ApplicationStatus,
    StatusData,
)
from crm.projects.forms import StructuresForm
from crm.projects.queries import find_projects
from crm.web.amounts import MoneyField
from crm.web.forms import BaseForm, DayField, PickerField, longest, required
from crm.web.locale import translate

_LONGEST_TYPED = 100
_SAME_NAME = ("title", "reference", "award_reason", "refusal_note", "notes", "status")
_DAYS = ("filed_on", "decided_on")


class ApplicationForm(StructuresForm):
    """All of an application; its scheme and its call are one choice, as « 3 » or « 3-12 »."""

    beneficiary = PickerField(_l("Bénéficiaire"))
    beneficiary_text = StringField(_l("Bénéficiaire"), [Optional(), longest(_LONGEST_TYPED)])
    scheme = SelectField(_l("Dispositif et appel"), validate_choice=False)
    title = StringField(_l("Intitulé"), [required(), longest(LONGEST_NAME)])
    status = SelectField(_l("Statut"), default=ApplicationStatus.IDENTIFIED, validate_choice=False)
    person = SelectField(_l("Suivi par"), validate_choice=False)
    total = MoneyField(_l("Budget total du projet"))
    requested = MoneyField(_l("Montant demandé"))
    filed_on = DayField(_l("Déposé le"))
    decided_on = DayField(_l("Décision du"))
    awarded = MoneyField(_l("Montant obtenu"))
    award_reason = StringField(
        _l("Pourquoi plus que demandé ?"), [Optional(), longest(LONGEST_REASON)]
    )
    refusal_reason = SelectField(_l("Motif du refus"), validate_choice=False)
    refusal_note = StringField(_l("Précision sur le refus"), [Optional(), longest(LONGEST_NOTE)])
    project = PickerField(_l("Projet"))
    project_text = StringField(_l("Projet"), [Optional(), longest(_LONGEST_TYPED)])
    reference = StringField(_l("Référence du financeur"), [Optional(), longest(LONGEST_REFERENCE)])
    funder = PickerField(_l("Financeur"))
    funder_text = StringField(_l("Financeur"), [Optional(), longest(_LONGEST_TYPED)])
    notes = TextAreaField(_l("Notes"), [Optional(), longest(LONGEST_TEXT)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.status.choices = [
            (each.value, translate(text)) for each, text in STATUS_LABELS.items()
        ]
        self.beneficiary.flags.required = self.scheme.flags.required = True
        self._typed_project: list[str] | None = None

    @property
    def pickers(self) -> list[PickerField]:
        """Return the fields that hold structures."""
        return [self.beneficiary, self.funder]

    @property
    def has_decision(self) -> bool:
        """Tell whether what follows a decision has something to show or to correct."""
        return self._is_shown("decided_on", "awarded", "award_reason") or self.has_refusal

    @property
    def has_refusal(self) -> bool:
        """Tell whether a reason of refusal has something to show or to correct."""
        return self.status.data in LOST or self._is_shown("refusal_reason", "refusal_note")

    @property
    def has_more(self) -> bool:
        """Tell whether what is seldom filled in has something to show or to correct."""
        return self._is_shown("project", "reference", "funder", "notes")

    def _is_shown(self, *names: str) -> bool:
        fields = [self._fields[name] for name in names]
        return any(field.data not in (None, "", []) or field.errors for field in fields)

    def settle(self, session: Session) -> None:
        """Turn names typed without a picker into choices."""
        self.settle_typed_name(session, self.beneficiary_text, self.beneficiary)
        self.settle_typed_name(session, self.funder_text, self.funder)
        if typed := self.project_text.data:
            found = find_projects(session, typed[:_LONGEST_TYPED])
            same = [each for each in found if fold(each.text) == fold(typed)] or found
            self._typed_project = [each.value for each in same]
            self.project.data = self._typed_project[:1]

    def validate_project(self, _field: PickerField) -> None:
        """Say when a name typed is that of no project, or of several."""
        if self._typed_project is not None and len(self._typed_project) != 1:
            raise ValidationError(translate(N_("Écrivez le nom entier d’un projet qui existe.")))

    def validate_beneficiary(self, field: PickerField) -> None:
        """Ask for the beneficiary, unless the name that was typed fits several."""
        self._say_typed_error()
        if not field.data:
            raise ValidationError(translate(N_("Dites quelle structure dépose le dossier.")))

    def validate_scheme(self, field: SelectField) -> None:
        """Ask for the scheme."""
        if not field.data:
            raise ValidationError(translate(N_("Choisissez un dispositif de la liste.")))

    def show(self, error: RuleError) -> None:
        """Put a rule's sentence beside its field; the call has none of its own."""
        field = "scheme" if error.field == "call" else error.field
        super().show(RuleError(field, error.message, record=error.record, **error.params))

    def read(self) -> ApplicationData:
        """Return what was typed."""
        scheme, _, call = (self.scheme.data or "").partition("-")
        plain = {name: self._fields[name].data for name in (*_SAME_NAME, *_DAYS)}
        return ApplicationData(
            **{**plain, "title": plain["title"] or "", "status": plain["status"] or ""},
            scheme_id=typed_id(scheme),
            call_id=(parse_id(call) or 0) if call else None,
            beneficiary=next(iter(self.beneficiary.data or ()), ""),
            funder=next(iter(self.funder.data or ()), None),
            project_id=_chosen_id(self.project.data),
            person_id=parse_id(self.person.data),
            total_cents=self.total.data,
            requested_cents=self.requested.data,
            awarded_cents=self.awarded.data,
            refusal_reason_id=parse_id(self.refusal_reason.data),
            new_family=self.new_family.data or "",
        )

    def write(self, record: FundingApplication) -> None:
        """Show what the application holds now."""
        for name in (*_SAME_NAME, *_DAYS):
            self._fields[name].data = getattr(record, name)
        for name in ("total", "requested", "awarded"):
            self._fields[name].data = getattr(record, f"{name}_cents")
        for name in ("person", "refusal_reason"):
            self._fields[name].data = str(getattr(record, f"{name}_id") or "")
        for name in ("beneficiary", "funder", "project"):
            record_id = getattr(record, f"{name}_id")
            self._fields[name].data = [str(record_id)] if record_id else []
        self.version.data = str(record.version)
        self.scheme.data = call_value(record.scheme_id, record.call_id)


class StatusForm(BaseForm):
    """A step of an application: its day, and what goes with the status it reaches."""

    status = HiddenField()
    version = HiddenField(default="")
    changed_on = DayField(
        _l("Date"), [required(_l("Dites quel jour, par exemple « hier »."))], default=clock.today
    )
    awarded = MoneyField(_l("Montant obtenu"))
    award_reason = StringField(
        _l("Pourquoi plus que demandé ?"), [Optional(), longest(LONGEST_REASON)]
    )
    refusal_reason = SelectField(_l("Motif du refus"), validate_choice=False)
    refusal_note = StringField(_l("Précision sur le refus"), [Optional(), longest(LONGEST_NOTE)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.awarded.flags.required = self.is_award

    @property
    def seen_version(self) -> int | None:
        """Return the version of the application that the person saw, where the form says it."""
        return parse_id(self.version.data)

    @property
    def is_award(self) -> bool:
        """Tell whether the status reached comes with an amount."""
        return self.status.data in OBTAINED

    @property
    def is_refusal(self) -> bool:
        """Tell whether the status reached comes with a reason."""
        return self.status.data in LOST

    def read(self) -> StatusData:
        """Return what was typed."""
        if self.changed_on.data is None:
            raise TypeError("read() before validate()")
        return StatusData(
            status=self.status.data or "",
            changed_on=self.changed_on.data,
            awarded_cents=self.awarded.data,
            award_reason=self.award_reason.data,
            refusal_reason_id=parse_id(self.refusal_reason.data),
            refusal_note=self.refusal_note.data,
        )


def call_value(scheme_id: int, call_id: int | None) -> str:
    """Return what the list of schemes and calls holds for one of them."""
    return str(scheme_id) if call_id is None else f"{scheme_id}-{call_id}"


def _chosen_id(values: Sequence[str] | None) -> int | None:
    """Return the id that a picker of one record holds; zero, which is nobody's, for a lie."""
    chosen = next(iter(values or ()), None)
    return None if chosen is None else typed_id(chosen)
