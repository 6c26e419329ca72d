"""The forms of the blocks of a message, one for each kind."""

from collections.abc import Mapping, Sequence
from typing import IO, Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Optional, ValidationError

from crm.composing.cards import cards
from crm.composing.fields import faults_in
from crm.composing.links import tidy, why_nowhere
from crm.composing.pasted import markdown_of
from crm.composing.pictures import LARGEST_BYTES, Picture, recognise
from crm.composing.rich_text import typed_addresses
from crm.composing.rules import new_key, seen_block
from crm.composing.samples import samples_in
from crm.composing.types import (
    BLOCK_TYPES,
    FIELDS,
    LONGEST_LINE,
    LONGEST_LINK,
    LONGEST_TEXT,
    MOST_NEWS,
    Block,
    BlockKind,
    MergeField,
    NewsBlock,
    NewsItem,
)
from crm.core.errors import N_, RuleError
from crm.database import db
from crm.web.forms import longest, stripped
from crm.web.locale import sentence, translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField

_LINE = longest(LONGEST_LINE)
# HTML pasted from elsewhere becomes the words that are kept of it, before they are counted.
PARAGRAPHS = (stripped, lambda text: markdown_of(text) if text else text)
_NOT_WORDS = frozenset(
    {"link", "version", "csrf_token", "submission_key", "key", "image", "picture"}
)


def needed(message: str | None = None) -> DataRequired:
    """Return the validator of a field that must say something: spaces are nothing."""
    return DataRequired(message or _l("Ce champ est nécessaire."))


class BracedForm(OnceForm):
    """A form whose words may hold fields: braces that mean nothing are said beside their field."""

    merge_fields: Sequence[MergeField] = FIELDS

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the braces too, and where links lead."""
        is_valid = super().validate(extra_validators)
        for field in self:
            if isinstance(field.data, str) and field.data and not field.errors:
                field.errors = [*field.errors, *self._faults_of(field.name, field.data)]
        return is_valid and not any(field.errors for field in self)

    def _faults_of(self, name: str, text: str) -> list[str]:
        if name.partition("_")[0] == "link":
            reason = why_nowhere(tidy(text))
            return [translate(reason, address=text[:80])] if reason else []
        if name in _NOT_WORDS or name.partition("_")[0] not in _WORDS:
            return []
        found = [
            translate(fault.message, **dict(fault.params))
            for fault in faults_in(text, self.merge_fields)
        ]
        addresses = typed_addresses(text) if name.partition("_")[0] == "text" else ()
        for address in addresses:
            if reason := why_nowhere(address):
                found.append(translate(reason, address=address[:80]))  # noqa: PERF401
        return found


_WORDS = frozenset(
    {"title", "text", "label", "when", "place", "alt", "subject", "preheader", "item"}
)


class BlockForm(BracedForm):
    """A block; `version` is what its editor saw of it, `key` names it once it is kept."""

    kind: BlockKind
    version = VersionField()
    key = HiddenField(default=new_key)

    def read(self) -> Block:
        """Return what was typed."""
        made = BLOCK_TYPES[self.kind]
        names = [name for name in made.__dataclass_fields__ if name in self._fields]
        return made(**{name: self._fields[name].data or "" for name in names})

    def write(self, block: Block) -> None:
        """Show what the block holds now."""
        self.version.data, self.key.data = seen_block(block), block.key
        for name in block.__dataclass_fields__:
            if name in self._fields and name != "key":
                self._fields[name].data = getattr(block, name)


class TitleForm(BlockForm):
    """A title."""

    kind = BlockKind.TITLE
    title = StringField(_l("Titre"), [needed(), _LINE])


class TextBlockForm(BlockForm):
    """Paragraphs."""

    kind = BlockKind.TEXT
    text = TextAreaField(_l("Texte"), [needed(), longest(LONGEST_TEXT)], filters=PARAGRAPHS)


class ImageForm(BlockForm):
    """A picture; the one that was sent is kept even when the rest must be typed again."""

    kind = BlockKind.IMAGE
    image = HiddenField()
    picture = FileField(_l("Image"))
    alt = StringField(
        _l("Ce que montre l’image"),
        [needed(_l("Décrivez l’image : beaucoup ne la verront pas.")), _LINE],
    )
    link = StringField(_l("Lien de l’image"), [Optional(), longest(LONGEST_LINK)])
    picture_error: RuleError | None = None

    def sent_picture(self) -> Picture | None:
        """Return the picture that was sent; None for none. Raises RuleError for a bad one."""
        file = request.files.get("picture")
        if file is None or not file.filename:
            return None
        with file.stream as stream:
            return recognise(*_read(stream))

    def validate_picture(self, field: FileField) -> None:
        """Say why the picture that was sent was refused; ask for one, unless one is there."""
        field.data = None
        if self.picture_error is not None:
            raise ValidationError(sentence(self.picture_error))
        if not self.image.data:
            raise ValidationError(translate(N_("Choisissez l’image.")))


def _read(stream: IO[bytes]) -> tuple[bytes, int]:
    """Return what a message could carry of a file, and how large the file is."""
    content = stream.read(LARGEST_BYTES + 1)
    return content, len(content) if len(content) <= LARGEST_BYTES else stream.seek(0, 2)


class ButtonForm(BlockForm):
    """A button."""

    kind = BlockKind.BUTTON
    label = StringField(_l("Ce que dit le bouton"), [needed(), _LINE])
    link = StringField(_l("Où il mène"), [Optional(), longest(LONGEST_LINK)])


class EventForm(BlockForm):
    """The card of an event."""

    kind = BlockKind.EVENT
    event = SelectField(_l("Un événement à venir"), validate_choice=False)
    title = StringField(_l("Nom de l’événement"), [needed(), _LINE])
    when = StringField(_l("Quand"), [Optional(), _LINE])
    place = StringField(_l("Où"), [Optional(), _LINE])
    text = TextAreaField(
        _l("En quelques mots"), [Optional(), longest(LONGEST_TEXT)], filters=PARAGRAPHS
    )
    link = StringField(_l("Lien pour en savoir plus"), [Optional(), longest(LONGEST_LINK)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the events to come."""
        super().__init__(*args, **kwargs)
        self._cards = {str(each.event_id): each for each in cards(db.session())}
        nothing = ("", translate(N_("Aucun : je remplis moi-même")))
        self.event.choices = [nothing, *((key, each.name) for key, each in self._cards.items())]

    def validate(self, extra_validators: Any = None) -> bool:
        """Let the chosen event say what was left empty, or to be written, once."""
        if card := self._cards.get(self.event.data or ""):
            for name in ("title", "when", "place", "link"):
                field = self._fields[name]
                if not (field.data or "").strip() or samples_in(field.data):
                    field.data, field.raw_data = getattr(card, name), None
            self.event.data = ""
        return super().validate(extra_validators)


class NewsForm(BlockForm):
    """A list of news: each has a title, a few words and a link."""

    kind = BlockKind.NEWS
    title = StringField(_l("Titre de la liste"), [Optional(), _LINE])

    def read(self) -> Block:
        """Return what was typed, without the lines left empty."""
        items = [
            NewsItem(*(self._fields[f"{part}_{number}"].data or "" for part in _ITEM_PARTS))
            for number in range(1, MOST_NEWS + 1)
        ]
        kept = tuple(item for item in items if item != NewsItem())
        return NewsBlock(self.key.data or "", self.title.data or "", kept)

    def write(self, block: Block) -> None:
        """Show what the block holds now."""
        super().write(block)
        for number, item in enumerate(getattr(block, "items", ()), start=1):
            for part, value in zip(_ITEM_PARTS, (item.title, item.text, item.link), strict=True):
                self._fields[f"{part}_{number}"].data = value

    @property
    def lines(self) -> list[tuple[Any, Any, Any]]:
        """Return the fields of each piece of news."""
        return [
            tuple(self._fields[f"{part}_{number}"] for part in _ITEM_PARTS)
            for number in range(1, MOST_NEWS + 1)
        ]

    @property
    def shown_lines(self) -> int:
        """Return how many lines to show: those filled in and one more."""
        filled = [
            n for n, line in enumerate(self.lines, 1) if any(f.data or f.errors for f in line)
        ]
        return min(max(filled, default=0) + 1, MOST_NEWS)


_ITEM_PARTS = ("item_title", "text", "link")
for _number in range(1, MOST_NEWS + 1):
    setattr(NewsForm, f"item_title_{_number}", StringField(_l("Titre"), [Optional(), _LINE]))
    setattr(
        NewsForm,
        f"text_{_number}",
        TextAreaField(_l("Texte"), [Optional(), longest(LONGEST_TEXT)], filters=PARAGRAPHS),
    )
    setattr(
        NewsForm, f"link_{_number}", StringField(_l("Lien"), [Optional(), longest(LONGEST_LINK)])
    )


class DividerForm(BlockForm):
    """A line: there is nothing to say of it."""

    kind = BlockKind.DIVIDER


FORMS: Mapping[BlockKind, type[BlockForm]] = {
    form.kind: form
    for form in (
        TitleForm, TextBlockForm, ImageForm, ButtonForm, EventForm, NewsForm, DividerForm,
    )
}  # fmt: skip
