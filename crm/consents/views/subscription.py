"""Subscribing: the page, what is sent, and the link that confirms."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.consents.forms import SubscriptionForm
from crm.consents.subscriptions import (
    Outcome,
    ask_subscription,
    find_request,
)
from crm.consents.subscriptions import (
    confirm as confirm_subscription,
)
from crm.consents.views.blueprints import subscription as blueprint
from crm.consents.views.public import (
    ROBOTS,
    answer,
    closed_link,
    rights_contact,
    seconds_to_wait,
    tell_log,
    too_often,
)
from crm.consents.wordings import current_wordings
from crm.core.addresses import parse_email
from crm.core.errors import N_, NotFoundError, RuleError
from crm.database import db, transaction
from crm.web.access import Reach, allow
from crm.web.submissions import save_form

_SAID = {
    Outcome.SUBSCRIBED: N_(
        "Votre abonnement est confirmé. Chaque message porte de quoi le changer."
    ),
    Outcome.REVIEW: N_("Votre demande est confirmée. L’équipe la traite sous peu."),
    Outcome.ALREADY: N_("C’était déjà fait : rien n’a changé."),
}


@blueprint.route("", methods=["GET", "POST"])
@allow(Reach.PUBLIC)
def index() -> ResponseReturnValue:
    """Show what can be received, and write to the address that is given."""
    form = SubscriptionForm()
    form.offer()
    if form.is_submitted():
        if form.site.data:
            tell_log("subscription_trapped")
            return redirect(url_for(".sent"), 303)
        if _is_right(form):
            if wait := seconds_to_wait("subscription", form.email.data or ""):
                return too_often(wait)
            if save_form(form, lambda session: _ask(session, form)) is not None:
                return redirect(url_for(".sent"), 303)
    page = render_template(
        "consents/subscribe.html",
        form=form,
        wordings=current_wordings(db.session()),
        rights=rights_contact(),
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/envoye")
@allow(Reach.PUBLIC)
def sent() -> ResponseReturnValue:
    """Say that a message is on its way: the same whoever is known."""
    return answer(
        N_("Encore un geste"),
        N_(
            "Un message vient de partir à l’adresse donnée : suivez son lien pour confirmer. "
            "Rien reçu ? Regardez dans les indésirables."
        ),
    )


@blueprint.get("/confirmer/<token>")
@allow(Reach.PUBLIC)
def confirm(token: str) -> ResponseReturnValue:
    """Ask to confirm: mail programs follow links by themselves."""
    try:
        asked = find_request(db.session(), token)
    except NotFoundError:
        return closed_link()
    if asked.confirmed_at is not None:
        return answer(N_("C’est noté"), _SAID[Outcome.ALREADY])
    wordings = current_wordings(db.session())
    texts = [wording.text for purpose, wording in wordings.items() if purpose in asked.wordings]
    return render_template("consents/confirm.html", asked=asked, texts=texts), 200, ROBOTS


@blueprint.post("/confirmer/<token>")
@allow(Reach.PUBLIC)
def act(token: str) -> ResponseReturnValue:
    """Confirm what was asked."""
    try:
        with transaction() as session:
            outcome = confirm_subscription(session, token=token)
    except NotFoundError:
        return closed_link()
    tell_log("subscription_confirmed")
    return redirect(url_for(".confirmed", resultat=outcome.value), 303)


@blueprint.get("/confirme")
@allow(Reach.PUBLIC)
def confirmed() -> ResponseReturnValue:
    """Say what became of a confirmation."""
    try:
        outcome = Outcome(request.args.get("resultat", ""))
    except ValueError as error:
        raise NotFoundError from error
    return answer(N_("C’est noté"), _SAID[outcome])


def _is_right(form: SubscriptionForm) -> bool:
    """Check what was typed before it is counted: a typing error is no message."""
    if not form.validate():
        return False
    try:
        parse_email(form.email.data or "")
    except RuleError as error:
        form.show(error)
        return False
    return True


def _ask(session: Session, form: SubscriptionForm) -> int:
    ask_subscription(session, data=form.read())
    return 1
