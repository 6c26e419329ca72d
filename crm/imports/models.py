"""Imports: a file, how it is read, and what each part of it wrote."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.database import Base, UtcDateTime, key_text
from crm.imports.types import State


class Import(Base):
    """A file that someone brings in: how it is read, what was decided, how far it is.

    `folder` names its files in the data directory until `files_erased_at`. `position` is a place
    in the file that is being worked through, `rows_done` the rows before it. `lease_until` and
    `lease_key` say who works on it: another process takes over when the lease has passed.
    """

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    folder: Mapped[str] = mapped_column(key_text(40), unique=True)
    kind: Mapped[str] = mapped_column(key_text(20))
    state: Mapped[str] = mapped_column(key_text(12), default=State.DRAFT, index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    file_size: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    actor_name: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(key_text(20))
    layout: Mapped[dict[str, Any]] = mapped_column(JSON)
    headers: Mapped[list[str]] = mapped_column(JSON)
    fields: Mapped[dict[str, str]] = mapped_column(JSON)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    corrections: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON)
    decisions: Mapped[dict[str, str]] = mapped_column(JSON)
    is_extracted: Mapped[bool] = mapped_column(default=False)
    left_out: Mapped[int] = mapped_column(default=0)
    row_count: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    takes_good_rows: Mapped[bool] = mapped_column(default=False)
    stops_as: Mapped[str | None] = mapped_column(key_text(12))
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_key: Mapped[str | None] = mapped_column(key_text(40))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    files_erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImportChunk(Base):
    """A thousand rows at most, written at once: its change set, and the one that undid it.

    `kept` lists what undoing left: (entity, id, why).
    """

    __tablename__ = "import_chunk"
    __table_args__ = (UniqueConstraint("import_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    number: Mapped[int]
    row_count: Mapped[int]
    change_set_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"), unique=True)
    undo_set_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"))
    is_undone: Mapped[bool] = mapped_column(default=False)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    kept: Mapped[list[list[Any]]] = mapped_column(JSON)


class ImportShape(Base):
    """How the columns of a file of this shape were read the last time."""

    __tablename__ = "import_shape"
    __table_args__ = (UniqueConstraint("kind", "shape"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(key_text(20))
    shape: Mapped[str] = mapped_column(key_text(64))
    fields: Mapped[dict[str, str]] = mapped_column(JSON)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
