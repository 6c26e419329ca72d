"""Ways to ask an application: in this process, or served by gunicorn on loopback over HTTP."""

import http.client
import io
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from crm import create_app
from crm.accounts.sessions import open_session
from crm.config import Settings
from crm.core.collector import keep_what_is_loaded
from crm.database import db, transaction

ROOT = Path(__file__).resolve().parent.parent
_START_SECONDS = 30
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Browser:
    """What a signed-in browser sends."""

    cookie: str = ""
    csrf_token: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes of the workers: all that is resident, and what of it is no mapped file."""

    resident: float
    own: float


class Visitor(Protocol):
    """Asks for pages and sends forms."""

    def get(self, path: str) -> tuple[int, bytes]:
        """Return the status and the page."""

    def post(self, path: str, fields: dict[str, str]) -> int:
        """Send a form and return the status."""


class _Nowhere(io.TextIOBase):
    """Forgets what is written to it."""

    def write(self, text: str) -> int:
        """Forget."""
        return len(text)


def environment(url: str, folder: Path) -> dict[str, str]:
    """Return the settings that both applications run with."""
    return {
        "DATABASE_URL": url,
        "CRM_DATA_DIRECTORY": str(folder),
        "CRM_MODE": "development",
        "CRM_SECRET_KEY": "benchmark-" + "0" * 32,
        "CRM_HOST_NAMES": "127.0.0.1,localhost",
    }


def our_application(url: str, folder: Path) -> Flask:
    """Return our application in this process; what it logs is thrown away."""
    app = create_app(Settings.read(environment(url, folder)))
    for handler in app.logger.handlers:
        handler.setStream(_Nowhere())  # type: ignore[attr-defined]
    keep_what_is_loaded()  # as whatever serves it or works for it does
    return app


def sign_in(app: Flask) -> Browser:
    """Open a log-in in the database and return what its browser sends."""
    raw = secrets.token_hex(20)
    with app.app_context():
        with transaction() as session:
            token = open_session(session, user_id=1, device="benchmark")
        db.engine.dispose()
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    cookie = serializer.dumps({"_user_id": token, "_fresh": True, "csrf_token": raw})
    return Browser(
        f"{app.config['SESSION_COOKIE_NAME']}={cookie}",
        str(URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(raw)),
    )


class InProcess:
    """Calls the application itself, by werkzeug's test client."""

    def __init__(self, app: Flask, browser: Browser) -> None:
        self._client = FlaskClient(app, app.response_class, use_cookies=False)
        self._browser = browser

    def get(self, path: str) -> tuple[int, bytes]:
        """Return the status and the page."""
        response = self._client.get(path, headers={"Cookie": self._browser.cookie})
        return response.status_code, response.data

    def post(self, path: str, fields: dict[str, str]) -> int:
        """Send a form and return the status."""
        body = urlencode({"csrf_token": self._browser.csrf_token, **fields})
        headers = {"Cookie": self._browser.cookie}
        return self._client.post(path, data=body, content_type=_FORM, headers=headers).status_code


class OverHttp:
    """One connection that stays open, as a browser's does."""

    def __init__(self, port: int, browser: Browser) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._browser = browser

    def get(self, path: str) -> tuple[int, bytes]:
        """Return the status and the page."""
        self._connection.request("GET", path, headers={"Cookie": self._browser.cookie})
        response = self._connection.getresponse()
        return response.status, response.read()

    def post(self, path: str, fields: dict[str, str]) -> int:
        """Send a form and return the status."""
        body = urlencode({"csrf_token": self._browser.csrf_token, **fields})
        headers = {"Cookie": self._browser.cookie, "Content-Type": _FORM}
        self._connection.request("POST", path, body, headers)
        response = self._connection.getresponse()
        response.read()
        return response.status


@contextmanager
def served(application: str, environ: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Serve `module:app` with one worker; give its port and its master's process id."""
    port = _free_port()
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "4",
         "--workers", "1", "--bind", f"127.0.0.1:{port}", "--keep-alive", "30",
         "--log-level", "error", "--no-control-socket", application],
        cwd=ROOT, env=os.environ | environ, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(10)


def memory_of(master: int) -> Memory:
    """Return the memory of the workers of a gunicorn master."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()
    status = [Path(f"/proc/{pid}/status").read_text(encoding="ascii") for pid in children]
    return Memory(_megabytes(status, "VmRSS"), _megabytes(status, "RssAnon"))


def _megabytes(status: list[str], name: str) -> float:
    found = [re.search(rf"{name}:\s+(\d+) kB", text) for text in status]
    return sum(int(match[1]) for match in found if match) / 1024


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")
