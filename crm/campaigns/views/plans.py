"""The message plan of a campaign and its events: what is sent, what people come to."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.campaigns import operations
from crm.campaigns.forms import EventLinkForm, LinkForm, MessageForm, StepForm
from crm.campaigns.models import Campaign
from crm.campaigns.operations.plans import get_step
from crm.campaigns.queries.campaigns import find_campaign
from crm.campaigns.types import Stage
from crm.campaigns.views.blueprint import ONE, blueprint
from crm.composing.queries import template_options
from crm.core.errors import N_, RuleError
from crm.core.numbers import parse_id
from crm.database import db, transaction
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.mail.types import Purpose
from crm.web.access import Permission, allow
from crm.web.locale import translate
from crm.web.requests import done, refused
from crm.web.submissions import save_once


@blueprint.route(f"{ONE}/messages/prevoir", methods=["GET", "POST"])
@allow(Permission.WRITE_MAILINGS)
def plan(campaign_id: int) -> ResponseReturnValue:
    """Add a message to the plan."""
    campaign, form = find_campaign(db.session(), campaign_id), StepForm()
    if form.is_submitted():
        saved = save_once(
            form,
            lambda session: (
                operations.plan_message(
                    session,
                    campaign_id=campaign_id,
                    what=form.what.data or "",
                    planned_on=form.planned_on.data,
                ).id
            ),
        )
        if saved:
            return done(N_("Message prévu."), _plan_url(campaign_id))
    page = render_template("campaigns/step.html", form=form, campaign=campaign)
    return page, 422 if form.is_submitted() else 200


@blueprint.post(f"{ONE}/messages/<int:step_id>/retirer")
@allow(Permission.WRITE_MAILINGS)
def remove_step(campaign_id: int, step_id: int) -> ResponseReturnValue:
    """Take a message off the plan; its mailing stays."""
    with transaction() as session:
        operations.remove_step(session, campaign_id=campaign_id, step_id=step_id)
        saved = change_set_of(session)
    undo = undo_link(saved)
    return done(N_("Message retiré du plan."), _plan_url(campaign_id), undo_url=undo)


@blueprint.post(f"{ONE}/messages/rattacher")
@allow(Permission.WRITE_MAILINGS)
def link(campaign_id: int) -> ResponseReturnValue:
    """Say that a mailing begun elsewhere is one of the campaign's."""
    form = LinkForm()
    try:
        with transaction() as session:
            operations.link_mailing(session, campaign_id=campaign_id, mailing_id=form.mailing_id)
    except RuleError as error:
        return refused(error, _plan_url(campaign_id))
    return done(N_("Envoi rattaché à la campagne."), _plan_url(campaign_id))


@blueprint.route(f"{ONE}/messages/ecrire", methods=["GET", "POST"])
@allow(Permission.WRITE_MAILINGS)
def write(campaign_id: int) -> ResponseReturnValue:
    """Begin a mailing for the targets at some stages, ready to be written."""
    session = db.session()
    campaign, step_id = find_campaign(session, campaign_id), parse_id(request.args.get("message"))
    if request.method != "POST":
        what = get_step(session, campaign_id, step_id).what if step_id else ""
        return _message_page(_blank_message(campaign, what), campaign)
    form = MessageForm()
    saved = save_once(form, lambda session: _begin(session, campaign_id, step_id, form))
    if saved:
        told = N_("Brouillon prêt pour ces cibles : il reste à écrire le message.")
        return done(told, url_for("mailings.show", mailing_id=saved))
    return _message_page(form, campaign, 422)


@blueprint.post(f"{ONE}/evenements/rattacher")
@allow(Permission.EDIT_NETWORK)
def link_event(campaign_id: int) -> ResponseReturnValue:
    """Let an event count for the campaign."""
    form = EventLinkForm()
    back = url_for(".show", campaign_id=campaign_id) + "#evenements"
    try:
        with transaction() as session:
            operations.link_event(session, campaign_id=campaign_id, event_id=form.event_id)
    except RuleError as error:
        return refused(error, back)
    return done(N_("Événement rattaché à la campagne."), back)


@blueprint.post(f"{ONE}/evenements/<int:event_id>/retirer")
@allow(Permission.EDIT_NETWORK)
def unlink_event(campaign_id: int, event_id: int) -> ResponseReturnValue:
    """Let an event count for the campaign no more."""
    back = url_for(".show", campaign_id=campaign_id) + "#evenements"
    with transaction() as session:
        operations.unlink_event(session, campaign_id=campaign_id, event_id=event_id)
        saved = change_set_of(session)
    undo = undo_link(saved)
    return done(N_("L’événement ne compte plus pour la campagne."), back, undo_url=undo)


def _begin(session: Session, campaign_id: int, step_id: int | None, form: MessageForm) -> int:
    return operations.begin_mailing(
        session,
        campaign_id=campaign_id,
        data=form.read(),
        stages=form.stages.data or (),
        is_frozen=form.is_frozen,
        template_id=form.template_id,
        step_id=step_id,
    ).id


def _plan_url(campaign_id: int) -> str:
    return url_for(".show", campaign_id=campaign_id) + "#messages"


def _blank_message(campaign: Campaign, what: str) -> MessageForm:
    name = f"{campaign.name} : {what}" if what else campaign.name
    purpose = Purpose.CALLS if campaign.scheme_id else Purpose.INVITATIONS
    return MessageForm(
        formdata=None,
        name=name[:200],
        purpose=purpose.value,
        stages=[Stage.TO_CONTACT.value, Stage.CONTACTED.value],
    )


def _message_page(form: MessageForm, campaign: Campaign, status: int = 200) -> ResponseReturnValue:
    empty = ("", translate(N_("Un message vide")))
    form.template.choices = [empty, *template_options(db.session())]
    return render_template("campaigns/message.html", form=form, campaign=campaign), status
