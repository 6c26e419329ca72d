"""Choices taken away by hundreds, as undoing an import does: a proof says so of each."""

from collections.abc import Iterable

from sqlalchemy import insert
from sqlalchemy.orm import Session

from crm.consents.models import Consent, ConsentProof
from crm.consents.types import Channel
from crm.core import clock
from crm.history.recording import actor_of


def prove_taken_away(session: Session, consents: Iterable[Consent]) -> None:
    """Keep a proof that these choices, made by nobody since, were undone; they go afterwards."""
    actor, now = actor_of(session), clock.now()
    rows = [
        {
            "contact_id": each.contact_id,
            "purpose": each.purpose,
            "channel": Channel.UNDO,
            "given_on": clock.today(),
            "recorded_at": now,
            "recorded_by_id": actor.user_id,
            "recorded_by": actor.name,
        }
        for each in consents
    ]
    if rows:
        session.execute(insert(ConsentProof), rows)
