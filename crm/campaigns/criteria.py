"""What a segment may ask of campaigns: whose target a structure is, at which stage."""

from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from crm.campaigns.models import Campaign, Target
from crm.campaigns.operations.plans import CRITERION
from crm.campaigns.types import OBSTACLE_LABELS, STAGE_LABELS
from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.criteria.conditions import is_found
from crm.criteria.criterion import Criterion, Field, Options, Values, fixed
from crm.criteria.types import Subject


def campaign_options(session: Session) -> Options:
    """Return the campaigns that are not in the trash, the latest first."""
    rows = session.execute(
        select(Campaign.id, Campaign.name)
        .where(Campaign.deleted_at.is_(None))
        .order_by(Campaign.starts_on.desc(), Campaign.id.desc())
    ).tuples()
    return [(str(campaign_id), name) for campaign_id, name in rows]


def _is_target(values: Values, _day: date) -> ColumnElement[bool]:
    found = (
        select(Target.structure_id)
        .join(Campaign, Campaign.id == Target.campaign_id)
        .where(Target.deleted_at.is_(None), Campaign.deleted_at.is_(None))
        .where(Campaign.id.in_(values["campagnes"]))
    )
    if stages := values.get("etapes"):
        found = found.where(Target.stage.in_(stages))
    if obstacles := values.get("obstacles"):
        found = found.where(Target.obstacle.in_(obstacles))
    return is_found(Structure.id, found)


CAMPAIGN_CRITERIA = (
    Criterion(
        code=CRITERION,
        label=N_("Cible d’une campagne"),
        subject=Subject.STRUCTURE,
        group=N_("Campagnes"),
        yes=N_("sont ciblées par la campagne%(campagnes)s%(etapes)s%(obstacles)s"),
        no=N_("ne sont pas ciblées par la campagne%(campagnes)s%(etapes)s%(obstacles)s"),
        fields=(
            Field(
                name="campagnes",
                label=N_("Campagnes"),
                is_id=True,
                options=campaign_options,
                phrase=" %(value)s",
            ),
            Field(
                name="etapes",
                label=N_("Étapes"),
                is_needed=False,
                options=fixed(STAGE_LABELS),
                phrase=N_(" à l’étape %(value)s"),
                hint=N_("Vide : toutes les étapes"),
            ),
            Field(
                name="obstacles",
                label=N_("Obstacles"),
                is_needed=False,
                options=fixed(OBSTACLE_LABELS),
                phrase=N_(" avec pour obstacle %(value)s"),
                hint=N_("Vide : avec ou sans obstacle"),
            ),
        ),
        condition=_is_target,
    ),
)
