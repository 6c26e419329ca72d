"""Every sentence of the code is in English too, and the catalogue holds nothing else."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog

TOOL = Path(__file__).resolve().parents[2] / "tools" / "messages.py"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w*\}")


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """Return the program that keeps the catalogue in step."""
    specification = importlib.util.spec_from_file_location("messages_tool", TOOL)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def found(tool: ModuleType) -> set[str]:
    """Return the sentences marked for translation in the code and the templates."""
    messages: set[str] = tool.found_messages()
    assert messages
    return messages


@pytest.fixture(scope="module")
def catalogue(tool: ModuleType) -> Catalog:
    """Return the English catalogue as it is committed."""
    read: Catalog = tool.read_catalogue()
    return read


def test_every_sentence_is_translated(found: set[str], catalogue: Catalog) -> None:
    english = {message.id: message.string for message in catalogue if message.id}
    assert sorted(sentence for sentence in found if not english.get(sentence)) == []


def test_no_translation_is_left_to_check(catalogue: Catalog) -> None:
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def test_translations_keep_the_placeholders(catalogue: Catalog) -> None:
    differing = {
        message.id: message.string
        for message in catalogue
        if set(PLACEHOLDER.findall(str(message.id)))
        != set(PLACEHOLDER.findall(str(message.string)))
    }
    assert differing == {}


def test_no_sentence_outlives_the_code(found: set[str], catalogue: Catalog) -> None:
    assert {message.id for message in catalogue if message.id} - found == set()
    assert list(catalogue.obsolete) == []


def test_the_tool_changes_nothing_when_all_is_in_step(
    tool: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    committed = tool.CATALOGUE.read_bytes()
    copy = tmp_path / "messages.po"
    copy.write_bytes(committed)
    monkeypatch.setattr(tool, "CATALOGUE", copy)
    assert tool.main() == 0
    assert copy.read_bytes() == committed
    assert "0 to translate" in capsys.readouterr().out
