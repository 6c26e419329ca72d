"""What the filters of applications are made of: groups of statuses, years, amounts, places."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    extract,
    false,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.contacts.listings import numbers
from crm.contacts.listings.filters import Tally, tally_by
from crm.contacts.models import Structure
from crm.core.errors import N_, RuleError
from crm.core.money import parse_money
from crm.funding.models import CoFunding, FundingApplication, FundingCall, FundingScheme
from crm.funding.queries.conditions import (
    is_decided,
    is_filed,
    is_lost,
    is_obtained,
    is_pending,
    seat_code,
)
from crm.funding.types import PREPARED, ApplicationStatus
from crm.projects.models import project_country
from crm.territories.models import Arrondissement, Commune, Country, Departement, Epci
from crm.web.formats import money
from crm.web.list_definition import Filter
from crm.web.locale import translate

Options = list[tuple[str, str]]
Read = Callable[[list[str]], list[Any]]
NONE = "aucun"
NO_COMMUNE = N_("Hors du territoire, ou inconnue")
_YEAR_DIGITS = 4
STATES: dict[str, tuple[str, ColumnElement[bool]]] = {
    "preparation": (N_("En préparation"), FundingApplication.status.in_(PREPARED)),
    "depose": (N_("Déposé, quelle que soit la suite"), is_filed()),
    "attente": (N_("En attente de décision"), is_pending()),
    "decide": (N_("Décidé"), is_decided()),
    "obtenu": (N_("Financement obtenu"), is_obtained()),
    "perdu": (N_("Refusé ou inéligible"), is_lost()),
    "abandonne": (
        N_("Abandonné"),
        FundingApplication.status == ApplicationStatus.ABANDONED,
    ),
}


def in_states(values: list[str]) -> ColumnElement[bool]:
    """Return the condition of applications that are in one of these groups of statuses."""
    return or_(false(), *(STATES[value][1] for value in values if value in STATES))


def tally_states(found: CTE) -> Any:
    """Select how many applications are in each group: one may be in several."""
    return union_all(
        *(
            select(literal(code).label("value"), func.count().label("number")).where(
                FundingApplication.id.in_(select(found.c.id)), condition
            )
            for code, (_, condition) in STATES.items()
        )
    )


def year_filter(name: str, label: str, day: Any) -> Filter:
    """Return the filter of the applications whose day is in a year."""

    def narrow(values: list[str]) -> ColumnElement[bool]:
        years = [int(each) for each in values if each.isdecimal() and len(each) == _YEAR_DIGITS]
        return or_(
            false(),
            *(day.between(date(year, 1, 1), date(year, 12, 31)) for year in years if year),
        )

    def options(session: Session) -> Options:
        first, last = session.execute(
            select(func.min(day), func.max(day)).where(FundingApplication.deleted_at.is_(None))
        ).one()
        years = range(last.year, first.year - 1, -1) if first else ()
        return [(str(year), str(year)) for year in years]

    return Filter(
        name,
        label,
        narrow,
        options,
        everything_label=N_("Toutes"),
        # A year without any application is a year all the same: a figure of ten years opens it.
        name_values=lambda _session, values: [
            (each, each) for each in values if each.isdecimal() and len(each) == _YEAR_DIGITS
        ],
        tally=tally_by(FundingApplication.id, extract("year", day)),
    )


def named_departements(session: Session, values: list[str]) -> Options:
    """Return the départements of these codes, also where the network does not work."""
    rows = session.execute(
        select(Departement.code, Departement.name)
        .where(Departement.code.in_(values))
        .order_by(Departement.code)
    )
    named = [(code, f"{name} ({code})") for code, name in rows.tuples()]
    return [*named, *([(NONE, translate(N_("Sans département")))] if NONE in values else [])]


def amount_filter(
    arguments: MultiDict[str, str],
    name: str,
    label: str,
    compare: Callable[[int], ColumnElement[bool]],
) -> Filter:
    """Return the filter of an amount typed as people type them: « 25 k€ »."""

    def narrow(values: list[str]) -> ColumnElement[bool]:
        cents = _read_cents(values[0])
        return false() if cents is None else compare(cents)

    def options(_session: Session) -> Options:
        typed = arguments.get(name, "")[:30]
        cents = _read_cents(typed)
        not_read = translate(N_("montant non compris"))
        return [(arguments.get(name, ""), not_read if cents is None else money(cents))]

    return Filter(name, label, narrow, options, kind="text")


def _read_cents(text: str) -> int | None:
    try:
        return parse_money(text)
    except RuleError:
        return None


def tally_funders() -> Tally:
    """Return what counts applications by who is asked to fund them, alone or with others."""
    pairs = union(
        select(FundingApplication.id, FundingApplication.funder_id.label("value")),
        select(CoFunding.application_id, CoFunding.funder_id),
    ).subquery()
    return tally_by(pairs.c.id, pairs.c.value)


def _in_communes_that(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return seat_code().in_(select(Commune.insee_code).where(condition))


def in_epci(values: list[str]) -> ColumnElement[bool]:
    """Return the condition of applications whose seat is in a commune of these EPCI."""
    return _in_communes_that(Commune.epci_siren.in_(values))


def in_arrondissements(values: list[str]) -> ColumnElement[bool]:
    """Return the condition of applications whose seat is in these arrondissements."""
    return _in_communes_that(Commune.arrondissement_code.in_(values))


def in_communes(values: list[str]) -> ColumnElement[bool]:
    """Return the condition of applications whose seat is in communes, each value one or several.

    NONE stands for a seat that is unknown, or in no commune of the reference.
    """
    found = seat_code().in_(_codes(values))
    if NONE not in values:
        return found
    nowhere = seat_code().is_(None) | seat_code().not_in(select(Commune.insee_code))
    return or_(found, nowhere)


def _codes(values: list[str]) -> list[str]:
    return [code for value in values for code in value.split(",") if code != NONE]


def communes(session: Session, values: list[str]) -> Options:
    """Return the names of the communes chosen; of several in one value, how many there are."""
    rows = session.execute(
        select(Commune.insee_code, Commune.name, Commune.departement_code).where(
            Commune.insee_code.in_(_codes(values))
        )
    ).tuples()
    names = {code: f"{name} ({departement})" for code, name, departement in rows}
    names[NONE] = translate(NO_COMMUNE)
    found = {value: [each for each in value.split(",") if each in names] for value in values}
    return [
        (
            value,
            names[known[0]]
            if len(known) == 1
            else translate(N_("%(count)s communes"), count=len(known)),
        )
        for value, known in found.items()
        if known
    ]


def epci(session: Session) -> Options:
    """Return every EPCI, by name."""
    rows = session.execute(select(Epci.siren, Epci.name).order_by(Epci.sort_name, Epci.siren))
    return list(rows.tuples().all())


def arrondissements(session: Session) -> Options:
    """Return every arrondissement, by its département."""
    rows = session.execute(
        select(Arrondissement.code, Arrondissement.name, Arrondissement.departement_code).order_by(
            Arrondissement.departement_code, Arrondissement.name, Arrondissement.code
        )
    ).tuples()
    return [(code, f"{name} ({departement})") for code, name, departement in rows]


def countries(session: Session) -> Options:
    """Return the countries where projects are, by name."""
    rows = session.execute(
        select(Country.code, Country.name)
        .where(Country.code.in_(select(project_country.c.country_code)))
        .order_by(Country.sort_name)
    )
    return list(rows.tuples().all())


def schemes(session: Session) -> Options:
    """Return every scheme that is not in the trash, by name."""
    rows = session.execute(
        select(FundingScheme.id, FundingScheme.name)
        .where(FundingScheme.deleted_at.is_(None))
        .order_by(FundingScheme.sort_name, FundingScheme.id)
    ).tuples()
    return [(str(scheme_id), name) for scheme_id, name in rows]


def calls(session: Session) -> Options:
    """Return every call that is not in the trash, by scheme, the latest first."""
    rows = session.execute(
        select(FundingCall.id, FundingScheme.name, FundingCall.name)
        .join(FundingScheme, FundingScheme.id == FundingCall.scheme_id)
        .where(FundingCall.deleted_at.is_(None))
        .order_by(FundingScheme.sort_name, FundingCall.year.desc(), FundingCall.id.desc())
    ).tuples()
    return [(str(call_id), f"{scheme} › {name}") for call_id, scheme, name in rows]


def funders(session: Session) -> Options:
    """Return who is asked to fund an application, by name."""
    rows = session.execute(
        select(Structure.id, Structure.name)
        .where(
            Structure.id.in_(
                select(FundingApplication.funder_id).where(
                    FundingApplication.funder_id.is_not(None)
                )
            )
            | Structure.id.in_(select(CoFunding.funder_id))
        )
        .order_by(Structure.sort_name, Structure.id)
    ).tuples()
    return [(str(structure_id), name) for structure_id, name in rows]


def structures(session: Session, values: list[str]) -> Options:
    """Return the names of structures, those in the trash too: the past keeps them."""
    rows = session.execute(
        select(Structure.id, Structure.name).where(Structure.id.in_(numbers(values)))
    ).tuples()
    return [(str(structure_id), name) for structure_id, name in rows]
