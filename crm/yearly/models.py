"""Report definitions and their items, the texts of each year, and years that are closed."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.agreements.models import Agreement
from crm.database import Base, UtcDateTime, key_text
from crm.indicators.types import Level
from crm.yearly.types import ItemKind, PeriodKind, Support

_kinds = ", ".join(f"'{kind}'" for kind in ItemKind)
_levels = ", ".join(f"'{level}'" for level in Level)
_periods = ", ".join(f"'{period}'" for period in PeriodKind)
_supports = ", ".join(f"'{support}'" for support in Support)


class ReportDefinition(Base):
    """What a yearly report is made of, for a funder or for all."""

    __tablename__ = "report_definition"
    __history__ = "report_definition"
    __history_exclude__ = frozenset({"sort_name", "created_at"})
    __table_args__ = (
        CheckConstraint(f"level IN ({_levels})", name="level"),
        CheckConstraint(f"period IN ({_periods})", name="period"),
        CheckConstraint(f"support IN ({_supports})", name="support"),
        CheckConstraint(
            f"period <> '{PeriodKind.AGREEMENT}' OR agreement_id IS NOT NULL", name="agreement"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    sort_name: Mapped[str] = mapped_column(key_text(120))
    funder: Mapped[str | None] = mapped_column(String(200))
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), index=True)
    level: Mapped[str] = mapped_column(key_text(20), default=Level.STRUCTURE)
    period: Mapped[str] = mapped_column(key_text(20), default=PeriodKind.CALENDAR)
    support: Mapped[str] = mapped_column(key_text(20), default=Support.ALL)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    agreement: Mapped[Agreement | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}


class ReportTemplate(Base):
    """A Word file of the network's that a report is written in; those before stay, for an undo."""

    __tablename__ = "report_template"
    __history__ = "report_template"
    __history_exclude__ = frozenset({"content", "created_at"})

    id: Mapped[int] = mapped_column(primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("report_definition.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the record on whose page this change is told."""
        return [("report_definition", self.definition_id)]


class ReportItem(Base):
    """A piece of a report; a section holds those that follow it, to the next one.

    `code` names a figure, a series or a list of records; `by` is what a figure is split by, `kept`
    what it is narrowed to ({by: [keys]}).
    """

    __tablename__ = "report_item"
    __history__ = "report_item"
    __history_exclude__ = frozenset({"created_at"})
    __table_args__ = (
        CheckConstraint(f"kind IN ({_kinds})", name="kind"),
        Index("ix_report_item_definition_id", "definition_id", "position", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("report_definition.id"))
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(key_text(20))
    title: Mapped[str | None] = mapped_column(String(200))
    code: Mapped[str | None] = mapped_column(key_text(60))
    by: Mapped[str | None] = mapped_column(key_text(20))
    kept: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the record on whose page this change is told."""
        return [("report_definition", self.definition_id)]


class ReportText(Base):
    """What the team wrote for an item in the report of a year (Markdown)."""

    __tablename__ = "report_text"
    __history__ = "report_text"
    __history_exclude__ = frozenset({"updated_at"})
    __table_args__ = (UniqueConstraint("item_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("report_item.id"))
    year: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    item: Mapped[ReportItem] = relationship(lazy="raise")
    author: Mapped[User | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        about = [("report_item", self.item_id)]
        item = self.__dict__.get("item")  # there when an operation writes the text
        return [*about, ("report_definition", item.definition_id)] if item else about


class ReportClosure(Base):
    """A year as it was published: `content` is its figures, definitions, texts and rows.

    `content` is canonical JSON, compressed; `digest` is the SHA-256 of the JSON, in hexadecimal;
    `template_id` names the Word file it was printed in, where that is the network's. A closure that
    was opened again stays, with who did and why.
    """

    __tablename__ = "report_closure"
    __history__ = "report_closure"
    __history_exclude__ = frozenset({"content"})
    __table_args__ = (
        Index(
            "uq_report_closure_definition_id_year",
            "definition_id",
            "year",
            unique=True,
            sqlite_where=text("reopened_at IS NULL"),
            postgresql_where=text("reopened_at IS NULL"),
        ),
        CheckConstraint(
            "(reopened_at IS NULL) = (reopen_reason IS NULL)", name="reopened_with_reason"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("report_definition.id"))
    year: Mapped[int]
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    digest: Mapped[str] = mapped_column(key_text(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    open_sessions: Mapped[int] = mapped_column(default=0)
    template_id: Mapped[int | None] = mapped_column(ForeignKey("report_template.id"), index=True)
    reopened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reopened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    reopen_reason: Mapped[str | None] = mapped_column(String(500))

    definition: Mapped[ReportDefinition] = relationship(lazy="raise")
    closed_by: Mapped[User | None] = relationship(lazy="raise", foreign_keys=[closed_by_id])
    reopened_by: Mapped[User | None] = relationship(lazy="raise", foreign_keys=[reopened_by_id])

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the record on whose page this change is told."""
        return [("report_definition", self.definition_id)]
