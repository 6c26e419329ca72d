"""A mailbox on loopback that speaks as much IMAP (RFC 3501) as reading it needs."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

USER, PASSWORD = "retours", "secret d'essai"


@dataclass
class Kept:
    """A message and its marks."""

    uid: int
    content: bytes
    flags: set[str] = field(default_factory=set)


class Mailbox:
    """Folders of messages; `refuses` names commands that are answered NO.

    Without `keeps_marks` it keeps the marks of the protocol alone, and says so if it `is_honest`.
    """

    def __init__(self) -> None:
        self.folders: dict[str, list[Kept]] = {"INBOX": []}
        self.refuses: set[str] = set()
        self.commands: list[str] = []
        self.port = 0
        self.validity = 1
        self.keeps_marks = self.is_honest = True

    def put(self, content: bytes) -> Kept:
        """Let a message arrive."""
        inbox = self.folders["INBOX"]
        inbox.append(Kept(len(self.commands) * 1000 + len(inbox) + 1, content))
        return inbox[-1]


class _Handler(StreamRequestHandler):
    server: "_Server"
    folder = "INBOX"

    @property
    def box(self) -> Mailbox:
        return self.server.box

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("* OK here")
        with suppress(OSError):
            for line in self.rfile:
                tag, _, rest = line.decode().strip().partition(" ")
                name = rest.upper().replace("UID ", "").split(" ", 1)[0]
                self.box.commands.append(name)
                if name in self.box.refuses:
                    self.say(f"{tag} NO {name} refused")
                    continue
                done = self.do(name, rest)
                self.say(f"{tag} {done}")
                if name == "LOGOUT":
                    return

    def do(self, name: str, rest: str) -> str:
        command = getattr(self, f"do_{name.lower()}", None)
        return (command(rest) if command else None) or "OK done"

    def do_capability(self, _rest: str) -> None:
        self.say("* CAPABILITY IMAP4rev1 UIDPLUS")

    def do_login(self, rest: str) -> str | None:
        is_known = USER in rest and PASSWORD in rest
        return None if is_known else "NO who are you"

    def do_select(self, rest: str) -> None:
        self.folder = rest.split(" ", 1)[1].strip('"')
        self.say(f"* {len(self.box.folders[self.folder])} EXISTS")
        others = r" \*" if self.box.keeps_marks or not self.box.is_honest else ""
        self.say(rf"* OK [PERMANENTFLAGS (\Answered \Seen \Deleted{others})] these stay")
        self.say(f"* OK [UIDVALIDITY {self.box.validity}] numbered")

    def do_search(self, rest: str) -> None:
        first = int(re.search(r"UID (\d+):\*", rest)[1])  # type: ignore[index]
        marked = re.search(r"UNKEYWORD (\S+)", rest)
        unwanted = {r"\Deleted", *([marked[1]] if marked else [])}
        last = max((each.uid for each in self.kept()), default=0)
        found = [
            str(each.uid)
            for each in self.kept()
            if each.uid >= min(first, last) and not unwanted & each.flags
        ]
        self.say(f"* SEARCH {' '.join(found)}")

    def do_fetch(self, rest: str) -> None:
        assert "BODY.PEEK[]" in rest  # people's own marks stay
        (kept,) = self.named(rest)
        most = int(re.search(r"<0\.(\d+)>", rest)[1])  # type: ignore[index]
        content = kept.content[:most]
        self.wfile.write(
            b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n" % (kept.uid, len(content)) + content
        )
        self.say(")")

    def do_store(self, rest: str) -> None:
        for kept in self.named(rest):
            flags = set(rest.split("(")[1].strip(")").split())
            kept.flags |= {each for each in flags if self.box.keeps_marks or each.startswith("\\")}

    def do_copy(self, rest: str) -> str | None:
        folder = rest.split(" ", 3)[3].strip('"')
        if folder not in self.box.folders:
            return "NO [TRYCREATE] no such folder"
        self.box.folders[folder] += self.named(rest)
        return None

    def do_create(self, rest: str) -> None:
        self.box.folders.setdefault(rest.split(" ", 1)[1].strip('"'), [])

    def do_expunge(self, rest: str) -> None:
        gone = self.named(rest)
        assert all(r"\Deleted" in each.flags for each in gone)
        self.box.folders[self.folder] = [each for each in self.kept() if each not in gone]

    def do_logout(self, _rest: str) -> None:
        self.say("* BYE")

    def kept(self) -> list[Kept]:
        return self.box.folders[self.folder]

    def named(self, rest: str) -> list[Kept]:
        return [each for each in self.kept() if str(each.uid) == rest.split()[2]]


class _Server(ThreadingTCPServer):
    box: Mailbox
    daemon_threads = True
    allow_reuse_address = True
    address_family = socket.AF_INET


@contextmanager
def running_mailbox() -> Iterator[Mailbox]:
    """Give a mailbox that answers on a port of loopback."""
    box = Mailbox()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.box = box
    box.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
