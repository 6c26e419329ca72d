"""What the pages of mailings show."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import Subquery, case, func, select
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.composing.checks import without_fallback
from crm.composing.models import Message
from crm.composing.operations.trials import ways_to_nothing
from crm.composing.owners import examples
from crm.composing.presentation import told
from crm.composing.queries import message_for_page, template_options
from crm.composing.rendering import Compiled
from crm.composing.types import FIELDS
from crm.contacts.listings.filters import departements
from crm.core import clock
from crm.core.errors import N_
from crm.database import db
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.mailings.forms import DepartureForm, MailingForm
from crm.mailings.messages import compiled, problems_of, values_of
from crm.mailings.models import Mailing, MailingRecipient
from crm.mailings.operations.mailings import get_mailing
from crm.mailings.queries.audience import audience_rows
from crm.mailings.queries.marks import mark_of
from crm.mailings.queries.results import (
    SPLIT,
    Counted,
    clicks_by_link,
    count_figures,
    count_reasons,
    figures,
    reasons_among,
    split_figures,
)
from crm.mailings.types import PURPOSE_LABELS, REACH_LABELS, STATUS_LABELS, STATUS_TONES, Status
from crm.mailings.wording import WHY
from crm.reference.queries import labels_by_code
from crm.segments.errors import SegmentError
from crm.segments.queries import segment_choices as choices_of
from crm.web.access import Permission
from crm.web.locale import translate

LONGEST_COPY = 200
SHOWN = 20
_UNDERLINE = re.compile(r"^[=-]{3,}\n", re.MULTILINE)
_FOOT = re.compile(r"^-- ?$", re.MULTILINE)
_NO_TEMPLATE = N_("Un message vide")


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Whom a draft would be frozen for now: how many, for which reasons, and the first of each."""

    count: int
    reasons_in: Sequence[Counted]
    reasons_out: Sequence[Counted]
    first_in: Sequence[Any]
    first_out: Sequence[Any]
    mark: str = ""
    holes: Sequence[tuple[str, int]] = ()
    fault: str | None = None

    @property
    def left_out(self) -> int:
        """Return how many are left out."""
        return sum(each.count for each in self.reasons_out)


def foresee(session: Session, mailing: Mailing) -> Foreseen:
    """Return whom a draft would be frozen for now; nobody, and why, when a segment is broken."""
    try:
        rows = audience_rows(session, mailing, clock.today()).subquery()
    except SegmentError as error:
        return Foreseen(0, (), (), (), (), fault=str(error))
    message = message_for_page(session, mailing.message_id)
    reasons = reasons_among(session, rows)
    first = {
        side: session.execute(
            select(rows)
            .where(rows.c.is_in if side else ~rows.c.is_in)
            .order_by(rows.c.last_name, rows.c.structure_name, rows.c.contact_id)
            .limit(SHOWN)
        ).all()
        for side in (True, False)
    }
    return Foreseen(
        count=sum(each.count for each in reasons[True]),
        reasons_in=reasons[True],
        reasons_out=reasons[False],
        first_in=first[True],
        first_out=first[False],
        mark=mark_of(session, rows, mailing.version, message.version),
        holes=_holes(session, rows, message),
    )


_COLUMN_OF = {
    "prenom": "first_name",
    "nom": "last_name",
    "fonction": "role",
    "structure": "structure_name",
    "commune": "commune_name",
    "departement": "departement_code",
}


def _holes(session: Session, rows: Subquery, message: Message) -> list[tuple[str, int]]:
    """Return the fields that nothing stands in for, each with how many readers have none."""
    labels = {each.name: each.label for each in FIELDS}
    names = without_fallback(message)
    if not names:
        return []
    counts = session.execute(
        select(
            *(func.sum(case((rows.c[_COLUMN_OF[name]].is_(None), 1), else_=0)) for name in names)
        ).where(rows.c.is_in)
    ).one()
    return [
        (labels[name], int(count or 0)) for name, count in zip(names, counts, strict=True) if count
    ]


def offer_templates(session: Session, form: MailingForm) -> None:
    """Offer the templates to start from."""
    empty = ("", translate(_NO_TEMPLATE))
    form.template.choices = [empty, *template_options(session)]


def segment_choices(session: Session, mailing: Mailing) -> list[tuple[str, str]]:
    """Return the segments that this person may choose, and those that a colleague chose."""
    offered = dict(choices_of(session, signed_in().id))
    chosen = {str(each.segment_id): each.segment.name for each in mailing.segments}
    return list({**offered, **chosen}.items())


def departure_page(mailing_id: int, form: DepartureForm) -> dict[str, Any]:
    """Return what the last step shows: who receives it, why the others do not, what is missing."""
    session = db.session()
    mailing = get_mailing(session, mailing_id)
    foreseen = foresee(session, mailing)
    form.seen.data = foreseen.mark
    message = message_for_page(session, mailing.message_id)
    first = foreseen.first_in[0] if foreseen.first_in else None
    read = _as_read(session, mailing, first)
    return {
        "mailing": mailing,
        "form": form,
        "foreseen": foreseen,
        "read": read,
        "beginning": beginning_of(read.text),
        "reader": first,
        "problems": [told(message, each) for each in problems_of(session, mailing)],
        "why": WHY,
    }


def beginning_of(text: str) -> str:
    """Return what a text part says, without its footer and the lines drawn under titles."""
    return _FOOT.split(_UNDERLINE.sub("", text), 1)[0].strip()


def _as_read(session: Session, mailing: Mailing, first: Any) -> Compiled:
    """Return the message as its first reader would have it; filled with examples for nobody."""
    values = values_of(session, first) if first is not None else examples(FIELDS)
    return compiled(session, mailing).filled(values, ways_to_nothing())


def mailing_page(session: Session, mailing_id: int) -> dict[str, Any]:
    """Return what the page of a mailing shows: its steps while a draft, then its results."""
    mailing = get_mailing(session, mailing_id)
    page: dict[str, Any] = {
        "mailing": mailing,
        "status": STATUS_LABELS[Status(mailing.status)],
        "tone": STATUS_TONES[Status(mailing.status)],
        "purposes": PURPOSE_LABELS,
        "reaches": REACH_LABELS,
        "why": WHY,
        "follows": session.get(Mailing, mailing.follows_id) if mailing.follows_id else None,
        "problems": problems_of(session, mailing),
        "changes": tell(
            session, history_of(session, entity="mailing", record_id=mailing.id, limit=20)
        ),
        "message": message_for_page(session, mailing.message_id),
        "may_send": signed_in().may(Permission.SEND_MAILINGS),
        "is_draft": mailing.status == Status.DRAFT,
    }
    if page["is_draft"]:
        return page | {"foreseen": foresee(session, mailing)}
    return page | _results(session, mailing)


def _results(session: Session, mailing: Mailing) -> dict[str, Any]:
    counts = count_figures(session, mailing.id)
    return {
        "figures": [(each, counts[each.code]) for each in figures()],
        "counts": counts,
        "reasons": count_reasons(session, mailing.id),
        "families": split_figures(session, mailing.id, MailingRecipient.family_code),
        "departements": split_figures(session, mailing.id, MailingRecipient.departement_code),
        "split_labels": [(each.code, each.label) for each in figures() if each.code in SPLIT],
        "family_names": dict(labels_by_code(session, "family")),
        "departement_names": dict(departements(session)),
        "links": clicks_by_link(session, mailing.id),
        # What is settled after this instant was not on the page.
        "seen_at": clock.now().isoformat(),
        "list_url": url_for("mailings.recipients", mailing_id=mailing.id),
    }
