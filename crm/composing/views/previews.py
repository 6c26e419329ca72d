"""What a message looks like to one of its readers, on a phone or a computer, light or dark."""

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from crm.composing.operations.trials import filled_for
from crm.composing.previewing import PREVIEW_POLICY, Theme, page_of, preview_page
from crm.composing.queries import message_to_compile
from crm.composing.views.blueprints import ONE_MESSAGE
from crm.composing.views.blueprints import messages as blueprint
from crm.core.numbers import typed_id
from crm.database import db
from crm.web.access import Permission, allow
from crm.web.submissions import OnceForm

WIDTHS = ("ordinateur", "telephone")
PARTS = ("html", "texte")


@blueprint.get(f"{ONE_MESSAGE}/apercu")
@allow(Permission.WRITE_MAILINGS)
def preview(message_id: int) -> ResponseReturnValue:
    """Show a message in a frame, filled in for one reader; or its text part."""
    page = preview_page(db.session(), message_id, _person())
    return render_template(
        "composing/preview.html", form=OnceForm(formdata=None), choices=_choices(), **page
    )


@blueprint.get(f"{ONE_MESSAGE}/apercu/document")
@allow(Permission.WRITE_MAILINGS)
def document(message_id: int) -> Response:
    """Send the message itself, for the frame: its own style, and nothing that acts."""
    session = db.session()
    filled = filled_for(session, message_to_compile(session, message_id), _person())
    response = make_response(page_of(filled, Theme(_choices()["theme"])))
    response.headers["Content-Security-Policy"] = PREVIEW_POLICY
    return response


def _choices() -> dict[str, str]:
    """Return how the preview is looked at, from the address; what is unknown is the usual way."""
    asked = request.args
    person = _person()
    return {
        "largeur": _among(asked.get("largeur"), WIDTHS),
        "theme": _among(asked.get("theme"), tuple(Theme)),
        "partie": _among(asked.get("partie"), PARTS),
        **({"personne": str(person)} if person else {}),
    }


def _among(asked: str | None, known: tuple[str, ...]) -> str:
    return asked if asked in known else known[0]


def _person() -> int | None:
    return typed_id(request.args.get("personne")) or None
