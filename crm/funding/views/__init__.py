"""The pages of schemes and calls."""

from crm.funding.views import call_months, calls, lists, schemes
from crm.funding.views.blueprints import calls as calls_blueprint
from crm.funding.views.blueprints import schemes as schemes_blueprint

BLUEPRINTS = (schemes_blueprint, calls_blueprint)
__all__ = ["BLUEPRINTS", "call_months", "calls", "lists", "schemes"]
