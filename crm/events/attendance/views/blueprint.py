"""The blueprint that the views of this folder share."""

from flask import Blueprint

blueprint = Blueprint("attendance", __name__, url_prefix="/evenements/<int:event_id>/presence")
