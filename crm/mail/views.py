"""The outbox on screen: what the product has written, where it is, and what people decide of it."""

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from crm.config import Settings
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.core.numbers import parse_id, parse_ids
from crm.database import db, transaction
from crm.mail.listing import exported_columns, narrow_messages, outbox_list
from crm.mail.operations import Shown, decide_together, take_back
from crm.mail.queries import count_in, read_message
from crm.mail.types import STATE_LABELS, STATE_TONES, DeliveryState
from crm.mail.wording import (
    GATEWAY_LABELS,
    OUTCOME_LABELS,
    REASON_SENTENCES,
    REPORT_LABELS,
    STATE_SENTENCES,
)
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.lists import Listing
from crm.web.requests import done, refused, safe_path, typed_ids

blueprint = Blueprint("outbox", __name__, url_prefix="/administration/messages")

_WORDS = {
    "states": STATE_LABELS,
    "tones": STATE_TONES,
    "reasons": REASON_SENTENCES,
    "outcomes": OUTCOME_LABELS,
    "gateways": GATEWAY_LABELS,
    "reports": REPORT_LABELS,
    "sentences": STATE_SENTENCES,
}


@blueprint.get("")
@allow(Permission.READ_OUTBOX)
def index() -> str:
    """Show the messages, the newest first, and those that someone must decide of."""
    session = db.session()
    listing = Listing(outbox_list(), request.args)
    listing.fill(session, narrow_messages(session, listing))
    return render_template(
        "mail/outbox.html",
        listing=listing,
        uncertain=count_in(session, DeliveryState.UNCERTAIN),
        uncertain_url=url_for(".index", etat=DeliveryState.UNCERTAIN.value),
        failed=count_in(session, DeliveryState.FAILED),
        failed_url=url_for(".index", etat=DeliveryState.FAILED.value),
        has_relay=_has_relay(),
        **_WORDS,
    )


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.READ_OUTBOX)
def export(extension: str) -> Response:
    """Send the list of messages, as narrowed by the URL; never their text."""
    session = db.session()
    listing = Listing(outbox_list(), request.args)
    statement = listing.ordered(narrow_messages(session, listing))
    return send_rows("messages", session.execute(statement), extension, exported_columns())


@blueprint.get("/<int:message_id>")
@allow(Permission.READ_OUTBOX)
def show(message_id: int) -> str:
    """Show a message: where it is, its text, and its HTML as written, which nothing here runs."""
    message = read_message(db.session(), message_id, shows_secrets=not _has_relay())
    return render_template("mail/message.html", message=message, **_WORDS)


@blueprint.post("/lot")
@allow(Permission.MANAGE_OUTBOX)
def decide() -> ResponseReturnValue:
    """Send again the messages ticked, or give them up."""
    action, shown = request.form.get("action", ""), _shown()
    try:
        with transaction() as session:
            decided = decide_together(
                session, action=action, shown=shown, by=current_user.name, now=clock.now()
            )
    except RuleError as error:
        return refused(error, _back())
    current_app.logger.info("outbox", extra={"event": "mail_decided", "count": len(decided)})
    return _told(decided, len(shown) - len(decided))


@blueprint.post("/annuler")
@allow(Permission.MANAGE_OUTBOX)
def undo() -> ResponseReturnValue:
    """Take back a decision on messages that have not left since."""
    ids = parse_ids(request.args.get("messages", "").split("-"))
    with transaction() as session:
        count = take_back(session, message_ids=ids, now=clock.now())
    if count:
        return done(N_("Décision annulée : ces messages attendent la vôtre."), url_for(".index"))
    error = RuleError("action", N_("Trop tard : ces messages sont déjà repartis."))
    return refused(error, url_for(".index"))


def _told(decided: list[int], left: int) -> ResponseReturnValue:
    """Say what was done, and that some were left: they have gone on, or their link has expired."""
    if not decided:
        nothing = N_(
            "Rien n’a changé : leur état est autre depuis, leur lien a expiré, ou le prestataire"
            " peut encore dire ce qu’ils sont devenus."
        )
        return refused(RuleError("action", nothing), _back())
    message = N_("C’est noté pour %(count)s.")
    if left:
        message = N_(
            "C’est noté pour %(count)s ; laissés : %(left)s (état changé, lien expiré, ou nouvelles"
            " encore attendues)."
        )
    undo_url = url_for(".undo", messages="-".join(map(str, decided)))
    return done(message, _back(), undo_url=undo_url, count=len(decided), left=left)


def _shown() -> Shown:
    """Return the messages ticked, each as the page showed it."""
    ids = typed_ids("selection")
    return [(each, parse_id(request.form.get(f"essai-{each}")) or 0) for each in ids]


def _back() -> str:
    return safe_path(request.form.get("retour"), url_for(".index"))


def _has_relay() -> bool:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.mail.gateway != "file"
