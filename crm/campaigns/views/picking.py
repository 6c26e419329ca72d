"""Adding targets: whom the criteria, the segment or the list find, then adding them."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.campaigns import operations
from crm.campaigns.forms import PickForm
from crm.campaigns.forms.picking import MOST_FILE_BYTES
from crm.campaigns.models import Campaign
from crm.campaigns.picking import preview_of
from crm.campaigns.queries.campaigns import find_campaign
from crm.campaigns.queries.picking import Preview
from crm.campaigns.types import Origin
from crm.campaigns.views.blueprint import ONE, blueprint
from crm.core.errors import RuleError
from crm.database import db
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.web.access import Permission, allow
from crm.web.requests import done
from crm.web.submissions import save_once
from crm.web.uploads import takes_files


@blueprint.route(f"{ONE}/cibles/ajouter", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
@takes_files(MOST_FILE_BYTES)
def pick(campaign_id: int) -> ResponseReturnValue:
    """Choose communes and structures, see how many there are, add them."""
    session, form = db.session(), PickForm()
    campaign = find_campaign(session, campaign_id)
    if not form.is_submitted():
        form.segment.data = str(campaign.segment_id or "")
        form.how.data = Origin.SEGMENT if campaign.segment_id else Origin.CRITERIA
        return _page(form, campaign)
    form.settle(session)
    preview = _preview(session, campaign, form)
    if preview is None or not preview.fresh or not form.confirmed.data:
        return _page(form, campaign, preview, 422 if preview is None else 200)
    changes: list[int | None] = []
    saved = save_once(form, lambda session: _add(session, campaign_id, form, changes))
    if saved is None:
        return _page(form, campaign, preview, 422)
    undo = undo_link(changes[0] if changes else None)
    target = url_for(".targets", campaign_id=campaign_id)
    return done("Cibles ajoutées : %(count)s.", target, undo_url=undo, count=len(preview.fresh))


def _preview(session: Session, campaign: Campaign, form: PickForm) -> Preview | None:
    """Return whom it would add; None with errors beside fields."""
    if not form.validate():
        return None
    try:
        return preview_of(session, campaign.id, form, signed_in().id)
    except RuleError as error:
        form.show(error)
        return None


def _add(session: Session, campaign_id: int, form: PickForm, changes: list[int | None]) -> int:
    """Add whom it finds now; return the campaign."""
    found = preview_of(session, campaign_id, form, signed_in().id)
    operations.add_targets(
        session,
        campaign_id=campaign_id,
        choices=found.choices,
        origin=Origin(form.how.data),
        officer_id=form.officer_id,
    )
    changes.append(change_set_of(session))
    return campaign_id


def _page(
    form: PickForm, campaign: Campaign, preview: Preview | None = None, status: int = 200
) -> ResponseReturnValue:
    form.offer(db.session(), signed_in().id)
    page = render_template("campaigns/pick.html", form=form, campaign=campaign, preview=preview)
    return page, status
