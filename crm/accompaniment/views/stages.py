"""What is done to a path in one click: opened, moved, opened again."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from crm.accompaniment import operations
from crm.accompaniment.types import STAGE_LABELS, AccompanimentData, Stage
from crm.accompaniment.views.blueprint import ONE, blueprint
from crm.accounts.gate import signed_in
from crm.core import clock
from crm.core.errors import RuleError
from crm.database import transaction
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.web.access import Permission, allow
from crm.web.locale import translate
from crm.web.requests import done, next_path, refused


@blueprint.post("/ouvrir")
@allow(Permission.LOG_SESSIONS)
def open_now() -> ResponseReturnValue:
    """Open the path of a structure in one click: to be qualified, in the charge of who clicks."""
    back = next_path(url_for(".board"))
    data = AccompanimentData(request.form.get("structure", ""), signed_in().id, clock.today())
    try:
        with transaction() as session:
            operations.open_accompaniment(session, data=data)
            undo = undo_link(change_set_of(session), back)
    except RuleError as error:
        return refused(error, back)
    return done("Accompagnement ouvert, à qualifier.", back, undo_url=undo)


@blueprint.post(f"{ONE}/etape")
@allow(Permission.LOG_SESSIONS)
def set_stage(accompaniment_id: int) -> ResponseReturnValue:
    """Move a path to a stage."""
    back = next_path(url_for(".show", accompaniment_id=accompaniment_id))
    stage = request.form.get("etape", "")
    try:
        with transaction() as session:
            operations.set_stage(session, accompaniment_id=accompaniment_id, stage=stage)
            undo = undo_link(change_set_of(session), back)
    except RuleError as error:
        return refused(error, back)
    label = translate(STAGE_LABELS[Stage(stage)])
    return done("Étape « %(stage)s » : c’est noté.", back, undo_url=undo, stage=label)


@blueprint.post(f"{ONE}/rouvrir")
@allow(Permission.LOG_SESSIONS)
def reopen(accompaniment_id: int) -> ResponseReturnValue:
    """Make a closed path current again."""
    back = next_path(url_for(".show", accompaniment_id=accompaniment_id))
    try:
        with transaction() as session:
            operations.reopen_accompaniment(session, accompaniment_id=accompaniment_id)
            undo = undo_link(change_set_of(session), back)
    except RuleError as error:
        return refused(error, back)
    return done("Accompagnement rouvert.", back, undo_url=undo)
