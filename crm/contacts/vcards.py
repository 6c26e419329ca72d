"""People as vCards (RFC 2426, version 3.0): what phones and mail programs all read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Affiliation, Contact, ContactPoint, Structure, Tag, contact_tag
from crm.contacts.queries.people import is_current_on
from crm.contacts.types import Medium
from crm.core.batches import in_batches

_LONGEST_LINE = 75
_END = "\r\n"


@dataclass(frozen=True, slots=True)
class Card:
    """What a vCard says of a person; notes stay in the network."""

    record_id: int
    first_name: str | None
    last_name: str
    emails: Sequence[str] = ()
    mobiles: Sequence[str] = ()
    phones: Sequence[str] = ()
    links: Sequence[str] = ()
    roles: Sequence[tuple[str, str]] = ()
    tags: Sequence[str] = ()


def write_card(card: Card) -> str:
    """Return a vCard, in lines of 75 bytes at most, each ended as the standard asks."""
    full_name = " ".join(filter(None, (card.first_name, card.last_name)))
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"UID:passerelle-contact-{card.record_id}",
        f"FN:{_text(full_name)}",
        f"N:{_text(card.last_name)};{_text(card.first_name or '')};;;",
        *(f"EMAIL;TYPE=INTERNET:{_text(each)}" for each in card.emails),
        *(f"TEL;TYPE=CELL:{_text(each)}" for each in card.mobiles),
        *(f"TEL;TYPE=WORK:{_text(each)}" for each in card.phones),
        *(f"URL:{_text(each)}" for each in card.links),
    ]
    if card.roles:
        structure, role = card.roles[0]
        lines += [f"ORG:{_text(structure)}", f"TITLE:{_text(role)}"]
    if len(card.roles) > 1:
        others = " ; ".join(f"{role}, {structure}" for structure, role in card.roles[1:])
        lines.append(f"NOTE:{_text(others)}")
    if card.tags:
        lines.append("CATEGORIES:" + ",".join(map(_text, card.tags)))
    return "".join(_folded(line) + _END for line in (*lines, "END:VCARD"))


def _text(value: str) -> str:
    """Return a value in which no sign of the format's own is left bare."""
    plain = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(plain.splitlines())


def _folded(line: str) -> str:
    """Break a line into parts of 75 bytes at most, never inside a character."""
    parts, size = [""], 0
    for char in line:
        weight = len(char.encode())
        if size + weight > _LONGEST_LINE:
            parts.append(" ")
            size = 1
        parts[-1] += char
        size += weight
    return _END.join(parts)


def vcards_of(session: Session, ids: Sequence[int], day: date) -> Iterator[bytes]:
    """Yield the vCards of these people, in this order, five hundred at a time."""
    for part in in_batches(ids):
        cards = {card.record_id: card for card in _cards(session, part, day)}
        yield "".join(write_card(cards[each]) for each in part if each in cards).encode()


def _cards(session: Session, ids: Sequence[int], day: date) -> Iterable[Card]:
    points, roles, tags = _points(session, ids), _roles(session, ids, day), _tags(session, ids)
    people = session.execute(
        select(
            Contact.id, Contact.first_name, Contact.last_name, Contact.email, Contact.mobile,
            Contact.phone,
        ).where(Contact.id.in_(ids), Contact.deleted_at.is_(None))
    )  # fmt: skip
    for one in people:
        yield Card(
            one.id,
            one.first_name,
            one.last_name,
            emails=[*filter(None, (one.email,)), *points[one.id, Medium.EMAIL]],
            mobiles=[*filter(None, (one.mobile,))],
            phones=[*filter(None, (one.phone,)), *points[one.id, Medium.PHONE]],
            links=points[one.id, Medium.LINK],
            roles=roles[one.id],
            tags=tags[one.id],
        )


def _points(session: Session, ids: Sequence[int]) -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    rows = session.execute(
        select(ContactPoint.contact_id, ContactPoint.medium, ContactPoint.value)
        .where(ContactPoint.contact_id.in_(ids))
        .order_by(ContactPoint.id)
    )
    for contact_id, medium, value in rows:
        found[contact_id, medium].append(value)
    return found


def _roles(session: Session, ids: Sequence[int], day: date) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = session.execute(
        select(Affiliation.contact_id, Structure.name, Affiliation.role)
        .join(Structure, Structure.id == Affiliation.structure_id)
        .where(Affiliation.contact_id.in_(ids), is_current_on(day), Structure.deleted_at.is_(None))
        .order_by(Affiliation.id)
    )
    for contact_id, name, role in rows:
        found[contact_id].append((name, role))
    return found


def _tags(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(contact_tag.c.contact_id, Tag.label)
        .join(Tag, Tag.id == contact_tag.c.tag_id)
        .where(contact_tag.c.contact_id.in_(ids))
        .order_by(Tag.key)
    )
    for contact_id, label in rows:
        found[contact_id].append(label)
    return found
