"""One mailbox has one form, in Python as in the database, and is suppressed under any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.addresses import email_key, parse_email
from crm.core.errors import RuleError
from crm.mail.address_keys import hash_of, key_of
from crm.mail.suppressed import is_suppressed
from crm.mail.suppression import hashed, suppress
from crm.mail.types import Purpose

TYPED = (
    "a.martin@café-réunion.fr",
    "A.Martin@CAFÉ-RÉUNION.FR",
    " a.martin@cafe\u0301-re\u0301union.fr",
    "a.martin@xn--caf-runion-d7ac.fr",
    "A.MARTIN@XN--CAF-RUNION-D7AC.FR.",
    "a.martin@café-réunion.fr.",
)


@pytest.mark.parametrize("typed", TYPED)
def test_a_mailbox_has_one_form(typed: str) -> None:
    assert email_key(typed) == "a.martin@café-réunion.fr"
    assert hashed(typed) == hashed(TYPED[0])


@pytest.mark.parametrize("typed", TYPED)
def test_what_is_suppressed_is_so_however_it_is_written(session: Session, typed: str) -> None:
    suppress(session, recipient=typed, purpose=Purpose.ANY, reason="par téléphone", now=clock.now())
    session.flush()
    for other in TYPED:
        assert is_suppressed(session, recipient=other, purpose=Purpose.NEWSLETTER)
    assert not is_suppressed(
        session, recipient="a.martin@cafe-reunion.fr", purpose=Purpose.NEWSLETTER
    )


@pytest.mark.parametrize(
    "address",
    [
        "x@xn--.fr", "x@xn--a.fr", "x@xn--\u00e9.fr", "x@xn--99999999999.fr",
        "xn--caf-dma@ville.fr", "xn--",
    ],
)  # fmt: skip
def test_what_nobody_encoded_stays(address: str) -> None:
    assert email_key(address) == address


@pytest.mark.parametrize("typed", [*TYPED[:3], "É.Ünal@Ville.FR", "Mairie@Ville.fr"])
def test_the_database_makes_the_same_form(session: Session, typed: str) -> None:
    kept = parse_email(typed)
    found = session.execute(select(key_of(literal(kept)), hash_of(literal(kept)))).one()
    assert tuple(found) == (email_key(typed), hashed(typed))
    assert session.scalar(select(hash_of(literal(None)))) is None


@given(st.text(max_size=12), st.text(max_size=12))
def test_a_form_is_its_own_form(name: str, domain: str) -> None:
    once = email_key(f"{name}@{domain}.fr")
    assert email_key(once) == once
    try:
        kept = parse_email(f"{name}@{domain}.fr")
    except RuleError:
        return
    # What is stored is in Unicode: it needs no more than what the database does.
    assert "xn--" not in kept.rpartition("@")[2]
