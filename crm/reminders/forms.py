"""The forms of one's rhythm and one's days off."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField

from crm.core.errors import N_
from crm.reminders.rules import FIRST_HOUR, LAST_HOUR
from crm.reminders.types import Absence, Rhythm
from crm.web.forms import BaseForm, ChipsField, DayField, required
from crm.web.locale import translate

_WEEKDAYS = (
    N_("Lundi"), N_("Mardi"), N_("Mercredi"), N_("Jeudi"), N_("Vendredi"), N_("Samedi"),
    N_("Dimanche"),
)  # fmt: skip


class RhythmForm(BaseForm):
    """Whether, when and on which days one is reminded."""

    is_on = BooleanField(_l("M’envoyer un message par jour, s’il y a quelque chose à me rappeler"))
    hour = SelectField(_l("À partir de"), coerce=int)
    weekdays = ChipsField(_l("Jours travaillés"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hour.choices = [(hour, f"{hour} h") for hour in range(FIRST_HOUR, LAST_HOUR + 1)]
        self.weekdays.offer(
            (str(number), translate(name)) for number, name in enumerate(_WEEKDAYS, start=1)
        )

    def read(self) -> Rhythm:
        """Return what was chosen."""
        return Rhythm(bool(self.is_on.data), self.hour.data, "".join(self.weekdays.data or ()))


class AbsenceForm(BaseForm):
    """Days off."""

    start_on = DayField(_l("Du"), [required(_l("Dites à partir de quel jour."))], prefer_past=False)
    end_on = DayField(_l("Au"), [required(_l("Dites jusqu’à quel jour."))], prefer_past=False)

    def read(self) -> Absence:
        """Return what was typed."""
        if self.start_on.data is None or self.end_on.data is None:
            raise TypeError("read() before validate()")
        return Absence(self.start_on.data, self.end_on.data)
