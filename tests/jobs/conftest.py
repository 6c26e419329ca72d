"""Jobs for tests, in a table of their own."""

import pytest

from crm.jobs import registry


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> dict[str, registry.Job]:
    """Return the table of jobs, empty; no chore either."""
    table: dict[str, registry.Job] = {}
    monkeypatch.setattr(registry, "_jobs", table)
    monkeypatch.setattr(registry, "_chores", [])
    return table
