"""What became of a mailing once some of its recipients are found to be one."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.contacts.models import Contact, Structure
from crm.core import clock
from crm.criteria.types import Subject
from crm.duplicates.merging import merge_records
from crm.mail.models import Delivery, DeliveryEvent
from crm.mail.types import DeliveryState, ReportKind
from crm.mailings.criteria import CRITERIA
from crm.mailings.models import Mailing
from crm.mailings.operations.mailings import follow_up
from crm.mailings.presentation import foresee
from crm.mailings.queries.results import count_figures
from crm.mailings.types import Reach
from tests.factories.contacts import StructureFactory
from tests.mailings.builders import deliveries, draft, listed, reader, send

pytestmark = pytest.mark.usefixtures("context")


def _reached(session: Session, mailing: Mailing) -> None:
    session.execute(
        update(Delivery)
        .where(Delivery.batch_id == mailing.id)
        .values(state=DeliveryState.ACCEPTED, settled_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _react(session: Session, mailing: Mailing, number: int, kind: ReportKind) -> None:
    session.add(
        DeliveryEvent(
            provider="essai", event_id=f"{mailing.id}-{number}", kind=kind,
            delivery_id=deliveries(session, mailing)[number].id,
            happened_at=clock.now(), received_at=clock.now(),
        )
    )  # fmt: skip
    session.flush()


def _reminded(session: Session, mailing: Mailing) -> set[int | None]:
    """Return whom a follow-up would be frozen for."""
    second = follow_up(session, mailing_id=mailing.id, name="Relance")
    return {each.contact_id or each.structure_id for each in foresee(session, second).first_in}


def _silent(session: Session, subject: Subject, mailing: Mailing) -> set[int]:
    model = Contact if subject is Subject.CONTACT else Structure
    (criterion,) = (
        each for each in CRITERIA if each.code == "envoi-silence" and each.subject is subject
    )
    condition = criterion.condition({"envoi": [mailing.id]}, clock.today())
    return set(session.scalars(select(model.id).where(condition, model.deleted_at.is_(None))))


@pytest.mark.parametrize("kind", [ReportKind.CLICKED, ReportKind.REPLIED])
@pytest.mark.parametrize("is_kept", [True, False])
def test_a_person_of_whom_one_record_reacted_is_not_written_to_again(
    session: Session, kind: ReportKind, is_kept: bool
) -> None:
    clicked, silent, other = (reader(session, f"{name}@ville.fr") for name in "abc")
    mailing = send(session, draft(session, listed(session, [clicked, silent, other])), seen=3)
    _reached(session, mailing)
    _react(session, mailing, 0, kind)
    assert _reminded(session, mailing) == {silent.id, other.id}
    kept, merged = (clicked, silent) if is_kept else (silent, clicked)
    merge_records(session, kind="contact", kept_id=kept.id, merged_id=merged.id)
    assert _reminded(session, mailing) == {other.id}
    assert _silent(session, Subject.CONTACT, mailing) == {other.id}
    # The figure, its list and its button say the same number.
    assert count_figures(session, mailing.id)["sans-reaction"] == 1


def test_of_three_records_one_reaction_is_enough(session: Session) -> None:
    one, two, three = (reader(session, f"{name}@ville.fr") for name in "abc")
    mailing = send(session, draft(session, listed(session, [one, two, three])), seen=3)
    _reached(session, mailing)
    _react(session, mailing, 2, ReportKind.CLICKED)
    merge_records(session, kind="contact", kept_id=two.id, merged_id=one.id)
    assert _reminded(session, mailing) == {two.id}
    merge_records(session, kind="contact", kept_id=two.id, merged_id=three.id)
    assert _reminded(session, mailing) == set()


def test_someone_merged_with_whoever_was_not_written_to_is_reminded_once(
    session: Session,
) -> None:
    written_to, elsewhere = reader(session, "a@ville.fr"), reader(session, "b@ville.fr")
    first = send(session, draft(session, listed(session, [written_to])), seen=1)
    other = send(session, draft(session, listed(session, [elsewhere])), seen=1)
    for each in (first, other):
        _reached(session, each)
    # A reaction to another mailing is none to this one.
    _react(session, other, 0, ReportKind.CLICKED)
    merge_records(session, kind="contact", kept_id=elsewhere.id, merged_id=written_to.id)
    assert _reminded(session, first) == {elsewhere.id}
    _react(session, first, 0, ReportKind.REPLIED)
    assert _reminded(session, first) == set()


def test_a_town_hall_of_which_one_record_replied_is_not_written_to_again(session: Session) -> None:
    towns = [
        StructureFactory(family_code="collectivite", email=f"mairie{n}@ville.fr") for n in range(2)
    ]
    session.flush()
    mailing = draft(session, listed(session, towns), reach=Reach.STRUCTURES)
    send(session, mailing, seen=2)
    _reached(session, mailing)
    _react(session, mailing, 1, ReportKind.REPLIED)
    assert _reminded(session, mailing) == {towns[0].id}
    merge_records(session, kind="structure", kept_id=towns[0].id, merged_id=towns[1].id)
    assert _reminded(session, mailing) == set()
    assert _silent(session, Subject.STRUCTURE, mailing) == set()
