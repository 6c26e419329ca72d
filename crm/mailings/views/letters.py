"""What readers of a message open: a link of it, its page, the archive. No log-in."""

import re

from flask import Response, current_app, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from crm.composing.previewing import page_of
from crm.composing.rendering import Compiled
from crm.core import clock
from crm.core.errors import DatabaseBusyError, NotFoundError
from crm.database import db, transaction
from crm.mailings.archive import archived_letter, archived_letters, letter_for_reader
from crm.mailings.clicks import Visit, find_link, note_click
from crm.mailings.links import read_letter_token, read_link_token, with_reader
from crm.mailings.views.blueprints import letters_blueprint
from crm.web.access import Reach, allow

# A message has its style on each element, and nothing that acts.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)

_BODY = re.compile(r"<body\b[^>]*>")


def _as_page(letter: Compiled) -> Response:
    # Without a picture of its own, a browser would ask the site for one.
    page = page_of(letter).replace("</head>", '<link rel="icon" href="data:,"></head>')
    # A page says where its content is; a mail program has that to say of its own.
    page = _BODY.sub(r"\g<0><main>", page, count=1).replace("</body>", "</main></body>")
    response = make_response(page)
    response.headers["Content-Security-Policy"] = _POLICY
    return response


@letters_blueprint.get("/l/<string(maxlength=200):token>/<int:number>")
@allow(Reach.PUBLIC)
def follow(token: str, number: int) -> ResponseReturnValue:
    """Lead to a link of a message, and note that it was followed; whatever happens, lead there."""
    delivery_id = read_link_token(token)
    target = None if delivery_id is None else find_link(db.session(), delivery_id, number)
    if delivery_id is None or target is None:
        raise NotFoundError
    visit = Visit(request.method, request.user_agent.string, request.headers.get("Sec-Purpose"))
    try:
        with transaction(housekeeping=True) as session:
            note_click(
                session, delivery_id=delivery_id, number=number, visit=visit, now=clock.now()
            )
    except DatabaseBusyError:
        current_app.logger.warning("click not noted", extra={"event": "busy"})
    return redirect(with_reader(target, delivery_id), 302)


@letters_blueprint.get("/lettre/<string(maxlength=200):token>")
@allow(Reach.PUBLIC)
def web_version(token: str) -> Response:
    """Show a message as its reader received it."""
    delivery_id = read_letter_token(token)
    if delivery_id is None:
        raise NotFoundError
    response = _as_page(letter_for_reader(db.session(), delivery_id))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@letters_blueprint.get("/lettres")
@allow(Reach.PUBLIC)
def archive() -> str:
    """List the letters that anybody may read, the newest first."""
    return render_template("mailings/archive.html", letters=archived_letters(db.session()))


@letters_blueprint.get("/lettres/<int:mailing_id>")
@allow(Reach.PUBLIC)
def archived(mailing_id: int) -> Response:
    """Show a letter of the archive, written to nobody in particular."""
    return _as_page(archived_letter(db.session(), mailing_id))
