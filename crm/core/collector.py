"""The collector of reference cycles, which looks at everything alive each time much is made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Let nothing be collected meanwhile: thousands of objects are made that all stay in use.

    It is the whole process that waits, so for less than a second at a time.
    """
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_at_work:
            gc.enable()


def keep_what_is_loaded() -> None:
    """Never look again at what is alive now: the program, its tables and its pages all stay.

    Once it is loaded, and before it forks: looking at it all took a third of a second each time,
    and would copy for each child what they share.
    """
    gc.collect()
    gc.freeze()
