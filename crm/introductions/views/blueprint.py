"""The blueprint that the views of this folder share."""

from flask import Blueprint

blueprint = Blueprint("introductions", __name__, url_prefix="/mises-en-relation")
ONE = "/<int:introduction_id>"
