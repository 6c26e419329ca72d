"""A report as a file, and the pack for an audit."""

from flask import url_for
from flask.typing import ResponseReturnValue

from crm.core.errors import RuleError
from crm.database import db
from crm.web.access import Permission, allow
from crm.web.exports import send_bytes
from crm.web.requests import refused
from crm.yearly.files.wording import title_of
from crm.yearly.making import KINDS, make_file
from crm.yearly.presentation import year_report
from crm.yearly.views.blueprint import ONE_YEAR, blueprint


@blueprint.get(f"{ONE_YEAR}/rapport.<any(docx, pdf, xlsx, csv, json):extension>")
@allow(Permission.EXPORT)
def export(definition_id: int, year: int, extension: str) -> ResponseReturnValue:
    """Send the report as a file: as it was published once the year is closed."""
    return _send(definition_id, year, extension)


@blueprint.get(f"{ONE_YEAR}/preuves.zip")
@allow(Permission.EXPORT)
def pack(definition_id: int, year: int) -> ResponseReturnValue:
    """Send the pack for an audit: every figure with its rows, every hash listed."""
    return _send(definition_id, year, "zip")


def _send(definition_id: int, year: int, extension: str) -> ResponseReturnValue:
    session = db.session()
    found = year_report(session, definition_id, year)
    try:
        body = make_file(session, found, extension)
    except RuleError as error:
        return refused(error, url_for(".show", definition_id=definition_id, year=year))
    return send_bytes(title_of(found.report), [body], extension, KINDS[extension])
