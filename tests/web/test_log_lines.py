"""Lines of the log: what was counted and what went wrong, never who or what was written."""

import json
import logging

from crm.web.logs import JsonLines


def test_a_line_keeps_what_counts_and_leaves_the_rest() -> None:
    record = logging.makeLogRecord(
        {
            "name": "crm",
            "levelname": "WARNING",
            "msg": "mail",
            "event": "mail_reports",
            "count": 3,
            "known": 2,
            "strangers": 1,
            "error": "MailboxError: SELECT",
            "recipient": "camille@reseau.example",
        }
    )
    line = json.loads(JsonLines().format(record))
    del line["at"]
    assert line == {
        "level": "warning",
        "logger": "crm",
        "message": "mail",
        "event": "mail_reports",
        "count": 3,
        "known": 2,
        "strangers": 1,
        "error": "MailboxError: SELECT",
    }
