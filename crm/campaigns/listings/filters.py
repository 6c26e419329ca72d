"""What narrows the targets of a campaign, with how many there are for each choice."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.campaigns.models import Campaign, Target, TargetMove
from crm.campaigns.queries.campaigns import has_moved
from crm.campaigns.queries.conditions import DEFINITIONS, is_elsewhere, is_met_by_any
from crm.campaigns.queries.targets import before, is_to_call
from crm.campaigns.types import (
    OBSTACLE_LABELS,
    ORIGIN_LABELS,
    STAGE_LABELS,
)
from crm.contacts.listings.filters import departements, numbers, tally_by
from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.reference.queries import labels_by_code
from crm.web.list_definition import Filter
from crm.web.locale import translate

Options = list[tuple[str, str]]
MINE, NONE, YES = "moi", "aucun", "oui"
STAGE = "etape"
_WEEK = timedelta(days=7)
_CALLS = {
    "a-appeler": N_("À appeler aujourd’hui"),
    "retard": N_("En retard"),
    "semaine": N_("Dans les sept jours"),
    "sans-date": N_("Sans date"),
}
_GAPS = {
    "telephone": N_("Sans téléphone"),
    "courriel": N_("Sans courriel"),
    "personne": N_("Sans personne à joindre"),
}


def target_filters(campaign: Campaign, *, today: date, now: datetime, user_id: int) -> list[Filter]:
    """Return what narrows the targets of a campaign on a day, as this person sees them."""
    return [
        *_filters_of_place(campaign),
        _officer_filter(user_id),
        _call_filter(today),
        *_filters_of_origin(campaign),
        *_filters_of_event(now),
    ]


def _filters_of_place(campaign: Campaign) -> list[Filter]:
    place = func.coalesce(Target.departement_code, NONE)
    return [
        _coded(STAGE, N_("Étape"), Target.stage, STAGE_LABELS),
        Filter(
            "mesure",
            N_("Compte parmi"),
            lambda values: is_met_by_any(values, campaign.id),
            lambda _session: [(each.measure.value, translate(each.label)) for each in DEFINITIONS],
            everything_label=N_("Toutes"),
        ),
        Filter(
            "departement",
            N_("Département"),
            place.in_,
            lambda session: [*departements(session), (NONE, translate(N_("Sans département")))],
            tally=tally_by(Target.id, place),
        ),
        Filter(
            "famille",
            N_("Famille"),
            Target.family_code.in_,
            lambda session: labels_by_code(session, "family"),
            everything_label=N_("Toutes"),
            tally=tally_by(Target.id, Target.family_code),
        ),
        _coded("obstacle", N_("Obstacle"), Target.obstacle, OBSTACLE_LABELS),
    ]


def _officer_filter(user_id: int) -> Filter:
    def narrow(values: list[str]) -> ColumnElement[bool]:
        ids = [*numbers(values), *([user_id] if MINE in values else [])]
        found = Target.officer_id.in_(ids)
        return or_(found, Target.officer_id.is_(None)) if NONE in values else found

    return Filter(
        "responsable",
        N_("Responsable"),
        narrow,
        _officers,
        everything_label=N_("Toute l’équipe"),
        tally=tally_by(Target.id, Target.officer_id),
    )


def _call_filter(today: date) -> Filter:
    conditions = {
        "a-appeler": is_to_call(today),
        "retard": Target.next_call_on < today,
        "semaine": Target.next_call_on.between(today, today + _WEEK),
        "sans-date": Target.next_call_on.is_(None),
    }
    return Filter("appel", N_("Prochain appel"), _any_of(conditions), _fixed(_CALLS),
                  everything_label=N_("Peu importe"))  # fmt: skip


def _filters_of_origin(campaign: Campaign) -> list[Filter]:
    gaps: dict[str, ColumnElement[bool]] = {
        "telephone": Target.structure_id.in_(_structures_without(Structure.phone.is_(None))),
        "courriel": Target.structure_id.in_(_structures_without(Structure.email.is_(None))),
        "personne": Target.contact_id.is_(None),
    }
    found = [
        _coded("origine", N_("Origine"), Target.origin, ORIGIN_LABELS),
        Filter("manque", N_("À compléter"), _any_of(gaps), _fixed(_GAPS),
               everything_label=N_("Peu importe")),
    ]  # fmt: skip
    if campaign.cloned_from_id is not None:
        stage = func.coalesce(before(campaign).scalar_subquery(), NONE)
        words = {each.value: label for each, label in STAGE_LABELS.items()}
        found.append(
            Filter(
                "avant",
                N_("La fois d’avant"),
                stage.in_,
                _fixed({**words, NONE: N_("N’était pas ciblée")}),
                everything_label=N_("Peu importe"),
            )
        )
    return found


def _filters_of_event(now: datetime) -> list[Filter]:
    moved = select(TargetMove.target_id).where(*has_moved(now))
    return [
        Filter(
            "bouge",
            N_("A changé d’étape"),
            _any_of({YES: Target.id.in_(moved)}),
            _fixed({YES: N_("Dans les sept jours")}),
            everything_label=N_("Peu importe"),
        ),
        Filter(
            "ailleurs",
            N_("Autre campagne"),
            _any_of({YES: is_elsewhere()}),
            _fixed({YES: N_("Aussi dans une autre campagne en cours")}),
            everything_label=N_("Peu importe"),
        ),
    ]


def _structures_without(condition: ColumnElement[bool]) -> Select[tuple[int]]:
    return select(Structure.id).where(condition)


def _coded(name: str, label: str, column: Any, labels: Mapping[Any, str]) -> Filter:
    words = {str(each): text for each, text in labels.items()}
    return Filter(
        name,
        label,
        column.in_,
        _fixed(words),
        kind="multi",
        everything_label=N_("Toutes"),
        tally=tally_by(Target.id, column),
    )


def _fixed(words: Mapping[str, str]) -> Callable[[Session], Options]:
    return lambda _session: [(code, translate(text)) for code, text in words.items()]


def _any_of(
    conditions: Mapping[str, ColumnElement[bool]],
) -> Callable[[list[str]], ColumnElement[bool]]:
    return lambda values: or_(false(), *(and_(conditions[v]) for v in values if v in conditions))


def _officers(session: Session) -> Options:
    rows = session.execute(
        select(User.id, User.name)
        .where(or_(User.is_active, User.id.in_(select(Target.officer_id))))
        .order_by(User.name, User.id)
    ).tuples()
    return [
        (MINE, translate(N_("Moi"))),
        (NONE, translate(N_("Personne"))),
        *((str(user_id), name) for user_id, name in rows),
    ]
