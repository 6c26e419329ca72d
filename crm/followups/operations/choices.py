"""What was chosen in a form's lists, checked: an id from a form proves nothing."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from crm.accounts.members import known_member
from crm.accounts.models import User
from crm.core.errors import N_, RuleError
from crm.followups.models import SessionApplication
from crm.funding.models import FundingApplication, FundingCall
from crm.funding.types import SupportLevel
from crm.projects.models import Project
from crm.reference.models import ReferenceItem
from crm.territories.models import Country

_KIND = select(ReferenceItem.id, ReferenceItem.label, ReferenceItem.is_active).where(
    ReferenceItem.id == bindparam("kind_id"), ReferenceItem.list_code == "session_kind"
)
_ITEMS = (
    select(ReferenceItem)
    .where(
        ReferenceItem.list_code == bindparam("list_code"),
        ReferenceItem.id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(ReferenceItem.position, ReferenceItem.id)
)
_COUNTRIES = (
    select(Country)
    .where(Country.code.in_(bindparam("codes", expanding=True)))
    .order_by(Country.sort_name)
)
_PROJECTS = (
    select(Project)
    .where(Project.id.in_(bindparam("ids", expanding=True)))
    .order_by(Project.sort_name, Project.id)
)
_APPLICATIONS = select(FundingApplication.id, FundingApplication.deleted_at).where(
    FundingApplication.id.in_(bindparam("ids", expanding=True))
)
_OFFICERS = select(User).where(User.id.in_(bindparam("ids", expanding=True))).order_by(User.name)


def kind(session: Session, kind_id: int, *, kept_id: int | None = None) -> Row[Any]:
    """Return the id and label of a kind of support; a retired one only where it was already."""
    item = session.connection().execute(_KIND, {"kind_id": kind_id}).one_or_none()
    if item is None:
        raise RuleError("kind", N_("Choisissez une nature de la liste."))
    if not item.is_active and item.id != kept_id:
        raise RuleError(
            "kind",
            N_("« %(label)s » n’est plus proposée : choisissez-en une autre."),
            label=item.label,
        )
    return item


def themes(
    session: Session, theme_ids: Sequence[int], *, kept: Collection[ReferenceItem] = ()
) -> list[ReferenceItem]:
    """Return the themes in their order; a retired one only where it was already."""
    found = _items(session, "theme", theme_ids, kept)
    if found is None:
        raise RuleError("themes", N_("Un de ces thèmes n’est plus proposé : choisissez à nouveau."))
    return found


def axes(
    session: Session, axis_ids: Sequence[int], *, kept: Collection[ReferenceItem] = ()
) -> list[ReferenceItem]:
    """Return the axes in their order; a retired one only where it was already."""
    found = _items(session, "axis", axis_ids, kept)
    if found is None:
        raise RuleError("axes", N_("Un de ces axes n’est plus proposé : choisissez à nouveau."))
    return found


def _items(
    session: Session, list_code: str, ids: Sequence[int], kept: Collection[ReferenceItem]
) -> list[ReferenceItem] | None:
    """Return the entries of a list; None when one is not there, or retired and not kept."""
    if not ids:
        return []
    found = session.scalars(_ITEMS, {"list_code": list_code, "ids": ids}).all()
    is_whole = len(found) == len(ids) and all(i.is_active or i in kept for i in found)
    return list(found) if is_whole else None


def projects(
    session: Session, project_ids: Sequence[int], *, kept: Collection[Project] = ()
) -> list[Project]:
    """Return the projects by name; one in the trash only where it was already."""
    found = session.scalars(_PROJECTS, {"ids": project_ids}).all() if project_ids else []
    if len(found) != len(project_ids) or any(p.deleted_at and p not in kept for p in found):
        raise RuleError(
            "projects", N_("Un de ces projets n’existe plus : retirez-le, puis enregistrez.")
        )
    return list(found)


def applications(
    session: Session, ids: Sequence[int], level: str, *, kept: Collection[SessionApplication] = ()
) -> list[SessionApplication]:
    """Return a link to each application, at this level: the one there was, or a new one.

    Where the level is the one that the form showed, the heaviest, each link keeps its own. An
    application in the trash stays only where it was already.
    """
    if not ids:
        return []
    links = {link.application_id: link for link in kept}
    found = dict(session.execute(_APPLICATIONS, {"ids": ids}).tuples().all())
    if len(found) != len(ids) or any(found[each] and each not in links for each in ids):
        raise RuleError(
            "applications", N_("Un de ces dossiers n’existe plus : retirez-le, puis enregistrez.")
        )
    is_as_shown = bool(links) and level == heaviest(link.level for link in kept)
    return [
        links[each]
        if each in links and (is_as_shown or links[each].level == level)
        else SessionApplication(application_id=each, level=level)
        for each in ids
    ]


def heaviest(levels: Iterable[str]) -> str:
    """Return the level that weighs most, or the lightest where there is none."""
    known = set(levels)
    return next((level for level in SupportLevel if level in known), SupportLevel.LIGHT)


def application(session: Session, application_id: int | None, kept_id: int | None) -> int | None:
    """Return the id of the application a follow-up is about; one in the trash only if kept."""
    if _is_left(application_id, kept_id):
        return application_id or None
    record = session.get(FundingApplication, application_id)
    if record is None or record.deleted_at is not None:
        raise RuleError("application", N_("Ce choix n’existe pas ou plus."))
    return record.id


def call(session: Session, call_id: int | None, kept_id: int | None) -> int | None:
    """Return the id of the call a follow-up is about; one in the trash only if kept."""
    if _is_left(call_id, kept_id):
        return call_id or None
    record = session.get(FundingCall, call_id)
    if record is None or record.deleted_at is not None:
        raise RuleError("call", N_("Ce choix n’existe pas ou plus."))
    return record.id


def _is_left(record_id: int | None, kept_id: int | None) -> bool:
    """Tell whether nothing is chosen, or what was there already."""
    return not record_id or record_id == kept_id


def countries(session: Session, codes: Sequence[str]) -> list[Country]:
    """Return the countries of these codes, by name."""
    known = [code for code in codes if re.fullmatch("[A-Z]{2}", code)]
    found = session.scalars(_COUNTRIES, {"codes": known}).all() if known else []
    if len(found) != len(codes):
        raise RuleError(
            "countries", N_("Un de ces pays n’existe pas : choisissez-le dans la liste.")
        )
    return list(found)


def officers(
    session: Session, user_ids: Sequence[int], *, kept: Collection[User] = ()
) -> list[User]:
    """Return the members of the team; someone who has left only where they were already."""
    found = session.scalars(_OFFICERS, {"ids": user_ids}).all() if user_ids else []
    if len(found) != len(user_ids) or any(not u.is_active and u not in kept for u in found):
        raise RuleError("officers", N_("Choisissez des membres actuels de l’équipe."))
    return list(found)


def assignee(session: Session, user_id: int, *, kept_id: int | None = None) -> int:
    """Return the id of the team member who must act; someone who has left only where they were."""
    return known_member(session, user_id, field="assignee", kept_id=kept_id)
