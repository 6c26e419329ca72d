"""A formula: its page and the form."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import StaleRecordError
from crm.database import db
from crm.indicators.reading import read_any_scope, read_period
from crm.measures import operations
from crm.measures.figures import figure_options
from crm.measures.forms import FormulaForm
from crm.measures.models import Formula
from crm.measures.presentation import formula_page
from crm.measures.queries import formula_for_page
from crm.measures.views.blueprints import ONE_FORMULA
from crm.measures.views.blueprints import formulas as blueprint
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once


@blueprint.get(ONE_FORMULA)
@allow(Permission.READ_REPORTS)
def show(formula_id: int) -> str:
    """Show a formula: the figures that it names, what it comes to in the days of the URL."""
    arguments = request.args
    scope = read_any_scope(arguments, read_period(arguments)) if "du" in arguments else None
    page = formula_page(db.session(), formula_id, clock.today(), scope)
    return render_template("measures/formula.html", **page)


@blueprint.route("/nouvelle", methods=["GET", "POST"])
@allow(Permission.EDIT_REFERENCE)
def new() -> ResponseReturnValue:
    """Create a formula."""
    form = FormulaForm()
    if not form.is_submitted():
        return _form_page(form, None)
    saved = save_once(form, lambda session: operations.create_formula(session, data=form.read()).id)
    if saved:
        return done("Formule créée.", url_for(".show", formula_id=saved))
    return _form_page(form, None, 422)


@blueprint.route(f"{ONE_FORMULA}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_REFERENCE)
def edit(formula_id: int) -> ResponseReturnValue:
    """Change a formula; a second editor sees both versions."""
    theirs, formula = _as_stored(formula_id)
    form = FormulaForm()
    if not form.is_submitted():
        return _form_page(theirs, formula)
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, formula_id, form))
    except StaleRecordError:
        theirs, formula = _as_stored(formula_id)
        return _form_page(form, formula, 409, both_versions(form, theirs))
    if saved:
        return done("Formule enregistrée.", url_for(".show", formula_id=saved))
    return _form_page(form, formula_for_page(db.session(), formula_id), 422)


def _update(session: Session, formula_id: int, form: FormulaForm) -> int:
    return operations.update_formula(
        session, formula_id=formula_id, version=form.version_number, data=form.read()
    ).id


def _as_stored(formula_id: int) -> tuple[FormulaForm, Formula]:
    session = db.session()
    session.expire_all()
    formula = formula_for_page(session, formula_id)
    form = FormulaForm(formdata=None)
    form.write(formula)
    return form, formula


def _form_page(
    form: FormulaForm,
    formula: Formula | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "measures/formula_form.html",
        form=form,
        formula=formula,
        figures=figure_options(db.session(), with_formulas=False),
        differences=conflict,
    )
    return page, status
