"""The form that plans back from the closing of a call."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, IntegerField, SelectField, StringField
from wtforms.validators import Optional

from crm.core.numbers import typed_id
from crm.followups.call_plans import PlanStep
from crm.followups.rules import LONGEST_WHAT
from crm.web.forms import longest
from crm.web.submissions import OnceForm

MOST_STEPS = 7


@dataclass(frozen=True, slots=True)
class StepFields:
    """The controls of one step."""

    is_wanted: Field
    what: Field
    days_before: Field


class CallPlanForm(OnceForm):
    """Steps before a call closes, for one person of the team."""

    assignee = SelectField(_l("Confiées à"), validate_choice=False)

    @property
    def steps(self) -> list[StepFields]:
        """Return the controls of each step."""
        return [
            StepFields(*(self._fields[f"{name}_{number}"] for name in _CONTROLS))
            for number in range(MOST_STEPS)
        ]

    def read(self) -> tuple[PlanStep, ...]:
        """Return the steps that are wanted; one without a number of days counts less than none."""
        return tuple(
            PlanStep(
                step.what.data or "", -1 if step.days_before.data is None else step.days_before.data
            )
            for step in self.steps
            if step.is_wanted.data
        )

    @property
    def assignee_id(self) -> int:
        """Return who is to do them."""
        return typed_id(self.assignee.data)


_CONTROLS: dict[str, Any] = {
    "is_wanted": lambda: BooleanField(_l("Prévoir cette étape")),
    "what": lambda: StringField(_l("À faire"), [Optional(), longest(LONGEST_WHAT)]),
    "days_before": lambda: IntegerField(_l("Jours avant la clôture"), [Optional()]),
}
for _number in range(MOST_STEPS):
    for _name, _control in _CONTROLS.items():
        setattr(CallPlanForm, f"{_name}_{_number}", _control())


def usual_values(steps: list[tuple[bool, PlanStep]]) -> dict[str, Any]:
    """Return what the form holds as it opens: each step, and whether it is ticked."""
    values: dict[str, Any] = {}
    for number, (is_wanted, step) in enumerate(steps):
        values[f"is_wanted_{number}"] = is_wanted
        values[f"what_{number}"] = step.what
        values[f"days_before_{number}"] = step.days_before
    return values
