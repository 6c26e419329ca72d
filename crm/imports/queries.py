"""Reads of imports: what was written, what was changed since."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from crm.history.kinds import find_kind
from crm.history.models import Change
from crm.imports.models import Import, ImportChunk
from crm.imports.undoing import CHANGED, own_sets

PAGE = 50
_MAIN = ("structure", "contact", "session", "membership", "project", "funding_application")


@dataclass(frozen=True, slots=True)
class Written:
    """A record that an import made or completed."""

    change_id: int
    action: str
    entity: str
    record_id: int
    name: str
    url: str | None
    why: str = ""


def sets_written(import_id: int) -> Any:
    """Select the change sets that an import wrote."""
    return select(ImportChunk.change_set_id).where(ImportChunk.import_id == import_id)


def written_records(
    session: Session, import_id: int, *, after: int = 0
) -> tuple[list[Written], int | None]:
    """Return a page of the records that an import made or completed, and where the next begins."""
    rows = session.execute(
        select(Change.id, Change.action, Change.entity, Change.record_id)
        .where(
            Change.change_set_id.in_(sets_written(import_id)),
            Change.entity.in_(_MAIN),
            Change.id > after,
        )
        .order_by(Change.id)
        .limit(PAGE + 1)
    ).all()
    page = [(*row, "") for row in rows[:PAGE]]
    return _named(session, page), rows[PAGE - 1].id if len(rows) > PAGE else None


def changed_since(session: Session, import_id: int, limit: int = PAGE) -> list[Written]:
    """Return records that the import made or completed and that someone changed afterwards."""
    later = aliased(Change)
    rows = session.execute(
        select(func.min(Change.id), Change.entity, Change.record_id)
        .join(
            later,
            (later.entity == Change.entity)
            & (later.record_id == Change.record_id)
            & (later.id > Change.id),
        )
        .where(
            Change.change_set_id.in_(sets_written(import_id)),
            later.change_set_id.not_in(own_sets(import_id)),
        )
        .group_by(Change.entity, Change.record_id)
        .order_by(func.min(Change.id))
        .limit(limit)
    ).all()
    return _named(session, [(row[0], "", row.entity, row.record_id, CHANGED) for row in rows])


def kept_records(session: Session, import_id: int, limit: int = 4 * PAGE) -> list[Written]:
    """Return what undoing an import left, and why."""
    rows: list[tuple[int, str, str, int, str]] = []
    seen: set[tuple[str, int]] = set()
    for kept in session.scalars(
        select(ImportChunk.kept)
        .where(ImportChunk.import_id == import_id)
        .order_by(ImportChunk.number)
    ):
        for entity, record_id, why, *_field in kept:
            if (entity, record_id) not in seen and len(rows) < limit:
                seen.add((entity, record_id))
                rows.append((0, "", entity, record_id, why))
    return _named(session, rows)


def _named(session: Session, rows: Sequence[tuple[int, str, str, int, str]]) -> list[Written]:
    names: dict[tuple[str, int], str] = {}
    for entity in {row[2] for row in rows}:
        kind = find_kind(entity)
        if kind is None:
            continue
        ids = [row[3] for row in rows if row[2] == entity]
        for record in session.scalars(select(kind.model).where(kind.model.id.in_(ids))):
            names[(entity, record.id)] = kind.name_of(record)
    return [
        Written(
            change_id, action, entity, record_id,
            names.get((entity, record_id), f"n° {record_id}"),
            _url(entity, record_id) if (entity, record_id) in names else None,
            why,
        )
        for change_id, action, entity, record_id, why in rows
    ]  # fmt: skip


def _url(entity: str, record_id: int) -> str | None:
    kind = find_kind(entity)
    return kind.url_of(record_id) if kind is not None else None


def import_of_change_set(session: Session, change_set_id: int) -> Import | None:
    """Return the import that wrote a change set, or undid one."""
    return session.scalar(
        select(Import)
        .join(ImportChunk, ImportChunk.import_id == Import.id)
        .where(
            (ImportChunk.change_set_id == change_set_id)
            | (ImportChunk.undo_set_id == change_set_id)
        )
        .limit(1)
    )
