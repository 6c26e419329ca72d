"""Where the pages of coverage are."""

from flask import Blueprint

blueprint = Blueprint("coverage", __name__, url_prefix="/zones-blanches")
figures_blueprint = Blueprint("funding_figures", __name__, url_prefix="/financements/chiffres")
eligible_blueprint = Blueprint("eligible", __name__, url_prefix="/appels")
