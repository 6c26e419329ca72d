"""The list of likely duplicates, of structures or of people."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from crm.contacts.models import Affiliation, Contact, Structure
from crm.core.errors import N_
from crm.core.numbers import parse_id
from crm.duplicates.models import DuplicatePair
from crm.duplicates.scanning import CONTACT, STRUCTURE
from crm.duplicates.types import PairState, Reason
from crm.duplicates.wording import REASON_LABELS, STATE_LABELS
from crm.territories.models import Commune
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate

KIND_LABELS: Mapping[str, str] = {STRUCTURE: N_("Structures"), CONTACT: N_("Personnes")}
_LEVELS = (("950", N_("95 % et plus")), ("900", N_("90 % et plus")), ("800", N_("80 % et plus")))
_COLUMNS = (
    Column("low_name", N_("Une fiche")),
    Column("high_name", N_("L’autre")),
    Column("reasons", N_("Pourquoi")),
    Column("score", N_("Vraisemblance"), sort="vraisemblance", is_numeric=True),
    Column("id", N_("Décider")),
)


def asked_kind(arguments: Mapping[str, str]) -> str:
    """Return the kind of record that the URL asks for: structures, unless people are."""
    return CONTACT if arguments.get("fiche") == CONTACT else STRUCTURE


def pair_list(kind: str, arguments: Mapping[str, str]) -> ListDefinition:
    """Return the list of the pairs of a kind: those to decide, unless the URL asks for others."""
    statement = _narrowed_pairs(kind, arguments)
    return ListDefinition(
        url=url_for("duplicates.index"),
        statement=statement,
        columns=_COLUMNS,
        sorts={"vraisemblance": Sort((DuplicatePair.score, DuplicatePair.id), descending=True)},
        default_sort="vraisemblance",
        empty_text=N_("Aucune fiche ne semble en double. Ce qui change est comparé chaque nuit."),
        filters=_FILTERS,
        search_label=N_("Nom d’une des deux fiches"),
        count_words=(N_("%(count)s doublon possible"), N_("%(count)s doublons possibles")),
        bulk_actions=(("ecarter", N_("Ce ne sont pas des doublons")), ("rouvrir", N_("À décider"))),
        allowed_arguments=frozenset({"fiche"}),
    )


def _narrowed_pairs(kind: str, arguments: Mapping[str, str]) -> Select[Any]:
    model: Any = Contact if kind == CONTACT else Structure
    low, high = aliased(model), aliased(model)
    statement = (
        select(
            DuplicatePair.id,
            DuplicatePair.low_id,
            DuplicatePair.high_id,
            _name(kind, low).label("low_name"),
            _name(kind, high).label("high_name"),
            _detail(kind, low).label("low_detail"),
            _detail(kind, high).label("high_detail"),
            DuplicatePair.reasons,
            DuplicatePair.score,
            DuplicatePair.state,
        )
        .join(low, low.id == DuplicatePair.low_id)
        .join(high, high.id == DuplicatePair.high_id)
        .where(DuplicatePair.kind == kind)
    )
    if arguments.get("etat") != PairState.MERGED:
        statement = statement.where(low.deleted_at.is_(None), high.deleted_at.is_(None))
    if not arguments.get("etat"):
        statement = statement.where(DuplicatePair.state == PairState.OPEN)
    query = arguments.get("q", "").strip()
    if query:
        statement = statement.where(
            or_(*(_name(kind, one).icontains(query, autoescape=True) for one in (low, high)))
        )
    return statement


def filled_pair_list(session: Session, arguments: Any) -> Listing:
    """Return the page of pairs that the URL asks for."""
    listing = Listing(pair_list(asked_kind(arguments), arguments), arguments)
    narrowing: Narrowing = listing.narrow(session)
    return listing.fill(session, narrowing)


def count_open(session: Session) -> dict[str, int]:
    """Return how many pairs of each kind are to decide, one thousand and one at most."""
    return {kind: _count(session, kind) for kind in KIND_LABELS}


def _count(session: Session, kind: str) -> int:
    listing = _narrowed_pairs(kind, {}).with_only_columns(DuplicatePair.id)
    return session.scalar(select(func.count()).select_from(listing.limit(1001).subquery())) or 0


def _name(kind: str, model: Any) -> ColumnElement[str]:
    if kind == STRUCTURE:
        name: ColumnElement[str] = model.name
        return name
    return func.trim(func.coalesce(model.first_name, "") + " " + model.last_name)


def _detail(kind: str, model: Any) -> ColumnElement[Any]:
    if kind == STRUCTURE:
        return (
            select(Commune.name).where(Commune.insee_code == model.commune_code).scalar_subquery()
        )
    where = and_(Affiliation.contact_id == model.id, Structure.merged_into_id.is_(None))
    return (
        select(func.min(Structure.name))
        .join(Affiliation, Affiliation.structure_id == Structure.id)
        .where(where)
        .scalar_subquery()
    )


def _has_reason(values: list[str]) -> ColumnElement[bool]:
    text = cast(DuplicatePair.reasons, String)
    return or_(*(text.contains(f'"{value}"', autoescape=True) for value in values))


def _at_least(values: list[str]) -> ColumnElement[bool]:
    return DuplicatePair.score >= min(parse_id(value) or 0 for value in values)


_FILTERS = (
    Filter(
        "etat",
        N_("Décision"),
        DuplicatePair.state.in_,
        lambda _: [(each.value, translate(label)) for each, label in STATE_LABELS.items()],
        everything_label="À décider",
    ),
    Filter(
        "raison",
        N_("Pourquoi"),
        _has_reason,
        lambda _: [(each.value, translate(REASON_LABELS[each])) for each in Reason],
        everything_label="Toutes",
    ),
    Filter(
        "score",
        N_("Vraisemblance"),
        _at_least,
        lambda _: [(value, translate(label)) for value, label in _LEVELS],
        everything_label="Toutes",
    ),
)
