"""Making a mailing, and saying whom it is for."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from crm.composing.operations.messages import copy_message, create_message, set_owner
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.core.text import fold
from crm.history.recording import actor_of
from crm.mailings import rules
from crm.mailings.models import Mailing, MailingSegment
from crm.mailings.types import AudienceData, MailingData, Reach, Status
from crm.segments.models import Segment
from crm.segments.queries import is_readable

OWNER = "mailing"
_GONE = N_("Cet envoi est parti : il ne peut plus être changé.")


def get_mailing(session: Session, mailing_id: int, *, for_update: bool = False) -> Mailing:
    """Return a mailing with its segments; raise NotFoundError.

    With `for_update`, nobody else changes it before the end of the transaction.
    """
    statement = (
        select(Mailing)
        .where(Mailing.id == mailing_id, Mailing.deleted_at.is_(None))
        .options(selectinload(Mailing.segments).joinedload(MailingSegment.segment))
        .execution_options(populate_existing=True)
    )
    if for_update:
        statement = statement.with_for_update()
    found = session.scalar(statement)
    if found is None:
        raise NotFoundError
    return found


def create_mailing(
    session: Session, *, data: MailingData, template_id: int | None = None
) -> Mailing:
    """Make a draft with a message of its own, empty or from a template; raise RuleError."""
    data = rules.clean_mailing(data)
    message = create_message(session, owner_kind=OWNER, template_id=template_id)
    mailing = _new(session, data, message.id)
    set_owner(session, message_id=message.id, owner_id=mailing.id)
    return mailing


def copy_mailing(session: Session, *, mailing_id: int, name: str) -> Mailing:
    """Make a draft with the same message and audience; raise NotFoundError."""
    source = get_mailing(session, mailing_id)
    copied = _copy(session, source, name)
    copied.follows_id = source.follows_id
    copied.segments = [
        MailingSegment(segment_id=each.segment_id, is_excluded=each.is_excluded)
        for each in source.segments
        if each.segment.deleted_at is None
    ]
    session.flush()
    return copied


def follow_up(session: Session, *, mailing_id: int, name: str) -> Mailing:
    """Make a draft for those whom a mailing reached and who did not react; raise RuleError."""
    source = get_mailing(session, mailing_id)
    rules.check_status(
        source.status,
        (Status.DONE, Status.SENDING, Status.PAUSED, Status.CANCELLED),
        N_("Cet envoi n’est pas encore parti : il n’y a personne à relancer."),
    )
    copied = _copy(session, source, name)
    copied.follows_id = source.id
    session.flush()
    return copied


def _copy(session: Session, source: Mailing, name: str) -> Mailing:
    data = rules.clean_mailing(MailingData(name=name, purpose=source.purpose))
    message = copy_message(session, message_id=source.message_id, owner_kind=OWNER)
    copied = _new(session, data, message.id)
    set_owner(session, message_id=message.id, owner_id=copied.id)
    copied.reach, copied.functions = source.reach, source.functions
    copied.takes_generic = source.takes_generic
    return copied


def _new(session: Session, data: MailingData, message_id: int) -> Mailing:
    mailing = Mailing(
        name=data.name,
        sort_name=fold(data.name),
        purpose=data.purpose,
        is_public=data.is_public,
        status=Status.DRAFT,
        reach=Reach.PEOPLE,
        message_id=message_id,
        created_by_id=actor_of(session).user_id,
        created_at=clock.now(),
        segments=[],
    )
    session.add(mailing)
    session.flush()
    return mailing


def update_mailing(
    session: Session, *, mailing_id: int, version: int, data: MailingData
) -> Mailing:
    """Change a mailing as it was at that version.

    Its purpose stays once it has left. Raises StaleRecordError when it moved on, RuleError.
    """
    mailing = _at(session, mailing_id, version)
    data = rules.clean_mailing(data)
    if mailing.purpose != data.purpose:
        rules.check_status(mailing.status, (Status.DRAFT,), _GONE)
    mailing.name, mailing.sort_name = data.name, fold(data.name)
    mailing.purpose, mailing.is_public = data.purpose, data.is_public
    session.flush()
    return mailing


def set_audience(session: Session, *, mailing_id: int, version: int, data: AudienceData) -> Mailing:
    """Say whom a draft is for; raise StaleRecordError, or RuleError with the field."""
    mailing = _at(session, mailing_id, version)
    rules.check_status(mailing.status, (Status.DRAFT,), _GONE)
    data = rules.clean_audience(data)
    if not data.included_ids and mailing.follows_id is None:
        raise RuleError("included", N_("Choisissez au moins un segment."))
    included = _known(session, mailing, data.included_ids, "included", data.reach)
    excluded = _known(session, mailing, data.excluded_ids, "excluded")
    mailing.reach, mailing.functions = data.reach, data.functions
    mailing.takes_generic = data.takes_generic
    wanted = {**dict.fromkeys(included, False), **dict.fromkeys(excluded, True)}
    there = {each.segment_id: each for each in mailing.segments}
    mailing.segments = [
        there.get(segment_id) or MailingSegment(segment_id=segment_id)
        for segment_id in sorted(wanted)
    ]
    for link in mailing.segments:
        link.is_excluded = wanted[link.segment_id]
    flag_modified(mailing, "reach")  # segments alone do not make the version grow
    session.flush()
    return mailing


def _known(
    session: Session, mailing: Mailing, ids: Sequence[int], field: str, reach: str | None = None
) -> list[int]:
    """Return the ids of segments that this person may use, and that fit what is written to.

    Those that a colleague chose stay, whoever may read them.
    """
    kept = [each.segment_id for each in mailing.segments]
    is_usable = or_(is_readable(actor_of(session).user_id or 0), Segment.id.in_(kept))
    rows = session.execute(
        select(Segment.id, Segment.subject).where(
            Segment.id.in_(ids), Segment.deleted_at.is_(None), is_usable
        )
    ).tuples()
    subjects = dict(rows.all())
    if len(subjects) < len(ids):
        raise RuleError(field, N_("Un de ces segments n’existe plus : choisissez-le de nouveau."))
    if reach == Reach.STRUCTURES and any(each != "structure" for each in subjects.values()):
        raise RuleError(
            field,
            N_("Pour écrire à une adresse par structure, choisissez des segments de structures."),
        )
    return sorted(subjects)


def _at(session: Session, mailing_id: int, version: int) -> Mailing:
    mailing = get_mailing(session, mailing_id, for_update=True)
    if mailing.version != version:
        raise StaleRecordError(mailing)
    return mailing
