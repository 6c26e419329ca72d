"""The forms of a campaign, of the one that goes on from it, and of its goals."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from crm.accounts.queries import team
from crm.agreements.queries import offered_axes
from crm.campaigns import rules
from crm.campaigns.models import Campaign
from crm.campaigns.types import (
    STAGE_LABELS,
    STATUS_LABELS,
    CampaignData,
    Goal,
    Measure,
    Stage,
    Status,
)
from crm.core.errors import N_, RuleError
from crm.core.numbers import parse_id, typed_id
from crm.criteria.types import Subject
from crm.funding.queries.schemes import scheme_and_call_options
from crm.reference.queries import items_of
from crm.segments.queries import segment_choices
from crm.web.forms import BaseForm, ChipsField, DayField, longest, required
from crm.web.locale import translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField

_LONGEST_YEAR = 4
GOAL = "objectif"
# What a campaign may aim at; how many it targets is what it was given.
AIMED = tuple(each for each in Measure if each is not Measure.TARGETED)


class CampaignForm(OnceForm):
    """All of a campaign but its goals, its targets and its messages."""

    version = VersionField()
    name = StringField(_l("Nom"), [required(), longest(rules.LONGEST_NAME)])
    purpose = TextAreaField(_l("Objet"), [Optional(), longest(rules.LONGEST_PURPOSE)])
    aim = SelectField(_l("Appel ou dispositif"), validate_choice=False)
    theme = SelectField(_l("Thème"), validate_choice=False)
    status = RadioField(_l("État"), default=Status.PREPARED, validate_choice=False)
    starts_on = DayField(
        _l("Début"), [required(_l("Dites quel jour, par exemple 01/12/2026."))], prefer_past=False
    )
    ends_on = DayField(
        _l("Fin"), [required(_l("Dites quel jour, par exemple 31/01/2027."))], prefer_past=False
    )
    reporting_year = StringField(
        _l("Compte pour le bilan de l’année"), [Optional(), longest(_LONGEST_YEAR)]
    )
    axes = ChipsField(_l("Axes"), validate_choice=False)
    members = ChipsField(_l("Équipe"), validate_choice=False)
    segment = SelectField(_l("Segment de départ"), validate_choice=False)
    functions = StringField(
        _l("Fonctions à joindre"), [Optional(), longest(rules.LONGEST_FUNCTIONS)]
    )
    script = TextAreaField(_l("Trame d’appel"), [Optional(), longest(rules.LONGEST_SCRIPT)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.status.choices = [
            (each.value, translate(label)) for each, label in STATUS_LABELS.items()
        ]

    def offer(self, session: Session, user_id: int, campaign: Campaign | None) -> None:
        """Give the lists what they offer; what is in use already stays."""
        nothing = ("", "—")
        self.aim.choices = [nothing, *scheme_and_call_options(session)]
        segments = dict(segment_choices(session, user_id, Subject.STRUCTURE))
        if campaign and campaign.segment:
            segments.setdefault(str(campaign.segment_id), campaign.segment.name)
        self.segment.choices = [nothing, *segments.items()]
        kept_theme = campaign.theme_id if campaign else None
        self.theme.choices = [
            nothing,
            *(
                (str(item.id), item.label)
                for item in items_of(session, "theme", with_retired=True)
                if item.is_active or item.id == kept_theme
            ),
        ]
        kept = [each.id for each in campaign.axes] if campaign else []
        self.axes.offer(offered_axes(session, kept))
        people = [each.id for each in campaign.members] if campaign else []
        self.members.offer(team(session, people))

    def validate_reporting_year(self, field: StringField) -> None:
        """Ask for a year in figures; without one it is that of most of the campaign."""
        if field.data and not field.data.isdecimal():
            raise ValidationError(translate(N_("Écrivez une année, par exemple 2026.")))

    def read(self) -> CampaignData:
        """Return what was typed."""
        start, end = self.starts_on.data, self.ends_on.data
        if start is None or end is None:
            raise TypeError("read() before validate()")
        scheme, _, call = (self.aim.data or "").partition("/")
        year = self.reporting_year.data
        return CampaignData(
            name=self.name.data or "",
            starts_on=start,
            ends_on=end,
            reporting_year=int(year) if year else rules.usual_year(start, end),
            status=self.status.data or "",
            purpose=self.purpose.data,
            call_id=parse_id(call),
            scheme_id=parse_id(scheme),
            theme_id=parse_id(self.theme.data),
            segment_id=parse_id(self.segment.data),
            functions=self.functions.data,
            script=self.script.data,
            axis_ids=tuple(typed_id(each) for each in self.axes.data or ()),
            member_ids=tuple(typed_id(each) for each in self.members.data or ()),
        )

    def write(self, campaign: Campaign) -> None:
        """Show what the campaign holds now."""
        self.version.data = str(campaign.version)
        scheme = str(campaign.scheme_id or "")
        self.aim.data = f"{scheme}/{campaign.call_id}" if campaign.call_id else scheme
        self.theme.data = str(campaign.theme_id or "")
        self.segment.data = str(campaign.segment_id or "")
        self.reporting_year.data = str(campaign.reporting_year)
        self.axes.data = [str(each.id) for each in campaign.axes]
        self.members.data = [str(each.id) for each in campaign.members]
        for name in ("name", "purpose", "status", "starts_on", "ends_on", "functions", "script"):
            self._fields[name].data = getattr(campaign, name)


class CloneForm(CampaignForm):
    """A campaign that goes on from another one, and which of its targets it takes over."""

    stages = ChipsField(
        _l("Cibles à reprendre, selon l’étape où elles en étaient"), validate_choice=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stages.offer((each.value, translate(label)) for each, label in STAGE_LABELS.items())

    @property
    def chosen_stages(self) -> Sequence[str]:
        """Return the stages whose targets are taken over."""
        return [each for each in Stage if each in (self.stages.data or ())]


class GoalsForm(BaseForm):
    """How many targets of each département should come to each measure."""

    version = VersionField()
    goals = HiddenField(_l("Objectifs"))

    def typed(self) -> Mapping[str, str]:
        """Return what was typed, by the name of each box."""
        return {
            name: value.strip()[:10]
            for name, value in request.form.items()
            if name.startswith(f"{GOAL}-")
        }

    def validate_goals(self, _field: HiddenField) -> None:
        """Refuse what is no whole number."""
        wrong = [text for text in self.typed().values() if text and not text.isdecimal()]
        if wrong:
            raise ValidationError(
                translate(
                    N_("Écrivez des nombres entiers : « %(text)s » n’en est pas un."),
                    text=wrong[0],
                )
            )

    def read(self) -> list[Goal]:
        """Return the goals typed; raise RuleError for a box that is none of ours."""
        found = []
        for name, text in self.typed().items():
            _, _, rest = name.partition("-")
            code, _, measure = rest.partition("-")
            if measure not in AIMED:
                raise RuleError("goals", N_("Choisissez une mesure de la liste."))
            found.append(Goal(code, measure, int(text or "0")))
        return found

    @property
    def version_number(self) -> int:
        """Return the version the person started from."""
        return typed_id(self.version.data)
