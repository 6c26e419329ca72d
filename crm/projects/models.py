"""International projects and who takes part in them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.contacts.models import Structure
from crm.database import Base, UtcDateTime, key_text
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


class Project(Base):
    """A project led by a structure; `listed_on` is the day it entered the directory."""

    __tablename__ = "project"
    __history__ = "project"
    __history_exclude__ = frozenset({"sort_name", "created_at"})
    __table_args__ = (
        CheckConstraint(
            "start_on IS NULL OR end_on IS NULL OR start_on <= end_on", name="end_after_start"
        ),
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
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    lead_structure: Mapped[Structure] = relationship(lazy="raise")
    themes: Mapped[list[ReferenceItem]] = relationship(
        secondary=project_theme, lazy="raise", order_by=ReferenceItem.position
    )
    countries: Mapped[list[Country]] = relationship(
        secondary=project_country, lazy="raise", order_by=Country.sort_name
    )

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("structure", self.lead_structure_id)]


class ProjectPartner(Base):
    """A structure that takes part in a project without leading it."""

    __tablename__ = "project_partner"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    structure_id: Mapped[int] = mapped_column(
        ForeignKey("structure.id"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(key_text(30), default="partenaire")

    structure: Mapped[Structure] = relationship(lazy="raise")
