"""The blueprints that the views of this folder share."""

from flask import Blueprint

blueprint = Blueprint("mailings", __name__, url_prefix="/envois")
letters_blueprint = Blueprint("letters", __name__)
ONE = "/<int:mailing_id>"
