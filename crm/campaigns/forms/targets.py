"""The forms of a target: whom to reach, why it goes no further, what a call gave."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from crm.accounts.queries import team
from crm.campaigns import rules
from crm.campaigns.models import Target
from crm.campaigns.queries.targets import people_to_reach
from crm.campaigns.types import (
    OBSTACLE_LABELS,
    OUTCOME_LABELS,
    CallData,
    Stage,
    StageData,
    TargetData,
)
from crm.core import clock
from crm.core.numbers import parse_id, typed_id
from crm.web.forms import BaseForm, DayField, longest
from crm.web.locale import translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField


class TargetForm(BaseForm):
    """Whom to reach, who is in charge, when to call."""

    version = VersionField()
    contact = SelectField(_l("Personne à joindre"), validate_choice=False)
    role = StringField(_l("Fonction à joindre"), [Optional(), longest(rules.LONGEST_ROLE)])
    officer = SelectField(_l("Responsable"), validate_choice=False)
    next_call_on = DayField(_l("Prochain appel"), prefer_past=False)

    def offer(self, session: Session, target: Target) -> None:
        """Give the lists what they offer."""
        people = people_to_reach(session, target.structure_id, clock.today())
        if target.contact and str(target.contact_id) not in dict(people):
            people.append((str(target.contact_id), target.contact.full_name))
        self.contact.choices = [("", "—"), *people]
        kept = [target.officer_id] if target.officer_id else []
        self.officer.choices = [("", "—"), *team(session, kept)]

    def write(self, target: Target) -> None:
        """Show what the target holds now."""
        self.version.data = str(target.version)
        self.contact.data = str(target.contact_id or "")
        self.officer.data = str(target.officer_id or "")
        self.role.data, self.next_call_on.data = target.role, target.next_call_on

    def read(self) -> TargetData:
        """Return what was typed."""
        return TargetData(
            contact_id=parse_id(self.contact.data),
            role=self.role.data,
            officer_id=parse_id(self.officer.data),
            next_call_on=self.next_call_on.data,
        )

    @property
    def version_number(self) -> int:
        """Return the version the person started from."""
        return typed_id(self.version.data)


class DropForm(BaseForm):
    """Why a target goes no further."""

    obstacle = RadioField(_l("Ce qui empêche d’aller plus loin"), validate_choice=False)
    note = TextAreaField(_l("Précision"), [Optional(), longest(rules.LONGEST_NOTE)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.obstacle.choices = [
            (each.value, translate(label)) for each, label in OBSTACLE_LABELS.items()
        ]

    def read(self) -> StageData:
        """Return what was typed."""
        return StageData(Stage.DROPPED, self.note.data, self.obstacle.data)


class CallForm(OnceForm):
    """What a phone call gave: one button a way out, a note and a day where there are some."""

    outcome = HiddenField(_l("Ce que l’appel a donné"))
    note = TextAreaField(_l("Note"), [Optional(), longest(rules.LONGEST_NOTE)])
    next_call_on = DayField(_l("Rappeler le"), prefer_past=False)
    obstacle = SelectField(_l("Obstacle, si sans suite"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcomes = [(each.value, translate(label)) for each, label in OUTCOME_LABELS.items()]
        self.obstacle.choices = [
            ("", "—"),
            *((each.value, translate(label)) for each, label in OBSTACLE_LABELS.items()),
        ]

    def read(self) -> CallData:
        """Return what was typed."""
        return CallData(
            outcome=self.outcome.data or "",
            note=self.note.data,
            obstacle=self.obstacle.data or None,
            next_call_on=self.next_call_on.data,
        )
