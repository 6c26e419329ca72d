"""How changes of segments are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.contacts.wording import named_by
from crm.core.errors import N_, RuleError
from crm.criteria.rules import tree_from_text
from crm.criteria.sentences import sentence_of
from crm.criteria.types import Subject
from crm.history.wording import Wording
from crm.web.locale import sentence, translate

SUBJECT_LABELS = {Subject.STRUCTURE: N_("Structures"), Subject.CONTACT: N_("Personnes")}


def _subjects(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    return {value: translate(SUBJECT_LABELS[Subject(value)]) for value in values}


def _rules(session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    return {value: _sentence(session, value) for value in values}


def _sentence(session: Session, rules: str) -> str:
    try:
        return sentence_of(session, tree_from_text(rules))
    except RuleError as error:
        return sentence(error)


SEGMENT_WORDING = Wording(
    N_("Segment"),
    {
        "name": N_("Nom"),
        "description": N_("À quoi il sert"),
        "subject": N_("Ce qu’il trouve"),
        "rules": N_("Règles"),
        "owner_id": N_("Créé par"),
        "is_shared": N_("Partagé avec l’équipe"),
        "frozen_at": N_("Figé le"),
        "member_count": N_("Membres de la liste"),
        "deleted_at": N_("Mis à la corbeille"),
    },
    {"subject": _subjects, "rules": _rules, "owner_id": named_by(User.id, User.name)},
)
