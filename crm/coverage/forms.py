"""The form that plans the same follow-up for several structures or communes."""

import re

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from crm.core.numbers import typed_id
from crm.followups import rules
from crm.web.forms import DayField, longest, required
from crm.web.submissions import OnceForm

_VALUE = re.compile("[0-9]{1,9}|commune:[0-9AB]{5}")


def chosen_values(values: list[str]) -> list[str]:
    """Return those that name a structure or a commune, each once, in order."""
    return [value for value in dict.fromkeys(values) if _VALUE.fullmatch(value)]


class FollowUpsForm(OnceForm):
    """What is to be done about each, by when, by whom."""

    what = StringField(
        _l("À faire"), [required(_l("Dites ce qu’il y a à faire.")), longest(rules.LONGEST_WHAT)]
    )
    due_on = DayField(
        _l("Pour quand"),
        [required(_l("Dites pour quand, par exemple « dans 15 jours »."))],
        prefer_past=False,
    )
    assignee = SelectField(_l("Confiée à"), validate_choice=False)

    @property
    def assignee_id(self) -> int:
        """Return the id of whom it is given to; zero, which is nobody's, for no one."""
        return typed_id(self.assignee.data)
