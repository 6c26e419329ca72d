"""The lists that a new network starts from."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.reference.models import ReferenceItem

LIST_LABELS = {
    "family": N_("Familles de structures"),
    "subtype": N_("Sous-types de structures"),
    "theme": N_("Thèmes"),
    "expertise": N_("Expertises et compétences"),
    "session_kind": N_("Natures d’appui"),
    "obstacle": N_("Obstacles d’un accompagnement"),
    "event_kind": N_("Types d’événements"),
    "event_role": N_("Rôles dans un événement"),
    "event_status": N_("Statuts d’événements"),
    "axis": N_("Axes des conventions"),
    "refusal_reason": N_("Motifs de refus"),
    "agreement_funder": N_("Financeurs des conventions"),
    "sdg": N_("Objectifs de développement durable"),
}


def default_lists() -> dict[str, list[dict[str, Any]]]:
    """Return list code → entries, in their order."""
    path = Path(__file__).with_name("defaults.json")
    lists: dict[str, list[dict[str, Any]]] = json.loads(path.read_text(encoding="utf-8"))
    return lists


def load_defaults(session: Session) -> int:
    """Add the entries of lists that are still empty; return how many were added."""
    known = set(session.scalars(select(ReferenceItem.list_code).distinct()))
    rows = [
        {
            "list_code": list_code,
            "code": entry["code"],
            "label": entry["label"],
            "family_code": entry.get("family"),
            "is_formal": entry.get("formal"),
            "position": position,
            "is_active": True,
            "version": 1,
        }
        for list_code, entries in default_lists().items()
        if list_code not in known
        for position, entry in enumerate(entries, start=1)
    ]
    if rows:
        session.execute(insert(ReferenceItem), rows)
    return len(rows)
