"""Undoing one change of a block leaves what others did of the other blocks since."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.composing import operations
from crm.composing.models import Message
from crm.composing.rejoining import Stored, rejoin_blocks
from crm.composing.rules import seen_block
from crm.composing.types import Block, TextBlock, TitleBlock
from crm.history.models import Change
from tests.composing.messages import BUTTON, EVENT, TEXT, TITLE, seen, write
from tests.support.client import PageClient

KEYS = ("a", "b", "c", "d", "e")


def _blocks(keys: str, **texts: str) -> list[Stored]:
    return [{"key": key, "text": texts.get(key, key)} for key in keys]


def test_what_a_change_did_is_taken_back_and_nothing_else() -> None:
    base = _blocks("abc")
    # Changed, then another one changed, added, moved.
    assert rejoin_blocks(base, _blocks("abc", a="A"), _blocks("cdab", a="A", b="B")) == (
        _blocks("cdab", b="B"), False,
    )  # fmt: skip
    # Added, then others moved.
    assert rejoin_blocks(base, _blocks("abdc"), _blocks("cabd")) == (_blocks("cab"), False)
    # Taken away, while what stood before it was too: it comes after what is still there.
    assert rejoin_blocks(base, _blocks("ab"), _blocks("aeb")) == (_blocks("aebc"), False)
    assert rejoin_blocks(base, _blocks("bc"), _blocks("cb")) == (_blocks("acb"), False)
    # Moved, then one added and one changed.
    assert rejoin_blocks(base, _blocks("cab"), _blocks("cdab", b="B")) == (
        _blocks("abcd", b="B"), False,
    )  # fmt: skip


def test_what_moved_on_itself_is_for_someone_to_decide() -> None:
    base = _blocks("abc")
    for after, now in (
        (_blocks("abc", a="A"), _blocks("abc", a="AA")),
        (_blocks("abc", a="A"), _blocks("bc")),
        (_blocks("abcd"), _blocks("abcd", d="D")),
        (_blocks("ab"), _blocks("abc", c="C")),
    ):
        assert rejoin_blocks(base, after, now) == (base, True)
    assert rejoin_blocks(base, _blocks("cab"), _blocks("cba")) == (base, True)


@given(
    st.permutations(KEYS),
    st.sampled_from(KEYS),
    st.sampled_from(("change", "remove", "move")),
    st.data(),
)
def test_two_changes_of_two_blocks_are_undone_in_any_order(
    order: list[str], key: str, deed: str, data: st.DataObject
) -> None:
    before = _blocks("".join(order))
    after = list(before)
    place = order.index(key)
    block = after.pop(place)
    if deed == "change":
        after.insert(place, {**block, "text": "autre"})
    elif deed == "move":
        after.insert(data.draw(st.integers(0, len(after))), block)
    other = data.draw(st.sampled_from([each for each in KEYS if each != key]))
    rewritten = data.draw(st.text(max_size=3))
    now, expected = (
        [{**each, "text": rewritten} if each["key"] == other else each for each in blocks]
        for blocks in (after, before)
    )
    assert rejoin_blocks(before, after, now) == (expected, False)


def _block(message: Message, key: str) -> Block:
    (found,) = (each for each in message.parts if each.key == key)
    return found


def _retitle(officer: PageClient, session: Session, message: Message, title: str) -> int:
    """Change the title through its page; return the number of the save."""
    url = f"/messages/{message.id}/blocs/{TITLE}"
    version = seen_block(_block(message, TITLE))
    officer.submit(url, {"title": title, "version": version, "key": TITLE})
    session.expire(message)
    assert getattr(_block(message, TITLE), "title", "") == title
    return _last_save(session, message)


def _last_save(session: Session, message: Message) -> int:
    found = select(Change.change_set_id).where(
        Change.entity == "message", Change.record_id == message.id
    )
    return session.scalars(found.order_by(Change.id.desc())).first() or 0


def _rewrite(session: Session, message: Message, block: Block) -> None:
    was = seen_block(_block(message, block.key))
    operations.update_block(session, message_id=message.id, seen=was, block=block)


def test_undoing_a_block_keeps_what_was_done_of_the_others(
    officer: PageClient, session: Session
) -> None:
    message = write(session)
    before = _block(message, TITLE)
    save = _retitle(officer, session, message, "Un autre titre")
    _rewrite(session, message, TextBlock(TEXT, "Écrit par une collègue"))
    operations.remove_block(session, message_id=message.id, key=EVENT)
    operations.move_block(session, message_id=message.id, key=BUTTON, position=0)
    others = [each for each in message.parts if each.key != TITLE]
    page = seen(officer.get(f"/historique/{save}").text)
    assert "Écrit par une collègue" in page
    assert officer.submit(f"/historique/{save}/annuler", {}).status_code == 303
    session.expire(message)
    assert [each for each in message.parts if each.key != TITLE] == others
    assert _block(message, TITLE) == before
    assert "Écrit par une collègue" in message.outline
    assert "Un autre titre" not in message.outline


def test_a_block_that_was_changed_again_is_put_back_only_when_asked(
    officer: PageClient, session: Session
) -> None:
    message = write(session)
    save = _retitle(officer, session, message, "Premier titre")
    change = session.scalars(select(Change.id).where(Change.change_set_id == save)).one()
    again = replace(TitleBlock(TITLE, "x"), title="Deuxième titre")
    _rewrite(session, message, again)
    officer.submit(f"/historique/{save}/annuler", {})
    session.expire(message)
    assert getattr(_block(message, TITLE), "title", "") == "Deuxième titre"
    page = seen(officer.get(f"/historique/{save}").text)
    assert f'value="{change}:outline"' in page
    officer.submit(f"/historique/{save}/annuler", {"force": f"{change}:outline"})
    session.expire(message)
    assert getattr(_block(message, TITLE), "title", "") == "La lettre <de> juin"
