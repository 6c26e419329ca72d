"""What consents let the list of people be narrowed by."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.orm import Session

from crm.consents.interactions import is_silent
from crm.consents.queries import has_choice, person_refusal
from crm.consents.types import PURPOSE_LABELS, PURPOSES, State
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.errors import N_
from crm.criteria.list_filters import Chosen, Reading, either, same
from crm.criteria.types import Leaf, Node
from crm.mail.suppression import Origin, suppression_origin
from crm.mail.types import Purpose
from crm.web.list_definition import Filter
from crm.web.locale import translate

SILENT = "3-ans"
OPPOSED = "opposition"
_LEFT = "desabonnee"


def _purposes(_session: Session) -> list[tuple[str, str]]:
    return [(each.value, translate(PURPOSE_LABELS[each])) for each in PURPOSES]


def _may_receive(values: Sequence[str]) -> ColumnElement[bool]:
    known = [each for each in PURPOSES if each.value in values]
    today = clock.today()
    return or_(*(person_refusal(each, day=today).is_(None) for each in known))


def _said_no(values: Sequence[str]) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if _LEFT in values:
        conditions += [has_choice(each, State.REFUSED, State.WITHDRAWN) for each in PURPOSES]
    if OPPOSED in values:
        held = [each.value for each in Origin if each is not Origin.WITHDRAWAL]
        origin = suppression_origin(Purpose.BROADCAST, Contact.email_key)
        conditions.append(func.coalesce(origin, "").in_(held))
    return or_(*conditions)


def _left_or_opposed(values: list[str], _chosen: Chosen) -> Sequence[Node] | None:
    if set(values) - {_LEFT, OPPOSED}:
        return None
    said = {"choix": (State.REFUSED.value, State.WITHDRAWN.value), "usages": tuple(PURPOSES)}
    left = [Leaf("accord", said)] if _LEFT in values else []
    return either([*left, *([Leaf("opposee")] if OPPOSED in values else [])])


# Whom nothing is heard of, and whom the team chose to keep: no criterion asks both.
READINGS: Mapping[str, Reading] = {
    "recoit": same("peut_recevoir", "usages"),
    "refus": _left_or_opposed,
}
CONTACT_FILTERS = (
    Filter(
        "recoit",
        N_("Peut recevoir"),
        _may_receive,
        _purposes,
        everything_label=N_("Peu importe"),
    ),
    Filter(
        "refus",
        N_("Refus"),
        _said_no,
        lambda _session: [
            (_LEFT, translate(N_("Désabonnée d’un envoi au moins"))),
            (OPPOSED, translate(N_("Opposée à tout, ou adresse morte"))),
        ],
        everything_label=N_("Peu importe"),
    ),
    Filter(
        "echange",
        N_("Dernier échange"),
        lambda _values: is_silent(clock.today()),
        lambda _session: [(SILENT, translate(N_("Sans échange depuis 3 ans")))],
        everything_label=N_("Peu importe"),
    ),
)
