"""One change to the selected structures or people, or to all that a list's filters keep."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import InstrumentedAttribute, Session
from werkzeug.datastructures import MultiDict

from crm.contacts.bulk_actions import CONTACT_ACTIONS, STRUCTURE_ACTIONS, BulkAction, action_of
from crm.contacts.listings import contact_list, structure_list
from crm.contacts.models import Contact, Structure
from crm.contacts.operations.bulk import MOST_AT_ONCE
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.database import db, transaction
from crm.history.recording import change_set_of
from crm.search.lists import narrow_by_words
from crm.web.access import Permission, allow
from crm.web.list_definition import ListDefinition
from crm.web.lists import Listing
from crm.web.requests import done, refused, typed_ids

blueprint = Blueprint("bulk", __name__)

_LONGEST_FILTER = 4000


@dataclass(frozen=True, slots=True)
class Bulk:
    """A list whose rows are changed at once."""

    kind: str
    title: str
    list_of: Callable[[date], ListDefinition]
    identity: InstrumentedAttribute[int]
    actions: Sequence[BulkAction]

    def listing(self) -> Listing:
        """Return the list that the form was sent from, narrowed as it was there."""
        asked = request.form.get("filtre", "")[:_LONGEST_FILTER].replace("\x00", "")
        return Listing(self.list_of(clock.today()), MultiDict(parse_qsl(asked)))

    def selected(self, session: Session) -> list[int]:
        """Return the ids ticked, or those of the whole narrowed list where that was asked."""
        if request.form.get("tout") != "1":
            return typed_ids("selection")
        listing = self.listing()
        narrowing = narrow_by_words(session, listing, self.kind, self.identity)
        return listing.ids(session, narrowing, MOST_AT_ONCE + 1)


_STRUCTURES = Bulk(
    "structure",
    N_("Modifier plusieurs structures"),
    structure_list,
    Structure.id,
    STRUCTURE_ACTIONS,
)
_CONTACTS = Bulk(
    "contact",
    N_("Modifier plusieurs contacts"),
    contact_list,
    Contact.id,
    CONTACT_ACTIONS,
)


@blueprint.post("/structures/lot")
@allow(Permission.EDIT_NETWORK)
def structures() -> ResponseReturnValue:
    """Change the selected structures at once, or show all that can be changed."""
    return _answer(_STRUCTURES)


@blueprint.post("/contacts/lot")
@allow(Permission.EDIT_NETWORK)
def contacts() -> ResponseReturnValue:
    """Change the selected people at once, or show all that can be changed."""
    return _answer(_CONTACTS)


def _answer(bulk: Bulk) -> ResponseReturnValue:
    back = bulk.listing().url()
    if request.form.get("autre"):
        return _choices(bulk, back)
    code = request.form.get("action", "")
    action = action_of(bulk.actions, code)
    typed = request.form.get(f"valeur-{code}", request.form.get("value", ""))
    try:
        with transaction() as session:
            ids = bulk.selected(session)
            count = action.run(session, ids, typed.replace("\x00", "").strip())
            saved = change_set_of(session)
    except RuleError as error:
        return refused(error, back)
    undo_url = url_for("history.undo", change_set_id=saved) if saved and count else None
    return done("Fiches modifiées : %(count)s.", back, undo_url=undo_url, count=count)


def _choices(bulk: Bulk, back: str) -> ResponseReturnValue:
    session = db.session()
    ids = bulk.selected(session)
    if not ids:
        return refused(RuleError("selection", N_("Choisissez au moins une fiche.")), back)
    return render_template(
        "contacts/bulk.html",
        title=bulk.title,
        action_url=request.path,
        back=back,
        is_all=request.form.get("tout") == "1",
        asked=request.form.get("filtre", "")[:_LONGEST_FILTER],
        ids=ids,
        actions=[(each, each.options(session) if each.options else None) for each in bulk.actions],
    )
