"""What reports are made of: a page for each, its settings, its copies for other funders."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core.errors import StaleRecordError
from crm.database import db
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once
from crm.yearly import operations
from crm.yearly.forms import DefinitionForm
from crm.yearly.models import ReportDefinition
from crm.yearly.presentation import definition_page
from crm.yearly.queries import definition_for_page
from crm.yearly.types import ITEM_LABELS, PERIOD_LABELS, SUPPORT_LABELS
from crm.yearly.views.blueprint import ONE, blueprint
from crm.yearly.wording import LEVEL_LABELS


@blueprint.get(ONE)
@allow(Permission.READ_REPORTS)
def definition(definition_id: int) -> str:
    """Show what a report is made of."""
    page = definition_page(db.session(), definition_id)
    return render_template(
        "yearly/definition.html",
        labels=ITEM_LABELS,
        periods=PERIOD_LABELS,
        levels=LEVEL_LABELS,
        supports=SUPPORT_LABELS,
        **page,
    )


@blueprint.route("/nouveau", methods=["GET", "POST"])
@allow(Permission.EDIT_REPORTS)
def new() -> ResponseReturnValue:
    """Make an empty report."""
    form = DefinitionForm()
    if not form.is_submitted():
        return _page(form, None)
    saved = save_once(
        form, lambda session: operations.create_definition(session, data=form.read()).id
    )
    if saved:
        return done("Rapport créé.", url_for(".definition", definition_id=saved))
    return _page(form, None, 422)


@blueprint.route(f"{ONE}/copier", methods=["GET", "POST"])
@allow(Permission.EDIT_REPORTS)
def copy(definition_id: int) -> ResponseReturnValue:
    """Copy a report for another funder."""
    source = definition_for_page(db.session(), definition_id)
    form = DefinitionForm()
    if not form.is_submitted():
        form.write(source)
        form.version.data, form.funder.data = "0", None
        return _page(form, None, source=source)
    saved = save_once(form, lambda session: _copy(session, definition_id, form))
    if saved:
        return done("Rapport copié.", url_for(".definition", definition_id=saved))
    return _page(form, None, 422, source=definition_for_page(db.session(), definition_id))


@blueprint.route(f"{ONE}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_REPORTS)
def edit(definition_id: int) -> ResponseReturnValue:
    """Change what a report is called and counts; a second editor sees both versions."""
    theirs, found = _as_stored(definition_id)
    form = DefinitionForm()
    if not form.is_submitted():
        return _page(theirs, found)
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, definition_id, form))
    except StaleRecordError:
        theirs, found = _as_stored(definition_id)
        form.offer(db.session())
        return _page(form, found, 409, both_versions(form, theirs))
    if saved:
        return done("Rapport enregistré.", url_for(".definition", definition_id=saved))
    return _page(form, definition_for_page(db.session(), definition_id), 422)


def _copy(session: Session, definition_id: int, form: DefinitionForm) -> int:
    return operations.copy_definition(session, source_id=definition_id, data=form.read()).id


def _update(session: Session, definition_id: int, form: DefinitionForm) -> int:
    return operations.update_definition(
        session, definition_id=definition_id, version=form.version_number, data=form.read()
    ).id


def _as_stored(definition_id: int) -> tuple[DefinitionForm, ReportDefinition]:
    session = db.session()
    session.expire_all()
    found = definition_for_page(session, definition_id)
    form = DefinitionForm(formdata=None)
    form.write(found)
    form.offer(session)
    return form, found


def _page(
    form: DefinitionForm,
    found: ReportDefinition | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
    *,
    source: ReportDefinition | None = None,
) -> ResponseReturnValue:
    form.offer(db.session())
    page = render_template(
        "yearly/definition_form.html",
        form=form,
        definition=found,
        source=source,
        differences=conflict,
    )
    return page, status
