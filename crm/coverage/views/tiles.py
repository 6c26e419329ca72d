"""The territory as tiles, and year by year."""

from flask import render_template, request

from crm.coverage.screens import tiles_page, years_page
from crm.coverage.views.blueprint import blueprint
from crm.database import db
from crm.web.access import Permission, allow


@blueprint.get("/tuiles")
@allow(Permission.READ_NETWORK)
def tiles() -> str:
    """Show a tile for each EPCI, département by département, the darker the better covered."""
    return render_template("coverage/tiles.html", **tiles_page(db.session(), request.args))


@blueprint.get("/annees")
@allow(Permission.READ_NETWORK)
def years() -> str:
    """Show how many communes had an application each year."""
    return render_template("coverage/years.html", **years_page(db.session(), request.args))
