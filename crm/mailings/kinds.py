"""How mailings come back, and what of them points at segments."""

from flask import url_for
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from crm.core.errors import N_, RuleError
from crm.core.text import fold
from crm.history.kinds import Kind, Pointer
from crm.mailings.models import Mailing, MailingSegment
from crm.mailings.types import Status
from crm.web.access import Permission
from crm.web.locale import translate

_ONE_WAY = N_("L’état d’un envoi ne se change que sur sa page : rien ne part par une annulation.")
_SETTLED = N_("Cet envoi est figé : ce qu’il dit et à qui il va ne changent plus.")
# What an audience was frozen from, and when it leaves.
_FROZEN = (
    "purpose", "reach", "functions", "takes_generic", "follows_id", "segments", "starts_at",
    "per_hour", "message_id",
)  # fmt: skip
_UNDERWAY = (Status.FROZEN, Status.SENDING, Status.PAUSED)


def _mend(session: Session, mailing: Mailing) -> None:
    """Let no change of history start, stop or replay a mailing."""
    changes = inspect(mailing).attrs
    if changes.status.history.has_changes():
        raise RuleError("status", _ONE_WAY)
    if mailing.status != Status.DRAFT and any(
        changes[name].history.has_changes() for name in _FROZEN
    ):
        raise RuleError("segments", _SETTLED)
    mailing.sort_name = fold(mailing.name)
    session.flush()


def _underway(session: Session, mailing_id: int) -> Pointer | None:
    """Keep out of the trash a mailing that is leaving."""
    status = session.scalar(select(Mailing.status).where(Mailing.id == mailing_id))
    if status not in _UNDERWAY:
        return None
    return Pointer(
        translate(N_("Cet envoi est en cours : annulez-le d’abord.")),
        url_for("mailings.show", mailing_id=mailing_id),
    )


def _mailings_of_segment(session: Session, segment_id: int) -> Pointer | None:
    """Say how many drafts use a segment; those that left keep their frozen audience."""
    count = session.scalar(
        select(func.count())
        .select_from(MailingSegment)
        .join(Mailing, Mailing.id == MailingSegment.mailing_id)
        .where(
            MailingSegment.segment_id == segment_id,
            Mailing.deleted_at.is_(None),
            Mailing.status == Status.DRAFT,
        )
    )
    if not count:
        return None
    return Pointer(
        translate(N_("Envois en préparation : %(count)s"), count=count),
        url_for("mailings.index", etat=Status.DRAFT.value),
    )


KINDS = (
    Kind(
        "mailing",
        Mailing,
        lambda mailing: mailing.name,
        page=("mailings.show", "mailing_id"),
        permission=Permission.WRITE_MAILINGS,
        mend=_mend,
        plain=frozenset({"is_public"}),
        owned=frozenset({"mailing_segment"}),
    ),
)
POINTERS = (("mailing", _underway), ("segment", _mailings_of_segment))
