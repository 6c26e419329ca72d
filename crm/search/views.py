"""One box for everything: the palette's answers as one types, and the page that holds them all."""

from flask import Blueprint, render_template, request

from crm.accounts.gate import signed_in
from crm.database import db
from crm.search.answers import Answer, answer
from crm.web.access import Permission, allow

blueprint = Blueprint("search", __name__, url_prefix="/recherche")

_ON_THE_PAGE, _IN_THE_PALETTE = 25, 5


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show what fits the words typed, by kind; a commune that is no actor yet can be adopted."""
    return render_template("search/index.html", answer=_answer(_ON_THE_PAGE))


@blueprint.get("/palette")
@allow(Permission.READ_NETWORK)
def palette() -> str:
    """Answer the palette with a fragment: a few lines of each kind, and what can be done."""
    return render_template("search/_palette.html", answer=_answer(_IN_THE_PALETTE))


def _answer(shown: int) -> Answer:
    person = signed_in()
    return answer(
        db.session(),
        request.args.get("q", ""),
        may=person.may,
        user_id=person.id,
        shown=shown,
    )
