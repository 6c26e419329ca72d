"""The home page."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from crm.accounts.gate import signed_in
from crm.accounts.permissions import Role
from crm.core import clock
from crm.database import db
from crm.followups.types import STATUS_LABELS
from crm.home.queries import day_of, health_of, new_communities
from crm.home.year import year_so_far
from crm.jobs.silence import current_silence
from crm.web.access import Permission, allow

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@allow(Permission.READ_NETWORK)
def index() -> ResponseReturnValue:
    """Show what today asks of the person: their day, and what their role looks after."""
    session, user, today = db.session(), signed_in(), clock.today()
    is_campaign_manager = user.role == Role.CAMPAIGN_MANAGER
    return render_template(
        "home/index.html",
        user=user,
        today=today,
        statuses=STATUS_LABELS,
        day=day_of(session, user_id=user.id, today=today),
        silence=None if user.role == Role.ADMINISTRATOR else current_silence(),
        communities=new_communities(session) if is_campaign_manager else None,
        year=year_so_far(session, today) if user.role == Role.DIRECTOR else None,
        health=health_of(session, now=clock.now()) if user.role == Role.ADMINISTRATOR else None,
    )
