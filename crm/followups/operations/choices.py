"""What was chosen in a form's lists, checked: an id from a form proves nothing."""

import re
from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.core.errors import N_, RuleError
from crm.reference.models import ReferenceItem
from crm.territories.models import Country

_THEMES = (
    select(ReferenceItem)
    .where(
        ReferenceItem.list_code == "theme", ReferenceItem.id.in_(bindparam("ids", expanding=True))
    )
    .order_by(ReferenceItem.position, ReferenceItem.id)
)
_COUNTRIES = (
    select(Country)
    .where(Country.code.in_(bindparam("codes", expanding=True)))
    .order_by(Country.sort_name)
)
_OFFICERS = select(User).where(User.id.in_(bindparam("ids", expanding=True))).order_by(User.name)


def kind(session: Session, kind_id: int, *, kept_id: int | None = None) -> int:
    """Return the id of a kind of support; a retired one only where it was already."""
    item = session.get(ReferenceItem, kind_id)
    if item is None or item.list_code != "session_kind":
        raise RuleError("kind", N_("Choisissez une nature de la liste."))
    if not item.is_active and item.id != kept_id:
        raise RuleError(
            "kind",
            N_("« %(label)s » n’est plus proposée : choisissez-en une autre."),
            label=item.label,
        )
    return item.id


def themes(
    session: Session, theme_ids: Sequence[int], *, kept: Collection[ReferenceItem] = ()
) -> list[ReferenceItem]:
    """Return the themes in their order; a retired one only where it was already."""
    found = session.scalars(_THEMES, {"ids": theme_ids}).all() if theme_ids else []
    if len(found) != len(theme_ids) or any(not t.is_active and t not in kept for t in found):
        raise RuleError("themes", N_("Un de ces thèmes n’est plus proposé : choisissez à nouveau."))
    return list(found)


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
    user = session.get(User, user_id)
    if user is None or (not user.is_active and user.id != kept_id):
        raise RuleError("assignee", N_("Choisissez un membre actuel de l’équipe."))
    return user.id
