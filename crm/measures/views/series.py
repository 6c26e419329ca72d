"""All figures on one page; a series: its page and the form."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core.errors import StaleRecordError
from crm.database import db
from crm.measures import operations
from crm.measures.forms import SeriesForm
from crm.measures.models import Series
from crm.measures.presentation import figures_page, series_page
from crm.measures.queries import series_for_page
from crm.measures.views.blueprints import ONE_SERIES
from crm.measures.views.blueprints import series as blueprint
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once


@blueprint.get("")
@allow(Permission.READ_REPORTS)
def index() -> str:
    """Show every figure with its rule: those counted, the series, the formulas."""
    return render_template("measures/index.html", **figures_page(db.session()))


@blueprint.get(ONE_SERIES)
@allow(Permission.READ_REPORTS)
def show(series_id: int) -> str:
    """Show a series: its points and how it moved."""
    return render_template("measures/series.html", **series_page(db.session(), series_id))


@blueprint.route("/series/nouvelle", methods=["GET", "POST"])
@allow(Permission.EDIT_REFERENCE)
def new() -> ResponseReturnValue:
    """Create a series."""
    form = SeriesForm()
    if not form.is_submitted():
        return _form_page(form, None)
    saved = save_once(form, lambda session: operations.create_series(session, data=form.read()).id)
    if saved:
        return done("Série créée.", url_for(".show", series_id=saved))
    return _form_page(form, None, 422)


@blueprint.route(f"{ONE_SERIES}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_REFERENCE)
def edit(series_id: int) -> ResponseReturnValue:
    """Change a series; a second editor sees both versions."""
    theirs, series = _as_stored(series_id)
    form = SeriesForm()
    if not form.is_submitted():
        return _form_page(theirs, series)
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, series_id, form))
    except StaleRecordError:
        theirs, series = _as_stored(series_id)
        return _form_page(form, series, 409, both_versions(form, theirs))
    if saved:
        return done("Série enregistrée.", url_for(".show", series_id=saved))
    return _form_page(form, series_for_page(db.session(), series_id), 422)


def _update(session: Session, series_id: int, form: SeriesForm) -> int:
    return operations.update_series(
        session, series_id=series_id, version=form.version_number, data=form.read()
    ).id


def _as_stored(series_id: int) -> tuple[SeriesForm, Series]:
    session = db.session()
    session.expire_all()
    series = series_for_page(session, series_id)
    form = SeriesForm(formdata=None)
    form.write(series)
    return form, series


def _form_page(
    form: SeriesForm,
    series: Series | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "measures/series_form.html", form=form, series=series, differences=conflict
    )
    return page, status
