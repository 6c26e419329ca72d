"""Groups and their members, today or on another day."""

from datetime import date

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from crm.contacts.queries.groups import group_for_page, groups_on, members_on
from crm.contacts.rules import group_status
from crm.contacts.types import GroupStatus
from crm.core import clock
from crm.core.days import parse_day
from crm.core.errors import N_, RuleError
from crm.database import db
from crm.web.access import Permission, allow
from crm.web.exports import send_table
from crm.web.locale import translate

blueprint = Blueprint("groups", __name__, url_prefix="/groupes")

STATUS_LABELS = {
    GroupStatus.STARTING: N_("En cours de lancement"),
    GroupStatus.ACTIVE: N_("Actif"),
    GroupStatus.CLOSED: N_("Clos"),
}


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show every group with its number of members on a day."""
    day = _asked_day()
    groups = [
        (row, group_status(row.launched_on, row.closed_on, day))
        for row in groups_on(db.session(), day)
    ]
    return render_template("groups/index.html", groups=groups, day=day, labels=STATUS_LABELS)


@blueprint.get("/<int:group_id>")
@allow(Permission.READ_NETWORK)
def show(group_id: int) -> str:
    """Show a group and its members on a day."""
    day, session = _asked_day(), db.session()
    group = group_for_page(session, group_id)
    return render_template(
        "groups/show.html",
        group=group,
        day=day,
        status=STATUS_LABELS[group_status(group.launched_on, group.closed_on, day)],
        members=members_on(session, group_id, day),
    )


@blueprint.get("/<int:group_id>/membres.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(group_id: int, extension: str) -> Response:
    """Send the members of a group on a day."""
    day, session = _asked_day(), db.session()
    group = group_for_page(session, group_id)
    header = [translate(label) for label in ("Nom", "Famille", "Commune", "Département")]
    return send_table(group.name, header, _member_rows(session, group_id, day), extension)


def _member_rows(session: Session, group_id: int, day: date) -> list[tuple[str | None, ...]]:
    return [
        (row.name, row.family, row.commune, row.departement_code)
        for row in members_on(session, group_id, day)
    ]


def _asked_day() -> date:
    """Return the day in the URL (`au`); today when there is none or it cannot be read."""
    try:
        return parse_day(request.args["au"], clock.today())
    except (KeyError, RuleError):
        return clock.today()
