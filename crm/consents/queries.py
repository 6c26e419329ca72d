"""Who may be written to for what, in SQL for any number of people, and of one person in words."""

from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session

from crm.consents.grounds import ground
from crm.consents.models import Consent
from crm.consents.rules import (
    GROUNDS,
    MATRIX,
    Cell,
    Decision,
    Standing,
    decide,
    free_grounds,
)
from crm.consents.types import PURPOSES, SAID_NO, Basis, Refusal, State
from crm.consents.withdrawals import has_left_since, refusal_since
from crm.contacts.models import Contact
from crm.core.addresses import email_key as key_of
from crm.mail.suppressed import is_suppressed
from crm.mail.suppression import Origin, suppression_origin
from crm.mail.types import BROADCASTS, Purpose

_MOST_MERGES = 5


def person_refusal(
    purpose: Purpose,
    *,
    day: date,
    email_key: ColumnElement[Any] = Contact.email_key.expression,
    is_of_one: bool = False,
) -> ColumnElement[str | None]:
    """Return why a person must not be written to for a purpose, or NULL when they may be.

    It is correlated to `Contact`; `email_key` is the address that the message would go to. It says
    what `rules.decide` says. `is_of_one` is for a statement that looks at one person.
    """
    return case(
        (Contact.deleted_at.is_not(None), literal(Refusal.ERASED.value)),
        (email_key.is_(None), literal(Refusal.NO_EMAIL.value)),
        else_=case(
            {**_IN_SQL, _ACCEPTED_AND_LEFT: refusal_since(purpose, email_key)},
            value=standing_key(purpose, email_key),
            else_=_by_grounds(purpose, day, is_of_one=is_of_one),
        ),
    )


def standing_key(purpose: Purpose, email_key: ColumnElement[Any]) -> ColumnElement[str | None]:
    """Return how an address was suppressed and what its person chose, as one key of `SETTLED`."""
    origin = func.coalesce(suppression_origin(purpose, email_key), "")
    return origin + _BESIDE + func.coalesce(_choice(purpose), "")


def _settled() -> dict[str, Refusal | None]:
    """Return what is decided by how an address was suppressed and what its person chose.

    Both stand in one key: each is looked up once a person, whatever comes of it.
    """
    choices = ("", *Basis, *SAID_NO)
    settled: dict[str, Refusal | None] = {}
    for origin in ("", *Origin):
        for choice in choices:
            refusal: Refusal | None = None
            if origin not in ("", Origin.WITHDRAWAL):
                refusal = Refusal(origin)
            elif choice in SAID_NO:
                refusal = Refusal(choice)
            elif choice != Basis.CONSENT and origin == Origin.WITHDRAWAL:
                refusal = Refusal.WITHDRAWN
            elif choice != Basis.CONSENT:
                continue
            elif origin == Origin.WITHDRAWAL:
                # Which came last decides: `person_refusal` asks it of these people alone.
                continue
            settled[f"{origin}{_BESIDE}{choice}"] = refusal
    return settled


_BESIDE = "/"
SETTLED = _settled()
_IN_SQL: dict[str, Any] = {
    key: literal(refusal.value) if refusal else null() for key, refusal in SETTLED.items()
}
_ACCEPTED_AND_LEFT = f"{Origin.WITHDRAWAL}{_BESIDE}{Basis.CONSENT}"


def _by_grounds(purpose: Purpose, day: date, *, is_of_one: bool) -> ColumnElement[str | None]:
    """Return what the other grounds decide: a ground that is not free needs to have been noted."""
    choice = _choice(purpose)
    free = free_grounds(purpose)
    holds = [
        ground(each, day, is_of_one=is_of_one)
        if each in free
        else and_(choice == each.value, ground(each, day, is_of_one=is_of_one))
        for each in GROUNDS
        if MATRIX[each][purpose] is not Cell.NEVER
    ]
    return case(
        (or_(false(), *holds), null()),
        (choice.is_(None), literal(Refusal.NEVER_ASKED.value)),
        else_=literal(Refusal.GROUND_LOST.value),
    )


def _choice(purpose: Purpose) -> ColumnElement[str | None]:
    """Return the basis of what a person accepted, or that they said no; NULL if never asked."""
    return (
        select(case((Consent.state == State.ACCEPTED.value, Consent.basis), else_=Consent.state))
        .where(Consent.contact_id == Contact.id, Consent.purpose == purpose.value)
        .correlate(Contact)
        .scalar_subquery()
    )


def generic_refusal(
    purpose: Purpose, *, day: date, address: ColumnElement[Any]
) -> ColumnElement[str | None]:
    """Return why an organisation's own address must not be written to, or NULL when it may be.

    It is no personal data: only a suppression, or a withdrawal from it, holds it back. An address
    that people have for their own is theirs: one of them at least must be one to write to.
    """
    return case(
        (address.is_(None), literal(Refusal.NO_EMAIL.value)),
        else_=func.nullif(
            func.coalesce(
                _refusal_there(purpose, day, address), suppression_origin(purpose, address)
            ),
            _MAY_BE,
        ),
    )


_MAY_BE = ""


def _refusal_there(
    purpose: Purpose, day: date, address: ColumnElement[Any]
) -> ColumnElement[str | None]:
    """Return what holds back the people of an address, `_MAY_BE` for one; NULL where none is."""
    refusal = person_refusal(purpose, day=day, is_of_one=True)
    return (
        select(func.coalesce(refusal, _MAY_BE))
        .where(Contact.email_key == address, Contact.deleted_at.is_(None))
        .order_by(refusal.is_not(None), Contact.id)
        .limit(1)
        .correlate_except(Contact)
        .scalar_subquery()
    )


@lru_cache(maxsize=32)
def _asked_of_person(purpose: Purpose, day: date) -> Select[Any]:
    address = bindparam("address", type_=String)
    return select(
        Contact.merged_into_id, person_refusal(purpose, day=day, email_key=address, is_of_one=True)
    ).where(Contact.id == bindparam("contact_id"))


@lru_cache(maxsize=2)
def _standing(day: date) -> Select[Any]:
    address = Contact.email_key.expression
    return select(
        Contact.deleted_at,
        Contact.email_key,
        *(ground(each, day, is_of_one=True).label(each.name) for each in GROUNDS),
        *(suppression_origin(each, address).label(each.name) for each in PURPOSES),
        *(has_left_since(each, address).label(f"{each.name}_LEFT") for each in PURPOSES),
    ).where(Contact.id == bindparam("contact_id"))


@lru_cache(maxsize=32)
def _asked_of_address(purpose: Purpose, day: date) -> Select[Any]:
    return select(generic_refusal(purpose, day=day, address=bindparam("address", type_=String)))


def may_still_write(
    session: Session, *, contact_id: int | None, recipient: str, purpose: str, day: date
) -> str | None:
    """Return why a message must not leave to this address now; None when it may.

    Without a contact the address is an organisation's, or of whoever has it for their own. Someone
    merged since is asked as the person they were found to be. It is one query, for the transaction
    in which sending begins.
    """
    if purpose not in BROADCASTS:
        held = is_suppressed(session, recipient=recipient, purpose=purpose)
        return Refusal.OBJECTED.value if held else None
    known, address = Purpose(purpose), key_of(recipient)
    if contact_id is None:
        refusal = session.execute(_asked_of_address(known, day), {"address": address}).scalar_one()
        return None if refusal is None else str(refusal)
    statement = _asked_of_person(known, day)
    for _merge in range(_MOST_MERGES):
        row = session.execute(
            statement, {"address": address, "contact_id": contact_id}
        ).one_or_none()
        if row is None:
            return Refusal.ERASED.value
        merged_into_id, refusal = row
        if merged_into_id is None:
            return None if refusal is None else str(refusal)
        contact_id = merged_into_id
    return Refusal.ERASED.value


def standings_of(session: Session, contact_id: int, day: date) -> dict[Purpose, Standing]:
    """Return what is known of a person for each purpose, in one query and one for their choices."""
    row = session.execute(_standing(day), {"contact_id": contact_id}).one_or_none()
    if row is None:
        return {each: Standing(is_alive=False) for each in PURPOSES}
    choices = {
        purpose: (State(state), Basis(basis) if basis else None)
        for purpose, state, basis in session.execute(
            select(Consent.purpose, Consent.state, Consent.basis).where(
                Consent.contact_id == contact_id
            )
        ).tuples()
    }
    grounds = frozenset(each for each in GROUNDS if getattr(row, each.name))
    return {
        each: Standing(
            is_alive=row.deleted_at is None,
            has_email=row.email_key is not None,
            suppression=getattr(row, each.name),
            has_left_since=getattr(row, f"{each.name}_LEFT"),
            state=choices.get(each, (None, None))[0],
            basis=choices.get(each, (None, None))[1],
            grounds=grounds,
        )
        for each in PURPOSES
    }


def decisions_of(session: Session, contact_id: int, day: date) -> dict[Purpose, Decision]:
    """Return, for each purpose, whether a person may be written to, and why."""
    standings = standings_of(session, contact_id, day)
    return {purpose: decide(standing, purpose) for purpose, standing in standings.items()}


def has_choice(purpose: Purpose, *states: State) -> ColumnElement[bool]:
    """Return the condition of the people whose choice for a purpose is one of these."""
    return (
        exists()
        .where(
            and_(
                Consent.contact_id == Contact.id,
                Consent.purpose == purpose.value,
                Consent.state.in_([each.value for each in states]),
            )
        )
        .correlate(Contact)
    )
