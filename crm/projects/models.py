"""International projects and who takes part in them."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.contacts.models import Structure
from crm.database import Base, UtcDateTime, key_text
from crm.projects.types import HeadcountKind, ProjectStatus, Role
from crm.reference.models import ReferenceItem
from crm.territories.models import Country

project_theme = Table(
    "project_theme",
    Base.metadata,
    Column("project_id", ForeignKey("project.id"), primary_key=True),
    Column("theme_id", ForeignKey("reference_item.id"), primary_key=True, index=True),
)
project_country = Table(
    "project_country",
    Base.metadata,
    Column("project_id", ForeignKey("project.id"), primary_key=True),
    Column("country_code", ForeignKey("country.code"), primary_key=True, index=True),
)
project_sdg = Table(
    "project_sdg",
    Base.metadata,
    Column("project_id", ForeignKey("project.id"), primary_key=True),
    Column("sdg_id", ForeignKey("reference_item.id"), primary_key=True, index=True),
)

_statuses = ", ".join(f"'{status}'" for status in ProjectStatus)
_roles = ", ".join(f"'{role}'" for role in Role)
_kinds = ", ".join(f"'{kind}'" for kind in HeadcountKind)


class Project(Base):
    """A project led by a structure; `listed_on` is the day it entered the directory.

    The figures know one lead, `lead_structure_id`; who else takes part is a `ProjectPartner`.
    """

    __tablename__ = "project"
    __history__ = "project"
    __history_exclude__ = frozenset({"sort_name", "places_key", "created_at"})
    __table_args__ = (
        CheckConstraint(
            "start_on IS NULL OR end_on IS NULL OR start_on <= end_on", name="end_after_start"
        ),
        CheckConstraint(f"status IN ({_statuses})", name="status"),
        CheckConstraint("budget_cents >= 0", name="budget_cents"),
        Index("ix_project_sort_name", "deleted_at", "sort_name", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    sort_name: Mapped[str] = mapped_column(key_text(200))
    summary: Mapped[str | None] = mapped_column(Text)
    lead_structure_id: Mapped[int] = mapped_column(ForeignKey("structure.id"), index=True)
    listed_on: Mapped[date | None] = mapped_column(index=True)
    start_on: Mapped[date | None]
    end_on: Mapped[date | None]
    status: Mapped[str] = mapped_column(key_text(12), default=ProjectStatus.RUNNING)
    is_pooled: Mapped[bool] = mapped_column(default=False)
    is_publishable: Mapped[bool] = mapped_column(default=False)
    places_abroad: Mapped[str | None] = mapped_column(String(500))
    places_key: Mapped[str | None] = mapped_column(key_text(500))
    budget_cents: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    lead_structure: Mapped[Structure] = relationship(lazy="raise")
    themes: Mapped[list[ReferenceItem]] = relationship(
        secondary=project_theme, lazy="raise", order_by=ReferenceItem.position
    )
    sdgs: Mapped[list[ReferenceItem]] = relationship(
        secondary=project_sdg, lazy="raise", order_by=ReferenceItem.position
    )
    countries: Mapped[list[Country]] = relationship(
        secondary=project_country, lazy="raise", order_by=Country.sort_name
    )

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("structure", self.lead_structure_id)]


class ProjectPartner(Base):
    """A role of a structure in a project, besides leading it first; one row a role."""

    __tablename__ = "project_partner"
    __history__ = "project_partner"
    __table_args__ = (
        UniqueConstraint("project_id", "structure_id", "role"),
        CheckConstraint(f"role IN ({_roles})", name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    structure_id: Mapped[int] = mapped_column(ForeignKey("structure.id"), index=True)
    role: Mapped[str] = mapped_column(key_text(30), default=Role.PARTNER)

    structure: Mapped[Structure] = relationship(lazy="raise")

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("project", self.project_id), ("structure", self.structure_id)]


class ProjectHeadcount(Base):
    """People counted in a project on a day, without their names; `wording` keeps an estimate's."""

    __tablename__ = "project_headcount"
    __history__ = "project_headcount"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_kinds})", name="kind"),
        CheckConstraint("count >= 0", name="count"),
        Index("ix_project_headcount_project_id", "project_id", "counted_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    counted_on: Mapped[date]
    kind: Mapped[str] = mapped_column(key_text(20))
    count: Mapped[int]
    is_approximate: Mapped[bool] = mapped_column(default=False)
    wording: Mapped[str | None] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("project", self.project_id)]
