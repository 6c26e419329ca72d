"""What is done to a target in one click: moved, taken back, brought up to date."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from crm.campaigns import operations
from crm.campaigns.models import Target
from crm.campaigns.queries.facts import FACTS
from crm.campaigns.types import STAGE_LABELS, Stage, StageData
from crm.campaigns.views.blueprint import ONE, TARGET, blueprint
from crm.core.errors import N_, RuleError
from crm.database import transaction
from crm.web.access import Permission, allow
from crm.web.locale import translate
from crm.web.requests import done, next_path, refused


@blueprint.post(f"{TARGET}/etape")
@allow(Permission.LOG_SESSIONS)
def set_stage(target_id: int) -> ResponseReturnValue:
    """Put a target at a stage; one that goes no further is asked why on a page of its own."""
    back = next_path(url_for(".show_target", target_id=target_id))
    stage = request.form.get("etape", "")
    if stage == Stage.DROPPED:
        return redirect(url_for(".drop", target_id=target_id, next=back), 303)
    data = StageData(stage, request.form.get("note"))
    try:
        with transaction() as session:
            move = operations.set_stage(session, target_id=target_id, data=data)
    except RuleError as error:
        return refused(error, back)
    label = translate(STAGE_LABELS[Stage(stage)])
    undo = url_for(".undo_move", move_id=move.id, next=back) if move else None
    return done("Étape « %(stage)s » : c’est noté.", back, undo_url=undo, stage=label)


@blueprint.post("/mouvements/<int:move_id>/annuler")
@allow(Permission.LOG_SESSIONS)
def undo_move(move_id: int) -> ResponseReturnValue:
    """Take back a move by another one, which says so."""
    back = next_path(url_for(".index"))
    try:
        with transaction() as session:
            target_id = operations.undo_move(session, move_id=move_id).target_id
    except RuleError as error:
        return refused(error, back)
    if not request.values.get("next"):
        back = url_for(".show_target", target_id=target_id)
    return done(N_("C’est annulé : la cible est revenue où elle était."), back)


@blueprint.post(f"{ONE}/actualiser")
@allow(Permission.LOG_SESSIONS)
def catch_up(campaign_id: int) -> ResponseReturnValue:
    """Look now at what happened for the targets, as is done each night."""
    with transaction() as session:
        operations.get_campaign(session, campaign_id)
        count = operations.advance(session, set(FACTS), Target.campaign_id == campaign_id)
    told = N_("Nouveautés prises en compte : %(count)s.") if count else N_("Tout était à jour.")
    return done(told, url_for(".show", campaign_id=campaign_id), count=count)
