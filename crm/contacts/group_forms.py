"""The forms of groups, of their members and of who represents them."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from crm.contacts.group_rules import LONGEST_NAME
from crm.contacts.group_types import KIND_LABELS, GroupData, Period
from crm.contacts.models import Group, GroupRepresentative, Membership
from crm.contacts.typed_names import value_of_typed_structure
from crm.core import clock
from crm.core.errors import RuleError
from crm.core.numbers import typed_id
from crm.web.forms import DayField, PickerField, longest, required
from crm.web.locale import sentence, translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField

_LONGEST_TYPED = 100


class VersionedForm(OnceForm):
    """A form that says which version of the record it was opened on."""

    version = VersionField()


class GroupForm(VersionedForm):
    """A groupe-pays with its country, or a commission with its theme."""

    name = StringField(_l("Nom"), [required(), longest(LONGEST_NAME)])
    kind = RadioField(
        _l("Type"), [required(_l("Choisissez un type de groupe."))], validate_choice=False
    )
    country = PickerField(_l("Pays"))
    theme = SelectField(_l("Thème"), validate_choice=False)
    description = TextAreaField(_l("Présentation"), [Optional(), longest(5000)])
    launched_on = DayField(_l("Lancé le"))
    closed_on = DayField(_l("Dernier jour"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(each.value, translate(text)) for each, text in KIND_LABELS.items()]

    def read(self) -> GroupData:
        """Return what was typed."""
        return GroupData(
            name=self.name.data or "",
            kind=self.kind.data or "",
            country_code=next(iter(self.country.data or ()), None),
            theme_id=typed_id(self.theme.data) or None,
            description=self.description.data,
            launched_on=self.launched_on.data,
            closed_on=self.closed_on.data,
        )

    def write(self, group: Group) -> None:
        """Show what the group holds now."""
        for name in ("name", "kind", "description", "launched_on", "closed_on"):
            self._fields[name].data = getattr(group, name)
        self.version.data = str(group.version)
        self.country.data = [group.country_code] if group.country_code else []
        self.theme.data = str(group.theme_id or "")


class PeriodForm(VersionedForm):
    """From a day to a day, both inclusive."""

    start_on = DayField(_l("Depuis le"), [required(_l("Dites depuis quel jour."))])
    end_on = DayField(_l("Jusqu’au"))

    def read(self) -> Period:
        """Return what was typed."""
        if self.start_on.data is None:
            raise TypeError("read() before validate()")
        return Period(self.start_on.data, self.end_on.data)

    def write(self, held: Membership | GroupRepresentative) -> None:
        """Show the days it holds now."""
        self.start_on.data, self.end_on.data = held.start_on, held.end_on
        self.version.data = str(held.version)


class MembersForm(PeriodForm):
    """Structures that enter a group together; those that do not exist yet are made."""

    structures = PickerField(_l("Structures"))
    new_family = SelectField(_l("Famille de la nouvelle structure"), validate_choice=False)
    structures_text = StringField(_l("Structure"), [Optional(), longest(_LONGEST_TYPED)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.structures.flags.required = True
        self._typed_error: str | None = None

    @property
    def has_new_structure(self) -> bool:
        """Tell whether a structure is to be created."""
        return any(value.startswith("new:") for value in self.structures.data or ())

    def settle_typed_name(self, session: Session) -> None:
        """Turn a name typed without a picker into a choice."""
        if text := (self.structures_text.data or "")[:_LONGEST_TYPED]:
            try:
                value = value_of_typed_structure(session, text, "structures")
            except RuleError as error:
                self._typed_error = sentence(error)
            else:
                chosen = [*(self.structures.data or ()), value]
                self.structures.data = list(dict.fromkeys(chosen))

    def validate_structures(self, _field: PickerField) -> None:
        """Say when a typed name fits several structures."""
        if self._typed_error:
            raise ValidationError(self._typed_error)


class RepresentativesForm(PeriodForm):
    """People who begin to speak for a structure; those that do not exist yet are made."""

    contacts = PickerField(_l("Personnes"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contacts.flags.required = True


class MergeForm(VersionedForm):
    """Which group receives the members, from which day."""

    into = SelectField(_l("Groupe qui reçoit les membres"), validate_choice=False)
    day = DayField(
        _l("À partir du"), [required(_l("Dites à partir de quel jour."))], default=clock.today
    )

    def into_id(self) -> int:
        """Return the group chosen; zero when none is."""
        return typed_id(self.into.data)
