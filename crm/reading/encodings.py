"""The encoding of a text file, told from the whole of it, and its lines.

A guess by statistics reads French cp1252 as Polish or Chinese; a French file is UTF-8, UTF-16, or
one of three old 8-bit sets, and its accents say which.
"""

import codecs
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from crm.core.errors import N_
from crm.reading.limits import LONGEST_LINE
from crm.reading.types import ENCODINGS, UnreadableFileError

UTF8_TWICE, UTF8_MIXED = "utf-8-twice", "utf-8-mixed"
_OLD_SETS = ("cp1252", "mac-roman", "cp850")
_FRENCH = frozenset("éèêëàâäçùûüôöîïœæÿÉÈÊËÀÂÇÙÛÔÎÏŒÆ’«»°€–\u00a0")
_CHUNK = 1024 * 1024
_UTF16_SHARE = 0.3  # of zero bytes on one side in a text of western letters
_MIXED_SHARE = 0.5
_HIGH = re.compile(rb"[\x80-\xff]")
_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_TWICE = re.compile("[ÂÃÅâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_NOT_THIS_ENCODING = N_(
    "Ce fichier n’est pas écrit en %(encoding)s. Choisissez un autre encodage, ou laissez-le"
    " reconnaître."
)
_LONG_LINE = N_(
    "La ligne %(row)s est trop longue : %(most)s caractères au plus. Ce fichier n’est"
    " peut-être pas un tableau."
)


def encoding_of(source: Path) -> str:
    """Return one of ENCODINGS for the file."""
    with source.open("rb") as stream:
        head = stream.read(4096)
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return name
    if not head.startswith(codecs.BOM_UTF8) and (name := _utf16_without_mark(head)):
        return name
    if _is_utf8(source):
        return UTF8_TWICE if _is_utf8_twice(source) else "utf-8"
    return UTF8_MIXED if _is_mostly_utf8(source) else _old_set(source)


def _utf16_without_mark(head: bytes) -> str:
    """Return the byte order of a text whose every second byte is zero; "" for others."""
    half = max(len(head) // 2, 1)
    even, odd = head[::2].count(0) / half, head[1::2].count(0) / half
    if odd > _UTF16_SHARE > even:
        return "utf-16-le"
    if even > _UTF16_SHARE > odd:
        return "utf-16-be"
    return ""


def _is_utf8(source: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with source.open("rb") as stream:
        try:
            while piece := stream.read(_CHUNK):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _is_mostly_utf8(source: Path) -> bool:
    """Tell whether most accents are UTF-8, as when rows of another file were added at the end.

    French in an 8-bit set hardly ever has two such bytes together.
    """
    high = paired = 0
    with source.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            high += len(_HIGH.findall(piece))
            paired += sum(map(len, _SEQUENCE.findall(piece)))
    return paired >= high * _MIXED_SHARE


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Read as cp1252 the bytes that are no UTF-8."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", errors="replace"), error.end


codecs.register_error(UTF8_MIXED, _as_cp1252)


def _is_utf8_twice(source: Path) -> bool:
    """Tell whether every accent of the file was encoded twice: one that was not, and it is not."""
    found = 0
    with source.open(encoding="utf-8-sig", newline="") as stream:
        while piece := stream.readline(LONGEST_LINE):
            if piece.isascii():
                continue
            repaired = repair_twice(piece)
            if repaired is None or not _TWICE.search(piece):
                return False
            found += 1
    return found > 0


def repair_twice(text: str) -> str | None:
    """Return « Béthune » for « BÃ©thune »; None when the text is not UTF-8 encoded twice."""
    try:
        return b"".join(map(_byte_of, text)).decode("utf-8")
    except UnicodeError:
        return None


def _byte_of(letter: str) -> bytes:
    """Return the byte a letter stood for: cp1252, and what it leaves free as Latin-1 has it."""
    if 0x80 <= ord(letter) <= 0x9F:  # noqa: PLR2004 - the control characters of Latin-1
        return letter.encode("latin-1")
    return letter.encode("cp1252")


def _old_set(source: Path) -> str:
    """Return the 8-bit set in which the high bytes of the file are French letters, cp1252 first."""
    counted: Counter[int] = Counter()
    with source.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            counted.update(piece)
    high = {byte: count for byte, count in counted.items() if byte > 0x7F}  # noqa: PLR2004

    def french(name: str) -> int:
        return sum(
            count
            for byte, count in high.items()
            if bytes([byte]).decode(name, errors="replace") in _FRENCH
        )

    return max(_OLD_SETS, key=french)


def lines_of(source: Path, encoding: str) -> Iterator[str]:
    """Yield the lines with their ends; raise UnreadableFileError for a wrong encoding.

    A byte that an 8-bit set does not know becomes the replacement character.
    """
    if encoding not in ENCODINGS:
        raise UnreadableFileError(_NOT_THIS_ENCODING, encoding=encoding[:40])
    twice = encoding == UTF8_TWICE
    name = "utf-8" if encoding.startswith("utf-8") else encoding
    errors = "replace" if encoding in _OLD_SETS else "strict"
    errors = UTF8_MIXED if encoding == UTF8_MIXED else errors
    with source.open("rb") as raw:
        stream = io.TextIOWrapper(raw, encoding=name, errors=errors, newline="")
        number = 0
        try:
            while line := stream.readline(LONGEST_LINE):
                number += 1
                if len(line) >= LONGEST_LINE:
                    raise UnreadableFileError(_LONG_LINE, row=number, most=LONGEST_LINE)
                text = line.removeprefix("\ufeff") if number == 1 else line
                yield (repair_twice(text) or text) if twice else text
        except UnicodeError as error:
            raise UnreadableFileError(
                _NOT_THIS_ENCODING, encoding=encoding, detail=type(error).__name__
            ) from error
