"""The command line, each command in a data folder of its own."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crm.cli import main
from crm.demo.users import DEMO_LOGINS, DEMO_PASSWORD
from crm.funding.defaults import default_schemes


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    _use_alone(tmp_path, monkeypatch)
    return tmp_path


def _use_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith("CRM_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("CRM_MODE", "test")
    monkeypatch.setenv("CRM_DATA_DIRECTORY", str(folder))


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture(scope="module")
def loaded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loaded")
    with pytest.MonkeyPatch.context() as monkeypatch:
        _use_alone(folder, monkeypatch)
        assert _run("db", "upgrade").exit_code == 0
        assert _run("load-reference").exit_code == 0
    return folder


@pytest.fixture
def loaded(folder: Path, loaded_once: Path) -> Path:
    return shutil.copytree(loaded_once, folder, dirs_exist_ok=True)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["db"],
        ["demo"],
        ["users"],
        ["serve"],
        ["worker"],
        ["counts"],
        ["load-reference"],
        ["reindex"],
    ],
)
def test_every_command_explains_itself(arguments: list[str]) -> None:
    result = _run(*arguments, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_upgrading_twice_is_upgrading_once(folder: Path) -> None:
    assert "empty →" in _run("db", "upgrade").output
    assert _run("db", "upgrade").output == "Up to date.\n"
    assert (folder / "passerelle.sqlite").is_file()


def test_check_tells_what_is_wrong(loaded: Path) -> None:
    assert _run("db", "check").exit_code == 0
    with sqlite3.connect(loaded / "passerelle.sqlite") as connection:
        connection.execute("DROP TABLE draft")
    connection.close()
    result = _run("db", "check")
    assert result.exit_code == 1
    assert "draft" in result.output


@pytest.mark.usefixtures("folder")
def test_an_empty_database_is_explained() -> None:
    result = _run("db", "check")
    assert result.exit_code == 1
    assert "crm db upgrade" in result.output
    result = _run("counts", "2019")
    assert result.exit_code == 2
    assert "crm db upgrade" in result.output
    assert "Traceback" not in result.output


def _words_of_communes(folder: Path, statement: str = "") -> int:
    with sqlite3.connect(folder / "passerelle.sqlite") as connection:
        if statement:
            connection.execute(statement)
        counted = connection.execute("SELECT count(*) FROM search_word WHERE kind = 'commune'")
        found = int(counted.fetchone()[0])
    connection.close()
    return found


def test_the_search_index_is_rebuilt(loaded: Path) -> None:
    before = _words_of_communes(loaded)
    assert before > 10_000
    assert _words_of_communes(loaded, "DELETE FROM search_word") == 0
    result = _run("reindex")
    assert result.exit_code == 0
    assert int(re.findall(r"\d+", result.output)[0]) >= before
    assert _words_of_communes(loaded) == before


def test_an_upgrade_rebuilds_the_search_index(
    loaded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _words_of_communes(loaded)
    _words_of_communes(loaded, "DELETE FROM search_word")
    assert _run("db", "upgrade").output == "Up to date.\n"
    assert _words_of_communes(loaded) == 0
    monkeypatch.setattr("crm.cli._revisions", lambda: ("an earlier one", "the latest"))
    assert _run("db", "upgrade").exit_code == 0
    assert _words_of_communes(loaded) == before


def test_loading_the_reference_twice_adds_nothing(loaded: Path) -> None:
    assert loaded.is_dir()
    counts = re.findall(r"\s(\d+)$", _run("load-reference").output, re.MULTILINE)
    assert set(counts) == {"0"}


def test_a_network_starts_from_the_usual_schemes(loaded: Path) -> None:
    with sqlite3.connect(loaded / "passerelle.sqlite") as connection:
        (count,) = connection.execute("SELECT count(*) FROM funding_scheme").fetchone()
    connection.close()
    assert count == len(default_schemes())


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CRM_MODE", "holiday", "CRM_MODE"),
        ("CRM_MODE", "production", "CRM_SECRET_KEY"),
        ("CRM_DEPARTEMENTS", "59,zz", "zz"),
        ("DATABASE_URL", "mysql://localhost/x", "DATABASE_URL"),
    ],
)
def test_wrong_settings_are_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    if name == "CRM_DEPARTEMENTS":
        _run("db", "upgrade")
    monkeypatch.setenv(name, value)
    result = _run("load-reference")
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


@pytest.mark.usefixtures("loaded")
def test_the_demonstration_is_loaded_once_and_sends_nothing_outside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = _run("demo", "load", "--seed", "5")
    assert first.exit_code == 0
    assert DEMO_PASSWORD in first.output
    again = _run("demo", "load")
    assert again.exit_code == 2
    assert "holds records already" in again.output
    assert '"year": 2019' in _run("counts", "2019", "--json").output
    monkeypatch.setenv("CRM_MODE", "development")
    monkeypatch.setenv("CRM_MAIL_SMTP_HOST", "smtp.reseau.fr")
    refused = _run("worker")
    assert refused.exit_code == 2
    assert "CRM_MAIL_SMTP_HOST" in refused.output


@pytest.mark.usefixtures("folder")
def test_a_port_in_use_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = _run("serve", "--port", port)
    assert result.exit_code == 2
    assert f"port {port}" in result.output
    assert "--port" in result.output


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_serve_prepares_serves_stops_and_keeps(folder: Path, port: int) -> None:
    first = _serve_once(folder, port)
    assert f"http://127.0.0.1:{port}/" in first
    assert all(email in first for email, _ in DEMO_LOGINS)
    size = (folder / "passerelle.sqlite").stat().st_size
    started = time.monotonic()
    second = _serve_once(folder, port)
    assert "Inventing" in first
    assert "Inventing" not in second
    assert time.monotonic() - started < 20
    assert (folder / "passerelle.sqlite").stat().st_size >= size


def _serve_once(folder: Path, port: int) -> str:
    """Serve until a page answers, interrupt as Ctrl-C does, return what was said."""
    command = [sys.executable, "-c", "from crm.cli import main; main()", "serve", "--demo"]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--port", str(port)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", process)
    finally:
        process.send_signal(signal.SIGINT)
        said, complained = process.communicate(timeout=20)
    assert process.returncode == 0, complained
    assert "Traceback" not in complained
    return said


def _wait_for(url: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
                assert answer.status == 200
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer")
