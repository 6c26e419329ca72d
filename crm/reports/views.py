"""The director's pages: the counts of a year, and the list behind each figure."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.contacts.indicators import ACTORS_LISTED
from crm.core import clock
from crm.core.errors import NotFoundError
from crm.database import db
from crm.followups.indicators import INDICATORS
from crm.projects.indicators import PROJECTS_LISTED
from crm.reports.counts import year_counts
from crm.reports.figures import (
    figure_of,
    list_behind,
    merged_since,
    narrowing_words,
    read_filters,
)
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.lists import Listing

blueprint = Blueprint("reports", __name__, url_prefix="/bilan")

FIRST_YEAR, LAST_YEAR = 1990, 2100


@blueprint.get("")
@allow(Permission.READ_REPORTS)
def index() -> ResponseReturnValue:
    """Go to the year in progress, or to the one asked by the year box."""
    asked = request.args.get("annee", "")
    year = int(asked[:4]) if asked.isdecimal() else clock.today().year
    return redirect(url_for(".year", year=year), 303)


@blueprint.get("/<int:year>")
@allow(Permission.READ_REPORTS)
def year(year: int) -> str:
    """Show every count of a year beside the year before."""
    _check_year(year)
    return render_template(
        "reports/year.html",
        counts=year_counts(db.session(), year),
        figures={code: figure_of(code) for code in (*INDICATORS, ACTORS_LISTED, PROJECTS_LISTED)},
        is_in_progress=year == clock.today().year,
    )


@blueprint.get("/<int:year>/<code>")
@allow(Permission.READ_REPORTS)
def figure(year: int, code: str) -> str:
    """Show the list behind a figure, and the rule that counts it."""
    _check_year(year)
    session = db.session()
    known = figure_of(code)
    filters = read_filters(request.args)
    listing = Listing(list_behind(code, year, filters), request.args)
    listing.fill(session, listing.narrow(session))
    return render_template(
        "reports/figure.html",
        listing=listing,
        figure=known,
        year=year,
        narrowed=narrowing_words(session, request.args),
        merged=merged_since(session, code, year, filters),
    )


@blueprint.get("/<int:year>/<code>/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(year: int, code: str, extension: str) -> Response:
    """Send the list behind a figure."""
    _check_year(year)
    session = db.session()
    known = figure_of(code)
    listing = Listing(list_behind(code, year, read_filters(request.args)), request.args)
    statement = listing.ordered(listing.narrow(session))
    return send_rows(f"{known.label} {year}", session.execute(statement), extension)


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFoundError
