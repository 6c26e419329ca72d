"""The targets of a campaign, and all that moved them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.campaigns.models.campaigns import Campaign
from crm.campaigns.types import Cause, Obstacle, Origin, Stage
from crm.contacts.models import Contact, Structure
from crm.database import Base, UtcDateTime, key_text

_stages = ", ".join(f"'{stage}'" for stage in Stage)
_obstacles = ", ".join(f"'{obstacle}'" for obstacle in Obstacle)
_origins = ", ".join(f"'{origin}'" for origin in Origin)
_causes = ", ".join(f"'{cause}'" for cause in Cause)
_alive = text("deleted_at IS NULL")
_sourced = text("source_id IS NOT NULL AND undoes_id IS NULL")


class Target(Base):
    """A structure that a campaign wants to bring to a file, with whom to reach in it.

    `structure_name`, `family_code` and `departement_code` are those of the day it was added.
    `stage` is that of its latest move. A structure is in a campaign once.
    """

    __tablename__ = "target"
    __history__ = "target"
    __history_exclude__ = frozenset({"created_at"})
    __table_args__ = (
        CheckConstraint(f"stage IN ({_stages})", name="stage"),
        CheckConstraint(f"obstacle IN ({_obstacles})", name="obstacle"),
        CheckConstraint(f"origin IN ({_origins})", name="origin"),
        CheckConstraint(
            f"(stage = '{Stage.DROPPED}') = (obstacle IS NOT NULL)", name="dropped_with_obstacle"
        ),
        Index(
            "uq_target_campaign_id_structure_id_alive",
            "campaign_id",
            "structure_id",
            unique=True,
            sqlite_where=_alive,
            postgresql_where=_alive,
        ),
        Index("ix_target_stage", "campaign_id", "stage", "deleted_at", "id"),
        Index("ix_target_next_call_on", "campaign_id", "next_call_on", "id"),
        Index("ix_target_structure_id", "structure_id", "campaign_id"),
        Index("ix_target_officer_id", "officer_id", "campaign_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    structure_id: Mapped[int] = mapped_column(ForeignKey("structure.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    role: Mapped[str | None] = mapped_column(String(120))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    stage: Mapped[str] = mapped_column(key_text(20), default=Stage.TO_CONTACT)
    obstacle: Mapped[str | None] = mapped_column(key_text(20))
    obstacle_note: Mapped[str | None] = mapped_column(String(500))
    next_call_on: Mapped[date | None]
    origin: Mapped[str] = mapped_column(key_text(10))
    structure_name: Mapped[str] = mapped_column(String(200))
    family_code: Mapped[str] = mapped_column(key_text(20))
    departement_code: Mapped[str | None] = mapped_column(key_text(3))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    campaign: Mapped[Campaign] = relationship(lazy="raise")
    structure: Mapped[Structure] = relationship(lazy="raise")
    contact: Mapped[Contact | None] = relationship(lazy="raise")
    officer: Mapped[User | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}


class TargetMove(Base):
    """What moved a target, or could have: appended, never changed; an undo is a move too.

    `reached` is the stage that what happened speaks of, which may be behind the one it stands at:
    then `from_stage` and `to_stage` are the same. `source_kind` and `source_id` name the record
    that tells it; the same one counts once. `happened_on` is its day, `at` when it was noted.
    `next_call_before` is the day to call that a call took the place of.
    """

    __tablename__ = "target_move"
    __table_args__ = (
        CheckConstraint(f"from_stage IN ({_stages})", name="from_stage"),
        CheckConstraint(f"to_stage IN ({_stages})", name="to_stage"),
        CheckConstraint(f"reached IN ({_stages})", name="reached"),
        CheckConstraint(f"cause IN ({_causes})", name="cause"),
        CheckConstraint(f"obstacle IN ({_obstacles})", name="obstacle"),
        Index(
            "uq_target_move_source",
            "target_id",
            "cause",
            "source_id",
            unique=True,
            sqlite_where=_sourced,
            postgresql_where=_sourced,
        ),
        Index("ix_target_move_campaign_id", "campaign_id", "at", "id"),
        Index("ix_target_move_reached", "campaign_id", "reached", "target_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"), index=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    from_stage: Mapped[str] = mapped_column(key_text(20))
    to_stage: Mapped[str] = mapped_column(key_text(20))
    reached: Mapped[str | None] = mapped_column(key_text(20))
    cause: Mapped[str] = mapped_column(key_text(20))
    note: Mapped[str | None] = mapped_column(String(500))
    obstacle: Mapped[str | None] = mapped_column(key_text(20))
    source_kind: Mapped[str | None] = mapped_column(key_text(30))
    source_id: Mapped[int | None]
    next_call_before: Mapped[date | None]
    happened_on: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("target_move.id"), unique=True)

    author: Mapped[User | None] = relationship(lazy="raise")
    target: Mapped[Target] = relationship(lazy="raise")
