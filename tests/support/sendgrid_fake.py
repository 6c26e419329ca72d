"""A provider on loopback that takes what SendGrid takes, and misbehaves as it may: HTTP, no TLS."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from crm.mail.gateways.sendgrid_requests import TOKEN
from tests.support.crashes import forked_server

KEY = "SG.essai"


@dataclass(frozen=True)
class Reply:
    """What is answered, when, and whether the letters are kept; a `drop` closes the line instead.

    Dropped before the request is read, or after: in both cases nothing is answered.
    """

    status: int = 202
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0
    drop: str = ""
    keeps: bool = False


class SendGridFake:
    """What was asked and taken; `replies` come first, then `judge`, then 202."""

    def __init__(self) -> None:
        self.port = 0
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.taken: list[str] = []
        self.replies: list[Reply] = []
        self.judge: Callable[[dict[str, Any]], Reply | None] = lambda _request: None
        self.keep: Callable[[list[str]], None] = self.taken.extend

    def answer(self, request: dict[str, Any], headers: dict[str, str]) -> Reply:
        """Return what to answer to a request, having kept what is taken."""
        self.requests.append(request)
        self.headers.append(headers)
        reply = self.replies.pop(0) if self.replies else self.judge(request) or Reply()
        if headers.get("Authorization") != f"Bearer {KEY}":
            reply = Reply(401, {"errors": [{"field": None, "message": "no such key"}]})
        if reply.keeps or (reply.status == 202 and not reply.drop):
            readers = request["personalizations"]
            self.keep([each["custom_args"][TOKEN] for each in readers])
        return reply


def _handler(fake: SendGridFake) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if fake.replies and fake.replies[0].drop == "before":
                fake.replies.pop(0)
                return
            size = int(self.headers["Content-Length"])
            request = json.loads(self.rfile.read(size))
            reply = fake.answer(request, dict(self.headers.items()))
            time.sleep(reply.delay_seconds)
            if not reply.drop:
                with suppress(OSError):
                    self._write(reply)

        def _write(self, reply: Reply) -> None:
            content = json.dumps(reply.body).encode() if reply.body is not None else b""
            self.send_response(reply.status)
            sent = {"Content-Length": str(len(content)), "X-Message-Id": "abc"} | reply.headers
            for name, value in sent.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_of: object) -> None:
            """Say nothing."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_of: object) -> None:
        """Say nothing: the other side may be killed."""


@contextmanager
def running_fake(fake: SendGridFake | None = None) -> Iterator[SendGridFake]:
    """Give a provider that answers on a port of loopback."""
    fake = fake or SendGridFake()
    server = _Server(("127.0.0.1", 0), _handler(fake))
    fake.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def forked_fake(folder: Path) -> AbstractContextManager[tuple[int, Path]]:
    """Give the port of a provider in a process of its own, and the file of its tokens."""
    return forked_server(folder, _serve)


def _serve(tokens: Path, writing: int) -> None:
    fake = SendGridFake()

    def keep(found: list[str]) -> None:
        with tokens.open("a", encoding="ascii") as stream:
            stream.write("\n".join(found) + "\n")

    fake.keep = keep
    with running_fake(fake):
        os.write(writing, str(fake.port).encode())
        signal.pause()
