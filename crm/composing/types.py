"""What a message is made of: blocks, fields, problems, and who stands behind it. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, ClassVar

from crm.core.errors import N_

TEMPLATE = "message_template"
LONGEST_SUBJECT = 200
LONGEST_PREHEADER = 200
LONGEST_NAME = 120
LONGEST_LINE = 200
LONGEST_TEXT = 10_000
LONGEST_LINK = 1000
MOST_BLOCKS = 60
MOST_NEWS = 12


class BlockKind(StrEnum):
    """What a block shows."""

    TITLE = "title"
    TEXT = "text"
    IMAGE = "image"
    BUTTON = "button"
    EVENT = "event"
    NEWS = "news"
    DIVIDER = "divider"


BLOCK_LABELS = {
    BlockKind.TITLE: N_("Titre"),
    BlockKind.TEXT: N_("Texte"),
    BlockKind.IMAGE: N_("Image"),
    BlockKind.BUTTON: N_("Bouton"),
    BlockKind.EVENT: N_("Événement"),
    BlockKind.NEWS: N_("Actualités"),
    BlockKind.DIVIDER: N_("Séparation"),
}


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One piece of news in a list."""

    title: str = ""
    text: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a message; `key` names it among the others, whatever its place."""

    kind: ClassVar[BlockKind]
    key: str


@dataclass(frozen=True, slots=True)
class TitleBlock(Block):
    """A title of the message."""

    kind: ClassVar[BlockKind] = BlockKind.TITLE
    title: str = ""


@dataclass(frozen=True, slots=True)
class TextBlock(Block):
    """Paragraphs in Markdown."""

    kind: ClassVar[BlockKind] = BlockKind.TEXT
    text: str = ""


@dataclass(frozen=True, slots=True)
class ImageBlock(Block):
    """A picture that travels with the message; `image` is the digest of its content."""

    kind: ClassVar[BlockKind] = BlockKind.IMAGE
    image: str = ""
    alt: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class ButtonBlock(Block):
    """A link that nobody misses."""

    kind: ClassVar[BlockKind] = BlockKind.BUTTON
    label: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class EventBlock(Block):
    """The card of an event; `when` is in words."""

    kind: ClassVar[BlockKind] = BlockKind.EVENT
    title: str = ""
    when: str = ""
    place: str = ""
    text: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class NewsBlock(Block):
    """A list of news under a title."""

    kind: ClassVar[BlockKind] = BlockKind.NEWS
    title: str = ""
    items: tuple[NewsItem, ...] = ()


@dataclass(frozen=True, slots=True)
class DividerBlock(Block):
    """A line between two parts."""

    kind: ClassVar[BlockKind] = BlockKind.DIVIDER


BLOCK_TYPES: Mapping[BlockKind, type[Block]] = {
    each.kind: each
    for each in (
        TitleBlock, TextBlock, ImageBlock, ButtonBlock, EventBlock, NewsBlock, DividerBlock,
    )
}  # fmt: skip


def block_of(stored: Mapping[str, Any]) -> Block:
    """Return a block as it was kept; what a later version no longer knows is left out."""
    made = BLOCK_TYPES[BlockKind(stored["kind"])]
    known = {each.name for each in fields(made)}
    values = {name: value for name, value in stored.items() if name in known}
    if "items" in values:
        values["items"] = tuple(NewsItem(**item) for item in values["items"])
    return made(**values)


def stored(block: Block) -> dict[str, Any]:
    """Return a block as JSON keeps it."""
    values = asdict(block)
    if "items" in values:
        values["items"] = [dict(item) for item in values["items"]]
    return {"kind": block.kind.value, **values}


@dataclass(frozen=True, slots=True)
class MergeField:
    """Something that differs from one reader to the next: `label` is a msgid, as it is typed."""

    name: str
    label: str
    example: str


FIELDS = (
    MergeField("prenom", N_("prénom"), "Camille"),
    MergeField("nom", N_("nom"), "Martin"),
    MergeField("fonction", N_("fonction"), "maire"),
    MergeField("structure", N_("structure"), "Association Horizons solidaires"),
    MergeField("commune", N_("commune"), "Le Touquet-Paris-Plage"),
    MergeField("departement", N_("département"), "Pas-de-Calais"),
)

Values = Mapping[str, str | None]


class Severity(StrEnum):
    """Whether a problem keeps a message from leaving."""

    BLOCKING = "blocking"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to put right before a message leaves: `message` is a msgid.

    `block` is the key of the block it is in; None for the message as a whole, where `part` says
    which: subject, preheader, text, footer or weight.
    """

    severity: Severity
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    block: str | None = None
    part: str = ""
    field: str = ""

    @property
    def is_blocking(self) -> bool:
        """Tell whether the message cannot leave like this."""
        return self.severity == Severity.BLOCKING


@dataclass(frozen=True, slots=True)
class Footer:
    """The legal mentions at the foot of each message, and the ways out that it offers."""

    sender_name: str = ""
    postal_address: str = ""
    reason: str = ""
    rights_contact: str = ""
    has_unsubscribe: bool = True
    has_preferences: bool = True
    has_web_version: bool = True


@dataclass(frozen=True, slots=True)
class MessageData:
    """What heads a message."""

    subject: str
    preheader: str = ""
