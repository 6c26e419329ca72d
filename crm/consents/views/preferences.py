"""Choosing what one receives, without log-in: by the link of a message, or one asked for."""

import time

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm.consents.forms import AddressForm
from crm.consents.links import PREFERENCES, read
from crm.consents.messages import send_preferences_link
from crm.consents.preferences import choose, masked, reader_of, received
from crm.consents.subscriptions import people_at
from crm.consents.types import PURPOSE_LABELS, PURPOSES
from crm.consents.views.blueprints import preferences as blueprint
from crm.consents.views.public import (
    ROBOTS,
    answer,
    closed_link,
    rights_contact,
    seconds_to_wait,
    tell_log,
    too_often,
)
from crm.consents.wordings import current_wordings
from crm.contacts.models import Structure
from crm.core.addresses import parse_email
from crm.core.errors import N_, NotFoundError, RuleError
from crm.database import db, transaction
from crm.web.access import Reach, allow

# Longer than any of the work, so that the answer's time does not tell who is known.
ANSWER_SECONDS = 0.25


@blueprint.route("/lien", methods=["GET", "POST"])
@allow(Reach.PUBLIC)
def ask() -> ResponseReturnValue:
    """Offer to send a link to an address; the answer is the same whatever the address."""
    form = AddressForm()
    if form.validate_on_submit():
        started = time.perf_counter()
        try:
            address = parse_email(form.email.data or "")
        except RuleError as error:
            form.show(error)
        else:
            wait = seconds_to_wait("preferences", address)
            if not wait:
                _send_if_known(address)
            time.sleep(max(0.0, ANSWER_SECONDS - (time.perf_counter() - started)))
            return too_often(wait) if wait else redirect(url_for(".sent"), 303)
    page = render_template("consents/ask_link.html", form=form)
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/envoye")
@allow(Reach.PUBLIC)
def sent() -> ResponseReturnValue:
    """Say that a link is on its way, if the address is known."""
    return answer(
        N_("Regardez vos messages"),
        N_("Si nous écrivons à cette adresse, un lien vient d’y partir."),
    )


@blueprint.get("/enregistre")
@allow(Reach.PUBLIC)
def saved() -> ResponseReturnValue:
    """Say that a choice is kept."""
    return answer(
        N_("C’est noté"), N_("Votre choix vaut dès maintenant, y compris pour un envoi en cours.")
    )


@blueprint.get("/<token>")
@allow(Reach.PUBLIC)
def show(token: str) -> ResponseReturnValue:
    """Show what a reader receives; nothing changes until they send it."""
    session = db.session()
    try:
        reader = reader_of(session, read(session, PREFERENCES, token))
    except NotFoundError:
        return closed_link()
    page = render_template(
        "consents/preferences.html",
        token=token,
        address=masked(reader.address),
        received=received(session, reader),
        purposes=PURPOSES,
        labels=PURPOSE_LABELS,
        wordings=current_wordings(session),
        rights=rights_contact(),
    )
    return page, 200, ROBOTS


@blueprint.post("/<token>")
@allow(Reach.PUBLIC)
def act(token: str) -> ResponseReturnValue:
    """Keep what a reader chose; twice is once."""
    if request.form.get("tout") == "1":
        wanted = set()
    else:
        wanted = {each for each in PURPOSES if each.value in request.form.getlist("recevoir")}
    try:
        with transaction() as session:
            reader = reader_of(session, read(session, PREFERENCES, token))
            choose(session, reader=reader, wanted=wanted)
    except NotFoundError:
        return closed_link()
    tell_log("preferences_chosen")
    return redirect(url_for(".saved"), 303)


def _send_if_known(address: str) -> None:
    with transaction() as session:
        people = people_at(session, address)
        contact_id = people[0].id if len(people) == 1 else None
        is_known = people or session.scalar(
            select(Structure.id).where(Structure.email == address).limit(1)
        )
        if is_known:
            send_preferences_link(session, address=address, contact_id=contact_id)
