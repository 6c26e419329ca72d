"""Structures entering and leaving a group, and who represents them there."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from crm.contacts.group_rules import MOST_AT_ONCE, clean_period, overlaps, within
from crm.contacts.group_types import Period
from crm.contacts.models import Group, GroupRepresentative, Membership, Structure
from crm.contacts.operations.groups import get_group
from crm.contacts.operations.people import resolve_contact
from crm.contacts.operations.structures import resolve_structure
from crm.contacts.picked import check_picked
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.web.formats import short_date


def add_members(
    session: Session,
    *,
    group_id: int,
    structures: Sequence[str],
    period: Period,
    family_code: str | None = None,
) -> list[Membership]:
    """Make structures members of a group: values of a picker, made on the spot when they are new.

    All or none: raises RuleError when one is a member already on one of these days.
    """
    group = get_group(session, group_id)
    clean_period(period)
    if group.closed_on is not None and period.start_on > group.closed_on:
        raise RuleError(
            "start_on",
            N_("Ce groupe s’est arrêté le %(day)s : personne n’y entre après."),
            day=short_date(group.closed_on),
        )
    values = list(dict.fromkeys(structures))
    if not values:
        raise RuleError("structures", N_("Choisissez au moins une structure."))
    if len(values) > MOST_AT_ONCE:
        raise RuleError(
            "structures", N_("%(count)s structures au plus à la fois."), count=MOST_AT_ONCE
        )
    chosen = {
        structure.id: structure
        for structure in (_resolved(session, value, family_code) for value in values)
    }
    made = []
    for structure in chosen.values():
        _check_alone(session, group_id, structure, period, field="structures")
        made.append(_add(session, group_id, structure.id, period))
    session.flush()
    return made


def update_membership(
    session: Session, *, membership_id: int, version: int, period: Period
) -> Membership:
    """Change the days of a membership; who spoke for the structure leaves with it.

    Raises RuleError when it would overlap another one, StaleRecordError if it has moved on.
    """
    membership = get_membership(session, membership_id)
    if membership.version != version:
        raise StaleRecordError(membership)
    clean_period(period)
    _check_alone(session, membership.group_id, membership.structure, period, but_id=membership_id)
    membership.start_on, membership.end_on = period.start_on, period.end_on
    for each in _representatives(session, membership_id):
        kept = within(Period(each.start_on, each.end_on), period)
        if kept is None:
            session.delete(each)
        else:
            each.start_on, each.end_on = kept.start_on, kept.end_on
    session.flush()
    return membership


def check_membership(session: Session, membership: Membership) -> None:
    """Raise RuleError when the structure is a member of the group twice on one of these days."""
    structure = session.get_one(Structure, membership.structure_id)
    period = clean_period(Period(membership.start_on, membership.end_on))
    _check_alone(session, membership.group_id, structure, period, but_id=membership.id)


def delete_membership(session: Session, *, membership_id: int) -> Membership:
    """Take a wrong entry away, with who represented the structure; return what it was."""
    membership = get_membership(session, membership_id)
    for each in _representatives(session, membership_id):
        session.delete(each)
    session.delete(membership)
    session.flush()
    return membership


def add_representatives(
    session: Session, *, membership_id: int, contacts: Sequence[str], period: Period
) -> list[GroupRepresentative]:
    """Let people speak for a structure: values of a picker, made on the spot when they are new.

    Their time is kept within the membership. Raises RuleError when it lies outside, or when one of
    them speaks for it already on one of these days.
    """
    membership = get_membership(session, membership_id)
    values = list(dict.fromkeys(contacts))
    if not values:
        raise RuleError("contacts", N_("Choisissez au moins une personne."))
    if len(values) > MOST_AT_ONCE:
        raise RuleError(
            "contacts", N_("%(count)s personnes au plus à la fois."), count=MOST_AT_ONCE
        )
    period = _within_membership(membership, period)
    made = []
    for value in values:
        check_picked(value, "contacts")
        contact = resolve_contact(session, value=value, structure_id=membership.structure_id)
        _check_speaks_once(session, membership_id, contact.id, period, field="contacts")
        representative = GroupRepresentative(
            membership_id=membership_id,
            contact_id=contact.id,
            start_on=period.start_on,
            end_on=period.end_on,
        )
        session.add(representative)
        session.flush()
        made.append(representative)
    return made


def update_representative(
    session: Session, *, representative_id: int, version: int, period: Period
) -> GroupRepresentative:
    """Change the days on which a person speaks; raise StaleRecordError if it has moved on."""
    representative = get_representative(session, representative_id)
    if representative.version != version:
        raise StaleRecordError(representative)
    period = _within_membership(representative.membership, period)
    _check_speaks_once(
        session,
        representative.membership_id,
        representative.contact_id,
        period,
        but_id=representative_id,
    )
    representative.start_on, representative.end_on = period.start_on, period.end_on
    session.flush()
    return representative


def delete_representative(session: Session, *, representative_id: int) -> GroupRepresentative:
    """Take a wrong entry away; return what it was."""
    representative = get_representative(session, representative_id)
    session.delete(representative)
    session.flush()
    return representative


def get_membership(session: Session, membership_id: int) -> Membership:
    """Return a membership of a group that is not in the trash; raise NotFoundError."""
    membership = session.scalar(
        select(Membership)
        .join(Group, Group.id == Membership.group_id)
        .where(Membership.id == membership_id, Group.deleted_at.is_(None))
        .options(joinedload(Membership.structure))
        .with_for_update(of=Group)
    )
    if membership is None:
        raise NotFoundError
    return membership


def get_representative(session: Session, representative_id: int) -> GroupRepresentative:
    """Return a representative in a group that is not in the trash; raise NotFoundError."""
    representative = session.scalar(
        select(GroupRepresentative)
        .join(Membership, Membership.id == GroupRepresentative.membership_id)
        .join(Group, Group.id == Membership.group_id)
        .where(GroupRepresentative.id == representative_id, Group.deleted_at.is_(None))
        .options(joinedload(GroupRepresentative.membership))
        .with_for_update(of=Group)
    )
    if representative is None:
        raise NotFoundError
    return representative


def _add(session: Session, group_id: int, structure_id: int, period: Period) -> Membership:
    membership = Membership(
        group_id=group_id,
        structure_id=structure_id,
        start_on=period.start_on,
        end_on=period.end_on,
    )
    session.add(membership)
    return membership


def _resolved(session: Session, value: str, family_code: str | None) -> Structure:
    check_picked(value, "structures")
    try:
        return resolve_structure(session, value=value, family_code=family_code)
    except RuleError as error:
        field = error.field if error.field == "new_family" else "structures"
        raise RuleError(field, error.message, **error.params) from error


def _representatives(session: Session, membership_id: int) -> Sequence[GroupRepresentative]:
    return session.scalars(
        select(GroupRepresentative).where(GroupRepresentative.membership_id == membership_id)
    ).all()


def _check_alone(
    session: Session,
    group_id: int,
    structure: Structure,
    period: Period,
    *,
    field: str = "start_on",
    but_id: int = 0,
) -> None:
    others = session.scalars(
        select(Membership)
        .where(
            Membership.group_id == group_id,
            Membership.structure_id == structure.id,
            Membership.id != but_id,
        )
        .order_by(Membership.start_on)
    )
    for other in others:
        if overlaps(period, Period(other.start_on, other.end_on)):
            raise RuleError(
                field,
                N_("« %(name)s » est déjà membre de ce groupe depuis le %(day)s."),
                name=structure.name,
                day=short_date(other.start_on),
            )


def _within_membership(membership: Membership, period: Period) -> Period:
    clean_period(period)
    kept = within(period, Period(membership.start_on, membership.end_on))
    if kept is None:
        raise RuleError("start_on", N_("La structure n’est pas membre de ce groupe à ces dates."))
    return kept


def _check_speaks_once(
    session: Session,
    membership_id: int,
    contact_id: int,
    period: Period,
    *,
    field: str = "start_on",
    but_id: int = 0,
) -> None:
    others = session.scalars(
        select(GroupRepresentative).where(
            GroupRepresentative.membership_id == membership_id,
            GroupRepresentative.contact_id == contact_id,
            GroupRepresentative.id != but_id,
        )
    )
    if any(overlaps(period, Period(each.start_on, each.end_on)) for each in others):
        raise RuleError(field, N_("Cette personne représente déjà la structure à ces dates."))
