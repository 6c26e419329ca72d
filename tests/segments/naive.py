"""What a tree means, said again in plain Python over plain values: slow, and easy to believe."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from crm.core.days import add_months
from crm.core.text import fold, sort_key
from crm.criteria.types import Branch, Leaf, Link, Mode, Node, Subject, Tree
from tests.segments.worlds import TODAY, World

Row = dict[str, Any]
Values = Mapping[str, Any]


def expected_ids(world: World, tree: Tree) -> set[int]:
    """Return the ids that a tree finds in a world, today."""
    records = world.structures if tree.subject is Subject.STRUCTURE else world.contacts
    return {
        each["id"]
        for each in records
        if each["deleted_at"] is None and _holds(world, tree.root, tree.subject, each)
    }


def _holds(world: World, node: Node, subject: Subject, record: Row) -> bool:
    if isinstance(node, Branch):
        said = [_holds(world, each, subject, record) for each in node.nodes]
        return {Mode.ALL: all, Mode.ANY: any}.get(node.mode, lambda each: not any(each))(said)
    if isinstance(node, Leaf):
        holds = _CRITERIA[subject, node.code](world, record, node.values)
    else:
        holds = _link(world, node, subject, record)
    return holds is not node.is_negated


def _link(world: World, node: Link, subject: Subject, record: Row) -> bool:
    is_person = subject is Subject.CONTACT
    own, other = ("contact_id", "structure_id") if is_person else ("structure_id", "contact_id")
    there = world.structures if is_person else world.contacts
    target = Subject.STRUCTURE if is_person else Subject.CONTACT
    return any(
        other_record["deleted_at"] is None and _holds(world, node.branch, target, other_record)
        for role in _roles(world, node.values, **{own: record["id"]})
        for other_record in there
        if other_record["id"] == role[other]
    )


def _is_within(row: Row, day: date) -> bool:
    start, end = row.get("start_on"), row.get("end_on")
    return (start is None or start <= day) and (end is None or day <= end)


def _roles(world: World, values: Values, **of: Any) -> list[Row]:
    wanted = values.get("mandate", ("",))[0]
    return [
        role
        for role in world.of("affiliation", **of)
        if _is_within(role, TODAY)
        and values.get("role", "").lower() in role["role"].lower()
        and wanted in {"", "elu" if role["is_elected"] else "non_elu"}
    ]


def _has_role(world: World, person: Row, values: Values) -> bool:
    alive = {each["id"] for each in world.structures if each["deleted_at"] is None}
    roles = _roles(world, values, contact_id=person["id"])
    return any(role["structure_id"] in alive for role in roles)


def _seat(world: World, record: Row, values: Values) -> bool:
    alive = {each["id"] for each in world.contacts if each["deleted_at"] is None}
    return any(
        (seat["closed_on"] is None or seat["closed_on"] >= TODAY)
        and fold(values.get("role", "")) in fold(seat["role"])
        and not any(
            _is_within(role, TODAY) and role["contact_id"] in alive
            for role in world.of("affiliation", seat_id=seat["id"])
        )
        for seat in world.of("seat", structure_id=record["id"])
    )


def _linked(table: str, owner: str, column: str, name: str) -> Callable[..., bool]:
    def holds(world: World, record: Row, values: Values) -> bool:
        chosen = {str(each) for each in values[name]}
        return any(str(row[column]) in chosen for row in world.of(table, **{owner: record["id"]}))

    return holds


def _commune(world: World, record: Row, test: Callable[[Any], bool]) -> bool:
    commune = world.communes.get(record["commune_code"])
    return commune is not None and test(commune)


def _population(world: World, record: Row, values: Values) -> bool:
    least, most = int(values.get("least", 0)), int(values.get("most", 10**9))
    return _commune(
        world, record, lambda c: c.population is not None and least <= c.population <= most
    )


def _territory(world: World, record: Row, values: Values) -> bool:
    return any(
        row["insee_code"] == record["commune_code"]
        for row in world.rows["territory_commune"]
        if str(row["territory_id"]) in values["territories"]
    )


def _standing(_world: World, record: Row, values: Values) -> bool:
    for name, word in (
        ("closed_on", "fermee"),
        ("dormant_on", "dormante"),
        ("listed_on", "acteur"),
    ):
        if record[name] is not None and record[name] <= TODAY:
            return word in values["standings"]
    return "prospect" in values["standings"]


def _fee(world: World, record: Row, values: Values) -> bool:
    year, fee = int(values.get("year", TODAY.year)), values.get("fee", ("",))[0]
    return any(
        row["year"] == year and fee in {"", "reglee" if row["is_paid"] else "a_regler"}
        for row in world.of("network_membership", structure_id=record["id"])
    )


def _memberships(world: World, values: Values) -> list[Row]:
    then = date.fromisoformat(values["day"]) if values.get("day") else TODAY
    open_groups = {
        group["id"]
        for group in world.rows["group"]
        if group["closed_on"] is None or group["closed_on"] >= then
    }
    return [
        row
        for row in world.rows["membership"]
        if row["group_id"] in open_groups
        and _is_within(row, then)
        and (not values.get("groups") or str(row["group_id"]) in values["groups"])
    ]


def _member(world: World, record: Row, values: Values) -> bool:
    return any(row["structure_id"] == record["id"] for row in _memberships(world, values))


def _represents(world: World, record: Row, values: Values) -> bool:
    then = date.fromisoformat(values["day"]) if values.get("day") else TODAY
    alive = {each["id"] for each in world.structures if each["deleted_at"] is None}
    held = {row["id"] for row in _memberships(world, values) if row["structure_id"] in alive}
    return any(
        row["membership_id"] in held and _is_within(row, then)
        for row in world.of("group_representative", contact_id=record["id"])
    )


def _lacks(world: World, record: Row, values: Values) -> bool:
    missing = {
        "courriel": record["email"] is None,
        "telephone": record["phone"] is None and record.get("mobile") is None,
        "commune": record.get("commune_code") is None,
        "referent": record.get("referent_id") is None,
        "siren": True,
        "theme": not world.of("structure_theme", structure_id=record["id"]),
        "personne": not _roles(world, {}, structure_id=record["id"]),
        "fonction": not _roles(world, {}, contact_id=record["id"]),
    }
    return any(missing[each] for each in values["what"])


def _unverified(_world: World, record: Row, values: Values) -> bool:
    verified: date | None = record["verified_on"]
    return verified is None or verified < TODAY - timedelta(days=int(values["days"]))


def _accompanied(world: World, record: Row, values: Values) -> bool:
    start = date(1900, 1, 1)
    if values.get("months"):
        start = add_months(TODAY, -int(values["months"]))
    elif values.get("since"):
        start = date.fromisoformat(values["since"])
    kinds, officers = values.get("kinds"), values.get("officers")
    is_formal = values.get("form", ("",))[0] == "formel"
    here = {r["session_id"] for r in world.of("session_structure", structure_id=record["id"])}
    return any(
        held["id"] in here
        and held["deleted_at"] is None
        and start <= held["held_on"] <= TODAY
        and (not kinds or str(held["kind_id"]) in kinds)
        and (not is_formal or held["kind_id"] in world.ids["formal"])
        and (
            not officers
            or any(
                str(row["user_id"]) in officers
                for row in world.of("session_officer", session_id=held["id"])
            )
        )
        for held in world.of("accompaniment_session", status="realisee")
    )


def _applied(world: World, record: Row, values: Values, *, by_commune: bool = False) -> bool:
    state = values.get("state", ("depose",))[0]
    years, schemes = values.get("years"), values.get("schemes")
    first = date(TODAY.year - int(years) + 1, 1, 1) if years else date(1900, 1, 1)
    wanted = {"obtenu": {"obtenu"}, "perdu": {"refuse"}}.get(state)
    for row in world.rows["funding_application"]:
        counted = row["filed_on"] or row["decided_on"]
        if row["deleted_at"] is not None or counted is None or counted < first:
            continue
        if (schemes and str(row["scheme_id"]) not in schemes) or (
            wanted and row["status"] not in wanted
        ):
            continue
        if not by_commune and row["beneficiary_id"] == record["id"]:
            return True
        if by_commune and row["commune_code"] and row["commune_code"] == record["commune_code"]:
            return True
    return False


def _project(world: World, record: Row, values: Values) -> bool:
    roles, statuses = values.get("roles"), values.get("statuses")
    for project in world.rows["project"]:
        if project["deleted_at"] is not None or (statuses and project["status"] not in statuses):
            continue
        held = {
            row["role"]
            for row in world.of("project_partner", project_id=project["id"])
            if row["structure_id"] == record["id"]
        }
        if project["lead_structure_id"] == record["id"]:
            held.add("chef_de_file")
        if held and (not roles or held & set(roles)):
            return True
    return False


def _named(_world: World, record: Row, values: Values) -> bool:
    return sort_key(values["text"]) in record["sort_name"]


_S, _C = Subject.STRUCTURE, Subject.CONTACT
_CRITERIA: dict[tuple[Subject, str], Callable[[World, Row, Values], bool]] = {
    (_S, "famille"): lambda _w, r, v: r["family_code"] in v["families"],
    (_S, "nom"): _named,
    (_C, "nom"): _named,
    (_S, "departement"): lambda _w, r, v: r["departement_code"] in v["departements"],
    (_S, "commune"): lambda _w, r, v: r["commune_code"] in v["communes"],
    (_S, "epci"): lambda w, r, v: _commune(w, r, lambda c: c.epci_siren in v["epcis"]),
    (_S, "population"): _population,
    (_S, "territoire"): _territory,
    (_S, "theme"): _linked("structure_theme", "structure_id", "theme_id", "themes"),
    (_S, "pays"): _linked("structure_country", "structure_id", "country_code", "countries"),
    (_S, "etiquette"): _linked("structure_tag", "structure_id", "tag_id", "tags"),
    (_C, "etiquette"): _linked("contact_tag", "contact_id", "tag_id", "tags"),
    (_S, "statut"): _standing,
    (_S, "adhesion"): _fee,
    (_S, "referent"): lambda _w, r, v: str(r["referent_id"]) in v["people"],
    (_S, "groupe"): _member,
    (_C, "represente"): _represents,
    (_C, "fonction"): _has_role,
    (_S, "poste_vacant"): _seat,
    (_S, "manque"): _lacks,
    (_C, "manque"): _lacks,
    (_S, "non_verifiee"): _unverified,
    (_S, "accompagnee"): _accompanied,
    (_S, "dossier"): _applied,
    (_S, "commune_couverte"): lambda w, r, v: _applied(w, r, v, by_commune=True),
    (_S, "projet"): _project,
}
KNOWN = frozenset(_CRITERIA)
