"""Making a campaign, changing it, saying what it aims at, and going on from the last one."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from crm.accounts.models import User
from crm.campaigns import rules
from crm.campaigns.models import Campaign, CampaignGoal
from crm.campaigns.types import CampaignData, Goal
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.core.text import sort_key
from crm.funding.models import FundingCall, FundingScheme
from crm.history.recording import actor_of
from crm.reference.models import ReferenceItem
from crm.segments.models import Segment
from crm.segments.queries import is_readable
from crm.territories.models import Departement

_PLAIN = (
    "name", "purpose", "status", "starts_on", "ends_on", "reporting_year", "functions", "script",
)  # fmt: skip
_LISTS = (Campaign.axes, Campaign.members, Campaign.goals, Campaign.events)


def get_campaign(session: Session, campaign_id: int, *, for_update: bool = False) -> Campaign:
    """Return a campaign that is not in the trash, with its lists; raise NotFoundError."""
    statement = (
        select(Campaign)
        .where(Campaign.id == campaign_id, Campaign.deleted_at.is_(None))
        .options(*(selectinload(each) for each in _LISTS))
        .execution_options(populate_existing=True)
    )
    campaign = session.scalar(statement.with_for_update() if for_update else statement)
    if campaign is None:
        raise NotFoundError
    return campaign


def create_campaign(
    session: Session, *, data: CampaignData, cloned_from_id: int | None = None
) -> Campaign:
    """Make a campaign and return it; raise RuleError with the field that does not fit."""
    campaign = Campaign(
        created_at=clock.now(),
        axes=[],
        members=[],
        goals=[],
        events=[],
        cloned_from_id=cloned_from_id,
    )
    _fill(session, campaign, rules.clean_campaign(data))
    session.add(campaign)
    session.flush()
    return campaign


def update_campaign(
    session: Session, *, campaign_id: int, version: int, data: CampaignData
) -> Campaign:
    """Change a campaign as it was at that version; raise StaleRecordError if it has moved on."""
    campaign = get_campaign(session, campaign_id, for_update=True)
    if campaign.version != version:
        raise StaleRecordError(campaign)
    _fill(session, campaign, rules.clean_campaign(data))
    session.flush()
    return campaign


def set_goals(
    session: Session, *, campaign_id: int, version: int, goals: Sequence[Goal]
) -> Campaign:
    """Say what a campaign aims at in each département; raise StaleRecordError, or RuleError."""
    campaign = get_campaign(session, campaign_id, for_update=True)
    if campaign.version != version:
        raise StaleRecordError(campaign)
    wanted = {
        (each.departement_code, each.measure): each.count for each in rules.clean_goals(goals)
    }
    places = {code for code, _measure in wanted}
    known = set(session.scalars(select(Departement.code).where(Departement.code.in_(places))))
    if places - known:
        raise RuleError("goals", N_("Choisissez un département de la liste."))
    there = {(each.departement_code, each.measure): each for each in campaign.goals}
    if {key: each.count for key, each in there.items()} != wanted:
        kept = [
            goal
            if (goal := there.get(key)) is not None and goal.count == count
            else CampaignGoal(departement_code=key[0], measure=key[1], count=count)
            for key, count in sorted(wanted.items())
        ]
        # The old goals go first: a new one of the same place and measure has the same key.
        campaign.goals = [each for each in campaign.goals if each in kept]
        session.flush()
        campaign.goals = kept
        flag_modified(campaign, "created_at")
    session.flush()
    return campaign


def _fill(session: Session, campaign: Campaign, data: CampaignData) -> None:
    with session.no_autoflush:
        call_id, scheme_id = _aim(session, campaign, data)
        chosen: dict[str, Any] = {
            "call_id": call_id,
            "scheme_id": scheme_id,
            "theme_id": _known_item(session, data.theme_id, "theme", kept_id=campaign.theme_id),
            "segment_id": _known_segment(session, data.segment_id, kept_id=campaign.segment_id),
        }
        axes = [
            _item(session, each, "axis", "axes", kept=[one.id for one in campaign.axes])
            for each in data.axis_ids
        ]
        members = _known_members(session, campaign, data.member_ids)
    chosen |= {name: getattr(data, name) for name in _PLAIN}
    for name, value in chosen.items():
        if getattr(campaign, name) != value:
            setattr(campaign, name, value)
    campaign.sort_name = sort_key(data.name)
    for name, listed in (("axes", axes), ("members", members)):
        if set(getattr(campaign, name)) != set(listed):
            setattr(campaign, name, listed)
            # A list alone does not touch the row: this makes its version grow all the same.
            flag_modified(campaign, "created_at")


def _aim(session: Session, campaign: Campaign, data: CampaignData) -> tuple[int | None, int | None]:
    """Return the call and the scheme that a campaign is about: the scheme is that of the call."""
    if data.call_id is not None:
        call = session.get(FundingCall, data.call_id)
        if call is None or (call.deleted_at is not None and call.id != campaign.call_id):
            raise RuleError("call", N_("Choisissez un appel de la liste."))
        return call.id, call.scheme_id
    if data.scheme_id is None:
        return None, None
    scheme = session.get(FundingScheme, data.scheme_id)
    if scheme is None or (scheme.deleted_at is not None and scheme.id != campaign.scheme_id):
        raise RuleError("scheme", N_("Choisissez un dispositif de la liste."))
    return None, scheme.id


def _known_item(
    session: Session, item_id: int | None, list_code: str, *, kept_id: int | None
) -> int | None:
    if item_id is None:
        return None
    return _item(session, item_id, list_code, list_code, kept=[kept_id or 0]).id


def _item(
    session: Session, item_id: int, list_code: str, field: str, *, kept: Sequence[int]
) -> ReferenceItem:
    item = session.get(ReferenceItem, item_id)
    if item is None or item.list_code != list_code or not (item.is_active or item.id in kept):
        raise RuleError(field, N_("Choisissez une entrée de la liste."))
    return item


def _known_segment(session: Session, segment_id: int | None, *, kept_id: int | None) -> int | None:
    if segment_id is None or segment_id == kept_id:
        return segment_id
    found = session.scalar(
        select(Segment.id).where(
            Segment.id == segment_id,
            Segment.deleted_at.is_(None),
            is_readable(actor_of(session).user_id or 0),
        )
    )
    if found is None:
        raise RuleError("segment", N_("Ce segment n’existe plus : choisissez-en un autre."))
    return found


def _known_members(session: Session, campaign: Campaign, ids: Sequence[int]) -> list[User]:
    kept = {each.id for each in campaign.members}
    members = session.scalars(select(User).where(User.id.in_(ids)).order_by(User.name)).all()
    if len(members) != len(ids) or any(
        not each.is_active and each.id not in kept for each in members
    ):
        raise RuleError("members", N_("Choisissez des membres actuels de l’équipe."))
    return list(members)
