"""Undoing a save, and the trash."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from crm.core.errors import N_, NotFoundError, RuleError
from crm.core.numbers import parse_id
from crm.database import db, transaction
from crm.history.detours import detour_of
from crm.history.export_list import export_rows, filled_export_list
from crm.history.kinds import find_kind, pointers_at, trashable_kind
from crm.history.presentation import shown_steps
from crm.history.recording import change_set_of
from crm.history.trash import (
    KEPT_FOR,
    StillUsedError,
    archive_record,
    move_to_trash,
    restore_from_trash,
)
from crm.history.trash_list import filled_trash_list, trash_rows
from crm.history.undo import change_set_by_id, undo_changes
from crm.history.undo_plan import Step, plan_undo
from crm.history.wording import what_is
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.locale import sentence
from crm.web.requests import done, next_path

blueprint = Blueprint("history", __name__)

MOST_SHOWN = 200


@blueprint.get("/historique/<int:change_set_id>")
@allow(Permission.EDIT_NETWORK)
def show(change_set_id: int) -> ResponseReturnValue:
    """Show a save, or one change of it, and what undoing it would do."""
    if (detour := detour_of(db.session(), change_set_id)) is not None:
        return redirect(detour)
    return _undo_page(change_set_id)


@blueprint.post("/historique/<int:change_set_id>/annuler")
@allow(Permission.EDIT_NETWORK)
def undo(change_set_id: int) -> ResponseReturnValue:
    """Put a save back; what has changed since stays unless it was ticked."""
    if (detour := detour_of(db.session(), change_set_id)) is not None:
        return redirect(detour, 303)
    try:
        with transaction() as session:
            change_id = _change_id()
            steps = plan_undo(session, change_set_id=change_set_id, change_id=change_id)
            _check_may_undo(session, steps)
            result = undo_changes(
                session,
                change_set_id=change_set_id,
                change_id=change_id,
                forced=_forced(),
                steps=steps,
            )
            new_id = change_set_of(session)
    except RuleError as error:
        return _undo_page(change_set_id, sentence(error), 422)
    message = N_("C’est annulé.")
    if result.left:
        message = N_("C’est annulé, sauf ce qui avait changé depuis : %(count)s.")
    target = next_path(_page_after(change_set_id))
    back = url_for(".undo", change_set_id=new_id) if new_id and result.put_back else None
    return done(message, target, undo_url=back, count=result.left)


@blueprint.get("/corbeille")
@allow(Permission.READ_NETWORK)
def trash() -> str:
    """Show what is in the trash: who put it there, when, why, and until when it comes back."""
    return render_template(
        "history/trash.html",
        listing=filled_trash_list(db.session()),
        kept_for=KEPT_FOR,
        kinds=what_is,
    )


@blueprint.get("/corbeille/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export_trash(extension: str) -> ResponseReturnValue:
    """Send the list of what is in the trash, as narrowed by the URL."""
    session = db.session()
    return send_rows("corbeille", session.execute(trash_rows(session)), extension)


@blueprint.get("/administration/exports")
@allow(Permission.READ_EXPORTS)
def exports() -> str:
    """Show who took which list out, and when."""
    return render_template("history/exports.html", listing=filled_export_list(db.session()))


@blueprint.get("/administration/exports/export.<any(csv, xlsx):extension>")
@allow(Permission.READ_EXPORTS)
def export_exports(extension: str) -> ResponseReturnValue:
    """Send the list of exports, as narrowed by the URL."""
    session = db.session()
    return send_rows("exports", session.execute(export_rows(session)), extension)


@blueprint.route("/corbeille/<entity>/<int:record_id>/ajouter", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def delete(entity: str, record_id: int) -> ResponseReturnValue:
    """Put a record in the trash with a reason, or say what points at it and offer to archive it."""
    kind = trashable_kind(entity)
    _check_may_change(kind.permission, entity, record_id)
    if request.method != "POST":
        return _delete_page(entity, record_id)
    reason = request.form.get("reason", "")
    try:
        with transaction() as session:
            entry = move_to_trash(session, entity=entity, record_id=record_id, reason=reason)
            name = entry.name
    except StillUsedError:
        return _delete_page(entity, record_id, 422)
    return done(
        "« %(name)s » est à la corbeille.",
        url_for(".trash"),
        undo_url=url_for(".restore", entity=entity, record_id=record_id),
        name=name,
    )


@blueprint.post("/corbeille/<entity>/<int:record_id>/restaurer")
@allow(Permission.EDIT_NETWORK)
def restore(entity: str, record_id: int) -> ResponseReturnValue:
    """Take a record out of the trash, and go to its page."""
    kind = trashable_kind(entity)
    _check_may_change(kind.permission, entity, record_id)
    with transaction() as session:
        record = restore_from_trash(session, entity=entity, record_id=record_id)
        name = kind.name_of(record)
    return done(
        "« %(name)s » est de retour.", kind.url_of(record_id) or url_for(".trash"), name=name
    )


@blueprint.post("/corbeille/<entity>/<int:record_id>/archiver")
@allow(Permission.EDIT_NETWORK)
def archive(entity: str, record_id: int) -> ResponseReturnValue:
    """Archive a record that others point at."""
    kind = trashable_kind(entity)
    _check_may_change(kind.permission, entity, record_id)
    with transaction() as session:
        name = kind.name_of(archive_record(session, entity=entity, record_id=record_id))
        new_id = change_set_of(session)
    undo_url = url_for(".undo", change_set_id=new_id) if new_id else None
    target = kind.url_of(record_id) or url_for(".trash")
    return done("« %(name)s » est archivée.", target, undo_url=undo_url, name=name)


def _undo_page(
    change_set_id: int, problem: str | None = None, status: int = 200
) -> ResponseReturnValue:
    session = db.session()
    change_set = change_set_by_id(session, change_set_id)
    change_id = _change_id()
    steps = plan_undo(
        session, change_set_id=change_set_id, change_id=change_id, limit=MOST_SHOWN + 1
    )
    _check_may_undo(session, steps)
    page = render_template(
        "history/show.html",
        change_set=change_set,
        change_id=change_id,
        steps=shown_steps(session, change_set, steps[:MOST_SHOWN]),
        has_more=len(steps) > MOST_SHOWN,
        problem=problem,
    )
    return page, status


def _delete_page(entity: str, record_id: int, status: int = 200) -> ResponseReturnValue:
    session = db.session()
    kind = trashable_kind(entity)
    record = session.get(kind.model, record_id)
    if record is None:
        raise NotFoundError
    if record.deleted_at is not None:
        return redirect(url_for(".trash"), 303)
    pointers = pointers_at(session, entity, record_id)
    page = render_template(
        "history/delete.html",
        entity=entity,
        record_id=record_id,
        what=what_is(entity),
        name=kind.name_of(record),
        back=kind.url_of(record_id),
        pointers=pointers,
        is_blocked=any(each.blocks for each in pointers),
        archive_label=kind.archive_label if kind.archive else None,
        reason=request.form.get("reason", ""),
    )
    return page, status


def _check_may_undo(session: Session, steps: list[Step]) -> None:
    if not steps:
        raise NotFoundError
    for step in steps:
        if step.kind is None:
            continue
        if not step.kind.may_read(session, step.change.record_id, current_user):
            raise NotFoundError
        if not current_user.may(step.kind.permission):
            abort(403)


def _check_may_change(permission: Permission, entity: str, record_id: int) -> None:
    kind = trashable_kind(entity)
    if not kind.may_read(db.session(), record_id, current_user):
        raise NotFoundError
    if not current_user.may(permission):
        abort(403)


def _change_id() -> int | None:
    return parse_id(request.values.get("changement"))


def _forced() -> set[tuple[int, str]]:
    pairs = (value.partition(":") for value in request.form.getlist("force"))
    return {
        (change_id, field)
        for number, _, field in pairs
        if (change_id := parse_id(number)) is not None
    }


def _page_after(change_set_id: int) -> str:
    """Return the page of the one record of a save; the save's own page when there are several."""
    steps = plan_undo(db.session(), change_set_id=change_set_id, change_id=_change_id(), limit=2)
    pages = {_page_of(step) for step in steps}
    only: Any = pages.pop() if len(pages) == 1 else None
    return only or url_for(".show", change_set_id=change_set_id)


def _page_of(step: Step) -> str | None:
    kind = find_kind(step.change.entity)
    if kind is None or step.record is None or getattr(step.record, "deleted_at", None):
        return None
    return kind.url_of(step.change.record_id)
