"""What narrows a list of structures by where they stand with the network, and who follows them."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    String,
    cast,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.contacts.listings.filters import Options, numbers, tally_by
from crm.contacts.models import NetworkMembership, Structure
from crm.contacts.queries.standing import WITH_EMAIL, WITHOUT_EMAIL, email_code, standing_code
from crm.contacts.wording import STANDING_LABELS
from crm.core.errors import N_
from crm.web.list_definition import Filter
from crm.web.locale import translate

NOBODY = "aucun"
NEVER = "jamais"
_SINCE = (
    ("180", N_("depuis plus de 180 jours")),
    ("365", N_("depuis plus d’un an")),
    ("730", N_("depuis plus de deux ans")),
)
YES, NO = "oui", "non"
_LONGEST_YEAR = 4


def relation_filters(day: date) -> list[Filter]:
    """Return what narrows a list of structures by its relation to the network on a day."""
    standing = standing_code(day)
    return [
        Filter(
            "statut",
            N_("Statut"),
            standing.in_,
            lambda _session: words_of(STANDING_LABELS),
            read=list,
            tally=tally_by(Structure.id, standing),
        ),
        Filter(
            "suivi",
            N_("Suivie par"),
            lambda values: func.coalesce(Structure.referent_id, 0).in_(values),
            referents,
            everything_label=N_("Tout le monde"),
            read=_referent_ids,
            tally=_tallyreferents,
        ),
        verification_filter(Structure.verified_on, day),
        *_membership_filters(day.year),
        email_filter(email_code(), Structure.id),
    ]


def verification_filter(column: Any, day: date) -> Filter:
    """Return the filter of the records not verified for long, or never."""
    return Filter(
        "non-verifiee",
        N_("Non vérifiée"),
        lambda values: _unverified(column, values, day),
        lambda _session: [
            (NEVER, translate(N_("jamais vérifiée"))),
            *((value, translate(label)) for value, label in _SINCE),
        ],
        everything_label=N_("Peu importe"),
    )


def words_of(labels: Any) -> Options:
    """Return the (code, label) of a fixed list, in the reader's language."""
    return [(str(code), translate(label)) for code, label in labels.items()]


def email_filter(code: ColumnElement[str], identity: Any) -> Filter:
    """Return the filter of the records with an e-mail, or without."""
    labels = {WITHOUT_EMAIL: N_("Sans courriel"), WITH_EMAIL: N_("Avec courriel")}
    return Filter(
        "courriel",
        N_("Courriel"),
        code.in_,
        lambda _session: words_of(labels),
        everything_label=N_("Avec ou sans"),
        read=list,
        tally=tally_by(identity, code),
    )


def referents(session: Session) -> Options:
    """Return those who follow structures, or may; first, nobody yet."""
    used = select(Structure.referent_id).where(Structure.deleted_at.is_(None))
    rows = session.execute(
        select(User.id, User.name)
        .where(User.is_active | User.id.in_(used))
        .order_by(User.name, User.id)
    )
    people = [(str(user_id), name) for user_id, name in rows.tuples()]
    return [(NOBODY, translate(N_("À désigner"))), *people]


def _referent_ids(values: list[str]) -> list[int]:
    """Return the ids, and 0 for nobody, which no id is."""
    nobody = [0] if NOBODY in values else []
    return [*(each for each in numbers(values) if each), *nobody]


def _tallyreferents(found: CTE) -> Select[Any]:
    code = func.coalesce(cast(Structure.referent_id, String), NOBODY)
    return tally_by(Structure.id, code)(found)


def _unverified(column: Any, values: list[str], day: date) -> ColumnElement[bool]:
    """Return the condition of the records not checked for so many days, or never."""
    never = [column.is_(None)]
    known = {value for value, _label in _SINCE}
    since = [column < day - timedelta(days=int(value)) for value in values if value in known]
    return or_(false(), *since, *(never if since or NEVER in values else []))


def _membership_filters(this_year: int) -> list[Filter]:
    member = NetworkMembership

    def paid(values: Any, years: Any) -> ColumnElement[bool]:
        in_years = member.year == this_year if years is None else member.year.in_(years)
        return exists().where(
            member.structure_id == Structure.id, in_years, member.is_paid.in_(values)
        )

    return [
        Filter(
            "adherente",
            N_("Adhérente en"),
            lambda values: exists().where(
                member.structure_id == Structure.id, member.year.in_(values)
            ),
            lambda session: _years(session, this_year),
            everything_label=N_("Peu importe"),
            read=lambda values: [n for n in numbers(values) if len(str(n)) <= _LONGEST_YEAR],
            tally=tally_by(member.structure_id, member.year),
        ),
        Filter(
            "cotisation",
            N_("Cotisation"),
            paid,
            lambda _session: words_of({YES: N_("Réglée"), NO: N_("À régler")}),
            everything_label=N_("Peu importe"),
            read=lambda values: [value == YES for value in values if value in (YES, NO)],
            beside="adherente",
        ),
    ]


def _years(session: Session, this_year: int) -> Options:
    found = session.scalars(select(NetworkMembership.year).distinct()).all()
    return [(str(year), str(year)) for year in sorted({this_year, *found}, reverse=True)]
