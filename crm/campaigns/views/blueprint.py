"""The blueprints that the views of this folder share."""

from flask import Blueprint

blueprint = Blueprint("campaigns", __name__, url_prefix="/campagnes")
directory = Blueprint("directory", __name__, url_prefix="/annuaire-mairies")
BLUEPRINTS = (blueprint, directory)
ONE = "/<int:campaign_id>"
TARGET = "/cibles/<int:target_id>"
