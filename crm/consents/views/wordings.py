"""What people are told when they are asked: each change is a new version, the others stay."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.consents.forms import WordingForm
from crm.consents.models import ConsentWording
from crm.consents.types import PURPOSE_LABELS, PURPOSES
from crm.consents.views.blueprints import wordings as blueprint
from crm.consents.wordings import current_wordings, write_wording
from crm.core.errors import NotFoundError
from crm.database import db
from crm.mail.types import Purpose
from crm.web.access import Permission, allow
from crm.web.requests import done
from crm.web.submissions import save_once


@blueprint.get("")
@allow(Permission.MANAGE_CONSENTS)
def index() -> str:
    """Show what is told of each purpose today."""
    return render_template(
        "consents/wordings.html",
        purposes=PURPOSES,
        labels=PURPOSE_LABELS,
        wordings=current_wordings(db.session()),
    )


@blueprint.route("/<purpose>", methods=["GET", "POST"])
@allow(Permission.MANAGE_CONSENTS)
def edit(purpose: str) -> ResponseReturnValue:
    """Write a new version of what is told of a purpose; the proofs keep what they showed."""
    if purpose not in PURPOSES:
        raise NotFoundError
    known = Purpose(purpose)
    current = current_wordings(db.session()).get(known)
    form = WordingForm(text=current.text if current else "")

    def save(session: Session) -> int:
        return write_wording(session, purpose=known, text=form.text.data or "").id

    if form.is_submitted() and save_once(form, save) is not None:
        return done(
            "Le nouveau texte est en vigueur ; les preuves gardent l’ancien.", url_for(".index")
        )
    versions = db.session.scalars(
        select(ConsentWording)
        .where(ConsentWording.purpose == known)
        .order_by(ConsentWording.number.desc())
    ).all()
    page = render_template(
        "consents/wording.html", form=form, label=PURPOSE_LABELS[known], versions=versions
    )
    return page, 422 if form.is_submitted() else 200
