"""What the pages of campaigns put together."""

from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.accompaniment.silence import last_exchange_of
from crm.campaigns.forms import CampaignForm, EventLinkForm, GoalsForm, LinkForm
from crm.campaigns.forms.campaigns import AIMED, GOAL
from crm.campaigns.models import Campaign, DirectoryEntry, Target
from crm.campaigns.queries.campaigns import (
    campaign_for_page,
    campaigns_of,
    find_campaign,
    lately,
    mailings_to_link,
    message_plan,
)
from crm.campaigns.queries.conditions import DEFINITIONS
from crm.campaigns.queries.funnel import NO_DEPARTEMENT, funnel
from crm.campaigns.queries.targets import (
    call_queue,
    moves_of,
    target_before,
    target_for_page,
)
from crm.campaigns.rules import LONGEST_NAME, PATH, next_stage
from crm.campaigns.types import (
    CAUSE_LABELS,
    OBSTACLE_LABELS,
    ORIGIN_LABELS,
    STAGE_LABELS,
    STAGE_TONES,
    STATUS_LABELS,
    STATUS_TONES,
    Stage,
    Status,
)
from crm.contacts.listings.filters import departements
from crm.core import clock
from crm.core.days import add_months
from crm.core.errors import N_
from crm.events.models import Event
from crm.history.kinds import find_kind
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.mailings.types import STATUS_LABELS as MAILING_STATUSES
from crm.web.formats import short_date
from crm.web.locale import translate

_MONTHS_OF_A_YEAR = 12
_WORDS = {
    "stage_labels": STAGE_LABELS,
    "stage_tones": STAGE_TONES,
    "cause_labels": CAUSE_LABELS,
    "obstacle_labels": OBSTACLE_LABELS,
}


def campaign_page(session: Session, campaign_id: int) -> dict[str, Any]:
    """Return what a campaign's page shows: a number of reads that its targets do not change."""
    campaign = campaign_for_page(session, campaign_id)
    link, event_link = LinkForm(formdata=None), EventLinkForm(formdata=None)
    link.mailing.choices = mailings_to_link(session)
    event_link.event.choices = _events_to_link(session, campaign)
    return _WORDS | {
        "campaign": campaign,
        "status": STATUS_LABELS[Status(campaign.status)],
        "status_tone": STATUS_TONES[Status(campaign.status)],
        "funnel": funnel(session, campaign),
        "definitions": DEFINITIONS,
        "departements": _departement_names(session),
        "lately": lately(session, campaign_id, clock.now()),
        "plan": message_plan(session, campaign_id),
        "mailing_statuses": MAILING_STATUSES,
        "link": link,
        "event_link": event_link,
        "to_call": call_queue(session, campaign, clock.today())[1],
        "changes": tell(
            session, history_of(session, entity="campaign", record_id=campaign_id, limit=20)
        ),
        "source_url": source_url,
    }


def _departement_names(session: Session) -> dict[str, str]:
    return dict(departements(session)) | {NO_DEPARTEMENT: translate(N_("Sans département"))}


def _events_to_link(session: Session, campaign: Campaign) -> list[tuple[str, str]]:
    linked = [each.id for each in campaign.events]
    rows = session.execute(
        select(Event.id, Event.title, Event.held_on)
        .where(Event.deleted_at.is_(None), Event.id.not_in(linked))
        .order_by(Event.held_on.is_(None).desc(), Event.held_on.desc(), Event.id.desc())
        .limit(100)
    ).tuples()
    return [
        (str(event_id), f"{title} ({short_date(day)})" if day else title)
        for event_id, title, day in rows
    ]


def source_url(kind: str | None, record_id: int | None) -> str | None:
    """Return the page of the record that tells a move, where it has one."""
    known = find_kind(kind) if kind else None
    return known.url_of(record_id) if known and record_id else None


def goals_page(
    session: Session, form: GoalsForm, campaign: Campaign, *, has_moved: bool
) -> dict[str, Any]:
    """Return what the form of goals shows: what was typed, or what is stored."""
    stored = {
        f"{GOAL}-{each.departement_code}-{each.measure}": str(each.count) for each in campaign.goals
    }
    return {
        "form": form,
        "campaign": campaign,
        "has_moved": has_moved,
        "places": departements(session),
        "measures": [each for each in DEFINITIONS if each.measure in AIMED],
        "values": dict(form.typed()) if form.is_submitted() else stored,
        "stored": stored,
        "prefix": GOAL,
    }


def next_year(form: CampaignForm, source: Campaign) -> None:
    """Bring the dates of a campaign's form a year on, and its name with them."""
    form.version.data = "0"
    form.status.data = Status.PREPARED
    form.starts_on.data = add_months(source.starts_on, _MONTHS_OF_A_YEAR)
    form.ends_on.data = add_months(source.ends_on, _MONTHS_OF_A_YEAR)
    form.reporting_year.data = str(source.reporting_year + 1)
    form.name.data = _name_a_year_on(source)
    scheme, _, _call = (form.aim.data or "").partition("/")
    form.aim.data = scheme  # the call is that of the year that is over


def _name_a_year_on(source: Campaign) -> str:
    year = str(source.reporting_year)
    if year in source.name:
        return source.name.replace(year, str(source.reporting_year + 1))
    return f"{source.name} ({source.reporting_year + 1})"[:LONGEST_NAME]


def target_page(session: Session, target_id: int) -> dict[str, Any]:
    """Return what a target's page shows."""
    target = target_for_page(session, target_id)
    others = campaigns_of(session, target.structure_id)
    return _WORDS | {
        "target": target,
        "structure": target.structure,
        "path": PATH,
        "next_stage": next_stage(target.stage),
        "moves": moves_of(session, target_id),
        "before": target_before(session, target),
        "others": [each for each in others if each.id != target_id],
        "statuses": STATUS_LABELS,
        "origins": ORIGIN_LABELS,
        "last_on": last_exchange_of(session, target.structure_id),
        "changes": tell(
            session, history_of(session, entity="target", record_id=target_id, limit=20)
        ),
        "source_url": source_url,
        "dropped": Stage.DROPPED,
    }


def calls_page(
    session: Session,
    campaign_id: int,
    *,
    target_id: int | None,
    user_id: int,
    is_mine: bool,
    departement: str,
) -> dict[str, Any]:
    """Return what the call list shows: the one to call, what to say, who comes next."""
    campaign, today = find_campaign(session, campaign_id), clock.today()
    queue, count = call_queue(
        session,
        campaign,
        today,
        officer_id=user_id if is_mine else None,
        departement=departement or None,
    )
    chosen = target_id or (queue[0].id if queue else None)
    page: dict[str, Any] = {
        "campaign": campaign,
        "count": count,
        "queue": [each for each in queue if each.id != chosen],
        "is_mine": is_mine,
        "departement": departement,
        "departements": departements(session),
        "today": today,
        "here": _calls_url(campaign_id, is_mine=is_mine, departement=departement),
        "target": None,
    }
    if chosen is not None:
        page |= target_page(session, chosen)
        page |= {"is_overdue": _is_overdue(page["target"], today)}
    return _WORDS | page


def _calls_url(campaign_id: int, *, is_mine: bool, departement: str) -> str:
    return url_for(
        "campaigns.calls",
        campaign_id=campaign_id,
        responsable="moi" if is_mine else None,
        departement=departement or None,
    )


def _is_overdue(target: Target, today: date) -> bool:
    return target.next_call_on is not None and target.next_call_on < today


def directory_facts(session: Session) -> dict[str, Any]:
    """Return how many town halls the directory holds, and when it was last read."""
    count, read_at = session.execute(
        select(func.count(), func.max(DirectoryEntry.read_at)).select_from(DirectoryEntry)
    ).one()
    return {"entry_count": count, "read_at": read_at}
