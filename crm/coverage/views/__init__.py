"""The pages of coverage, of the figures of funding, and of those a call is open to."""

from crm.coverage.views import coverage, eligible, figures, tiles
from crm.coverage.views.blueprint import blueprint, eligible_blueprint, figures_blueprint

BLUEPRINTS = (blueprint, figures_blueprint, eligible_blueprint)

__all__ = ["BLUEPRINTS", "coverage", "eligible", "figures", "tiles"]
