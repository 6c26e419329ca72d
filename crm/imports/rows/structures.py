"""The structure that a row speaks of: a town hall, an EPCI, or any other."""

from dataclasses import fields as fields_of_class
from typing import Any

from crm.contacts.rules import clean_structure
from crm.contacts.types import Family, StructureData
from crm.core.addresses import email_key
from crm.core.errors import N_, RuleError
from crm.core.text import fold, sort_key
from crm.imports.families import family_of_name, family_said
from crm.imports.lookups import Place, ids_of
from crm.imports.rows.context import RowContext
from crm.imports.rows.places import commune_of, keeps_elsewhere, seat_of
from crm.imports.types import Item

_COMMUNE, _EPCI = "collectivite_commune", "collectivite_epci"
_PLAIN = ("name", "acronym", "siren", "siret", "rna", "address", "postcode", "website",
          "description", "listed_on")  # fmt: skip
_COLUMN_OF = {"family_code": "structure.family", "commune_code": "structure.commune"}
_DATA_FIELDS = frozenset(each.name for each in fields_of_class(StructureData))


def add_structure(context: RowContext) -> int | None:
    """Keep the structure of the row; return its place, or None when the row names none."""
    name = context.get("structure.name")
    commune_name = context.get("structure.commune")
    if name is None and not _names_a_town_hall(context):
        if context.reading.kind != "contacts" and not context.unreadable:
            context.refuse("structure.name", N_("Le nom de la structure manque."))
        return None
    hall = _town_hall_name(context, name, commune_name)
    if hall is not None:
        place = commune_of(context, hall, "structure.name" if name else "structure.commune")
        if place is not None:
            return _add_commune(context, place)
        if context.draft.questions:
            return None
    epci = context.lookups.epcis.get(sort_key(name or ""))
    if epci is not None:
        return _add_epci(context, epci)
    return _add_other(context, name or str(commune_name))


def _names_a_town_hall(context: RowContext) -> bool:
    """Tell whether a row without a structure's name means the commune it names."""
    if context.get("structure.commune") is None and context.get("structure.insee") is None:
        return False
    if family_said(str(context.get("structure.family") or "")) not in (None, Family.COLLECTIVITE):
        return False
    return "structure.name" not in context.reading.fields.values()


def _town_hall_name(context: RowContext, name: str | None, commune: str | None) -> str | None:
    """Return the name of the commune that the structure itself is; None for another one."""
    if name is None:
        return commune or ""
    hall = context.lookups.town_hall(name)
    if hall is not None:
        return hall
    said = fold(str(context.get("structure.family") or ""))
    subtype = fold(str(context.get("structure.subtype") or ""))
    if {"commune", "mairie", "communes", "ville"} & {said, subtype}:
        return name
    is_named_so = sort_key(name) in context.lookups.named
    if is_named_so and (commune is None or sort_key(commune) == sort_key(name)):
        family = family_said(said) if said else None
        return name if family in (None, Family.COLLECTIVITE) else None
    return None


def _add_commune(context: RowContext, place: Place) -> int | None:
    subtype = context.lookups.subtypes.get(_COMMUNE)
    defaults: dict[str, Any] = {
        "name": place.name,
        "family_code": str(Family.COLLECTIVITE),
        "subtype_id": subtype[0][0] if subtype else None,
        "siren": place.siren,
        "commune_code": place.insee_code,
        "departement_code": place.departement_code,
        "insee_code": place.insee_code,
    }
    siren = context.values.pop("structure.siren", None)
    values = _values(context, {"name": place.name, "family_code": str(Family.COLLECTIVITE)})
    if values is None:
        return None
    if siren:
        values.setdefault("siren", siren)
    for known in ("name", "family_code", "commune_code"):
        values.pop(known, None)
    return _keep(context, values, defaults, [("insee", place.insee_code)])


def _add_epci(context: RowContext, epci: tuple[str, str, str]) -> int | None:
    siren, name, departement = epci
    subtype = context.lookups.subtypes.get(_EPCI)
    defaults: dict[str, Any] = {
        "name": name,
        "family_code": str(Family.COLLECTIVITE),
        "subtype_id": subtype[0][0] if subtype else None,
        "siren": siren,
        "epci_siren": siren,
        "departement_code": departement,
    }
    values = _values(context, {"name": name, "family_code": str(Family.COLLECTIVITE)})
    if values is None:
        return None
    for known in ("name", "family_code"):
        values.pop(known, None)
    values.pop("commune_code", None)
    return _keep(context, values, defaults, [("epci", siren)])


def _add_other(context: RowContext, name: str) -> int | None:
    place = seat_of(context)
    family, subtype_id = _family(context, name)
    known: dict[str, Any] = {"name": name}
    if family is not None:
        known["family_code"] = str(family)
    if place is not None:
        known["commune_code"] = place.insee_code
    values = _values(context, known)
    if values is None:
        return None
    if place is None and not keeps_elsewhere(context, values):
        return None
    defaults: dict[str, Any] = {}
    if not context.get("structure.family") and not subtype_id:
        defaults["family_code"] = values.pop("family_code", None)
    elif subtype_id:
        values["subtype_id"] = subtype_id
    if place is not None:
        values["departement_code"] = place.departement_code
    return _keep(context, values, defaults, _keys(values, defaults))


def _family(context: RowContext, name: str) -> tuple[str | None, int | None]:
    """Return the family and the sub-type: as the file says, as the name says, or as chosen."""
    said = context.get("structure.family")
    subtype_text = context.get("structure.subtype")
    subtypes = context.lookups.subtypes.get(fold(str(subtype_text or said or "")), [])
    family = context.lookups.families.get(fold(str(said))) or family_said(str(said or ""))
    if subtypes and (family is None or subtypes[0][1] == family):
        return subtypes[0][1], subtypes[0][0]
    return family or family_of_name(name) or context.reading.settings.family, None


def _values(context: RowContext, known: dict[str, Any]) -> dict[str, Any] | None:
    """Return what the row says, by column, as the rules of a structure want it; None otherwise."""
    values = {
        name: value for name in _PLAIN if (value := context.get(f"structure.{name}")) is not None
    }
    values.update(known)
    emails, phones = context.get("structure.email") or [], context.get("structure.phone") or []
    if emails:
        values["email"] = emails[0]
    if phones:
        values["phone"] = phones[0]
    if "family_code" not in values:
        context.refuse(
            "structure.family",
            N_(
                "La famille de « %(name)s » n’est pas dite : ajoutez une colonne, ou choisissez"
                " une famille pour celles qui n’en ont pas."
            ),
            name=values["name"],
        )
        return None
    try:
        cleaned = clean_structure(StructureData(**values))
    except RuleError as error:
        code = _COLUMN_OF.get(error.field, f"structure.{error.field}")
        context.refuse(code, error.message, **error.params)
        return None
    names = {*values, *(("siren",) if cleaned.siren else ())} & _DATA_FIELDS
    return {name: getattr(cleaned, name) for name in sorted(names)}


def _keys(values: dict[str, Any], defaults: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return what identifies a structure, the surest first."""
    keys: list[tuple[str, ...]] = [
        (name, values[name]) for name in ("siret", "rna") if values.get(name)
    ]
    family = values.get("family_code") or defaults.get("family_code")
    if values.get("siren"):
        keys.append(("siren", values["siren"], str(family)))
    keys.append(("name", sort_key(values["name"]), values.get("commune_code") or ""))
    return keys


def _keep(
    context: RowContext,
    values: dict[str, Any],
    defaults: dict[str, Any],
    keys: list[tuple[str, ...]],
) -> int:
    if context.reading.settings.lists and "listed_on" not in values:
        defaults["listed_on"] = context.reading.today
    name = values.get("name") or defaults["name"]
    item = Item("structure", values, defaults, _lists(context), {}, keys, extra={"name": name})
    item.said = {
        column: place
        for column in values
        if (place := context.places.get(f"structure.{column}")) is not None
    }
    place = context.add(item)
    _add_points(context, place)
    return place


def _lists(context: RowContext) -> dict[str, list[Any]]:
    lists: dict[str, list[Any]] = {}
    if themes := context.get("structure.themes"):
        lists["themes"] = known_ids(context, "structure.themes", "theme", themes)
    if countries := context.get("structure.countries"):
        lists["countries"] = known_countries(context, "structure.countries", countries)
    if tags := context.get("structure.tags"):
        lists["tags"] = tags
    return lists


def _add_points(context: RowContext, owner: int) -> None:
    """Keep the second e-mail and phone of a cell as further ways to reach the structure."""
    for medium, code in (("courriel", "structure.email"), ("telephone", "structure.phone")):
        for value in (context.get(code) or [])[1:]:
            add_point(context, "structure_id", owner, medium, value)


def add_point(context: RowContext, owner: str, place: int, medium: str, value: str) -> None:
    """Keep a further e-mail or phone of a structure or of a person."""
    key = email_key(value) if medium == "courriel" else value.lower()
    context.add(
        Item(
            "contact_point",
            {"medium": medium, "value": value, "value_key": key},
            links={owner: place},
            extra={"name": value},
        )
    )


def known_ids(context: RowContext, code: str, list_code: str, texts: list[str]) -> list[int]:
    """Return the ids of texts in a list; a text that it does not hold refuses the row."""
    ids, unknown = ids_of(context.lookups.lists.get(list_code, {}), texts)
    for text in unknown:
        context.refuse(
            code,
            N_(
                "« %(text)s » n’est pas dans la liste du réseau : corrigez le mot, ou ajoutez-le"
                " à la liste."
            ),
            text=text,
        )
    return ids


def known_countries(context: RowContext, code: str, texts: list[str]) -> list[str]:
    """Return the codes of countries; a text that is none refuses the row."""
    codes: list[str] = []
    for text in texts:
        found = context.lookups.countries.get(fold(text))
        if found is None:
            context.refuse(code, N_("« %(text)s » n’est pas un pays connu."), text=text)
        elif found not in codes:
            codes.append(found)
    return codes
