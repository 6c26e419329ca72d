"""A structure's tie to the network: standing, fee, referent, groups."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from crm.contacts.criteria.groups import NETWORK
from crm.contacts.listings.relation import NOBODY, referents
from crm.contacts.models import (
    Contact,
    Group,
    GroupRepresentative,
    Membership,
    NetworkMembership,
    Structure,
)
from crm.contacts.queries.groups import group_choices, is_member_on, is_open_on, represents_on
from crm.contacts.queries.standing import standing_code
from crm.contacts.wording import STANDING_LABELS
from crm.core.errors import N_
from crm.criteria.conditions import is_found, is_one_of
from crm.criteria.criterion import Criterion, Field, Options, Values, fixed
from crm.criteria.types import FieldKind, Subject

PAID, UNPAID = "reglee", "a_regler"
_FEES = {PAID: N_("réglée"), UNPAID: N_("à régler")}


def _pays_fee(values: Values, day: date) -> ColumnElement[bool]:
    member = NetworkMembership
    found = select(member.structure_id).where(member.year == values.get("year", day.year))
    if fee := values.get("fee"):
        found = found.where(member.is_paid.is_(fee[0] == PAID))
    return is_found(Structure.id, found)


def _memberships(column: Any, values: Values, day: date) -> Select[Any]:
    then = values.get("day", day)
    found: Select[Any] = (
        select(column)
        .select_from(Membership)
        .join(Group, Group.id == Membership.group_id)
        .where(is_member_on(then), is_open_on(then), Group.deleted_at.is_(None))
    )
    if groups := values.get("groups"):
        found = found.where(Group.id.in_(groups))
    return found


def _is_member(values: Values, day: date) -> ColumnElement[bool]:
    return is_found(Structure.id, _memberships(Membership.structure_id, values, day))


def _represents(values: Values, day: date) -> ColumnElement[bool]:
    then = values.get("day", day)
    found = (
        _memberships(GroupRepresentative.contact_id, values, day)
        .join(GroupRepresentative, GroupRepresentative.membership_id == Membership.id)
        .join(Structure, Structure.id == Membership.structure_id)
        .where(represents_on(then), Structure.deleted_at.is_(None))
    )
    return is_found(Contact.id, found)


def _people(session: Session) -> Options:
    return [each for each in referents(session) if each[0] != NOBODY]


_GROUP_FIELDS = (
    Field(
        name="groups",
        label=N_("Groupes"),
        is_id=True,
        is_needed=False,
        options=group_choices,
        phrase=N_(" %(value)s"),
    ),
    Field(
        name="day",
        label=N_("À la date du"),
        kind=FieldKind.DAY,
        is_needed=False,
        phrase=N_(" au %(value)s"),
        hint=N_("Vide : aujourd’hui"),
    ),
)
NETWORK_CRITERIA = (
    Criterion(
        code="statut",
        label=N_("Statut dans le réseau"),
        subject=Subject.STRUCTURE,
        group=NETWORK,
        yes=N_("ont le statut %(standings)s"),
        no=N_("n’ont pas le statut %(standings)s"),
        fields=(Field(name="standings", label=N_("Statuts"), options=fixed(STANDING_LABELS)),),
        condition=lambda values, day: standing_code(day).in_(values["standings"]),
    ),
    Criterion(
        code="adhesion",
        label=N_("Adhésion et cotisation"),
        subject=Subject.STRUCTURE,
        group=NETWORK,
        yes=N_("adhèrent au réseau%(year)s%(fee)s"),
        no=N_("n’adhèrent pas au réseau%(year)s%(fee)s"),
        fields=(
            Field(
                name="year",
                label=N_("Année"),
                kind=FieldKind.NUMBER,
                is_needed=False,
                is_plain=True,
                lowest=1980,
                highest=2100,
                phrase=N_(" en %(value)s"),
                hint=N_("Vide : cette année"),
            ),
            Field(
                name="fee",
                label=N_("Cotisation"),
                is_single=True,
                is_needed=False,
                is_quoted=False,
                options=fixed(_FEES),
                phrase=N_(", avec une cotisation %(value)s"),
            ),
        ),
        condition=_pays_fee,
    ),
    Criterion(
        code="referent",
        label=N_("Suivie par"),
        subject=Subject.STRUCTURE,
        group=NETWORK,
        yes=N_("sont suivies par %(people)s"),
        no=N_("ne sont pas suivies par %(people)s"),
        fields=(
            Field(name="people", label=N_("Qui"), is_id=True, options=_people, is_quoted=False),
        ),
        condition=lambda values, _day: is_one_of(Structure.referent_id, values["people"]),
    ),
    Criterion(
        code="groupe",
        label=N_("Membre d’un groupe"),
        subject=Subject.STRUCTURE,
        group=NETWORK,
        yes=N_("sont membres d’un groupe%(groups)s%(day)s"),
        no=N_("ne sont pas membres d’un groupe%(groups)s%(day)s"),
        fields=_GROUP_FIELDS,
        condition=_is_member,
    ),
    Criterion(
        code="represente",
        label=N_("Représente une structure dans un groupe"),
        subject=Subject.CONTACT,
        group=NETWORK,
        yes=N_("représentent une structure dans un groupe%(groups)s%(day)s"),
        no=N_("ne représentent aucune structure dans un groupe%(groups)s%(day)s"),
        fields=_GROUP_FIELDS,
        condition=_represents,
    ),
)
