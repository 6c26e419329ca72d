"""What narrows a list of sessions, with how many there are for each choice."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Table,
    and_,
    case,
    extract,
    false,
    func,
    or_,
    select,
)
from sqlalchemy import Column as TableColumn
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.accounts.models import User
from crm.contacts.listings.filters import Tally, tally_by
from crm.contacts.queries import structures_by_values
from crm.contacts.queries.identities import ids_of_any
from crm.core import clock
from crm.core.days import parse_day
from crm.core.errors import N_, RuleError
from crm.followups.models import (
    AccompanimentSession,
    SessionStructure,
    session_country,
    session_officer,
    session_theme,
)
from crm.followups.rules import LONGEST_ID
from crm.followups.types import STATUS_LABELS
from crm.reference.models import ReferenceItem
from crm.reference.queries import labels_by_code, labels_by_id
from crm.territories.models import Country, Departement
from crm.web.formats import short_date
from crm.web.list_definition import Filter
from crm.web.locale import translate

Options = list[tuple[str, str]]
Arguments = MultiDict[str, str]
FORMAL, AD_HOC = "formel", "ponctuel"
_FORMALITIES = ((FORMAL, N_("Rendez-vous")), (AD_HOC, N_("Appui ponctuel")))
NO_DEPARTEMENT = "aucun"


def ids(values: list[str]) -> list[int]:
    """Return the values that are ids; what is none of them finds nothing."""
    return [int(value) for value in values if value.isdecimal() and len(value) <= LONGEST_ID]


def chosen_structures(session: Session, values: list[str]) -> Options:
    """Return (id, name) of the structures that a filter holds."""
    return structures_by_values(session, [str(each) for each in ids(values)])


def session_filters(arguments: Arguments) -> list[Filter]:
    """Return what narrows a list of sessions; family and département are those of the day."""
    return [
        Filter(
            "annee",
            N_("Année"),
            _in_years,
            _years,
            everything_label=N_("Toutes"),
            tally=tally_by(AccompanimentSession.id, extract("year", AccompanimentSession.held_on)),
        ),
        _day_filter(arguments, "du", N_("Du"), AccompanimentSession.held_on.__ge__),
        _day_filter(arguments, "au", N_("Au"), AccompanimentSession.held_on.__le__),
        Filter(
            "type",
            N_("Type"),
            _of_formality,
            lambda _session: [(value, translate(label)) for value, label in _FORMALITIES],
            tally=_tally_by_formality,
        ),
        Filter(
            "nature",
            N_("Nature"),
            lambda values: AccompanimentSession.kind_id.in_(ids(values)),
            lambda session: labels_by_id(session, "session_kind"),
            everything_label=N_("Toutes"),
            tally=tally_by(AccompanimentSession.id, AccompanimentSession.kind_id),
        ),
        Filter(
            "statut",
            N_("Statut"),
            AccompanimentSession.status.in_,
            lambda _session: [
                (each.value, translate(text)) for each, text in STATUS_LABELS.items()
            ],
            tally=tally_by(AccompanimentSession.id, AccompanimentSession.status),
        ),
        *_filters_of_seats(arguments),
        *_filters_of_links(),
    ]


def _filters_of_seats(arguments: Arguments) -> list[Filter]:
    return [
        Filter(
            "famille",
            N_("Famille"),
            seat(SessionStructure.family_code.in_),
            lambda session: labels_by_code(session, "family"),
            everything_label=N_("Toutes"),
            tally=_tally_by_seat(SessionStructure.family_code),
        ),
        Filter(
            "departement",
            N_("Département"),
            seat(_in_departements),
            _departements,
            tally=_tally_by_seat(func.coalesce(SessionStructure.departement_code, NO_DEPARTEMENT)),
        ),
        Filter(
            "structure",
            N_("Structure"),
            seat(
                lambda values: SessionStructure.structure_id.in_(
                    ids_of_any("structure", ids(values))
                )
            ),
            lambda session: chosen_structures(session, arguments.getlist("structure")[:20]),
            everything_label=N_("Toutes"),
            name_values=chosen_structures,
        ),
    ]


def _filters_of_links() -> list[Filter]:
    return [
        Filter(
            "theme",
            N_("Thème"),
            linked(session_theme, session_theme.c.theme_id, ids),
            lambda session: labels_by_id(session, "theme"),
            tally=tally_by(session_theme.c.session_id, session_theme.c.theme_id),
        ),
        Filter(
            "pays",
            N_("Pays"),
            linked(session_country, session_country.c.country_code, list),
            _countries,
            tally=tally_by(session_country.c.session_id, session_country.c.country_code),
        ),
        Filter(
            "suivi",
            N_("Suivie par"),
            linked(session_officer, session_officer.c.user_id, ids),
            _officers,
            everything_label=N_("Tout le monde"),
            tally=tally_by(session_officer.c.session_id, session_officer.c.user_id),
        ),
    ]


def seat(
    narrow: Callable[[list[str]], ColumnElement[bool]],
) -> Callable[[list[str]], ColumnElement[bool]]:
    """Return the condition of sessions with a structure like this, as it was that day."""
    return lambda values: AccompanimentSession.id.in_(
        select(SessionStructure.session_id).where(narrow(values))
    )


def _tally_by_seat(value: SQLColumnExpression[Any]) -> Tally:
    """Return what counts sessions by what their structures were that day, each once a value."""
    seats = (
        select(SessionStructure.session_id.label("id"), value.label("value")).distinct().subquery()
    )
    return tally_by(seats.c.id, seats.c.value)


def _tally_by_formality(found: CTE) -> Select[Any]:
    code = case((ReferenceItem.is_formal.is_(True), FORMAL), else_=AD_HOC)
    return (
        select(code, func.count())
        .select_from(AccompanimentSession)
        .join(ReferenceItem, ReferenceItem.id == AccompanimentSession.kind_id)
        .where(AccompanimentSession.id.in_(select(found.c.id)))
        .group_by(code)
    )


def linked(
    link: Table, key: TableColumn[Any], read: Callable[[list[str]], list[Any]]
) -> Callable[[list[str]], ColumnElement[bool]]:
    """Return the condition of sessions that a table links to one of the values, once read."""
    return lambda values: AccompanimentSession.id.in_(
        select(link.c.session_id).where(key.in_(read(values)))
    )


def _in_departements(values: list[str]) -> ColumnElement[bool]:
    found = SessionStructure.departement_code.in_(values)
    return (
        found | SessionStructure.departement_code.is_(None) if NO_DEPARTEMENT in values else found
    )


def _of_formality(values: list[str]) -> ColumnElement[bool]:
    formal = ReferenceItem.is_formal.is_(True)
    return or_(
        false(), *([formal] if FORMAL in values else []), *([~formal] if AD_HOC in values else [])
    )


def _in_years(values: list[str]) -> ColumnElement[bool]:
    years = [int(value) for value in values if len(value) == 4 and value.isdecimal()]  # noqa: PLR2004
    return or_(
        false(),
        *(
            and_(
                AccompanimentSession.held_on >= date(year, 1, 1),
                AccompanimentSession.held_on <= date(year, 12, 31),
            )
            for year in years
            if year > 0
        ),
    )


def _years(session: Session) -> Options:
    first, last = session.execute(
        select(
            func.min(AccompanimentSession.held_on), func.max(AccompanimentSession.held_on)
        ).where(AccompanimentSession.deleted_at.is_(None))
    ).one()
    if first is None:
        return []
    return [(str(year), str(year)) for year in range(last.year, first.year - 1, -1)]


def _day_filter(
    arguments: Arguments,
    name: str,
    label: str,
    compare: Callable[[date], ColumnElement[bool]],
) -> Filter:
    def narrow(values: list[str]) -> ColumnElement[bool]:
        day = read_day(values[0])
        return compare(day) if day else false()

    def options(_session: Session) -> Options:
        typed = arguments.get(name, "")[:20]
        day = read_day(typed)
        return [(typed, short_date(day) if day else translate(N_("date non comprise")))]

    return Filter(name, label, narrow, options, kind="text")


def read_day(text: str) -> date | None:
    """Return the day of a URL's parameter; None when it is none."""
    try:
        return parse_day(text, clock.today())
    except RuleError:
        return None


def _departements(session: Session) -> Options:
    used = select(SessionStructure.departement_code).distinct()
    rows = session.execute(
        select(Departement.code, Departement.name)
        .where(Departement.is_covered | Departement.code.in_(used))
        .order_by(Departement.code)
    )
    known = [(code, f"{name} ({code})") for code, name in rows.tuples()]
    return [*known, (NO_DEPARTEMENT, translate(N_("Sans département")))]


def _countries(session: Session) -> Options:
    rows = session.execute(
        select(Country.code, Country.name)
        .where(Country.code.in_(select(session_country.c.country_code)))
        .order_by(Country.sort_name)
    )
    return list(rows.tuples().all())


def _officers(session: Session) -> Options:
    rows = session.execute(
        select(User.id, User.name)
        .where(User.id.in_(select(session_officer.c.user_id)))
        .order_by(User.name, User.id)
    )
    return [(str(user_id), name) for user_id, name in rows.tuples()]
