"""The one definition of each figure of the funnel: the page, the list and the report count by it.

A condition is of a `Target`. What a target did is read where it is kept (sessions, applications);
what was heard of it (messages, calls, registrations) from its moves, save those undone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import aliased

from crm.campaigns.models import Campaign, Target, TargetMove
from crm.campaigns.queries.facts import application_facts, award_facts, session_facts
from crm.campaigns.rules import PATH
from crm.campaigns.types import Measure, Stage, Status
from crm.contacts.models import Structure
from crm.core.errors import N_

_Other, _OtherCampaign = aliased(Target), aliased(Campaign)
_HEARD = PATH[1 : PATH.index(Stage.ACCOMPANIED) + 1]


@dataclass(frozen=True, slots=True)
class Definition:
    """A figure: its words, and the rule that is printed beside it.

    `one` is said of none or one target, `label` of several.
    """

    measure: Measure
    one: str
    label: str
    rule: str


DEFINITIONS = (
    Definition(
        Measure.TARGETED,
        N_("ciblée"),
        N_("ciblées"),
        N_(
            "Structures de la campagne, chacune une fois. Celles mises à la corbeille ou retirées"
            " de la campagne ne comptent pas."
        ),
    ),
    Definition(
        Measure.REACHED,
        N_("touchée"),
        N_("touchées"),
        N_(
            "Cibles avec qui un contact a abouti : un message de la campagne arrivé (confirmé, ou"
            " remis depuis un jour sans revenir), un appel où quelqu’un a répondu, ou tout ce qui"
            " suit jusqu’à une séance. Un dossier déposé sans aucun échange ne suffit pas."
        ),
    ),
    Definition(
        Measure.ANSWERED,
        N_("ayant répondu"),
        N_("ayant répondu"),
        N_(
            "Cibles dont quelqu’un a répondu à un message ou au téléphone, s’est dit intéressé,"
            " s’est inscrit, est venu ou a été accompagné."
        ),
    ),
    Definition(
        Measure.MET,
        N_("rencontrée"),
        N_("rencontrées"),
        N_(
            "Cibles dont quelqu’un est venu à un événement de la campagne, ou qui ont eu une"
            " séance d’accompagnement pendant celle-ci."
        ),
    ),
    Definition(
        Measure.ACCOMPANIED,
        N_("accompagnée"),
        N_("accompagnées"),
        N_(
            "Cibles ayant au moins une séance réalisée entre le début et la fin de la campagne,"
            " rendez-vous ou appui ponctuel. Les séances prévues, annulées ou à la corbeille ne"
            " comptent pas, ni une étape notée à la main sans séance."
        ),
    ),
    Definition(
        Measure.FILED,
        N_("dossier déposé"),
        N_("dossiers déposés"),
        N_(
            "Cibles ayant déposé au moins un dossier entre le début et la fin de la campagne, pour"
            " son appel ou, à défaut, son dispositif. Une étape notée à la main sans dossier"
            " enregistré ne compte pas."
        ),
    ),
    Definition(
        Measure.FUNDED,
        N_("financée"),
        N_("financées"),
        N_(
            "Cibles dont l’un de ces dossiers a obtenu un financement, total ou partiel, même"
            " décidé après la fin de la campagne."
        ),
    ),
)


def is_there() -> ColumnElement[bool]:
    """Return the condition of targets that count: they, and their structure, out of the trash."""
    present = select(Structure.id).where(Structure.deleted_at.is_(None))
    return and_(Target.deleted_at.is_(None), Target.structure_id.in_(present))


def is_met_by(measure: Measure, campaign_id: int | None = None) -> ColumnElement[bool]:
    """Return the condition of targets that a figure counts; of one campaign it reads less."""
    conditions = {
        Measure.TARGETED: lambda _id: true(),
        Measure.REACHED: lambda each: or_(_has_heard(_HEARD, each), _is_accompanied(each)),
        Measure.ANSWERED: lambda each: or_(_has_heard(_HEARD[1:], each), _is_accompanied(each)),
        Measure.MET: lambda each: or_(
            _has_heard((Stage.PRESENT, Stage.ACCOMPANIED), each), _is_accompanied(each)
        ),
        Measure.ACCOMPANIED: _is_accompanied,
        Measure.FILED: _has_filed,
        Measure.FUNDED: _is_funded,
    }
    return conditions[measure](campaign_id)


def is_met_by_any(measures: Collection[str], campaign_id: int | None = None) -> ColumnElement[bool]:
    """Return the condition of targets that one of these figures counts; unknown ones find none."""
    known = [each for each in Measure if each in measures]
    return or_(false(), *(is_met_by(each, campaign_id) for each in known))


def is_undone() -> ColumnElement[bool]:
    """Return the condition of moves that were taken back."""
    undone = select(TargetMove.undoes_id).where(TargetMove.undoes_id.is_not(None))
    return TargetMove.id.in_(undone.correlate(None))


def _has_heard(stages: Collection[Stage], campaign_id: int | None) -> ColumnElement[bool]:
    found = select(TargetMove.target_id).where(TargetMove.reached.in_(stages), ~is_undone())
    if campaign_id is not None:
        found = found.where(TargetMove.campaign_id == campaign_id)
    return Target.id.in_(found.correlate(None))


def _is_accompanied(campaign_id: int | None) -> ColumnElement[bool]:
    return _is_among(session_facts(), campaign_id)


def _has_filed(campaign_id: int | None) -> ColumnElement[bool]:
    return _is_among(application_facts(), campaign_id)


def _is_funded(campaign_id: int | None) -> ColumnElement[bool]:
    return _is_among(award_facts(), campaign_id)


def _is_among(facts: Select[Any], campaign_id: int | None) -> ColumnElement[bool]:
    if campaign_id is not None:
        facts = facts.where(Campaign.id == campaign_id)
    found = facts.subquery()
    return Target.id.in_(select(found.c.target_id))


def others_running() -> Select[Any]:
    """Select the other running campaigns that target the same structure as a target."""
    return (
        select(_OtherCampaign.id, _OtherCampaign.name)
        .join(_Other, _Other.campaign_id == _OtherCampaign.id)
        .where(
            _Other.structure_id == Target.structure_id,
            _Other.campaign_id != Target.campaign_id,
            _Other.deleted_at.is_(None),
            _OtherCampaign.deleted_at.is_(None),
            _OtherCampaign.status == Status.RUNNING,
        )
        .correlate(Target)
    )


def is_elsewhere() -> ColumnElement[bool]:
    """Return the condition of targets whose structure another running campaign targets too."""
    return others_running().exists()


def names_elsewhere() -> ColumnElement[Any]:
    """Return the names of the other running campaigns of a target's structure, if any."""
    named = func.aggregate_strings(_OtherCampaign.name, ", ")
    return others_running().with_only_columns(named).scalar_subquery()
