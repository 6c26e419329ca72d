"""Logs as JSON lines: what happened and how long it took, never who or what was written."""

import json
import logging
import secrets
import sys
import time
from datetime import UTC, datetime

from flask import Flask, Response, g, request

_KEPT = (
    "request_id",
    "endpoint",
    "method",
    "status",
    "duration_ms",
    "user_id",
    "event",
    "count",
    "known",
    "strangers",
    "error",
)
_encode = json.JSONEncoder(ensure_ascii=False).encode


class JsonLines(logging.Formatter):
    """One JSON object a line; only the fields named above go in beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON; an exception keeps its place, not its values."""
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry.update({name: getattr(record, name) for name in _KEPT if hasattr(record, name)})
        if record.exc_info and record.exc_info[0]:
            entry["exception"] = record.exc_info[0].__name__
            entry["where"] = _places(record)
        return _encode(entry)


def _places(record: logging.LogRecord) -> list[str]:
    """Return file:line of each frame: an exception's text may hold a name or an address."""
    traceback = record.exc_info[2] if record.exc_info else None
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{traceback.tb_lineno}:{code.co_name}")
        traceback = traceback.tb_next
    return places


def register_logs(app: Flask) -> None:
    """Log each request of the application on one line, with its number and its duration."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    app.logger.handlers = [handler]
    app.logger.setLevel(logging.INFO)
    app.logger.propagate = app.testing

    @app.before_request
    def start() -> None:
        g.request_id = secrets.token_hex(6)
        g.started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        if request.endpoint != "static":
            app.logger.info(
                "request",
                extra={
                    "request_id": g.get("request_id"),
                    "endpoint": request.endpoint,
                    "method": request.method,
                    "status": response.status_code,
                    "duration_ms": round((time.perf_counter() - g.started) * 1000, 1),
                    "user_id": g.get("user_id"),
                },
            )
        return response
