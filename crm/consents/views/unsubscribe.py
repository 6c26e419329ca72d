"""Leaving in one click (RFC 8058): a POST acts, without log-in; a GET only asks."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from crm.consents.links import UNSUBSCRIBE, read
from crm.consents.preferences import leave, masked, reader_of
from crm.consents.types import PURPOSE_LABELS, PURPOSES, Channel
from crm.consents.views.blueprints import unsubscribe as blueprint
from crm.consents.views.public import ROBOTS, answer, closed_link, tell_log
from crm.core.errors import N_, NotFoundError
from crm.database import db, transaction
from crm.web.access import Reach, allow

ONE_CLICK = ("List-Unsubscribe", "One-Click")


@blueprint.get("/<token>")
@allow(Reach.PUBLIC)
def show(token: str) -> ResponseReturnValue:
    """Offer a button: programs that read mail follow links, and nobody has asked anything yet."""
    session = db.session()
    try:
        followed = read(session, UNSUBSCRIBE, token)
    except NotFoundError:
        return closed_link()
    page = render_template(
        "consents/unsubscribe.html",
        token=token,
        address=masked(reader_of(session, followed).address),
        label=PURPOSE_LABELS[followed.purpose] if followed.purpose else None,
        name=ONE_CLICK[0],
        value=ONE_CLICK[1],
    )
    return page, 200, ROBOTS


@blueprint.post("/<token>")
@allow(Reach.PUBLIC)
def act(token: str) -> ResponseReturnValue:
    """Unsubscribe the reader of a message; a mail program sends this without anything else."""
    if request.form.get(ONE_CLICK[0]) != ONE_CLICK[1]:
        return Response(status=400)
    try:
        with transaction() as session:
            followed = read(session, UNSUBSCRIBE, token)
            purposes = (followed.purpose,) if followed.purpose else PURPOSES
            reader = reader_of(session, followed)
            leave(session, reader=reader, purposes=purposes, channel=Channel.ONE_CLICK)
    except NotFoundError:
        return closed_link()
    tell_log("unsubscribed")
    return answer(
        N_("Vous êtes désabonné·e"),
        N_("Vous ne recevrez plus ces messages. Le changement vaut dès maintenant."),
    )


# The signed address is the proof: whoever sends this has no page of ours, hence no form's token.
act.__csrf_exempt__ = True  # type: ignore[attr-defined]
