"""The page of one account, as several views answer with it."""

from flask import render_template
from flask.typing import ResponseReturnValue

from crm.accounts.forms import UserForm
from crm.accounts.gate import signed_in
from crm.accounts.queries import read_user
from crm.database import db
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.web.conflicts import Difference


def stored_form(user_id: int) -> UserForm:
    """Return the form as the database would fill it."""
    user = read_user(db.session(), user_id)
    form = UserForm(formdata=None, obj=user)
    form.version.data = str(user.version)
    form.offer_roles()
    return form


def edit_page(
    form: UserForm,
    user_id: int,
    status: int = 200,
    differences: list[Difference] | None = None,
) -> ResponseReturnValue:
    """Answer with an account's form, its state and its history."""
    session = db.session()
    page = render_template(
        "accounts/user.html",
        form=form,
        user=read_user(session, user_id),
        person=signed_in(),
        differences=differences,
        must_confirm=not signed_in().has_confirmed,
        changes=tell(session, history_of(session, entity="user", record_id=user_id)),
    )
    return page, status
