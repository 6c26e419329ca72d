"""The blueprint that the views of this folder share."""

from flask import Blueprint

blueprint = Blueprint("projects", __name__, url_prefix="/projets")
ONE = "/<int:project_id>"
