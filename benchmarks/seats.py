"""The last seats of a webinar, wanted by many at once: over HTTP, and by the driver alone."""

import http.client
import itertools
import re
import threading
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Any
from urllib.parse import urlencode

from benchmarks.raw import Asker
from benchmarks.servers import environment, served
from crm.core import clock

PEOPLE, SEATS, SECONDS, AT_ONCE = 200, 5, 10.0, 8
_SEE_OTHER = 303
_HIDDEN = re.compile(rb'name="(csrf_token|submission_key)"[^>]*value="([^"]+)"')
_TAKEN = """SELECT count(*) FROM registration WHERE event_id = :event
    AND status IN ('inscrite', 'proposee')"""
_LOCK = "SELECT id FROM event WHERE id = :event FOR UPDATE"
_REGISTER = """INSERT INTO registration (event_id, last_name, email, email_key, status, source,
    answers, wordings, accepted, uid, sequence, created_at, version)
    VALUES (:event, :name, :email, :email, :status, 'public', '{}', '{}', '[]', :email, 0, :now, 1)
    """


def raw_registrations(asker: Asker, event_id: int, url: str) -> Iterator[Callable[[], Any]]:
    """Return what keeps each registration by the driver, in a transaction of its own."""
    is_sqlite = url.startswith("sqlite")

    def register(number: int) -> None:
        asker.run("BEGIN IMMEDIATE" if is_sqlite else "BEGIN", {})
        if not is_sqlite:
            asker.run(_LOCK, {"event": event_id})
        taken = asker.run(_TAKEN, {"event": event_id})[0][0]
        values = {
            "event": event_id,
            "name": f"Martin {number}",
            "email": f"directe{number}@ville.example",
            "status": "inscrite" if taken < SEATS else "attente",
            "now": clock.now(),
        }
        asker.run(_REGISTER, values)
        asker.run("COMMIT", {})

    return (lambda number=number: register(number) for number in range(PEOPLE))  # type: ignore[misc]


def register_together(url: str, folder: Path, event_id: int) -> tuple[list[float], int]:
    """Let people press at an even pace; return how long each answer took, and how many failed."""
    environ = environment(url, folder) | {"CRM_TRUSTED_PROXIES": "1"}
    taken: list[float] = []
    failed = 0
    numbers = itertools.count()
    lock = threading.Lock()
    with served("wsgi:app", environ) as (port, _master):
        start = monotonic()

        def press() -> None:
            nonlocal failed
            while (number := next(numbers)) < PEOPLE:
                sleep(max(0.0, start + number * SECONDS / PEOPLE - monotonic()))
                milliseconds, status = _register_over_http(port, event_id, number)
                with lock:
                    taken.append(milliseconds)
                    failed += status != _SEE_OTHER

        threads = [threading.Thread(target=press) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return taken, failed


def _register_over_http(port: int, event_id: int, number: int) -> tuple[float, int]:
    """Open the page and send the form, from an address of one's own; time the sending."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    here = {"X-Forwarded-For": f"10.{number // 250}.{number % 250}.1"}
    path = f"/inscription/{event_id}"
    connection.request("GET", path, headers=here)
    response = connection.getresponse()
    hidden = dict(_HIDDEN.findall(response.read()))
    cookies = SimpleCookie(response.headers.get("Set-Cookie", ""))
    cookie = "; ".join(f"{name}={each.value}" for name, each in cookies.items())
    typed = {
        **{name.decode(): value.decode() for name, value in hidden.items()},
        "email": f"personne{number}@ville.example",
        "first_name": "Camille",
        "last_name": f"Martin {number}",
    }
    headers = {**here, "Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    begun = perf_counter()
    connection.request("POST", path, urlencode(typed), headers)
    response = connection.getresponse()
    response.read()
    took = (perf_counter() - begun) * 1000
    connection.close()
    return took, response.status
