"""An address that is at an event already."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core.addresses import email_key
from crm.core.errors import N_, RuleError
from crm.events.models import Registration
from crm.events.queries.registrations import waiting_rank
from crm.events.types import RegistrationStatus


def live_registration(session: Session, event_id: int, email: str) -> Registration | None:
    """Return what an address holds at an event: a seat, an offer or a place to wait."""
    return session.scalars(
        select(Registration).where(
            Registration.event_id == event_id,
            Registration.email_key == email_key(email),
            Registration.status != RegistrationStatus.CANCELLED,
        )
    ).one_or_none()


def already_known(session: Session, known: Registration) -> RuleError:
    """Return what the team is told of an address that is registered, or waits, already."""
    name = f"{known.first_name or ''} {known.last_name}".strip()
    rank = waiting_rank(session, known)
    if rank is None:
        said = N_("Cette adresse est déjà inscrite (%(name)s). Rien n’est parti.")
        return RuleError("email", said, name=name)
    said = N_(
        "Cette adresse est déjà sur la liste d’attente (%(name)s), à la place n° %(rank)s. "
        "Rien n’est parti."
    )
    return RuleError("email", said, name=name, rank=rank)
