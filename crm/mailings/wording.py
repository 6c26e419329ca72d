"""How changes of mailings are told, and each sentence about who is in and who is out."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.consents.types import REFUSAL_SENTENCES
from crm.contacts.wording import named_by
from crm.core.errors import N_
from crm.core.numbers import parse_id
from crm.history.wording import Namer, Wording
from crm.mail.wording import REASON_SENTENCES
from crm.mailings.models import Mailing
from crm.mailings.types import PURPOSE_LABELS, REACH_LABELS, STATUS_LABELS, WHY_SENTENCES
from crm.segments.models import Segment
from crm.web.locale import translate


def _words_of(labels: Mapping[Any, str]) -> Namer:
    """Return what says the words that stand for codes."""

    def look_up(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
        known = {str(code): label for code, label in labels.items()}
        return {each: translate(known[each]) for each in values if each in known}

    return look_up


def _name_segments(session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    """Return the names of segments, those that are left aside said to be so."""
    ids = {value: parse_id(str(value).partition(":")[0]) for value in values}
    names = dict(
        session.execute(
            select(Segment.id, Segment.name).where(Segment.id.in_([*filter(None, ids.values())]))
        )
        .tuples()
        .all()
    )
    told = {}
    for value, segment_id in ids.items():
        if segment_id in names:
            is_excluded = str(value).endswith(":1")
            told[value] = (
                translate(N_("sauf « %(name)s »"), name=names[segment_id])
                if is_excluded
                else names[segment_id]
            )
    return told


MAILING_WORDING = Wording(
    N_("Envoi"),
    {
        "name": N_("Nom"),
        "purpose": N_("Finalité"),
        "status": N_("État"),
        "pause_reason": N_("Pourquoi en pause"),
        "reach": N_("À qui"),
        "functions": N_("Fonctions cherchées"),
        "takes_generic": N_("Adresse générique acceptée"),
        "follows_id": N_("Relance de"),
        "is_public": N_("Dans les archives publiques"),
        "starts_at": N_("Départ prévu"),
        "per_hour": N_("Messages par heure"),
        "ended_at": N_("Terminé le"),
        "segments": N_("Segments"),
        "deleted_at": N_("Mis à la corbeille"),
    },
    {
        "purpose": _words_of(PURPOSE_LABELS),
        "status": _words_of(STATUS_LABELS),
        "reach": _words_of(REACH_LABELS),
        "follows_id": named_by(Mailing.id, Mailing.name),
        "segments": _name_segments,
    },
)
WHY: Mapping[str, str] = {
    **{each.value: sentence for each, sentence in WHY_SENTENCES.items()},
    **{str(code): sentence for code, sentence in REFUSAL_SENTENCES.items()},
}
# Of each recipient: why in or out, and of a message that did not leave, why it did not.
WHY_OF_EACH: Mapping[str, str] = {
    **{each.value: sentence for each, sentence in REASON_SENTENCES.items()},
    **WHY,
}
