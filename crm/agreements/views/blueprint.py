"""The blueprint that the views of this folder share."""

from flask import Blueprint

blueprint = Blueprint("agreements", __name__, url_prefix="/conventions")
ONE, ONE_ACTION = "/<int:agreement_id>", "/actions/<int:action_id>"
ONE_RECORD = "/realisations/<int:record_id>"
