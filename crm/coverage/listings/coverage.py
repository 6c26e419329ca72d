"""The list of coverage: places with their communes added up, or the communes themselves."""

from dataclasses import replace
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Float, Select, and_, cast, func, select, true
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.core import clock
from crm.core.errors import N_
from crm.core.numbers import typed_id
from crm.coverage.listings.filters import (
    Arguments,
    commune_state_filter,
    named_so,
    place_state_filter,
    state_code,
    territory_choices,
    territory_conditions,
    territory_filters,
)
from crm.coverage.queries.communes import CommuneFacts, commune_rows, in_territory
from crm.coverage.queries.places import place_rows
from crm.coverage.rules import read_years
from crm.coverage.types import STATE_LABELS, Level, Scope, State
from crm.territories.models import Arrondissement, Commune, Departement, Epci
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing

COVERAGE = "coverage"
SCOPE_ARGUMENTS = ("niveau", "dispositif", "de", "a")
_STATES = {state.value: label for state, label in STATE_LABELS.items()}
_WORDS = {
    Level.DEPARTEMENT: (N_("%(count)s département"), N_("%(count)s départements")),
    Level.ARRONDISSEMENT: (N_("%(count)s arrondissement"), N_("%(count)s arrondissements")),
    Level.EPCI: (N_("%(count)s EPCI"), N_("%(count)s EPCI")),
    Level.COMMUNE: (N_("%(count)s commune"), N_("%(count)s communes")),
}
_NAMES: dict[Level, Any] = {
    Level.DEPARTEMENT: Departement.name,
    Level.ARRONDISSEMENT: Arrondissement.name,
    Level.EPCI: Epci.sort_name,
    Level.COMMUNE: Commune.sort_name,
}
_EMPTY = N_("Le découpage du territoire n’est pas encore chargé : demandez à l’administration.")


def read_scope(arguments: Arguments) -> Scope:
    """Return the years and the scheme of the URL; the last ten years and any scheme without.

    What is no scheme gets the id zero, which none has: it must not widen what is counted.
    """
    years = read_years(arguments.get("de"), arguments.get("a"), clock.today().year)
    asked = arguments.get("dispositif")
    return Scope(years, typed_id(asked) if asked else None)


def read_level(arguments: Arguments) -> Level:
    """Return the level of the URL; EPCI without one."""
    asked = arguments.get("niveau", "")
    return Level(asked) if asked in set(Level) else Level.EPCI


def coverage_list(arguments: Arguments) -> ListDefinition:
    """Return the list that the URL asks for."""
    level, facts = read_level(arguments), CommuneFacts(read_scope(arguments))
    if level is Level.COMMUNE:
        return _commune_list(facts)
    definition = _place_list(facts, level, territory_conditions(arguments))
    if _is_plain(arguments):
        definition.counted = _place_codes(level, arguments)
    return definition


def _is_plain(arguments: Arguments) -> bool:
    """Tell whether the places are those of the communes chosen, by one filter at most."""
    chosen = len(territory_choices(arguments))
    return chosen <= 1 and not arguments.get("etat") and not arguments.get("q")


def _place_codes(level: Level, arguments: Arguments) -> Select[Any]:
    """Select the codes of places from the communes alone: nothing that happened is added up."""
    key = {
        Level.DEPARTEMENT: Commune.departement_code,
        Level.ARRONDISSEMENT: Commune.arrondissement_code,
        Level.EPCI: Commune.epci_siren,
    }[level]
    chosen = territory_conditions(arguments)
    return select(key.label("id")).where(in_territory(), *chosen).distinct()


def narrow_by_name(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL, and the words searched: in the name of a place."""
    narrowing = listing.narrow(session)
    level = read_level(listing.arguments)
    if level in (Level.COMMUNE, Level.EPCI):
        condition = named_so(_NAMES[level], listing.search)
    else:
        typed = listing.search
        condition = _NAMES[level].icontains(typed, autoescape=True) if typed else None
    return narrowing if condition is None else narrowing.kept_to(condition, listing.search)


def _common(level: Level) -> dict[str, Any]:
    return {
        "code": COVERAGE,
        "url": url_for("coverage.index"),
        "count_words": _WORDS[level],
        "search_label": N_("Nom d’un territoire"),
        "allowed_arguments": frozenset(SCOPE_ARGUMENTS),
        "export_url": lambda extension: url_for("coverage.export", extension=extension),
        "empty_text": _EMPTY,
    }


def _commune_list(facts: CommuneFacts) -> ListDefinition:
    rank = facts.rank
    itself = and_(Structure.insee_code == Commune.insee_code, Structure.deleted_at.is_(None))
    statement = (
        commune_rows(facts)
        .outerjoin(Epci, Epci.siren == Commune.epci_siren)
        .outerjoin(Structure, itself)
        .add_columns(
            Epci.name.label("epci"),
            Structure.id.label("structure_id"),
            state_code(rank).label("state"),
            *_euros(facts.amount("requested_cents"), facts.amount("awarded_cents")),
        )
    )
    code = Commune.insee_code
    return ListDefinition(
        statement=statement,
        counted=select(code.label("id")).where(in_territory()),
        columns=_commune_columns(),
        sorts={
            "nom": Sort((Commune.sort_name, code)),
            "departement": Sort((Commune.departement_code, Commune.sort_name, code)),
            "epci": Sort((func.coalesce(Epci.sort_name, ""), Commune.sort_name, code)),
            "population": Sort((func.coalesce(Commune.population, -1), code), descending=True),
            "etat": Sort((rank, code), descending=True),
            **{
                name: Sort((facts.amount(key), code), descending=True)
                for name, key in _AMOUNT_SORTS.items()
            },
        },
        default_sort="nom",
        filters=[commune_state_filter(facts), *territory_filters()],
        bulk_actions=(("relances", N_("Créer des relances…")),),
        takes_all=True,
        **_common(Level.COMMUNE),
    )


_AMOUNT_SORTS = {
    "dossiers": "filed",
    "obtenus": "obtained",
    "demande": "requested_cents",
    "accorde": "awarded_cents",
}


def _commune_columns() -> tuple[Column, ...]:
    return (
        Column("name", N_("Commune"), sort="nom"),
        Column("state", N_("État"), sort="etat", name="etat", words=_STATES),
        Column("departement_code", N_("Département"), sort="departement", name="departement"),
        Column("epci", N_("EPCI"), sort="epci", name="epci", is_wide=True),
        *_figures_columns(),
    )


def _place_list(
    facts: CommuneFacts, level: Level, conditions: list[ColumnElement[bool]]
) -> ListDefinition:
    rows = place_rows(facts, level, conditions)
    of = rows.selected_columns
    statement = rows.add_columns(
        state_code(of.state_rank).label("state"), *_euros(of.requested_cents, of.awarded_cents)
    )
    return ListDefinition(
        statement=statement,
        columns=_place_columns(level),
        sorts={
            "nom": Sort((of.sort_name, of.id)),
            "etat": Sort((of.state_rank, of.id), descending=True),
            **{
                name: Sort((of[key], of.id), descending=True)
                for name, key in (_PLACE_SORTS | _AMOUNT_SORTS).items()
            },
        },
        default_sort="nom",
        filters=[place_state_filter(of.state_rank), *map(_said_inside, territory_filters())],
        **_common(level),
    )


_PLACE_SORTS = {
    "communes": "communes",
    "avec-dossier": "with_application",
    "population": "population",
    "couverte": "covered",
    **{state.value: f"communes_{state.value}" for state in State},
}


def _said_inside(each: Filter) -> Filter:
    """Return the filter as the rows already have it: it chose the communes that are added up."""
    return replace(each, narrow=lambda _values: true(), tally=None)


def _place_columns(level: Level) -> tuple[Column, ...]:
    name = {
        Level.DEPARTEMENT: N_("Département"),
        Level.ARRONDISSEMENT: N_("Arrondissement"),
        Level.EPCI: N_("EPCI"),
    }[level]
    counts = (
        ("communes", N_("Communes"), "communes", True),
        ("with_application", N_("Avec dossier"), "avec-dossier", True),
        ("communes_obtenu", N_("Dont obtenu"), "obtenu", True),
        ("communes_depose", N_("Déposé, rien d’obtenu"), "depose", False),
        ("communes_accompagne", N_("Accompagnées"), "accompagne", True),
        ("communes_contacte", N_("Contactées"), "contacte", True),
        ("communes_rien", N_("Rien"), "rien", True),
        ("covered", N_("Population couverte"), "couverte", True),
    )
    return (
        Column("name", name, sort="nom"),
        Column("state", N_("État"), sort="etat", name="etat", words=_STATES, is_usual=False),
        *(
            Column(key, label, sort=sort, name=sort, is_numeric=True, is_usual=is_usual)
            for key, label, sort, is_usual in counts
        ),
        *_figures_columns(population_is_usual=False),
    )


def _figures_columns(*, population_is_usual: bool = True) -> tuple[Column, ...]:
    return (
        Column("population", N_("Population"), sort="population", name="population",
               is_numeric=True, is_usual=population_is_usual),
        Column("filed", N_("Dossiers"), sort="dossiers", name="dossiers", is_numeric=True),
        Column("obtained", N_("Dossiers obtenus"), sort="obtenus", name="obtenus",
               is_numeric=True, is_usual=False),
        Column("requested_cents", N_("Euros demandés"), sort="demande", name="demande",
               is_numeric=True, kind="money", is_usual=False, exported=("requested",)),
        Column("awarded_cents", N_("Euros obtenus"), sort="accorde", name="accorde",
               is_numeric=True, kind="money", exported=("awarded",)),
    )  # fmt: skip


def _euros(requested: Any, awarded: Any) -> tuple[Any, Any]:
    """Return the amounts as an export holds them."""
    return (
        (cast(requested, Float) / 100).label("requested"),
        (cast(awarded, Float) / 100).label("awarded"),
    )
