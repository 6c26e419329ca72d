"""The blueprint that the views of this folder share."""

from flask import Blueprint

blueprint = Blueprint("accompaniments", __name__, url_prefix="/accompagnements")
ONE = "/<int:accompaniment_id>"
