"""A tag put on every structure at once, and taken back; beside the same rows by the driver."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, create_engine, func, select

from benchmarks.generator import move_sequences
from benchmarks.raw import Asker, asked_directly
from benchmarks.servers import InProcess, our_application, sign_in
from crm.contacts.models import structure_tag
from crm.database import engine_options
from crm.history.models import ChangeSet

_SEE_OTHER = 303
_NEW_TAG = "INSERT INTO tag (label, key) VALUES (:label, :label) RETURNING id"
_NEW_SET = """INSERT INTO change_set (at, actor_id, actor_name, source, label)
VALUES (:now, 1, 'raw', 'web', 'raw') RETURNING id"""
_ALIVE = "SELECT id FROM structure WHERE deleted_at IS NULL"
_TAGGED = "SELECT structure_id, tag_id FROM structure_tag ORDER BY tag_id"
_LAST_CHANGE = "SELECT coalesce(max(id), 0) FROM change"
_LINK = "INSERT INTO structure_tag (structure_id, tag_id) VALUES (:id, :tag_id)"
_GROW = "UPDATE structure SET version = version + 1 WHERE id = :id"
_CHANGE = """INSERT INTO change (id, change_set_id, action, entity, record_id, fields)
VALUES (:change_id, :set_id, 'updated', 'structure', :id, :fields)"""
_SUBJECT = """INSERT INTO change_subject (change_id, entity, record_id)
VALUES (:change_id, 'structure', :id)"""


@dataclass(frozen=True, slots=True)
class Tagging:
    """How many structures were tagged, and the milliseconds it took: ours, its undo, raw."""

    count: int
    ours: float
    undone: float
    raw: float


def measure_tagging(url: str, folder: Path) -> Tagging:
    """Tag every structure by the application, take it back, then tag them all by the driver."""
    app = our_application(url, folder)
    visitor = InProcess(app, sign_in(app))
    fields = {"action": "etiqueter", "value": "bench ours", "tout": "1", "filtre": ""}
    ours = _posted(visitor, "/structures/lot", fields)
    count, change_set_id = _kept(url)
    undone = _posted(visitor, f"/historique/{change_set_id}/annuler", {})
    if _kept(url)[0]:
        raise RuntimeError("tags were left by their undo")
    with asked_directly(url) as asker:
        start = time.perf_counter()
        _tag_all(asker)
        raw = (time.perf_counter() - start) * 1000
    with _connected(url) as connection:
        move_sequences(connection)  # the rows above were numbered by hand
        connection.commit()
    return Tagging(count, ours, undone, raw)


def _posted(visitor: InProcess, path: str, fields: dict[str, str]) -> float:
    start = time.perf_counter()
    status = visitor.post(path, fields)
    if status != _SEE_OTHER:
        raise RuntimeError(f"{path} answered {status}")
    return (time.perf_counter() - start) * 1000


def _kept(url: str) -> tuple[int, int]:
    """Return how many structures have the tag, and the last change set."""
    with _connected(url) as connection:
        newest = select(func.max(structure_tag.c.tag_id)).scalar_subquery()
        tagged = connection.scalar(
            select(func.count()).select_from(structure_tag).where(structure_tag.c.tag_id == newest)
        )
        last = connection.scalar(select(func.max(ChangeSet.id)))
    return tagged or 0, last or 0


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url, **engine_options(url))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _tag_all(asker: Asker) -> None:
    asker.run("BEGIN", {})
    [(tag_id,)] = asker.run(_NEW_TAG, {"label": "bench raw"})
    [(set_id,)] = asker.run(_NEW_SET, {"now": datetime.now(UTC)})
    before: dict[int, list[int]] = {record_id: [] for (record_id,) in asker.run(_ALIVE, {})}
    for record_id, known in asker.run(_TAGGED, {}):
        before[record_id].append(known)
    [(last,)] = asker.run(_LAST_CHANGE, {})
    rows = [
        {
            "id": record_id,
            "tag_id": tag_id,
            "set_id": set_id,
            "change_id": number,
            "fields": json.dumps({"tags": [known, sorted([*known, tag_id])]}),
        }
        for number, (record_id, known) in enumerate(before.items(), start=last + 1)
    ]
    for statement in (_LINK, _GROW, _CHANGE, _SUBJECT):
        asker.run_many(statement, rows)
    asker.run("COMMIT", {})
