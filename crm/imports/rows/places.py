"""Where a row says that a structure is: a commune of the territory, or somewhere else."""

from typing import Any

from crm.contacts.types import Family
from crm.core.errors import N_
from crm.core.text import fold
from crm.imports.lookups import Clues, Place
from crm.imports.rows.context import PLACE_QUESTION, RowContext
from crm.imports.types import Choice, Question

_LONGEST_ADDRESS = 300


def seat_of(context: RowContext) -> Place | None:
    """Return the commune of the territory that a row names beside its structure; ask if several."""
    name = context.get("structure.commune")
    if not name and not context.get("structure.insee"):
        return None
    return commune_of(context, name or "", "structure.commune")


def keeps_elsewhere(context: RowContext, values: dict[str, Any]) -> bool:
    """Keep in the address a commune that is not of the territory; False, and why, for a mistake.

    It is elsewhere when its postcode or INSEE code is, or its structure is abroad; with nothing to
    tell, or a code of the territory, its name is taken for a mistake.
    """
    name, insee = context.get("structure.commune"), context.get("structure.insee")
    if context.draft.questions or not (name or insee):
        return True
    codes = [code for code in (insee, context.get("structure.postcode")) if code]
    is_ours = any(code.startswith(context.lookups.covered) for code in codes)
    if is_ours or not (codes or values.get("family_code") == Family.ETRANGER):
        column = "structure.commune" if name else "structure.insee"
        context.refuse(
            column,
            N_(
                "« %(name)s » n’est pas une commune du territoire : corrigez-la, ou donnez son code"
                " postal si elle est ailleurs."
            ),
            name=name or insee,
        )
        return False
    if name and fold(name) not in fold(values.get("address") or ""):
        whole = ", ".join(filter(None, (values.get("address"), str(name))))
        values["address"] = whole[:_LONGEST_ADDRESS]
    return True


def commune_of(context: RowContext, text: str, code: str) -> Place | None:
    """Return the commune that a row names, by its code or by its name; ask when it is several."""
    insee = context.get("structure.insee")
    if insee and (place := context.lookups.commune_of_code(insee)):
        return place
    found = context.lookups.communes_named(
        text,
        Clues(
            context.get("structure.postcode"),
            context.get("structure.departement"),
            context.get("structure.epci"),
        ),
    )
    if len(found) < 2:  # noqa: PLR2004 - one, or none
        return found[0] if found else None
    answer = context.ask(
        Question(
            key=f"commune|{fold(text)}|{','.join(place.insee_code for place in found)}",
            message=PLACE_QUESTION,
            choices=tuple(
                Choice(
                    place.insee_code,
                    f"{place.name} ({place.departement_code})",
                    " ".join(sorted(place.postcodes)),
                )
                for place in found
            ),
            params={"text": context.get(code) or text},
            column=context.places.get(code),
        )
    )
    return context.lookups.communes.get(answer) if answer else None
