"""The path of a structure, and each step of it with its day and author."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accompaniment.types import Outcome, Stage
from crm.accounts.models import User
from crm.contacts.models import Structure
from crm.database import Base, UtcDateTime, key_text
from crm.projects.models import Project
from crm.reference.models import ReferenceItem

accompaniment_obstacle = Table(
    "accompaniment_obstacle",
    Base.metadata,
    Column("accompaniment_id", ForeignKey("accompaniment.id"), primary_key=True),
    Column("obstacle_id", ForeignKey("reference_item.id"), primary_key=True, index=True),
)

_stages = ", ".join(f"'{stage}'" for stage in Stage)
_outcomes = ", ".join(f"'{outcome}'" for outcome in Outcome)
_current = text("closed_on IS NULL AND deleted_at IS NULL")


class Accompaniment(Base):
    """The path of a structure; one that is not closed is its current one, and there is one at most.

    `stage` is that of the latest `StageChange`.
    """

    __tablename__ = "accompaniment"
    __history__ = "accompaniment"
    __history_exclude__ = frozenset({"created_at"})
    __table_args__ = (
        CheckConstraint(f"stage IN ({_stages})", name="stage"),
        CheckConstraint(f"outcome IN ({_outcomes})", name="outcome"),
        CheckConstraint("(closed_on IS NULL) = (outcome IS NULL)", name="closed_with_outcome"),
        CheckConstraint("closed_on IS NULL OR opened_on <= closed_on", name="closed_after_opened"),
        Index(
            "uq_accompaniment_structure_id_current",
            "structure_id",
            unique=True,
            sqlite_where=_current,
            postgresql_where=_current,
        ),
        Index("ix_accompaniment_stage", "stage", "closed_on", "deleted_at", "id"),
        Index("ix_accompaniment_person_id", "person_id", "closed_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    structure_id: Mapped[int] = mapped_column(ForeignKey("structure.id"), index=True)
    stage: Mapped[str] = mapped_column(key_text(20), default=Stage.QUALIFY)
    person_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    about: Mapped[str | None] = mapped_column(String(300))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    opened_on: Mapped[date]
    next_milestone: Mapped[str | None] = mapped_column(String(200))
    next_milestone_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    outcome: Mapped[str | None] = mapped_column(key_text(20))
    closing_note: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    structure: Mapped[Structure] = relationship(lazy="raise")
    person: Mapped[User] = relationship(lazy="raise")
    project: Mapped[Project | None] = relationship(lazy="raise")
    obstacles: Mapped[list[ReferenceItem]] = relationship(
        secondary=accompaniment_obstacle, lazy="raise", order_by=ReferenceItem.position
    )

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("structure", self.structure_id)]


class StageChange(Base):
    """A step of a path: the stage reached, the day, who said so (None for a command)."""

    __tablename__ = "accompaniment_stage"
    __history__ = "accompaniment_stage"
    __table_args__ = (
        CheckConstraint(f"stage IN ({_stages})", name="stage"),
        Index("ix_accompaniment_stage_of", "accompaniment_id", "changed_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    accompaniment_id: Mapped[int] = mapped_column(ForeignKey("accompaniment.id"))
    stage: Mapped[str] = mapped_column(key_text(20))
    changed_on: Mapped[date]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)

    author: Mapped[User | None] = relationship(lazy="raise")
