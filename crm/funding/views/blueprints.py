"""The blueprints that the views of this folder share."""

from flask import Blueprint

schemes = Blueprint("schemes", __name__, url_prefix="/dispositifs")
calls = Blueprint("calls", __name__, url_prefix="/appels")
ONE_SCHEME = "/<int:scheme_id>"
ONE_CALL = "/<int:call_id>"
