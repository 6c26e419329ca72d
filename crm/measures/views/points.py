"""What was read on a day: added, corrected, taken away."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core.errors import StaleRecordError
from crm.database import db, transaction
from crm.history.trash import move_to_trash
from crm.measures import operations
from crm.measures.forms import PointForm
from crm.measures.models import Series
from crm.measures.queries import point_for_page, series_for_page
from crm.measures.views.blueprints import ONE_POINT, ONE_SERIES
from crm.measures.views.blueprints import series as blueprint
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once


@blueprint.route(f"{ONE_SERIES}/releves", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def add_point(series_id: int) -> ResponseReturnValue:
    """Note what was read on a day."""
    series = series_for_page(db.session(), series_id)
    form = PointForm()
    if form.is_submitted() and save_once(form, lambda session: _add(session, series_id, form)):
        return done("Relevé ajouté.", url_for(".show", series_id=series_id))
    if not form.is_submitted():
        form.source.data = series.source
    return _form_page(form, series, 422 if form.is_submitted() else 200)


@blueprint.route(f"{ONE_POINT}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def edit_point(point_id: int) -> ResponseReturnValue:
    """Correct a point; a second editor sees both versions."""
    theirs, series = _as_stored(point_id)
    form = PointForm()
    if not form.is_submitted():
        return _form_page(theirs, series)
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, point_id, form))
    except StaleRecordError:
        theirs, series = _as_stored(point_id)
        return _form_page(form, series, 409, both_versions(form, theirs))
    if saved:
        return done("Relevé enregistré.", url_for(".show", series_id=saved))
    return _form_page(form, series, 422)


@blueprint.get(ONE_POINT)
@allow(Permission.READ_REPORTS)
def show_point(point_id: int) -> ResponseReturnValue:
    """Go to the series of a point."""
    point = point_for_page(db.session(), point_id)
    return redirect(url_for(".show", series_id=point.series_id))


@blueprint.post(f"{ONE_POINT}/supprimer")
@allow(Permission.EDIT_NETWORK)
def delete_point(point_id: int) -> ResponseReturnValue:
    """Put a point in the trash; it can be taken back at once."""
    with transaction() as session:
        point = point_for_page(session, point_id)
        move_to_trash(session, entity="series_point", record_id=point_id)
        target = url_for(".show", series_id=point.series_id)
    undo = url_for("history.restore", entity="series_point", record_id=point_id)
    return done("Relevé supprimé.", target, undo_url=undo)


def _add(session: Session, series_id: int, form: PointForm) -> int:
    return operations.add_point(session, series_id=series_id, data=form.read()).id


def _update(session: Session, point_id: int, form: PointForm) -> int:
    return operations.update_point(
        session, point_id=point_id, version=form.version_number, data=form.read()
    ).series_id


def _as_stored(point_id: int) -> tuple[PointForm, Series]:
    session = db.session()
    session.expire_all()
    point = point_for_page(session, point_id)
    form = PointForm(formdata=None)
    form.write(point)
    return form, point.series


def _form_page(
    form: PointForm,
    series: Series,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    page = render_template("measures/point.html", form=form, series=series, differences=conflict)
    return page, status
