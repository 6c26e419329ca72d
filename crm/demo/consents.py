"""Invented choices: some subscribed, some left, a few addresses that nothing is sent to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.consents.models import Consent, ConsentProof
from crm.consents.types import PURPOSES, Basis, Channel, State
from crm.consents.wordings import current_wordings
from crm.contacts.models import Contact
from crm.core import clock
from crm.demo.bulk import Row, Told, add_rows, tell
from crm.mail.suppression import Origin, suppress
from crm.mail.types import Purpose

_SHARES = {
    Purpose.NEWSLETTER: 0.55,
    Purpose.INVITATIONS: 0.3,
    Purpose.CALLS: 0.3,
    Purpose.NETWORK_LIFE: 0.15,
}
_LEFT = 0.06
_FIRST, _LAST = date(2019, 1, 7), date(2026, 6, 30)
_WAYS = (
    (Channel.PUBLIC_FORM, None),
    (Channel.PUBLIC_FORM, None),
    (Channel.PAPER, "Bulletin signé au forum régional"),
    (Channel.PHONE, "Dit au téléphone, noté le jour même"),
    (Channel.EMAIL, "Réponse au courriel d’invitation"),
)
_HELD = (
    (Origin.OBJECTION, "Demandé par téléphone"),
    (Origin.BOUNCE, "Adresse qui ne reçoit plus"),
    (Origin.COMPLAINT, "Signalé comme indésirable"),
    (Origin.OBJECTION, "Demandé par courrier"),
)


@dataclass(frozen=True, slots=True)
class _Choice:
    contact_id: int
    purpose: Purpose
    day: date
    channel: Channel
    note: str | None
    left_on: date | None


def add_consents(session: Session, seed: int) -> None:
    """Add what people chose, with its proofs and its history, and who is not written to."""
    random = Random(f"{seed}:consents")
    people = session.execute(
        select(Contact.id, Contact.email).where(Contact.email.is_not(None)).order_by(Contact.id)
    ).tuples()
    emails = {contact_id: str(email) for contact_id, email in people}
    choices = list(_choices(random, list(emails)))
    members = select(User.id, User.name).where(User.is_active).order_by(User.id)
    team = session.execute(members).tuples().all()
    wordings = {purpose: each.id for purpose, each in current_wordings(session).items()}
    proofs = [_proof(random, each, wordings, team) for each in choices]
    given = add_rows(session, ConsentProof, proofs)
    left = [each for each in choices if each.left_on]
    gone = add_rows(session, ConsentProof, [_leaving(each) for each in left])
    last = dict(zip(map(_key, choices), given, strict=True))
    last |= dict(zip(map(_key, left), gone, strict=True))
    rows = [_consent(each, last[_key(each)]) for each in choices]
    ids = add_rows(session, Consent, rows)
    tell(session, list(_told(rows, ids, choices)))
    for each in left:
        _leave(session, emails[each.contact_id], each)
    _hold_back(session, random, list(emails.values()))


def _key(choice: _Choice) -> tuple[int, str]:
    return choice.contact_id, choice.purpose.value


def _choices(random: Random, contact_ids: Sequence[int]) -> Iterator[_Choice]:
    days = (_LAST - _FIRST).days
    for contact_id in contact_ids:
        day = _FIRST + timedelta(random.randrange(days))
        channel, note = random.choice(_WAYS)
        for purpose in PURPOSES:
            if random.random() >= _SHARES[purpose]:
                continue
            left = day + timedelta(random.randint(20, 900)) if random.random() < _LEFT else None
            left_on = left if left and left <= _LAST else None
            yield _Choice(contact_id, purpose, day, channel, note, left_on)


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(10, 15), clock.PARIS)


def _proof(
    random: Random,
    choice: _Choice,
    wordings: dict[Purpose, int],
    team: Sequence[tuple[int, str]],
) -> Row:
    is_own = choice.channel is Channel.PUBLIC_FORM
    user_id, name = (None, "La personne elle-même") if is_own else random.choice(team)
    return {
        "contact_id": choice.contact_id,
        "purpose": choice.purpose.value,
        "state": State.ACCEPTED.value,
        "basis": Basis.CONSENT.value,
        "channel": choice.channel.value,
        "given_on": choice.day,
        "recorded_at": _instant(choice.day),
        "recorded_by_id": user_id,
        "recorded_by": name,
        "wording_id": wordings.get(choice.purpose) if is_own else None,
        "note": choice.note,
    }


def _leaving(choice: _Choice) -> Row:
    day = choice.left_on or choice.day
    return {
        "contact_id": choice.contact_id,
        "purpose": choice.purpose.value,
        "state": State.WITHDRAWN.value,
        "basis": None,
        "channel": Channel.ONE_CLICK.value,
        "given_on": day,
        "recorded_at": _instant(day),
        "recorded_by_id": None,
        "recorded_by": "La personne elle-même",
        "wording_id": None,
        "note": None,
    }


def _consent(choice: _Choice, proof_id: int) -> Row:
    return {
        "contact_id": choice.contact_id,
        "purpose": choice.purpose.value,
        "state": (State.WITHDRAWN if choice.left_on else State.ACCEPTED).value,
        "basis": None if choice.left_on else Basis.CONSENT.value,
        "decided_at": _instant(choice.left_on or choice.day),
        "proof_id": proof_id,
        "version": 1,
    }


def _told(rows: Sequence[Row], ids: Sequence[int], choices: Sequence[_Choice]) -> Iterator[Told]:
    for row, each, choice in zip(rows, ids, choices, strict=True):
        fields = {name: [None, row[name]] for name in ("contact_id", "purpose", "state", "basis")}
        yield Told(
            "created",
            "consent",
            each,
            {name: both for name, both in fields.items() if both[1] is not None},
            _instant(choice.left_on or choice.day),
            others=[("contact", choice.contact_id)],
        )


def _leave(session: Session, address: str, choice: _Choice) -> None:
    """Suppress an address for what its person left, as leaving does."""
    suppress(
        session,
        recipient=address,
        purpose=choice.purpose,
        reason="Désabonnement",
        now=_instant(choice.left_on or choice.day),
        origin=Origin.WITHDRAWAL,
        by="La personne elle-même",
    )


def _hold_back(session: Session, random: Random, everyone: Sequence[str]) -> None:
    """Suppress a few addresses for other reasons."""
    for (origin, reason), address in zip(_HELD, random.sample(everyone, 4), strict=True):
        suppress(
            session,
            recipient=address,
            purpose=Purpose.BROADCAST,
            reason=reason,
            now=_instant(_LAST),
            origin=origin,
        )
