"""What a list of structures can show beside its usual columns, and what it is sorted by."""

from datetime import date
from typing import Any

from sqlalchemy import (
    Column as TableColumn,
)
from sqlalchemy import (
    ScalarSelect,
    SQLColumnExpression,
    Table,
    func,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from crm.accounts.models import User
from crm.contacts.models import Structure, Tag, structure_tag, structure_theme
from crm.contacts.queries.standing import DUE, NO_MEMBER, PAID, membership_code, standing_code
from crm.contacts.wording import STANDING_LABELS
from crm.core.errors import N_
from crm.reference.models import ReferenceItem
from crm.territories.models import Commune, Epci
from crm.web.list_definition import Column, Sort

MEMBERSHIP_WORDS = {PAID: N_("Réglée"), DUE: N_("À régler"), NO_MEMBER: N_("Non")}
_LONG_AGO = date(1, 1, 1)
_Parent = aliased(Structure)


def joined_labels(
    label: InstrumentedAttribute[str],
    order: InstrumentedAttribute[Any],
    identity: InstrumentedAttribute[int],
    link: Table,
    owner: tuple[TableColumn[Any], InstrumentedAttribute[int]],
) -> ScalarSelect[str]:
    """Return the labels that a table links to each row of a list, in order, with commas."""
    linked, owned = owner
    key = next(column for column in link.c if column is not linked)
    labels = (
        select(label.label("label"))
        .join(link, key == identity)
        .where(linked == owned)
        .order_by(order, identity)
        .correlate(owned.class_)
        .subquery()
    )
    return select(func.aggregate_strings(labels.c.label, ", ")).scalar_subquery()


def _name(
    name: InstrumentedAttribute[str],
    condition: Any,
    *outer: Any,
) -> ScalarSelect[str]:
    return select(name).where(condition).correlate(*outer).scalar_subquery()


_REFERENT = _name(User.name, User.id == Structure.referent_id, Structure)
_PARENT = _name(_Parent.name, _Parent.id == Structure.parent_id, Structure)
_SIREN_OF_EPCI = func.coalesce(Structure.epci_siren, Commune.epci_siren)
_EPCI = _name(Epci.name, Epci.siren == _SIREN_OF_EPCI, Structure, Commune)
_THEMES = joined_labels(
    ReferenceItem.label,
    ReferenceItem.position,
    ReferenceItem.id,
    structure_theme,
    (structure_theme.c.structure_id, Structure.id),
)
_TAGS = joined_labels(
    Tag.label, Tag.key, Tag.id, structure_tag, (structure_tag.c.structure_id, Structure.id)
)


def _offered(
    key: str, name: str, label: str, extra: SQLColumnExpression[Any], **more: Any
) -> Column:
    return Column(key, label, name=name, is_usual=False, extra=extra, **more)


def usual_structure_columns() -> tuple[Column, ...]:
    """Return the columns that a list of structures shows when none is chosen."""
    return (
        Column("name", N_("Nom"), sort="nom", exported=("name", "acronym")),
        Column(
            "family",
            N_("Famille"),
            sort="famille",
            name="famille",
            detail="subtype",
            exported=("family", "subtype"),
        ),
        Column("commune", N_("Commune"), sort="commune", name="commune"),
        Column("departement_code", N_("Département"), sort="departement", name="departement"),
        Column("listed_on", N_("Référencée le"), sort="recent", name="referencee", kind="date"),
    )


def offered_structure_columns(day: date) -> tuple[Column, ...]:
    """Return the columns that a list of structures can show too; standing is that of the day."""
    return (
        _offered(
            "standing", "statut", N_("Statut"), standing_code(day), sort="statut",
            words=STANDING_LABELS,
        ),
        _offered("referent", "referent", N_("Suivie par"), _REFERENT, sort="referent"),
        _offered(
            "verified_on", "verifiee", N_("Vérifiée le"), Structure.verified_on, sort="verifiee",
            kind="date",
        ),
        _offered(
            "membership",
            "adhesion",
            N_("Cotisation de l’année"),
            func.coalesce(membership_code(day.year), NO_MEMBER),
            sort="adhesion",
            words=MEMBERSHIP_WORDS,
        ),
        _offered("themes", "themes", N_("Thèmes"), _THEMES, is_wide=True),
        _offered("tags", "etiquettes", N_("Étiquettes"), _TAGS),
        _offered(
            "email", "courriel", N_("Courriel"), Structure.email, sort="courriel", kind="mail",
        ),
        _offered("phone", "telephone", N_("Téléphone"), Structure.phone, kind="phone"),
        _offered("website", "site", N_("Site"), Structure.website, kind="web"),
        _offered("postcode", "code-postal", N_("Code postal"), Structure.postcode, sort="postal"),
        _offered("epci", "epci", N_("EPCI"), _EPCI, sort="epci"),
        _offered("parent", "parente", N_("Structure parente"), _PARENT, sort="parente"),
        _offered("siren", "siren", N_("SIREN"), Structure.siren, sort="siren"),
        _offered("siret", "siret", N_("SIRET"), Structure.siret, sort="siret"),
        _offered("rna", "rna", N_("RNA"), Structure.rna, sort="rna"),
    )  # fmt: skip


def text_sort(expression: SQLColumnExpression[Any], identity: SQLColumnExpression[int]) -> Sort:
    """Return the order of a text that may be missing; without it comes first."""
    return Sort((func.coalesce(expression, ""), identity))


def day_sort(expression: SQLColumnExpression[Any], identity: SQLColumnExpression[int]) -> Sort:
    """Return the order of a day that may be missing; the latest first, without it last."""
    return Sort((func.coalesce(expression, _LONG_AGO), identity), descending=True)


def structure_sorts(day: date) -> dict[str, Sort]:
    """Return what a list of structures can be sorted by."""
    texts: dict[str, SQLColumnExpression[Any]] = {
        "statut": standing_code(day),
        "referent": _REFERENT,
        "adhesion": membership_code(day.year),
        "courriel": Structure.email,
        "postal": Structure.postcode,
        "epci": _EPCI,
        "parente": _PARENT,
        "siren": Structure.siren,
        "siret": Structure.siret,
        "rna": Structure.rna,
    }
    return {
        "nom": Sort((Structure.sort_name, Structure.id)),
        "famille": Sort((Structure.family_code, Structure.sort_name, Structure.id)),
        "commune": text_sort(Commune.sort_name, Structure.id),
        "departement": Sort(
            (func.coalesce(Structure.departement_code, ""), Structure.sort_name, Structure.id)
        ),
        "recent": Sort((Structure.id,), descending=True),
        "verifiee": day_sort(Structure.verified_on, Structure.id),
        **{name: text_sort(expression, Structure.id) for name, expression in texts.items()},
    }
