"""The list of paths."""

from typing import Any

from flask import url_for
from flask_login import current_user
from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select, true
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.accompaniment.listings.filters import OPEN, accompaniment_filters
from crm.accompaniment.models import Accompaniment, StageChange, accompaniment_obstacle
from crm.accompaniment.silence import is_current, last_exchanges
from crm.accompaniment.types import OUTCOME_LABELS, STAGE_LABELS, Stage
from crm.accounts.models import User
from crm.contacts.listings.columns import joined_labels
from crm.contacts.models import Structure
from crm.core import clock
from crm.core.errors import N_
from crm.reference.models import ReferenceItem
from crm.search.queries import matching_ids, typed_words
from crm.territories.models import Commune
from crm.web.list_definition import Column, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing

ACCOMPANIMENTS = "accompaniments"
_SAID_BY_BOARD = frozenset({"etat", "etape", "issue"})
_NOT_FILTERS = frozenset({"filtres", "apres", "avant", "tri", "colonnes", "ouvre"})
_STAGES = {each.value: label for each, label in STAGE_LABELS.items()}
_OUTCOMES = {each.value: label for each, label in OUTCOME_LABELS.items()}
_SINCE = (
    select(func.max(StageChange.changed_on))
    .where(
        StageChange.accompaniment_id == Accompaniment.id,
        StageChange.stage == Accompaniment.stage,
    )
    .correlate(Accompaniment)
    .scalar_subquery()
)
_OBSTACLES = joined_labels(
    ReferenceItem.label,
    ReferenceItem.position,
    ReferenceItem.id,
    accompaniment_obstacle,
    (accompaniment_obstacle.c.accompaniment_id, Accompaniment.id),
)


def with_usual_state(arguments: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return what the URL asks; where it narrows nothing, the current paths."""
    if any(value for name, value in arguments.items(multi=True) if name not in _NOT_FILTERS):
        return arguments
    return MultiDict([*arguments.items(multi=True), ("etat", OPEN)])


def accompaniment_list(
    _arguments: MultiDict[str, str], *, endpoint: str = "accompaniments.index"
) -> ListDefinition:
    """Return the list of paths, as the signed-in person sees it today."""
    last = last_exchanges()
    filters = accompaniment_filters(clock.today(), current_user.id if current_user else 0)
    is_board = endpoint != "accompaniments.index"
    is_shown = is_current() if is_board else true()
    if is_board:
        filters = [each for each in filters if each.name not in _SAID_BY_BOARD]
    return ListDefinition(
        code="" if is_board else ACCOMPANIMENTS,
        url=url_for(endpoint),
        statement=_rows(last).where(is_shown),
        counted=_ids().where(is_shown),
        heading=lambda row: (row.name, row.place),
        columns=_columns(),
        sorts=_sorts(last),
        default_sort="silence",
        filters=filters,
        search_label=N_("Structure, sujet"),
        count_words=(N_("%(count)s accompagnement"), N_("%(count)s accompagnements")),
        takes_all=True,
        has_more_actions=True,
        identifiers=("id", "structure_id"),
        export_url=lambda extension: url_for("accompaniments.export", extension=extension),
        allowed_arguments=frozenset({"colonne"} if is_board else ()),
        empty_text=N_("Ouvrez un accompagnement depuis la fiche d’une structure, en un clic."),
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column("name", N_("Structure"), sort="nom"),
        Column("stage", N_("Étape"), sort="etape", name="etape", words=_STAGES),
        Column("person", N_("Suivi par"), sort="personne", name="personne"),
        Column("last_on", N_("Dernier échange"), sort="silence", name="silence", kind="date"),
        Column("obstacles", N_("Obstacles"), name="obstacles", extra=_OBSTACLES, is_wide=True),
        Column("about", N_("Sujet"), name="sujet", is_wide=True),
        Column("since", N_("À cette étape depuis"), name="depuis", is_usual=False, extra=_SINCE,
               kind="date"),
        Column("departement_code", N_("Département"), sort="departement", name="departement",
               is_usual=False),
        Column("opened_on", N_("Ouvert le"), sort="ouverture", name="ouverture", is_usual=False,
               kind="date"),
        Column("next_milestone", N_("Prochaine échéance"), name="echeance", is_usual=False),
        Column("next_milestone_on", N_("Date de l’échéance"), name="date-echeance",
               is_usual=False, kind="date"),
        Column("closed_on", N_("Clos le"), name="cloture", is_usual=False, kind="date"),
        Column("outcome", N_("Issue"), name="issue", is_usual=False, words=_OUTCOMES),
    )  # fmt: skip


def _sorts(last: Subquery) -> dict[str, Sort]:
    last_on = func.coalesce(last.c.last_on, Accompaniment.opened_on)
    return {
        "silence": Sort((last_on, Accompaniment.id)),
        "nom": Sort((Structure.sort_name, Accompaniment.id)),
        "etape": Sort((_stage_rank(), Structure.sort_name, Accompaniment.id)),
        "personne": Sort((User.name, Structure.sort_name, Accompaniment.id)),
        "departement": Sort(
            (func.coalesce(Structure.departement_code, ""), Structure.sort_name, Accompaniment.id)
        ),
        "ouverture": Sort((Accompaniment.opened_on, Accompaniment.id), descending=True),
    }


def _stage_rank() -> ColumnElement[int]:
    ranks = {stage.value: place for place, stage in enumerate(Stage)}
    return case(ranks, value=Accompaniment.stage, else_=len(ranks))


def _rows(last: Subquery) -> Select[Any]:
    return (
        select(
            Accompaniment.id,
            Accompaniment.structure_id,
            Structure.name,
            func.coalesce(Commune.name, "").label("place"),
            Structure.departement_code,
            Accompaniment.stage,
            User.name.label("person"),
            Accompaniment.about,
            func.coalesce(last.c.last_on, Accompaniment.opened_on).label("last_on"),
            Accompaniment.opened_on,
            Accompaniment.next_milestone,
            Accompaniment.next_milestone_on,
            Accompaniment.closed_on,
            Accompaniment.outcome,
        )
        .join(Structure, Structure.id == Accompaniment.structure_id)
        .join(User, User.id == Accompaniment.person_id)
        .outerjoin(Commune, Commune.insee_code == Structure.commune_code)
        .outerjoin(last, last.c.structure_id == Accompaniment.structure_id)
        .where(Accompaniment.deleted_at.is_(None), Structure.deleted_at.is_(None))
    )


def _ids() -> Select[tuple[int]]:
    return (
        select(Accompaniment.id)
        .join(Structure, Structure.id == Accompaniment.structure_id)
        .where(Accompaniment.deleted_at.is_(None), Structure.deleted_at.is_(None))
    )


def narrow_by_words(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched: in the structure's name or the topic."""
    narrowing = listing.narrow(session)
    prefixes = typed_words(listing.search)
    if not prefixes:
        return narrowing
    topic = [Accompaniment.about.icontains(word, autoescape=True) for word in prefixes]
    named = Accompaniment.structure_id.in_(matching_ids("structure", prefixes))
    return narrowing.kept_to(or_(named, and_(*topic)), listing.search)
