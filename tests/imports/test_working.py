"""A run that is stopped, killed, launched twice, undone after someone worked on its records."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select, update
from sqlalchemy.orm import Session

from crm.contacts.models import Affiliation, Contact, Structure
from crm.contacts.operations.people import get_contact, update_contact
from crm.contacts.types import ContactData
from crm.core import clock
from crm.core.errors import RuleError
from crm.database import transaction
from crm.history.models import Change, ChangeSet, TrashEntry
from crm.imports.leases import LEASE, waiting_imports
from crm.imports.models import Import, ImportChunk
from crm.imports.operations import launch, stop
from crm.imports.working import work_on
from crm.search.models import SearchWord
from tests.factories.contacts import ContactFactory, StructureFactory
from tests.factories.followups import SessionFactory
from tests.imports.conftest import Bench
from tests.imports.test_contacts import LIST
from tests.support.queries import counted

HEAD = "Structure;Nom;Prénom;Fonction;Courriel\n"


def _people(count: int) -> str:
    return HEAD + "".join(
        f"Association {number // 4};Nom{number};Prénom{number};Membre;p{number}@a.example\n"
        for number in range(count)
    )


def _alive(session: Session, model: type) -> int:
    statement = select(func.count()).select_from(model)
    if hasattr(model, "deleted_at"):
        statement = statement.where(model.deleted_at.is_(None))
    return session.scalar(statement) or 0


def _planned(bench: Bench, text: str) -> int:
    run = bench.map(bench.send(text, "contacts"))
    assert run.state == "pret", run.problem
    return run.id


def test_a_killed_run_goes_on_where_it_was(bench: Bench, session: Session) -> None:
    import_id = _planned(bench, _people(1200))
    run = bench.launch(import_id, steps=1)
    assert (run.state, run.rows_done) == ("en_cours", 1000)
    with transaction() as current:  # killed: the lease was never given back
        current.execute(update(Import).values(lease_key="dead", lease_until=clock.now() + LEASE))
    work_on(import_id)
    assert bench.run(import_id).rows_done == 1000
    with transaction() as current:
        past = clock.now() - timedelta(seconds=1)
        current.execute(update(Import).values(lease_until=past))
    assert waiting_imports(session) == [import_id]
    work_on(import_id)
    run = bench.run(import_id)
    assert (run.state, run.rows_done) == ("fait", 1200)
    assert _alive(session, Contact) == 1200
    assert run.counts["contact.created"] == 1200


def test_giving_up_leaves_nothing(bench: Bench, session: Session) -> None:
    import_id = _planned(bench, _people(1200))
    before = _alive(session, Structure)
    bench.launch(import_id, steps=1)
    assert _alive(session, Contact) == 1000
    with transaction() as current:
        stop(current, import_id=import_id)
    work_on(import_id)
    assert bench.run(import_id).state == "abandonne"
    assert _alive(session, Contact) == 0
    assert _alive(session, Structure) == before
    assert _alive(session, Affiliation) == 0


def test_launching_twice_is_launching_once(bench: Bench, session: Session) -> None:
    import_id = _planned(bench, LIST)
    bench.launch(import_id)
    with transaction() as current:
        assert launch(current, import_id=import_id, good_rows=False).state == "fait"
    work_on(import_id)
    assert _alive(session, Contact) == 3


def test_the_same_file_tried_twice_and_launched_twice_makes_each_record_once(
    bench: Bench, session: Session
) -> None:
    one, other = _planned(bench, LIST), _planned(bench, LIST)
    bench.launch(one)
    run = bench.launch(other)
    assert run.state == "fait"
    assert run.counts["rows.unchanged"] == 3
    assert _alive(session, Contact) == 3
    assert _alive(session, Structure) == 2


def test_what_was_made_otherwise_meanwhile_stops_the_run_and_leaves_nothing(
    bench: Bench, session: Session
) -> None:
    import_id = _planned(bench, HEAD + "Amicale;Un;A;Membre;a@a.example\n")
    StructureFactory(name="Amicale")
    StructureFactory(name="AMICALE")
    run = bench.launch(import_id)
    assert run.state == "echoue"
    assert run.problem is not None
    assert _alive(session, Contact) == 0


def test_undoing_keeps_what_people_did_since_and_says_so(bench: Bench, session: Session) -> None:
    run = bench.bring(LIST, "contacts")
    changed = session.scalars(select(Contact).where(Contact.last_name == "Martin")).one()
    used = session.scalars(select(Structure).where(Structure.name == "SARL Exemple")).one()
    SessionFactory(structures=[used])
    with transaction() as current:
        contact = get_contact(current, changed.id)
        data = ContactData(last_name="Martin", first_name="Annie", email=contact.email)
        update_contact(current, contact_id=contact.id, version=contact.version, data=data)
    undone = bench.undo(run.id)
    assert undone.state == "retire"
    kept = {tuple(each[:2]) for each in _kept(session, run.id)}
    assert ("contact", changed.id) in kept
    assert ("structure", used.id) in kept
    names = set(session.scalars(select(Contact.last_name).where(Contact.deleted_at.is_(None))))
    assert names == {"Martin"}
    assert _alive(session, Affiliation) == 1
    assert _alive(session, Structure) == 2
    assert _alive(session, TrashEntry) == 2


def _kept(session: Session, import_id: int) -> list[list[object]]:
    chunks = session.scalars(select(ImportChunk.kept).where(ImportChunk.import_id == import_id))
    return [each for chunk in chunks for each in chunk]


def test_undoing_puts_completed_fields_back_unless_changed_since(
    bench: Bench, session: Session
) -> None:
    text = "Nom;Prénom;Courriel;Mobile;Téléphone\n"
    one = ContactFactory(
        last_name="Un", first_name="A", email="a@a.example", email_key="a@a.example"
    )
    two = ContactFactory(
        last_name="Deux", first_name="B", email="b@a.example", email_key="b@a.example"
    )
    run = bench.bring(
        text
        + "Un;A;a@a.example;06 12 34 56 78;03 20 12 34 56\n"
        + "Deux;B;b@a.example;06 12 34 56 79;\n",
        "contacts",
    )
    session.expire_all()
    assert (one.mobile, one.phone) == ("+33612345678", "+33320123456")
    assert run.counts["contact.updated"] == 2
    with transaction() as current:
        contact = get_contact(current, one.id)
        data = ContactData(
            last_name="Un", first_name="A", email="a@a.example", mobile="06 99 99 99 99",
            phone=contact.phone,
        )  # fmt: skip
        update_contact(current, contact_id=one.id, version=contact.version, data=data)
    bench.undo(run.id)
    session.expire_all()
    assert (one.mobile, one.phone) == ("+33699999999", None)
    assert two.mobile is None
    assert [each[:4] for each in _kept(session, run.id)] == [
        ["contact", one.id, "modifiée depuis", "mobile"]
    ]


def test_history_and_the_index_are_as_by_hand(bench: Bench, session: Session) -> None:
    run = bench.bring(LIST, "contacts")
    contact = session.scalars(select(Contact).where(Contact.last_name == "Durand")).one()
    change = session.scalars(
        select(Change).where(Change.entity == "contact", Change.record_id == contact.id)
    ).one()
    assert change.action == "created"
    assert change.fields["email"] == [None, "zoe@exemple.example"]
    assert set(change.fields) == {"first_name", "last_name", "email", "phone"} | (
        {"mobile"} if contact.mobile else set()
    )
    change_set = session.get_one(ChangeSet, change.change_set_id)
    assert f"n° {run.id}" in (change_set.label or "")
    words = set(
        session.scalars(
            select(SearchWord.word).where(
                SearchWord.kind == "contact", SearchWord.record_id == contact.id
            )
        )
    )
    assert {"durand", "zoe", "exemple"} <= words
    bench.undo(run.id)
    left = select(SearchWord.word).where(
        SearchWord.kind == "contact", SearchWord.record_id == contact.id
    )
    assert session.scalars(left).all() == []


def test_a_part_sends_as_many_statements_for_a_thousand_rows_as_for_ten(
    bench: Bench, connection: Connection
) -> None:
    sent = []
    for count in (10, 400):
        import_id = _planned(bench, _people(count))
        with transaction() as current:
            launch(current, import_id=import_id, good_rows=False)
        with counted(connection) as statements:
            work_on(import_id)
        sent.append(len(statements))
        bench.undo(import_id)
    # The words of four hundred people are looked up in a few batches more.
    assert sent[1] <= sent[0] + 12, sent


def test_people_of_one_name_in_two_new_structures_are_two(bench: Bench, session: Session) -> None:
    rows = "Structure;Nom;Prénom\nAmicale A;Martin;Anne\nAmicale B;Martin;Anne\n"
    run = bench.map(bench.send(rows, "contacts"), family="association")
    assert run.counts["contact.created"] == 2
    run = bench.launch(run.id)
    assert _alive(session, Contact) == 2


def test_an_undone_import_cannot_be_launched_again(bench: Bench) -> None:
    run = bench.bring(LIST, "contacts")
    bench.undo(run.id)
    with transaction() as current, pytest.raises(RuleError):
        launch(current, import_id=run.id, good_rows=False)


def test_no_look_up_of_a_trial_or_a_part_reads_a_whole_table(
    bench: Bench, connection: Connection
) -> None:
    if connection.dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by what the tables hold")
    bench.bring(_people(20).replace("Membre", "Trésorier"), "contacts")
    with counted(connection) as statements:
        import_id = _planned(bench, _people(40).replace("@", "@chez."))
        with transaction() as current:
            launch(current, import_id=import_id, good_rows=False)
        work_on(import_id)
    looked_up = ("FROM contact ", "FROM structure ", "FROM affiliation ", "FROM search_word ")
    plans = [
        (statement, row[3])
        for statement in statements
        if statement.startswith("SELECT") and any(each in f"{statement} " for each in looked_up)
        if " IN (" in statement
        for row in connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {statement}", tuple("x" * statement.count("?"))
        )
    ]
    assert plans
    whole = [
        plan
        for plan in plans
        if plan[1].startswith(("SCAN contact", "SCAN structure", "SCAN affiliation"))
        or plan[1].endswith("(deleted_at=?)")
    ]
    assert whole == []
