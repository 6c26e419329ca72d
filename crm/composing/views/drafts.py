"""What someone was typing in a form of a message, and had not saved."""

from typing import TypeVar

from flask import request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.accounts.drafts import discard_draft, find_draft
from crm.accounts.gate import signed_in
from crm.database import db
from crm.web.forms import BaseForm
from crm.web.kept import as_form_data
from crm.web.requests import form_key

Form = TypeVar("Form", bound=BaseForm)


def draft_of(form_class: type[Form]) -> Form | None:
    """Return the form as its own draft holds it; None when nothing waits."""
    draft = find_draft(db.session(), user_id=signed_in().id, form_key=form_key())
    return form_class(formdata=as_form_data(draft.payload)) if draft else None


def typed_in_form() -> MultiDict[str, str]:
    """Return what a form sends; before it is sent, what its draft holds."""
    if request.method == "POST":
        return request.form
    draft = find_draft(db.session(), user_id=signed_in().id, form_key=form_key())
    return as_form_data(draft.payload if draft else ())


def discard(session: Session) -> None:
    """Forget the draft of this form: it is saved."""
    discard_draft(session, user_id=signed_in().id, form_key=form_key())
