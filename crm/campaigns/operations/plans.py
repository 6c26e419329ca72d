"""The message plan of a campaign: its steps, and the mailings begun from it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.campaigns.models import Campaign, CampaignMailing, Target
from crm.campaigns.operations.campaigns import get_campaign
from crm.campaigns.operations.moves import advance
from crm.campaigns.rules import check_stage
from crm.campaigns.types import STAGE_LABELS, Cause, Stage
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError
from crm.criteria.types import Branch, Leaf, Subject, Tree
from crm.history.recording import actor_of
from crm.mailings.models import Mailing
from crm.mailings.operations.mailings import create_mailing, set_audience
from crm.mailings.types import AudienceData, MailingData, Reach
from crm.segments.operations import SegmentData, create_list, create_segment, free_name
from crm.segments.rules import LONGEST_NAME
from crm.web.locale import translate

LONGEST_WHAT = 200
CRITERION = "cible"


def plan_message(
    session: Session, *, campaign_id: int, what: str, planned_on: date | None
) -> CampaignMailing:
    """Add a step to the message plan; raise RuleError with the field that does not fit."""
    get_campaign(session, campaign_id)
    step = CampaignMailing(
        campaign_id=campaign_id,
        what=_clean(what),
        planned_on=planned_on,
        created_at=clock.now(),
    )
    session.add(step)
    session.flush()
    return step


def get_step(session: Session, campaign_id: int, step_id: int) -> CampaignMailing:
    """Return a step of a campaign's plan; raise NotFoundError."""
    step = session.scalar(
        select(CampaignMailing)
        .join(Campaign, Campaign.id == CampaignMailing.campaign_id)
        .where(
            CampaignMailing.id == step_id,
            CampaignMailing.campaign_id == campaign_id,
            Campaign.deleted_at.is_(None),
        )
    )
    if step is None:
        raise NotFoundError
    return step


def remove_step(session: Session, *, campaign_id: int, step_id: int) -> None:
    """Take a step off the plan; its mailing, if any, stays what it is."""
    session.delete(get_step(session, campaign_id, step_id))
    session.flush()


def link_mailing(session: Session, *, campaign_id: int, mailing_id: int) -> CampaignMailing:
    """Say that a mailing is one of a campaign's: those it reached already are moved.

    Raises RuleError when it is another campaign's.
    """
    get_campaign(session, campaign_id)
    mailing = session.get(Mailing, mailing_id)
    if mailing is None or mailing.deleted_at is not None:
        raise RuleError("mailing", N_("Choisissez un envoi de la liste."))
    known = session.scalar(select(CampaignMailing).where(CampaignMailing.mailing_id == mailing_id))
    if known is not None:
        if known.campaign_id == campaign_id:
            return known
        raise RuleError("mailing", N_("Cet envoi est déjà celui d’une autre campagne."))
    step = CampaignMailing(
        campaign_id=campaign_id,
        what=mailing.name[:LONGEST_WHAT],
        mailing_id=mailing_id,
        created_at=clock.now(),
    )
    session.add(step)
    session.flush()
    advance(session, {Cause.DELIVERY, Cause.REPLY}, Target.campaign_id == campaign_id)
    return step


def begin_mailing(
    session: Session,
    *,
    campaign_id: int,
    data: MailingData,
    stages: Sequence[str],
    is_frozen: bool,
    template_id: int | None = None,
    step_id: int | None = None,
) -> Mailing:
    """Begin the mailing of a step of the plan, or of a new one, for the targets at some stages.

    It is for whoever is at these stages the day it leaves or, frozen, for those who are today; it
    is written to one address a structure, that of the functions the campaign looks for.
    """
    campaign = get_campaign(session, campaign_id)
    step = get_step(session, campaign_id, step_id) if step_id is not None else None
    if step is not None and step.mailing_id is not None:
        raise RuleError("form", N_("L’envoi de cette étape est déjà commencé."))
    segment_id = _segment_of(session, campaign, stages, is_frozen=is_frozen)
    mailing = create_mailing(session, data=data, template_id=template_id)
    audience = AudienceData(
        reach=Reach.STRUCTURES, included_ids=(segment_id,), functions=campaign.functions
    )
    set_audience(session, mailing_id=mailing.id, version=mailing.version, data=audience)
    if step is None:
        step = CampaignMailing(
            campaign_id=campaign_id, what=mailing.name[:LONGEST_WHAT], created_at=clock.now()
        )
        session.add(step)
    step.mailing_id = mailing.id
    session.flush()
    return mailing


def _segment_of(
    session: Session, campaign: Campaign, stages: Sequence[str], *, is_frozen: bool
) -> int:
    """Make the segment of a campaign's targets at some stages, live or frozen; return its id."""
    chosen = [check_stage(each) for each in Stage if each in set(stages)]
    if not chosen:
        raise RuleError("stages", N_("Choisissez au moins une étape."))
    values = {"campagnes": (str(campaign.id),), "etapes": tuple(chosen)}
    tree = Tree(Subject.STRUCTURE, Branch(nodes=(Leaf(CRITERION, values),)))
    told = ", ".join(translate(STAGE_LABELS[each]).lower() for each in chosen)
    owner_id = actor_of(session).user_id or 0
    name = free_name(session, owner_id, f"{campaign.name} : {told}"[:LONGEST_NAME])
    data = SegmentData(name=name, tree=tree, is_shared=True)
    make = create_list if is_frozen else create_segment
    return make(session, owner_id=owner_id, data=data).id


def _clean(what: str) -> str:
    cleaned = " ".join(what.replace("\x00", "").split())
    if not cleaned:
        raise RuleError("what", N_("Dites ce qui est prévu, par exemple « Invitation »."))
    if len(cleaned) > LONGEST_WHAT:
        raise RuleError("what", N_("C’est trop long : %(count)s caractères au plus."),
                        count=LONGEST_WHAT)  # fmt: skip
    return cleaned
