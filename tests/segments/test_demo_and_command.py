"""The demonstration's segments find some of its records, and the command says how many."""

import json

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.criteria.problems import problems_of
from crm.criteria.types import Subject
from crm.demo.load import load_demo
from crm.segments.cli import segment_command
from crm.segments.models import Segment
from crm.segments.queries import MODELS, count, tree_of
from tests.segments.worlds import TODAY


@pytest.fixture
def demo(app: Flask, session: Session) -> Session:
    """Return a session on the demonstration."""
    with app.app_context():
        load_demo(session, app.config["SETTINGS"])
    return session


def test_each_finds_some_and_not_all(app: Flask, demo: Session) -> None:
    segments = demo.scalars(select(Segment).order_by(Segment.id)).all()
    assert len(segments) >= 5
    for segment in segments:
        assert problems_of(demo, tree_of(segment)) == []
        model = MODELS[Subject(segment.subject)]
        everyone = demo.scalar(select(func.count()).select_from(model)) or 0
        assert 0 < count(demo, segment, day=TODAY) < everyone, segment.name
    runner = app.test_cli_runner()
    demo.flush()
    told = runner.invoke(segment_command, [str(segments[0].id), "--json"])
    data = json.loads(told.output)
    assert data["count"] == count(demo, segments[0], day=TODAY)
    assert data["sentence"].startswith("Les structures qui sont de la famille")
    assert "999" in runner.invoke(segment_command, ["999"]).output
