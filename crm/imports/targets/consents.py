"""What people accept: noted once, never against a no of theirs or of their address."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from crm.among import is_among
from crm.consents.models import Consent, ConsentProof
from crm.consents.types import SAID_NO, Channel, State
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.addresses import email_key
from crm.database import Turn, take_turn
from crm.history.recording import actor_of
from crm.imports.targets.base import Resolved, Work
from crm.imports.targets.pending import Record
from crm.imports.targets.target import Target
from crm.imports.writing import insert_rows
from crm.mail.models import Suppression
from crm.mail.suppression import hashed, purposes_over

About = tuple[int, str]
_NOTED = ("state", "basis", "decided_at", "proof_id")


class ConsentTarget(Target):
    """What people accept for one purpose. An import never lifts a no, whenever it was said.

    A refusal that a file brings takes the place of an agreement, unless that one is later.
    """

    entity = "consent"
    model = Consent

    def settle(self, work: Work, batch: Sequence[Resolved]) -> None:
        """Judge each choice by what is known, and note what is new with its proof."""
        if not batch:
            return
        if not work.is_trial:
            take_turn(work.session, Turn.CHOOSE)
        for each in batch:
            self._link(each)
        known = {(each["contact_id"], each["purpose"]): each for each in _known(work, batch)}
        held = _held(work, batch)
        # Of two rows that say otherwise, the no holds, whatever their order.
        for each in sorted(batch, key=lambda one: one.values["state"] == State.ACCEPTED):
            self._judge(work, each, known, held)
        if not work.is_trial:
            good = [each for each in batch if each.row.is_good]
            _prove(work, [each for each in good if each.is_new or each.changes])
            self._write(work, good)

    def _judge(
        self, work: Work, resolved: Resolved, known: dict[About, Record], held: dict[About, str]
    ) -> None:
        about = (resolved.values["contact_id"], resolved.values["purpose"])
        state = resolved.values["state"]
        record = known.get(about) or next(iter(work.pending.of(self.entity, about)), None)
        if record is not None:
            resolved.id, resolved.same_as = record["id"], record.get("made")
        before = record["state"] if record is not None else None
        if before == state or (before in SAID_NO and state in SAID_NO):
            return
        no = before or held.get(about)
        if state == State.ACCEPTED and no is not None:
            resolved.left = {"state": [no, state]}
        elif record is None:
            self._make_new(work, resolved, known)
        else:
            self._refuse(work, resolved, record)

    def _make_new(self, work: Work, resolved: Resolved, known: dict[About, Record]) -> None:
        resolved.is_new = True
        if work.is_trial:
            resolved.id = work.pending.next_id()
        about = (resolved.values["contact_id"], resolved.values["purpose"])
        record = {**resolved.values, "id": resolved.id, "given_on": _day(resolved)}
        known[about] = {**record, "made": resolved}
        work.pending.add(self.entity, about, record)

    def _refuse(self, work: Work, resolved: Resolved, record: Record) -> None:
        given_on, before = _day(resolved), record.get("given_on")
        if given_on is not None and before is not None and given_on < before:
            resolved.left = {"state": [record["state"], resolved.values["state"]]}
            return
        resolved.changes = {
            "state": [record["state"], resolved.values["state"]],
            "basis": [record.get("basis"), None],
        }
        record.update(state=resolved.values["state"], basis=None)
        work.made[(self.entity, record["id"])] = record

    def subjects(self, work: Work, values: Record) -> list[tuple[str, int]]:
        """Return the person."""
        return [("contact", values["contact_id"])]

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that an update writes."""
        return _NOTED


def _day(resolved: Resolved) -> date | None:
    said = resolved.item.extra["given_on"]
    return date.fromisoformat(said) if said else None


def _people(batch: Sequence[Resolved]) -> list[int]:
    """Return the people of a batch who are there already."""
    return sorted({each.values["contact_id"] for each in batch if each.values["contact_id"] > 0})


def _known(work: Work, batch: Sequence[Resolved]) -> Iterator[Record]:
    rows = work.session.execute(
        select(*Consent.__table__.c, ConsentProof.given_on)
        .outerjoin(ConsentProof, ConsentProof.id == Consent.proof_id)
        .where(is_among(Consent.contact_id, _people(batch)))
        .order_by(Consent.id)
    )
    yield from (dict(row) for row in rows.mappings())


def _held(work: Work, batch: Sequence[Resolved]) -> dict[About, str]:
    """Return how the address of each person was suppressed for a purpose, if it was."""
    hashes: dict[int, set[str]] = {}
    for each in batch:
        said = each.row.resolved[each.item.links["contact_id"]].values.get("email")
        if said:
            hashes.setdefault(each.values["contact_id"], set()).add(hashed(email_key(said)))
    emails = select(Contact.id, Contact.email_key).where(
        is_among(Contact.id, _people(batch)), Contact.email_key.is_not(None)
    )
    for contact_id, key in work.session.execute(emails).tuples():
        hashes.setdefault(contact_id, set()).add(hashed(key or ""))
    origins = _suppressed(work, sorted(set().union(*hashes.values())))
    found: dict[About, str] = {}
    for each in batch:
        contact_id, purpose = each.values["contact_id"], each.values["purpose"]
        for address_hash in sorted(hashes.get(contact_id, ())):
            for wider in purposes_over(purpose):
                if origin := origins.get((address_hash, wider)):
                    found.setdefault((contact_id, purpose), origin)
    return found


def _suppressed(work: Work, hashes: Sequence[str]) -> dict[tuple[str, str], str]:
    rows = work.session.execute(
        select(Suppression.address_hash, Suppression.purpose, Suppression.origin)
        .where(is_among(Suppression.address_hash, hashes))
        .order_by(Suppression.id)
    )
    return {(key, purpose): origin for key, purpose, origin in rows.tuples()}


def _prove(work: Work, noted: Sequence[Resolved]) -> None:
    """Keep the proof of each choice, and give it to the row that sums it up."""
    now, actor = clock.now(), actor_of(work.session)
    rows: list[dict[str, Any]] = [
        {
            "contact_id": each.values["contact_id"],
            "purpose": each.values["purpose"],
            "state": each.values["state"],
            "basis": each.values.get("basis"),
            "channel": str(Channel.IMPORT),
            "given_on": _day(each) or work.today,
            "recorded_at": now,
            "recorded_by_id": actor.user_id,
            "recorded_by": actor.name,
            "note": each.item.extra["note"],
        }
        for each in noted
    ]
    for each, proof_id in zip(noted, insert_rows(work.session, ConsentProof, rows), strict=True):
        told = {"decided_at": now, "proof_id": proof_id}
        each.values.update(told)
        if each.changes and each.id is not None:
            work.made[("consent", each.id)].update(told)
