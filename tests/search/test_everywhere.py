"""One search in every kind: the ranking, what it forgives, and what it costs the database."""

import re

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session

from crm.search.everywhere import (
    Sought,
    Tier,
    correct_everywhere,
    counts_statement,
    find_everywhere,
    hits_statement,
)
from crm.search.index import forget_record, index_record, ranked_words
from crm.search.rules import read_search

ONE, TWO = "essai", "autre"
# How SQLite or PostgreSQL says that it reads a range of the key; a whole table, or that it sorts.
RANGE = re.compile(
    r"PRIMARY KEY \(kind=\? AND word>\? AND word<\?\)"
    r"|Index Cond: .*kind.* = .*word.* >= .*word.* < "
)
WHOLE = re.compile(r"^SCAN (w|o|search_word)\b|TEMP B-TREE|Seq Scan|Sort")


def _keep(session: Session, kind: str, record_id: int, name: str, *around: str) -> None:
    index_record(session, kind, record_id, ranked_words([name], around, names=[name]))


def _find(session: Session, typed: str, *kinds: str, limit: int = 10) -> dict[str, list[int]]:
    wanted = read_search(typed).wanted
    found = find_everywhere(session, [Sought(kind, wanted) for kind in kinds or (ONE,)], limit)
    return {kind: [each.record_id for each in some] for kind, some in found.items()}


def test_the_exact_name_comes_first_then_beginnings_own_words_and_the_rest(
    session: Session,
) -> None:
    _keep(session, ONE, 1, "Comité d’Artois", "Lens")
    _keep(session, ONE, 2, "Amis de Lens")
    _keep(session, ONE, 3, "Lens solidaire")
    _keep(session, ONE, 4, "Lens")
    _keep(session, ONE, 5, "Lensoise de jumelage")
    wanted = [Sought(ONE, ("lens",))]
    found = find_everywhere(session, wanted, 10)[ONE]
    assert [(each.record_id, each.tier) for each in found] == [
        (4, Tier.EXACT_NAME),
        (3, Tier.BEGINS_NAME),
        (5, Tier.BEGINS_NAME),
        (2, Tier.OWN_WORDS),
        (1, Tier.AROUND),
    ]
    assert find_everywhere(session, wanted, 2)[ONE] == found[:2]


def test_words_are_found_in_any_order_and_each_kind_answers(session: Session) -> None:
    _keep(session, ONE, 1, "Comité de jumelage d’Arras")
    _keep(session, ONE, 2, "Comité de jumelage de Lens")
    _keep(session, TWO, 9, "Arras jumelages")
    assert _find(session, "arras jumel", ONE, TWO) == {ONE: [1], TWO: [9]}
    assert _find(session, "ARRÀS comite") == {ONE: [1]}
    assert _find(session, "arras bamako") == {}


def test_a_record_comes_once_however_many_of_its_words_fit(session: Session) -> None:
    _keep(session, ONE, 1, "Eau eaux eaulne", "eau-vive")
    assert _find(session, "eau") == {ONE: [1]}


def test_numbers_and_addresses_are_found_as_typed(session: Session) -> None:
    ranks = ranked_words(
        ["Dupont"], numbers=["+33320123456", "21370012300015"], addresses=["j.dupont@lens.example"]
    )
    index_record(session, ONE, 1, ranks)
    for typed in (
        "03 20 12",
        "0320123456",
        "+33 3 20 12",
        "213 700 123",
        "j.dupont@le",
        "J.Dupont@lens.example",
    ):
        assert _find(session, typed) == {ONE: [1]}, typed
    assert _find(session, "dupont@lens") == {}


@pytest.mark.parametrize("typed", ["betune", "bethunne", "behtune", "bethuna", "jumelage betune"])
def test_one_slip_is_put_right_in_each_kind(session: Session, typed: str) -> None:
    _keep(session, ONE, 1, "Béthune jumelage")
    _keep(session, TWO, 2, "Arras")
    sought = [Sought(kind, read_search(typed).wanted) for kind in (ONE, TWO)]
    assert find_everywhere(session, sought, 5) == {}
    better = correct_everywhere(session, sought)
    assert [each.kind for each in better] == [ONE]
    assert find_everywhere(session, better, 5)[ONE][0].record_id == 1


def test_nothing_is_put_right_into_a_number_or_from_a_short_word(session: Session) -> None:
    _keep(session, ONE, 1, "Eau 62400")
    assert correct_everywhere(session, [Sought(ONE, ("62401",)), Sought(ONE, ("eua",))]) == []


def test_a_record_forgotten_is_found_no_more(session: Session) -> None:
    _keep(session, ONE, 1, "Béthune")
    forget_record(session, ONE, 1)
    assert _find(session, "béthune") == {}


def test_no_word_seeks_nothing(session: Session) -> None:
    assert find_everywhere(session, [Sought(ONE, ())], 5) == {}


def _sent(session: Session, sought: list[Sought]) -> list[tuple[str, object]]:
    sent: list[tuple[str, object]] = []
    engine = session.connection().engine

    def note(_c: object, _u: object, statement: str, values: object, *_: object) -> None:
        if "search_word" in statement:
            sent.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    find_everywhere(session, sought, 5)
    event.remove(engine, "before_cursor_execute", note)
    return sent


@pytest.mark.parametrize("words", [("let",), ("lettre", "alpha"), ("le", "al", "be")])
def test_every_part_reads_a_range_of_the_primary_key(
    session: Session, connection: Connection, words: tuple[str, ...]
) -> None:
    for number in range(1, 60):
        for kind in (ONE, TWO):
            _keep(session, kind, number, f"Lettre alpha {number}", "bêta")
    session.execute(text("ANALYZE search_word"))
    sent = _sent(session, [Sought(ONE, words), Sought(TWO, words)])
    assert len(sent) == (1 if len(words) == 1 else 2)
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    if explain == "EXPLAIN":
        for way in ("seqscan", "bitmapscan", "sort"):
            session.execute(text(f"SET LOCAL enable_{way} = off"))
    for statement, values in sent:
        plan = [row[-1] for row in connection.exec_driver_sql(f"{explain} {statement}", values)]
        reads = [step for step in plan if RANGE.search(step)]
        assert len(reads) >= statement.count("LIMIT"), plan
        assert not [step for step in plan if WHOLE.search(step)], plan


def test_the_statements_are_made_once_for_each_shape() -> None:
    assert hits_statement((1, 2)) is hits_statement((1, 2))
    assert counts_statement((2,)) is counts_statement((2,))


def test_of_two_words_as_near_the_more_frequent_is_meant(session: Session) -> None:
    _keep(session, ONE, 1, "Lampe")
    for number in (2, 3):
        _keep(session, ONE, number, "Rampe")
    assert correct_everywhere(session, [Sought(ONE, ("zampe",))]) == [Sought(ONE, ("rampe",))]
    assert correct_everywhere(session, [Sought(ONE, ("lampe",))]) == []
