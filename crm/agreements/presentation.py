"""What the pages of agreements put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from crm.agreements.models import Agreement, PlannedAction
from crm.agreements.progress import Progress, progress_of, progress_of_actions, scope_of
from crm.agreements.queries import (
    action_for_page,
    agreement_for_page,
    agreements,
    free_axes,
    overlapping,
)
from crm.agreements.rules import periods_of
from crm.contacts.queries.groups import group_choices
from crm.core.errors import N_
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.indicators.keys import FORMALITY_LABELS
from crm.indicators.types import BY_LABELS, By
from crm.reference.queries import labels_by_id
from crm.web.locale import translate


@dataclass(frozen=True, slots=True)
class AxisPart:
    """An axis of an agreement (None: none in particular) and what is planned in it."""

    label: str
    progress: Sequence[Progress]


def agreements_page(session: Session, today: date) -> dict[str, Any]:
    """Return the agreements, those in force first, and the axes that belong to none."""
    found = agreements(session)
    return {
        "agreements": sorted(found, key=lambda each: not each.starts_on <= today <= each.ends_on),
        "today": today,
        "free": free_axes(session),
    }


def agreement_page(session: Session, agreement_id: int, today: date) -> dict[str, Any]:
    """Return an agreement: its axes, expected against done, what it overlaps, its changes."""
    agreement = agreement_for_page(session, agreement_id)
    found = progress_of(session, agreement, today)
    parts = [
        AxisPart(axis.item.label, [each for each in found if each.action.axis_id == axis.item_id])
        for axis in agreement.axes
    ]
    own = {axis.item_id for axis in agreement.axes}
    others = [each for each in found if each.action.axis_id not in own]
    if others:
        parts.append(AxisPart(translate(N_("Sans axe en particulier")), others))
    changes = history_of(session, entity="agreement", record_id=agreement_id)
    return {
        "agreement": agreement,
        "parts": parts,
        "overlaps": overlapping(session, agreement),
        "today": today,
        "changes": tell(session, changes),
    }


def action_page(session: Session, action_id: int, today: date) -> dict[str, Any]:
    """Return a planned action: its target, what was done period by period, its changes."""
    action = action_for_page(session, action_id)
    agreement = agreement_for_page(session, action.agreement_id)
    [progress] = progress_of_actions(session, [(action, agreement)], today)
    changes = history_of(session, entity="planned_action", record_id=action_id)
    return {
        "action": action,
        "agreement": agreement,
        "progress": progress,
        "narrowed": narrowed_words(session, action, agreement),
        "changes": tell(session, changes),
    }


def narrowings(session: Session) -> list[tuple[str, str]]:
    """Return (value, label) of what may narrow the figure of an action: `theme:3`."""
    lists = (
        (By.THEME, labels_by_id(session, "theme")),
        (By.KIND, labels_by_id(session, "event_kind")),
        (By.KIND, labels_by_id(session, "session_kind")),
        (By.GROUP, group_choices(session)),
        (By.FORMALITY, [(key, translate(label)) for key, label in FORMALITY_LABELS.items()]),
    )
    return [
        (f"{by.value}:{key}", f"{translate(BY_LABELS[by])} : {label}")
        for by, labels in lists
        for key, label in labels
    ]


def narrowed_words(session: Session, action: PlannedAction, agreement: Agreement) -> list[str]:
    """Return in words what the figure of an action is narrowed to."""
    period = periods_of(action.rhythm, action.year, agreement.starts_on, agreement.ends_on)[0]
    kept = scope_of(action, period).kept
    known = dict(narrowings(session))
    said = []
    for by, keys in kept.items():
        if by is By.AXIS:
            label = action.axis.label if action.axis else ""
            said.append(f"{translate(BY_LABELS[by])} : {label}")
        else:
            gone = translate(N_("%(by)s : n’existe plus"), by=translate(BY_LABELS[by]))
            said += [known.get(f"{by.value}:{key}", gone) for key in keys]
    return said
