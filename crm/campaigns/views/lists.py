"""The list of campaigns, and the targets of one as a list and as a board."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from crm.campaigns.bulk import CAMPAIGN_ACTIONS, TARGET_ACTIONS
from crm.campaigns.listings import (
    campaign_list,
    narrow_campaigns,
    narrow_targets,
    target_list,
)
from crm.campaigns.queries.campaigns import find_campaign
from crm.campaigns.queries.targets import SHOWN, board_columns
from crm.campaigns.types import OBSTACLE_LABELS, STAGE_LABELS, Stage
from crm.campaigns.views.blueprint import ONE, blueprint
from crm.core.errors import N_
from crm.database import db
from crm.history.bulk import Bulk, answer_bulk
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.list_columns import exported_columns
from crm.web.lists import Listing

_BULK = Bulk(N_("Modifier plusieurs campagnes"), campaign_list, narrow_campaigns, CAMPAIGN_ACTIONS)


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show the list of campaigns, narrowed by the URL."""
    session = db.session()
    listing = Listing(campaign_list(request.args), request.args)
    listing.fill(session, narrow_campaigns(session, listing))
    return render_template("campaigns/index.html", listing=listing)


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send the whole list of campaigns, as narrowed by the URL."""
    session = db.session()
    listing = Listing(campaign_list(request.args), request.args)
    rows = listing.all_rows(session, narrow_campaigns(session, listing))
    return send_rows(
        "campagnes", rows, extension, exported_columns(listing.definition, listing.shown)
    )


@blueprint.post("/lot")
@allow(Permission.EDIT_NETWORK)
def bulk() -> ResponseReturnValue:
    """Change the selected campaigns at once."""
    return answer_bulk(_BULK)


@blueprint.get(f"{ONE}/cibles")
@allow(Permission.READ_NETWORK)
def targets(campaign_id: int) -> str:
    """Show the targets of a campaign, narrowed by the URL."""
    session = db.session()
    campaign = find_campaign(session, campaign_id)
    listing = Listing(target_list(campaign), request.args)
    listing.fill(session, narrow_targets(session, listing))
    return render_template("campaigns/targets.html", listing=listing, campaign=campaign)


@blueprint.get(f"{ONE}/cibles/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export_targets(campaign_id: int, extension: str) -> Response:
    """Send the targets of a campaign, as narrowed by the URL."""
    session = db.session()
    campaign = find_campaign(session, campaign_id)
    listing = Listing(target_list(campaign), request.args)
    rows = listing.all_rows(session, narrow_targets(session, listing))
    columns = exported_columns(listing.definition, listing.shown)
    return send_rows(f"cibles {campaign.name}", rows, extension, columns)


@blueprint.post(f"{ONE}/cibles/lot")
@allow(Permission.LOG_SESSIONS)
def bulk_targets(campaign_id: int) -> ResponseReturnValue:
    """Change the selected targets at once, or show all that can be changed."""
    campaign = find_campaign(db.session(), campaign_id)
    return answer_bulk(
        Bulk(
            N_("Modifier plusieurs cibles"),
            lambda _arguments: target_list(campaign),
            narrow_targets,
            TARGET_ACTIONS,
        )
    )


@blueprint.get(f"{ONE}/tableau")
@allow(Permission.READ_NETWORK)
def board(campaign_id: int) -> str:
    """Show the targets of a campaign by stage, narrowed by the URL."""
    session = db.session()
    campaign = find_campaign(session, campaign_id)
    listing = Listing(target_list(campaign, is_board=True), request.args)
    narrowing = narrow_targets(session, listing)
    listing.fill_filters(session, narrowing)
    asked = request.args.get("colonne", "")
    return render_template(
        "campaigns/board.html",
        listing=listing,
        campaign=campaign,
        columns=board_columns(session, campaign, narrowing),
        stage_labels=STAGE_LABELS,
        obstacle_labels=OBSTACLE_LABELS,
        in_sight=Stage(asked) if asked in set(Stage) else None,
        shown=SHOWN,
        here=request.full_path.rstrip("?"),
    )
