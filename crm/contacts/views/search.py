"""One box for everything: structures, communes, people."""

from flask import Blueprint, render_template, request, url_for

from crm.contacts.queries import find_contacts, suggest_structures
from crm.contacts.queries.structures import Suggestion
from crm.database import db
from crm.web.access import Permission, allow
from crm.web.panels import PanelRow

blueprint = Blueprint("search", __name__, url_prefix="/recherche")

_LONGEST_QUERY = 100
_SHOWN = 12


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show what fits the words typed, by kind; a commune that is no actor yet can be adopted."""
    text = request.args.get("q", "").strip()[:_LONGEST_QUERY]
    session = db.session()
    structures = suggest_structures(session, text, _SHOWN) if text else []
    people = find_contacts(session, text, _SHOWN) if text else []
    return render_template(
        "search/index.html",
        text=text,
        structures=[
            _row(each, url_for("structures.show", structure_id=int(each.value)))
            for each in structures
            if each.value.isdecimal()
        ],
        to_adopt=[each for each in structures if not each.value.isdecimal()],
        contacts=[
            _row(each, url_for("contacts.show", contact_id=int(each.value))) for each in people
        ],
    )


def _row(found: Suggestion, url: str) -> PanelRow:
    return PanelRow(title=found.text, url=url, detail=found.detail or None)
