"""Closing the year of a report, and opening it again."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.core.numbers import typed_id
from crm.database import db
from crm.indicators.types import Period
from crm.web.access import Permission, allow
from crm.web.formats import speaking
from crm.web.requests import done, refused
from crm.web.submissions import save_form
from crm.yearly import operations
from crm.yearly.behind import figure_rows
from crm.yearly.forms import ClosingForm, ReopeningForm
from crm.yearly.keeping import content_of
from crm.yearly.presentation import YearReport, live_report, year_report
from crm.yearly.queries import sessions_left_open
from crm.yearly.types import ItemKind, OpenSession
from crm.yearly.views.blueprint import ONE_YEAR, blueprint

_NOT_OVER = N_("Cette année n’est pas finie : elle se clôt après.")


@blueprint.route(f"{ONE_YEAR}/cloture", methods=["GET", "POST"])
@allow(Permission.CLOSE_YEARS)
def close(definition_id: int, year: int) -> ResponseReturnValue:
    """Close a year, the sessions still planned told first."""
    session, back = db.session(), url_for(".show", definition_id=definition_id, year=year)
    found = year_report(session, definition_id, year)
    if found.closure:
        return done("Cette année est close.", back)
    if found.report.end >= clock.today():
        return refused(RuleError("year", _NOT_OVER), back)
    left_open, form = _left_open(session, found), ClosingForm()
    if not form.is_submitted():
        return _page(form, found, left_open)
    if left_open and not form.despite_open.data:
        form.show(_undecided())
        return _page(form, found, left_open, 422)
    content = _as_published(session, found, left_open)
    if _save(form, definition_id, year, content, len(left_open)):
        return done("Année close : ces chiffres ne bougeront plus.", back)
    return _page(form, found, left_open, 422)


@blueprint.route(f"{ONE_YEAR}/reouverture", methods=["GET", "POST"])
@allow(Permission.CLOSE_YEARS)
def reopen(definition_id: int, year: int) -> ResponseReturnValue:
    """Open a closed year again; who did and why stays."""
    back = url_for(".show", definition_id=definition_id, year=year)
    found = year_report(db.session(), definition_id, year)
    if not found.closure:
        return done("Cette année est ouverte.", back)
    form = ReopeningForm(closure=str(found.closure.id))
    if form.is_submitted() and save_form(
        form, lambda session: _reopen(session, definition_id, year, form)
    ):
        return done("Année rouverte.", back)
    page = render_template("yearly/reopen.html", form=form, found=found, report=found.report)
    return page, 422 if form.is_submitted() else 200


def _as_published(session: Session, found: YearReport, left_open: list[OpenSession]) -> bytes:
    """Return what is kept: in French, whoever closes the year."""
    with speaking("fr"):
        report = live_report(session, found.definition, found.report.year)
        return content_of(report, figure_rows(session, report), left_open)


def _save(
    form: ClosingForm, definition_id: int, year: int, content: bytes, open_sessions: int
) -> bool:
    def save(session: Session) -> int:
        return operations.close_year(
            session,
            definition_id=definition_id,
            year=year,
            content=content,
            open_sessions=open_sessions,
            author_id=signed_in().id,
        ).id

    try:
        return bool(save_form(form, save))
    except IntegrityError:  # someone closed it in the same second: theirs is what was published
        return True


def _reopen(session: Session, definition_id: int, year: int, form: ReopeningForm) -> int:
    return operations.reopen_year(
        session,
        definition_id=definition_id,
        year=year,
        closure_id=typed_id(form.closure.data),
        reason=form.reason.data,
        author_id=signed_in().id,
    ).id


def _left_open(session: Session, found: YearReport) -> list[OpenSession]:
    return sessions_left_open(session, Period(found.report.start, found.report.end))


def _undecided() -> RuleError:
    return RuleError(
        "despite_open", N_("Des séances prévues attendent : réglez-les, ou cochez cette case.")
    )


def _page(
    form: ClosingForm, found: YearReport, left_open: list[OpenSession], status: int = 200
) -> ResponseReturnValue:
    report = found.report
    page = render_template(
        "yearly/close.html",
        form=form,
        definition=found.definition,
        report=report,
        left_open=left_open,
        old_texts=[
            block
            for block in report.blocks
            if block.kind == ItemKind.TEXT and block.body and block.text_year != report.year
        ],
        problems=[block for block in report.blocks if block.problem],
    )
    return page, status
