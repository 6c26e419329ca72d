"""Who took which list out, when, and narrowed by what."""

from crm.core import clock
from crm.database import transaction
from crm.history.models import ExportRecord
from crm.history.recording import actor_of


def keep_export(title: str, extension: str, filter_names: list[str]) -> None:
    """Keep that a list was exported: its title and the names of its filters, never their values."""
    with transaction(housekeeping=True) as session:
        actor = actor_of(session)
        session.add(
            ExportRecord(
                at=clock.now(),
                actor_id=actor.user_id,
                actor_name=actor.name,
                title=title[:120],
                extension=extension,
                filter_names=", ".join(filter_names)[:300],
            )
        )
