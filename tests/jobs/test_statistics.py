"""The database is measured each day, and what few records have is still found by its index."""

from typing import Any

import pytest
from sqlalchemy import Connection, Select, or_, select
from sqlalchemy.orm import Session

from crm.contacts.models import Contact, Group, Structure
from crm.core import clock
from crm.jobs.results import in_words
from crm.jobs.statistics import LEARN_STATISTICS
from tests.factories.contacts import ContactFactory, GroupFactory, StructureFactory
from tests.support.queries import explained

_ASKED = {
    "structures": select(Structure).where(or_(Structure.id == 1, Structure.merged_into_id == 1)),
    "people": select(Contact).where(or_(Contact.id == 1, Contact.merged_into_id == 1)),
    "groups": select(Group).where(or_(Group.id == 1, Group.merged_into_id == 1)),
    "children": select(Structure).where(Structure.parent_id == 1),
}


def test_postgresql_measures_itself(session: Session, connection: Connection) -> None:
    said = in_words(LEARN_STATISTICS.work(session, clock.now()))
    assert (said == "La base est mesurée.") == (connection.dialect.name == "sqlite")


@pytest.mark.parametrize("statement", _ASKED.values(), ids=_ASKED)
def test_what_few_have_is_found_without_reading_all_in_a_measured_base(
    session: Session, connection: Connection, statement: Select[Any]
) -> None:
    if connection.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads small tables whole")
    for factory in (StructureFactory, ContactFactory, GroupFactory):
        factory.create_batch(60)  # of whom nobody was merged, and none has a parent
    session.flush()
    LEARN_STATISTICS.work(session, clock.now())
    with explained(connection) as plans:
        session.execute(statement).all()
    assert plans
    assert not any("SCAN" in plan for plan in plans), plans
