"""The forms of introductions."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from crm.contacts.queries import find_contacts
from crm.contacts.typed_names import value_of_typed_structure
from crm.core.errors import N_, RuleError
from crm.core.numbers import typed_id
from crm.introductions import rules
from crm.introductions.models import Introduction
from crm.introductions.types import OUTCOME_LABELS, IntroductionData
from crm.web.forms import BaseForm, DayField, PickerField, longest, required
from crm.web.locale import sentence, translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField

_LONGEST_TYPED = 100


class IntroductionForm(OnceForm):
    """Who asks and for whom, each with their people, and why."""

    version = VersionField()
    asking = PickerField(_l("Qui le demande"))
    asking_contacts = PickerField(_l("Avec qui chez elle"))
    others = PickerField(_l("À mettre en relation avec"))
    other_contacts = PickerField(_l("Avec qui en face"))
    reason = TextAreaField(
        _l("Pourquoi"),
        [
            required(_l("Dites pourquoi vous les mettez en relation.")),
            longest(rules.LONGEST_REASON),
        ],
    )
    introduced_on = DayField(
        _l("Proposée le"), [required(_l("Dites quel jour, par exemple « hier »."))]
    )
    officer = SelectField(_l("Suivie par"), validate_choice=False)
    asking_text = StringField(_l("Structure"), [Optional(), longest(_LONGEST_TYPED)])
    asking_contacts_text = StringField(_l("Personne"), [Optional(), longest(_LONGEST_TYPED)])
    others_text = StringField(_l("Structure"), [Optional(), longest(_LONGEST_TYPED)])
    other_contacts_text = StringField(_l("Personne"), [Optional(), longest(_LONGEST_TYPED)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._typed_errors: dict[str, str] = {}

    def settle_typed_names(self, session: Session) -> None:
        """Turn names typed without a picker into choices; what fits several is asked again."""
        for field, find in (
            (self.asking, value_of_typed_structure),
            (self.others, value_of_typed_structure),
            (self.asking_contacts, _value_of_typed_person),
            (self.other_contacts, _value_of_typed_person),
        ):
            typed = self._fields[f"{field.name}_text"].data
            if not typed:
                continue
            try:
                value = find(session, typed, field.name)
            except RuleError as error:
                self._typed_errors[field.name] = sentence(error)
            else:
                field.data = list(dict.fromkeys([*(field.data or ()), value]))

    def validate_asking(self, field: PickerField) -> None:
        """Say when a typed name fits several structures."""
        self._say(field)

    def validate_asking_contacts(self, field: PickerField) -> None:
        """Say when a typed name fits several people, or nobody."""
        self._say(field)

    def validate_other_contacts(self, field: PickerField) -> None:
        """Say when a typed name fits several people, or nobody."""
        self._say(field)

    def validate_others(self, field: PickerField) -> None:
        """Ask for two structures at least."""
        self._say(field)
        if len({*(self.asking.data or ()), *(field.data or ())}) < rules.FEWEST_STRUCTURES:
            raise ValidationError(translate("Choisissez au moins deux structures différentes."))

    def _say(self, field: PickerField) -> None:
        if field.name in self._typed_errors:
            raise ValidationError(self._typed_errors[field.name])

    def read(self) -> IntroductionData:
        """Return what was typed."""
        if self.introduced_on.data is None:
            raise TypeError("read() before validate()")
        return IntroductionData(
            reason=self.reason.data or "",
            introduced_on=self.introduced_on.data,
            officer_id=typed_id(self.officer.data),
            asking=tuple(self.asking.data or ()),
            others=tuple(self.others.data or ()),
            asking_contacts=tuple(self.asking_contacts.data or ()),
            other_contacts=tuple(self.other_contacts.data or ()),
        )

    def write(self, record: Introduction) -> None:
        """Show what the introduction holds now."""
        self.version.data = str(record.version)
        self.reason.data = record.reason
        self.introduced_on.data = record.introduced_on
        self.officer.data = str(record.officer_id)
        for is_asking, sides, people in (
            (True, self.asking, self.asking_contacts),
            (False, self.others, self.other_contacts),
        ):
            found = [side for side in record.sides if side.is_asking == is_asking]
            sides.data = [str(side.structure_id) for side in found]
            people.data = [str(one.contact_id) for side in found for one in side.people]


class OutcomeForm(BaseForm):
    """What came of an introduction."""

    outcome = RadioField(
        _l("Qu’est-ce que cela a donné ?"),
        [required(_l("Dites ce que la mise en relation a donné."))],
        validate_choice=False,
    )
    note = TextAreaField(_l("En quelques mots"), [Optional(), longest(rules.LONGEST_NOTE)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcome.choices = [
            (each.value, translate(text)) for each, text in OUTCOME_LABELS.items()
        ]


def _value_of_typed_person(session: Session, text: str, field: str) -> str:
    found = find_contacts(session, text)
    if len(found) == 1:
        return found[0].value
    if not found:
        raise RuleError(field, N_("Personne ne s’appelle ainsi : vérifiez le nom."))
    raise RuleError(field, N_("Dites de qui il s’agit."))
