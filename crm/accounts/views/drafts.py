"""Drafts: kept while someone types, thrown away when they say so."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from crm.accounts.drafts import LONGEST_FORM_KEY, discard_draft
from crm.accounts.drafts import save_draft as keep
from crm.accounts.gate import signed_in
from crm.accounts.views.blueprint import blueprint
from crm.core.errors import RuleError
from crm.database import transaction
from crm.web.access import Reach, allow
from crm.web.kept import typed_fields
from crm.web.requests import done, next_path, safe_path


@blueprint.post("/brouillons")
@allow(Reach.SIGNED_IN)
def save_draft() -> ResponseReturnValue:
    """Keep what is typed so far in the form at `?formulaire=`; secrets are left out."""
    form_key = _form_key()
    pairs = typed_fields()
    if not form_key or not pairs:
        return "", 422
    try:
        with transaction() as session:
            keep(session, user_id=signed_in().id, form_key=form_key, pairs=pairs)
    except RuleError:
        return "", 422
    return "", 204


@blueprint.post("/brouillons/jeter")
@allow(Reach.SIGNED_IN)
def discard() -> ResponseReturnValue:
    """Throw one's own draft of a form away, and go on."""
    form_key = _form_key()
    with transaction() as session:
        discard_draft(session, user_id=signed_in().id, form_key=form_key)
    return done("Brouillon jeté.", next_path(form_key or url_for("home.index")))


def _form_key() -> str:
    return safe_path(request.values.get("formulaire"), "")[:LONGEST_FORM_KEY]
