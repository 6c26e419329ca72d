"""The keys that figures of several packages share, with the labels of their lists."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.indicators.indicator import Key, Labels
from crm.indicators.types import Scope
from crm.reference.queries import labels_by_code, labels_by_id
from crm.territories.models import Country, Departement
from crm.web.locale import translate

Link = tuple[SQLColumnExpression[Any], SQLColumnExpression[Any]]
NONE = ""
FORMAL, AD_HOC = "formal", "ad_hoc"
FORMALITY_LABELS: Mapping[str, str] = {
    FORMAL: N_("Accompagnement formalisé"),
    AD_HOC: N_("Appui ponctuel"),
}


def family_key(column: Any) -> Key:
    """Return the split by reporting family; NONE where there is none."""
    return Key(expression=func.coalesce(column, NONE), labels=_families)


def departement_key(column: Any) -> Key:
    """Return the split by département, those of the network first; NONE where there is none."""
    return Key(expression=func.coalesce(column, NONE), labels=_departements)


def item_key(
    column: Any, list_code: str, *, link: Link | None = None, is_ranked: bool = False
) -> Key:
    """Return the split by an entry of a list that the network edits."""
    return Key(
        expression=column,
        labels=_entries(list_code),
        link=link,
        is_id=True,
        is_ranked=is_ranked,
    )


def country_key(column: Any, link: Link | None = None) -> Key:
    """Return the split by country, by name."""
    return Key(expression=column, labels=_countries, link=link, is_ranked=True)


def fixed_key(column: Any, labels: Mapping[Any, str]) -> Key:
    """Return the split by the words of a list that never changes."""
    return Key(
        expression=column,
        labels=lambda *_: [(str(code), translate(label)) for code, label in labels.items()],
    )


def named_key(
    column: Any, identity: Any, name: Any, *, link: Link | None = None, among: Any = None
) -> Key:
    """Return the split by records, by id; the labels are the names of those that `among` holds."""
    return Key(
        expression=func.coalesce(column, 0),
        labels=_named(identity, name, among),
        link=link,
        is_id=True,
        is_ranked=True,
    )


def _families(session: Session, _scope: Scope) -> Labels:
    return [*labels_by_code(session, "family"), (NONE, _no("famille"))]


@cache
def _entries(list_code: str) -> Callable[[Session, Scope], Labels]:
    """Return what reads a list, the same for all split by it: many at once read it once."""

    def labels(session: Session, _scope: Scope) -> Labels:
        return labels_by_id(session, list_code)

    return labels


def _named(identity: Any, name: Any, among: Any) -> Callable[[Session, Scope], Labels]:
    statement = select(identity, name).order_by(name, identity)
    if among is not None:
        statement = statement.where(identity.in_(select(among)))

    def labels(session: Session, _scope: Scope) -> Labels:
        found = session.execute(statement).tuples()
        return [*((str(record_id), label) for record_id, label in found), ("0", _no("fiche"))]

    return labels


def _no(what: str) -> str:
    said = {
        "famille": N_("Sans famille"),
        "departement": N_("Sans département"),
        "fiche": N_("Non indiqué"),
    }
    return translate(said[what])


def _departements(session: Session, _scope: Scope) -> Labels:
    found = session.execute(
        select(Departement.code, Departement.name).order_by(
            Departement.is_covered.desc(), Departement.code
        )
    ).tuples()
    return [*((code, f"{name} ({code})") for code, name in found), (NONE, _no("departement"))]


def _countries(session: Session, _scope: Scope) -> Labels:
    found = session.execute(select(Country.code, Country.name).order_by(Country.sort_name))
    return list(found.tuples())
