"""The forms of projects, of who takes part in them and of headcounts."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional, ValidationError

from crm.contacts.typed_names import value_of_typed_structure
from crm.core import clock
from crm.core.errors import RuleError
from crm.core.headcounts import Headcount
from crm.core.numbers import typed_id
from crm.projects import rules
from crm.projects.models import Project, ProjectHeadcount, ProjectPartner
from crm.projects.types import (
    HEADCOUNT_LABELS,
    PROJECT_STATUS_LABELS,
    ROLE_LABELS,
    HeadcountData,
    ProjectData,
    ProjectStatus,
    Role,
)
from crm.web.amounts import HeadcountField, MoneyField
from crm.web.forms import ChipsField, DayField, PickerField, longest, required
from crm.web.locale import sentence, translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField

_LONGEST_TYPED = 100


class StructuresForm(OnceForm):
    """A form that names structures: those that do not exist yet are made with it."""

    version = VersionField()
    new_family = SelectField(_l("Famille de la nouvelle structure"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._typed_error: str | None = None

    @property
    def pickers(self) -> list[PickerField]:
        """Return the fields that hold structures."""
        return []

    @property
    def has_new_structure(self) -> bool:
        """Tell whether a structure is to be created."""
        return any(value.startswith("new:") for field in self.pickers for value in field.data or ())

    def settle_typed_name(self, session: Session, text: StringField, field: PickerField) -> None:
        """Turn a name typed without a picker into a choice."""
        if typed := (text.data or "")[:_LONGEST_TYPED]:
            try:
                value = value_of_typed_structure(session, typed, field.name)
            except RuleError as error:
                self._typed_error = sentence(error)
            else:
                field.data = list(dict.fromkeys([*(field.data or ()), value]))

    def _say_typed_error(self) -> None:
        if self._typed_error:
            raise ValidationError(self._typed_error)


class ProjectForm(StructuresForm):
    """All of a project; besides the lead, a picker for each role."""

    name = StringField(_l("Nom"), [required(), longest(rules.LONGEST_NAME)])
    lead = PickerField(_l("Chef de file"))
    lead_text = StringField(_l("Chef de file"), [Optional(), longest(_LONGEST_TYPED)])
    partenaire = PickerField(_l("Partenaires"))
    chef_de_file = PickerField(_l("Autres chefs de file"))
    relais = PickerField(_l("Relais"))
    envoi = PickerField(_l("Envoi"))
    accueil = PickerField(_l("Accueil"))
    operateur = PickerField(_l("Opérateurs"))
    status = RadioField(_l("Statut"), default=ProjectStatus.RUNNING, validate_choice=False)
    summary = TextAreaField(_l("Résumé"), [Optional(), longest(rules.LONGEST_SUMMARY)])
    themes = ChipsField(_l("Thèmes"), validate_choice=False)
    countries = PickerField(_l("Pays"))
    places_abroad = StringField(
        _l("Régions ou lieux à l’étranger"), [Optional(), longest(rules.LONGEST_PLACES)]
    )
    start_on = DayField(_l("Début"))
    end_on = DayField(_l("Fin"), prefer_past=False)
    budget = MoneyField(_l("Budget total"))
    is_pooled = BooleanField(_l("Projet mutualisé"))
    is_publishable = BooleanField(_l("Publiable"))
    sdgs = ChipsField(_l("Objectifs de développement durable"), validate_choice=False)
    listed_on = DayField(_l("Référencé le"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.status.choices = [
            (each.value, translate(text)) for each, text in PROJECT_STATUS_LABELS.items()
        ]
        self.lead.flags.required = True

    @property
    def pickers(self) -> list[PickerField]:
        """Return the fields that hold structures."""
        return [self.lead, *(self._fields[role.value] for role in Role)]

    @property
    def has_other_roles(self) -> bool:
        """Tell whether a role that is folded away has something to show or to correct."""
        fields = [self._fields[role.value] for role in Role if role is not Role.PARTNER]
        return any(field.data or field.errors for field in fields)

    def validate_lead(self, field: PickerField) -> None:
        """Ask for the lead, unless the name that was typed fits several."""
        self._say_typed_error()
        if not field.data:
            raise ValidationError(translate("Dites qui est chef de file."))

    def read(self) -> ProjectData:
        """Return what was typed."""
        return ProjectData(
            name=self.name.data or "",
            lead=next(iter(self.lead.data or ()), ""),
            status=self.status.data or "",
            summary=self.summary.data,
            participants={role.value: tuple(self._fields[role.value].data or ()) for role in Role},
            is_pooled=bool(self.is_pooled.data),
            is_publishable=bool(self.is_publishable.data),
            theme_ids=tuple(typed_id(value) for value in self.themes.data or ()),
            sdg_ids=tuple(typed_id(value) for value in self.sdgs.data or ()),
            country_codes=tuple(self.countries.data or ()),
            places_abroad=rules.split_places(self.places_abroad.data),
            budget_cents=self.budget.data,
            listed_on=self.listed_on.data,
            start_on=self.start_on.data,
            end_on=self.end_on.data,
            new_family=self.new_family.data or None,
        )

    def write(self, project: Project, partners: Sequence[ProjectPartner]) -> None:
        """Show what the project holds now."""
        for name in (
            "name", "status", "summary", "is_pooled", "is_publishable", "places_abroad",
            "listed_on", "start_on", "end_on",
        ):  # fmt: skip
            self._fields[name].data = getattr(project, name)
        self.version.data = str(project.version)
        self.budget.data = project.budget_cents
        self.lead.data = [str(project.lead_structure_id)]
        for role in Role:
            self._fields[role.value].data = [
                str(one.structure_id) for one in partners if one.role == role
            ]
        self.themes.data = [str(theme.id) for theme in project.themes]
        self.sdgs.data = [str(sdg.id) for sdg in project.sdgs]
        self.countries.data = [country.code for country in project.countries]


class PartnersForm(StructuresForm):
    """Structures that take a role in a project."""

    structures = PickerField(_l("Structures"))
    structures_text = StringField(_l("Structure"), [Optional(), longest(_LONGEST_TYPED)])
    role = SelectField(_l("Rôle"), default=Role.PARTNER, validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [
            (each.value, translate(text))
            for each, text in sorted(
                ROLE_LABELS.items(), key=lambda pair: pair[0] is not Role.PARTNER
            )
        ]
        self.structures.flags.required = True

    @property
    def pickers(self) -> list[PickerField]:
        """Return the field that holds structures."""
        return [self.structures]

    def validate_structures(self, _field: PickerField) -> None:
        """Say when a typed name fits several structures."""
        self._say_typed_error()


class HeadcountForm(OnceForm):
    """How many people there were, on a day, without any name."""

    version = VersionField()
    counted_on = DayField(
        _l("Date"), [required(_l("Dites quel jour, par exemple « hier »."))], default=clock.today
    )
    kind = SelectField(_l("Public"), validate_choice=False)
    count = HeadcountField(_l("Combien"), [required(_l("Dites combien : 0 compte aussi."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [
            (each.value, translate(text)) for each, text in HEADCOUNT_LABELS.items()
        ]

    def read(self) -> HeadcountData:
        """Return what was typed."""
        if self.counted_on.data is None or self.count.data is None:
            raise TypeError("read() before validate()")
        return HeadcountData(
            counted_on=self.counted_on.data,
            kind=self.kind.data or "",
            count=self.count.data.count,
            is_approximate=self.count.data.is_approximate,
            wording=self.count.data.wording,
        )

    def write(self, headcount: ProjectHeadcount) -> None:
        """Show what was counted."""
        self.version.data = str(headcount.version)
        self.counted_on.data = headcount.counted_on
        self.kind.data = headcount.kind
        self.count.data = Headcount(headcount.count, headcount.is_approximate, headcount.wording)
