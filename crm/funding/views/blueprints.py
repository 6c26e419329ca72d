"""The blueprints that the views of this folder share."""

from flask import Blueprint

applications = Blueprint("applications", __name__, url_prefix="/financements")
ONE_APPLICATION = "/<int:application_id>"
