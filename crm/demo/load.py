"""Fills an empty network with invented records."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.config import DEFAULT_DEPARTEMENTS, Settings
from crm.contacts.models import Contact, Group, Structure
from crm.demo.agenda import add_agenda
from crm.demo.agreements import add_agreements
from crm.demo.campaigns import add_campaigns
from crm.demo.chronicle import tell_latest_sessions
from crm.demo.consents import add_consents
from crm.demo.depth import add_depth
from crm.demo.dossiers import add_dossiers
from crm.demo.events import add_events
from crm.demo.funding import add_funding
from crm.demo.groups import add_groups
from crm.demo.introductions import add_introductions
from crm.demo.mailings import add_mailings
from crm.demo.paths import add_paths
from crm.demo.people import add_people
from crm.demo.projects import add_projects
from crm.demo.reference import read_reference
from crm.demo.report import add_report, count_for_mobility
from crm.demo.segments import add_segments
from crm.demo.series import add_series
from crm.demo.sessions import add_sessions
from crm.demo.structures import add_structures
from crm.demo.subjects import add_subjects
from crm.demo.users import add_users, has_demo_users
from crm.demo.webinars import add_late_webinar
from crm.followups.models import AccompanimentSession
from crm.projects.models import Project
from crm.search.kinds import reindex_all

DEFAULT_SEED = 2019
_RECORDS = (Structure, Contact, Group, Project, AccompanimentSession)


class DemoRefusedError(RuntimeError):
    """The demonstration has no place in this network; the message says why."""


def is_network_empty(session: Session) -> bool:
    """Tell whether no record exists yet, not even in the trash; users do not count."""
    return all(
        session.execute(select(model.__table__).limit(1)).first() is None for model in _RECORDS
    )


def load_demo(session: Session, settings: Settings, *, seed: int = DEFAULT_SEED) -> None:
    """Invent a network in this transaction; the same seed gives the same one.

    Raises DemoRefusedError in production, in a network that holds records, or without the
    geography that it is set in.
    """
    _check_allowed(session, settings)
    reference = read_reference(session)
    if not {code for code, _ in reference.departements} >= set(DEFAULT_DEPARTEMENTS):
        raise DemoRefusedError(
            "The demonstration is set in départements that are not loaded: cover"
            f" {', '.join(DEFAULT_DEPARTEMENTS)} with CRM_DEPARTEMENTS and run"
            " 'crm load-reference'."
        )
    team = add_users(session)
    structures = add_structures(session, reference, seed)
    posts = add_people(session, structures, seed)
    add_depth(session, reference, structures, posts=posts, team=team, seed=seed)
    add_groups(session, reference, structures, posts=posts, seed=seed)
    add_projects(session, reference, structures, seed)
    past = add_sessions(session, reference, structures, posts=posts, team=team, seed=seed)
    tell_latest_sessions(session, reference, past)
    add_paths(session, reference, past=past, team=team, seed=seed)
    add_introductions(session, structures, past=past, posts=posts, team=team, seed=seed)
    editions = add_funding(session)
    add_dossiers(session, reference, structures, editions, past=past, team=team, seed=seed)
    add_agenda(session, reference, structures, past=past, team=team, seed=seed)
    add_subjects(session)
    count_for_mobility(session, reference)
    add_segments(session, team)
    add_consents(session, seed)
    add_mailings(session, team=team, seed=seed)
    add_events(session, reference, seed=seed)
    add_campaigns(session, reference, team=team, seed=seed)
    add_late_webinar(session, reference, seed=seed)
    series = add_series(session, team)
    add_agreements(session, reference, series=series, team=team)
    add_report(session, reference, series=series, team=team)
    reindex_all(session)


def _check_allowed(session: Session, settings: Settings) -> None:
    if settings.is_production:
        raise DemoRefusedError("Invented records have no place in production (CRM_MODE).")
    if has_demo_users(session) or not is_network_empty(session):
        raise DemoRefusedError("This network holds records already: nothing was added.")
