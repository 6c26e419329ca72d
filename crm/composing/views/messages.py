"""A message: its page, its pictures, and a test of it in one's own mailbox."""

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.composing import operations
from crm.composing.checks import is_ready, problems
from crm.composing.owners import fields_of
from crm.composing.pasted import markdown_of
from crm.composing.presentation import editor_page
from crm.composing.queries import footer_for, image_of, message_for_page, own_address
from crm.composing.views.blueprints import ONE_MESSAGE
from crm.composing.views.blueprints import messages as blueprint
from crm.core.errors import N_, RuleError
from crm.core.numbers import typed_id
from crm.database import db
from crm.web.access import Permission, allow
from crm.web.requests import done, refused
from crm.web.submissions import OnceForm, save_once

_SEALED = "default-src 'none'; sandbox; frame-ancestors 'none'"


@blueprint.get(ONE_MESSAGE)
@allow(Permission.WRITE_MAILINGS)
def show(message_id: int) -> str:
    """Show a message: its blocks, what is left to put right, what it looks like.

    Of a block that has just moved, the button that moved it keeps the focus.
    """
    page = editor_page(db.session(), message_id)
    asked = request.args
    return render_template(
        "composing/show.html",
        form=OnceForm(formdata=None),
        moved=asked.get("deplace"),
        way=asked.get("sens"),
        **page,
    )


@blueprint.get(f"{ONE_MESSAGE}/images/<digest>")
@allow(Permission.WRITE_MAILINGS)
def image(message_id: int, digest: str) -> Response:
    """Send a picture of a message, sealed off from the site."""
    found = image_of(db.session(), message_id, digest)
    response = Response(found.content, mimetype=f"image/{found.subtype}")
    response.headers["Content-Security-Policy"] = _SEALED
    return response


@blueprint.post("/coller")
@allow(Permission.WRITE_MAILINGS)
def read_pasted() -> Response:
    """Answer the Markdown of what was pasted as HTML; nothing is kept of it."""
    return Response(markdown_of(request.form.get("html", "")), mimetype="text/plain")


@blueprint.post(f"{ONE_MESSAGE}/essai")
@allow(Permission.WRITE_MAILINGS)
def try_it(message_id: int) -> ResponseReturnValue:
    """Send a message to oneself, to see it in a real mailbox."""
    back = url_for(".show", message_id=message_id)
    form = OnceForm()
    try:
        _check_ready(db.session(), message_id)
    except RuleError as error:
        return refused(error, back)
    address = own_address(db.session(), signed_in().id)
    recipient_id = typed_id(request.form.get("personne"))

    def send(session: Session) -> int:
        return operations.send_test(
            session, message_id=message_id, recipient_id=recipient_id or None, address=address
        ).id

    if save_once(form, send) is None:
        return refused(RuleError("form", N_("L’essai n’est pas parti : recommencez.")), back)
    return done("Essai envoyé à %(address)s.", back, address=address)


def _check_ready(session: Session, message_id: int) -> None:
    """Raise RuleError while something of the message is wrong; its footer may still be."""
    message = message_for_page(session, message_id)
    found = problems(
        message, footer=footer_for(session, message), fields=fields_of(message.owner_kind)
    )
    if not is_ready(each for each in found if each.part != "footer"):
        raise RuleError("form", N_("Corrigez d’abord ce qui empêche le message de partir."))
