"""How schemes and calls are shown where everything is found."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from flask import url_for
from sqlalchemy import Select
from sqlalchemy.orm import Session

from crm.contacts.searching import detail, list_found_in
from crm.core.errors import N_
from crm.funding.call_indexing import CALL, SCHEME, all_calls, all_schemes
from crm.funding.listings.schemes import FUNDERS_OF_SCHEME
from crm.funding.models import FundingCall, FundingScheme
from crm.funding.queries.calls import call_rows
from crm.funding.queries.schemes import scheme_rows
from crm.search.actions import Action
from crm.search.kinds import IDS, Hit, SearchKind, lines
from crm.web.access import Permission
from crm.web.formats import long_date
from crm.web.locale import translate

_NOUNS = frozenset({"appel", "appels", "aap"})


@cache
def _scheme_lines() -> Select[Any]:
    funders = FUNDERS_OF_SCHEME.label("funders")
    return scheme_rows().add_columns(funders).where(FundingScheme.id.in_(IDS))


@cache
def _call_lines() -> Select[Any]:
    return call_rows().where(FundingCall.id.in_(IDS))


def describe_schemes(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """Return the lines of schemes: who funds them."""
    return {
        row.id: Hit(
            title=row.name,
            value=str(row.id),
            url=url_for("schemes.show", scheme_id=row.id),
            detail=detail(row.funders, None if row.is_active else translate(N_("terminé"))),
        )
        for row in lines(session, _scheme_lines(), ids)
    }


def describe_calls(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """Return the lines of calls: their scheme, and until when."""
    return {
        row.id: Hit(
            title=row.name,
            value=str(row.id),
            url=url_for("calls.show", call_id=row.id),
            detail=detail(row.scheme if row.scheme not in row.name else None, _closing(row)),
        )
        for row in lines(session, _call_lines(), ids)
    }


def _closing(row: Any) -> str:
    if row.closes_on is None:
        return str(row.year)
    return translate(N_("clôture le %(day)s"), day=long_date(row.closes_on))


SCHEMES = SearchKind(
    SCHEME,
    N_("Dispositifs"),
    "coin-euro",
    all_schemes,
    describe_schemes,
    nouns=frozenset({"dispositif", "dispositifs"}),
    list_url=list_found_in("schemes.index"),
)
CALLS = SearchKind(
    CALL,
    N_("Appels à projets"),
    "speakerphone",
    all_calls,
    describe_calls,
    nouns=_NOUNS,
    list_url=list_found_in("calls.index"),
)
NEW_CALL = Action(
    N_("Nouvel appel à projets"),
    "speakerphone",
    Permission.EDIT_NETWORK,
    nouns=_NOUNS,
    url=lambda: url_for("calls.new"),
    takes=(SCHEME,),
    label_with=N_("Nouvel appel de %(rest)s"),
    with_record=lambda value: url_for("calls.new", dispositif=value),
    is_quick=True,
)
CALL_CALENDAR = Action(
    N_("Calendrier des appels"),
    "calendar-event",
    Permission.READ_NETWORK,
    nouns=frozenset({"calendrier", "clotures"}),
    url=lambda: url_for("calls.month"),
)
SCHEMES_LIST = Action(
    N_("Dispositifs"),
    "coin-euro",
    Permission.READ_NETWORK,
    nouns=frozenset({"dispositif", "dispositifs"}),
    url=lambda: url_for("schemes.index"),
)
