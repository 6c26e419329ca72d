"""A closed year: the rows that were published, what moved since, and both as files."""

from flask import Response, render_template, request

from crm.core.errors import N_
from crm.database import db
from crm.web.access import Permission, allow
from crm.web.exports import send_table
from crm.web.locale import translate
from crm.yearly.closed_years import drift_page, drift_table, frozen_page, frozen_table
from crm.yearly.views.blueprint import ONE_YEAR, blueprint

_TABLE = "export.<any(csv, xlsx):extension>"


@blueprint.get(f"{ONE_YEAR}/ecarts")
@allow(Permission.READ_REPORTS)
def drift(definition_id: int, year: int) -> str:
    """Show what is no longer as it was published, and the records that explain it."""
    page = drift_page(db.session(), definition_id, year, request.args)
    return render_template("yearly/drift.html", **page)


@blueprint.get(f"{ONE_YEAR}/ecarts/{_TABLE}")
@allow(Permission.EXPORT)
def drift_export(definition_id: int, year: int, extension: str) -> Response:
    """Send what moved since a year was closed."""
    header, rows = drift_table(db.session(), definition_id, year, request.args)
    title = translate(N_("Écarts %(year)s"), year=year)
    return send_table(title, header, rows, extension)


@blueprint.get(f"{ONE_YEAR}/chiffres/<int:item_id>")
@allow(Permission.READ_REPORTS)
def frozen_rows(definition_id: int, year: int, item_id: int) -> str:
    """Show the rows that were published behind a figure of a closed year."""
    page = frozen_page(db.session(), definition_id, year, item_id, request.args)
    return render_template("yearly/rows.html", **page)


@blueprint.get(f"{ONE_YEAR}/chiffres/<int:item_id>/{_TABLE}")
@allow(Permission.EXPORT)
def frozen_export(definition_id: int, year: int, item_id: int, extension: str) -> Response:
    """Send the rows that were published behind a figure of a closed year."""
    header, rows = frozen_table(db.session(), definition_id, year, item_id, request.args)
    title = translate(N_("Lignes publiées %(year)s"), year=year)
    return send_table(title, header, rows, extension)
