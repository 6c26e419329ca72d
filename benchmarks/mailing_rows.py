"""Ten mailings to everybody, left and read, as rows written by SQL: a million deliveries."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

MAILINGS = 10
_MESSAGE = """
    INSERT INTO message (owner_kind, owner_id, subject, preheader, blocks, outline, created_at,
        version)
    VALUES ('mailing', :id, 'Lettre', '', '[]', '', :at, 1)"""
_MAILING = """
    INSERT INTO mailing (id, name, sort_name, purpose, status, message_id, reach, takes_generic,
        is_public, frozen_at, let_go_at, ended_at, created_at, version)
    SELECT :id, :name, :name, 'newsletter', 'done', m.id, 'people', :no, :no, :at, :at, :at, :at, 1
    FROM message m WHERE m.owner_kind = 'mailing' AND m.owner_id = :id"""
_DELIVERIES = """
    INSERT INTO delivery (kind, batch_id, purpose, priority, token, recipient, address_hash, state,
        attempt, last_attempt, created_at, settled_at, resent)
    SELECT 'mailing', :id, 'newsletter', 9, 'essai-' || :id || '-' || c.id, c.email, '',
        CASE WHEN c.id % 50 = 0 THEN 'bounced' ELSE 'accepted' END, 1, 5, :at, :at, 0
    FROM contact c WHERE c.deleted_at IS NULL AND c.email IS NOT NULL"""
_RECIPIENTS = """
    INSERT INTO mailing_recipient (mailing_id, contact_id, is_in, reason, address, address_key,
        token, delivery_id)
    SELECT :id, c.id, :yes, 'segment', c.email, c.id || c.email_key, d.token, d.id
    FROM contact c JOIN delivery d ON d.token = 'essai-' || :id || '-' || c.id"""
_CLICKS = """
    INSERT INTO delivery_event (provider, event_id, delivery_id, kind, happened_at, received_at,
        link_id, is_robot)
    SELECT 'liens', r.delivery_id || '-0', r.delivery_id, 'clicked', :at, :at, 0,
        CASE WHEN r.contact_id % 14 = 0 THEN :yes ELSE :no END
    FROM mailing_recipient r WHERE r.mailing_id = :id AND r.contact_id % 7 = 0"""


def fill_mailings(session: Session, day: date) -> int:
    """Write the mailings, the last one a month before that day; return how many deliveries."""
    for number in range(1, MAILINGS + 1):
        at = datetime.combine(day - timedelta(days=30 * number), time(9), UTC)
        values = {
            "id": number,
            "name": f"lettre {number}",
            "at": at
            if session.get_bind().dialect.name == "postgresql"
            else at.replace(tzinfo=None),
            "yes": True,
            "no": False,
        }
        for statement in (_MESSAGE, _MAILING, _DELIVERIES, _RECIPIENTS, _CLICKS):
            session.execute(text(statement), values)
    return session.execute(
        text("SELECT count(*) FROM delivery WHERE kind = 'mailing'")
    ).scalar_one()
