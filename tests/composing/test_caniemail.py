"""What French mail programs do not show as written, against what was accepted.

The data is that of caniemail.com, in a package of its own (`linting/package.json`). After a change
of the blocks or of the data, read the difference; the file that was accepted is then replaced by
the one that the failure names.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from crm.composing.queries import message_to_compile
from crm.composing.rendering import compile_message
from tests.composing.messages import FOOTER, READER, WAYS, write

ROOT = Path(__file__).resolve().parents[2]
LINTING = Path(__file__).with_name("linting")
ACCEPTED = Path(__file__).with_name("caniemail-baseline.json")
REQUIRED = "CRM_REQUIRE_CANIEMAIL"


@pytest.fixture
def node() -> str:
    """Return Node.js; skip, or fail where it is required, without it or without the data."""
    folders = os.pathsep.join((str(ROOT / ".venv-node" / "bin"), os.environ.get("PATH", "")))
    found = shutil.which("node", path=folders)
    if found and (LINTING / "node_modules" / "caniemail").is_dir():
        return found
    reason = f"no Node.js, or not yet: npm ci --prefix {LINTING.relative_to(ROOT)}"
    if os.environ.get(REQUIRED):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _told(node: str, html: str) -> dict[str, list[str]]:
    done = subprocess.run(  # noqa: S603 - our own script
        [node, str(LINTING / "lint.mjs")], input=html, capture_output=True, text=True, check=True
    )
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def test_mail_programs_show_what_was_accepted(
    app_context: None, session: Session, node: str, tmp_path: Path
) -> None:
    message = message_to_compile(session, write(session).id)
    found = _told(node, compile_message(message, footer=FOOTER).filled(READER, WAYS).html)
    now = tmp_path / ACCEPTED.name
    now.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    accepted = json.loads(ACCEPTED.read_text(encoding="utf-8"))
    assert found == accepted, f"Read {now}: is each difference acceptable?"


def test_what_no_program_shows_is_told(node: str) -> None:
    told = _told(node, '<p style="position: fixed">x</p><form><input type="text"></form>')
    assert "outlook.windows" in told["ignored: position"]
    assert set(told) != {"ignored: position"}
