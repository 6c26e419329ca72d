"""Who may be written to, for what: the matrix of bases and purposes, and what it decides.

Sources: RGPD, articles 6 (the bases), 7 (proof and withdrawal of consent), 14 (information of
people whose data came from elsewhere) and 21 (objection); code des postes et des communications
électroniques, article L34-5 (consent to electronic prospecting); CNIL, « La prospection
commerciale par courrier électronique »: people written to about their work are told of it and may
object, an organisation's own address (contact@…) is nobody's. See docs/adr/0013.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from crm.consents.types import (
    OWN_CHANNELS,
    Basis,
    Proof,
    Refusal,
    SaidNo,
    State,
)
from crm.contacts.types import Family
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.mail.types import Purpose

LONGEST_NOTE = 300
# Whose people act for a public body: the mission of public interest is shared with them.
PUBLIC_FAMILIES = (
    Family.COLLECTIVITE,
    Family.INSTITUTION,
    Family.UNIVERSITAIRE,
    Family.SCOLAIRE,
)


class Cell(StrEnum):
    """What a basis allows for a purpose.

    FREE: its condition is enough, with an easy way out in each message. NOTED: its condition, and
    a proof that the person knows. NEVER: not on that basis.
    """

    FREE = "libre"
    NOTED = "note"
    NEVER = "jamais"


_NOTED = dict.fromkeys(
    (Purpose.NEWSLETTER, Purpose.INVITATIONS, Purpose.CALLS, Purpose.NETWORK_LIFE), Cell.NOTED
)
MATRIX: Mapping[Basis, Mapping[Purpose, Cell]] = {
    # Given for one purpose by a clear act, kept with its proof (articles 6.1.a and 7).
    Basis.CONSENT: _NOTED,
    # What concerns someone's function or mandate, while they hold it (article 6.1.f).
    Basis.LEGITIMATE_INTEREST: {
        Purpose.NEWSLETTER: Cell.NOTED,
        Purpose.INVITATIONS: Cell.FREE,
        Purpose.CALLS: Cell.FREE,
        Purpose.NETWORK_LIFE: Cell.NOTED,
    },
    # Support to elected people and agents of public bodies (article 6.1.e): no regular letter.
    Basis.PUBLIC_MISSION: {
        Purpose.NEWSLETTER: Cell.NEVER,
        Purpose.INVITATIONS: Cell.FREE,
        Purpose.CALLS: Cell.FREE,
        Purpose.NETWORK_LIFE: Cell.NEVER,
    },
    # A member, or who speaks in a group, is told what it does (article 6.1.b).
    Basis.CONTRACT: {
        Purpose.NEWSLETTER: Cell.NOTED,
        Purpose.INVITATIONS: Cell.FREE,
        Purpose.CALLS: Cell.FREE,
        Purpose.NETWORK_LIFE: Cell.FREE,
    },
}
# The order in which a ground is told: what binds most, first.
GROUNDS = (Basis.CONTRACT, Basis.PUBLIC_MISSION, Basis.LEGITIMATE_INTEREST)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a person for one purpose on a day.

    `suppression` is how their address was suppressed, if it was; `has_left_since` tells that it was
    withdrawn after they had accepted; `grounds` are the bases other than consent whose condition
    holds that day.
    """

    is_alive: bool = True
    has_email: bool = True
    suppression: str | None = None
    has_left_since: bool = False
    state: State | None = None
    basis: Basis | None = None
    grounds: frozenset[Basis] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a person may be written to: on which basis, or why not."""

    refusal: Refusal | None
    basis: Basis | None = None


def decide(standing: Standing, purpose: Purpose) -> Decision:
    """Return whether a person may be written to for a purpose; `queries` says the same in SQL."""
    if refusal := _refusal_for_sure(standing):
        return Decision(refusal)
    has_left = standing.suppression is not None and standing.has_left_since
    if standing.basis is Basis.CONSENT and not has_left:
        return Decision(None, Basis.CONSENT)
    if standing.suppression is not None:
        return Decision(Refusal.WITHDRAWN)
    return _on_other_grounds(standing, purpose)


def _refusal_for_sure(standing: Standing) -> Refusal | None:
    """Return what holds whatever the person has accepted."""
    if not standing.is_alive:
        return Refusal.ERASED
    if not standing.has_email:
        return Refusal.NO_EMAIL
    if standing.suppression is not None and standing.suppression != Refusal.WITHDRAWN:
        return Refusal(standing.suppression)
    said_no = {State.REFUSED: Refusal.REFUSED, State.WITHDRAWN: Refusal.WITHDRAWN}
    return said_no.get(standing.state) if standing.state else None


def _on_other_grounds(standing: Standing, purpose: Purpose) -> Decision:
    noted = standing.basis
    if noted in standing.grounds and MATRIX[noted][purpose] is not Cell.NEVER:
        return Decision(None, noted)
    for basis in free_grounds(purpose):
        if basis in standing.grounds:
            return Decision(None, basis)
    return Decision(Refusal.NEVER_ASKED if noted is None else Refusal.GROUND_LOST)


def free_grounds(purpose: Purpose) -> list[Basis]:
    """Return the bases whose condition alone allows this purpose."""
    return [each for each in GROUNDS if MATRIX[each][purpose] is Cell.FREE]


def bases_for(purpose: Purpose) -> list[Basis]:
    """Return the bases that may be noted for a purpose."""
    return [each for each in Basis if MATRIX[each][purpose] is not Cell.NEVER]


def check_basis(purpose: Purpose, basis: Basis) -> None:
    """Raise RuleError for a basis on which this purpose never stands."""
    if MATRIX[basis][purpose] is Cell.NEVER:
        raise RuleError(
            "basis", N_("Ce fondement ne permet pas cet usage : demandez plutôt son accord.")
        )


def check_proof(proof: Proof, today: date) -> Proof:
    """Return the proof with a tidy note; raise RuleError for a day to come or nothing to show.

    What someone of the team notes needs a word on where it can be found.
    """
    if proof.given_on > today:
        raise RuleError("given_on", N_("Ce jour n’est pas encore venu."))
    note = " ".join((proof.note or "").split()) or None
    if note is None and proof.channel not in OWN_CHANNELS:
        raise RuleError("note", N_("Dites d’où vient ce choix : c’est votre preuve."))
    if note is not None and len(note) > LONGEST_NOTE:
        raise RuleError(
            "note", N_("C’est trop long : %(count)s caractères au plus."), count=LONGEST_NOTE
        )
    return replace(proof, note=note)


def has_followed(said_no: SaidNo, proof: Proof) -> bool:
    """Tell whether a no came after an agreement, or may have: then it is the no that holds.

    Of an agreement that the team notes, the day alone is known: what someone did alone that day is
    taken to have followed it; of two things that the team notes, the last noted is the last.
    """
    if proof.given_at is not None:
        return said_no.at > proof.given_at
    day = clock.in_paris(said_no.at).date()
    return day > proof.given_on or (said_no.is_their_own and day == proof.given_on)


def check_is_later(proof: Proof, said_no: Iterable[SaidNo]) -> None:
    """Raise RuleError when someone said no after this agreement, or may have."""
    followed = [each.at for each in said_no if has_followed(each, proof)]
    if not followed:
        return
    last = clock.in_paris(max(followed))
    if last.date() == proof.given_on:
        sentence = N_(
            "Un désabonnement est venu ce même jour, à %(time)s : il faut un accord plus récent, ou"
            " que la personne se réabonne elle-même."
        )
    else:
        sentence = N_("Un désabonnement l’a suivi, le %(day)s : il faut un accord plus récent.")
    raise RuleError("given_on", sentence, day=f"{last:%d/%m/%Y}", time=f"{last:%H:%M}")
