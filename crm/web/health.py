"""Signs of life for whoever watches the server: no data, no log-in."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from crm.database import db
from crm.web.access import Reach, allow

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@allow(Reach.PUBLIC)
def alive() -> ResponseReturnValue:
    """Answer that the process runs."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@allow(Reach.PUBLIC)
def ready() -> ResponseReturnValue:
    """Answer whether the database can be read; 503 otherwise."""
    try:
        db.session().execute(text("SELECT 1 FROM alembic_version"))
    except SQLAlchemyError:
        return jsonify(status="database unavailable"), 503
    return jsonify(status="ok")
