"""Files of others into rows: any format they have, in a process of its own, within limits."""

from crm.reading.exchange import read_rows
from crm.reading.running import examine, extract
from crm.reading.types import (
    DELIMITERS,
    ENCODINGS,
    Cell,
    Extracted,
    FileFound,
    Layout,
    Row,
    SheetFound,
    UnreadableFileError,
)

__all__ = [
    "DELIMITERS",
    "ENCODINGS",
    "Cell",
    "Extracted",
    "FileFound",
    "Layout",
    "Row",
    "SheetFound",
    "UnreadableFileError",
    "examine",
    "extract",
    "read_rows",
]
