"""The installer says which step failed and how to go on, and leaves nothing that hides it."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture
def installer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the installer, set on an empty folder."""
    specification = importlib.util.spec_from_file_location("installer", TOOLS / "install.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "NODE_MODULES", tmp_path / "node_modules")
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    return module


def _program(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_a_failing_npm_is_explained_and_tried_again_next_time(
    installer: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    npm = _program(tmp_path / "npm", "echo 'npm error network unreachable'; exit 1")
    monkeypatch.setattr(installer, "find_npm", lambda: (npm, dict(os.environ)))
    monkeypatch.setattr(installer, "install_python", lambda _layers: None)
    assert installer.main([]) == 1
    said = capsys.readouterr().out
    assert "installing the front-end packages" in said
    assert "network unreachable" in said
    assert "run the same command again" in said
    assert "Traceback" not in said
    assert not (tmp_path / "node_modules" / ".installed").exists()


def test_a_failing_pip_is_explained(
    installer: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pip = _program(tmp_path / "pip", "echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES'; exit 1")
    with pytest.raises(installer.StepError) as caught:
        installer.run("installing the base packages", [pip], "Check the network connection.")
    installer.explain(caught.value)
    said = capsys.readouterr().out
    assert "The installation stopped at this step: installing the base packages." in said
    assert "DO NOT MATCH THE HASHES" in said
    assert "Check the network connection." in said


def test_a_missing_program_is_explained(installer: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(installer.StepError, match="a step"):
        installer.run("a step", [str(tmp_path / "nothing-here")], "Install it.")


def test_an_unknown_layer_is_refused_by_the_command() -> None:
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, TOOLS / "install.py", "nonsense"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "unknown layer nonsense" in done.stderr
