"""Pairs that may be one, how far the base has been compared, and the merges that were made."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.database import Base, UtcDateTime, key_text
from crm.duplicates.types import PairState


class DuplicatePair(Base):
    """Two structures, or two people, that may be one; `score` is out of a thousand.

    `reasons` says why. « Pas un doublon » is a state, kept for good: the next scan finds the pair
    again and leaves it so.
    """

    __tablename__ = "duplicate_pair"
    __history__ = "duplicate_pair"
    __history_exclude__ = frozenset({"found_at", "score", "reasons"})
    __table_args__ = (
        UniqueConstraint("kind", "low_id", "high_id"),
        CheckConstraint("low_id < high_id", name="low_before_high"),
        Index("ix_duplicate_pair_state", "kind", "state", "score", "id"),
        Index("ix_duplicate_pair_high_id", "kind", "high_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(key_text(12))
    low_id: Mapped[int]
    high_id: Mapped[int]
    score: Mapped[int]
    reasons: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(key_text(12), default=PairState.OPEN)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [(self.kind, self.low_id), (self.kind, self.high_id)]


class DuplicateScan(Base):
    """How far a kind has been compared: the first pass by id, then what history says changed."""

    __tablename__ = "duplicate_scan"

    kind: Mapped[str] = mapped_column(key_text(12), primary_key=True)
    last_change_id: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    compared: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Merge(Base):
    """One record that became another: what moved, what stayed, and the fields before and after.

    `moved` lists [table, column, id or ids of the row] in order; `kept` the same of the rows that
    could not move; `fields` maps a field of the one kept to [before, after].
    """

    __tablename__ = "record_merge"
    __table_args__ = (
        CheckConstraint("kept_id <> merged_id", name="not_itself"),
        Index("ix_record_merge_kept_id", "kind", "kept_id"),
        Index("ix_record_merge_merged_id", "kind", "merged_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(key_text(12))
    kept_id: Mapped[int]
    merged_id: Mapped[int]
    kept_name: Mapped[str] = mapped_column(String(300))
    merged_name: Mapped[str] = mapped_column(String(300))
    moved: Mapped[list[Any]] = mapped_column(JSON)
    kept: Mapped[list[Any]] = mapped_column(JSON)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)
    last_change_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
