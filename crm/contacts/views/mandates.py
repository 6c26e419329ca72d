"""Mandates after an election: those held, those to close at once, the seats left vacant."""

from collections.abc import Callable
from datetime import date, timedelta

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.contacts.mandate_listings import (
    mandate_list,
    narrowed_mandates,
    narrowed_vacancies,
    vacancy_list,
)
from crm.contacts.operations.mandates import close_mandates, want_successors
from crm.core import clock
from crm.core.days import parse_day
from crm.core.errors import RuleError
from crm.database import db, transaction
from crm.history.addresses import undo_link
from crm.history.bulk import MOST_AT_ONCE, sent_filters
from crm.history.recording import change_set_of
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.formats import short_date
from crm.web.list_definition import ListDefinition, Narrowing
from crm.web.lists import Listing
from crm.web.requests import asked_day, day_of, done, refused, typed_ids

blueprint = Blueprint("mandates", __name__, url_prefix="/mandats")


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show who holds an elected mandate, today or on another day."""
    session, day = db.session(), asked_day("le")
    listing = Listing(mandate_list(day), request.args)
    listing.fill(session, narrowed_mandates(listing, listing.narrow(session)))
    return render_template("mandates/index.html", listing=listing, day=day)


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send the whole list, as narrowed by the URL."""
    session = db.session()
    listing = Listing(mandate_list(asked_day("le")), request.args)
    narrowing = narrowed_mandates(listing, listing.narrow(session))
    return send_rows("mandats", session.execute(listing.ordered(narrowing)), extension)


@blueprint.post("/clore")
@allow(Permission.EDIT_NETWORK)
def close() -> ResponseReturnValue:
    """End the selected mandates on a day, in one action that can be undone."""
    try:
        day = _typed_day(request.form.get("value", ""))
        with transaction() as session:
            ids = _selected(session, mandate_list, narrowed_mandates)
            count = close_mandates(session, affiliation_ids=ids, day=day)
            saved = change_set_of(session)
    except RuleError as error:
        return refused(error, url_for(".index"))
    undo_url = undo_link(saved)
    # A seat is held on its holder's last day: it stands vacant from the next.
    since = day + timedelta(days=1)
    vacant = url_for(".vacancies", le=short_date(since) if since > clock.today() else None)
    return done("Mandats clos : %(count)s.", vacant, undo_url=undo_url, count=count)


@blueprint.get("/vacants")
@allow(Permission.READ_NETWORK)
def vacancies() -> str:
    """Show the seats that stand vacant, today or on another day."""
    session, day = db.session(), asked_day("le")
    listing = Listing(vacancy_list(day), request.args)
    listing.fill(session, narrowed_vacancies(listing, listing.narrow(session)))
    return render_template("mandates/vacancies.html", listing=listing, day=day)


@blueprint.get("/vacants/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export_vacancies(extension: str) -> Response:
    """Send the whole list of vacant seats, as narrowed by the URL."""
    session = db.session()
    listing = Listing(vacancy_list(asked_day("le")), request.args)
    narrowing = narrowed_vacancies(listing, listing.narrow(session))
    return send_rows("sieges-vacants", session.execute(listing.ordered(narrowing)), extension)


@blueprint.post("/vacants/rencontrer")
@allow(Permission.EDIT_NETWORK)
def meet_successors() -> ResponseReturnValue:
    """Make a follow-up for each selected seat, to meet who will hold it."""
    try:
        with transaction() as session:
            ids = _selected(session, vacancy_list, narrowed_vacancies)
            count = want_successors(session, seat_ids=ids, assignee_id=signed_in().id)
            saved = change_set_of(session)
    except RuleError as error:
        return refused(error, url_for(".vacancies"))
    undo_url = undo_link(saved)
    return done(
        "Relances créées : %(count)s.", url_for(".vacancies"), undo_url=undo_url, count=count
    )


def _selected(
    session: Session,
    list_on: Callable[[date], ListDefinition],
    search: Callable[[Listing, Narrowing], Narrowing],
) -> list[int]:
    """Return the ids ticked, or those of the whole narrowed list where that was asked."""
    if request.form.get("tout") != "1":
        return typed_ids("selection")
    asked = sent_filters()
    listing = Listing(list_on(day_of(asked, "le")), asked)
    statement = listing.ordered(search(listing, listing.narrow(session)), MOST_AT_ONCE)
    return [row.id for row in session.execute(statement)]


def _typed_day(text: str) -> date:
    return parse_day(text, clock.today(), field="value")
