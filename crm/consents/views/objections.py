"""Addresses that nothing is sent to: the list, one more, and lifting one."""

from flask import Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.consents.forms import LiftForm, ObjectionForm
from crm.consents.listings.objections import (
    ORIGIN_LABELS,
    SUPPRESSED_LABELS,
    exported_columns,
    narrow_objections,
    objection_list,
)
from crm.consents.objections import lift_objection, record_objection
from crm.consents.subscriptions import waiting_requests
from crm.consents.views.blueprints import objections as blueprint
from crm.core.errors import NotFoundError
from crm.database import db
from crm.mail.models import Suppression, SuppressionEntry
from crm.mail.types import Purpose
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.lists import Listing
from crm.web.requests import done
from crm.web.submissions import save_form, save_once

_WORDS = {"origins": ORIGIN_LABELS, "purposes": SUPPRESSED_LABELS}


@blueprint.get("")
@allow(Permission.MANAGE_CONSENTS)
def index() -> str:
    """Show the addresses that nothing is sent to; typing one finds it."""
    session = db.session()
    listing = Listing(objection_list(), request.args)
    listing.fill(session, narrow_objections(session, listing))
    return render_template(
        "consents/objections.html",
        listing=listing,
        waiting=len(waiting_requests(session)),
        **_WORDS,
    )


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.MANAGE_CONSENTS)
def export(extension: str) -> Response:
    """Send the list as narrowed by the URL: hashes, never an address."""
    session = db.session()
    listing = Listing(objection_list(), request.args)
    statement = listing.ordered(narrow_objections(session, listing))
    return send_rows("oppositions", session.execute(statement), extension, exported_columns())


@blueprint.route("/nouvelle", methods=["GET", "POST"])
@allow(Permission.MANAGE_CONSENTS)
def new() -> ResponseReturnValue:
    """Note that an address must not be written to."""
    form = ObjectionForm(purpose=Purpose.BROADCAST.value)
    form.offer()
    is_new: list[bool] = []

    def save(session: Session) -> int:
        is_new.append(
            record_objection(
                session,
                address=form.address.data or "",
                purpose=Purpose(form.purpose.data),
                reason=form.reason.data or "",
            )
        )
        return 1

    if form.is_submitted() and save_once(form, save) is not None:
        _log("objection_noted")
        said = "Cette adresse ne recevra plus rien de tel." if any(is_new) else "C’était déjà noté."
        return done(said, url_for(".index"))
    page = render_template("consents/objection.html", form=form)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/<int:suppression_id>/lever", methods=["GET", "POST"])
@allow(Permission.MANAGE_CONSENTS)
def lift(suppression_id: int) -> ResponseReturnValue:
    """Let an address be written to again, with a reason that stays."""
    session = db.session()
    suppression = session.get(Suppression, suppression_id)
    if suppression is None:
        raise NotFoundError
    form = LiftForm()

    def save(current: Session) -> int:
        lift_objection(current, suppression_id=suppression_id, reason=form.reason.data or "")
        return suppression_id

    if form.is_submitted() and save_form(form, save) is not None:
        _log("objection_lifted")
        return done("L’opposition est levée, et sa raison gardée.", url_for(".index"))
    entries = session.scalars(
        select(SuppressionEntry)
        .where(SuppressionEntry.address_hash == suppression.address_hash)
        .order_by(SuppressionEntry.id.desc())
    ).all()
    page = render_template(
        "consents/lift.html", form=form, suppression=suppression, entries=entries, **_WORDS
    )
    return page, 422 if form.is_submitted() else 200


def _log(event: str) -> None:
    current_app.logger.info(event, extra={"event": event, "user_id": signed_in().id})
