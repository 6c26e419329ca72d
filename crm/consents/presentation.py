"""What people receive and why, in words, for the pages of the team."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for
from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from crm.consents.models import ConsentProof, ConsentWording
from crm.consents.queries import decisions_of, person_refusal
from crm.consents.rules import Decision
from crm.consents.types import (
    BASIS_LABELS,
    CHANNEL_LABELS,
    PURPOSE_LABELS,
    REFUSAL_SENTENCES,
    STATE_LABELS,
    Basis,
)
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.errors import N_
from crm.mail.types import Purpose
from crm.web.formats import instant, short_date
from crm.web.locale import translate
from crm.web.panels import Panel, PanelRow

_MOST_NAMES = 5
_WHY: Mapping[Basis, str] = {
    Basis.CONSENT: N_("La personne l’a accepté."),
    Basis.LEGITIMATE_INTEREST: N_("Intérêt légitime : cela concerne sa fonction."),
    Basis.PUBLIC_MISSION: N_("Mission d’intérêt public : mandat ou organisme public."),
    Basis.CONTRACT: N_("Membre du réseau ou d’un de ses groupes."),
}


@dataclass(frozen=True, slots=True)
class PurposeLine:
    """A purpose: whether one may write for it, and why, in a sentence."""

    label: str
    is_allowed: bool
    why: str


@dataclass(frozen=True, slots=True)
class ProofLine:
    """A choice and its proof, in words."""

    title: str
    detail: str
    who: str
    wording: str | None


def still_read_there(
    session: Session, contact_id: int, purposes: Collection[Purpose], day: date
) -> str | None:
    """Return who else is written to for these purposes at a person's address; None for nobody.

    What the team notes of one person is theirs alone: the others may be the same one, twice.
    """
    address = select(Contact.email_key).where(Contact.id == contact_id).scalar_subquery()
    may_be = (person_refusal(each, day=day, is_of_one=True).is_(None) for each in purposes)
    found = session.scalars(
        select(Contact)
        .where(Contact.email_key == address, Contact.id != contact_id, or_(false(), *may_be))
        .order_by(Contact.sort_name, Contact.id)
        .limit(_MOST_NAMES + 1)
    ).all()
    names = [each.full_name for each in found[:_MOST_NAMES]]
    return ", ".join(names + ["…"] * (len(found) > _MOST_NAMES)) or None


def why(decision: Decision) -> str:
    """Return, in a sentence, why a person may be written to or not."""
    if decision.refusal is not None:
        return translate(REFUSAL_SENTENCES[decision.refusal])
    return translate(_WHY[decision.basis]) if decision.basis else ""


def purpose_lines(session: Session, contact_id: int, day: date) -> list[PurposeLine]:
    """Return what a person may be written to for."""
    return [
        PurposeLine(translate(PURPOSE_LABELS[purpose]), decision.refusal is None, why(decision))
        for purpose, decision in decisions_of(session, contact_id, day).items()
    ]


def proof_lines(session: Session, contact_id: int) -> Sequence[ProofLine]:
    """Return every choice of a person with its proof, the latest first."""
    rows = session.execute(
        select(ConsentProof, ConsentWording)
        .outerjoin(ConsentWording, ConsentWording.id == ConsentProof.wording_id)
        .where(ConsentProof.contact_id == contact_id)
        .order_by(ConsentProof.id.desc())
    ).tuples()
    return [_line(proof, wording) for proof, wording in rows]


def _line(proof: ConsentProof, wording: ConsentWording | None) -> ProofLine:
    state = translate(STATE_LABELS[proof.state]) if proof.state else translate(N_("Choix annulé"))
    basis = translate(BASIS_LABELS[proof.basis]) if proof.basis else None
    shown = None
    if wording is not None:
        shown = translate(
            N_("Texte montré (version %(number)s) : %(text)s"),
            number=wording.number,
            text=wording.text,
        )
    return ProofLine(
        title=" · ".join(
            filter(None, (translate(PURPOSE_LABELS[Purpose(proof.purpose)]), state, basis))
        ),
        detail=" · ".join(
            filter(
                None,
                (translate(CHANNEL_LABELS[proof.channel]), short_date(proof.given_on), proof.note),
            )
        ),
        who=translate(
            N_("noté le %(when)s par %(who)s"),
            when=instant(proof.recorded_at),
            who=translate(proof.recorded_by),
        ),
        wording=shown,
    )


def received_panel(session: Session, contact_id: int) -> Panel:
    """Return, for a person's page, what they receive, and the way to note a choice."""
    lines = purpose_lines(session, contact_id, clock.today())
    rows = [
        PanelRow(
            title=line.label,
            detail=line.why,
            aside=translate(N_("oui")) if line.is_allowed else translate(N_("non")),
            icon="circle-check" if line.is_allowed else "circle-x",
        )
        for line in lines
    ]
    url = url_for("choices.show", contact_id=contact_id)
    new = PanelRow(
        translate(N_("Noter un accord")),
        url=url_for("choices.accept", contact_id=contact_id),
        icon="plus",
    )
    return Panel(translate(N_("Ce que cette personne reçoit")), [*rows, new], url)
