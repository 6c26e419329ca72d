"""When the collector of cycles looks, and at what."""

import gc

from crm.core.collector import collector_at_rest, keep_what_is_loaded


def test_it_rests_meanwhile_and_is_as_it_was_afterwards() -> None:
    assert gc.isenabled()
    with collector_at_rest():
        assert not gc.isenabled()
        with collector_at_rest():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_is_loaded_is_not_looked_at_again() -> None:
    loaded = [[] for _ in range(3)]
    try:
        keep_what_is_loaded()
        assert not any(each is loaded for each in gc.get_objects())
        made: list[object] = []
        assert any(each is made for each in gc.get_objects())
    finally:
        gc.unfreeze()
    assert any(each is loaded for each in gc.get_objects())
