"""Pictures that may travel in a message: what they are and their size, by their content. Pure."""

import hashlib
from dataclasses import dataclass

from crm.core.errors import N_, RuleError

LARGEST_BYTES = 1024 * 1024
LARGEST_SIDE = 6000
DIGEST_LENGTH = 64
_MEGABYTE = 1024 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_GIFS = (b"GIF87a", b"GIF89a")
_JPEG = b"\xff\xd8\xff"
_HEAD_OF_GIF, _HEAD_OF_IMAGE = 13, 10
_CHUNK = 12  # what a PNG puts around the data of a chunk: its length, its kind, its check
_START_OF_SCAN, _END_OF_JPEG = 0xDA, b"\xff\xd9"
# Frames that give a JPEG its size; the others of this range are tables.
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, recognised: `subtype` is png, jpeg or gif; its sides are in pixels."""

    content: bytes
    subtype: str
    width: int
    height: int

    @property
    def digest(self) -> str:
        """Return what names it, whatever the file was called."""
        return hashlib.sha256(self.content).hexdigest()


def recognise(content: bytes, sent_bytes: int | None = None) -> Picture:
    """Return the picture that some bytes are; raise RuleError when a message cannot carry it.

    `sent_bytes` is how much was sent, where not all of it was read.
    """
    size = len(content) if sent_bytes is None else sent_bytes
    if size > LARGEST_BYTES:
        raise RuleError(
            "picture",
            N_(
                "Cette image pèse %(size)s Mo : c’est trop pour un courriel. Réduisez-la à moins de"
                " %(most)s Mo (1200 pixels de large suffisent), puis recommencez."
            ),
            size=f"{size / _MEGABYTE:.1f}".replace(".", ","),
            most=LARGEST_BYTES // _MEGABYTE,
        )
    found = _png(content) or _gif(content) or _jpeg(content)
    if found is None:
        raise RuleError(
            "picture",
            N_(
                "Ce fichier n’est pas une image PNG, JPEG ou GIF, ou il est abîmé : enregistrez"
                " l’image dans un de ces formats, puis recommencez."
            ),
        )
    subtype, width, height = found
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        raise RuleError(
            "picture",
            N_("Cette image est trop grande : %(most)s pixels de côté au plus."),
            most=LARGEST_SIDE,
        )
    return Picture(content, subtype, width, height)


def _png(content: bytes) -> tuple[str, int, int] | None:
    kinds = _chunks(content) if content.startswith(_PNG) else []
    if kinds[:1] != [b"IHDR"] or b"IDAT" not in kinds or kinds[-1] != b"IEND":
        return None
    return "png", int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def _chunks(content: bytes) -> list[bytes]:
    """Return the kinds of the chunks that are whole in a PNG, as far as its end."""
    kinds: list[bytes] = []
    place = len(_PNG)
    while kinds[-1:] != [b"IEND"]:
        after = place + _CHUNK + int.from_bytes(content[place : place + 4])
        if after > len(content):
            break
        kinds.append(content[place + 4 : place + 8])
        place = after
    return kinds


def _gif(content: bytes) -> tuple[str, int, int] | None:
    if content[:6] not in _GIFS or len(content) < _HEAD_OF_GIF:
        return None
    place = _HEAD_OF_GIF + _table_size(content[10])
    while content[place : place + 1] == b"!":
        place = _after_parts(content, place + 2)
    head = content[place : place + _HEAD_OF_IMAGE]
    if len(head) < _HEAD_OF_IMAGE or head[:1] != b",":
        return None
    start = place + _HEAD_OF_IMAGE + _table_size(head[9]) + 1
    if not start + 1 < _after_parts(content, start) <= len(content):
        return None
    return "gif", int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little")


def _table_size(flags: int) -> int:
    """Return how many bytes of colours follow a head of a GIF."""
    return 3 << (flags % 8 + 1) if flags & 0x80 else 0


def _after_parts(content: bytes, place: int) -> int:
    """Return where the parts of a GIF that begin there end; beyond the content when they do not."""
    while place < len(content) and content[place]:
        place += content[place] + 1
    return place + 1


def _jpeg(content: bytes) -> tuple[str, int, int] | None:
    if not content.startswith(_JPEG):
        return None
    place, sides = 2, (0, 0)
    while place + 4 <= len(content) and content[place] == 0xFF:  # noqa: PLR2004 - a marker
        code = content[place + 1]
        if code == _START_OF_SCAN:
            is_whole = sides != (0, 0) and _END_OF_JPEG in content[place:]
            return ("jpeg", *sides) if is_whole else None
        if code in _SIZES:
            height = int.from_bytes(content[place + 5 : place + 7])
            sides = int.from_bytes(content[place + 7 : place + 9]), height
        if code == 0xFF or code in _ALONE:  # noqa: PLR2004 - padding
            place += 1 if code == 0xFF else 2  # noqa: PLR2004
            continue
        place += 2 + int.from_bytes(content[place + 2 : place + 4])
    return None
