"""The report that every network starts from: the four axes of a yearly report."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.indicators.types import Level
from crm.reference.models import ReferenceItem
from crm.yearly.models import ReportDefinition
from crm.yearly.operations import add_item, create_definition
from crm.yearly.types import DefinitionData, ItemData, ItemKind


def default_report() -> dict[str, Any]:
    """Return the report; what narrows an item by an entry of a list is « list/code »."""
    path = Path(__file__).with_name("defaults.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def load_default_report(session: Session) -> int:
    """Add the report to a network that has none, not even in the trash; return how many."""
    if session.execute(select(ReportDefinition.id).limit(1)).first() is not None:
        return 0
    found = default_report()
    ids = _ids_of_entries(session)
    data = DefinitionData(name=found["name"], level=Level.STRUCTURE)
    definition = create_definition(session, data=data)
    for each in found["items"]:
        kept = {
            by: [str(ids.get(key, key)) for key in keys]
            for by, keys in each.get("kept", {}).items()
        }
        item = ItemData(each.get("title"), each.get("code"), each.get("by"), kept)
        add_item(session, definition_id=definition.id, kind=ItemKind(each["kind"]), data=item)
    return 1


def _ids_of_entries(session: Session) -> dict[str, int]:
    found = session.execute(
        select(ReferenceItem.list_code, ReferenceItem.code, ReferenceItem.id).where(
            ReferenceItem.list_code.in_(("event_kind", "event_role", "session_kind"))
        )
    )
    return {f"{list_code}/{code}": item_id for list_code, code, item_id in found.tuples()}
