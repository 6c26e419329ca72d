"""What the pages of introductions put together."""

from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session

from crm.accounts.queries import team
from crm.contacts.queries import contacts_by_values, structures_by_values
from crm.core import clock
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.introductions.forms import IntroductionForm
from crm.introductions.models import Introduction
from crm.introductions.queries import introduction_for_page
from crm.introductions.rules import draft_message
from crm.introductions.types import (
    ANSWER_LABELS,
    MEANS_LABELS,
    OUTCOME_LABELS,
    STATUS_LABELS,
    Answer,
    Draft,
    DraftPerson,
    DraftSide,
    IntroductionStatus,
)


def introduction_page(session: Session, introduction_id: int) -> dict[str, Any]:
    """Return what an introduction's page shows; raise NotFoundError."""
    record = introduction_for_page(session, introduction_id)
    return {
        "record": record,
        "title": title_of(record),
        "status": IntroductionStatus(record.status),
        "status_labels": STATUS_LABELS,
        "outcome_labels": OUTCOME_LABELS,
        "answer_labels": ANSWER_LABELS,
        "means_labels": MEANS_LABELS,
        "today": clock.today(),
        "missing": draft_of(record).missing,
        "changes": tell(
            session,
            history_of(session, entity="introduction", record_id=introduction_id, limit=20),
        ),
    }


def title_of(record: Introduction) -> str:
    """Return the structures of an introduction in a line."""
    return " – ".join(side.structure.name for side in record.sides)


def draft_of(record: Introduction) -> Draft:
    """Return the message that makes an introduction, with the addresses that may be given."""
    sides = [
        DraftSide(
            side.structure.name,
            [
                DraftPerson(
                    one.contact.full_name,
                    one.contact.email,
                    Answer(one.answer) if one.answer else None,
                )
                for one in side.people
            ],
        )
        for side in record.sides
    ]
    return draft_message(sides, record.reason, record.officer.name)


def mailto(draft: Draft) -> str:
    """Return the address that opens the message in a mail program (RFC 6068)."""
    to = ",".join(quote(address, safe="@") for address in draft.recipients)
    body = quote(draft.body.replace("\n", "\r\n"))
    return f"mailto:{to}?subject={quote(draft.subject)}&body={body}"


def offer_choices(
    session: Session, form: IntroductionForm, record: Introduction | None = None
) -> None:
    """Give the form the team, and the names of what is chosen."""
    form.officer.choices = team(session, [record.officer_id] if record else [])
    sides = {str(s.structure_id): s.structure.name for s in record.sides} if record else {}
    for field in (form.asking, form.others):
        chosen = list(field.data or ())
        names = sides | dict(structures_by_values(session, chosen))
        field.offer([(value, names[value]) for value in chosen if value in names])
    for field in (form.asking_contacts, form.other_contacts):
        field.offer(contacts_by_values(session, field.data or []))
