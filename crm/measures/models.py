"""Series noted by hand, their points, and formulas over figures."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.database import Base, UtcDateTime, key_text
from crm.measures.types import Reading

_alive = text("deleted_at IS NULL")
_readings = ", ".join(f"'{reading}'" for reading in Reading)


class Series(Base):
    """Something that is read elsewhere and noted by hand: visits of a site, followers.

    `reading` says how its points make a figure. `source` is where they are usually read.
    """

    __tablename__ = "series"
    __history__ = "series"
    __history_exclude__ = frozenset({"sort_name", "created_at"})
    __table_args__ = (CheckConstraint(f"reading IN ({_readings})", name="reading"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    sort_name: Mapped[str] = mapped_column(key_text(120))
    unit: Mapped[str] = mapped_column(String(60))
    reading: Mapped[str] = mapped_column(key_text(10), default=Reading.LEVEL)
    source: Mapped[str | None] = mapped_column(String(300))
    notes: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class SeriesPoint(Base):
    """What was read on a day; `wording` keeps an estimate as it was said."""

    __tablename__ = "series_point"
    __history__ = "series_point"
    __history_exclude__ = frozenset({"created_at"})
    __table_args__ = (
        CheckConstraint("count >= 0", name="count"),
        Index(
            "uq_series_point_series_id_day_alive",
            "series_id",
            "day",
            unique=True,
            sqlite_where=_alive,
            postgresql_where=_alive,
        ),
        Index("ix_series_point_author_id", "author_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"))
    day: Mapped[date]
    count: Mapped[int]
    is_approximate: Mapped[bool] = mapped_column(default=False)
    wording: Mapped[str | None] = mapped_column(String(80))
    source: Mapped[str | None] = mapped_column(String(300))
    note: Mapped[str | None] = mapped_column(String(300))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    series: Mapped[Series] = relationship(lazy="raise")
    author: Mapped[User | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("series", self.series_id)]


class Formula(Base):
    """A figure computed of others, named by their codes; `rule` is what it means, in words."""

    __tablename__ = "formula"
    __history__ = "formula"
    __history_exclude__ = frozenset({"sort_name", "created_at"})

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    sort_name: Mapped[str] = mapped_column(key_text(120))
    expression: Mapped[str] = mapped_column(String(500))
    rule: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
