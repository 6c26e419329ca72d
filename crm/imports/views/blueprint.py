"""The blueprint of imports."""

from flask import Blueprint

blueprint = Blueprint("imports", __name__)
