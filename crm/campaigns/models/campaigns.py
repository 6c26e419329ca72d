"""Campaigns, what they aim at, and the messages that they plan."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.campaigns.types import Measure, Status
from crm.database import Base, UtcDateTime, key_text
from crm.events.models import Event
from crm.funding.models import FundingCall, FundingScheme
from crm.mailings.models import Mailing
from crm.reference.models import ReferenceItem
from crm.segments.models import Segment

campaign_axis = Table(
    "campaign_axis",
    Base.metadata,
    Column("campaign_id", ForeignKey("campaign.id"), primary_key=True),
    Column("axis_id", ForeignKey("reference_item.id"), primary_key=True, index=True),
)
campaign_member = Table(
    "campaign_member",
    Base.metadata,
    Column("campaign_id", ForeignKey("campaign.id"), primary_key=True),
    Column("user_id", ForeignKey("user.id"), primary_key=True, index=True),
)
campaign_event = Table(
    "campaign_event",
    Base.metadata,
    Column("campaign_id", ForeignKey("campaign.id"), primary_key=True),
    Column("event_id", ForeignKey("event.id"), primary_key=True, index=True),
)

_statuses = ", ".join(f"'{status}'" for status in Status)
_measures = ", ".join(f"'{measure}'" for measure in Measure)


class CampaignGoal(Base):
    """How many targets of a département should come to a measure of the funnel."""

    __tablename__ = "campaign_goal"
    __history_identity__ = "told"
    __table_args__ = (
        CheckConstraint(f"measure IN ({_measures})", name="measure"),
        CheckConstraint("count > 0", name="count"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    departement_code: Mapped[str] = mapped_column(
        ForeignKey("departement.code"), primary_key=True, index=True
    )
    measure: Mapped[str] = mapped_column(key_text(20), primary_key=True)
    count: Mapped[int]

    @property
    def told(self) -> str:
        """What history keeps of a goal: where, of what, how many."""
        return f"{self.departement_code}:{self.measure}:{self.count}"

    @told.setter
    def told(self, told: str) -> None:
        self.departement_code, self.measure, count = told.split(":")
        self.count = int(count)

    def is_same(self, other: "CampaignGoal") -> bool:
        """Tell whether another goal is of the same thing in the same place."""
        return (self.departement_code, self.measure) == (other.departement_code, other.measure)


class Campaign(Base):
    """An outreach effort over a list of structures, around a call, a scheme or a theme.

    What happens from `starts_on` to `ends_on` counts for it; `reporting_year` is the year whose
    report it is in. `functions` are the roles to reach, separated by commas, the first one first.
    `script` is what to say on the phone. `cloned_from_id` is the campaign that it goes on from.
    """

    __tablename__ = "campaign"
    __history__ = "campaign"
    __history_exclude__ = frozenset({"sort_name", "created_at"})
    __table_args__ = (
        CheckConstraint(f"status IN ({_statuses})", name="status"),
        CheckConstraint("starts_on <= ends_on", name="ends_after_start"),
        Index("ix_campaign_starts_on", "deleted_at", "starts_on", "id"),
        Index("ix_campaign_status", "status", "deleted_at"),
        Index("ix_campaign_reporting_year", "reporting_year", "deleted_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    sort_name: Mapped[str] = mapped_column(key_text(200))
    purpose: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(key_text(20), default=Status.PREPARED)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reporting_year: Mapped[int]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("funding_call.id"), index=True)
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("funding_scheme.id"), index=True)
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("reference_item.id"), index=True)
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segment.id"), index=True)
    functions: Mapped[str | None] = mapped_column(String(300))
    script: Mapped[str | None] = mapped_column(Text)
    cloned_from_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    call: Mapped[FundingCall | None] = relationship(lazy="raise")
    scheme: Mapped[FundingScheme | None] = relationship(lazy="raise")
    theme: Mapped[ReferenceItem | None] = relationship(lazy="raise", foreign_keys=[theme_id])
    segment: Mapped[Segment | None] = relationship(lazy="raise")
    cloned_from: Mapped["Campaign | None"] = relationship(lazy="raise", remote_side=[id])
    axes: Mapped[list[ReferenceItem]] = relationship(
        secondary=campaign_axis, lazy="raise", order_by=ReferenceItem.position
    )
    members: Mapped[list[User]] = relationship(
        secondary=campaign_member, lazy="raise", order_by=User.name
    )
    events: Mapped[list[Event]] = relationship(
        secondary=campaign_event, lazy="raise", order_by=(Event.starts_at, Event.id)
    )
    goals: Mapped[list[CampaignGoal]] = relationship(
        lazy="raise",
        order_by=(CampaignGoal.departement_code, CampaignGoal.measure),
        cascade="all, delete-orphan",
    )

    __mapper_args__ = {"version_id_col": version}


class CampaignMailing(Base):
    """A step of a campaign's message plan: what is to be sent, when, and the mailing once begun."""

    __tablename__ = "campaign_mailing"
    __history__ = "campaign_mailing"
    __history_exclude__ = frozenset({"created_at"})
    __table_args__ = (Index("ix_campaign_mailing_campaign_id", "campaign_id", "planned_on", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    what: Mapped[str] = mapped_column(String(200))
    planned_on: Mapped[date | None]
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailing.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    mailing: Mapped[Mailing | None] = relationship(lazy="raise")

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        return [("campaign", self.campaign_id)]
