"""A campaign: its page, the form, its goals, the one that goes on from it."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.campaigns import operations
from crm.campaigns.forms import CampaignForm, CloneForm, GoalsForm
from crm.campaigns.models import Campaign
from crm.campaigns.presentation import campaign_page, goals_page, next_year
from crm.campaigns.queries.campaigns import campaign_for_page
from crm.campaigns.types import Stage
from crm.campaigns.views.blueprint import ONE, blueprint
from crm.core.errors import N_, StaleRecordError
from crm.database import db
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once


@blueprint.get(ONE)
@allow(Permission.READ_NETWORK)
def show(campaign_id: int) -> str:
    """Show a campaign: its funnel, its départements, what changed lately, what is planned."""
    return render_template("campaigns/show.html", **campaign_page(db.session(), campaign_id))


@blueprint.route("/nouvelle", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def new() -> ResponseReturnValue:
    """Begin a campaign: around the call or the scheme of the URL, with who begins it."""
    if request.method != "POST":
        aim = request.args.get("dispositif", "") + request.args.get("appel", "")
        form = CampaignForm(formdata=None, aim=aim, members=[str(signed_in().id)])
        return _form_page(form, None)
    form = CampaignForm()
    saved = save_once(
        form, lambda session: operations.create_campaign(session, data=form.read()).id
    )
    if saved:
        told = N_("Campagne créée : choisissez maintenant qui elle cible.")
        return done(told, url_for(".pick", campaign_id=saved))
    return _form_page(form, None, 422)


@blueprint.route(f"{ONE}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def edit(campaign_id: int) -> ResponseReturnValue:
    """Change a campaign; a second editor sees both versions."""
    theirs, campaign = _as_stored(campaign_id)
    if request.method != "POST":
        return _form_page(theirs, campaign)
    form = CampaignForm()
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, campaign_id, form))
    except StaleRecordError:
        theirs, campaign = _as_stored(campaign_id)
        form.offer(db.session(), signed_in().id, campaign)
        return _form_page(form, campaign, 409, both_versions(form, theirs))
    if saved:
        return done(N_("Campagne enregistrée."), url_for(".show", campaign_id=saved))
    return _form_page(form, campaign, 422)


@blueprint.route(f"{ONE}/reprendre", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def clone(campaign_id: int) -> ResponseReturnValue:
    """Begin the campaign that goes on from this one, a year later, with its targets."""
    source = campaign_for_page(db.session(), campaign_id)
    if request.method != "POST":
        form = CloneForm(formdata=None)
        form.write(source)
        next_year(form, source)
        form.stages.data = [each.value for each in Stage]
        return _clone_page(form, source)
    form = CloneForm()
    saved = save_once(
        form,
        lambda session: (
            operations.clone_campaign(
                session, source_id=campaign_id, data=form.read(), stages=form.chosen_stages
            ).id
        ),
    )
    if saved:
        told = N_("Campagne reprise : chaque cible montre où elle en était la fois d’avant.")
        return done(told, url_for(".show", campaign_id=saved))
    return _clone_page(form, source, 422)


@blueprint.route(f"{ONE}/objectifs", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def goals(campaign_id: int) -> ResponseReturnValue:
    """Say how many targets of each département should come how far."""
    campaign, form = campaign_for_page(db.session(), campaign_id), GoalsForm()
    if not form.is_submitted():
        form.version.data = str(campaign.version)
        return _goals_page(form, campaign)
    try:
        saved = save_form(form, lambda session: _set_goals(session, campaign_id, form))
    except StaleRecordError:
        db.session().expire_all()
        campaign = campaign_for_page(db.session(), campaign_id)
        form.version.data, form.version.raw_data = str(campaign.version), None
        return _goals_page(form, campaign, 409)
    if saved:
        return done(N_("Objectifs enregistrés."), url_for(".show", campaign_id=campaign_id))
    return _goals_page(form, campaign, 422)


def _set_goals(session: Session, campaign_id: int, form: GoalsForm) -> int:
    return operations.set_goals(
        session, campaign_id=campaign_id, version=form.version_number, goals=form.read()
    ).id


def _goals_page(form: GoalsForm, campaign: Campaign, status: int = 200) -> ResponseReturnValue:
    page = goals_page(db.session(), form, campaign, has_moved=status == 409)  # noqa: PLR2004
    return render_template("campaigns/goals.html", **page), status


def _update(session: Session, campaign_id: int, form: CampaignForm) -> int:
    return operations.update_campaign(
        session, campaign_id=campaign_id, version=form.version_number, data=form.read()
    ).id


def _as_stored(campaign_id: int) -> tuple[CampaignForm, Campaign]:
    session = db.session()
    session.expire_all()
    campaign = campaign_for_page(session, campaign_id)
    form = CampaignForm(formdata=None)
    form.write(campaign)
    form.offer(session, signed_in().id, campaign)
    return form, campaign


def _form_page(
    form: CampaignForm,
    campaign: Campaign | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    form.offer(db.session(), signed_in().id, campaign)
    page = render_template(
        "campaigns/form.html", form=form, campaign=campaign, differences=conflict, source=None
    )
    return page, status


def _clone_page(form: CloneForm, source: Campaign, status: int = 200) -> ResponseReturnValue:
    form.offer(db.session(), signed_in().id, source)
    page = render_template(
        "campaigns/form.html", form=form, campaign=None, differences=None, source=source
    )
    return page, status
