"""Making and changing agreements, their axes and what they plan."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from crm.agreements import rules
from crm.agreements.models import ActionRecord, Agreement, Axis, PlannedAction
from crm.agreements.queries import AXES, action_for_page, agreement_for_page, free_axes
from crm.agreements.types import ActionData, AgreementData, RecordData
from crm.contacts.models import Structure
from crm.contacts.operations import resolve_structure
from crm.contacts.picked import check_picked
from crm.core import clock
from crm.core.errors import N_, RuleError, StaleRecordError
from crm.core.text import sort_key
from crm.history.recording import actor_of
from crm.indicators.indicator import Ratio
from crm.indicators.registry import find_indicator
from crm.indicators.types import By
from crm.measures.figures import find_figure
from crm.reference.operations import add_item


def create_agreement(session: Session, *, data: AgreementData) -> Agreement:
    """Make an agreement and its new axes; raise RuleError with the field that does not fit."""
    agreement = Agreement(created_at=clock.now(), funders=[], axes=[])
    _fill(session, agreement, rules.clean_agreement(data))
    session.add(agreement)
    session.flush()
    _set_axes(session, agreement, data)
    session.flush()
    return agreement


def update_agreement(
    session: Session, *, agreement_id: int, version: int, data: AgreementData
) -> Agreement:
    """Change an agreement as it was at that version; raise StaleRecordError if it moved on.

    An axis that it no longer has keeps all that counts for it, and may join another agreement.
    """
    agreement = agreement_for_page(session, agreement_id)
    if agreement.version != version:
        raise StaleRecordError(agreement)
    _fill(session, agreement, rules.clean_agreement(data))
    session.flush()
    _set_axes(session, agreement, data)
    session.flush()
    return agreement


def create_action(session: Session, *, agreement_id: int, data: ActionData) -> PlannedAction:
    """Plan something in an agreement; raise RuleError with the field that does not fit."""
    agreement = agreement_for_page(session, agreement_id)
    count, last = session.execute(
        select(func.count(), func.max(PlannedAction.position)).where(
            PlannedAction.agreement_id == agreement_id, PlannedAction.deleted_at.is_(None)
        )
    ).one()
    if count >= rules.MOST_ACTIONS:
        raise RuleError("label", N_("%(count)s actions au plus."), count=rules.MOST_ACTIONS)
    action = PlannedAction(
        agreement_id=agreement_id, position=(last or 0) + 1, created_at=clock.now()
    )
    _fill_action(session, action, agreement, data)
    session.add(action)
    session.flush()
    return action


def update_action(
    session: Session, *, action_id: int, version: int, data: ActionData
) -> PlannedAction:
    """Change a planned action as it was at that version; raise StaleRecordError if it moved on."""
    action = action_for_page(session, action_id)
    if action.version != version:
        raise StaleRecordError(action)
    _fill_action(session, action, agreement_for_page(session, action.agreement_id), data)
    session.flush()
    return action


def add_record(session: Session, *, action_id: int, data: RecordData) -> ActionRecord:
    """Note by hand something that was done for an action."""
    action_for_page(session, action_id)
    data = rules.clean_record(data, clock.today())
    if data.done_on is None or data.count is None:
        raise RuleError("done_on", N_("Dites quand cela s’est fait."))
    record = ActionRecord(
        action_id=action_id,
        done_on=data.done_on,
        what=data.what,
        count=data.count,
        source=data.source,
        author_id=actor_of(session).user_id,
        created_at=clock.now(),
    )
    session.add(record)
    session.flush()
    return record


def _fill(session: Session, agreement: Agreement, data: AgreementData) -> None:
    with session.no_autoflush:
        funders = _funders(session, agreement, data)
    if data.starts_on is None or data.ends_on is None:
        raise RuleError("starts_on", N_("Dites quand la convention commence."))
    agreement.name, agreement.sort_name = data.name, sort_key(data.name)
    agreement.starts_on, agreement.ends_on = data.starts_on, data.ends_on
    agreement.reference, agreement.notes = data.reference, data.notes
    if set(agreement.funders) != set(funders):
        agreement.funders = funders
        # A list alone does not touch the row: this makes its version grow all the same.
        flag_modified(agreement, "created_at")


def _funders(session: Session, agreement: Agreement, data: AgreementData) -> list[Structure]:
    kept = {str(funder.id): funder for funder in agreement.funders}
    found = []
    for value in dict.fromkeys(data.funders):
        if value not in kept:
            check_picked(value, "funders")
            kept[value] = resolve_structure(session, value=value, family_code=None, field="funders")
        found.append(kept[value])
    if not found:
        raise RuleError("funders", N_("Dites avec qui est la convention."))
    return list(dict.fromkeys(found))


def _set_axes(session: Session, agreement: Agreement, data: AgreementData) -> None:
    free = {item.id for item in free_axes(session, agreement.id)}
    if not free.issuperset(data.axis_ids):
        raise RuleError("axes", N_("Un de ces axes est d’une autre convention."))
    wanted = list(dict.fromkeys(data.axis_ids))
    # The next agreement often has the same axes: each is its own, to be counted apart.
    wanted += [
        add_item(session, list_code=AXES, label=label, may_repeat=True).id
        for label in rules.clean_agreement(data).new_axes
    ]
    if wanted == [axis.item_id for axis in agreement.axes]:
        return
    known = {axis.item_id: axis for axis in agreement.axes}
    for item_id in known.keys() - set(wanted):
        agreement.axes.remove(known[item_id])
    for position, item_id in enumerate(wanted, start=1):
        if item_id in known:
            known[item_id].position = position
        else:
            agreement.axes.append(Axis(item_id=item_id, position=position))
    flag_modified(agreement, "created_at")


def _fill_action(
    session: Session, action: PlannedAction, agreement: Agreement, data: ActionData
) -> None:
    data = rules.clean_action(data)
    axes = {axis.item_id for axis in agreement.axes}
    if data.axis_id is not None and data.axis_id not in axes and data.axis_id != action.axis_id:
        raise RuleError("axis", N_("Cet axe n’est pas de la convention."))
    kept = rules.read_kept(data.kept)
    if data.figure_code:
        _check_figure(session, data.figure_code, kept)
    action.label, action.axis_id = data.label, data.axis_id
    action.target_text, action.target_count = data.target_text, data.target_count
    action.rhythm, action.year = str(data.rhythm), data.year
    action.figure_code, action.by_axis = data.figure_code or None, data.by_axis
    action.kept = rules.write_kept(kept)


def _check_figure(session: Session, code: str, kept: dict[By, tuple[str, ...]]) -> None:
    if find_figure(session, code) is None:
        raise RuleError("figure", N_("Ce chiffre n’existe pas ou plus."))
    found = find_indicator(code)
    splits = () if found is None else (found.whole if isinstance(found, Ratio) else found).splits
    if any(by not in splits for by in kept):
        raise RuleError("kept", N_("Ce chiffre ne se compte pas ainsi : retirez ce choix."))
