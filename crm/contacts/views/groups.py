"""Groups: the list, a page, the form, the addresses of those who represent, one into another."""

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.contacts.group_forms import GroupForm, MergeForm
from crm.contacts.group_listings import group_list, member_list, narrow_groups
from crm.contacts.group_presentation import (
    group_context,
    group_page,
    mailing_list,
    member_table,
    offer_group_choices,
)
from crm.contacts.group_rules import status_on
from crm.contacts.group_types import GROUP_STATUS_LABELS, KIND_LABELS
from crm.contacts.models import Group, Structure
from crm.contacts.operations.groups import create_group, update_group
from crm.contacts.operations.merging_groups import merge_group
from crm.contacts.queries.groups import (
    group_for_page,
    groups_to_merge_into,
    representatives_of,
)
from crm.contacts.types import GroupKind
from crm.core import clock
from crm.core.errors import N_, StaleRecordError
from crm.database import db
from crm.search.lists import narrow_by_words
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.exports import send_table
from crm.web.lists import Listing
from crm.web.locale import translate
from crm.web.requests import asked_day, done
from crm.web.submissions import save_form, save_once

blueprint = Blueprint("groups", __name__, url_prefix="/groupes")
ONE = "/<int:group_id>"
_LIST_HEADER = (
    N_("Nom"), N_("Type"), N_("Pays"), N_("Thème"), N_("Statut"), N_("Lancé le"),
    N_("Dernier jour"), N_("Membres"),
)  # fmt: skip
_MEMBER_HEADER = (
    N_("Nom"), N_("Famille"), N_("Commune"), N_("Département"), N_("Membre depuis"),
    N_("Jusqu’au"), N_("Représentée par"), N_("Courriel"),
)  # fmt: skip
_MAIL_HEADER = (N_("Structure"), N_("Personne"), N_("Courriel"))


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show the groups with their number of members on a day."""
    day, session = asked_day("au"), db.session()
    listing = Listing(group_list(day), request.args)
    listing.fill(session, narrow_groups(session, listing))
    statuses = {
        row.id: status_on(row.launched_on, row.closed_on, row.merged_into_id, day)
        for row in listing.rows
    }
    return render_template(
        "groups/index.html",
        listing=listing,
        day=day,
        today=clock.today(),
        statuses=statuses,
        status_labels=GROUP_STATUS_LABELS,
        kind_labels=KIND_LABELS,
    )


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send the list of groups on a day, as narrowed by the URL."""
    day, session = asked_day("au"), db.session()
    listing = Listing(group_list(day), request.args)
    rows = session.execute(listing.ordered(narrow_groups(session, listing))).all()
    table = (
        (
            row.name,
            translate(KIND_LABELS[GroupKind(row.kind)]),
            row.country,
            row.theme,
            translate(
                GROUP_STATUS_LABELS[
                    status_on(row.launched_on, row.closed_on, row.merged_into_id, day)
                ]
            ),
            row.launched_on,
            row.closed_on,
            row.members,
        )
        for row in rows
    )
    return send_table("groupes", [translate(label) for label in _LIST_HEADER], table, extension)


@blueprint.get(ONE)
@allow(Permission.READ_NETWORK)
def show(group_id: int) -> str:
    """Show a group, its members on a day and who represents them."""
    page = group_page(db.session(), group_id, asked_day("au"), request.args)
    return render_template("groups/show.html", **page)


@blueprint.get(f"{ONE}/membres.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export_members(group_id: int, extension: str) -> Response:
    """Send the members of a group on a day, as narrowed by the URL."""
    day, session = asked_day("au"), db.session()
    group = group_for_page(session, group_id)
    listing = Listing(member_list(group_id, day), request.args)
    narrowing = narrow_by_words(session, listing, "structure", Structure.id)
    rows = session.execute(listing.ordered(narrowing)).all()
    speaking = representatives_of(session, [row.membership_id for row in rows], day)
    header = [translate(label) for label in _MEMBER_HEADER]
    return send_table(group.name, header, member_table(rows, speaking), extension)


@blueprint.get(f"{ONE}/courriels")
@allow(Permission.READ_NETWORK)
def mailing(group_id: int) -> str:
    """Show the addresses of those who represent the members on a day, and who has none."""
    day, session = asked_day("au"), db.session()
    group = group_for_page(session, group_id)
    return render_template(
        "groups/mailing.html",
        **group_context(group, day),
        mailing=mailing_list(session, group_id, day),
    )


@blueprint.get(f"{ONE}/courriels.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export_mailing(group_id: int, extension: str) -> Response:
    """Send who represents each member on a day, with their addresses."""
    day, session = asked_day("au"), db.session()
    group = group_for_page(session, group_id)
    rows = (
        (line.structure, person.name, person.email)
        for line in mailing_list(session, group_id, day).lines
        for person in line.people
    )
    title = f"{group.name} – {translate('Représentants')}"
    return send_table(title, [translate(label) for label in _MAIL_HEADER], rows, extension)


@blueprint.route("/nouveau", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def new() -> ResponseReturnValue:
    """Create a group."""
    form = GroupForm(launched_on=clock.today())
    if form.is_submitted():
        saved = save_once(form, lambda session: create_group(session, data=form.read()).id)
        if saved:
            return done("Groupe créé. Ajoutez ses membres.", url_for(".show", group_id=saved))
    return _form_page(form, None, 422 if form.is_submitted() else 200)


@blueprint.route(f"{ONE}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def edit(group_id: int) -> ResponseReturnValue:
    """Change a group; a second editor sees both versions."""
    theirs, group = _as_stored(group_id)
    if not theirs.is_submitted():
        return _form_page(theirs, group)
    form = GroupForm()
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, group_id, form))
    except StaleRecordError:
        theirs, group = _as_stored(group_id)
        offer_group_choices(db.session(), form, group)
        return _form_page(form, group, 409, both_versions(form, theirs))
    if saved:
        return done("Groupe enregistré.", url_for(".show", group_id=saved))
    return _form_page(form, group_for_page(db.session(), group_id), 422)


@blueprint.route(f"{ONE}/fusionner", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def merge(group_id: int) -> ResponseReturnValue:
    """Make the members of a group those of another from a day on."""
    session = db.session()
    group = group_for_page(session, group_id)
    form = MergeForm(version=str(group.version))
    form.into.choices = [
        ("", "—"), *((str(other), name) for other, name in groups_to_merge_into(session, group_id))
    ]  # fmt: skip
    is_stale = False
    try:
        if form.is_submitted() and save_once(form, lambda opened: _merge(opened, group_id, form)):
            return done("Groupes fusionnés.", url_for(".show", group_id=form.into_id()))
    except StaleRecordError:
        is_stale = True
        form.version.data = str(group_for_page(session, group_id).version)
    status = 409 if is_stale else 422 if form.is_submitted() else 200
    page = render_template("groups/merge.html", form=form, group=group, is_stale=is_stale)
    return page, status


def _merge(session: Session, group_id: int, form: MergeForm) -> int:
    return merge_group(
        session,
        group_id=group_id,
        version=form.version_number,
        into_id=form.into_id(),
        day=form.day.data or clock.today(),
    ).id


def _update(session: Session, group_id: int, form: GroupForm) -> int:
    return update_group(
        session, group_id=group_id, version=form.version_number, data=form.read()
    ).id


def _as_stored(group_id: int) -> tuple[GroupForm, Group]:
    session = db.session()
    session.expire_all()
    group = group_for_page(session, group_id)
    form = GroupForm(formdata=None)
    form.write(group)
    offer_group_choices(session, form, group)
    return form, group


def _form_page(
    form: GroupForm,
    group: Group | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    offer_group_choices(db.session(), form, group)
    page = render_template("groups/form.html", form=form, group=group, differences=conflict)
    return page, status
