"""A campaign of every commune, and the last seats of a webinar, beside SQL on the same data.

`python -m benchmarks.campaigns` measures this alone; nothing is kept in the docs.
"""

import argparse
import itertools
import secrets
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from benchmarks.databases import FOLDER, copied_database, why_not
from benchmarks.raw import Asker, asked_directly
from benchmarks.seats import PEOPLE, SEATS, raw_registrations, register_together
from benchmarks.servers import InProcess, our_application, sign_in
from crm.campaigns.models import Campaign, Target
from crm.campaigns.operations import add_targets, create_campaign, get_campaign
from crm.campaigns.operations.moves import move_by_hand
from crm.campaigns.queries.funnel import funnel
from crm.campaigns.queries.picking import choices_in_places
from crm.campaigns.types import CampaignData, Measure, Origin, PlaceData, Stage, StageData
from crm.core import clock
from crm.core.text import sort_key
from crm.database import db, learn_sizes, transaction
from crm.events.models import Event, Registration
from crm.events.types import EventStatus, RegistrationStatus
from crm.history.recording import Actor, act_as
from crm.reference.models import ReferenceItem

_TIMES, _WARM_UP = 30, 3
_SEE_OTHER = 303
_HEARD = """SELECT count(DISTINCT t.id) FROM target t JOIN target_move m ON m.target_id = t.id
    WHERE t.campaign_id = :campaign AND t.deleted_at IS NULL AND m.reached IN ({stages})
    AND NOT EXISTS (SELECT 1 FROM target_move u WHERE u.undoes_id = m.id)"""
_REACHED = _HEARD.format(
    stages="'contactee', 'a_repondu', 'interessee', 'inscrite', 'presente', 'accompagnee'"
)
_SESSIONS = """SELECT count(DISTINCT t.id) FROM target t
    JOIN campaign c ON c.id = t.campaign_id
    JOIN session_structure l ON l.structure_id = t.structure_id
    JOIN accompaniment_session s ON s.id = l.session_id
    WHERE t.campaign_id = :campaign AND s.status = 'realisee' AND s.deleted_at IS NULL
    AND s.held_on BETWEEN c.starts_on AND c.ends_on"""
_PLACES = """SELECT departement_code, count(*) FROM target
    WHERE campaign_id = :campaign AND deleted_at IS NULL GROUP BY 1"""
_LATELY = """SELECT id, target_id, from_stage, to_stage FROM target_move
    WHERE campaign_id = :campaign ORDER BY id DESC LIMIT 12"""
_MOVE = "UPDATE target SET stage = :stage, version = version + 1 WHERE id = :target"
_MOVED = """INSERT INTO target_move (target_id, campaign_id, from_stage, to_stage, reached, cause,
    happened_on, at, author_id)
    VALUES (:target, :campaign, 'a_contacter', :stage, :stage, 'main', :day, :now, 1)"""


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of what was asked many times."""

    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Found:
    """What one database gave: each question as ours and by the driver, and who got in."""

    targets: int
    ours: dict[str, Timing]
    raw: dict[str, Timing]
    seated: int
    refused: int


def measure_campaigns(url: str, folder: Path) -> Found:
    """Measure in a copy, and check that the page's count is that of the SQL by hand."""
    app = our_application(url, folder)
    browser = sign_in(app)
    with app.app_context():
        with transaction() as session:
            act_as(session, Actor(1, "Mesure", "bench"))
            campaign_id = _target_everybody(session)
        with transaction() as session:
            reached = funnel(session, get_campaign(session, campaign_id)).counts[Measure.REACHED]
            ids = list(session.scalars(select(Target.id).order_by(Target.id)))
        db.session.remove()
        db.engine.dispose()
    visitor = InProcess(app, browser)
    moved = itertools.cycle(ids)

    def move() -> None:
        fields = {"etape": secrets.choice((Stage.INTERESTED, Stage.ANSWERED)).value}
        if visitor.post(f"/campagnes/cibles/{next(moved)}/etape", fields) != _SEE_OTHER:
            raise RuntimeError("the target was not moved")

    ours = {
        "campaign page": _timed(lambda: _read(visitor, f"/campagnes/{campaign_id}")),
        "board": _timed(lambda: _read(visitor, f"/campagnes/{campaign_id}/tableau")),
        "board move": _timed(move),
    }
    with asked_directly(url) as asker:
        if asker.run(_REACHED, {"campaign": campaign_id})[0][0] < reached:
            raise RuntimeError("the page counts more targets reached than there are")
        raw = _raw_timings(asker, campaign_id, iter(itertools.cycle(ids)))
        event_id = _open_event(app)
        raw["registration"] = _timed_each(raw_registrations(asker, event_id, url))
    event_id = _open_event(app)
    taken, refused = register_together(url, folder, event_id)
    ours["registration"] = _summary(taken)
    return Found(len(ids), ours, raw, _seated(app, event_id), refused)


def _target_everybody(session: Session) -> int:
    """Target every commune, and let a third have been contacted or more."""
    today = clock.today()
    data = CampaignData(
        name="Toutes les communes",
        starts_on=today - timedelta(days=30),
        ends_on=today + timedelta(days=30),
        reporting_year=today.year,
        status="en_cours",
    )
    campaign: Campaign = create_campaign(session, data=data)
    found = choices_in_places(session, campaign.id, PlaceData(least=0), today)
    add_targets(session, campaign_id=campaign.id, choices=found, origin=Origin.CRITERIA)
    stages = itertools.cycle((Stage.CONTACTED, Stage.ANSWERED, Stage.INTERESTED))
    for target in session.scalars(select(Target).where(Target.id % 3 == 0).order_by(Target.id)):
        move_by_hand(session, target, StageData(next(stages)))
    session.flush()
    learn_sizes(session, ("target", "target_move"))
    return campaign.id


def _read(visitor: InProcess, path: str) -> None:
    status, page = visitor.get(path)
    if status != 200 or b"<h1" not in page:
        raise RuntimeError(f"{path} answered {status}")


def _raw_timings(asker: Asker, campaign_id: int, ids: Iterator[int]) -> dict[str, Timing]:
    values = {"campaign": campaign_id}

    def page() -> None:
        for statement in (_REACHED, _SESSIONS, _PLACES, _LATELY):
            asker.run(statement, values)

    def board() -> None:
        asker.run(
            "SELECT id, structure_name, departement_code, stage FROM target"
            " WHERE campaign_id = :campaign AND deleted_at IS NULL ORDER BY stage, id LIMIT 200",
            values,
        )

    def move() -> None:
        now = {"stage": "interessee", "target": next(ids)}
        asker.run("BEGIN", {})
        asker.run(_MOVE, now)
        asker.run(_MOVED, {**values, **now, "day": clock.today(), "now": clock.now()})
        asker.run("COMMIT", {})

    return {"campaign page": _timed(page), "board": _timed(board), "board move": _timed(move)}


def _open_event(app: Flask) -> int:
    """Open a webinar that takes a few people."""
    with app.app_context():
        with transaction() as session:
            kind_id = session.scalars(
                select(ReferenceItem.id).where(ReferenceItem.list_code == "event_kind").limit(1)
            ).one()
            starts_at = clock.now() + timedelta(days=10)
            event = Event(
                title="Webinaire couru",
                sort_title=sort_key("Webinaire couru"),
                kind_id=kind_id,
                status=EventStatus.CONFIRMED,
                starts_at=starts_at,
                held_on=starts_at.date(),
                capacity=SEATS,
                takes_registrations=True,
                created_at=clock.now(),
            )
            session.add(event)
            session.flush()
            event_id = event.id
        db.session.remove()
        db.engine.dispose()
    return event_id


def _seated(app: Flask, event_id: int) -> int:
    with app.app_context():
        counted = select(func.count()).where(
            Registration.event_id == event_id,
            Registration.status == RegistrationStatus.REGISTERED,
        )
        seated = db.session.scalar(counted) or 0
        db.session.remove()
        db.engine.dispose()
    return seated


def _timed(ask: Callable[[], Any]) -> Timing:
    for _ in range(_WARM_UP):
        ask()
    return _timed_each(ask for _ in range(_TIMES))


def _timed_each(asks: Iterator[Callable[[], Any]]) -> Timing:
    taken = []
    for ask in asks:
        start = perf_counter()
        ask()
        taken.append((perf_counter() - start) * 1000)
    return _summary(taken)


def _summary(taken: list[float]) -> Timing:
    return Timing(statistics.median(taken), sorted(taken)[int(len(taken) * 0.95)])


def main() -> int:
    """Measure what the command line asks for and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.campaigns", description=__doc__)
    parser.add_argument("--contacts", type=int, default=5_000)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    asked = parser.parse_args()
    for backend in asked.databases:
        if reason := why_not(backend):
            sys.stdout.write(f"{backend} left out: {reason}\n")
            continue
        try:
            with copied_database(backend, asked.contacts) as url:
                found = measure_campaigns(url, FOLDER)
        except OperationalError as error:
            sys.stdout.write(f"{backend} left out: {error.orig}\n")
            continue
        sys.stdout.write(
            f"{backend}: {found.targets} targets; {found.seated} of {PEOPLE} got a seat,"
            f" {found.refused} were refused\n"
        )
        for name, ours in found.ours.items():
            raw = found.raw[name]
            sys.stdout.write(
                f"{backend} {name}: ours {ours.median:.1f} ms (p95 {ours.p95:.1f}),"
                f" raw {raw.median:.2f} ms (p95 {raw.p95:.2f}), {ours.median / raw.median:.1f}\n"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
