"""What a row tells besides structures and people: a session, a group's member, a project."""

import re
from datetime import date
from typing import Any

from crm.core.addresses import email_key
from crm.core.errors import N_, RuleError
from crm.core.text import fold, sort_key
from crm.followups.rules import LONGEST_NOTES, check_status
from crm.followups.types import STATUS_LABELS, SessionStatus
from crm.imports.lookups import ids_of
from crm.imports.rows.context import RowContext
from crm.imports.rows.structures import add_structure, known_countries, known_ids
from crm.imports.types import Item
from crm.projects import rules as project_rules
from crm.projects.types import PROJECT_STATUS_LABELS, ProjectData, ProjectStatus, Role

_SEPARATORS = re.compile(r"\s*[;\n]\s*")
_USUAL_KIND = "rdv"
_KIND_WORDS = (
    ("rdv_tel", r"tel|phon"),
    ("rdv_visio", r"visio|zoom|teams|skype"),
    ("b2b", r"b ?2 ?b|b to b"),
    ("atelier", r"atelier"),
    ("relecture", r"relecture|relire"),
    ("mise_en_relation", r"mise en relation"),
    ("info", r"courriel|mail|reponse"),
    ("rdv", r"rdv|rendez vous|entretien|sur place|presentiel|physique|visite"),
)
_LONGEST_TITLE = 60


def add_structures(context: RowContext) -> list[int]:
    """Keep the structures of the row: a cell may name several, with « ; » between them."""
    names = [each for each in _SEPARATORS.split(context.get("structure.name") or "") if each]
    if len(names) < 2:  # noqa: PLR2004 - one, or none
        first = add_structure(context)
        return [] if first is None else [first]
    places = []
    kept = dict(context.values)
    for index, name in enumerate(names):
        if index:
            context.values = {c: v for c, v in kept.items() if not c.startswith("structure.")}
        context.values["structure.name"] = name
        if (place := add_structure(context)) is not None:
            places.append(place)
    context.values = kept
    return places


def add_session(context: RowContext, structures: list[int], people: list[int]) -> None:
    """Keep the session of the row."""
    held_on: date | None = context.get("session.held_on")
    if held_on is None:
        if "session.held_on" not in context.unreadable:
            context.refuse("session.held_on", N_("La date de la séance manque."))
        return
    kind_id, status = _session_kind(context), _status(context, held_on)
    if kind_id is None or status is None or not structures:
        return
    notes = (context.get("session.notes") or "")[:LONGEST_NOTES] or None
    values: dict[str, Any] = {"held_on": held_on, "kind_id": kind_id, "status": status}
    if notes:
        values["notes"] = notes
    if minutes := context.get("session.duration"):
        values["duration_minutes"] = minutes
    item = Item("session", values, {}, _session_lists(context))
    item.extra = {
        "name": held_on.isoformat(),
        "structures": structures,
        "contacts": people,
        "title": fold(notes or "")[:_LONGEST_TITLE],
    }
    item.keys = [("session", held_on.isoformat(), str(kind_id), item.extra["title"])]
    context.add(item)


def _session_kind(context: RowContext) -> int | None:
    kinds = context.lookups.lists.get("session_kind", {})
    text = context.get("session.kind")
    if not text:
        return kinds.get(_USUAL_KIND) or next(iter(kinds.values()), None)
    ids, _unknown = ids_of(kinds, [text])
    if ids:
        return ids[0]
    for code, pattern in _KIND_WORDS:
        if re.search(pattern, fold(text)) and fold(code) in kinds:
            return kinds[fold(code)]
    context.refuse(
        "session.kind",
        N_("« %(text)s » n’est pas une nature de séance : par exemple « Rendez-vous »."),
        text=text,
    )
    return None


def _status(context: RowContext, held_on: date) -> str | None:
    text = fold(context.get("session.status") or "")
    known = {fold(label): str(code) for code, label in STATUS_LABELS.items()}
    known |= {str(code): str(code) for code in SessionStatus} | {
        "fait": "realisee",
        "faite": "realisee",
    }
    today = context.reading.today
    usual = SessionStatus.DONE if held_on <= today else SessionStatus.PLANNED
    status = known.get(text) if text else str(usual)
    try:
        check_status(status or text, held_on, today)
    except RuleError as error:
        context.refuse(f"session.{error.field}", error.message, **error.params)
        return None
    return status


def _session_lists(context: RowContext) -> dict[str, list[Any]]:
    lists: dict[str, list[Any]] = {}
    if themes := context.get("session.themes"):
        lists["themes"] = known_ids(context, "session.themes", "theme", themes)
    if axes := context.get("session.axes"):
        lists["axes"] = known_ids(context, "session.axes", "axis", axes)
    if projects := context.get("session.projects"):
        lists["projects"] = known_ids(context, "session.projects", "project", projects)
    if countries := context.get("session.countries"):
        lists["countries"] = known_countries(context, "session.countries", countries)
    officers: list[int] = []
    for text in context.get("session.officers") or []:
        found = context.lookups.users.get(fold(text)) or context.lookups.users.get(email_key(text))
        if found is None or len(found) > 1:
            context.refuse(
                "session.officers",
                N_("« %(text)s » n’est pas un membre actuel de l’équipe, ou pas un seul."),
                text=text,
            )
        elif found[0] not in officers:
            officers.append(found[0])
    if officers:
        lists["officers"] = officers
    return lists


def add_membership(context: RowContext, structure: int | None, people: list[int]) -> None:
    """Keep the structure's time in the group, and who speaks for it there."""
    name = context.get("membership.group")
    if not name:
        context.refuse("membership.group", N_("Le nom du groupe manque."))
        return
    group_id = context.lookups.groups.get(sort_key(name)) or context.lookups.groups.get(
        sort_key(f"Groupe-pays {name}")
    )
    if group_id is None:
        context.refuse(
            "membership.group",
            N_("Aucun groupe ne s’appelle « %(text)s » : créez-le d’abord, ou corrigez le nom."),
            text=name,
        )
        return
    if structure is None:
        return
    start_on = context.get("membership.start_on") or context.reading.today
    end_on = context.get("membership.end_on")
    if end_on is not None and end_on < start_on:
        context.refuse("membership.end_on", N_("La fin ne peut pas précéder le début."))
        return
    item = Item("membership", {"group_id": group_id}, links={"structure_id": structure})
    is_said = context.get("membership.start_on") is not None
    (item.values if is_said else item.defaults)["start_on"] = start_on
    if end_on is not None:
        item.values["end_on"] = end_on
    item.extra["name"] = name
    place = context.add(item)
    for person in people:
        seat = Item("group_representative", {}, {"start_on": start_on, "end_on": end_on})
        seat.links = {"membership_id": place, "contact_id": person}
        seat.extra["name"] = name
        context.add(seat)


def add_project(context: RowContext, lead: int | None) -> None:
    """Keep the project of the row, led by its structure, and its partners."""
    name = context.get("project.name")
    if not name:
        context.refuse("project.name", N_("Le nom du projet manque."))
        return
    status = _project_status(context)
    if lead is None or status is None:
        return
    said = {
        column: context.get(f"project.{column}")
        for column in ("summary", "start_on", "end_on", "listed_on")
    }
    places = project_rules.split_places(context.get("project.places_abroad"))
    budget = context.get("project.budget")
    data = ProjectData(name=name, lead="1", status=status, places_abroad=places,
                       budget_cents=budget, **said)  # fmt: skip
    try:
        cleaned = project_rules.clean_project(data, context.reading.today)
    except RuleError as error:
        context.refuse(f"project.{error.field}", error.message, **error.params)
        return
    values = {column: value for column, value in said.items() if value is not None}
    values["name"] = cleaned.name
    if budget is not None:
        values["budget_cents"] = budget
    if places:
        values["places_abroad"] = ", ".join(cleaned.places_abroad)
    item = Item("project", values, {}, {}, {"lead_structure_id": lead})
    (values if context.get("project.status") else item.defaults)["status"] = status
    item.extra["name"] = cleaned.name
    if themes := context.get("project.themes"):
        item.lists["themes"] = known_ids(context, "project.themes", "theme", themes)
    if countries := context.get("project.countries"):
        item.lists["countries"] = known_countries(context, "project.countries", countries)
    place = context.add(item)
    _add_partners(context, place)


def _project_status(context: RowContext) -> str | None:
    text = context.get("project.status")
    if not text:
        end_on = context.get("project.end_on")
        is_over = end_on is not None and end_on <= context.reading.today
        start_on = context.get("project.start_on")
        if start_on is not None and start_on > context.reading.today:
            return str(ProjectStatus.SETUP)
        return str(ProjectStatus.DONE if is_over else ProjectStatus.RUNNING)
    known = {fold(label): str(code) for code, label in PROJECT_STATUS_LABELS.items()}
    known |= {fold(code): str(code) for code in ProjectStatus}
    status = known.get(fold(text)) or known.get(fold(text).removesuffix("e"))
    if status is None:
        context.refuse(
            "project.status",
            N_("« %(text)s » n’est pas un état de projet : par exemple « En cours »."),
            text=text,
        )
    return status


def _add_partners(context: RowContext, project: int) -> None:
    kept = dict(context.values)
    for name in context.get("project.partners") or []:
        context.values = {"structure.name": name}
        structure = add_structure(context)
        if structure is not None:
            item = Item("project_partner", {"role": str(Role.PARTNER)})
            item.links = {"project_id": project, "structure_id": structure}
            item.extra["name"] = name
            context.add(item)
    context.values = kept
