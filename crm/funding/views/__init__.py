"""The pages of schemes, calls and applications."""

from crm.funding.views import applications, belongings, board, lists_of_applications, partners, steps
from crm.funding.views.blueprints import applications as applications_blueprint

BLUEPRINTS = (applications_blueprint,)
__all__ = [
    "BLUEPRINTS",
    "applications",
    "belongings",
    "board",
    "lists_of_applications",
    "partners",
    "steps",
]
