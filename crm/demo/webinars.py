"""The demonstration's webinars that are over: that of the winter of 2019, one of this season."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.campaigns.models import Campaign, Target
from crm.campaigns.operations import link_event
from crm.core import clock
from crm.core.text import sort_key
from crm.demo.attendance import Person, let_them_come, people_in_post, send_someone
from crm.demo.bulk import add_rows, created, tell
from crm.demo.events import event_row
from crm.demo.reference import Reference
from crm.events.models import Event
from crm.events.types import EventStatus

_LASTS = timedelta(minutes=90)
_AFTER_ALL = timedelta(days=24)
_OTHERS = 14


def add_winter_webinar(
    session: Session,
    reference: Reference,
    random: Random,
    campaign: Campaign,
    *,
    met: Sequence[str],
) -> None:
    """Present the winter's call to the towns of a campaign; those named in `met` all came."""
    starts_at = clock.paris_instant(campaign.starts_on + _AFTER_ALL, time(14))
    event = _over(session, reference, "Webinaire : les appels à projets du ministère", starts_at)
    towns = session.execute(
        select(Target.structure_id, Target.structure_name)
        .where(Target.campaign_id == campaign.id)
        .order_by(Target.id)
    ).tuples()
    of_town = dict(towns.all())
    keys = {sort_key(name) for name in met}
    named = [town for town, name in of_town.items() if sort_key(name) in keys]
    day = clock.in_paris(starts_at).date()
    posts: dict[int, Person] = {}
    for contact, structure in people_in_post(session, day, of_town):
        posts.setdefault(structure.id, (contact, structure))
    first = [posts[town] for town in named if town in posts]
    others = [posts[town] for town in of_town if town in posts and town not in named]
    let_them_come(session, random, event, [*first, *others[:_OTHERS]], sure=len(first))
    unknown = [town for town in named if town not in posts]
    send_someone(session, random, event.id, starts_at + _LASTS, unknown)
    link_event(session, campaign_id=campaign.id, event_id=event.id)


def add_late_webinar(session: Session, reference: Reference, *, seed: int) -> None:
    """Add a webinar of some weeks ago, whose replay can be sent to those who came or could not."""
    random = Random(f"{seed}:webinar")
    starts_at = clock.paris_instant(clock.today() - timedelta(days=25), time(14))
    event = _over(session, reference, "Webinaire : trouver un partenaire à l’étranger", starts_at)
    event.replay_link = "https://visio.example/rediffusion"
    session.flush()
    people = people_in_post(session, clock.today())
    random.shuffle(people)
    let_them_come(session, random, event, people[:34])


def _over(session: Session, reference: Reference, title: str, starts_at: datetime) -> Event:
    row = event_row(
        reference,
        title,
        "webinaire",
        "organisation",
        status=EventStatus.HELD.value,
        starts_at=starts_at,
        ends_at=starts_at + _LASTS,
        place=None,
        link="https://visio.example/salle",
        organiser=None,
        group_id=None,
        capacity=50,
        takes_registrations=True,
        created_at=starts_at - timedelta(days=40),
    )
    [event_id] = add_rows(session, Event, [row])
    tell(session, created("event", [row], [event_id]))
    return session.get_one(Event, event_id)
