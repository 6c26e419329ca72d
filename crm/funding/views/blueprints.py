"""The blueprints that the views of this folder share."""

from flask import Blueprint

schemes = Blueprint("schemes", __name__, url_prefix="/dispositifs")
calls = Blueprint("calls", __name__, url_prefix="/appels")
applications = Blueprint("applications", __name__, url_prefix="/financements")
ONE_SCHEME = "/<int:scheme_id>"
ONE_CALL = "/<int:call_id>"
ONE_APPLICATION = "/<int:application_id>"
