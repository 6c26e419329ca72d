"""What the tests of messages start from: a message with a block of each kind, and a picture."""

import struct
import zlib
from collections.abc import Sequence

from sqlalchemy.orm import Session

from crm.composing import operations
from crm.composing.models import Message
from crm.composing.operations.blocks import keep_blocks
from crm.composing.pictures import recognise
from crm.composing.types import (
    Block,
    ButtonBlock,
    DividerBlock,
    EventBlock,
    Footer,
    ImageBlock,
    NewsBlock,
    NewsItem,
    TextBlock,
    TitleBlock,
)

OWNER = "test_owner"
FOOTER = Footer(
    "Réseau d’essai", "1 rue des Essais\n59000 Lille", "Vous êtes abonné.", "droits@reseau.fr"
)
WAYS = {
    "unsubscribe": "https://reseau.fr/non?a=1&b=2",
    "preferences": "https://reseau.fr/choix",
    "web": "https://reseau.fr/lettre",
}
READER = {"prenom": "Ada", "structure": "Conseil du Nord", "commune": "Le Havre"}
TITLE, TEXT, IMAGE, BUTTON, EVENT, NEWS, DIVIDER = (f"{number:012x}" for number in range(7))


def png(width: int = 4, height: int = 2, shade: int = 200) -> bytes:
    """Return a whole picture of one shade."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    lines = (b"\x00" + bytes([shade]) * width) * height
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def every_block(image: str = "") -> list[Block]:
    """Return a block of each kind."""
    return [
        TitleBlock(TITLE, "La lettre <de> juin"),
        TextBlock(TEXT, "Bonjour **{prénom | Madame, Monsieur}**,\n\n- un [site](https://a.fr/?x=1&y=2)"),
        ImageBlock(IMAGE, image, "Une réunion à Lille", "https://reseau.fr/photos"),
        ButtonBlock(BUTTON, "Je m’inscris", "https://reseau.fr/inscription"),
        EventBlock(EVENT, "Webinaire", "Jeudi 3 décembre", "En ligne", "Avec *nous*", "https://reseau.fr/w"),
        NewsBlock(NEWS, "Actualités", (NewsItem("Une nouvelle", "En deux mots", "https://a.fr/1"),)),
        DividerBlock(DIVIDER),
    ]  # fmt: skip


def write(
    session: Session,
    blocks: Sequence[Block] | None = None,
    *,
    subject: str = "Bonjour {prénom | à tous}",
    owner_id: int | None = None,
) -> Message:
    """Return a message that was written, with a picture; its owner is unknown to the wiring."""
    message = operations.create_message(session, owner_kind=OWNER, owner_id=owner_id)
    digest = operations.add_image(session, message_id=message.id, picture=recognise(png()))
    message = operations.get_message(session, message.id)
    message.subject, message.preheader = subject, "Ce mois-ci {à commune | chez vous}"
    keep_blocks(message, every_block(digest) if blocks is None else blocks)
    session.flush()
    return message


def seen(page: str) -> str:
    """Return a page with plain spaces in place of those that French typography asks for."""
    return page.replace("\xa0", " ").replace("\u202f", " ").replace("&nbsp;", " ")
