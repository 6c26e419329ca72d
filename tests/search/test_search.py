"""The same answers on both databases, equal to a naive search, and by the index alone."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crm.contacts.models import Contact
from crm.contacts.queries.people import contact_rows
from crm.core import clock
from crm.core.text import words
from crm.search.index import index_record, learn_words, ranked_words
from crm.search.models import SearchVariant, SearchWord
from crm.search.queries import RELEVANCE, corrected, joined_on_words, matching_ids, typed_words

KIND = "essai"
_names = st.lists(st.text("abé st-", min_size=1, max_size=12).filter(words), min_size=1, max_size=8)


@given(names=_names, typed=st.text("abé st-", min_size=1, max_size=5).filter(words))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_it_finds_what_a_naive_search_finds(session: Session, names: list[str], typed: str) -> None:
    session.execute(delete(SearchWord).where(SearchWord.kind == KIND))
    for number, name in enumerate(names, start=1):
        rows = [
            {"kind": KIND, "rank": rank, "word": word, "record_id": number}
            for word, rank in ranked_words([name]).items()
        ]
        session.execute(insert(SearchWord), rows)
    found = set(session.scalars(matching_ids(KIND, typed_words(typed))))
    naive = {
        number
        for number, name in enumerate(names, start=1)
        if all(any(held.startswith(word) for held in words(name)) for word in words(typed))
    }
    assert found == naive


def test_reindexing_a_record_leaves_only_its_present_words(session: Session) -> None:
    index_record(session, KIND, 1, ranked_words(["Eau vive"], ["Arras"]))
    index_record(session, KIND, 1, ranked_words(["Arras eau"]))
    held = session.execute(
        select(SearchWord.word, SearchWord.rank)
        .where(SearchWord.kind == KIND)
        .order_by(SearchWord.word)
    )
    assert [tuple(row) for row in held] == [("arras", 0), ("eau", 1)]


@pytest.mark.parametrize("typed", ["jumlage", "jumelagge", "jumelaje", "jumealge"])
def test_one_slip_is_forgiven(session: Session, typed: str) -> None:
    index_record(session, KIND, 1, ranked_words(["Jumelage"]))
    assert corrected(session, KIND, [typed]) == ["jumelage"]


@pytest.mark.parametrize("typed", ["jmlage", "eua", "xyz"])
def test_two_slips_or_a_short_word_are_not(session: Session, typed: str) -> None:
    index_record(session, KIND, 1, ranked_words(["Jumelage", "Eau"]))
    assert corrected(session, KIND, [typed]) is None


def test_a_word_is_learnt_once(session: Session) -> None:
    learn_words(session, KIND, ["arras", "arras"])
    learn_words(session, KIND, ["arras"])
    forms = session.scalars(select(SearchVariant.variant).where(SearchVariant.kind == KIND)).all()
    assert len(forms) == len(set(forms)) == len({"arras", "rras", "aras", "arrs", "arra"})


def test_a_search_reads_no_table_from_end_to_end(session: Session, connection: Connection) -> None:
    statement = joined_on_words(contact_rows(clock.today()), Contact.id, "contact", ["eli"])
    is_sqlite = connection.dialect.name == "sqlite"
    dialect = sqlite.dialect() if is_sqlite else postgresql.dialect()
    sql = str(
        statement.order_by(*RELEVANCE)
        .limit(50)
        .compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    )
    if is_sqlite:
        plan = [row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {sql}"))]
        assert not [step for step in plan if step.startswith("SCAN")], plan
        assert not [step for step in plan if "TEMP B-TREE" in step], plan
    else:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = [row[0] for row in session.execute(text(f"EXPLAIN {sql}"))]
        assert not [step for step in plan if "Seq Scan" in step], plan
