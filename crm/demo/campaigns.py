"""The demonstration's campaigns: the winter of 2019 that was done by hand, and one under way."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.campaigns.models import Campaign, CampaignMailing, Target, TargetMove
from crm.campaigns.operations import (
    add_targets,
    advance,
    clone_campaign,
    create_campaign,
    plan_message,
    set_goals,
    set_stage,
)
from crm.campaigns.operations.moves import note_call
from crm.campaigns.queries.facts import FACTS
from crm.campaigns.queries.picking import Choice, choices_of_codes
from crm.campaigns.types import (
    CallData,
    CallOutcome,
    CampaignData,
    Goal,
    Measure,
    Obstacle,
    Origin,
    Stage,
    StageData,
)
from crm.contacts.models import Structure
from crm.core import clock
from crm.core.text import sort_key
from crm.demo.reference import Reference
from crm.demo.users import Team
from crm.demo.webinars import add_winter_webinar
from crm.funding.models import FundingScheme
from crm.history.recording import Actor, act_as
from crm.territories.models import Commune

# Those that the network's report of that year names.
_NAMED = (
    "Tourcoing", "Amiens", "Béthune", "Valenciennes", "Divion", "Lille", "Arras",
    "Château-Thierry", "Longueau", "Avion",
)  # fmt: skip
_DEPARTEMENTS = ("02", "59", "60", "62", "80")
_FORTY = 40
_SCHEME = "Appel à projets Jeunesse"
_FIRST_DAY = date(2019, 11, 4)
_HOUR = time(10)
_SCRIPT = (
    "Bonjour, je vous appelle du réseau.\n"
    "1. Avez-vous reçu notre message sur l’appel à projets ?\n"
    "2. Votre commune a-t-elle un partenaire à l’étranger, ou un projet en tête ?\n"
    "3. Qui suivrait le dossier, et quand pouvons-nous en parler ?"
)
_PURPOSE = (
    "Faire connaître aux collectivités les appels à projets du ministère, et les accompagner."
)
_NO_MORE = (
    (Obstacle.PEOPLE, "Personne pour suivre un projet en ce moment."),
    (Obstacle.MONEY, "Le budget ne laisse pas de place à un cofinancement."),
    (Obstacle.CALENDAR, "Le dépôt tombe au milieu des vœux."),
    (Obstacle.ELECTED, "La majorité ne souhaite pas s’engager avant les élections."),
)
_ANSWERS = (
    (Stage.CONTACTED, "Message laissé au secrétariat."),
    (Stage.ANSWERED, "Réponse polie, à relancer."),
    (Stage.INTERESTED, "Veulent en savoir plus."),
    (Stage.CONTACTED, "Documentation envoyée."),
)


def add_campaigns(session: Session, reference: Reference, *, team: Team, seed: int) -> None:
    """Add the campaign of the winter of 2019 over five départements, and this year's."""
    random = Random(f"{seed}:campaigns")
    act_as(session, Actor(team.campaign, "Démonstration", "demo"))
    winter = _winter(session, team)
    add_winter_webinar(session, reference, random, winter, met=_NAMED)
    _let_it_be_over(session, random, winter)
    _under_way(session, random, winter, team)


def _winter(session: Session, team: Team) -> Campaign:
    data = CampaignData(
        name="Hiver 2019, appels de la DAECT",
        purpose=_PURPOSE,
        starts_on=_FIRST_DAY,
        ends_on=date(2020, 3, 31),
        reporting_year=2019,
        status="terminee",
        scheme_id=_scheme(session),
        functions="Maire, DGS",
        script=_SCRIPT,
        member_ids=(team.campaign, team.charge),
    )
    campaign = create_campaign(session, data=data)
    goals = [Goal(code, Measure.REACHED, _FORTY // len(_DEPARTEMENTS)) for code in _DEPARTEMENTS]
    set_goals(session, campaign_id=campaign.id, version=campaign.version, goals=goals)
    for what in ("Présentation des appels", "Invitation au webinaire", "Relance avant le dépôt"):
        plan_message(session, campaign_id=campaign.id, what=what, planned_on=None)
    choices = _forty(session, campaign.id)
    add_targets(
        session,
        campaign_id=campaign.id,
        choices=choices,
        origin=Origin.PASTED,
        officer_id=team.campaign,
    )
    return campaign


def _scheme(session: Session) -> int | None:
    """Return the scheme that the ministry's office opens each winter."""
    return session.scalar(
        select(FundingScheme.id)
        .where(FundingScheme.name == _SCHEME, FundingScheme.deleted_at.is_(None))
        .order_by(FundingScheme.id)
        .limit(1)
    )


def _forty(session: Session, campaign_id: int) -> Sequence[Choice]:
    """Return the ten cities that the network names, and the largest towns of each département."""
    keys = [sort_key(name) for name in _NAMED]
    cities = select(Commune.insee_code).where(
        Commune.sort_name.in_(keys), Commune.departement_code.in_(_DEPARTEMENTS)
    )
    codes = list(session.scalars(cities.order_by(Commune.insee_code)))
    place = func.row_number().over(
        partition_by=Commune.departement_code, order_by=Commune.population.desc()
    )
    towns = select(Commune.insee_code, place.label("place")).where(
        Commune.departement_code.in_(_DEPARTEMENTS), Commune.insee_code.not_in(codes)
    )
    ranked = towns.subquery()
    more = session.scalars(
        select(ranked.c.insee_code).order_by(ranked.c.place, ranked.c.insee_code).limit(_FORTY)
    )
    return choices_of_codes(session, campaign_id, [*codes, *more][:_FORTY])


def _let_it_be_over(session: Session, random: Random, campaign: Campaign) -> None:
    """Let each target be where the winter left it: what the records say, then what calls gave."""
    advance(session, set(FACTS), Target.campaign_id == campaign.id)
    for target in _targets(session, campaign):
        if target.stage != Stage.TO_CONTACT:
            # A message that nobody noted: those who filed had been reached like the others.
            note_call(session, target_id=target.id, data=CallData(CallOutcome.ANSWERED))
            continue
        stage, note = random.choice(_ANSWERS)
        set_stage(session, target_id=target.id, data=StageData(stage, note))
        if random.random() < 0.6:
            obstacle, why = random.choice(_NO_MORE)
            set_stage(session, target_id=target.id, data=StageData(Stage.DROPPED, why, obstacle))
    _date_back(session, random, campaign)


def _date_back(session: Session, random: Random, campaign: Campaign) -> None:
    """Let what was noted of that winter have been noted then."""
    moves = select(TargetMove).where(TargetMove.campaign_id == campaign.id).order_by(TargetMove.id)
    latest: dict[int, date] = {}
    for move in session.scalars(moves):
        day = move.happened_on
        if move.source_id is None:
            day = latest.get(move.target_id, _FIRST_DAY) + timedelta(days=random.randint(3, 30))
        move.happened_on = latest[move.target_id] = day
        move.at = clock.paris_instant(day, _HOUR)
    campaign.created_at = clock.paris_instant(_FIRST_DAY, _HOUR)
    session.flush()


def _under_way(session: Session, random: Random, source: Campaign, team: Team) -> None:
    today = clock.today()
    data = CampaignData(
        name=f"Hiver {today.year}, appels du ministère",
        purpose=_PURPOSE,
        starts_on=today - timedelta(days=40),
        ends_on=today + timedelta(days=60),
        reporting_year=today.year,
        status="en_cours",
        scheme_id=source.scheme_id,
        functions=source.functions,
        script=_SCRIPT,
        member_ids=(team.campaign, team.charge),
    )
    campaign = clone_campaign(session, source_id=source.id, data=data, stages=list(Stage))
    for place, step in enumerate(_steps(session, campaign)):
        step.planned_on = today + timedelta(days=7 * place - 7)
    advance(session, set(FACTS), Target.campaign_id == campaign.id)
    for number, target in enumerate(_targets(session, campaign)):
        structure = session.get_one(Structure, target.structure_id)
        structure.phone = structure.phone or f"+333530102{number:02}"
        _begin(session, random, target, today)


def _begin(session: Session, random: Random, target: Target, today: date) -> None:
    """Let one target of the campaign under way have been called, or not yet."""
    if target.stage != Stage.TO_CONTACT:
        return
    drawn = random.random()
    if drawn < 0.3:
        return
    if drawn < 0.55:
        outcome, note = CallOutcome.NO_ANSWER, "Sonne dans le vide."
    elif drawn < 0.7:
        outcome, note = CallOutcome.CALL_BACK, "Rappeler après le conseil municipal."
    elif drawn < 0.85:
        outcome, note = CallOutcome.ANSWERED, "Demande la documentation."
    else:
        outcome, note = CallOutcome.INTERESTED, "Veut venir au webinaire."
    note_call(session, target_id=target.id, data=CallData(outcome, note))
    if target.next_call_on is not None:
        target.next_call_on = today + timedelta(days=random.randint(-2, 9))
    session.flush()


def _targets(session: Session, campaign: Campaign) -> Sequence[Target]:
    return session.scalars(
        select(Target).where(Target.campaign_id == campaign.id).order_by(Target.id)
    ).all()


def _steps(session: Session, campaign: Campaign) -> Sequence[CampaignMailing]:
    return session.scalars(
        select(CampaignMailing)
        .where(CampaignMailing.campaign_id == campaign.id)
        .order_by(CampaignMailing.id)
    ).all()
