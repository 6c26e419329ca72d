"""The web server in this process, and the background work in a child of it."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from crm.core import clock
from crm.database import db, transaction
from crm.jobs.operations import beat
from crm.mail.delivering import new_owner
from crm.worker import fork_worker

THREADS = 4


class _Server(BaseApplication):
    """Gunicorn in this process: one worker, a few threads."""

    def __init__(self, application: Flask, address: str, background: int) -> None:
        self._application = application
        self._address = address
        self._background = background
        super().__init__()

    def load_config(self) -> None:
        """Set what is not gunicorn's default."""
        for name, value in (
            ("bind", self._address),
            ("worker_class", "gthread"),
            ("workers", 1),
            ("threads", THREADS),
            ("accesslog", None),
            ("loglevel", "warning"),
            ("graceful_timeout", 5),
            ("proc_name", "passerelle"),
            ("control_socket_disable", True),
            ("on_exit", self._stop_background),
        ):
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        """Return the application."""
        return self._application

    def _stop_background(self, _server: object) -> None:
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self._background, signal.SIGTERM)
            os.waitpid(self._background, 0)


def serve(application: Flask, address: str) -> None:
    """Serve until Ctrl-C; messages and jobs are the work of a child, never of the web process."""
    with transaction() as session:
        beat(session, owner=new_owner(), now=clock.now())  # the child's own comes within seconds
    db.session.remove()
    db.engine.dispose()  # the children open connections of their own
    _Server(application, address, fork_worker(application)).run()
