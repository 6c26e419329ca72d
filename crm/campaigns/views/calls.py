"""The call list: who is to be called now, what to say, what it gave."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.campaigns import operations
from crm.campaigns.forms import CallForm
from crm.campaigns.presentation import calls_page
from crm.campaigns.queries.campaigns import find_campaign
from crm.campaigns.queries.targets import target_for_page
from crm.campaigns.types import OUTCOME_LABELS, CallOutcome
from crm.campaigns.views.blueprint import ONE, TARGET, blueprint
from crm.core.numbers import parse_id
from crm.database import db
from crm.web.access import Permission, allow
from crm.web.locale import translate
from crm.web.requests import done, next_path
from crm.web.submissions import save_once


@blueprint.get(f"{ONE}/appels")
@allow(Permission.LOG_SESSIONS)
def calls(campaign_id: int) -> str:
    """Show who is to be called now, the most overdue first, and the others after."""
    campaign = find_campaign(db.session(), campaign_id)
    return _page(campaign_id=campaign.id, target_id=parse_id(request.args.get("cible")))


@blueprint.post(f"{TARGET}/appel")
@allow(Permission.LOG_SESSIONS)
def note_call(target_id: int) -> ResponseReturnValue:
    """Keep what a call gave, and go on to the next one."""
    target, form = target_for_page(db.session(), target_id), CallForm()
    campaign_id, name = target.campaign_id, target.structure.name
    back = next_path(url_for(".calls", campaign_id=campaign_id))
    saved = save_once(form, lambda session: _note(session, target_id, form))
    if saved is None:
        return _page(campaign_id=campaign_id, target_id=target_id, form=form), 422
    label = translate(OUTCOME_LABELS[CallOutcome(form.outcome.data or "")])
    undo = url_for(".undo_move", move_id=saved, next=back)
    return done("%(name)s : « %(outcome)s », c’est noté.", back, undo_url=undo,
                name=name, outcome=label)  # fmt: skip


def _note(session: Session, target_id: int, form: CallForm) -> int:
    return operations.note_call(session, target_id=target_id, data=form.read()).id


def _page(*, campaign_id: int, target_id: int | None, form: CallForm | None = None) -> str:
    page = calls_page(
        db.session(),
        campaign_id,
        target_id=target_id,
        user_id=signed_in().id,
        is_mine=request.args.get("responsable") == "moi",
        departement=request.args.get("departement", "")[:3],
    )
    form = form or CallForm(formdata=None)
    return render_template("campaigns/calls.html", form=form, **page)
