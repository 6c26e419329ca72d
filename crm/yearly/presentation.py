"""What the pages of a report put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from sqlalchemy.orm import Session

from crm.agreements.models import Agreement
from crm.agreements.queries import agreement_for_page, overlapping
from crm.core import clock
from crm.core.errors import NotFoundError
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.indicators.presentation import rows_url
from crm.measures.figures import find_figure
from crm.web.formats import speaking
from crm.yearly.behind import figure_rows, key_of, scope_of_line
from crm.yearly.counting import count_report, period_of
from crm.yearly.drifting import moved_figures
from crm.yearly.files.fields import field_list
from crm.yearly.keeping import read_content, unpacked
from crm.yearly.models import ReportClosure, ReportDefinition
from crm.yearly.queries import (
    all_definitions,
    closed_years,
    closure_of,
    closures_of,
    definition_for_page,
    items_of,
    sessions_left_open,
    template_of,
    years_with_sessions,
)
from crm.yearly.recounting import count_again
from crm.yearly.rules import FIRST_YEAR, LAST_YEAR
from crm.yearly.types import Block, FigureRows, ItemKind, OpenSession, Report, Section


@dataclass(frozen=True, slots=True)
class YearReport:
    """A report of a year, as it was published or as it is now; `figures` are only kept ones."""

    definition: ReportDefinition
    report: Report
    closure: ReportClosure | None
    figures: Sequence[FigureRows] = ()
    left_open: Sequence[OpenSession] = ()
    content: bytes = b""

    @property
    def digest(self) -> str:
        """Return the hash of what was published; "" for a year that is open."""
        return self.closure.digest if self.closure else ""


@dataclass(frozen=True, slots=True)
class Group:
    """What stands together on the page: several figures side by side, or one block."""

    blocks: tuple[Block, ...]
    are_figures: bool


def check_year(year: int) -> None:
    """Raise NotFoundError for a year that no report has."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFoundError


def year_report(session: Session, definition_id: int, year: int) -> YearReport:
    """Return the report of a year: the published one where the year is closed."""
    check_year(year)
    definition = definition_for_page(session, definition_id)
    closure = closure_of(session, definition_id, year, with_content=True)
    if closure is None:
        return YearReport(definition, live_report(session, definition, year), None)
    content = unpacked(closure.content)
    report, figures, left_open = read_content(content)
    return YearReport(definition, report, closure, figures, left_open, content)


def live_report(session: Session, definition: ReportDefinition, year: int) -> Report:
    """Return the report of a year as it is counted now."""
    return count_report(session, definition, year, network_name())


def network_name() -> str:
    """Return the name that the settings give."""
    return str(current_app.config["SETTINGS"].network_name)


def counted_again(session: Session, found: YearReport) -> Report:
    """Return a closed year counted as it was defined; in French, as what was published is."""
    with speaking("fr"):
        return count_again(session, found.report, found.definition)


def rows_behind(session: Session, found: YearReport) -> Sequence[FigureRows]:
    """Return the rows behind the figures of a report: the published ones where it is closed."""
    return found.figures if found.closure else figure_rows(session, found.report)


def report_page(session: Session, definition_id: int, year: int) -> dict[str, Any]:
    """Return what the page of a report shows."""
    found = year_report(session, definition_id, year)
    moved = {}
    if found.closure:
        moved = moved_figures(found.report, counted_again(session, found))
    period = period_of(found.definition, year)
    return {
        "definition": found.definition,
        "report": found.report,
        "closure": found.closure,
        "closures": closures_of(session, definition_id, year),
        "moved": moved,
        "left_open": found.left_open if found.closure else sessions_left_open(session, period),
        "groups": {each.item_id: groups_of(each) for each in found.report.sections},
        "figure_urls": figure_urls(session, found),
        "key_of": key_of,
        "is_over": period.end < clock.today(),
        "has_begun": period.start <= clock.today(),
        "definitions": all_definitions(session),
    }


def groups_of(section: Section) -> list[Group]:
    """Return the blocks of a part, figures that follow each other side by side."""
    groups: list[Group] = []
    for block in section.blocks:
        is_figure = block.kind == ItemKind.FIGURE and not block.problem
        if is_figure and groups and groups[-1].are_figures:
            groups[-1] = Group((*groups[-1].blocks, block), are_figures=True)
        else:
            groups.append(Group((block,), are_figures=is_figure))
    return groups


def figure_urls(session: Session, found: YearReport) -> dict[str, str]:
    """Return, by its key, the page that lists what is behind each figure."""
    urls = {}
    for block in found.report.blocks:
        if block.kind not in (ItemKind.FIGURE, ItemKind.SPLIT, ItemKind.SERIES):
            continue
        for line in block.lines:
            urls[key_of(block, line)] = _url(session, found, block, line)
    return urls


def _url(session: Session, found: YearReport, block: Block, line: Any) -> str:
    if found.closure:
        return url_for(
            "yearly.frozen_rows",
            definition_id=found.definition.id,
            year=found.report.year,
            item_id=block.item_id,
            ligne=line.key or None,
        )
    scope = scope_of_line(found.report, line)
    if block.kind == ItemKind.SPLIT:
        return rows_url(block.code, scope)
    figure = find_figure(session, block.code)
    return figure.url(scope) if figure else ""


def index_page(session: Session) -> dict[str, Any]:
    """Return the reports that there are, and the years of each."""
    return {
        "definitions": all_definitions(session),
        "years": years_with_sessions(session, clock.today()),
        "closed": closed_years(session),
    }


def definition_page(session: Session, definition_id: int) -> dict[str, Any]:
    """Return what a report is made of, the fields of its template, its changes."""
    definition = definition_for_page(session, definition_id)
    report = live_report(session, definition, clock.today().year - 1)
    changes = history_of(session, entity="report_definition", record_id=definition_id)
    return {
        "definition": definition,
        "template": template_of(session, definition_id),
        "items": items_of(session, definition_id),
        "blocks": {block.item_id: block for block in report.blocks},
        "fields": field_list(report),
        "overlaps": _overlaps(session, definition),
        "changes": tell(session, changes),
    }


def _overlaps(session: Session, definition: ReportDefinition) -> Sequence[Agreement]:
    """Return the other agreements of its funders that share days with that of a report."""
    if definition.agreement is None or definition.agreement.deleted_at is not None:
        return ()
    return overlapping(session, agreement_for_page(session, definition.agreement.id))
