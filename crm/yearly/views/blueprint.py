"""The blueprint that the views of this folder share."""

from flask import Blueprint

blueprint = Blueprint("yearly", __name__, url_prefix="/rapports")
ONE = "/<int:definition_id>"
ONE_YEAR = f"{ONE}/<int:year>"
ONE_ITEM = "/elements/<int:item_id>"
