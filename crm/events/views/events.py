"""An event: its page and its form."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core.errors import StaleRecordError
from crm.database import db
from crm.events.forms.events import EventForm
from crm.events.models import Event
from crm.events.operations import events as operations
from crm.events.presentation import event_page
from crm.events.queries.events import event_for_page
from crm.events.threshold import usual_presence_percent
from crm.events.views.blueprints import ONE, blueprint
from crm.mailings.forms import AnotherForm
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once


@blueprint.get(ONE)
@allow(Permission.READ_NETWORK)
def show(event_id: int) -> str:
    """Show an event: when, where, who comes, what is to be done next."""
    page = event_page(db.session(), event_id)
    return render_template("events/show.html", inviting=AnotherForm(formdata=None), **page)


@blueprint.route("/nouveau", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def new() -> ResponseReturnValue:
    """Create an event: that of the group, the call or the structure of the URL, if any."""
    if request.method != "POST":
        form = EventForm(
            formdata=None,
            group=request.args.get("groupe", ""),
            call=request.args.get("appel", ""),
            organiser=request.args.getlist("structure")[:1],
        )
        return _form_page(form, None)
    form = EventForm()
    form.settle_typed_name(db.session())
    saved = save_once(form, lambda session: operations.create_event(session, data=form.read()).id)
    if saved:
        return done("Événement créé.", url_for(".show", event_id=saved))
    return _form_page(form, None, 422)


@blueprint.route(f"{ONE}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def edit(event_id: int) -> ResponseReturnValue:
    """Change an event; a second editor sees both versions."""
    theirs, event = _as_stored(event_id)
    if request.method != "POST":
        return _form_page(theirs, event)
    form = EventForm()
    form.settle_typed_name(db.session())
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, event_id, form))
    except StaleRecordError:
        theirs, event = _as_stored(event_id)
        form.offer(db.session(), event)
        return _form_page(form, event, 409, both_versions(form, theirs))
    if saved:
        return done("Événement enregistré.", url_for(".show", event_id=saved))
    return _form_page(form, event_for_page(db.session(), event_id), 422)


def _update(session: Session, event_id: int, form: EventForm) -> int:
    return operations.update_event(
        session, event_id=event_id, version=form.version_number, data=form.read()
    ).id


def _as_stored(event_id: int) -> tuple[EventForm, Event]:
    session = db.session()
    session.expire_all()
    event = event_for_page(session, event_id)
    form = EventForm(formdata=None)
    form.write(event)
    form.offer(session, event)
    return form, event


def _form_page(
    form: EventForm,
    event: Event | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    form.offer(db.session(), event)
    page = render_template(
        "events/form.html",
        form=form,
        event=event,
        differences=conflict,
        usual_percent=usual_presence_percent(),
    )
    return page, status
