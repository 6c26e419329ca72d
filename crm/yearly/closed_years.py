"""What the pages of a closed year show: the rows published, and what moved since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.core.errors import N_, NotFoundError
from crm.web.formats import speaking
from crm.web.list_definition import Column
from crm.web.locale import translate
from crm.web.row_lists import PLACE, RowListing, row_list
from crm.yearly.drifting import MOVE_LABELS, Drift, drifts
from crm.yearly.models import ReportClosure
from crm.yearly.presentation import YearReport, counted_again, year_report
from crm.yearly.recounting import DefinitionChange, definition_changes
from crm.yearly.types import FigureRows

Arguments = MultiDict[str, str]
FIGURE, PART = "chiffre", "ligne"
_LINES = (N_("%(count)s ligne"), N_("%(count)s lignes"))
_NUMERIC = frozenset({"number", "money"})
_DRIFT_COLUMNS = (
    Column("name", N_("Fiche"), sort="name"),
    Column("figure", N_("Chiffre"), sort=PLACE),
    Column("move", N_("Ce qui a changé"), sort="move"),
    Column("before", N_("À la clôture")),
    Column("after", N_("Aujourd’hui")),
    Column("at", N_("Modifié le"), sort="at", kind="date"),
    Column("who", N_("Par"), sort="who"),
)


@dataclass(frozen=True, slots=True)
class YearDrift:
    """What moved since a year was closed, and how its definition changed besides."""

    moved: Sequence[Drift]
    redefined: Sequence[DefinitionChange]


def drift_of(session: Session, found: YearReport) -> YearDrift:
    """Return what moved since a year was closed; raise NotFoundError for an open one."""
    closure = _closure(found)
    again = counted_again(session, found)
    with speaking("fr"):  # as what was published is
        moved = drifts(session, found.report, found.figures, again, closure.closed_at)
    redefined = definition_changes(
        session, found.report, again, found.definition, closure.closed_at
    )
    return YearDrift(moved, redefined)


def drift_page(
    session: Session, definition_id: int, year: int, arguments: Arguments
) -> dict[str, Any]:
    """Return what moved since a year was closed; raise NotFoundError for an open one."""
    found = year_report(session, definition_id, year)
    drift = drift_of(session, found)
    return {
        "definition": found.definition,
        "report": found.report,
        "closure": found.closure,
        "drifts": drift.moved,
        "redefined": drift.redefined,
        "listing": _drift_listing(found, drift, arguments),
    }


def drift_table(
    session: Session, definition_id: int, year: int, arguments: Arguments
) -> tuple[list[str], list[list[Any]]]:
    """Return the header and the rows of all that moved and is searched."""
    found = year_report(session, definition_id, year)
    return _drift_listing(found, drift_of(session, found), arguments).table()


def _drift_listing(found: YearReport, drift: YearDrift, arguments: Arguments) -> RowListing:
    where: dict[str, Any] = {"definition_id": found.definition.id, "year": found.report.year}
    definition = row_list(
        url=url_for("yearly.drift", **where),
        columns=_DRIFT_COLUMNS,
        export_url=lambda kind: url_for("yearly.drift_export", **where, extension=kind),
        count_words=_LINES,
        search_label=N_("Fiche, chiffre ou personne"),
        allowed_arguments=frozenset({FIGURE}),
    )
    key = arguments.get(FIGURE)
    listing = RowListing(definition, arguments, _drift_rows(drift, key))
    for each in drift.moved:
        if each.key == key:
            listing.active_filters = [
                {
                    "label": translate(N_("Chiffre")),
                    "value_label": each.name,
                    "remove_url": listing.url(**{FIGURE: None}),
                }
            ]
    return listing


def _drift_rows(drift: YearDrift, key: str | None) -> list[dict[str, Any]]:
    found = [
        (each, change)
        for each in drift.moved
        for change in each.changes
        if key is None or each.key == key
    ]
    return [
        {
            PLACE: place,
            "id": change.record_id,
            "entity": change.entity,
            "name": change.title,
            "figure": each.name,
            "move": translate(MOVE_LABELS[change.move]),
            "before": change.before,
            "after": change.after,
            "at": change.saved.at if change.saved else None,
            "who": change.saved.who if change.saved else "",
            "change_set_id": change.saved.change_set_id if change.saved else None,
        }
        for place, (each, change) in enumerate(found)
    ]


def frozen_page(
    session: Session, definition_id: int, year: int, item_id: int, arguments: Arguments
) -> dict[str, Any]:
    """Return what was published behind a figure; raise NotFoundError where there is none."""
    found = year_report(session, definition_id, year)
    figure = _published(found, item_id, arguments.get(PART))
    return {
        "definition": found.definition,
        "report": found.report,
        "figure": figure,
        "parts": [each for each in found.figures if each.key.startswith(f"{figure.key}:")],
        "listing": _frozen_listing(found, figure, arguments),
    }


def frozen_table(
    session: Session, definition_id: int, year: int, item_id: int, arguments: Arguments
) -> tuple[list[str], list[list[Any]]]:
    """Return the header and the rows published behind a figure, those that are searched."""
    found = year_report(session, definition_id, year)
    figure = _published(found, item_id, arguments.get(PART))
    return _frozen_listing(found, figure, arguments).table()


def _published(found: YearReport, item_id: int, part: str | None) -> FigureRows:
    """Return a figure as it was published: of a table by its part, else by its item."""
    _closure(found)
    keys = [f"{item_id}:{part}"] if part else [str(item_id), f"{item_id}:"]
    for figure in found.figures:
        if figure.key in keys:
            return figure
    raise NotFoundError


def _frozen_listing(found: YearReport, figure: FigureRows, arguments: Arguments) -> RowListing:
    where: dict[str, Any] = {
        "definition_id": found.definition.id,
        "year": found.report.year,
        "item_id": figure.item_id,
    }
    definition = row_list(
        url=url_for("yearly.frozen_rows", **where),
        columns=_columns(figure),
        export_url=lambda kind: url_for("yearly.frozen_export", **where, extension=kind),
        count_words=_LINES,
        search_label=N_("Un mot des lignes"),
        allowed_arguments=frozenset({PART}),
    )
    return RowListing(definition, arguments, _frozen_rows(figure))


def _columns(figure: FigureRows) -> list[Column]:
    found = [
        Column(key, label, sort=key, kind=kind, is_numeric=kind in _NUMERIC)
        for key, label, kind in figure.columns
    ]
    return found or [Column("id", N_("Identifiant"))]


def _frozen_rows(figure: FigureRows) -> list[dict[str, Any]]:
    kinds = [(key, kind) for key, _label, kind in figure.columns]
    return [
        {PLACE: place, "id": row[0], "record_id": row[1]}
        | {key: _read(cell, kind) for (key, kind), cell in zip(kinds, row[2:], strict=True)}
        for place, row in enumerate(figure.rows)
    ]


def _read(cell: Any, kind: str) -> Any:
    return date.fromisoformat(cell[:10]) if kind == "date" and cell else cell


def _closure(found: YearReport) -> ReportClosure:
    if found.closure is None:
        raise NotFoundError
    return found.closure
