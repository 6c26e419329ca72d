"""What history tells on the timeline of a record: each save in a line."""

from sqlalchemy.orm import Session

from crm.history.queries import history_of
from crm.history.wording import tell
from crm.web.timeline import TimelineEntry


def change_entries(
    session: Session, *, entity: str, record_id: int, limit: int
) -> list[TimelineEntry]:
    """Return the latest changes told on a record's page, each with the fields it touched."""
    changes = history_of(session, entity=entity, record_id=record_id, limit=limit)
    return [
        TimelineEntry(
            when=change.at,
            title=told.title,
            url=told.undo_url,
            body=", ".join(field.label for field in told.fields) or None,
            icon="pencil",
            who=told.who,
        )
        for change, told in zip(changes, tell(session, changes), strict=True)
    ]
