"""Processes that deliver and die: forked from a warm one, killed at any call of any function."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from tests.support.sinks import Sink, running_sink

# A process that waits for ever fails its test, and not the whole run.
LONGEST_LIFE_SECONDS = 600.0


@contextmanager
def forked_server(folder: Path, serve: Callable[[Path, int], None]) -> Iterator[tuple[int, Path]]:
    """Give the port of a server in a process of its own, and the file it writes each token to.

    It writes before it answers, and outlives those who speak to it. `serve` gets that file and the
    end of a pipe that wants its port.
    """
    tokens = folder / "tokens"
    tokens.touch()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            serve(tokens, writing)
        os._exit(0)
    port = int(os.read(reading, 16))
    try:
        yield port, tokens
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reading)
        os.close(writing)


def forked_sink(folder: Path) -> AbstractContextManager[tuple[int, Path]]:
    """Give the port of an SMTP sink in a process of its own, and the file of its tokens."""
    return forked_server(folder, _serve)


def _serve(tokens: Path, writing: int) -> None:
    class Noting(Sink):
        async def handle_DATA(self, _server, _session, envelope) -> str:  # type: ignore[no-untyped-def] # noqa: N802, ANN001
            content = bytes(envelope.content or b"")
            start = content.index(b"Message-ID: <") + len(b"Message-ID: <")
            token = content[start : content.index(b"@", start)].decode()
            with tokens.open("a", encoding="ascii") as stream:
                stream.write(token + "\n")
            return "250 taken"

    with running_sink(Noting()) as (_sink, port):
        os.write(writing, str(port).encode())
        signal.pause()


def run_in_fork(work: Callable[[], object], dies_after: int | None = None) -> bool:
    """Do the work in a fork; killed with SIGKILL after so many calls, if given. True when it died.

    Calls and returns of functions count, of Python and of C alike: sending, committing, reading an
    answer are among them.
    """
    return wait_for(start_fork(work, dies_after))


def start_fork(work: Callable[[], object], dies_after: int | None = None) -> int:
    """Begin the work in a fork; return its number."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        if dies_after is not None:
            _die_after(dies_after)
        work()
        sys.setprofile(None)
        status = 0
    finally:
        os._exit(status)


def wait_for(child: int) -> bool:
    """Return whether the process was killed; raise AssertionError when it failed or hangs."""
    watchdog = threading.Timer(LONGEST_LIFE_SECONDS, os.kill, (child, signal.SIGABRT))
    watchdog.start()
    _pid, status = os.waitpid(child, 0)
    watchdog.cancel()
    assert not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGABRT), "it hung"
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def _die_after(count: int) -> None:
    left = count

    def on_event(*_: object) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(on_event)


def count_calls(work: Callable[[], object]) -> int:
    """Return how many calls and returns the work makes, in a fork that leaves nothing behind."""
    reading, writing = os.pipe()
    seen = 0

    def counting() -> None:
        def on_event(*_: object) -> None:
            nonlocal seen
            seen += 1

        sys.setprofile(on_event)
        work()
        sys.setprofile(None)
        os.write(writing, str(seen).encode())

    run_in_fork(counting)
    found = int(os.read(reading, 16))
    os.close(reading)
    os.close(writing)
    return found
