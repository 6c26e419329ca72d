"""The blueprints that the views of this folder share."""

from flask import Blueprint

series = Blueprint("series", __name__, url_prefix="/indicateurs")
formulas = Blueprint("formulas", __name__, url_prefix="/indicateurs/formules")
ONE_SERIES, ONE_POINT = "/series/<int:series_id>", "/releves/<int:point_id>"
ONE_FORMULA = "/<int:formula_id>"
