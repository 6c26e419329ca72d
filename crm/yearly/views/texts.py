"""What the team writes in a report, several people at once."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.core.errors import NotFoundError, RuleError, StaleRecordError
from crm.core.numbers import typed_id
from crm.database import db
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done, refused
from crm.web.submissions import save_form
from crm.yearly.forms import TextForm
from crm.yearly.models import ReportItem
from crm.yearly.operations import check_open, write_text
from crm.yearly.presentation import check_year
from crm.yearly.queries import definition_for_page, item_for_page, text_before, text_of
from crm.yearly.types import ItemKind
from crm.yearly.views.blueprint import ONE_YEAR, blueprint


@blueprint.route(f"{ONE_YEAR}/textes/<int:item_id>", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def edit_text(definition_id: int, year: int, item_id: int) -> ResponseReturnValue:
    """Write a text of a year; a second writer sees both versions."""
    item = _text_item(definition_id, year, item_id)
    back = url_for(".show", definition_id=definition_id, year=year) + f"#element-{item_id}"
    if not (form := TextForm()).is_submitted():
        try:
            check_open(db.session(), definition_id, year)
        except RuleError as error:
            return refused(error, back)
        return _page(_as_stored(item_id, year), item, year)
    apply_choices(form, _as_stored(item_id, year))
    try:
        saved = save_form(form, lambda session: _write(session, item_id, year, form))
    except (StaleRecordError, IntegrityError):
        theirs = _as_stored(item_id, year)
        return _page(form, item, year, 409, both_versions(form, theirs))
    if saved is not None:
        undo = undo_link(saved, back)
        return done("Texte enregistré.", back, undo_url=undo)
    return _page(form, item, year, 422)


def _text_item(definition_id: int, year: int, item_id: int) -> ReportItem:
    check_year(year)
    item = item_for_page(db.session(), item_id)
    if item.definition_id != definition_id or item.kind != ItemKind.TEXT:
        raise NotFoundError
    return item


def _write(session: Session, item_id: int, year: int, form: TextForm) -> int:
    """Write the text; return the change set that an undo puts back, 0 where nothing changed."""
    write_text(
        session,
        item_id=item_id,
        year=year,
        version=typed_id(form.version.data),
        body=form.body.data,
        author_id=signed_in().id,
    )
    return change_set_of(session) or 0


def _as_stored(item_id: int, year: int) -> TextForm:
    """Return the form as the year's text is, or as the last one before it was."""
    session = db.session()
    session.expire_all()
    form, text = TextForm(formdata=None), text_of(session, item_id, year)
    if text is not None:
        form.body.data, form.version.data = text.body, str(text.version)
    elif before := text_before(session, item_id, year):
        form.body.data = before.body
    return form


def _page(
    form: TextForm,
    item: ReportItem,
    year: int,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    session = db.session()
    page = render_template(
        "yearly/text.html",
        form=form,
        item=item,
        year=year,
        definition=definition_for_page(session, item.definition_id),
        text=text_of(session, item.id, year),
        before=text_before(session, item.id, year),
        differences=conflict,
    )
    return page, status
