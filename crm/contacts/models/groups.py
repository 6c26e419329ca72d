"""Groups of structures around a country or a theme."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.contacts.models.structures import Structure
from crm.database import Base, key_text
from crm.territories.models import Country


class Group(Base):
    """A groupe-pays or a commission; before `launched_on` it is being launched."""

    __tablename__ = "group"
    __history__ = "group"
    __history_exclude__ = frozenset({"sort_name"})
    __table_args__ = (
        CheckConstraint(
            "launched_on IS NULL OR closed_on IS NULL OR launched_on <= closed_on",
            name="closed_after_launched",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    sort_name: Mapped[str] = mapped_column(key_text(120), unique=True)
    kind: Mapped[str] = mapped_column(key_text(20))
    country_code: Mapped[str | None] = mapped_column(ForeignKey("country.code"))
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("reference_item.id"))
    description: Mapped[str | None] = mapped_column(Text)
    launched_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    country: Mapped[Country | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}


class Membership(Base):
    """A structure's time in a group, from a day to a day, both inclusive."""

    __tablename__ = "membership"
    __history__ = "membership"
    __table_args__ = (
        CheckConstraint("end_on IS NULL OR start_on <= end_on", name="end_after_start"),
        Index("ix_membership_group_id_start_on", "group_id", "start_on"),
        Index("ix_membership_structure_id", "structure_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id"))
    structure_id: Mapped[int] = mapped_column(ForeignKey("structure.id"))
    start_on: Mapped[date]
    end_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    group: Mapped[Group] = relationship(lazy="raise")
    structure: Mapped[Structure] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("group", self.group_id), ("structure", self.structure_id)]
