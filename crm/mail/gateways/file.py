"""The way out that leads nowhere: each message is a file of the data directory."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from crm.mail.types import Accepted, Letter, NotSent, Outcome

KEPT_FOR = timedelta(days=30)


class FileGateway:
    """Writes each letter as an `.eml` file, whole or not at all; a repeat is the same file."""

    name = "file"
    leaves_the_machine = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, letter: Letter) -> Outcome:
        """Write the file under another name, then give it its own."""
        target = self._folder / letter.file_name
        draft = target.with_suffix(".part")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(opened, "wb") as stream:
                stream.write(letter.content)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(target)
        except OSError as error:
            return NotSent(error.strerror or type(error).__name__, is_relay_down=True)
        return Accepted(letter.file_name)

    def close(self) -> None:
        """Nothing stays open."""

    def erase_older_than(self, instant: datetime) -> int:
        """Erase the files written before an instant; return how many."""
        if not self._folder.is_dir():
            return 0
        old = [
            path
            for path in sorted(self._folder.iterdir())
            if path.suffix in (".eml", ".part") and path.stat().st_mtime < instant.timestamp()
        ]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)
