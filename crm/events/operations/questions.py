"""What the registration page asks: added, changed, moved, retired; never lost with its answers."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.events import rules
from crm.events.models import Event, EventQuestion
from crm.events.types import QuestionData

MOST_QUESTIONS = 15


def add_question(session: Session, *, event_id: int, data: QuestionData) -> EventQuestion:
    """Ask one more question, after the others."""
    event = session.get(Event, event_id)
    if event is None or event.deleted_at is not None:
        raise NotFoundError
    of_event = EventQuestion.event_id == event_id
    active = session.scalar(select(func.count()).where(of_event, EventQuestion.is_active))
    if (active or 0) >= MOST_QUESTIONS:
        raise RuleError("label", N_("%(count)s questions au plus."), count=MOST_QUESTIONS)
    last = session.scalar(select(func.max(EventQuestion.position)).where(of_event))
    question = EventQuestion(event_id=event_id, position=(last or 0) + 1, is_active=True)
    _fill(question, data)
    session.add(question)
    session.flush()
    return question


def update_question(
    session: Session, *, question_id: int, version: int, data: QuestionData
) -> EventQuestion:
    """Change a question as it was at that version; raise StaleRecordError if it moved on."""
    question = get_question(session, question_id)
    if question.version != version:
        raise StaleRecordError(question)
    _fill(question, data)
    session.flush()
    return question


def retire_question(session: Session, *, question_id: int) -> EventQuestion:
    """Ask a question no more; the answers it got stay."""
    question = get_question(session, question_id)
    question.is_active = False
    session.flush()
    return question


def get_question(session: Session, question_id: int) -> EventQuestion:
    """Return a question that is asked, of an event that is not in the trash; or NotFoundError."""
    question = session.scalar(
        select(EventQuestion)
        .join(Event, Event.id == EventQuestion.event_id)
        .where(
            EventQuestion.id == question_id,
            EventQuestion.is_active,
            Event.deleted_at.is_(None),
        )
    )
    if question is None:
        raise NotFoundError
    return question


def _fill(question: EventQuestion, data: QuestionData) -> None:
    data = rules.clean_question(data)
    question.label, question.kind = data.label, str(data.kind)
    question.options, question.is_required = list(data.options), data.is_required
