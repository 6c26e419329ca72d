"""Work on imports beside the requests: in a thread of the server, taken over by the next ring."""

import threading
from collections.abc import Callable

from flask import Flask, current_app

from crm.core.errors import DatabaseBusyError
from crm.database import db
from crm.imports.leases import waiting_imports
from crm.imports.working import work_on

STARTER = "import_starter"
_WAIT_SECONDS = 1.5
Starter = Callable[[Flask, int], None]


def start_work(import_id: int) -> None:
    """Have an import worked on from now; wait a moment, for small ones are done at once."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    starter: Starter = app.extensions.get(STARTER, _in_a_thread)
    db.session.rollback()  # no read is held while we wait
    starter(app, import_id)


def _in_a_thread(app: Flask, import_id: int) -> None:
    thread = threading.Thread(target=_work, args=(app, import_id), daemon=True)
    thread.start()
    thread.join(_WAIT_SECONDS)


def _work(app: Flask, import_id: int) -> None:
    with app.app_context():
        try:
            work_on(import_id)
        except DatabaseBusyError:
            # The lease was given back, or will pass: the next ring takes over.
            app.logger.warning("import postponed", extra={"event": "busy"})
        except Exception:
            app.logger.exception("import interrupted", extra={"event": "import"})


def take_over() -> None:
    """Work on what nobody works on: begun by a process that is no more."""
    for import_id in waiting_imports(db.session()):
        work_on(import_id)
