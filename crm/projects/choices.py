"""What a form may refer to: entries of a list and countries, looked up and refused if unknown."""

import re
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core.errors import N_, RuleError
from crm.projects.models import Project
from crm.reference.models import ReferenceItem
from crm.territories.models import Country

_GONE = {
    "theme": ("themes", N_("Un de ces thèmes n’est plus proposé : choisissez à nouveau.")),
    "sdg": ("sdgs", N_("Un de ces objectifs n’est plus proposé : choisissez à nouveau.")),
}


def known_items(
    session: Session, list_code: str, ids: Sequence[int], *, kept: Collection[ReferenceItem] = ()
) -> list[ReferenceItem]:
    """Return the entries of a list in their order; a retired one only where it was already."""
    found = session.scalars(
        select(ReferenceItem)
        .where(ReferenceItem.list_code == list_code, ReferenceItem.id.in_(ids))
        .order_by(ReferenceItem.position, ReferenceItem.id)
    ).all()
    if len(found) != len(ids) or any(not item.is_active and item not in kept for item in found):
        raise RuleError(*_GONE[list_code])
    return list(found)


def known_countries(session: Session, codes: Sequence[str]) -> list[Country]:
    """Return the countries of these codes, by name."""
    known = [code for code in codes if re.fullmatch("[A-Z]{2}", code)]
    found = session.scalars(
        select(Country).where(Country.code.in_(known)).order_by(Country.sort_name)
    ).all()
    if len(found) != len(codes):
        raise RuleError(
            "countries", N_("Un de ces pays n’existe pas : choisissez-le dans la liste.")
        )
    return list(found)


def known_project(session: Session, project_id: int | None, *, kept_id: int | None) -> int | None:
    """Return the id of a project that is not in the trash, or was there already; None for none."""
    if project_id is None or project_id == kept_id:
        return project_id
    project = session.get(Project, project_id)
    if project is None or project.deleted_at is not None:
        raise RuleError("project", N_("Ce projet n’existe pas ou plus : choisissez-en un autre."))
    return project.id
