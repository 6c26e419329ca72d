"""Saving a view of a list, opening it, changing it, deleting it."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from crm.core.errors import StaleRecordError
from crm.database import db, transaction
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.saved_views import operations
from crm.saved_views.forms import ViewForm
from crm.saved_views.known_lists import KnownList, find_list, kept_query, opened_query, read_query
from crm.saved_views.models import SavedView
from crm.saved_views.presentation import told_view, view_url
from crm.saved_views.queries import own_view, readable_view
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.lists import Listing
from crm.web.requests import done
from crm.web.submissions import save_form, save_once

blueprint = Blueprint("saved_views", __name__, url_prefix="/vues")


@blueprint.route("/<list_code>/nouvelle", methods=["GET", "POST"])
@allow(Permission.READ_NETWORK)
def new(list_code: str) -> ResponseReturnValue:
    """Save a list as the rest of this URL shows it."""
    known, form = find_list(list_code), ViewForm()
    listing = known.listing(request.args)
    saved = form.is_submitted() and save_once(
        form,
        lambda session: (
            operations.save_view(
                session,
                user_id=current_user.id,
                list_code=known.code,
                name=form.name.data or "",
                query=kept_query(listing),
                is_shared=bool(form.is_shared.data),
            ).id
        ),
    )
    if saved:
        return done("La vue est enregistrée.", url_for(".show", view_id=saved))
    return _form_page(form, known, listing, 422 if form.is_submitted() else 200)


@blueprint.get("/<int:view_id>")
@allow(Permission.READ_NETWORK)
def show(view_id: int) -> ResponseReturnValue:
    """Open a view: its list, with what it keeps."""
    view = readable_view(db.session(), view_id=view_id, user_id=current_user.id)
    _known, listing = _list_of(view)
    return redirect(view_url(listing.definition, view.id, view.query))


@blueprint.route("/<int:view_id>/modifier", methods=["GET", "POST"])
@allow(Permission.READ_NETWORK)
def edit(view_id: int) -> ResponseReturnValue:
    """Rename, share or unshare a view; a second window sees both versions."""
    view, theirs = _as_stored(view_id)
    known, listing = _list_of(view)
    form = ViewForm()
    if not form.is_submitted():
        return _form_page(theirs, known, listing, view_id=view_id)
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, view_id, form))
    except StaleRecordError:
        found = both_versions(form, _as_stored(view_id)[1])
        return _form_page(form, known, listing, 409, found, view_id=view_id)
    if saved:
        return done("La vue est enregistrée.", url_for(".show", view_id=view_id))
    return _form_page(form, known, listing, 422, view_id=view_id)


@blueprint.post("/<int:view_id>/supprimer")
@allow(Permission.READ_NETWORK)
def delete(view_id: int) -> ResponseReturnValue:
    """Delete a view; its list stays as it was, and the message brings the view back."""
    view, _form = _as_stored(view_id)
    _known, listing = _list_of(view)
    name, query = view.name, opened_query(listing.definition, view.query)
    with transaction() as session:
        operations.delete_view(session, view_id=view_id, user_id=current_user.id)
        saved = change_set_of(session)
    undo_url = undo_link(saved)
    target = listing.definition.url + (query and f"?{query}")
    return done("La vue « %(name)s » est supprimée.", target, undo_url=undo_url, name=name)


def _update(session: Any, view_id: int, form: ViewForm) -> int:
    return operations.update_view(
        session,
        view_id=view_id,
        user_id=current_user.id,
        version=form.version_number,
        name=form.name.data or "",
        is_shared=bool(form.is_shared.data),
    ).id


def _list_of(view: SavedView) -> tuple[KnownList, Listing]:
    known = find_list(view.list_code)
    return known, known.listing(read_query(view.query))


def _as_stored(view_id: int) -> tuple[SavedView, ViewForm]:
    session = db.session()
    session.expire_all()
    view = own_view(session, view_id=view_id, user_id=current_user.id)
    form = ViewForm(formdata=None)
    form.write(view)
    return view, form


def _form_page(
    form: ViewForm,
    known: KnownList,
    listing: Listing,
    status: int = 200,
    conflict: list[Difference] | None = None,
    *,
    view_id: int | None = None,
) -> ResponseReturnValue:
    query = kept_query(listing)
    page = render_template(
        "saved_views/form.html",
        form=form,
        list_label=known.label,
        list_url=listing.definition.url,
        back=listing.definition.url + (query and f"?{query}"),
        facts=told_view(db.session(), listing),
        view_id=view_id,
        differences=conflict,
    )
    return page, status
