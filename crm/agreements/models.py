"""The tables of agreements, of their axes and of what they plan."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.agreements.types import Rhythm
from crm.contacts.models import Structure
from crm.database import Base, UtcDateTime, key_text
from crm.reference.models import ReferenceItem

agreement_funder = Table(
    "agreement_funder",
    Base.metadata,
    Column("agreement_id", ForeignKey("agreement.id"), primary_key=True),
    Column("structure_id", ForeignKey("structure.id"), primary_key=True, index=True),
)

_rhythms = ", ".join(f"'{rhythm}'" for rhythm in Rhythm)


class Agreement(Base):
    """What funders and the network agreed for some years (a CPO, for instance)."""

    __tablename__ = "agreement"
    __history__ = "agreement"
    __history_exclude__ = frozenset({"sort_name", "created_at"})
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="ends_after_start"),
        Index("ix_agreement_starts_on", "deleted_at", "starts_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    sort_name: Mapped[str] = mapped_column(key_text(200))
    reference: Mapped[str | None] = mapped_column(String(60))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    notes: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    funders: Mapped[list[Structure]] = relationship(
        secondary=agreement_funder, lazy="raise", order_by=Structure.sort_name
    )
    axes: Mapped[list["Axis"]] = relationship(
        lazy="raise", order_by="Axis.position", cascade="all, delete-orphan"
    )
    actions: Mapped[list["PlannedAction"]] = relationship(
        lazy="raise", viewonly=True, order_by="(PlannedAction.position, PlannedAction.id)"
    )

    __mapper_args__ = {"version_id_col": version}


class Axis(Base):
    """An axis of an agreement: an entry of the list that sessions, events and campaigns choose in.

    An entry is of one agreement at most; work counts for several agreements by having an axis of
    each. Its label is the entry's.
    """

    __tablename__ = "axis"
    __history_identity__ = "item_id"

    item_id: Mapped[int] = mapped_column(ForeignKey("reference_item.id"), primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)

    item: Mapped[ReferenceItem] = relationship(lazy="raise")


class PlannedAction(Base):
    """What an agreement plans, with its target in words and in number.

    `figure_code` names the figure that says what was done of it, narrowed to its axis with
    `by_axis`, and by `kept` (`theme:3 nature:5`); without one, what was done is noted by hand.
    """

    __tablename__ = "planned_action"
    __history__ = "planned_action"
    __history_exclude__ = frozenset({"created_at"})
    __table_args__ = (
        CheckConstraint(f"rhythm IN ({_rhythms})", name="rhythm"),
        CheckConstraint(f"(rhythm = '{Rhythm.ONE_YEAR}') = (year IS NOT NULL)", name="year"),
        CheckConstraint("target_count >= 0", name="target_count"),
        Index("ix_planned_action_agreement_id", "agreement_id", "position", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    axis_id: Mapped[int | None] = mapped_column(ForeignKey("reference_item.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    label: Mapped[str] = mapped_column(String(300))
    target_text: Mapped[str | None] = mapped_column(String(120))
    target_count: Mapped[int | None]
    rhythm: Mapped[str] = mapped_column(key_text(20), default=Rhythm.YEARLY)
    year: Mapped[int | None]
    figure_code: Mapped[str | None] = mapped_column(key_text(60))
    by_axis: Mapped[bool] = mapped_column(default=True)
    kept: Mapped[str | None] = mapped_column(String(1000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    agreement: Mapped[Agreement] = relationship(lazy="raise")
    axis: Mapped[ReferenceItem | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("agreement", self.agreement_id)]


class ActionRecord(Base):
    """Something done for a planned action, noted by hand where no figure counts it."""

    __tablename__ = "action_record"
    __history__ = "action_record"
    __history_exclude__ = frozenset({"created_at"})
    __table_args__ = (
        CheckConstraint("count >= 0", name="count"),
        Index("ix_action_record_action_id", "action_id", "done_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("planned_action.id"))
    done_on: Mapped[date]
    what: Mapped[str] = mapped_column(String(300))
    count: Mapped[int] = mapped_column(default=1)
    source: Mapped[str | None] = mapped_column(String(300))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    action: Mapped[PlannedAction] = relationship(lazy="raise")
    author: Mapped[User | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("planned_action", self.action_id)]
