"""What the pages opened most ask of the database: a new statement shows, or a table read whole."""

import re
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, text
from sqlalchemy.orm import Session

from crm.contacts.models import Contact
from crm.contacts.operations import create_contact, create_structure
from crm.contacts.types import ContactData, StructureData
from tests.factories.contacts import AffiliationFactory, ContactFactory, StructureFactory
from tests.factories.followups import SessionFactory, reference
from tests.support.client import PageClient
from tests.support.queries import counted, explained

# One of them says who is there; seven name what a new structure's history tells of.
STATEMENTS = {
    "/structures?departement=62": 5,
    "/structures?departement=62&tri=-commune": 5,
    "/contacts?q=%C3%A9li": 4,
    "/structures/{id}": 23,
}
_LARGE = ("structure", "contact", "affiliation", "accompaniment_session", "session_structure",
          "change", "change_subject", "search_word")  # fmt: skip


@pytest.fixture
def structure_id(officer: PageClient, session: Session) -> int:
    """Make a structure of the Pas-de-Calais with someone in it and a session."""
    data = StructureData(name="Élan du Nord", family_code="association", commune_code="62119")
    structure = create_structure(session, data=data)
    contact = create_contact(session, data=ContactData(first_name="Élise", last_name="Duriez"))
    AffiliationFactory(structure=structure, contact=contact)
    SessionFactory(structures=[structure], officers=[session.merge(officer.user)])
    return structure.id


@pytest.mark.parametrize(("path", "expected"), STATEMENTS.items())
def test_a_page_asks_this_many_statements(
    officer: PageClient, connection: Connection, structure_id: int, path: str, expected: int
) -> None:
    url = path.format(id=structure_id)
    assert officer.get(url).status_code == 200
    with counted(connection) as statements:
        officer.get(url)
    assert len(statements) == expected, "\n\n".join(statements)


def test_logging_a_session_takes_this_many_statements(
    officer: PageClient, connection: Connection, structure_id: int
) -> None:
    fields = {
        "structures": str(structure_id),
        "held_on": "hier",
        "kind": str(reference("session_kind", "rdv").id),
        "themes": str(reference("theme", "sante").id),
        "officers": str(officer.user.id),
    }
    with counted(connection) as statements:
        response = officer.submit("/seances/nouvelle", fields)
    assert response.status_code == 303
    # PostgreSQL takes three kinds of lines (history, the index) by COPY, which is not counted.
    # The last looks for a campaign in which the structure awaits an answer.
    expected = 19 if connection.dialect.name == "sqlite" else 16
    assert len(statements) == expected, "\n\n".join(statements)


@pytest.mark.parametrize("path", STATEMENTS)
def test_a_page_reads_no_large_table_from_end_to_end(
    officer: PageClient, session: Session, connection: Connection, structure_id: int, path: str
) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(connection.engine, "before_cursor_execute", note)
    try:
        officer.get(path.format(id=structure_id))
    finally:
        event.remove(connection.engine, "before_cursor_execute", note)
    selects = [pair for pair in asked if pair[0].startswith("SELECT")]
    assert len(selects) >= STATEMENTS[path] - 1
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        session.execute(text("SET LOCAL enable_seqscan = off"))
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    whole = re.compile(rf"\b(SCAN|Seq Scan on) ({'|'.join(_LARGE)})(_[0-9]+)?( |$)(?!USING)")
    for statement, parameters in selects:
        plan = connection.exec_driver_sql(f"{explain} {statement}", parameters)
        for row in plan:
            assert not whole.search(str(row[-1])), (statement, row)


@pytest.mark.parametrize("path", ["/structures/{id}", "/contacts/{id}"])
def test_what_was_merged_into_a_record_is_found_by_its_key(
    officer: PageClient, session: Session, connection: Connection, path: str
) -> None:
    # Where nobody was ever merged, the statistics say that a key of this index finds everyone.
    kept = AffiliationFactory()
    StructureFactory.create_batch(60)
    ContactFactory.create_batch(60)
    session.flush()
    for table in ("structure", "contact"):  # all of them would wait for those of other databases
        connection.execute(text(f"ANALYZE {table}"))
    record_id = kept.structure_id if path.startswith("/structures") else kept.contact_id
    if connection.dialect.name != "sqlite":
        session.execute(text("SET LOCAL enable_seqscan = off"))
    with explained(connection) as plans:
        assert officer.get(path.format(id=record_id)).status_code == 200
    reading = re.compile(r"(SCAN|Seq Scan on) (structure|contact)(_[0-9]+)?\b")
    assert not [plan for plan in plans if reading.search(plan)]


@pytest.mark.parametrize("path", ["/structures/{structure_id}", "/contacts/{contact_id}"])
def test_a_record_finds_its_sessions_by_their_ids_where_nothing_was_analysed(
    officer: PageClient,
    session: Session,
    connection: Connection,
    structure_id: int,
    path: str,
) -> None:
    if connection.dialect.name != "sqlite":
        pytest.skip("PostgreSQL analyses by itself")
    contact_id = session.scalars(select(Contact.id)).one()
    with explained(connection) as plans:
        officer.get(path.format(structure_id=structure_id, contact_id=contact_id))
    by_day = ("ix_accompaniment_session_held_on", "ix_accompaniment_session_counted")
    assert [plan for plan in plans if any(name in plan for name in by_day)] == []
