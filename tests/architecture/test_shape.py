"""Ceilings, names and packaging: what keeps the house easy to live in."""

import ast
import configparser
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINES_A_FILE, LINES_A_TEST_FILE, LINES_A_FUNCTION = 300, 500, 40
LINES_A_VIEW, LINES_A_TEMPLATE = 25, 150
SOURCES = sorted((ROOT / "crm").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def _functions(path: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


def test_files_stay_under_their_ceiling() -> None:
    over = [f"{p.relative_to(ROOT)} {_lines(p)}" for p in SOURCES if _lines(p) > LINES_A_FILE]
    over += [f"{p.relative_to(ROOT)} {_lines(p)}" for p in TESTS if _lines(p) > LINES_A_TEST_FILE]
    over += [
        f"{p.relative_to(ROOT)} {_lines(p)}" for p in TEMPLATES if _lines(p) > LINES_A_TEMPLATE
    ]
    assert over == []


def test_functions_stay_under_their_ceiling() -> None:
    over = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in SOURCES
        for node in _functions(path)
        if (node.end_lineno or 0) - node.lineno + 1 > LINES_A_FUNCTION
    ]
    assert over == []


def test_views_stay_short() -> None:
    over = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in SOURCES
        for node in _functions(path)
        if any("blueprint." in ast.unparse(each) for each in node.decorator_list)
        and (node.end_lineno or 0) - node.lineno + 1 > LINES_A_VIEW
    ]
    assert over == []


def test_no_import_hides_in_a_function() -> None:
    hidden = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in SOURCES
        for node in _functions(path)
        if node.name != "create_app"
        and any(isinstance(each, ast.Import | ast.ImportFrom) for each in ast.walk(node))
    ]
    assert hidden == []


def test_no_drawer_of_odds_and_ends() -> None:
    assert [p.name for p in SOURCES if p.stem in {"utils", "util", "helpers", "manager"}] == []


def test_every_package_is_listed_for_the_wheel() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    listed = set(setup["options"]["packages"].split())
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in SOURCES
        if path.name == "__init__.py"
    }
    assert found - listed == set()
    assert {name for name in listed if (ROOT / name.replace(".", "/")).is_dir()} == found


def test_every_page_has_a_title_of_its_own() -> None:
    pages = [p for p in TEMPLATES if "{% extends" in p.read_text(encoding="utf-8")]
    untitled = [
        str(p.relative_to(ROOT))
        for p in pages
        if "{% block title %}" not in p.read_text(encoding="utf-8")
    ]
    assert pages
    assert untitled == []


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("a straight apostrophe", r"_\(\s*\"[^\"]*[a-zéèà]'[a-zéèà]"),
        ("an inline style", r"\sstyle=\""),
        ("an inline script", r"<script(?![^>]*\bsrc=)"),
        ("an inline handler", r"\son[a-z]+=\""),
    ],
)
def test_templates_are_free_of(fault: str, pattern: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group(0)[:80]}"
        for path in TEMPLATES
        for match in re.finditer(pattern, path.read_text(encoding="utf-8"))
    ]
    assert found == [], fault


def test_what_is_made_or_secret_is_not_in_the_repository() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"],  # noqa: S607 - git of the machine
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    unwanted = re.compile(
        r"(^|/)(node_modules|var|vendor|__pycache__)/|\.(sqlite|db|mo|pyc|log)$|secret_key$"
    )
    assert [name for name in tracked if unwanted.search(name)] == []
