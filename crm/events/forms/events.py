"""The form of events, and that of another date for one."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from crm.agreements.queries import offered_axes
from crm.contacts.queries import structures_by_values
from crm.contacts.queries.groups import group_choices
from crm.contacts.typed_names import value_of_typed_structure
from crm.core.errors import N_, RuleError
from crm.core.headcounts import Headcount
from crm.core.numbers import parse_id, parse_ids, typed_id
from crm.events import rules
from crm.events.forms.times import TimeField, day_of, end_of, instant_at, last_day, time_of
from crm.events.models import Event
from crm.events.types import STATUS_LABELS, EventData, EventStatus
from crm.funding.queries.calls import call_options
from crm.reference.queries import items_of
from crm.territories.queries import countries
from crm.web.amounts import HeadcountField, WholeNumberField
from crm.web.forms import BaseForm, ChipsField, DayField, PickerField, longest, required
from crm.web.locale import translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField

NEW = "new:"
_PLAIN = (
    "title", "status", "place", "link", "capacity", "presence_percent", "takes_registrations",
    "is_public", "description", "replay_link",
)  # fmt: skip


class DatesForm(BaseForm):
    """When: a day, and from what time to what time; the last day where there are several."""

    day = DayField(_l("Jour"), prefer_past=False)
    start_time = TimeField(_l("De"))
    end_day = DayField(_l("Jusqu’au"), prefer_past=False)
    end_time = TimeField(_l("À"))

    def validate_start_time(self, field: TimeField) -> None:
        """Ask for the day that a time is of."""
        if field.data is not None and self.day.data is None and not self.day.errors:
            raise ValidationError(translate(N_("Dites aussi quel jour.")))

    def validate_end_time(self, field: TimeField) -> None:
        """Ask for the beginning that an end is of."""
        if field.data is not None and self.start_time.data is None and not self.start_time.errors:
            raise ValidationError(translate(N_("Dites aussi à quelle heure il commence.")))

    @property
    def is_all_day(self) -> bool:
        """Tell whether no time was typed."""
        return self.day.data is not None and self.start_time.data is None

    @property
    def starts_at(self) -> datetime | None:
        """Return the beginning, or None: to be fixed."""
        return instant_at(self.day.data, self.start_time.data)

    @property
    def ends_at(self) -> datetime | None:
        """Return the end; None where only a beginning was typed."""
        if self.end_day.data is None and self.end_time.data is None:
            return None
        return instant_at(self.end_day.data or self.day.data, self.end_time.data)

    def write_dates(self, event: Event) -> None:
        """Show when an event is now."""
        self.day.data = day_of(event.starts_at)
        last = day_of(event.ends_at)
        self.end_day.data = last if last != self.day.data else None
        if not event.is_all_day:
            self.start_time.data = time_of(event.starts_at)
            self.end_time.data = time_of(event.ends_at)


class PostponeForm(DatesForm):
    """Another date for an event; none is « à fixer »."""

    tells = BooleanField(_l("Prévenir tout de suite les personnes inscrites"))


class EventForm(DatesForm, OnceForm):
    """All of an event."""

    version = VersionField()
    title = StringField(_l("Titre"), [required(), longest(rules.LONGEST_TITLE)])
    kind = SelectField(_l("Type"), validate_choice=False)
    role = SelectField(_l("Notre rôle"), validate_choice=False)
    status = RadioField(_l("Statut"), default=EventStatus.PREPARED, validate_choice=False)
    place = StringField(_l("Lieu"), [Optional(), longest(rules.LONGEST_PLACE)])
    link = StringField(_l("Lien de connexion"), [Optional(), longest(rules.LONGEST_LINK)])
    organiser = PickerField(_l("Organisateur"))
    organiser_text = StringField(_l("Organisateur"), [Optional(), longest(rules.LONGEST_PLACE)])
    other_organiser = StringField(
        _l("Organisateur, s’il n’est pas dans la base"), [Optional(), longest(rules.LONGEST_PLACE)]
    )
    group = SelectField(_l("Groupe"), validate_choice=False)
    call = SelectField(_l("Appel à projets"), validate_choice=False)
    themes = ChipsField(_l("Thèmes"), validate_choice=False)
    axes = ChipsField(_l("Axes de la convention"), validate_choice=False)
    countries = PickerField(_l("Pays"))
    capacity = WholeNumberField(_l("Nombre de places"))
    headcount = HeadcountField(_l("Combien de personnes sont venues"))
    presence_percent = WholeNumberField(_l("Seuil de présence (%)"))
    takes_registrations = BooleanField(_l("Ouvrir une page d’inscription"))
    registration_opens_on = DayField(_l("Inscriptions à partir du"), prefer_past=False)
    registration_closes_on = DayField(_l("Dernier jour d’inscription"), prefer_past=False)
    is_public = BooleanField(_l("Montrer dans l’agenda public"))
    description = TextAreaField(_l("Présentation"), [Optional(), longest(rules.LONGEST_TEXT)])
    replay_link = StringField(
        _l("Lien de la rediffusion"), [Optional(), longest(rules.LONGEST_LINK)]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.flags.required = True
        self.status.choices = [
            (each.value, translate(text)) for each, text in STATUS_LABELS.items()
        ]

    def validate_kind(self, field: SelectField) -> None:
        """Ask for the kind."""
        if not typed_id(field.data):
            raise ValidationError(translate(N_("Choisissez un type d’événement.")))

    def offer(self, session: Session, event: Event | None = None) -> None:
        """Give the lists what they offer; a retired entry stays where it is in use already."""
        kept = {event.kind_id, event.role_id} if event else set()
        for field, list_code in ((self.kind, "event_kind"), (self.role, "event_role")):
            items = items_of(session, list_code, with_retired=True)
            field.choices = [
                ("", "—"),
                *((str(i.id), i.label) for i in items if i.is_active or i.id in kept),
            ]
        held = set(event.themes) if event else set()
        themes = items_of(session, "theme", with_retired=True)
        self.themes.offer((str(i.id), i.label) for i in themes if i.is_active or i in held)
        self.axes.offer(offered_axes(session, [each.id for each in event.axes] if event else ()))
        self.group.choices = [("", "—"), *group_choices(session)]
        self.call.choices = [("", "—"), *call_options(session)]
        self.organiser.offer(structures_by_values(session, self.organiser.data or []))
        self.countries.offer([(each.code, each.name) for each in countries(session)])

    def settle_typed_name(self, session: Session) -> None:
        """Turn an organiser typed without a picker into a choice, or into words."""
        if typed := self.organiser_text.data:
            try:
                value = value_of_typed_structure(session, typed, "organiser")
            except RuleError:
                value = NEW
            if value.startswith(NEW):
                self.other_organiser.data = typed
            else:
                self.organiser.data = [value]

    def read(self) -> EventData:
        """Return what was typed."""
        headcount = self.headcount.data
        return EventData(
            title=self.title.data or "",
            kind_id=typed_id(self.kind.data),
            role_id=parse_id(self.role.data or ""),
            status=self.status.data or "",
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            is_all_day=self.is_all_day,
            place=self.place.data,
            link=self.link.data,
            organiser_value=next(iter(self.organiser.data or ()), None),
            organiser=self.other_organiser.data,
            group_id=parse_id(self.group.data or ""),
            call_id=parse_id(self.call.data or ""),
            country_codes=tuple(self.countries.data or ()),
            theme_ids=tuple(parse_ids(self.themes.data or [])),
            axis_ids=tuple(parse_ids(self.axes.data or [])),
            capacity=self.capacity.data,
            headcount=None if headcount is None else headcount.wording or str(headcount.count),
            presence_percent=self.presence_percent.data,
            takes_registrations=bool(self.takes_registrations.data),
            registration_opens_at=instant_at(self.registration_opens_on.data, None),
            registration_closes_at=end_of(self.registration_closes_on.data),
            is_public=bool(self.is_public.data),
            description=self.description.data,
            replay_link=self.replay_link.data,
        )

    def write(self, event: Event) -> None:
        """Show what an event holds now."""
        for name in _PLAIN:
            self._fields[name].data = getattr(event, name)
        self.write_dates(event)
        self.version.data = str(event.version)
        self.kind.data, self.role.data = str(event.kind_id), str(event.role_id or "")
        self.group.data, self.call.data = str(event.group_id or ""), str(event.call_id or "")
        self.organiser.data = [str(event.organiser_id)] if event.organiser_id else []
        self.other_organiser.data = event.organiser
        self.themes.data = [str(each.id) for each in event.themes]
        self.axes.data = [str(each.id) for each in event.axes]
        self.countries.data = [each.code for each in event.countries]
        if event.headcount is not None:
            self.headcount.data = Headcount(
                event.headcount, event.headcount_is_about, event.headcount_wording
            )
        self.registration_opens_on.data = day_of(event.registration_opens_at)
        self.registration_closes_on.data = last_day(event.registration_closes_at)
