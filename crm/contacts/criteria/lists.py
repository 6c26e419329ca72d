"""What the filters of the lists of structures and of people amount to, as criteria."""

from collections.abc import Sequence

from crm.contacts.criteria.networks import PAID, UNPAID
from crm.contacts.criteria.people import ELECTED
from crm.contacts.listings.contacts import NONE, PAST, PRESENT
from crm.contacts.listings.relation import NEVER, NO, NOBODY, YES
from crm.contacts.queries.standing import WITH_EMAIL, WITHOUT_EMAIL
from crm.core import clock
from crm.criteria.list_filters import Chosen, Reading, either, same, yes_or_no
from crm.criteria.types import Branch, Leaf, Link, Node

_WITHOUT_EMAIL = Leaf("manque", {"what": ("courriel",)})
_WITHOUT_ROLE = Leaf("manque", {"what": ("fonction",)})


def _referent(values: list[str], _chosen: Chosen) -> Sequence[Node]:
    people = tuple(each for each in values if each != NOBODY)
    nodes = [Leaf("referent", {"people": people})] if people else []
    return either(
        [*nodes, *([Leaf("manque", {"what": ("referent",)})] if NOBODY in values else [])]
    )


def _unverified(values: list[str], _chosen: Chosen) -> Sequence[Node] | None:
    days = [each for each in values if each.isdecimal()]
    if set(values) - {NEVER, *days}:
        return None
    if days:  # never is among them, and so is what is older
        return [Leaf("non_verifiee", {"days": min(days, key=int)})]
    return [Leaf("manque", {"what": ("verification",)})]


def _member(values: list[str], _chosen: Chosen) -> Sequence[Node]:
    return either([Leaf("adhesion", {"year": year}) for year in values])


def _fee(values: list[str], chosen: Chosen) -> Sequence[Node] | None:
    fees = [{YES: PAID, NO: UNPAID}.get(each, "") for each in values]
    if not all(fees):
        return None
    years = chosen.get("adherente") or [str(clock.today().year)]
    return either(
        [Leaf("adhesion", {"year": year, "fee": (fee,)}) for year in years for fee in fees]
    )


def _email(values: list[str], _chosen: Chosen) -> Sequence[Node] | None:
    return yes_or_no(values, WITHOUT_EMAIL, WITH_EMAIL, _WITHOUT_EMAIL)


def _elected(values: list[str], _chosen: Chosen) -> Sequence[Node] | None:
    return yes_or_no(values, YES, NO, Leaf("fonction", {"mandate": (ELECTED,)}))


def _situation(values: list[str], _chosen: Chosen) -> Sequence[Node] | None:
    """Tell who is in office from who is not: whether they ever were, no criterion asks."""
    wanted = set(values)
    if wanted == {PRESENT, PAST, NONE}:
        return []
    if wanted == {PRESENT}:
        return [Leaf(_WITHOUT_ROLE.code, _WITHOUT_ROLE.values, is_negated=True)]
    return [_WITHOUT_ROLE] if wanted == {PAST, NONE} else None


def _role(values: list[str], _chosen: Chosen) -> Sequence[Node]:
    return either([Leaf("fonction", {"role": each}) for each in values])


def _of_their_structure(reading: Reading) -> Reading:
    """Return the same asked of a structure in which someone is in office."""

    def across(values: list[str], chosen: Chosen) -> Sequence[Node] | None:
        nodes = reading(values, chosen)
        return nodes and [Link("structure", {}, Branch(nodes=tuple(nodes)))]

    return across


_OF_PLACES: dict[str, Reading] = {
    "famille": same("famille", "families"),
    "sous-type": same("sous_type", "subtypes"),
    "departement": same("departement", "departements"),
    "epci": same("epci", "epcis"),
    "commune": same("commune", "communes"),
    "theme": same("theme", "themes"),
    "pays": same("pays", "countries"),
}
_OF_BOTH: dict[str, Reading] = {
    "etiquette": same("etiquette", "tags"),
    "courriel": _email,
    "non-verifiee": _unverified,
}
STRUCTURE_READINGS: dict[str, Reading] = {
    **_OF_PLACES,
    **_OF_BOTH,
    "expertise": same("expertise", "expertises"),
    "statut": same("statut", "standings"),
    "suivi": _referent,
    "adherente": _member,
    "cotisation": _fee,
}
CONTACT_READINGS: dict[str, Reading] = {
    **{name: _of_their_structure(reading) for name, reading in _OF_PLACES.items()},
    **_OF_BOTH,
    "situation": _situation,
    "elu": _elected,
    "fonction": _role,
}
