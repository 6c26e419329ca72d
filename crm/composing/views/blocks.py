"""The blocks of a message: their forms, their order."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.composing import operations
from crm.composing.block_forms import FORMS, BlockForm, ImageForm
from crm.composing.models import Message
from crm.composing.owners import fields_of
from crm.composing.pictures import LARGEST_BYTES
from crm.composing.presentation import ICONS, KINDS_BY_SLUG, SLUGS, field_hints
from crm.composing.queries import message_for_page
from crm.composing.rules import check_key
from crm.composing.types import BLOCK_LABELS, Block
from crm.composing.views.blueprints import ONE_MESSAGE
from crm.composing.views.blueprints import messages as blueprint
from crm.composing.views.drafts import discard, draft_of, typed_in_form
from crm.core.errors import NotFoundError, RuleError, StaleRecordError
from crm.core.numbers import typed_id
from crm.database import db, transaction
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done, form_key, refused
from crm.web.submissions import save_form
from crm.web.uploads import takes_files

# Larger than what is kept: a picture that is too heavy is refused in words, beside its field.
_LARGEST_REQUEST = 48 * 1024 * 1024
_ONE_BLOCK = f"{ONE_MESSAGE}/blocs/<key>"


@blueprint.route(f"{ONE_MESSAGE}/blocs/nouveau/<slug>", methods=["GET", "POST"])
@allow(Permission.WRITE_MAILINGS)
@takes_files(_LARGEST_REQUEST)
def add_block(message_id: int, slug: str) -> ResponseReturnValue:
    """Add a block, at the end or after the one that the address names."""
    message = message_for_page(db.session(), message_id)
    if slug not in KINDS_BY_SLUG:
        raise NotFoundError
    form_class = FORMS[KINDS_BY_SLUG[slug]]
    form = form_class()
    form.merge_fields = fields_of(message.owner_kind)
    if not form.is_submitted():
        draft = draft_of(form_class)
        return _page(draft or form_class(formdata=None), message, is_draft=draft is not None)
    _keep_picture(form, message_id)
    after = request.args.get("apres")
    if save_form(form, lambda session: _add(session, message_id, form, after)):
        return done("Bloc ajouté.", _place(message_id, form.key.data))
    return _page(form, message_for_page(db.session(), message_id), 422)


@blueprint.route(_ONE_BLOCK, methods=["GET", "POST"])
@allow(Permission.WRITE_MAILINGS)
@takes_files(_LARGEST_REQUEST)
def edit_block(message_id: int, key: str) -> ResponseReturnValue:
    """Change a block; a second editor sees both versions, or that it was removed meanwhile."""
    try:
        return _edited(message_id, key)
    except NotFoundError:
        return _removed(message_id, key)


def _edited(message_id: int, key: str) -> ResponseReturnValue:
    theirs, message = _as_stored(message_id, key)
    form = type(theirs)()
    form.merge_fields = theirs.merge_fields
    if not form.is_submitted():
        draft = draft_of(type(theirs))
        return _page(draft or theirs, message, key=key, is_draft=draft is not None)
    apply_choices(form, theirs)
    _keep_picture(form, message_id)
    try:
        saved = save_form(form, lambda session: _update(session, message_id, key, form))
    except StaleRecordError:
        theirs, message = _as_stored(message_id, key)
        return _page(form, message, 409, both_versions(form, theirs), key=key)
    if saved:
        return done("Bloc enregistré.", _place(message_id, key))
    return _page(form, message_for_page(db.session(), message_id), 422, key=key)


def _removed(message_id: int, key: str) -> ResponseReturnValue:
    """Give back what someone typed of a block that is no longer there, and how to put it back."""
    message, typed = message_for_page(db.session(), message_id), typed_in_form()
    kind = KINDS_BY_SLUG.get(typed.get("sorte", ""))
    if kind is None:
        raise NotFoundError
    form = FORMS[kind](formdata=typed)
    form.merge_fields, form.key.data = fields_of(message.owner_kind), check_key(key)
    if not form.is_submitted():
        return _page(form, message, key=key, is_removed=True)
    _keep_picture(form, message_id)
    is_asked, place = "remettre" in typed, typed_id(typed.get("place"))
    if is_asked and save_form(form, lambda session: _put_back(session, message_id, form, place)):
        return done("Bloc remis.", _place(message_id, key))
    message = message_for_page(db.session(), message_id)
    return _page(form, message, 422 if is_asked else 409, key=key, is_removed=True)


@blueprint.post(f"{_ONE_BLOCK}/deplacer")
@allow(Permission.WRITE_MAILINGS)
def move_block(message_id: int, key: str) -> ResponseReturnValue:
    """Put a block at the position that the form names."""
    position = typed_id(request.form.get("position"))
    try:
        with transaction() as session:
            operations.move_block(session, message_id=message_id, key=key, position=position)
    except RuleError as error:
        return refused(error, url_for(".show", message_id=message_id))
    way = request.args.get("sens")
    if way is None:
        return done("Bloc déplacé.", _place(message_id, key))
    # Without a fragment, which would take the focus from the button that moves it on.
    return done("Bloc déplacé.", url_for(".show", message_id=message_id, deplace=key, sens=way))


@blueprint.post(f"{_ONE_BLOCK}/dupliquer")
@allow(Permission.WRITE_MAILINGS)
def copy_block(message_id: int, key: str) -> ResponseReturnValue:
    """Copy a block below itself, once however often the form is sent."""
    new_key = check_key(request.form.get("copie", ""))
    try:
        with transaction() as session:
            operations.copy_block(session, message_id=message_id, key=key, new_key=new_key)
    except RuleError as error:
        return refused(error, url_for(".show", message_id=message_id))
    return done("Bloc dupliqué.", _place(message_id, new_key))


@blueprint.post(f"{_ONE_BLOCK}/retirer")
@allow(Permission.WRITE_MAILINGS)
def remove_block(message_id: int, key: str) -> ResponseReturnValue:
    """Take a block away; it can be put back."""
    back = url_for(".show", message_id=message_id)
    try:
        with transaction() as session:
            operations.remove_block(session, message_id=message_id, key=key)
            saved = change_set_of(session)
    except RuleError as error:
        return refused(error, back)
    undo = undo_link(saved, back)
    return done("Bloc retiré.", f"{back}#blocs", undo_url=undo)


def _keep_picture(form: BlockForm, message_id: int) -> None:
    """Keep the picture that was sent, if any, whatever the rest of the form is worth."""
    if not isinstance(form, ImageForm):
        return
    try:
        picture = form.sent_picture()
        if picture is not None:
            with transaction() as session:
                form.image.data = operations.add_image(
                    session, message_id=message_id, picture=picture
                )
            form.image.raw_data = None
    except RuleError as error:
        form.picture_error = error


def _add(session: Session, message_id: int, form: BlockForm, after: str | None) -> int:
    check_key(form.key.data or "")
    operations.add_block(session, message_id=message_id, block=form.read(), after=after)
    discard(session)
    return message_id


def _update(session: Session, message_id: int, key: str, form: BlockForm) -> int:
    form.key.data = key
    operations.update_block(
        session, message_id=message_id, seen=form.version.data or "", block=form.read()
    )
    discard(session)
    return message_id


def _put_back(session: Session, message_id: int, form: BlockForm, place: int) -> int:
    operations.put_back_block(session, message_id=message_id, block=form.read(), position=place)
    discard(session)
    return message_id


def _as_stored(message_id: int, key: str) -> tuple[BlockForm, Message]:
    message = message_for_page(db.session(), message_id)
    block = _block_of(message, key)
    form = FORMS[block.kind](formdata=None)
    form.merge_fields = fields_of(message.owner_kind)
    form.write(block)
    return form, message


def _block_of(message: Message, key: str) -> Block:
    for block in message.parts:
        if block.key == key:
            return block
    raise NotFoundError


def _place(message_id: int, key: str | None) -> str:
    return url_for(".show", message_id=message_id) + f"#bloc-{key}"


def _page(
    form: BlockForm,
    message: Message,
    status: int = 200,
    conflict: list[Difference] | None = None,
    *,
    key: str | None = None,
    is_draft: bool = False,
    is_removed: bool = False,
) -> ResponseReturnValue:
    places = [place for place, each in enumerate(message.parts) if each.key == key]
    page = render_template(
        "composing/block.html",
        form=form,
        message=message,
        key=key,
        slug=SLUGS[form.kind],
        label=BLOCK_LABELS[form.kind],
        icon=ICONS[form.kind],
        differences=conflict,
        most_megabytes=LARGEST_BYTES // 1024**2,
        hints=field_hints(fields_of(message.owner_kind)),
        is_draft=is_draft,
        is_removed=is_removed,
        place=places[0] if places else typed_id(request.form.get("place")),
        form_key=form_key(),
    )
    return page, status
