"""What the pages of a comparison and of a merge show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.database import Base
from crm.duplicates.fields import BOTH, FIELDS, KEPT, MERGED, MergeField, proposed, values_of
from crm.duplicates.models import Merge
from crm.duplicates.moves import REFERENCES, UNIONS, Policy
from crm.duplicates.unmerging import LaterItem, later_items
from crm.duplicates.wholes import wholes_of
from crm.history.kinds import find_kind
from crm.history.queries import PastChange
from crm.history.wording import tell, what_is
from crm.notes.models import Note
from crm.web.formats import NO_BREAK_SPACE, phone
from crm.web.locale import translate

_EMPTY = "—"
_PHONES = frozenset({"phone", "mobile"})
ATTACHED: Mapping[str, str] = {
    "affiliation": N_("fonctions"),
    "contact_point": N_("coordonnées"),
    "structure_address": N_("adresses"),
    "network_membership": N_("adhésions au réseau"),
    "partnership": N_("partenaires à l’étranger"),
    "seat": N_("sièges"),
    "membership": N_("groupes"),
    "group_representative": N_("représentations dans des groupes"),
    "structure": N_("structures rattachées"),
    "contact": N_("fiches fusionnées auparavant"),
    "follow_up": N_("relances"),
    "accompaniment": N_("accompagnements"),
    "target": N_("campagnes"),
    "introduction_side": N_("mises en relation"),
    "introduction_person": N_("mises en relation"),
    "project": N_("projets menés"),
    "project_partner": N_("participations à des projets"),
    "funding_application": N_("dossiers de financement"),
    "application_partner": N_("participations à des dossiers"),
    "co_funding": N_("cofinancements"),
    "session_structure": N_("séances"),
    "session_contact": N_("séances"),
    "consent": N_("choix de réception"),
    "consent_proof": N_("preuves de ces choix"),
    "retention_choice": N_("décisions de conservation"),
    "subscription_request": N_("abonnements demandés"),
    "mailing_recipient": N_("messages envoyés"),
    "event": N_("événements organisés"),
    "registration": N_("inscriptions"),
    "attendance": N_("présences"),
    "attendance_row": N_("lignes de listes de présence"),
    "note": N_("notes"),
}
_LISTS: Mapping[str, str] = {
    "themes": N_("Thèmes"),
    "expertises": N_("Expertises et compétences"),
    "countries": N_("Pays"),
    "tags": N_("Étiquettes"),
    "funded_schemes": N_("Dispositifs financés"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A field of two records side by side; `proposed` is the choice that keeps the fuller value."""

    name: str
    label: str
    kept: str
    merged: str
    proposed: str
    takes_both: bool

    @property
    def is_free(self) -> bool:
        """Tell whether there is something to choose."""
        return self.kept != self.merged


@dataclass(frozen=True, slots=True)
class Line:
    """How many of one kind of thing are attached to each of two records."""

    label: str
    kept: str
    merged: str


@dataclass(frozen=True, slots=True)
class ShownItem:
    """Something attached, in words."""

    key: str
    what: str
    name: str
    url: str | None


def choices_of(
    session: Session, kind: str, kept: Any, merged: Any, asked: Mapping[str, str]
) -> list[Choice]:
    """Return every field side by side; what was asked for already stays chosen."""
    told = {
        role: _told_fields(session, kind, record) for role, record in (("k", kept), ("m", merged))
    }
    return [
        Choice(
            field.name,
            translate(field.label),
            _joined(told["k"], field),
            _joined(told["m"], field),
            asked.get(field.name) or proposed(field, kept, merged),
            field.takes_both and all(any(values_of(each, field)) for each in (kept, merged)),
        )
        for field in FIELDS[kind]
    ]


def read_choices(kind: str, form: Mapping[str, str]) -> dict[str, str]:
    """Return the choices of a form, by field; what is no choice is left out."""
    known = {field.name: form.get(f"champ-{field.name}", "") for field in FIELDS[kind]}
    return {name: choice for name, choice in known.items() if choice in (KEPT, MERGED, BOTH)}


def _told_fields(session: Session, kind: str, record: Any) -> dict[str, str]:
    """Return each column in words, as history tells it: ids get their names."""
    columns = [column for field in FIELDS[kind] for column in field.columns]
    change = PastChange(
        at=record.created_at,
        actor_name="",
        source="",
        action="updated",
        entity=kind,
        record_id=record.id,
        fields={column: [None, getattr(record, column)] for column in columns},
    )
    (told,) = tell(session, [change])
    told_fields = {field.name: field.after for field in told.fields}
    return {name: phone(text) if name in _PHONES else text for name, text in told_fields.items()}


def _joined(told: Mapping[str, str], field: MergeField) -> str:
    known = [told[column] for column in field.columns if told.get(column, _EMPTY) != _EMPTY]
    return " · ".join(known) or _EMPTY


def attached_lines(session: Session, kind: str, kept: Any, merged: Any) -> list[Line]:
    """Return how much of each kind is attached to the two records; nothing where both have none."""
    counts: dict[str, list[int]] = {}
    for place, record in enumerate((kept, merged)):
        for reference in REFERENCES[kind]:
            if reference.policy is Policy.UNION or reference.column == "merged_into_id":
                continue
            table = Base.metadata.tables[reference.table]
            statement = select(func.count()).where(table.c[reference.column] == record.id)
            label = translate(ATTACHED[reference.table])
            counts.setdefault(label, [0, 0])[place] += session.scalar(statement) or 0
        notes = select(func.count()).where(
            Note.entity == kind, Note.record_id == record.id, Note.deleted_at.is_(None)
        )
        label = translate(ATTACHED["note"])
        counts.setdefault(label, [0, 0])[place] = session.scalar(notes) or 0
    lines = [Line(label, str(own), str(other)) for label, (own, other) in counts.items()]
    lists = [
        Line(translate(_LISTS[name]), _names(getattr(kept, name)), _names(getattr(merged, name)))
        for name in UNIONS[kind]
    ]
    return [line for line in (*lines, *lists) if {line.kept, line.merged} - {"0", _EMPTY}]


def _names(members: Sequence[Any]) -> str:
    return ", ".join(getattr(each, "label", None) or each.name for each in members) or _EMPTY


def shown_later(session: Session, merge: Merge) -> list[ShownItem]:
    """Return what came to the one kept since the merge, in words."""
    return _shown(session, later_items(session, merge))


def shown_kept(session: Session, merge: Merge) -> list[ShownItem]:
    """Return what could not move, for the one kept had it already, in words."""
    items = [
        LaterItem(table, column, record_id, _entity(table))
        for table, column, record_id in merge.kept
    ]
    return _shown(session, items)


def _entity(table: str) -> str:
    return "session" if table in ("session_structure", "session_contact") else table


def _shown(session: Session, items: Sequence[LaterItem]) -> list[ShownItem]:
    """Return the items in words: one statement for each kind of record."""
    told: dict[str, tuple[str, int]] = {}
    for entity in sorted({each.entity for each in items}):
        own = {each.key: each.record_id for each in items if each.entity == entity}
        wholes = wholes_of(session, entity, list(own.values()))
        told.update({key: wholes.get(each, (entity, each)) for key, each in own.items()})
    records: dict[tuple[str, int], Any] = {}
    for entity in sorted({entity for entity, _ in told.values()}):
        kind = find_kind(entity)
        ids = [each for kind_of, each in told.values() if kind_of == entity]
        if kind is not None:
            found = session.scalars(select(kind.model).where(kind.model.id.in_(ids)))
            records.update({(entity, record.id): record for record in found})
    return [_shown_item(each.key, *told[each.key], records.get(told[each.key])) for each in items]


def _shown_item(key: str, entity: str, record_id: int, record: Any) -> ShownItem:
    kind = find_kind(entity)
    if kind is None or record is None:
        return ShownItem(key, what_is(entity), "", None)
    return ShownItem(key, what_is(entity), kind.name_of(record), kind.url_of(record_id))


def moved_words(merge: Merge) -> list[str]:
    """Return how much of each kind moved: « relances : 3 »."""
    counts: dict[str, int] = {}
    for table, _column, _record_id in merge.moved:
        label = translate(ATTACHED[table])
        counts[label] = counts.get(label, 0) + 1
    return [f"{label}{NO_BREAK_SPACE}: {count}" for label, count in counts.items()]


def field_labels(merge: Merge) -> list[str]:
    """Return the names of the fields that the one kept got from the other."""
    by_column = {
        column: translate(field.label) for field in FIELDS[merge.kind] for column in field.columns
    }
    lists = {f"+{name}": translate(label) for name, label in _LISTS.items()}
    return list(dict.fromkeys((by_column | lists)[name] for name in merge.fields))
