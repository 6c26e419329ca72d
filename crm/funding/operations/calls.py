"""Making and changing the editions of schemes."""

import re
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.core.events import publish
from crm.funding import rules
from crm.funding.call_indexing import index_call
from crm.funding.events import CallMoved
from crm.funding.models import (
    CallDepartement,
    CallFamily,
    FundingApplication,
    FundingCall,
    FundingScheme,
)
from crm.funding.queries.conditions import is_filed, is_kept
from crm.funding.types import CallData
from crm.territories.models import Departement

_PLAIN = (
    "name",
    "year",
    "opens_on",
    "predeposit_on",
    "closes_on",
    "results_on",
    "minimum_partners",
    "cap_cents",
    "rate_percent",
    "budget_cents",
    "link",
    "notes",
)
_DEPARTEMENT = re.compile("[0-9][0-9AB][0-9]?")
_TERMS = ("closes_on", "minimum_partners", "cap_cents", "rate_percent")


def create_call(session: Session, *, data: CallData) -> FundingCall:
    """Make a call and return it; raise RuleError with the field that does not fit."""
    data = rules.clean_call(data)
    _check_scheme(session, data.scheme_id)
    call = FundingCall(
        scheme_id=data.scheme_id, created_at=clock.now(), families=[], departements=[]
    )
    _fill(session, call, data)
    session.add(call)
    session.flush()
    index_call(session, call)
    return call


def update_call(session: Session, *, call_id: int, version: int, data: CallData) -> FundingCall:
    """Change a call as it was at that version; its scheme stays.

    Raises StaleRecordError if it has moved on; RuleError on `confirms_filed` when applications
    were filed under other terms and nobody said that they know it.
    """
    call = get_call(session, call_id)
    if call.version != version:
        raise StaleRecordError(call)
    data = rules.clean_call(data)
    if not data.confirms_filed and _changes_terms(call, data):
        filed = filed_count(session, call_id)
        if filed:
            raise RuleError(
                "confirms_filed",
                N_(
                    "Dossiers déjà déposés à cet appel : %(count)s. Ils gardent ce qu’ils ont "
                    "demandé ; cochez pour changer l’appel tout de même."
                ),
                count=filed,
            )
    was = call.closes_on
    _fill(session, call, data)
    session.flush()
    index_call(session, call)
    if data.closes_on is not None and was != data.closes_on:
        publish(session, CallMoved(call.id, data.closes_on))
    return call


def get_call(session: Session, call_id: int) -> FundingCall:
    """Return a call that is not in the trash, with who may apply; raise NotFoundError."""
    call = session.scalar(
        select(FundingCall)
        .where(FundingCall.id == call_id, FundingCall.deleted_at.is_(None))
        .options(
            selectinload(FundingCall.families),
            selectinload(FundingCall.departements),
            selectinload(FundingCall.scheme),
        )
        .with_for_update()
    )
    if call is None:
        raise NotFoundError
    return call


def filed_count(session: Session, call_id: int) -> int:
    """Return how many applications were filed to a call."""
    count = session.scalar(
        select(func.count()).where(FundingApplication.call_id == call_id, is_kept(), is_filed())
    )
    return count or 0


def _check_scheme(session: Session, scheme_id: int) -> None:
    scheme = session.get(FundingScheme, scheme_id)
    if scheme is None or scheme.deleted_at is not None:
        raise RuleError("scheme", N_("Choisissez un dispositif de la liste."))


def _changes_terms(call: FundingCall, data: CallData) -> bool:
    return (
        any(getattr(call, name) != getattr(data, name) for name in _TERMS)
        or tuple(row.family_code for row in call.families) != data.family_codes
        or tuple(row.departement_code for row in call.departements) != data.departement_codes
    )


def _fill(session: Session, call: FundingCall, data: CallData) -> None:
    with session.no_autoflush:
        _check_departements(session, data.departement_codes)
    for name in _PLAIN:
        setattr(call, name, getattr(data, name))
    families = {row.family_code: row for row in call.families}
    places = {row.departement_code: row for row in call.departements}
    if set(families) != set(data.family_codes):
        call.families = [
            families.get(code) or CallFamily(family_code=code) for code in data.family_codes
        ]
        flag_modified(call, "created_at")  # a list alone does not make the version grow
    if set(places) != set(data.departement_codes):
        call.departements = [
            places.get(code) or CallDepartement(departement_code=code)
            for code in data.departement_codes
        ]
        flag_modified(call, "created_at")


def _check_departements(session: Session, codes: Collection[str]) -> None:
    shaped = [code for code in codes if _DEPARTEMENT.fullmatch(code)]
    known = select(func.count()).where(
        Departement.code.in_(shaped), Departement.is_covered.is_(True)
    )
    if codes and session.scalar(known) != len(codes):
        raise RuleError("departements", N_("Choisissez des départements de la liste."))
