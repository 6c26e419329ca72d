"""What the team notes: proofs, undo, merges, erasure, and what nobody may take back."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from crm.consents.models import AppendOnlyError, Consent, ConsentProof, ConsentWording
from crm.consents.operations import give_consent, unsubscribe, withdraw
from crm.consents.queries import may_still_write
from crm.consents.types import Basis, Channel, Proof, State
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.errors import RuleError
from crm.duplicates.merging import merge_records
from crm.history.models import ChangeSet
from crm.history.trash import KEPT_FOR, move_to_trash, purge_trash
from crm.history.undo import undo_changes
from crm.mail.models import Suppression
from crm.mail.suppression import hashed
from crm.mail.types import Purpose
from tests.consents.builders import Situation, build, person
from tests.support.client import PageClient
from tests.support.queries import counted

PAPER = {"channel": "papier", "given_on": "01/03/2026", "note": "bulletin d’adhésion"}


def _refusal(session: Session, contact: Contact, purpose: str = "newsletter") -> str | None:
    return may_still_write(
        session, contact_id=contact.id, recipient=str(contact.email), purpose=purpose,
        day=clock.today(),
    )  # fmt: skip


def _accept(session: Session, contact: Contact, channel: Channel = Channel.PAPER) -> Consent:
    return give_consent(
        session, contact_id=contact.id, purpose=Purpose.NEWSLETTER, basis=Basis.CONSENT,
        proof=Proof(channel, clock.today(), "bulletin"),
    )  # fmt: skip


def _leave(session: Session, contact: Contact, channel: Channel = Channel.PHONE) -> bool:
    return withdraw(
        session, contact_id=contact.id, purpose=Purpose.NEWSLETTER,
        proof=Proof(channel, clock.today(), "au téléphone"),
    )  # fmt: skip


def _last_save(session: Session) -> int:
    return session.scalars(select(func.max(ChangeSet.id))).one()


def test_an_agreement_is_noted_with_its_proof_and_undone(
    officer: PageClient, session: Session
) -> None:
    contact = person()
    page = officer.get(f"/contacts/{contact.id}").text
    assert "Ce que cette personne reçoit" in page
    assert "jamais été demandé" in page
    url = f"/contacts/{contact.id}/accords/noter"
    sent = {**PAPER, "purposes": ["newsletter", "calls"], "basis": "consentement",
            "submission_key": "k1"}  # fmt: skip
    for _twice in range(2):
        assert officer.submit(url, sent).status_code == 303
    assert session.scalar(select(func.count()).select_from(ConsentProof)) == 2
    shown = officer.get(f"/contacts/{contact.id}/accords").text
    assert "bulletin d’adhésion" in shown
    assert "La personne l’a accepté." in shown
    assert _refusal(session, contact) is None
    officer.submit(f"/historique/{_last_save(session)}/annuler", {})
    assert _refusal(session, contact) == "jamais_demande"
    assert "Choix annulé" in officer.get(f"/contacts/{contact.id}/accords").text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"purposes": []}, "au moins un usage"),
        ({"basis": "mission_publique"}, "ne permet pas"),
        ({"given_on": "demain"}, "pas encore venu"),
        ({"given_on": "31/02/2026"}, "calendrier"),
        ({"note": ""}, "Ce champ est nécessaire"),
        ({"note": "x" * 301}, "300 caractères au plus"),
        ({"channel": "un_clic"}, "choix"),
    ],
)
def test_a_wrong_proof_is_said_and_writes_nothing(
    officer: PageClient, session: Session, changed: dict[str, object], sentence: str
) -> None:
    contact = person()
    sent = {**PAPER, "purposes": ["newsletter"], "basis": "consentement", **changed}
    response = officer.submit(f"/contacts/{contact.id}/accords/noter", sent)
    assert response.status_code == 422
    assert sentence in response.text
    assert session.scalar(select(func.count()).select_from(ConsentProof)) == 0


def test_a_refusal_is_noted_holds_at_once_and_is_undone(
    officer: PageClient, session: Session
) -> None:
    contact = build(session, Situation(function="public"))
    sent = {**PAPER, "purposes": ["calls"], "state": "retire"}
    officer.submit(f"/contacts/{contact.id}/accords/refus", sent)
    assert _refusal(session, contact, "calls") == "retire"
    assert session.scalars(select(Suppression.purpose)).all() == ["calls"]
    officer.submit(f"/historique/{_last_save(session)}/annuler", {})
    assert _refusal(session, contact, "calls") is None
    assert session.scalars(select(Suppression.purpose)).all() == []


def test_undoing_a_withdrawal_brings_the_agreement_back(session: Session) -> None:
    contact = person()
    _accept(session, contact)
    session.info.pop("change_set_id", None)
    assert _leave(session, contact)
    assert not _leave(session, contact)
    assert _refusal(session, contact) == "retire"
    undo_changes(session, change_set_id=_last_save(session))
    assert _refusal(session, contact) is None
    last = session.scalars(select(ConsentProof).order_by(ConsentProof.id.desc()).limit(1)).one()
    assert (last.channel, last.state) == (Channel.UNDO, State.ACCEPTED)


@pytest.mark.parametrize("was_accepted", [True, False])
def test_nobody_undoes_what_the_person_did(session: Session, *, was_accepted: bool) -> None:
    contact = person()
    if was_accepted:
        _accept(session, contact)
    session.info.pop("change_set_id", None)
    unsubscribe(
        session, purposes=[Purpose.NEWSLETTER], proof=Proof(Channel.ONE_CLICK, clock.today()),
        contact_id=contact.id, address=contact.email, address_hash=hashed(str(contact.email)),
    )  # fmt: skip
    with pytest.raises(RuleError, match="la personne elle-même"):
        undo_changes(session, change_set_id=_last_save(session))
    assert _refusal(session, contact) == "retire"


def test_an_agreement_from_before_a_withdrawal_is_refused(session: Session) -> None:
    contact = person()
    _leave(session, contact, Channel.ONE_CLICK)
    before = Proof(Channel.IMPORT, clock.today() - timedelta(days=1), "fichier de 2019")
    again = person(str(contact.email))
    for each in (contact, again):
        with pytest.raises(RuleError, match="il faut un accord plus récent"):
            give_consent(
                session, contact_id=each.id, purpose=Purpose.NEWSLETTER, basis=Basis.CONSENT,
                proof=before,
            )  # fmt: skip
    with time_machine.travel(clock.now() + timedelta(days=1)):
        _accept(session, contact)
        assert _refusal(session, contact) is None


def test_proofs_and_wordings_never_change(session: Session) -> None:
    _accept(session, person())
    proof = session.scalars(select(ConsentProof)).one()
    wording = session.scalars(select(ConsentWording)).first()
    for record, name in ((proof, "note"), (wording, "text")):
        with session.begin_nested() as nested:
            setattr(record, name, "autre")
            with pytest.raises(AppendOnlyError):
                session.flush()
            nested.rollback()
        session.refresh(record)
        with session.begin_nested() as nested:
            session.delete(record)
            with pytest.raises(AppendOnlyError):
                session.flush()
            nested.rollback()


def test_someone_merged_keeps_saying_no(session: Session) -> None:
    kept, merged = person("a@reseau.example"), person("b@reseau.example")
    _accept(session, kept)
    _leave(session, merged, Channel.ONE_CLICK)
    merge_records(session, kind="contact", kept_id=kept.id, merged_id=merged.id)
    assert _refusal(session, kept) == "retire"
    last = session.scalars(select(ConsentProof).order_by(ConsentProof.id.desc()).limit(1)).one()
    assert (last.contact_id, last.channel) == (kept.id, Channel.ONE_CLICK)


def test_someone_merged_brings_what_the_other_never_chose(session: Session) -> None:
    kept, merged = person("a@reseau.example"), person("b@reseau.example")
    _accept(session, merged)
    merge_records(session, kind="contact", kept_id=kept.id, merged_id=merged.id)
    assert _refusal(session, kept) is None
    assert session.scalars(select(ConsentProof.contact_id)).all() == [kept.id]


def test_erasing_a_person_leaves_the_suppression_alone(app: Flask, session: Session) -> None:
    contact = person("libre@reseau.example")
    _accept(session, contact)
    _leave(session, contact, Channel.ONE_CLICK)
    with app.test_request_context():
        move_to_trash(session, entity="contact", record_id=contact.id)
        purge_trash(session, now=clock.now() + KEPT_FOR + timedelta(seconds=1))
    assert session.scalar(select(func.count()).select_from(Contact)) == 0
    assert session.scalar(select(func.count()).select_from(ConsentProof)) == 0
    again = build(session, Situation(function="public"))
    again.email = again.email_key = "libre@reseau.example"
    again_on_a_ground = give_consent(
        session, contact_id=again.id, purpose=Purpose.NEWSLETTER,
        basis=Basis.LEGITIMATE_INTEREST, proof=Proof(Channel.PAPER, clock.today(), "informée"),
    )  # fmt: skip
    assert again_on_a_ground.state == State.ACCEPTED
    assert _refusal(session, again) == "retire"


def test_the_page_of_proofs_takes_as_many_queries_however_many(
    officer: PageClient, session: Session, connection: Connection
) -> None:
    few, many = person("a@reseau.example"), person("b@reseau.example")
    _accept(session, few)
    for _time in range(8):
        _leave(session, many)
        _accept(session, many)
    counts = []
    for contact in (few, many):
        officer.get(f"/contacts/{contact.id}/accords")
        with counted(connection) as statements:
            officer.get(f"/contacts/{contact.id}/accords")
        counts.append(len(statements))
    assert counts[0] == counts[1]
