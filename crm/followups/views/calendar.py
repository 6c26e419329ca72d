"""One's own follow-ups and sessions in the calendar of a phone or a mail program."""

from collections.abc import Iterator

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.accounts.models import User
from crm.accounts.sessions import hash_token
from crm.core import clock
from crm.core.errors import N_, NotFoundError
from crm.database import db, transaction
from crm.followups.ical import Entry, calendar_file
from crm.followups.operations.calendar_feeds import close_feed, open_feed
from crm.followups.queries.calendar_feeds import (
    feed_opened_at,
    follow_ups_to_show,
    owner_of_feed,
    sessions_to_show,
    structures_of_sessions,
)
from crm.followups.types import SessionStatus
from crm.web.access import Permission, Reach, allow
from crm.web.locale import translate
from crm.web.requests import done

blueprint = Blueprint("calendar", __name__, url_prefix="/agenda")


@blueprint.get("")
@allow(Permission.LOG_SESSIONS)
def index() -> str:
    """Say whether one's calendar has an address, and give or take it."""
    return _page(None)


@blueprint.post("")
@allow(Permission.LOG_SESSIONS)
def give() -> ResponseReturnValue:
    """Give one's calendar a new address; it is in this answer and never again."""
    with transaction() as session:
        token = open_feed(session, user_id=signed_in().id)
    return _page(_address(url_for(".read", token=token)))


@blueprint.post("/retirer")
@allow(Permission.LOG_SESSIONS)
def take_back() -> ResponseReturnValue:
    """Take the address back: whoever had it reads nothing more."""
    with transaction() as session:
        close_feed(session, user_id=signed_in().id)
    return done("L’adresse de votre agenda ne répond plus.", url_for(".index"))


@blueprint.get("/<token>.ics")
@allow(Reach.PUBLIC)
def read(token: str) -> ResponseReturnValue:
    """Send the calendar whose secret address this is."""
    session = db.session()
    owner = owner_of_feed(session, hash_token(token))
    if owner is None:
        raise NotFoundError
    name = current_app.config["SETTINGS"].network_name
    response = Response(
        calendar_file(f"{name} · {owner.name}", _entries(session, owner)),
        content_type="text/calendar; charset=utf-8",
    )
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)


def _entries(session: Session, owner: User) -> Iterator[Entry]:
    for row in follow_ups_to_show(session, owner.id):
        about = [row.what, row.structure] if row.structure else [row.what]
        yield Entry(
            code=f"relance-{row.id}",
            number=row.version,
            day=row.due_on,
            summary=" · ".join(about),
            url=_address(url_for("follow_ups.show", follow_up_id=row.id)),
            written_at=row.created_at,
            is_busy=False,
        )
    sessions = sessions_to_show(session, owner.id, clock.today())
    names = structures_of_sessions(session, [row.id for row in sessions])
    for row in sessions:
        yield Entry(
            code=f"seance-{row.id}",
            number=row.version,
            day=row.held_on,
            summary=f"{row.kind} · {', '.join(names.get(row.id, ()))}",
            url=_address(url_for("sessions.show", session_id=row.id)),
            written_at=row.created_at,
            is_busy=row.status == SessionStatus.PLANNED,
        )


def _address(path: str) -> str:
    return str(current_app.config["SETTINGS"].base_url).rstrip("/") + path


def _page(address: str | None) -> str:
    return render_template(
        "followups/calendar.html",
        title=translate(N_("Mon agenda")),
        address=address,
        opened_at=feed_opened_at(db.session(), signed_in().id),
    )
