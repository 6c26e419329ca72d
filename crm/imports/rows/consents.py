"""What a row says that its person accepts: with the day, for an agreement without one is none."""

from collections.abc import Sequence
from datetime import date

from crm.consents.rules import check_basis, check_proof
from crm.consents.types import PURPOSE_LABELS, PURPOSES, Basis, Channel, Proof, State
from crm.core.errors import N_, RuleError
from crm.imports.rows.context import RowContext
from crm.imports.types import Item
from crm.mail.types import Purpose

_NO_DAY = N_(
    "Le jour du consentement manque : sans lui, rien ne le prouve. Ajoutez-le, ou videz cette case."
)
_SEVERAL = N_(
    "Cette ligne nomme plusieurs personnes : un consentement est celui d’une seule. Faites-en"
    " plusieurs lignes."
)
# What a proof calls its parts, and what the file does.
_PLACES = {"given_on": "given_on", "note": "source", "basis": "basis"}


def add_consents(context: RowContext, people: Sequence[int]) -> None:
    """Keep what the person of the row accepts and refuses, each with its proof."""
    said = {each: context.get(f"consent.{each}") for each in PURPOSES}
    chosen = {purpose: answer for purpose, answer in said.items() if answer is not None}
    if not chosen or not people:
        return
    if len(people) > 1:
        context.refuse(f"consent.{next(iter(chosen))}", _SEVERAL)
        return
    for purpose, answer in chosen.items():
        try:
            context.add(_consent(context, people[0], purpose, is_given=answer))
        except RuleError as error:
            field = _PLACES.get(error.field, purpose)
            context.refuse(f"consent.{field}", error.message, **error.params)
            return


def _empty_day(context: RowContext) -> str | None:
    """Return the field of the day where the file has a column for it: that cell is to be filled."""
    code = "consent.given_on"
    for place, field in context.reading.fields.items():
        if field == code:
            context.places.setdefault(code, place)
            return "given_on"
    return None


def _consent(context: RowContext, person: int, purpose: Purpose, *, is_given: bool) -> Item:
    given_on: date | None = context.get("consent.given_on")
    basis = Basis(context.get("consent.basis") or Basis.CONSENT)
    if is_given:
        check_basis(purpose, basis)
        if given_on is None:
            raise RuleError(_empty_day(context) or purpose, _NO_DAY)
    source = context.get("consent.source") or N_("Ligne %(row)s d’un fichier importé") % {
        "row": context.draft.number
    }
    today = context.reading.today
    proof = check_proof(Proof(Channel.IMPORT, given_on or today, source), today)
    values = {"purpose": str(purpose), "state": str(State.REFUSED)}
    if is_given:
        values |= {"state": str(State.ACCEPTED), "basis": str(basis)}
    item = Item("consent", values)
    item.links = {"contact_id": person}
    item.extra = {
        "name": PURPOSE_LABELS[purpose],
        "given_on": given_on.isoformat() if given_on else None,
        "note": proof.note,
    }
    return item
