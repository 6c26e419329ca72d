"""What an import writes or takes away is found as it is, whenever the work was cut short."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crm.contacts.models import Contact, Structure
from crm.database import transaction
from crm.history.recording import COMMAND, act_as
from crm.imports.finding import MOST_AT_ONCE, Unfound
from crm.imports.operations import ask_to_undo, launch, stop
from crm.imports.working import work_on
from crm.search.models import SearchWord
from tests.factories.followups import SessionFactory
from tests.imports.conftest import Bench
from tests.imports.test_contacts import LIST


def _launch(bench: Bench, *, steps: int) -> int:
    import_id = bench.map(bench.send(LIST, "contacts")).id
    with transaction() as session:
        launch(session, import_id=import_id, good_rows=False)
    work_on(import_id, most_steps=steps)
    return import_id


def _found(session: Session, kind: str) -> int:
    return (
        session.scalar(
            select(func.count(SearchWord.record_id.distinct())).where(SearchWord.kind == kind)
        )
        or 0
    )


def test_what_a_killed_run_had_written_is_found_when_another_has_gone_on(
    bench: Bench, session: Session
) -> None:
    import_id = _launch(bench, steps=1)
    assert _found(session, "contact") == 0
    assert session.scalar(select(func.count()).select_from(Contact)) == 3
    work_on(import_id)
    assert bench.run(import_id).state == "fait"
    assert (_found(session, "contact"), _found(session, "structure")) == (3, 2)


def test_an_import_is_not_done_before_all_of_it_is_found(bench: Bench, session: Session) -> None:
    import_id = _launch(bench, steps=2)
    assert (bench.run(import_id).state, _found(session, "structure")) == ("en_cours", 2)
    work_on(import_id)
    assert (bench.run(import_id).state, _found(session, "contact")) == ("fait", 3)


def test_what_a_stopped_import_leaves_is_found(bench: Bench, session: Session) -> None:
    import_id = _launch(bench, steps=1)
    used = session.scalars(select(Structure).where(Structure.name == "SARL Exemple")).one()
    SessionFactory(structures=[used])
    with transaction() as current:
        stop(current, import_id=import_id)
    work_on(import_id)
    assert bench.run(import_id).state == "abandonne"
    assert (_found(session, "contact"), _found(session, "structure")) == (0, 1)


def test_what_was_changed_before_it_was_found_is_found_as_it_became(
    bench: Bench, session: Session
) -> None:
    import_id = _launch(bench, steps=1)
    with transaction() as current:
        act_as(current, COMMAND)
        current.execute(
            update(Structure).where(Structure.name == "SARL Exemple").values(name="Zéphyr")
        )
    work_on(import_id)
    words = set(session.scalars(select(SearchWord.word).where(SearchWord.kind == "structure")))
    assert "zephyr" in words
    assert "exemple" not in words


def test_what_a_killed_undo_took_away_is_found_no_more(bench: Bench, session: Session) -> None:
    run = bench.bring(LIST, "contacts")
    with transaction() as current:
        ask_to_undo(current, import_id=run.id)
    work_on(run.id, most_steps=1)
    assert _found(session, "contact") == 3
    work_on(run.id)
    assert bench.run(run.id).state == "retire"
    assert (_found(session, "contact"), _found(session, "structure")) == (0, 0)


def test_some_thousands_are_found_at_once() -> None:
    unfound = Unfound()
    unfound.add({"funding_application": {7}, "session": {3}, "contact": range(MOST_AT_ONCE + 2)})
    assert unfound.due(MOST_AT_ONCE) == ("contact", list(range(MOST_AT_ONCE)))
    unfound.remove("contact", range(MOST_AT_ONCE))
    assert unfound.due(MOST_AT_ONCE) is None
    assert unfound.due(1) == ("contact", [MOST_AT_ONCE, MOST_AT_ONCE + 1])
    unfound.remove("contact", [MOST_AT_ONCE, MOST_AT_ONCE + 1])
    assert unfound.due(1) == ("application", [7])
    unfound.remove("application", [7])
    assert unfound.due(1) is None
