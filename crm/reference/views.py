"""The lists on screen: rename, add, retire, order."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import Optional

from crm.core.errors import N_, NotFoundError, StaleRecordError
from crm.database import db, transaction
from crm.history.queries import history_of
from crm.history.wording import Wording, tell
from crm.reference.defaults import LIST_LABELS
from crm.reference.operations import FIXED_LISTS, add_item, get_item, move_item, update_item
from crm.reference.queries import items_of, labels_by_code
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.forms import longest, required
from crm.web.requests import done
from crm.web.submissions import OnceForm, save_form, save_once
from crm.web.versions import VersionField

blueprint = Blueprint("reference", __name__, url_prefix="/administration/listes")

ITEM_WORDING = Wording(
    N_("Entrée de liste"),
    {
        "label": N_("Libellé"),
        "label_en": N_("Libellé anglais"),
        "is_active": N_("Proposée"),
        "position": N_("Place"),
    },
)


class ItemForm(OnceForm):
    """An entry's label, and whether it is still offered."""

    version = VersionField()
    label = StringField(_l("Libellé"), [required(), longest(120)])
    label_en = StringField(_l("Libellé anglais"), [Optional(), longest(120)])
    family_code = SelectField(_l("Famille"), validate_choice=False)
    is_formal = BooleanField(_l("Accompagnement formalisé (rendez-vous, atelier…)"))
    is_active = BooleanField(_l("Proposée dans les formulaires"), default=True)


@blueprint.get("")
@allow(Permission.EDIT_REFERENCE)
def index() -> str:
    """Show every list."""
    return render_template("reference/index.html", lists=LIST_LABELS)


@blueprint.get("/<list_code>")
@allow(Permission.EDIT_REFERENCE)
def show(list_code: str) -> str:
    """Show a list's entries, the retired ones too."""
    return render_template(
        "reference/show.html",
        list_code=list_code,
        title=_title(list_code),
        items=items_of(db.session(), list_code, with_retired=True),
        families=dict(labels_by_code(db.session(), "family")),
        is_fixed=list_code in FIXED_LISTS,
    )


@blueprint.route("/<list_code>/ajouter", methods=["GET", "POST"])
@allow(Permission.EDIT_REFERENCE)
def new(list_code: str) -> ResponseReturnValue:
    """Add an entry to a list."""
    _title(list_code)
    form = ItemForm()
    if form.is_submitted() and save_once(form, lambda session: _add(session, list_code, form)):
        return done("Entrée ajoutée.", url_for(".show", list_code=list_code))
    return _form_page(form, list_code, None, 422 if form.is_submitted() else 200)


@blueprint.route("/entrees/<int:item_id>", methods=["GET", "POST"])
@allow(Permission.EDIT_REFERENCE)
def edit(item_id: int) -> ResponseReturnValue:
    """Rename or retire an entry; a second editor sees both versions."""
    list_code = get_item(db.session(), item_id).list_code
    form, theirs = ItemForm(), _as_stored(item_id)
    if not form.is_submitted():
        return _form_page(theirs, list_code, item_id)
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, item_id, form))
    except StaleRecordError:
        found = both_versions(form, _as_stored(item_id))
        return _form_page(form, list_code, item_id, 409, found)
    if saved:
        return done("Entrée enregistrée.", url_for(".show", list_code=list_code))
    return _form_page(form, list_code, item_id, 422)


@blueprint.post("/entrees/<int:item_id>/deplacer")
@allow(Permission.EDIT_REFERENCE)
def move(item_id: int) -> ResponseReturnValue:
    """Move an entry one place up or down."""
    with transaction() as session:
        list_code = get_item(session, item_id).list_code
        move_item(session, item_id=item_id, step=1 if request.form.get("vers") == "bas" else -1)
    return done("Ordre enregistré.", url_for(".show", list_code=list_code))


def _title(list_code: str) -> str:
    if list_code not in LIST_LABELS:
        raise NotFoundError
    return LIST_LABELS[list_code]


def _add(session: Session, list_code: str, form: ItemForm) -> int:
    return add_item(
        session,
        list_code=list_code,
        label=form.label.data or "",
        label_en=form.label_en.data,
        family_code=(form.family_code.data or None) if list_code == "subtype" else None,
        is_formal=bool(form.is_formal.data),
    ).id


def _update(session: Session, item_id: int, form: ItemForm) -> int:
    return update_item(
        session,
        item_id=item_id,
        version=form.version_number,
        label=form.label.data or "",
        label_en=form.label_en.data,
        is_active=bool(form.is_active.data),
    ).id


def _as_stored(item_id: int) -> ItemForm:
    session = db.session()
    session.expire_all()
    item = get_item(session, item_id)
    form = ItemForm(formdata=None, obj=item)
    form.version.data = str(item.version)
    return form


def _form_page(
    form: ItemForm,
    list_code: str,
    item_id: int | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    session = db.session()
    form.family_code.choices = [("", "—"), *labels_by_code(session, "family")]
    changes = history_of(session, entity="reference_item", record_id=item_id) if item_id else []
    page = render_template(
        "reference/form.html",
        form=form,
        list_code=list_code,
        title=_title(list_code),
        item_id=item_id,
        differences=conflict,
        changes=tell(session, changes),
    )
    return page, status
