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
