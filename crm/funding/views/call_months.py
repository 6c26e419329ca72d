"""The calendar of calls: a month day by day, a year month by month."""

from typing import Any

from flask import render_template, request
from sqlalchemy import Select
from werkzeug.datastructures import MultiDict

from crm.core import clock
from crm.core.days import add_months
from crm.core.numbers import typed_id
from crm.database import db
from crm.funding.call_calendar import month_of_calls, year_of_calls
from crm.funding.listings.calls import call_list, narrow_calls
from crm.funding.rules.calls import FIRST_YEAR, LAST_YEAR
from crm.funding.views.blueprints import calls as blueprint
from crm.web.access import Permission, allow
from crm.web.list_links import ListLinks
from crm.web.lists import Listing
from crm.web.months import first_of_month


@blueprint.get("/calendrier")
@allow(Permission.READ_NETWORK)
def month() -> str:
    """Show the openings, closings and results of a month, narrowed by the URL."""
    listing, ids = _narrowed("calls.month")
    first = first_of_month(request.args.get("mois", ""), clock.today())
    return render_template(
        "funding/calls/month.html",
        listing=listing,
        month=month_of_calls(db.session(), ids, first),
        today=clock.today(),
        url_of=lambda count: listing.url(mois=add_months(first, count).strftime("%Y-%m")),
        year_url=_other("calls.year", annee=str(first.year)),
    )


@blueprint.get("/calendrier/annee")
@allow(Permission.READ_NETWORK)
def year() -> str:
    """Show the same dates for a whole year, month by month."""
    listing, ids = _narrowed("calls.year")
    asked = typed_id(request.args.get("annee"))
    shown = asked if FIRST_YEAR <= asked <= LAST_YEAR else clock.today().year
    return render_template(
        "funding/calls/year.html",
        listing=listing,
        months=year_of_calls(db.session(), ids, shown),
        year=shown,
        today=clock.today(),
        month_url=_other("calls.month"),
    )


def _narrowed(endpoint: str) -> tuple[Listing, Select[Any]]:
    session = db.session()
    listing = Listing(call_list(request.args, endpoint=endpoint), request.args)
    narrowing = narrow_calls(session, listing)
    listing.fill_filters(session, narrowing)
    if narrowing.counted is None:
        raise ValueError("a list that counts its ids was expected")
    return listing, narrowing.counted.params(narrowing.values)


def _other(endpoint: str, **arguments: str) -> str:
    """Return another calendar, narrowed as this one is."""
    kept: MultiDict[str, str] = MultiDict(request.args)
    return ListLinks(call_list(kept, endpoint=endpoint), kept).url(**arguments)
