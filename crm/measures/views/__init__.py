"""The pages of all figures, of series and of formulas."""

from crm.measures.views import formulas, points, series
from crm.measures.views.blueprints import formulas as formula_pages
from crm.measures.views.blueprints import series as series_pages

BLUEPRINTS = (series_pages, formula_pages)
__all__ = ["BLUEPRINTS", "formulas", "points", "series"]
