"""Statements are compiled once, and each gets what was compiled for it."""

from sqlalchemy import Engine, bindparam, create_engine, literal, select

from crm.statement_cache import StatementCache


def _engine() -> tuple[Engine, StatementCache]:
    cache = StatementCache()
    return create_engine("sqlite://", execution_options={"compiled_cache": cache}), cache


def test_a_statement_that_is_built_once_is_compiled_once() -> None:
    engine, cache = _engine()
    statement = select(literal(1) + bindparam("more", type_=None))
    with engine.connect() as connection:
        found = [connection.scalar(statement, {"more": more}) for more in (1, 2, 3)]
    assert found == [2, 3, 4]
    assert len(cache) == 1


def test_like_statements_share_what_was_compiled_and_keep_their_values() -> None:
    engine, cache = _engine()
    with engine.connect() as connection:
        found = [connection.scalar(select(literal(value))) for value in range(2_000)]
    assert found == list(range(2_000))
    assert len(cache) == 1


def test_the_same_statement_with_other_parameters_is_another() -> None:
    engine, cache = _engine()
    statement = select(bindparam("one", 1), bindparam("two", 2))
    with engine.connect() as connection:
        for _ in range(2):
            assert connection.execute(statement, {"one": 5}).one() == (5, 2)
            assert connection.execute(statement, {"two": 7}).one() == (1, 7)
            assert connection.execute(statement).one() == (1, 2)
    assert len(cache) == 3
