"""Messages that came back: read from a mailbox, a few each minute, or handed over one by one."""

import imaplib
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flask import current_app

from crm.config import MailSettings, Settings
from crm.core import clock
from crm.database import transaction
from crm.mail.reading_place import Place
from crm.mail.reports import report
from crm.mail.returns import LARGEST_BYTES, Nature, Ours, read_returned

MOST_AT_ONCE = 50
LONGEST_SECONDS = 20.0
# What was read and stays where it is; people's own marks (read, answered) are left alone.
READ_MARK = "Passerelle"
# What is for no person: it is put away. The rest stays where people find it.
_PUT_AWAY = (Nature.RETURN, Nature.COMPLAINT)


class MailboxError(RuntimeError):
    """The mailbox does not do what it is asked; the message says which step."""


def receive(settings: MailSettings, raw: bytes, *, envelope_recipient: str = "") -> Nature:
    """Note what a message that came back says, once; return what it is."""
    domain = settings.sender.rpartition("@")[2]
    ours, now = Ours(settings.envelope_sender, domain), clock.now()
    returned = read_returned(raw, ours, now=now, envelope_recipient=envelope_recipient)
    nature = returned.nature
    if returned.report is not None:
        with transaction() as session:
            heard = report(session, [returned.report], now=now)
        nature = Nature.STRANGER if heard.strangers else nature
    current_app.logger.info("mail", extra={"event": f"mail_returned_{nature}", "count": 1})
    return nature


def read_mailbox() -> None:
    """Read what came back since the last time: a few messages, for some seconds at most."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.mail.bounces.host:
        try:
            count = _read_some(settings)
        except (OSError, imaplib.IMAP4.error, MailboxError) as error:
            # The kind and our step alone: what a server says may hold an address.
            step = f": {error}" if isinstance(error, MailboxError) else ""
            told = {"event": "mail_mailbox", "error": f"{type(error).__name__}{step}"}
            current_app.logger.warning("mailbox not read", extra=told)
        else:
            current_app.logger.info("mailbox read", extra={"event": "mail_mailbox", "count": count})


def _read_some(settings: Settings) -> int:
    """Read messages, each noted before it is marked: one read twice is noted once."""
    until = time.monotonic() + LONGEST_SECONDS
    count = 0
    with _opened(settings.mail) as box:
        mark = READ_MARK if _takes_marks(box) else ""
        place = _place(box, settings)
        for uid in _unread(box, mark, place.last()):
            if time.monotonic() > until:
                break
            nature = receive(settings.mail, _fetch(box, uid))
            if nature in _PUT_AWAY:
                _put_away(box, uid, settings.mail.bounces.done_folder, mark)
            elif mark:
                _told(box.uid("STORE", uid, "+FLAGS.SILENT", f"({mark})"), "STORE")
            place.keep(int(uid))
            count += 1
    return count


def _takes_marks(box: imaplib.IMAP4) -> bool:
    """Tell whether the mailbox keeps a mark of ours; one that says nothing of it does."""
    said = box.response("PERMANENTFLAGS")[1][-1]
    flags = said.decode("ascii", "replace").lower() if isinstance(said, bytes) else r"\*"
    return r"\*" in flags or READ_MARK.lower() in flags.strip("()").split()


def _place(box: imaplib.IMAP4, settings: Settings) -> Place:
    of, said = settings.mail.bounces, box.response("UIDVALIDITY")[1][-1]
    validity = said.decode("ascii", "replace") if isinstance(said, bytes) else ""
    return Place(settings.data_directory, f"{of.user} {of.host} {of.folder}", validity)


@contextmanager
def _opened(settings: MailSettings) -> Iterator[imaplib.IMAP4]:
    """Give the mailbox, signed in, its folder chosen."""
    of = settings.bounces
    timeout = settings.timeout_seconds
    box: imaplib.IMAP4
    if of.security == "tls":
        context = ssl.create_default_context()
        box = imaplib.IMAP4_SSL(of.host, of.port, ssl_context=context, timeout=timeout)
    else:
        box = imaplib.IMAP4(of.host, of.port, timeout=timeout)
    try:
        if of.security == "starttls":
            box.starttls(ssl.create_default_context())
        box.login(of.user, of.password)
        _told(box.select(f'"{of.folder}"'), "SELECT")
        yield box
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            box.logout()


def _unread(box: imaplib.IMAP4, mark: str, last: int) -> list[str]:
    """Return the numbers of what was not read yet, the oldest first."""
    unmarked = ("UNKEYWORD", mark) if mark else ()
    asked = ("UID", f"{last + 1}:*", *unmarked, "UNDELETED")
    found = _told(box.uid("SEARCH", *asked), "SEARCH")
    words = b" ".join(each for each in found if isinstance(each, bytes)).split()
    # Asked for what follows the last one, a mailbox names the last one again.
    numbers = sorted(number for each in words if each.isdigit() and (number := int(each)) > last)
    return [str(each) for each in numbers[:MOST_AT_ONCE]]


def _fetch(box: imaplib.IMAP4, uid: str) -> bytes:
    """Return a message, or its beginning; people's mail program still shows it as unread."""
    found = _told(box.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST_BYTES}>)"), "FETCH")
    return next((each[1] for each in found if isinstance(each, tuple)), b"")


def _put_away(box: imaplib.IMAP4, uid: str, folder: str, mark: str) -> None:
    """Move a message to the folder of what is done, which is made the first time."""
    name = f'"{folder}"'
    if box.uid("COPY", uid, name)[0] != "OK":
        box.create(name)
        _told(box.uid("COPY", uid, name), "COPY")
    flags = rf"{mark} \Deleted".strip()
    _told(box.uid("STORE", uid, "+FLAGS.SILENT", f"({flags})"), "STORE")
    # Only this one: what people have marked to be erased is theirs to erase.
    if re.search(r"\bUIDPLUS\b", " ".join(box.capabilities)):
        _told(box.uid("EXPUNGE", uid), "EXPUNGE")


def _told(answer: tuple[str, Any], step: str) -> list[Any]:
    """Return what the mailbox answered; raise MailboxError when it refused."""
    status, data = answer
    if status != "OK":
        raise MailboxError(step)
    return list(data)
