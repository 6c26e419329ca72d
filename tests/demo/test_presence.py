"""A page that asks only what has something to tell tells as much as one that asks everything."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.accounts.permissions import permissions_of
from crm.accounts.sessions import SignedIn
from crm.contacts.models import Contact, Structure
from crm.web.panels import panels_of
from crm.web.presence import silent_sources
from crm.web.timeline import timeline_of

NOBODY = 0  # of whom nothing is told


@pytest.fixture
def director_asks(shared_app: Flask) -> Iterator[None]:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with shared_app.test_request_context("/?fil=tout&n=500"):
        g._login_user = SignedIn(
            1, "D", "director", "fr", "auto", 1, at, at, permissions_of("director")
        )
        yield


@pytest.mark.parametrize(
    ("entity", "model", "fewest_heard"), [("structure", Structure, 8), ("contact", Contact, 3)]
)
@pytest.mark.usefixtures("director_asks")
def test_nothing_that_is_left_out_would_have_told_anything(
    demo: Session, entity: str, model: type[Any], fewest_heard: int
) -> None:
    everyone = silent_sources(demo, entity, NOBODY)
    heard = set[Any]()
    for record_id in demo.scalars(select(model.id).order_by(model.id).limit(120)):
        silent = silent_sources(demo, entity, record_id)
        heard |= everyone - silent
        assert _told(demo, entity, record_id, silent) == _told(demo, entity, record_id, ())
    assert len(heard) >= fewest_heard


def _told(session: Session, entity: str, record_id: int, silent: Any) -> Any:
    panels = panels_of(session, entity, record_id, silent)
    return (
        [(panel.title, panel.rows) for panel in panels],
        timeline_of(session, entity=entity, record_id=record_id, silent=silent),
    )
