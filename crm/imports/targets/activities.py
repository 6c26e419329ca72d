"""Sessions, seats in groups and projects: found by their date or name and by their structures."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from crm.contacts.group_rules import overlaps
from crm.contacts.group_types import Period
from crm.contacts.models import GroupRepresentative, Membership
from crm.contacts.rules import check_order
from crm.core.text import fold, sort_key
from crm.followups.indexing import SESSION, number_of, session_ranks
from crm.followups.models import AccompanimentSession, SessionStructure, session_contact
from crm.imports.targets.base import Resolved, Work, index_by
from crm.imports.targets.pending import Key, Record
from crm.imports.targets.target import Known, Target
from crm.imports.writing import insert_links
from crm.projects.indexing import PROJECT
from crm.projects.models import Project, ProjectPartner
from crm.projects.rules import LONGEST_PLACES
from crm.search.index import index_records

_LONGEST_TITLE = 60
_SNAPSHOT = ("name", "family_code", "departement_code")


class SessionTarget(Target):
    """Sessions: the same day, nature, structures and first words are one session."""

    entity = "session"
    model = AccompanimentSession
    updatable = ("duration_minutes",)

    def load(self, work: Work, batch: Sequence[Resolved]) -> Known:
        """Return the sessions of these days, with their structures."""
        days = {each.values["held_on"] for each in batch}
        alive = AccompanimentSession.deleted_at.is_(None)
        records = list(self.rows_where(work, AccompanimentSession.held_on, days, alive))
        seats: dict[int, set[int]] = {}
        ids = [record["id"] for record in records]
        rows = work.session.execute(
            select(SessionStructure.session_id, SessionStructure.structure_id).where(
                SessionStructure.session_id.in_(ids)
            )
        )
        for session_id, structure_id in rows.tuples():
            seats.setdefault(session_id, set()).add(structure_id)
        return index_by(
            (_session_key(record, seats.get(record["id"], set())), record) for record in records
        )

    def keys(self, resolved: Resolved) -> Iterable[Key]:
        """Yield the day, the nature, the structures and the first words."""
        yield _session_key(resolved.values, set(_ids(resolved, "structures")))

    def complete(self, work: Work, values: Record) -> Record:
        """Return the row; a session that comes from a file was sent by no form."""
        if "id" in values:
            return values
        actor = work.user_id
        return {**values, "submission_key": secrets.token_urlsafe(24), "created_by_id": actor}

    def own_lists(self, resolved: Resolved) -> dict[str, list[Any]]:
        """Return the structures and the people of a new session."""
        return {name: sorted(set(_ids(resolved, name))) for name in ("structures", "contacts")}

    def own_subjects(self, resolved: Resolved) -> list[tuple[str, int]]:
        """Return the structures of the session."""
        return [("structure", each) for each in sorted(set(_ids(resolved, "structures")))]

    def after(self, work: Work, batch: Sequence[Resolved]) -> None:
        """Keep the structures as they are today, the people, and the words that lead there."""
        seats: list[Record] = []
        people: list[Record] = []
        words: dict[int, dict[str, int]] = {}
        for resolved in batch:
            if not resolved.is_new or resolved.id is None:
                continue
            structures = sorted(set(_ids(resolved, "structures")))
            told = [work.made[("structure", each)] for each in structures]
            seats += [
                {
                    "session_id": resolved.id,
                    "structure_id": each,
                    "structure_name": record["name"],
                    "family_code": record["family_code"],
                    "departement_code": record.get("departement_code"),
                }
                for each, record in zip(structures, told, strict=True)
            ]
            people += [
                {"session_id": resolved.id, "contact_id": each}
                for each in sorted(set(_ids(resolved, "contacts")))
            ]
            kind = work.lookups.kind_labels.get(resolved.values["kind_id"], "")
            names = [record["name"] for record in told]
            words[number_of(resolved.id)] = session_ranks(names, kind, resolved.values["held_on"])
        insert_links(work.session, SessionStructure.__table__, seats)  # type: ignore[arg-type]
        insert_links(work.session, session_contact, people)
        if words:
            index_records(work.session, SESSION, words)


def _session_key(values: Record, structures: set[Any]) -> Key:
    title = fold(values.get("notes") or "")[:_LONGEST_TITLE]
    return (values["held_on"], values["kind_id"], title, tuple(sorted(structures)))


def _ids(resolved: Resolved, name: str) -> list[int]:
    found = (resolved.row.resolved[place].record_id for place in resolved.item.extra[name])
    return [each for each in found if each is not None]


class MembershipTarget(Target):
    """Time in groups: a structure is in a group once on any day."""

    entity = "membership"
    model = Membership
    updatable = ("end_on",)

    def load(self, work: Work, batch: Sequence[Resolved]) -> Known:
        """Return what these structures have been members of."""
        ids = {each.values["structure_id"] for each in batch}
        there = (each for each in ids if each > 0)
        return index_by(
            ((record["group_id"], record["structure_id"]), record)
            for record in self.rows_where(work, Membership.structure_id, there)
        )

    def keys(self, resolved: Resolved) -> Iterable[Key]:
        """Yield the group and the structure."""
        yield (resolved.values["group_id"], resolved.values["structure_id"])

    def fits(self, resolved: Resolved, key: Key, record: Record) -> bool:
        """Tell whether the periods have a day in common."""
        said = {**resolved.item.defaults, **resolved.values}
        return overlaps(_period(said), _period(record))

    def identity(self, values: Record) -> Record:
        """Return the columns that `fits` looks at."""
        return {"start_on": values["start_on"], "end_on": values.get("end_on")}

    def check(self, merged: Record) -> None:
        """Raise RuleError when it would end before it starts."""
        check_order(merged.get("start_on"), merged.get("end_on"), "end_on")

    def subjects(self, work: Work, values: Record) -> list[tuple[str, int]]:
        """Return the group and the structure."""
        return [("group", values["group_id"]), ("structure", values["structure_id"])]


def _period(values: Record) -> Period:
    return Period(values.get("start_on") or date.min, values.get("end_on"))


class RepresentativeTarget(Target):
    """Who speaks for a member: a person does so once on any day."""

    entity = "group_representative"
    model = GroupRepresentative

    def load(self, work: Work, batch: Sequence[Resolved]) -> Known:
        """Return who speaks for these members."""
        ids = {each.values["membership_id"] for each in batch}
        there = (each for each in ids if each > 0)
        return index_by(
            ((record["membership_id"], record["contact_id"]), record)
            for record in self.rows_where(work, GroupRepresentative.membership_id, there)
        )

    def keys(self, resolved: Resolved) -> Iterable[Key]:
        """Yield the membership and the person."""
        yield (resolved.values["membership_id"], resolved.values["contact_id"])

    def subjects(self, work: Work, values: Record) -> list[tuple[str, int]]:
        """Return the person, the group and the structure."""
        member = work.made[("membership", values["membership_id"])]
        return [
            ("contact", values["contact_id"]),
            ("group", member["group_id"]),
            ("structure", member["structure_id"]),
        ]


class ProjectTarget(Target):
    """Projects: a name and a lead."""

    entity = "project"
    model = Project
    updatable = ("name", "summary", "status", "places_abroad", "budget_cents", "listed_on",
                 "start_on", "end_on")  # fmt: skip

    def load(self, work: Work, batch: Sequence[Resolved]) -> Known:
        """Return the projects of these names."""
        names = {sort_key(each.values["name"]) for each in batch}
        return index_by(
            ((record["sort_name"], record["lead_structure_id"]), record)
            for record in self.rows_where(
                work, Project.sort_name, names, Project.deleted_at.is_(None)
            )
        )

    def keys(self, resolved: Resolved) -> Iterable[Key]:
        """Yield the name and the lead."""
        yield (sort_key(resolved.values["name"]), resolved.values["lead_structure_id"])

    def check(self, merged: Record) -> None:
        """Raise RuleError when the project would end before it starts."""
        check_order(merged.get("start_on"), merged.get("end_on"), "end_on")

    def complete(self, work: Work, values: Record) -> Record:
        """Return the row with its keys."""
        places = values.get("places_abroad")
        return {
            **values,
            "sort_name": sort_key(values["name"]),
            "places_key": fold(places)[:LONGEST_PLACES] if places else None,
        }

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that an update writes."""
        return (*self.updatable, "sort_name", "places_key")

    def subjects(self, work: Work, values: Record) -> list[tuple[str, int]]:
        """Return the lead."""
        return [("structure", values["lead_structure_id"])]

    def after(self, work: Work, batch: Sequence[Resolved]) -> None:
        """Note the projects to index anew."""
        for resolved in batch:
            if resolved.is_new or resolved.changes:
                work.touch(PROJECT, resolved.id)


class PartnerTarget(Target):
    """Who takes part in a project, besides leading it."""

    entity = "project_partner"
    model = ProjectPartner

    def load(self, work: Work, batch: Sequence[Resolved]) -> Known:
        """Return the partners of these projects."""
        ids = {each.values["project_id"] for each in batch}
        there = (each for each in ids if each > 0)
        return index_by(
            ((record["project_id"], record["structure_id"], record["role"]), record)
            for record in self.rows_where(work, ProjectPartner.project_id, there)
        )

    def keys(self, resolved: Resolved) -> Iterable[Key]:
        """Yield the project, the structure and its role."""
        values = resolved.values
        yield (values["project_id"], values["structure_id"], values["role"])

    def subjects(self, work: Work, values: Record) -> list[tuple[str, int]]:
        """Return the project and the structure."""
        return [("project", values["project_id"]), ("structure", values["structure_id"])]

    def after(self, work: Work, batch: Sequence[Resolved]) -> None:
        """Note that these projects are found by one more structure."""
        for resolved in batch:
            if resolved.is_new:
                work.touch(PROJECT, resolved.values["project_id"])
