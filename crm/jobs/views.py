"""The daily work on screen: what was done, what comes next, and doing it now."""

from flask import Blueprint, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError
from crm.database import db, transaction
from crm.jobs.operations import request_run
from crm.jobs.queries import last_beat, states_of
from crm.jobs.registry import find_job, jobs
from crm.jobs.silence import current_silence
from crm.web.access import Permission, allow
from crm.web.requests import done, refused

blueprint = Blueprint("jobs", __name__, url_prefix="/administration/travaux")


@blueprint.get("")
@allow(Permission.MANAGE_JOBS)
def index() -> str:
    """Show each job's last run and its next one, and the last sign of life."""
    session = db.session()
    now = clock.now()
    return render_template(
        "jobs/index.html",
        jobs=states_of(session, jobs(), now),
        beat_at=last_beat(session),
        now=now,
    )


@blueprint.post("/<name>/lancer")
@allow(Permission.MANAGE_JOBS)
def run(name: str) -> ResponseReturnValue:
    """Ask for a run, which the worker does at its next ring; say when that will be."""
    if find_job(name) is None:
        raise NotFoundError
    try:
        with transaction() as session:
            request_run(
                session,
                job=name,
                day=clock.today(),
                now=clock.now(),
                requested_by=current_user.name,
            )
    except RuleError as error:
        return refused(error, url_for(".index"))
    current_app.logger.info("job asked for", extra={"event": f"job_asked:{name}"})
    if current_silence() is not None:
        later = N_("Demandé : ce sera fait dès que le service de fond aura redémarré.")
        return done(later, url_for(".index"))
    return done(N_("Demandé : le service de fond s’en charge dans la minute."), url_for(".index"))
