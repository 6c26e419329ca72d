"""The matrix of bases and purposes, cell by cell, and what it decides of everyone."""

from dataclasses import replace
from datetime import date, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.consents.rules import (
    GROUNDS,
    MATRIX,
    Cell,
    Standing,
    bases_for,
    check_basis,
    check_is_later,
    check_proof,
    decide,
    free_grounds,
)
from crm.consents.types import (
    PURPOSES,
    REFUSAL_SENTENCES,
    Basis,
    Channel,
    Proof,
    Refusal,
    SaidNo,
    State,
)
from crm.core import clock
from crm.core.errors import RuleError
from crm.mail.suppression import Origin
from crm.mail.types import Purpose

_TABLE = {
    Basis.CONSENT: ("note", "note", "note", "note"),
    Basis.LEGITIMATE_INTEREST: ("note", "libre", "libre", "note"),
    Basis.PUBLIC_MISSION: ("jamais", "libre", "libre", "jamais"),
    Basis.CONTRACT: ("note", "libre", "libre", "libre"),
}
_HELD = (None, *Origin)
standings = st.builds(
    Standing,
    is_alive=st.booleans(),
    has_email=st.booleans(),
    suppression=st.sampled_from([None, *(each.value for each in Origin)]),
    state=st.none(),
    basis=st.none(),
    grounds=st.frozensets(st.sampled_from(GROUNDS)),
)


@pytest.mark.parametrize(("basis", "place"), list(product(Basis, range(len(PURPOSES)))))
def test_each_cell_is_what_was_decided(basis: Basis, place: int) -> None:
    assert MATRIX[basis][PURPOSES[place]] == _TABLE[basis][place]


@pytest.mark.parametrize(("basis", "purpose"), list(product(GROUNDS, PURPOSES)))
def test_a_free_cell_needs_its_condition_alone(basis: Basis, purpose: Purpose) -> None:
    decision = decide(Standing(grounds=frozenset({basis})), purpose)
    if MATRIX[basis][purpose] is Cell.FREE:
        assert (decision.refusal, decision.basis) == (None, basis)
    else:
        assert decision.refusal is Refusal.NEVER_ASKED


@pytest.mark.parametrize(("basis", "purpose"), list(product(GROUNDS, PURPOSES)))
def test_a_noted_basis_holds_while_its_condition_does(basis: Basis, purpose: Purpose) -> None:
    noted = Standing(state=State.ACCEPTED, basis=basis)
    assert decide(noted, purpose).refusal is Refusal.GROUND_LOST
    held = Standing(state=State.ACCEPTED, basis=basis, grounds=frozenset({basis}))
    is_never = MATRIX[basis][purpose] is Cell.NEVER
    assert decide(held, purpose).refusal is (Refusal.GROUND_LOST if is_never else None)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_consent_needs_nothing_else_and_a_no_yields_to_nothing(purpose: Purpose) -> None:
    consent = Standing(state=State.ACCEPTED, basis=Basis.CONSENT)
    assert decide(consent, purpose).basis is Basis.CONSENT
    for state, refusal in (
        (State.REFUSED, Refusal.REFUSED),
        (State.WITHDRAWN, Refusal.WITHDRAWN),
    ):
        everything = Standing(state=state, grounds=frozenset(GROUNDS))
        assert decide(everything, purpose).refusal is refusal


@pytest.mark.parametrize(("origin", "purpose"), list(product(Origin, PURPOSES)))
def test_only_a_withdrawal_from_an_address_yields_to_consent(
    origin: Origin, purpose: Purpose
) -> None:
    suppressed = Standing(
        suppression=origin.value,
        state=State.ACCEPTED,
        basis=Basis.CONSENT,
        grounds=frozenset(GROUNDS),
    )
    refusal = decide(suppressed, purpose).refusal
    assert (refusal is None) is (origin is Origin.WITHDRAWAL)
    unasked = Standing(suppression=origin.value, grounds=frozenset(GROUNDS))
    assert decide(unasked, purpose).refusal == origin.value


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_consent_yields_to_a_withdrawal_that_followed(purpose: Purpose) -> None:
    left = Standing(
        suppression=Origin.WITHDRAWAL.value,
        has_left_since=True,
        state=State.ACCEPTED,
        basis=Basis.CONSENT,
        grounds=frozenset(GROUNDS),
    )
    assert decide(left, purpose).refusal is Refusal.WITHDRAWN
    # Lifted since, it holds nothing back.
    assert decide(replace(left, suppression=None), purpose).refusal is None


@given(standings, st.sampled_from(PURPOSES))
def test_nobody_is_written_to_without_an_address_or_a_ground(
    standing: Standing, purpose: Purpose
) -> None:
    decision = decide(standing, purpose)
    assert (decision.refusal is None) == (decision.basis is not None)
    if decision.refusal is None:
        assert standing.is_alive
        assert standing.has_email
        assert standing.suppression is None
        assert standing.grounds & set(free_grounds(purpose))
    else:
        assert REFUSAL_SENTENCES[decision.refusal].endswith(".")


def test_every_refusal_and_every_origin_has_a_sentence() -> None:
    assert set(REFUSAL_SENTENCES) == set(Refusal)
    assert {each.value for each in Origin} <= {each.value for each in Refusal}


def test_the_order_of_origins_lets_the_gravest_win() -> None:
    # `suppression_origin` takes the smallest of several: a withdrawal must be the largest.
    assert max(each.value for each in Origin) == Origin.WITHDRAWAL


def test_a_basis_that_never_allows_is_refused_when_noted() -> None:
    with pytest.raises(RuleError, match="Ce fondement ne permet pas"):
        check_basis(Purpose.NEWSLETTER, Basis.PUBLIC_MISSION)
    assert Basis.PUBLIC_MISSION not in bases_for(Purpose.NETWORK_LIFE)
    assert Basis.PUBLIC_MISSION in bases_for(Purpose.CALLS)


_TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("proof", "field"),
    [
        (Proof(Channel.PAPER, date(2026, 3, 3), "bulletin"), "given_on"),
        (Proof(Channel.PAPER, _TODAY, "  "), "note"),
        (Proof(Channel.PHONE, _TODAY), "note"),
        (Proof(Channel.EMAIL, _TODAY, "x" * 301), "note"),
    ],
)
def test_a_proof_that_shows_nothing_is_refused(proof: Proof, field: str) -> None:
    with pytest.raises(RuleError) as raised:
        check_proof(proof, _TODAY)
    assert raised.value.field == field


def test_a_proof_is_tidied_and_what_a_person_does_alone_needs_no_note() -> None:
    assert check_proof(Proof(Channel.PAPER, _TODAY, " a  b "), _TODAY).note == "a b"
    assert check_proof(Proof(Channel.ONE_CLICK, _TODAY), _TODAY).note is None


def _no(day: int, hour: int, *, is_their_own: bool = True) -> SaidNo:
    return SaidNo(datetime(2026, 3, day, hour, tzinfo=clock.PARIS), is_their_own)


def test_an_agreement_older_than_a_withdrawal_is_refused() -> None:
    paper = Proof(Channel.PAPER, _TODAY, "bulletin")
    check_is_later(paper, [])
    check_is_later(paper, [_no(1, 23)])
    # Two things that the team notes the same day: the last noted is the last.
    check_is_later(paper, [_no(2, 15, is_their_own=False)])
    with pytest.raises(RuleError) as raised:
        check_is_later(paper, [_no(2, 15), _no(1, 9)])
    assert raised.value.params["time"] == "15:00"
    with pytest.raises(RuleError, match="03/03/2026"):
        check_is_later(paper, [_no(3, 0, is_their_own=False)])


def test_an_agreement_whose_instant_is_known_is_compared_by_it() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=clock.PARIS)
    form = Proof(Channel.PUBLIC_FORM, _TODAY, given_at=noon)
    check_is_later(check_proof(form, _TODAY), [_no(2, 11)])
    with pytest.raises(RuleError):
        check_is_later(check_proof(form, _TODAY), [_no(2, 13)])
