"""The page map names every address, and only addresses that exist."""

import re
from pathlib import Path

from crm import create_app
from crm.config import Settings

PAGE_MAP = Path(__file__).resolve().parents[2] / "docs" / "pages.md"


def test_every_address_is_on_the_map(tmp_path: Path) -> None:
    app = create_app(Settings.read({"CRM_MODE": "test", "CRM_DATA_DIRECTORY": str(tmp_path)}))
    named = {
        address.rstrip("…").rstrip("/")
        for address in re.findall(r"`(/[^`]*)`", PAGE_MAP.read_text(encoding="utf-8"))
    }
    rules = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    lost = [rule for rule in rules if not any(rule.startswith(name) for name in named if name)]
    assert [rule for rule in lost if rule != "/"] == []
    dead = [name for name in named if name and not any(rule.startswith(name) for rule in rules)]
    assert dead == []
