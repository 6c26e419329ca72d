"""Every route says who may use it, and a GET never writes."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from crm import create_app
from crm.accounts.permissions import PERMISSIONS, Role
from crm.config import Settings
from crm.web.access import Permission, Reach, access_of

ROOT = Path(__file__).resolve().parents[2]
EXPECTED_PUBLIC = {
    "agenda.embedded",
    "agenda.index",
    "agenda_feeds.feed",
    "letters.archive",
    "letters.archived",
    "letters.follow",
    "letters.web_version",
    "accounts.login",
    "accounts.login_code",
    "accounts.forgotten_password",
    "accounts.choose_password",
    "calendar.read",
    "mail_reports.sendgrid",
    "reminders.act",
    "reminders.follow_link",
    "reminders.settled",
    "health.alive",
    "health.ready",
    "manifest.read",
    "static",
    "registration.act",
    "registration.document",
    "registration.manage",
    "registration.sent",
    "registration.show",
    "preferences.act",
    "preferences.ask",
    "preferences.saved",
    "preferences.sent",
    "preferences.show",
    "subscription.act",
    "subscription.confirm",
    "subscription.confirmed",
    "subscription.index",
    "subscription.sent",
    "unsubscribe.act",
    "unsubscribe.show",
}


@pytest.fixture(scope="module")
def plain_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Return an application whose database is never asked."""
    folder = tmp_path_factory.mktemp("routes")
    return create_app(Settings.read({"CRM_MODE": "test", "CRM_DATA_DIRECTORY": str(folder)}))


def _rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_route_names_who_may_use_it(plain_app: Flask) -> None:
    silent = [
        rule.endpoint
        for rule in _rules(plain_app)
        if access_of(plain_app.view_functions[rule.endpoint]) is None
    ]
    assert silent == []


def test_the_public_routes_are_these_and_no_others(plain_app: Flask) -> None:
    public = {
        rule.endpoint
        for rule in _rules(plain_app)
        if access_of(plain_app.view_functions[rule.endpoint]) is Reach.PUBLIC
    }
    assert public <= EXPECTED_PUBLIC, public - EXPECTED_PUBLIC


def test_every_permission_is_held_by_some_role_and_used_by_some_route(plain_app: Flask) -> None:
    used = {access_of(plain_app.view_functions[rule.endpoint]) for rule in _rules(plain_app)}
    held = frozenset.union(*PERMISSIONS.values())
    assert set(PERMISSIONS) == set(Role)
    assert set(Permission) == held
    assert set(Permission) <= used


def test_ids_in_routes_are_whole_numbers(plain_app: Flask) -> None:
    loose = [
        rule.rule
        for rule in _rules(plain_app)
        if "_id>" in rule.rule and not re.search(r"<int[:(]", rule.rule)
    ]
    assert loose == []


def test_no_template_marks_text_as_safe() -> None:
    marked = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if "|safe" in path.read_text(encoding="utf-8").replace(" ", "")
    ]
    assert marked == []


def test_only_the_database_module_commits() -> None:
    commits = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "crm").rglob("*.py")
        if path.name != "database.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
    ]
    assert commits == []
