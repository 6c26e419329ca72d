"""The floor: the smallest Flask, SQLAlchemy and Jinja application that answers the same questions.

It has no sign-in, no rules, no history and no layout: what it costs, any such application costs.
Serve it with `gunicorn "benchmarks.floor:create_app()"`, DATABASE_URL in the environment.
"""

import os
import sqlite3
from datetime import UTC, date, datetime
from typing import Any

from flask import Flask, redirect, request
from jinja2 import Template
from sqlalchemy import Engine, create_engine, event, text
from werkzeug.wrappers import Response

from benchmarks import questions

_TABLE = """<!doctype html><html lang="fr"><title>{{ title }}</title><h1>{{ title }}</h1>
{% for rows in tables %}<table>{% for row in rows %}
<tr>{% for value in row %}<td>{{ "" if value is none else value }}</td>{% endfor %}</tr>{% endfor %}
</table>{% endfor %}</html>"""


def create_app(url: str | None = None) -> Flask:
    """Return the application on this database, or that of DATABASE_URL."""
    app = Flask(__name__)
    engine = _engine(url or os.environ["DATABASE_URL"])
    template = app.jinja_env.from_string(_TABLE)

    @app.get("/structures")
    def structures() -> str:
        values = questions.list_values()
        return _page(engine, template, "Structures", values, questions.LIST_COUNT, questions.LIST)

    @app.get("/contacts")
    def contacts() -> str:
        values = questions.search_values()
        return _page(engine, template, "Contacts", values, questions.SEARCH_COUNT, questions.SEARCH)

    @app.get("/structures/<int:structure_id>")
    def structure(structure_id: int) -> str:
        return _page(
            engine,
            template,
            "Structure",
            {"structure_id": structure_id},
            questions.RECORD,
            questions.RECORD_PEOPLE,
            questions.RECORD_SESSIONS,
            questions.RECORD_CHANGES,
        )

    @app.get(f"/bilan/{questions.YEAR}")
    def year() -> str:
        return _page(engine, template, "Bilan", questions.year_values(), *questions.YEAR_QUESTIONS)

    @app.post("/seances/nouvelle")
    def new_session() -> Response:
        with engine.begin() as connection:
            _log_session(connection, request.form)
        return redirect("/seances", 303)

    return app


def _page(
    engine: Engine, template: Template, title: str, values: questions.Values, *statements: str
) -> str:
    with engine.connect() as connection:
        tables = [
            connection.execute(text(statement), questions.used(statement, values)).all()
            for statement in statements
        ]
    return template.render(title=title, tables=tables)


def _log_session(connection: Any, form: Any) -> None:
    session_id = connection.execute(
        text(questions.NEW_SESSION),
        {
            "key": form["submission_key"],
            "kind_id": int(form["kind"]),
            "held_on": date.fromisoformat(form["held_on"]),
            "notes": form["notes"],
            "user_id": int(form["officers"]),
            "now": datetime.now(UTC).replace(tzinfo=None),
        },
    ).scalar_one()
    link = {"session_id": session_id}
    structure = {**link, "structure_id": int(form["structures"])}
    connection.execute(text(questions.NEW_SEAT), structure)
    connection.execute(text(questions.NEW_THEME), {**link, "theme_id": int(form["themes"])})
    connection.execute(text(questions.NEW_OFFICER), {**link, "user_id": int(form["officers"])})


def _engine(url: str) -> Engine:
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        # As durable as ours, or the comparison would not be one.
        if isinstance(connection, sqlite3.Connection):
            for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("PRAGMA busy_timeout=8000")

    return engine
