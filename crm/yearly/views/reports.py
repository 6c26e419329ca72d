"""The reports, and the page of one in a year."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.core import clock
from crm.database import db, transaction
from crm.indicators.types import BY_LABELS
from crm.web.access import Permission, allow
from crm.web.markdown import notes_html
from crm.web.requests import done
from crm.yearly.defaults import load_default_report
from crm.yearly.files.wording import previous_words, settings_words
from crm.yearly.presentation import index_page, report_page
from crm.yearly.queries import closed_reports, first_definition
from crm.yearly.views.blueprint import ONE_YEAR, blueprint


@blueprint.get("")
@allow(Permission.READ_REPORTS)
def index() -> str:
    """Show the reports and their years."""
    return render_template("yearly/index.html", **index_page(db.session()))


@blueprint.get("/annee")
@allow(Permission.READ_REPORTS)
def go() -> ResponseReturnValue:
    """Go to the report and the year chosen; to last year's first report without a choice."""
    first = first_definition(db.session())
    if first is None:
        return redirect(url_for(".index"), 303)
    definition_id = request.args.get("rapport", type=int) or first.id
    year = request.args.get("annee", type=int) or clock.today().year - 1
    return redirect(url_for(".show", definition_id=definition_id, year=year), 303)


@blueprint.get(ONE_YEAR)
@allow(Permission.READ_REPORTS)
def show(definition_id: int, year: int) -> str:
    """Show a report of a year: as it was published once it is closed."""
    page = report_page(db.session(), definition_id, year)
    return render_template(
        "yearly/show.html",
        previous_words=previous_words,
        settings=settings_words(page["report"]),
        by_labels=BY_LABELS,
        notes_html=notes_html,
        **page,
    )


@blueprint.app_template_global("closed_reports")
def reports_closed_in(year: int) -> list[tuple[int, str]]:
    """Return (id, name) of the reports in which a year is closed, for pages that count it now."""
    return closed_reports(db.session(), year)


@blueprint.post("/par-defaut")
@allow(Permission.EDIT_REPORTS)
def start() -> ResponseReturnValue:
    """Add the report that a network starts from, where there is none."""
    with transaction() as session:
        load_default_report(session)
    return done("Rapport d’activité prêt.", url_for(".index"))
