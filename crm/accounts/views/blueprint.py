"""The blueprint of log-in, profile and drafts."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)
