"""What waits for oneself, the bell, one's rhythm and days off, and the links of messages."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError
from crm.database import db, transaction
from crm.history.recording import Actor, act_as
from crm.reminders import links, operations, queries, rules
from crm.reminders.forms import AbsenceForm, RhythmForm
from crm.reminders.registry import sections_for
from crm.reminders.types import Absence
from crm.web.access import Permission, Reach, allow
from crm.web.locale import sentence, translate
from crm.web.requests import done
from crm.web.submissions import save_form

blueprint = Blueprint("reminders", __name__, url_prefix="/rappels")


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show what waits for oneself, as the message of the day tells it."""
    session, today = db.session(), clock.today()
    return render_template(
        "reminders/index.html", sections=sections_for(session, signed_in().id, today), today=today
    )


@blueprint.get("/cloche")
@allow(Permission.READ_NETWORK)
def bell() -> str:
    """Answer with the bell and how many things wait, for the top of a page."""
    count = queries.count_waiting(db.session(), signed_in().id, clock.today())
    return render_template("reminders/_bell.html", count=count)


@blueprint.route("/reglages", methods=["GET", "POST"])
@allow(Permission.READ_NETWORK)
def settings() -> ResponseReturnValue:
    """Choose whether, when and on which days one is reminded."""
    user_id = signed_in().id
    rhythm = queries.rhythm_of(db.session(), user_id)
    form = RhythmForm(is_on=rhythm.is_on, hour=rhythm.hour, weekdays=list(rhythm.weekdays))

    def save(session: Session) -> int:
        operations.choose_rhythm(session, user_id=user_id, rhythm=form.read())
        return user_id

    if form.is_submitted() and save_form(form, save) is not None:
        return done("Vos rappels sont réglés.", url_for(".settings"))
    return _settings_page(form, AbsenceForm(formdata=None), 422 if form.is_submitted() else 200)


@blueprint.post("/absences")
@allow(Permission.READ_NETWORK)
def add_absence() -> ResponseReturnValue:
    """Add days off."""
    user_id = signed_in().id
    form = AbsenceForm(formdata=request.values)

    is_new = [False]

    def save(session: Session) -> int:
        day_off_id, is_new[0] = operations.add_day_off(
            session, user_id=user_id, absence=form.read()
        )
        return day_off_id

    saved = save_form(form, save)
    if saved is None:
        rhythm = queries.rhythm_of(db.session(), user_id)
        shown = RhythmForm(
            formdata=None, is_on=rhythm.is_on, hour=rhythm.hour, weekdays=list(rhythm.weekdays)
        )
        return _settings_page(shown, form, 422)
    # The same days once more: what was there before is not this click's to take away.
    undo = url_for(".remove_absence", day_off_id=saved) if is_new[0] else None
    return done("Absence notée : rien ne vous sera rappelé.", url_for(".settings"), undo_url=undo)


@blueprint.post("/absences/<int:day_off_id>/supprimer")
@allow(Permission.READ_NETWORK)
def remove_absence(day_off_id: int) -> ResponseReturnValue:
    """Forget days off."""
    with transaction() as session:
        gone = operations.remove_day_off(session, user_id=signed_in().id, day_off_id=day_off_id)
    start_on, end_on = gone.start_on.isoformat(), gone.end_on.isoformat()
    undo = url_for(".add_absence", start_on=start_on, end_on=end_on)
    return done("Absence retirée.", url_for(".settings"), undo_url=undo)


@blueprint.get("/lien/<token>")
@allow(Reach.PUBLIC)
def follow_link(token: str) -> ResponseReturnValue:
    """Ask whether to do what a message's link says; mail programs follow links by themselves."""
    try:
        asked = links.read(db.session(), token)
    except NotFoundError:
        text = translate(
            N_("Ce lien a déjà servi, ou n’est plus à vous. Tout est dans Passerelle.")
        )
        return _settled(N_("Rien à faire ici"), text, 410)
    return render_template("reminders/ask.html", asked=asked)


@blueprint.post("/lien/<token>")
@allow(Reach.PUBLIC)
def act(token: str) -> ResponseReturnValue:
    """Do what a message's link says, in the name of the person it was sent to."""
    try:
        with transaction() as session:
            asked = links.read(session, token)
            act_as(session, Actor(asked.user.id, asked.user.name, "mail"))
            asked.action.run(session, asked.record_id)
    except NotFoundError:
        return follow_link(token)
    except RuleError as error:
        return _settled(N_("Ce n’est pas possible"), sentence(error), 422)
    return redirect(url_for(".settled", code=asked.code), 303)


@blueprint.get("/note/<code>")
@allow(Reach.PUBLIC)
def settled(code: str) -> ResponseReturnValue:
    """Say that what a link asked is done."""
    if code not in links.ACTIONS:
        raise NotFoundError
    return _settled(N_("C’est noté"), translate(links.ACTIONS[code].said))


def _settled(title: str, text: str, status: int = 200) -> ResponseReturnValue:
    page = render_template("reminders/settled.html", heading=translate(title), text=text)
    return page, status


def _settings_page(form: RhythmForm, absence_form: AbsenceForm, status: int) -> ResponseReturnValue:
    session, today, user_id = db.session(), clock.today(), signed_in().id
    absences = queries.days_off_of(session, user_id, today)
    page = render_template(
        "reminders/settings.html",
        form=form,
        absence_form=absence_form,
        absences=absences,
        next_day=rules.next_working_day(
            today,
            queries.rhythm_of(session, user_id),
            [Absence(each.start_on, each.end_on) for each in absences],
        ),
    )
    return page, status
