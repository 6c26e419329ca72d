"""How far a mailbox was read, kept on this machine: some mailboxes keep no mark of ours."""

import json
from dataclasses import dataclass
from pathlib import Path

FILE = "boite-des-retours.json"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the last number read is kept, for a mailbox as it is numbered now (RFC 3501, 2.3.1.1).

    A mailbox that does not say how it is numbered (`validity` is empty) is read from its beginning.
    """

    folder: Path
    mailbox: str
    validity: str

    def last(self) -> int:
        """Return the last number read; 0 when nothing is known of this mailbox."""
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            is_same = (kept["mailbox"], kept["validity"]) == (self.mailbox, self.validity)
            return int(kept["last"]) if is_same and self.validity else 0
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return 0

    def keep(self, number: int) -> None:
        """Remember that all was read up to this number."""
        kept = {"mailbox": self.mailbox, "validity": self.validity, "last": number}
        self.folder.mkdir(parents=True, exist_ok=True)
        written = self._path.with_suffix(".new")
        written.write_text(json.dumps(kept), encoding="utf-8")
        written.replace(self._path)

    @property
    def _path(self) -> Path:
        return self.folder / FILE
