"""Making and changing groups."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.group_rules import LONGEST_NAME, clean_group
from crm.contacts.group_types import GroupData
from crm.contacts.indexing import index_group
from crm.contacts.models import Group
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.core.text import sort_key
from crm.reference.models import ReferenceItem
from crm.territories.models import Country


def create_group(session: Session, *, data: GroupData) -> Group:
    """Make a group and return it; raise RuleError with the field that does not fit."""
    group = Group()
    _fill(session, group, data)
    session.add(group)
    session.flush()
    index_group(session, group)
    return group


def update_group(session: Session, *, group_id: int, version: int, data: GroupData) -> Group:
    """Change a group as it was at that version; raise StaleRecordError if it has moved on."""
    group = get_group(session, group_id)
    if group.version != version:
        raise StaleRecordError(group)
    if group.merged_into_id is not None and data.closed_on != group.closed_on:
        raise RuleError(
            "closed_on", N_("Ce groupe a été fusionné : son dernier jour ne change plus.")
        )
    _fill(session, group, data)
    session.flush()
    index_group(session, group)
    return group


def get_group(session: Session, group_id: int) -> Group:
    """Return a group that is not in the trash, kept from other writers; raise NotFoundError."""
    group = session.scalar(
        select(Group).where(Group.id == group_id, Group.deleted_at.is_(None)).with_for_update()
    )
    if group is None:
        raise NotFoundError
    return group


def _fill(session: Session, group: Group, data: GroupData) -> None:
    data = clean_group(data)
    _check_name_is_free(session, group.id, data.name)
    if data.country_code and not _is_country(session, data.country_code):
        raise RuleError("country", N_("Ce pays n’existe pas : choisissez-le dans la liste."))
    if data.theme_id:
        _check_theme(session, data.theme_id, kept_id=group.theme_id)
    values = {
        "name": data.name,
        "sort_name": sort_key(data.name)[:LONGEST_NAME],
        "kind": str(data.kind),
        "country_code": data.country_code,
        "theme_id": data.theme_id,
        "description": data.description,
        "launched_on": data.launched_on,
        "closed_on": data.closed_on,
    }
    for name, value in values.items():
        if getattr(group, name) != value:
            setattr(group, name, value)


def _is_country(session: Session, code: str) -> bool:
    return bool(re.fullmatch("[A-Z]{2}", code)) and session.get(Country, code) is not None


def _check_theme(session: Session, theme_id: int, *, kept_id: int | None) -> None:
    theme = session.get(ReferenceItem, theme_id)
    if theme is None or theme.list_code != "theme" or not (theme.is_active or theme.id == kept_id):
        raise RuleError("theme", N_("Ce thème n’est plus proposé : choisissez-en un autre."))


def _check_name_is_free(session: Session, group_id: int | None, name: str) -> None:
    key = sort_key(name)[:LONGEST_NAME]
    if not key:
        raise RuleError("name", N_("Un nom contient au moins une lettre ou un chiffre."))
    with session.no_autoflush:
        other = session.scalar(
            select(Group.name).where(
                Group.sort_name == key, Group.deleted_at.is_(None), Group.id != (group_id or 0)
            )
        )
    if other is not None:
        raise RuleError("name", N_("Le groupe « %(name)s » existe déjà."), name=other)
