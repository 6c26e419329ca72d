"""The blueprints that the views of this folder share."""

from flask import Blueprint

blueprint = Blueprint("events", __name__, url_prefix="/evenements")
registration = Blueprint("registration", __name__, url_prefix="/inscription")
ONE = "/<int:event_id>"
ONE_REGISTRATION = "/inscriptions/<int:registration_id>"
