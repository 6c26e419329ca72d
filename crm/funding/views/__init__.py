"""The pages of schemes, calls and applications."""

from crm.funding.views import (
    applications,
    belongings,
    board,
    call_months,
    calls,
    lists,
    lists_of_applications,
    partners,
    schemes,
    steps,
)
from crm.funding.views.blueprints import applications as applications_blueprint
from crm.funding.views.blueprints import calls as calls_blueprint
from crm.funding.views.blueprints import schemes as schemes_blueprint

BLUEPRINTS = (schemes_blueprint, calls_blueprint, applications_blueprint)
__all__ = [
    "BLUEPRINTS",
    "applications",
    "belongings",
    "board",
    "call_months",
    "calls",
    "lists",
    "lists_of_applications",
    "partners",
    "schemes",
    "steps",
]
