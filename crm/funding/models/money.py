"""What belongs to an application: other funders, money received, reports owed."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.contacts.models import Structure
from crm.database import Base


class CoFunding(Base):
    """What another funder was asked for the same project, and gave (None: not known yet)."""

    __tablename__ = "co_funding"
    __history__ = "co_funding"
    __table_args__ = (
        UniqueConstraint("application_id", "funder_id"),
        CheckConstraint("requested_cents >= 0", name="requested_cents"),
        CheckConstraint("awarded_cents >= 0", name="awarded_cents"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("funding_application.id"))
    funder_id: Mapped[int] = mapped_column(ForeignKey("structure.id"), index=True)
    requested_cents: Mapped[int | None] = mapped_column(BigInteger)
    awarded_cents: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str | None] = mapped_column(String(300))
    version: Mapped[int] = mapped_column(default=1)

    funder: Mapped[Structure] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("funding_application", self.application_id), ("structure", self.funder_id)]


class Payment(Base):
    """Money of the award that arrived on a day."""

    __tablename__ = "payment"
    __history__ = "payment"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_cents"),
        Index("ix_payment_of", "application_id", "received_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("funding_application.id"))
    received_on: Mapped[date]
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str | None] = mapped_column(String(300))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("funding_application", self.application_id)]


class ReportingDeadline(Base):
    """A report owed to the funder by a day; `done_on` when it was sent."""

    __tablename__ = "reporting_deadline"
    __history__ = "reporting_deadline"
    __table_args__ = (
        Index("ix_reporting_deadline_of", "application_id", "due_on", "id"),
        Index("ix_reporting_deadline_due_on", "done_on", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("funding_application.id"))
    what: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("funding_application", self.application_id)]
