"""The forms of mailings."""

import re
from datetime import time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import Optional, ValidationError

from crm.core import clock
from crm.core.numbers import parse_id, parse_ids, typed_id
from crm.mail.types import BROADCASTS
from crm.mailings import rules
from crm.mailings.models import Mailing
from crm.mailings.types import (
    PURPOSE_LABELS,
    REACH_LABELS,
    AudienceData,
    DepartureData,
    MailingData,
    Reach,
)
from crm.web.forms import BaseForm, ChipsField, DayField, longest, required
from crm.web.locale import translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField

_TIME = re.compile(r"(\d{1,2})\s*(?:[h:]\s*(\d{2})?)?", re.IGNORECASE)
_DEFAULT_TIME = time(9)


class MailingForm(OnceForm):
    """What a mailing is, before its message."""

    version = VersionField()
    name = StringField(
        _l("Nom de l’envoi"),
        [required(_l("Donnez un nom à cet envoi.")), longest(rules.LONGEST_NAME)],
    )
    purpose = RadioField(
        _l("À quoi sert-il ?"),
        [required(_l("Dites à quoi sert cet envoi : c’est ce qui décide qui peut le recevoir."))],
        validate_choice=False,
    )
    template = SelectField(_l("Partir de"), validate_choice=False)
    is_public = BooleanField(_l("Le montrer dans les archives publiques une fois parti"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purpose.choices = [
            (each.value, translate(PURPOSE_LABELS[each])) for each in BROADCASTS
        ]
        self.template.choices = []

    def read(self) -> MailingData:
        """Return what was typed."""
        return MailingData(
            name=self.name.data or "",
            purpose=self.purpose.data or "",
            is_public=bool(self.is_public.data),
        )

    @property
    def template_id(self) -> int | None:
        """Return the template chosen, if any."""
        return parse_id(self.template.data or "")

    def write(self, mailing: Mailing) -> None:
        """Show what the mailing holds now."""
        self.version.data = str(mailing.version)
        self.name.data, self.purpose.data = mailing.name, mailing.purpose
        self.is_public.data = mailing.is_public


class AnotherForm(OnceForm):
    """Makes another mailing from one: there is nothing to type."""


class AudienceForm(BaseForm):
    """Whom a mailing is for: segments, minus segments."""

    version = VersionField()
    reach = RadioField(_l("Écrire à"), default=Reach.PEOPLE.value, validate_choice=False)
    included = ChipsField(_l("Segments"), validate_choice=False)
    excluded = ChipsField(_l("Sauf les segments"), validate_choice=False)
    functions = StringField(
        _l("Fonction cherchée dans chaque structure"),
        [Optional(), longest(rules.LONGEST_FUNCTIONS)],
    )
    takes_generic = BooleanField(
        _l("À défaut, écrire à l’adresse générique de la structure"), default=True
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reach.choices = [(each.value, translate(text)) for each, text in REACH_LABELS.items()]

    @property
    def version_number(self) -> int:
        """Return the version that was shown."""
        return typed_id(self.version.data)

    def read(self) -> AudienceData:
        """Return what was chosen."""
        return AudienceData(
            reach=self.reach.data or "",
            included_ids=tuple(parse_ids(self.included.data or [])),
            excluded_ids=tuple(parse_ids(self.excluded.data or [])),
            functions=self.functions.data,
            takes_generic=bool(self.takes_generic.data),
        )

    def write(self, mailing: Mailing) -> None:
        """Show what the mailing holds now."""
        self.version.data = str(mailing.version)
        self.reach.data = mailing.reach
        self.functions.data, self.takes_generic.data = mailing.functions, mailing.takes_generic
        for field, is_excluded in ((self.included, False), (self.excluded, True)):
            field.data = [
                str(each.segment_id) for each in mailing.segments if each.is_excluded is is_excluded
            ]


class DepartureForm(BaseForm):
    """When a mailing leaves, and how fast; `seen` is the count that its button shows."""

    seen = HiddenField(_l("Destinataires"), default="")
    starts_on = DayField(_l("Jour du départ"), prefer_past=False)
    starts_time = StringField(_l("Heure"), [Optional(), longest(10)])
    per_hour = StringField(_l("Messages par heure, au plus"), [Optional(), longest(9)])

    def validate_starts_time(self, field: StringField) -> None:
        """Refuse what is no time of the day."""
        if field.data and _read_time(field.data) is None:
            raise ValidationError(translate("Cette heure ne se lit pas. Exemple : 9 h 30."))
        if field.data and self.starts_on.data is None:
            raise ValidationError(translate("Dites aussi quel jour, ou effacez l’heure."))

    def validate_per_hour(self, field: StringField) -> None:
        """Refuse what is no whole number."""
        if field.data and not field.data.replace("\u202f", "").replace(" ", "").isdecimal():
            raise ValidationError(translate("Écrivez un nombre entier, ou laissez vide."))

    def read(self) -> DepartureData:
        """Return when to leave: at nine in Paris where only a day was typed."""
        starts_at = None
        if self.starts_on.data is not None:
            at = _read_time(self.starts_time.data or "") or _DEFAULT_TIME
            starts_at = clock.paris_instant(self.starts_on.data, at)
        typed = (self.per_hour.data or "").replace("\u202f", "").replace(" ", "")
        return DepartureData(starts_at=starts_at, per_hour=int(typed) if typed else None)

    @property
    def seen_mark(self) -> str:
        """Return the mark of what was on screen."""
        return self.seen.data or ""


def _read_time(text: str) -> time | None:
    """Return a time typed as « 9 h 30 », « 9:30 » or « 14h »; None for anything else."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004
