"""A report turned into a file: one place for the pages and for the command."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.indicators.types import Period
from crm.yearly.files.tables import report_csv, report_json
from crm.yearly.keeping import content_of
from crm.yearly.models import ReportDefinition, ReportTemplate
from crm.yearly.presentation import YearReport, rows_behind
from crm.yearly.queries import sessions_left_open, template_of
from crm.yearly.types import Report

_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS: Mapping[str, str] = {
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "zip": "application/zip",
}


def make_file(session: Session, found: YearReport, extension: str) -> bytes:
    """Return a report as a file of this kind; raise RuleError when a template cannot be filled."""
    report = found.report
    if extension == "zip":
        return make_pack(session, found)
    if extension == "docx":
        return bytes(_writer("word").report_docx(report, _file_of(session, found), found.digest))
    if extension == "pdf":
        return bytes(_writer("pdf").report_pdf(report, found.digest))
    if extension == "xlsx":
        rows = rows_behind(session, found)
        return bytes(_writer("workbook").report_xlsx(report, rows, found.digest))
    return report_csv(report) if extension == "csv" else report_json(report, found.digest)


def make_pack(session: Session, found: YearReport) -> bytes:
    """Return the pack for an audit of a report, closed or not."""
    content = found.content
    if not found.closure:
        report = found.report
        left_open = sessions_left_open(session, Period(report.start, report.end))
        content = content_of(report, rows_behind(session, found), left_open)
    closed_at = found.closure.closed_at if found.closure else None
    pack = _writer("pack").evidence_pack(
        content, published_digest=found.digest, closed_at=closed_at
    )
    return bytes(pack)


def _file_of(session: Session, found: YearReport) -> bytes:
    """Return the Word file that a year is written in: once it is closed, that of its closure."""
    if found.closure is None:
        return word_file(session, found.definition)
    if found.closure.template_id is None:
        return usual_template()
    published = select(ReportTemplate.content).where(ReportTemplate.id == found.closure.template_id)
    return session.execute(published).scalar_one()


def word_file(session: Session, definition: ReportDefinition) -> bytes:
    """Return the Word file that a report is written in: the network's, or ours."""
    template = template_of(session, definition.id, with_content=True)
    return template.content if template else usual_template()


def usual_template() -> bytes:
    """Return the Word file that every network starts from."""
    return bytes(_writer("template_of_ours").our_template())


def check_file(content: bytes, report: Report) -> None:
    """Raise RuleError, naming what and where, unless a Word file can be filled for a report."""
    _writer("word").check_file(content, report)


def _writer(name: str) -> Any:
    """Load what writes Word, PDF, Excel or a pack where one is written: the rest pays for none."""
    return import_module(f"crm.yearly.files.{name}")
