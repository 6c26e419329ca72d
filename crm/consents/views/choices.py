"""What a person receives, and noting what they choose."""

from collections.abc import Callable

from flask import Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.consents import links
from crm.consents.bulk import Noted, give_many
from crm.consents.forms import ConsentForm, ProofForm, RefusalForm
from crm.consents.operations import give_consent, withdraw
from crm.consents.presentation import proof_lines, purpose_lines, still_read_there
from crm.consents.types import Basis, State
from crm.consents.views.blueprints import choices as blueprint
from crm.contacts.operations.people import get_contact
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.database import db, transaction
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of, describe_save
from crm.mail.types import Purpose
from crm.web.access import Permission, allow
from crm.web.locale import translate
from crm.web.requests import done, next_path, refused, typed_ids
from crm.web.submissions import save_once

_STILL_READ = N_(
    "Ce refus n’engage que cette personne. À la même adresse, nous écrivons encore à : %(names)s."
    " Si c’est elle aussi, fusionnez ses fiches ou notez-y le refus."
)


@blueprint.get("/contacts/<int:contact_id>/accords")
@allow(Permission.READ_NETWORK)
def show(contact_id: int) -> str:
    """Show what a person receives and why, and every proof."""
    session = db.session()
    return render_template(
        "consents/show.html",
        contact=get_contact(session, contact_id),
        lines=purpose_lines(session, contact_id, clock.today()),
        proofs=proof_lines(session, contact_id),
    )


@blueprint.route("/contacts/<int:contact_id>/accords/noter", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def accept(contact_id: int) -> ResponseReturnValue:
    """Note that a person accepts, or on what other ground they are written to."""
    form = ConsentForm()
    form.offer()

    def save(session: Session) -> int:
        for purpose in form.read_purposes():
            give_consent(
                session,
                contact_id=contact_id,
                purpose=purpose,
                basis=Basis(form.basis.data),
                proof=form.read_proof(),
            )
        return contact_id

    return _answer(contact_id, form, save, N_("Noter un accord"))


@blueprint.route("/contacts/<int:contact_id>/accords/refus", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def refuse(contact_id: int) -> ResponseReturnValue:
    """Note that a person does not want, or no longer wants, to be written to."""
    form = RefusalForm()
    form.offer()
    others: list[str | None] = []

    def save(session: Session) -> int:
        purposes = [Purpose(each) for each in form.purposes.data or ()]
        proof, state = form.read_proof(), State(form.state.data)
        for each in purposes:
            withdraw(session, contact_id=contact_id, purpose=each, proof=proof, state=state)
        others.append(still_read_there(session, contact_id, purposes, clock.today()))
        return contact_id

    answer = _answer(contact_id, form, save, N_("Noter un refus"))
    if any(others):
        flash(translate(_STILL_READ, names=others[0]), "warning")
    return answer


@blueprint.post("/contacts/<int:contact_id>/accords/liens")
@allow(Permission.EDIT_NETWORK)
def revoke(contact_id: int) -> ResponseReturnValue:
    """Close the links of the messages already sent to a person."""
    back = url_for(".show", contact_id=contact_id)
    with transaction() as session:
        contact = get_contact(session, contact_id)
        if not contact.email:
            return refused(RuleError("email", N_("Cette personne n’a pas d’adresse.")), back)
        links.revoke(session, address=contact.email)
    return done("Les liens déjà envoyés ne s’ouvrent plus, sauf pour se désabonner.", back)


@blueprint.post("/contacts/accords")
@allow(Permission.EDIT_NETWORK)
def accept_many() -> ResponseReturnValue:
    """Note one agreement of the people selected, with its proof."""
    form, ids = ConsentForm(), typed_ids("selection")
    form.offer()
    back = next_path(url_for("contacts.index"))
    noted: list[tuple[Noted, int | None]] = []

    def save(session: Session) -> int:
        done_now = give_many(
            session,
            ids=ids,
            purposes=form.read_purposes(),
            basis=Basis(form.basis.data),
            proof=form.read_proof(),
        )
        noted.append((done_now, change_set_of(session)))
        return done_now.count

    if save_once(form, save) is not None:
        return _told(noted, back)
    return Response(render_template("consents/bulk.html", form=form, ids=ids, back=back), 422)


def _told(noted: list[tuple[Noted, int | None]], back: str) -> ResponseReturnValue:
    if not noted:
        return done("C’était déjà noté.", back)
    counts, number = noted[0]
    message = N_("Accords notés : %(count)s.")
    if counts.left:
        message = N_("Accords notés : %(count)s ; laissés, car désabonnés depuis : %(left)s.")
    undo = undo_link(number, back)
    return done(message, back, undo_url=undo, count=counts.count, left=counts.left)


def _answer(
    contact_id: int, form: ProofForm, save: Callable[[Session], int], title: str
) -> ResponseReturnValue:
    contact = get_contact(db.session(), contact_id)
    saved: list[int | None] = []

    def save_and_tell(session: Session) -> int:
        describe_save(session, label=title)
        result = save(session)
        saved.append(change_set_of(session))
        return result

    if form.is_submitted() and save_once(form, save_and_tell) is not None:
        back = url_for(".show", contact_id=contact_id)
        number = saved[0] if saved else None
        undo = undo_link(number, back)
        return done("C’est noté, avec sa preuve.", back, undo_url=undo)
    page = render_template("consents/note.html", form=form, contact=contact, title=title)
    return Response(page, 422 if form.is_submitted() else 200)
