"""Subscriptions that could be several people's: the team says whose they are."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.consents.subscriptions import dismiss, people_at_each, settle, waiting_requests
from crm.consents.types import PURPOSE_LABELS
from crm.consents.views.blueprints import reviews as blueprint
from crm.core.addresses import email_key
from crm.core.errors import RuleError
from crm.core.numbers import typed_id
from crm.database import db, transaction
from crm.web.access import Permission, allow
from crm.web.requests import done, refused

NEW = "nouvelle"


@blueprint.get("")
@allow(Permission.MANAGE_CONSENTS)
def index() -> str:
    """Show what is confirmed and waits, with the people known at each address."""
    session = db.session()
    waiting = waiting_requests(session)
    people = people_at_each(session, [each.email for each in waiting])
    return render_template(
        "consents/reviews.html",
        requests=[(each, people[email_key(each.email)]) for each in waiting],
        labels=PURPOSE_LABELS,
    )


@blueprint.post("/<int:request_id>")
@allow(Permission.MANAGE_CONSENTS)
def decide(request_id: int) -> ResponseReturnValue:
    """Give a subscription to a person, to a new one, or to nobody."""
    chosen = request.form.get("pour", "")
    try:
        with transaction() as session:
            if chosen == "personne":
                dismiss(session, request_id=request_id)
            else:
                contact_id = None if chosen == NEW else typed_id(chosen)
                settle(session, request_id=request_id, contact_id=contact_id)
    except RuleError as error:
        return refused(error, url_for(".index"))
    return done("C’est décidé.", url_for(".index"))
