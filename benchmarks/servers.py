"""Serves an application by gunicorn on loopback and measures its pages over HTTP."""

import http.client
import os
import re
import secrets
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from crm import create_app
from crm.accounts.sessions import open_session
from crm.config import Settings
from crm.database import db, transaction

ROOT = Path(__file__).resolve().parent.parent
_START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one question asked many times."""

    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Browser:
    """What a signed-in browser sends."""

    cookie: str = ""
    csrf_token: str = ""


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(
    application: str, environ: dict[str, str], workers: int = 1
) -> Iterator[tuple[int, int]]:
    """Serve `module:app` and give its port and the process id of its master."""
    port = free_port()
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "4",
         "--workers", str(workers), "--bind", f"127.0.0.1:{port}", "--keep-alive", "30",
         "--log-level", "error", application],
        cwd=ROOT, env=os.environ | environ, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


def memory_megabytes(master: int) -> float:
    """Return the resident memory of the workers of a gunicorn master."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()
    status = [Path(f"/proc/{pid}/status").read_text(encoding="ascii") for pid in children]
    found = [re.search(r"VmRSS:\s+(\d+) kB", text) for text in status]
    return sum(int(match[1]) for match in found if match) / 1024


def environment(url: str, folder: Path) -> dict[str, str]:
    """Return the settings that both servers run with."""
    return {
        "DATABASE_URL": url,
        "CRM_DATA_DIRECTORY": str(folder),
        "CRM_MODE": "test",
        "CRM_HOST_NAMES": "127.0.0.1",
    }


def signed_in_browser(url: str, folder: Path) -> Browser:
    """Open a log-in in the database and return what its browser sends."""
    app = create_app(Settings.read(environment(url, folder)))
    raw = secrets.token_hex(20)
    with app.app_context():
        with transaction() as session:
            token = open_session(session, user_id=1, device="benchmark")
        db.engine.dispose()
    return Browser(
        f"{app.config['SESSION_COOKIE_NAME']}={_signed(app, token, raw)}",
        str(URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(raw)),
    )


def _signed(app: Flask, token: str, raw: str) -> str:
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return str(serializer.dumps({"_user_id": token, "_fresh": True, "csrf_token": raw}))


class Client:
    """One connection that stays open, as a browser's does."""

    def __init__(self, port: int, browser: Browser) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.browser = browser

    def get(self, path: str) -> tuple[int, bytes]:
        """Return the status and the page."""
        self.connection.request("GET", path, headers={"Cookie": self.browser.cookie})
        response = self.connection.getresponse()
        return response.status, response.read()

    def post(self, path: str, fields: dict[str, str]) -> int:
        """Send a form and return the status."""
        body = urlencode({"csrf_token": self.browser.csrf_token, **fields})
        headers = {
            "Cookie": self.browser.cookie,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self.connection.request("POST", path, body, headers)
        response = self.connection.getresponse()
        response.read()
        return response.status


def timed(ask: Callable[[], object], times: int) -> Timing:
    """Ask a few times to warm up, then `times` times, and return the milliseconds."""
    for _ in range(5):
        ask()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - start) * 1000)
    taken.sort()
    return Timing(statistics.median(taken), taken[int(len(taken) * 0.95)])


def hammer(
    port: int,
    browser: Browser,
    fields: Callable[[], dict[str, str]],
    seconds: float,
    clients: int = 8,
) -> tuple[int, int]:
    """Let clients log sessions for a while; return how many were logged and how many failed."""
    done = [0, 0]
    lock = threading.Lock()
    deadline = time.monotonic() + seconds

    def work() -> None:
        client = Client(port, browser)
        while time.monotonic() < deadline:
            ok = client.post("/seances/nouvelle", fields()) == 303  # noqa: PLR2004 - see other
            with lock:
                done[0 if ok else 1] += 1

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done[0], done[1]
