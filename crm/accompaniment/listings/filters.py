"""What narrows the list of paths, with how many there are for each choice."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import Session

from crm.accompaniment.models import Accompaniment, accompaniment_obstacle
from crm.accompaniment.rules import SILENT_AFTER_DAYS
from crm.accompaniment.silence import silent_ids
from crm.accompaniment.types import OUTCOME_LABELS, STAGE_LABELS
from crm.accounts.models import User
from crm.contacts.listings import departements, numbers
from crm.contacts.listings.filters import Tally, tally_by
from crm.contacts.models import Structure, structure_theme
from crm.core.errors import N_
from crm.reference.queries import labels_by_code, labels_by_id
from crm.web.list_definition import Filter
from crm.web.locale import translate

Options = list[tuple[str, str]]
MINE, NONE = "moi", "aucun"
OPEN, CLOSED = "en-cours", "clos"
_STATES = ((OPEN, N_("En cours")), (CLOSED, N_("Clos")))
SILENCES = (30, SILENT_AFTER_DAYS, 90, 180)


def accompaniment_filters(today: date, user_id: int) -> list[Filter]:
    """Return what narrows a list of paths on a day, as this person sees it."""
    return [
        *_filters_of_place(),
        _person_filter(user_id),
        *_filters_of_trouble(today),
        _outcome_filter(),
        *_filters_of_structure(),
    ]


def _filters_of_place() -> list[Filter]:
    is_open = Accompaniment.closed_on.is_(None)
    return [
        Filter(
            "etat",
            N_("État"),
            _any_of({OPEN: is_open, CLOSED: ~is_open}),
            lambda _session: [(value, translate(label)) for value, label in _STATES],
            tally=tally_by(Accompaniment.id, case((is_open, OPEN), else_=CLOSED)),
        ),
        Filter(
            "etape",
            N_("Étape"),
            Accompaniment.stage.in_,
            lambda _session: [(each.value, translate(text)) for each, text in STAGE_LABELS.items()],
            everything_label=N_("Toutes"),
            tally=tally_by(Accompaniment.id, Accompaniment.stage),
        ),
    ]


def _person_filter(user_id: int) -> Filter:
    return Filter(
        "personne",
        N_("Suivi par"),
        lambda values: Accompaniment.person_id.in_(
            [*numbers(values), *([user_id] if MINE in values else [])]
        ),
        _people,
        everything_label=N_("Toute l’équipe"),
        tally=tally_by(Accompaniment.id, Accompaniment.person_id),
    )


def _filters_of_trouble(today: date) -> list[Filter]:
    return [
        Filter(
            "silence",
            N_("Silencieux depuis"),
            lambda values: _silent(values, today),
            lambda _session: [
                (str(days), translate(N_("%(count)s jours"), count=days)) for days in SILENCES
            ],
            everything_label=N_("Peu importe"),
        ),
        Filter(
            "obstacle",
            N_("Obstacle"),
            _with_obstacle,
            lambda session: [
                *labels_by_id(session, "obstacle"),
                (NONE, translate(N_("Aucun obstacle noté"))),
            ],
            tally=tally_by(
                accompaniment_obstacle.c.accompaniment_id, accompaniment_obstacle.c.obstacle_id
            ),
        ),
    ]


def _outcome_filter() -> Filter:
    return Filter(
        "issue",
        N_("Issue"),
        Accompaniment.outcome.in_,
        lambda _session: [(each.value, translate(text)) for each, text in OUTCOME_LABELS.items()],
        everything_label=N_("Toutes"),
        tally=tally_by(Accompaniment.id, Accompaniment.outcome),
    )


def _filters_of_structure() -> list[Filter]:
    return [
        Filter(
            "departement",
            N_("Département"),
            _in_departements,
            lambda session: [
                *departements(session),
                (NONE, translate(N_("Sans département"))),
            ],
            tally=_tally_of_structures(func.coalesce(Structure.departement_code, NONE)),
        ),
        Filter(
            "famille",
            N_("Famille"),
            Structure.family_code.in_,
            lambda session: labels_by_code(session, "family"),
            everything_label=N_("Toutes"),
            tally=_tally_of_structures(Structure.family_code),
        ),
        Filter(
            "theme",
            N_("Thème"),
            lambda values: exists().where(
                structure_theme.c.structure_id == Structure.id,
                structure_theme.c.theme_id.in_(numbers(values)),
            ),
            lambda session: labels_by_id(session, "theme"),
        ),
        Filter(
            "structure",
            N_("Structure"),
            lambda values: Accompaniment.structure_id.in_(numbers(values)),
            lambda _session: [],
            everything_label=N_("Toutes"),
            name_values=_structures,
        ),
    ]


def _any_of(
    conditions: dict[str, ColumnElement[bool]],
) -> Callable[[list[str]], ColumnElement[bool]]:
    return lambda values: or_(false(), *(conditions[v] for v in values if v in conditions))


def _silent(values: list[str], today: date) -> ColumnElement[bool]:
    asked = [days for days in SILENCES if str(days) in values]
    if not asked:
        return false()
    return Accompaniment.id.in_(silent_ids(today, min(asked)))


def _with_obstacle(values: list[str]) -> ColumnElement[bool]:
    met = accompaniment_obstacle.c.accompaniment_id == Accompaniment.id
    found = exists().where(met, accompaniment_obstacle.c.obstacle_id.in_(numbers(values)))
    return or_(found, ~exists().where(met)) if NONE in values else found


def _in_departements(values: list[str]) -> ColumnElement[bool]:
    found = Structure.departement_code.in_(values)
    return or_(found, Structure.departement_code.is_(None)) if NONE in values else found


def _tally_of_structures(value: Any) -> Tally:
    """Return what counts paths by what their structure is."""
    return lambda found: (
        select(value, func.count())
        .join(Accompaniment, Accompaniment.structure_id == Structure.id)
        .where(and_(Accompaniment.id.in_(select(found.c.id))))
        .group_by(value)
    )


def _people(session: Session) -> Options:
    rows = session.execute(
        select(User.id, User.name)
        .where(or_(User.is_active, User.id.in_(select(Accompaniment.person_id))))
        .order_by(User.name, User.id)
    ).tuples()
    return [(MINE, translate(N_("Moi"))), *((str(user_id), name) for user_id, name in rows)]


def _structures(session: Session, values: list[str]) -> Options:
    rows = session.execute(
        select(Structure.id, Structure.name).where(Structure.id.in_(numbers(values)))
    ).tuples()
    return [(str(structure_id), name) for structure_id, name in rows]
