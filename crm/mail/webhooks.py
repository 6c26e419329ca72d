"""Where providers tell what became of messages: signed by them, once each, in one transaction."""

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, Forbidden

from crm.config import Settings
from crm.core import clock
from crm.database import transaction
from crm.mail.reports import report
from crm.mail.sendgrid_events import is_signed, read_events
from crm.web.access import Reach, allow, signed_by_its_sender

blueprint = Blueprint("mail_reports", __name__, url_prefix="/courriel/evenements")

LARGEST_BYTES = 4 * 1024 * 1024
_SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
_TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


@blueprint.post("/sendgrid")
@allow(Reach.PUBLIC)
@signed_by_its_sender
def sendgrid() -> ResponseReturnValue:
    """Note what SendGrid reports; what is not signed by it, or is old, is refused unread."""
    request.max_content_length = LARGEST_BYTES
    settings: Settings = current_app.config["SETTINGS"]
    body, now = request.get_data(cache=False), clock.now()
    key, headers = settings.mail.sendgrid.webhook_key, request.headers
    if not is_signed(key, body, headers.get(_SIGNATURE), headers.get(_TIMESTAMP), now):
        raise Forbidden
    try:
        reports, unread = read_events(body, now)
    except ValueError as error:
        raise BadRequest from error
    with transaction() as session:
        heard = report(session, reports, now=now)
    told = {"event": "mail_reports", "count": heard.new, "known": heard.known}
    current_app.logger.info("mail", extra=told | {"strangers": heard.strangers + unread})
    return "", 204
