"""The items of a report: added, changed, moved, taken away."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core.errors import NotFoundError, StaleRecordError
from crm.core.numbers import typed_id
from crm.database import db, transaction
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.history.trash import move_to_trash
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once
from crm.yearly import operations
from crm.yearly.forms import ItemForm
from crm.yearly.models import ReportItem
from crm.yearly.queries import definition_for_page, item_for_page
from crm.yearly.types import ITEM_HINTS, ITEM_LABELS, ItemKind
from crm.yearly.views.blueprint import ONE, ONE_ITEM, blueprint


@blueprint.route(f"{ONE}/elements/nouveau/<slug>", methods=["GET", "POST"])
@allow(Permission.EDIT_REPORTS)
def add_item(definition_id: int, slug: str) -> ResponseReturnValue:
    """Add an item to a report, at its end or after the one that the address names."""
    if slug not in set(ItemKind):
        raise NotFoundError
    definition_for_page(db.session(), definition_id)
    kind, form = ItemKind(slug), ItemForm()
    if not form.is_submitted():
        return _page(form, kind, definition_id)
    after = typed_id(request.args.get("apres"))
    saved = save_once(form, lambda session: _add(session, definition_id, kind, form, after))
    if saved:
        return done("Élément ajouté.", _place(definition_id, saved))
    return _page(form, kind, definition_id, 422)


@blueprint.route(f"{ONE_ITEM}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_REPORTS)
def edit_item(item_id: int) -> ResponseReturnValue:
    """Change an item; a second editor sees both versions."""
    theirs, item = _as_stored(item_id)
    kind, definition_id = ItemKind(item.kind), item.definition_id
    form = ItemForm()
    if not form.is_submitted():
        return _page(theirs, kind, definition_id, item=item)
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, item_id, form))
    except StaleRecordError:
        theirs, item = _as_stored(item_id)
        form.offer(db.session(), kind)
        return _page(form, kind, definition_id, 409, both_versions(form, theirs), item=item)
    if saved:
        return done("Élément enregistré.", _place(definition_id, item_id))
    return _page(form, kind, definition_id, 422, item=item)


@blueprint.post(f"{ONE_ITEM}/deplacer")
@allow(Permission.EDIT_REPORTS)
def move_item(item_id: int) -> ResponseReturnValue:
    """Put an item at the position that the form names."""
    position = typed_id(request.form.get("position"))
    with transaction() as session:
        item = operations.move_item(session, item_id=item_id, position=position)
    way = request.args.get("sens")
    # Without a fragment, which would take the focus from the button that moves it on.
    where = url_for(".definition", definition_id=item.definition_id, deplace=item_id, sens=way)
    return done("Élément déplacé.", where)


@blueprint.post(f"{ONE_ITEM}/retirer")
@allow(Permission.EDIT_REPORTS)
def remove_item(item_id: int) -> ResponseReturnValue:
    """Take an item away; it can be put back, with the texts of every year."""
    with transaction() as session:
        item = item_for_page(session, item_id)
        definition_id = item.definition_id
        move_to_trash(session, entity="report_item", record_id=item_id)
        saved = change_set_of(session)
    back = url_for(".definition", definition_id=definition_id)
    undo = undo_link(saved, back)
    return done("Élément retiré.", f"{back}#elements", undo_url=undo)


def _add(session: Session, definition_id: int, kind: ItemKind, form: ItemForm, after: int) -> int:
    return operations.add_item(
        session, definition_id=definition_id, kind=kind, data=form.read(), after=after or None
    ).id


def _update(session: Session, item_id: int, form: ItemForm) -> int:
    return operations.update_item(
        session, item_id=item_id, seen=form.version.data or "", data=form.read()
    ).id


def _as_stored(item_id: int) -> tuple[ItemForm, ReportItem]:
    session = db.session()
    session.expire_all()
    item = item_for_page(session, item_id)
    form = ItemForm(formdata=None)
    form.write(item)
    form.offer(session, ItemKind(item.kind))
    return form, item


def _place(definition_id: int, item_id: int) -> str:
    return url_for(".definition", definition_id=definition_id) + f"#element-{item_id}"


def _page(
    form: ItemForm,
    kind: ItemKind,
    definition_id: int,
    status: int = 200,
    conflict: list[Difference] | None = None,
    *,
    item: ReportItem | None = None,
) -> ResponseReturnValue:
    session = db.session()
    form.offer(session, kind)
    page = render_template(
        "yearly/item_form.html",
        form=form,
        kind=kind,
        label=ITEM_LABELS[kind],
        hint=ITEM_HINTS[kind],
        item=item,
        definition=definition_for_page(session, definition_id),
        differences=conflict,
    )
    return page, status
