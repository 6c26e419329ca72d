"""The director's pages: the counts of a year, and the list behind each figure."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.contacts.indicators import ACTORS
from crm.core import clock
from crm.core.errors import NotFoundError
from crm.database import db
from crm.followups.indicators import ACCOMPANIED_FORMALLY, ACCOMPANIED_STRUCTURES, SESSIONS_DONE
from crm.indicators.indicator import Indicator
from crm.indicators.listing import rows_list, table_of
from crm.indicators.reading import narrowing_words, read_period, read_scope
from crm.indicators.types import Period, Scope
from crm.projects.indicators import PROJECTS
from crm.reports.counts import year_counts
from crm.reports.figures import figure_of, merged_since
from crm.web.access import Permission, allow
from crm.web.exports import send_table
from crm.web.lists import Listing
from crm.web.locale import translate

blueprint = Blueprint("reports", __name__, url_prefix="/bilan")

FIRST_YEAR, LAST_YEAR = 1990, 2100
_SHOWN = (ACCOMPANIED_STRUCTURES, ACCOMPANIED_FORMALLY, SESSIONS_DONE, ACTORS, PROJECTS)


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
        figures={each.code: each for each in _SHOWN},
        has_begun=year <= clock.today().year,
        is_over=year < clock.today().year,
    )


@blueprint.get("/<int:year>/<code>")
@allow(Permission.READ_REPORTS)
def figure(year: int, code: str) -> str:
    """Show the list behind a figure of a calendar year, and the rule that counts it."""
    _check_year(year)
    return _rows_page(code, Period.of_year(year), year)


@blueprint.get("/<int:year>/<code>/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(year: int, code: str, extension: str) -> Response:
    """Send the list behind a figure of a calendar year."""
    _check_year(year)
    return _send_rows(code, Period.of_year(year), extension, str(year))


@blueprint.get("/chiffres/<code>")
@allow(Permission.READ_REPORTS)
def rows(code: str) -> str:
    """Show the list behind a figure of the days of the URL."""
    return _rows_page(code, read_period(request.args), None)


@blueprint.get("/chiffres/<code>/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def rows_export(code: str, extension: str) -> Response:
    """Send the list behind a figure of the days of the URL."""
    period = read_period(request.args)
    return _send_rows(code, period, extension, f"{period.start} {period.end}")


def _rows_page(code: str, period: Period, year: int | None) -> str:
    session, indicator = db.session(), figure_of(code)
    scope = read_scope(request.args, indicator, period)
    listing = _listing(indicator, scope, year)
    listing.fill(session, listing.narrow(session))
    return render_template(
        "reports/figure.html",
        listing=listing,
        figure=indicator,
        period=period,
        year=year,
        narrowed=narrowing_words(session, indicator.keys, scope),
        merged=merged_since(session, indicator, scope),
    )


def _send_rows(code: str, period: Period, extension: str, when: str) -> Response:
    session, indicator = db.session(), figure_of(code)
    scope = read_scope(request.args, indicator, period)
    listing = _listing(indicator, scope, None)
    header, rows = table_of(indicator, session.execute(listing.ordered(listing.narrow(session))))
    return send_table(f"{translate(indicator.label)} {when}", header, rows, extension)


def _listing(indicator: Indicator, scope: Scope, year: int | None) -> Listing:
    where = {"code": indicator.code} if year is None else {"code": indicator.code, "year": year}
    page, export_ = (".rows", ".rows_export") if year is None else (".figure", ".export")
    definition = rows_list(
        indicator,
        scope,
        url=url_for(page, **where),
        export_url=lambda extension: url_for(export_, **where, extension=extension),
    )
    return Listing(definition, request.args)


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFoundError
