"""The background work: messages within seconds, jobs at each ring, a sign of life each minute."""

import os
import queue
import signal
import time
from contextlib import suppress
from types import FrameType

from flask import Flask, current_app

from crm.config import Settings
from crm.core import clock
from crm.core.errors import DatabaseBusyError
from crm.database import db, transaction
from crm.jobs.operations import beat, give_back_runs, renew_leases
from crm.mail.delivering import Courier, new_owner
from crm.mail.gateways.choice import choose_gateway
from crm.scheduler import Ringer

LOOK_SECONDS = 2.0
BEAT_SECONDS = 60.0
_PATIENCE_SECONDS = 8.0


class Worker:
    """Delivers and rings until it is asked to stop; then gives back what it has not begun.

    `parent` is a process that it does not outlive.
    """

    def __init__(self, app: Flask, parent: int | None = None) -> None:
        settings: Settings = app.config["SETTINGS"]
        self._app = app
        self._parent = parent
        self._signals: queue.SimpleQueue[int] = queue.SimpleQueue()  # a handler may put into it
        self._beat_at: float | None = None
        self.owner = new_owner()
        self.ringer = Ringer(app, self.owner)
        self.courier = Courier(
            gateway=choose_gateway(settings.mail, settings.data_directory),
            settings=settings.mail,
            sender_name=settings.network_name,
            owner=self.owner,
            should_stop=self._should_stop,
        )

    def run(self) -> bool:
        """Work until SIGTERM or SIGINT; False when a job had to be left unfinished."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        with self._app.app_context():
            self.ringer.start()
            while not self._should_stop():
                self.look()
                self._rest()
            return self._leave()

    def look(self) -> None:
        """Show a sign of life when it is time to, and send what waits; nothing ends the loop."""
        try:
            self._show_life()
            while self.courier.deliver_batch():
                self._show_life()
        except DatabaseBusyError:
            current_app.logger.warning("mail postponed", extra={"event": "busy"})
        except Exception:
            current_app.logger.exception("delivery failed", extra={"event": "mail"})
        finally:
            db.session.remove()

    def _show_life(self) -> None:
        is_early = self._beat_at is not None and time.monotonic() - self._beat_at < BEAT_SECONDS
        if is_early or not self.ringer.lives():
            return
        now = clock.now()
        with transaction() as session:
            beat(session, owner=self.owner, now=now)
            renew_leases(session, owner=self.owner, now=now)
        self._beat_at = time.monotonic()

    def _leave(self) -> bool:
        has_ended = self.ringer.stop(_PATIENCE_SECONDS)
        try:
            self.courier.stop()
            with transaction() as session:
                give_back_runs(session, owner=self.owner, now=clock.now())
        except DatabaseBusyError:
            # The leases will pass.
            current_app.logger.warning("leases kept", extra={"event": "busy"})
        current_app.logger.info("worker stopped", extra={"event": "worker_stopped"})
        return has_ended

    def _should_stop(self) -> bool:
        is_orphan = self._parent is not None and os.getppid() != self._parent
        return is_orphan or not self._signals.empty()

    def _rest(self) -> None:
        with suppress(queue.Empty):
            self._signals.put(self._signals.get(timeout=LOOK_SECONDS))

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._signals.put(number)


def run_worker(app: Flask, parent: int | None = None) -> None:
    """Do the background work of this process until a signal; a job too long is left to another."""
    if not Worker(app, parent).run():
        os._exit(0)  # its thread would keep the process; what it did not commit goes back


def fork_worker(app: Flask) -> int:
    """Do the background work in a child that ends with this process; return its number.

    To be called before any thread is started and with no connection open.
    """
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            run_worker(app, parent)
        except BaseException:  # the child must never go on as if it were its parent
            app.logger.exception("worker failed", extra={"event": "worker"})
        finally:
            os._exit(0)
    return child
