"""The figures of funding."""

from flask import render_template, request

from crm.coverage.figures import figures_page
from crm.coverage.views.blueprint import figures_blueprint
from crm.database import db
from crm.web.access import Permission, allow


@figures_blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show what was asked, expected and obtained, split every way, and what our support weighed."""
    return render_template("coverage/figures.html", **figures_page(db.session(), request.args))
