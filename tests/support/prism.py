"""SendGrid's own description of its API, served by a mock on loopback that judges requests."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
SHARED = _ROOT.parent / "shared" / "sendgrid"
_DESCRIPTION = SHARED / "tsg_mail_v3.json"
_PROGRAM = _ROOT / "tests" / "mail" / "prism" / "node_modules" / ".bin" / "prism"
_PATIENCE_SECONDS = 60


def why_no_prism() -> str | None:
    """Return why requests cannot be checked here; None when they can."""
    if not _DESCRIPTION.exists():
        return f"no description of SendGrid's API beside the project ({_DESCRIPTION.name})"
    if not _PROGRAM.exists():
        return "the mock is not installed: npm ci --prefix tests/mail/prism"
    if shutil.which("node") is None:
        return "no node to run the mock with"
    return None


@contextmanager
def running_prism() -> Iterator[int]:
    """Give the port of the mock."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    mock = subprocess.Popen(  # noqa: S603 - the program that the lock installed
        [_PROGRAM, "mock", "--host", "127.0.0.1", "--port", str(port), "--errors", _DESCRIPTION],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(port, mock)
        yield port
    finally:
        os.killpg(mock.pid, signal.SIGTERM)
        mock.wait()


def _wait_for(port: int, mock: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until and mock.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the mock of SendGrid does not start")
