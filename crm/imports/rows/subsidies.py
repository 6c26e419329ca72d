"""A subsidy: who gave it, who obtained it, when, how much and under which scheme."""

import re
from collections.abc import Sequence
from typing import Any

from crm.core.errors import N_, RuleError
from crm.core.text import fold
from crm.funding import rules
from crm.funding.rules.lengths import LONGEST_NAME, LONGEST_TEXT
from crm.funding.types import ApplicationData, ApplicationStatus
from crm.imports.cells.types import Cell
from crm.imports.rows.context import Reading, RowContext
from crm.imports.rows.parties import add_party
from crm.imports.types import Issue, Item
from crm.reading.headers import column_letter

_SHIFTED = N_(
    "Cette ligne a plus de cellules que de titres : une virgule décimale sans guillemets a décalé"
    ' les colonnes. Écrivez ce montant entre guillemets (« "12500,50" ») ou avec un point.'
)
_DECIMALS = re.compile(r"[0-9]{1,2}")
_NOTED = (
    ("nature", N_("Nature de l’aide")),
    ("conditions", N_("Conditions de versement")),
    ("period", N_("Dates de versement")),
)
_FIELD_OF = {"total": "awarded", "decided_on": "decided_on", "award_reason": "awarded"}
_PREFIX = "funding_application."


def shifted(cells: Sequence[Cell], reading: Reading) -> Issue | None:
    """Return why a row's cells are not below their titles; None when they seem to be.

    An amount « 12500,50 » without quotes makes two cells where commas separate them: the row is
    longer than its titles, or what follows the amount is its decimals.
    """
    if any(cell is not None for cell in cells[reading.titled :]):
        return Issue(None, _SHIFTED)
    codes = reading.fields
    for place, code in codes.items():
        beside = cells[place + 1] if place + 1 < len(cells) else None
        is_nature = codes.get(place + 1) == _PREFIX + "nature"
        if code == _PREFIX + "awarded" and is_nature and _DECIMALS.fullmatch(str(beside)):
            return Issue(place, _SHIFTED)
    return None


def count_titled(headers: Sequence[str]) -> int:
    """Return how many columns there are up to the last that has a title of its own."""
    titled = [
        place
        for place, header in enumerate(headers)
        if header and header != f"Colonne {column_letter(place)}"
    ]
    return titled[-1] + 1 if titled else len(headers)


def add_subsidy(context: RowContext) -> None:
    """Keep the application that a subsidy was given to, and the two structures it is between."""
    scheme = _scheme(context)
    data = _data(context)
    beneficiary = add_party(context, "structure")
    funder = _add_funder(context)
    if scheme is None or data is None or beneficiary is None:
        return
    values: dict[str, Any] = {
        "scheme_id": scheme[0],
        "call_id": scheme[1],
        "title": data.title,
        "status": str(data.status),
        "decided_on": data.decided_on,
        "awarded_cents": data.awarded_cents,
        "requested_cents": data.requested_cents,
        "reference": data.reference,
        "notes": data.notes,
    }
    said = {name: value for name, value in values.items() if value is not None}
    item = Item("funding_application", said, links={"beneficiary_id": beneficiary})
    if funder is not None:
        item.links["funder_id"] = funder
    elif alone := context.lookups.only_funders.get(scheme[0]):
        item.defaults["funder_id"] = alone
    item.extra["name"] = data.title
    item.said = {
        name: context.places[_PREFIX + name]
        for name in ("title", "decided_on", "reference")
        if _PREFIX + name in context.places
    }
    context.add(item)


def _scheme(context: RowContext) -> tuple[int, int | None] | None:
    """Return the scheme, and the call if it is known: the row's own, or those of the whole file."""
    for name, sentence in (
        ("call", N_("Aucun appel ne s’appelle « %(text)s », ou plusieurs portent ce nom.")),
        (
            "scheme",
            N_(
                "Aucun dispositif ne s’appelle « %(text)s », ou plusieurs portent ce nom :"
                " créez-le, corrigez le mot, ou laissez cette colonne de côté et choisissez un"
                " dispositif pour tout le fichier."
            ),
        ),
    ):
        text = context.get(_PREFIX + name)
        if text:
            found = _named(context, name, fold(text))
            if len(found) != 1:
                context.refuse(_PREFIX + name, sentence, text=text)
                return None
            return found[0]
    chosen = context.reading.settings.scheme
    if not chosen:
        context.refuse(_PREFIX + "scheme", N_("Cette ligne ne dit pas de quel dispositif."))
        return None
    scheme_id, _, call_id = chosen.partition("/")
    return int(scheme_id), int(call_id) if call_id else None


def _named(context: RowContext, name: str, key: str) -> list[tuple[int, int | None]]:
    calls: list[tuple[int, int | None]] = [*context.lookups.calls.get(key, ())]
    if name == "call":
        return calls
    return [(each, None) for each in context.lookups.schemes.get(key, ())] or calls


def _data(context: RowContext) -> ApplicationData | None:
    """Return what the row says of the application, as its rules want it; None, and why."""
    awarded, decided_on = context.get(_PREFIX + "awarded"), context.get(_PREFIX + "decided_on")
    missing = (
        ("awarded", awarded, N_("Le montant manque.")),
        ("decided_on", decided_on, N_("La date de la décision manque.")),
    )
    for name, value, sentence in missing:
        code = _PREFIX + name
        if value is None and code not in context.unreadable and not context.draft.questions:
            context.refuse(code, sentence)
    if awarded is None or decided_on is None:
        return None
    if awarded <= 0:
        context.refuse(
            _PREFIX + "awarded",
            N_("Rien n’est obtenu avec ce montant : une annulation se note sur son dossier."),
        )
        return None
    title, notes = _title_and_notes(context, str(decided_on.year))
    try:
        return rules.clean_application(
            ApplicationData(
                scheme_id=0,
                beneficiary="1",
                title=title,
                status=ApplicationStatus.AWARDED,
                reference=context.get(_PREFIX + "reference"),
                requested_cents=context.get(_PREFIX + "requested"),
                awarded_cents=awarded,
                decided_on=decided_on,
                notes=notes,
            ),
            context.reading.today,
        )
    except RuleError as error:
        name = _FIELD_OF.get(error.field, error.field)
        context.refuse(_PREFIX + name, error.message, **error.params)
        return None


def _title_and_notes(context: RowContext, year: str) -> tuple[str, str | None]:
    """Return the title, cut to fit, and the notes: the whole of it, and what has no field."""
    whole = " ".join((context.get(_PREFIX + "title") or f"Subvention {year}").split())
    notes = [whole] if len(whole) > LONGEST_NAME else []
    for name, label in _NOTED:
        if text := context.get(_PREFIX + name):
            notes.append(f"{label} : {text}")
    title = whole if len(whole) <= LONGEST_NAME else whole[: LONGEST_NAME - 1].rstrip() + "…"
    return title, "\n".join(notes)[:LONGEST_TEXT] or None


def _add_funder(context: RowContext) -> int | None:
    name = context.get(_PREFIX + "funder")
    if not name:
        return None
    kept = dict(context.values)
    context.values = {"structure.name": name}
    if siret := kept.get(_PREFIX + "funder_siret"):
        context.values["structure.siret"] = siret
    place = add_party(context, "funder")
    context.values = kept
    return place
