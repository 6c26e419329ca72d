"""A structure that a subsidy is given by or to: it is there already, or a person says who it is."""

from dataclasses import replace

from crm.contacts.types import Family
from crm.core.text import fold
from crm.imports.families import family_of_name
from crm.imports.rows.context import RowContext
from crm.imports.rows.structures import add_structure
from crm.imports.types import Item

_OVERSEAS = "97"


def add_party(context: RowContext, role: str) -> int | None:
    """Keep a structure that is never made from its name alone; return its place in the row.

    Its family is asked only of one that is to be made.
    """
    reading = context.reading
    is_told = bool(
        context.get("structure.family")
        or reading.settings.family
        or family_of_name(context.get("structure.name") or "")
    )
    if not is_told:
        settings = replace(reading.settings, family=str(Family.AUTRE))
        context.reading = replace(reading, settings=settings)
    place = add_structure(context)
    context.reading = reading
    if place is None:
        return None
    item = context.draft.items[place]
    item.extra.update(party=role, departement=_departement(context, item))
    if not is_told:
        item.extra["needs_family"] = True
    return place


def _departement(context: RowContext, item: Item) -> str | None:
    """Return the département that a row tells of a structure, by its seat, postcode or RNA."""
    postcode, rna = item.values.get("postcode") or "", item.values.get("rna") or ""
    length = 3 if postcode.startswith(_OVERSEAS) else 2
    known = context.lookups.departements
    for told in (
        item.values.get("departement_code") or item.defaults.get("departement_code"),
        context.get("structure.departement"),
        postcode[:length],
        rna[1:3],
    ):
        if told and (code := known.get(fold(str(told)))):
            return code
    return None
