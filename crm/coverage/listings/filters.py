"""What narrows a list of communes, or the communes that places add up."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.contacts.listings import departements
from crm.contacts.listings.filters import tally_by
from crm.core.errors import N_
from crm.core.text import words
from crm.coverage.queries.communes import CommuneFacts, commune_rows
from crm.coverage.queries.places import NOWHERE
from crm.coverage.rules import read_population
from crm.coverage.types import RANKS, STATE_LABELS, State
from crm.territories.models import Arrondissement, Commune
from crm.territories.queries import epci_choices
from crm.web.list_definition import Filter
from crm.web.locale import translate

Arguments = MultiDict[str, str]
Options = list[tuple[str, str]]
UNKNOWN = "inconnue"
_MOST_VALUES, _MOST_WORDS = 50, 6
_POPULATIONS = (
    ("0-499", N_("moins de 500 habitants")),
    ("500-1999", N_("de 500 à 1 999 habitants")),
    ("2000-9999", N_("de 2 000 à 9 999 habitants")),
    ("10000-", N_("10 000 habitants et plus")),
    (UNKNOWN, N_("population inconnue")),
)


def territory_filters() -> list[Filter]:
    """Return what chooses communes by where they are and how many live there."""
    code = Commune.insee_code
    return [
        Filter(
            "departement",
            N_("Département"),
            Commune.departement_code.in_,
            departements,
            tally=tally_by(code, Commune.departement_code),
        ),
        Filter(
            "arrondissement",
            N_("Arrondissement"),
            lambda values: _in_or_nowhere(Commune.arrondissement_code, values),
            _arrondissements,
            tally=tally_by(code, func.coalesce(Commune.arrondissement_code, NOWHERE)),
        ),
        Filter(
            "epci",
            N_("EPCI"),
            lambda values: _in_or_nowhere(Commune.epci_siren, values),
            _epci,
            tally=tally_by(code, func.coalesce(Commune.epci_siren, NOWHERE)),
        ),
        Filter(
            "population",
            N_("Population"),
            _populated,
            lambda _session: [(value, translate(label)) for value, label in _POPULATIONS],
            everything_label=N_("Toutes"),
            name_values=_named_populations,
            tally=tally_by(code, _population_code()),
        ),
    ]


def commune_state_filter(facts: CommuneFacts) -> Filter:
    """Return what chooses communes by the state that they are in."""
    rows = commune_rows(facts).subquery("in_state")
    return Filter(
        "etat",
        N_("État"),
        lambda values: Commune.insee_code.in_(
            select(rows.c.id).where(rows.c.state_rank.in_(_ranks(values)))
        ),
        _states,
        tally=tally_by(rows.c.id, state_code(rows.c.state_rank)),
    )


def place_state_filter(rank: ColumnElement[int]) -> Filter:
    """Return what chooses places by the state that they are in: the highest of their communes'."""
    return Filter("etat", N_("État"), lambda values: rank.in_(_ranks(values)), _states)


def state_code(rank: Any) -> ColumnElement[str]:
    """Return the code of the state of a rank."""
    codes = {number: state.value for state, number in RANKS.items()}
    return case(codes, value=rank, else_=State.NONE.value)


def territory_conditions(arguments: Arguments) -> list[ColumnElement[bool]]:
    """Return what the URL chooses of the territory, as conditions on communes."""
    return [
        each.narrow(values)
        for each in territory_filters()
        if (values := chosen_values(arguments, each.name))
    ]


def chosen_values(arguments: Arguments, name: str) -> list[str]:
    """Return the values of a filter in the URL."""
    return [value for value in arguments.getlist(name) if value][:_MOST_VALUES]


def territory_choices(arguments: Arguments) -> Mapping[str, Sequence[str]]:
    """Return what the URL chooses of the territory, by filter."""
    names = [each.name for each in territory_filters()]
    return {name: values for name in names if (values := chosen_values(arguments, name))}


def named_so(sort_name: Any, text: str) -> ColumnElement[bool] | None:
    """Return the condition of names that hold words beginning so; None when none was typed."""
    typed = words(text)[:_MOST_WORDS]
    if not typed:
        return None
    return and_(*(or_(sort_name.startswith(w), sort_name.contains(f" {w}")) for w in typed))


def _ranks(values: Sequence[str]) -> list[int]:
    return [RANKS[State(value)] for value in values if value in set(State)]


def _states(_session: Session) -> Options:
    return [(state.value, translate(label)) for state, label in STATE_LABELS.items()]


def _in_or_nowhere(column: Any, values: Sequence[str]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.in_(values)
    return or_(found, column.is_(None)) if NOWHERE in values else found


def _populated(values: Sequence[str]) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    for value in values:
        if value == UNKNOWN:
            conditions.append(Commune.population.is_(None))
        elif found := read_population(value):
            conditions.append(Commune.population >= found.least)
            if found.most is not None:
                conditions[-1] &= Commune.population <= found.most
    return or_(false(), *conditions)


def _population_code() -> ColumnElement[str]:
    whens = [(_populated([value]), value) for value, _label in _POPULATIONS]
    return case(*whens, else_=UNKNOWN)


def _named_populations(_session: Session, values: list[str]) -> Options:
    known = {value: translate(label) for value, label in _POPULATIONS}
    named = []
    for value in values:
        if value in known:
            named.append((value, known[value]))
        elif found := read_population(value):
            label = (
                translate(N_("%(least)s habitants et plus"), least=found.least)
                if found.most is None
                else translate(
                    N_("de %(least)s à %(most)s habitants"), least=found.least, most=found.most
                )
            )
            named.append((value, label))
    return named


def _arrondissements(session: Session) -> Options:
    rows = session.execute(
        select(Arrondissement.code, Arrondissement.name, Arrondissement.departement_code).order_by(
            Arrondissement.departement_code, Arrondissement.code
        )
    ).tuples()
    named = [(code, f"{name} ({departement})") for code, name, departement in rows]
    return [*named, (NOWHERE, translate(N_("Sans arrondissement")))]


def _epci(session: Session) -> Options:
    return [*epci_choices(session), (NOWHERE, translate(N_("Sans EPCI")))]
