"""The people that a row speaks of, and what they do in its structure."""

from dataclasses import dataclass
from typing import Any

from crm.contacts.operations.people import DEFAULT_ROLE
from crm.contacts.rules import clean_affiliation, clean_contact
from crm.contacts.types import AffiliationData, ContactData
from crm.core.addresses import email_key
from crm.core.errors import N_, RuleError
from crm.core.text import fold, sort_key
from crm.imports.rows.context import RowContext
from crm.imports.rows.structures import add_point
from crm.imports.types import Item

_ELECTED = tuple(
    "maire|adjoint|conseiller municipal|conseillere municipale|president de la communaute"
    "|conseiller departemental|conseiller regional|conseiller communautaire".split("|")
)
_LONGEST_NAME = 100
_LONGEST_ROLE = 120


@dataclass(frozen=True, slots=True)
class _Name:
    first: str | None
    last: str


def add_people(context: RowContext, structure: int | None) -> list[int]:
    """Keep the people of the row, with what they do in the structure; return their places."""
    names = _names(context)
    if not names:
        _refuse_nameless(context)
        return []
    emails, phones = context.get("contact.email") or [], context.get("contact.phone") or []
    shares = len(names) > 1
    added = []
    for index, name in enumerate(names):
        own = [emails[index]] if shares and len(emails) == len(names) else emails
        place = _add_person(
            context, name, [] if shares and own is emails else own, phones, structure
        )
        if place is None:
            continue
        added.append(place)
        if structure is not None:
            _add_affiliation(context, place, structure)
    return added


def _names(context: RowContext) -> list[_Name]:
    last, first = context.get("contact.last_name"), context.get("contact.first_name")
    if last or first:
        return [_Name(first if last else None, last or first)]
    return [_Name(*pair) for pair in context.get("contact.full_name") or []]


def _refuse_nameless(context: RowContext) -> None:
    says_someone = context.said_of("contact") or context.said_of("affiliation")
    if context.unreadable & {"contact.full_name", "contact.last_name"}:
        return
    if says_someone or (context.reading.kind == "contacts" and not context.said_of("structure")):
        context.refuse(
            "contact.last_name",
            N_("Le nom de la personne manque : ajoutez-le, ou videz ce qui la concerne."),
        )


def _add_person(
    context: RowContext, name: _Name, emails: list[str], phones: list[str], structure: int | None
) -> int | None:
    mobiles = context.get("contact.mobile") or []
    said: dict[str, Any] = {
        "first_name": name.first,
        "last_name": name.last,
        "email": emails[0] if emails else None,
        "phone": phones[0] if phones else None,
        "mobile": mobiles[0] if mobiles else None,
        "notes": context.get("contact.notes"),
    }
    for part in (name.first or "", name.last):
        if len(part) > _LONGEST_NAME:
            context.refuse(
                "contact.last_name", N_("Ce nom est trop long : 100 caractères au plus.")
            )
            return None
    try:
        cleaned = clean_contact(ContactData(**said))
    except RuleError as error:
        context.refuse(f"contact.{error.field}", error.message, **error.params)
        return None
    values = {column: kept for column in said if (kept := getattr(cleaned, column)) is not None}
    item = Item("contact", values, {}, {}, {}, _keys(values))
    item.extra["name"] = " ".join(filter(None, (name.first, name.last)))
    if structure is not None:
        item.links["near"] = structure
    if tags := context.get("contact.tags"):
        item.lists["tags"] = tags
    for column in values:
        if (place := context.places.get(f"contact.{column}")) is not None:
            item.said[column] = place
    place = context.add(item)
    for value in emails[1:]:
        add_point(context, "contact_id", place, "courriel", value)
    for value in [*phones[1:], *mobiles[1:]]:
        add_point(context, "contact_id", place, "telephone", value)
    return place


def _keys(values: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return what identifies a person by what the row says of them alone."""
    name = sort_key(f"{values['last_name']} {values.get('first_name') or ''}")
    keys: list[tuple[str, ...]] = [("name", name)]
    if values.get("email"):
        keys.insert(0, ("email", email_key(values["email"]), name))
    return keys


def _add_affiliation(context: RowContext, person: int, structure: int) -> None:
    role = context.get("affiliation.role")
    elected = context.get("affiliation.is_elected")
    start_on, end_on = context.get("affiliation.start_on"), context.get("affiliation.end_on")
    try:
        cleaned = clean_affiliation(
            AffiliationData(
                role=(role or DEFAULT_ROLE)[:_LONGEST_ROLE], start_on=start_on, end_on=end_on
            )
        )
    except RuleError as error:
        context.refuse(f"affiliation.{error.field}", error.message, **error.params)
        return
    values: dict[str, Any] = {}
    defaults: dict[str, Any] = {"is_elected": bool(elected), "end_reason": None}
    if role:
        values["role"] = cleaned.role
        if elected is None:
            defaults["is_elected"] = fold(role).startswith(_ELECTED)
    else:
        defaults["role"] = cleaned.role
    days = {"start_on": start_on, "end_on": end_on}
    values |= {column: day for column, day in days.items() if day is not None}
    item = Item("affiliation", values, defaults)
    item.links = {"contact_id": person, "structure_id": structure}
    item.extra["name"] = cleaned.role
    context.add(item)
