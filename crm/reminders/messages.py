"""The messages that remind, composed from their sections."""

from collections.abc import Sequence
from datetime import date

from crm.accounts.models import User
from crm.mail.composing import Composed, absolute, absolute_url, compose
from crm.reminders.links import ACTIONS, sign
from crm.reminders.types import Line, Section

Link = tuple[str, str]


def digest(user: User, sections: Sequence[Section], today: date) -> Composed:
    """Return the message of a day: its sections, each line with its links."""
    return _message("digest", user, sections, today=today)


def urgent_message(user: User, section: Section) -> Composed:
    """Return the message of what has become urgent since the one of the day."""
    return _message("urgent", user, [section], today=None)


def _message(
    folder: str, user: User, sections: Sequence[Section], *, today: date | None
) -> Composed:
    def links_of(line: Line) -> list[Link]:
        return [
            (ACTIONS[code].label, absolute_url("reminders.follow_link", token=token))
            for code in line.actions
            for token in [sign(user.id, code, line.record_id, line.mark)]
        ]

    return compose(
        folder,
        locale=user.locale,
        name=user.name,
        sections=sections,
        count=sum(len(section.lines) for section in sections),
        has_more=any(section.has_more for section in sections),
        is_urgent=any(section.code == "urgent" for section in sections),
        links_of=links_of,
        absolute=absolute,
        today=today,
        settings_url=absolute_url("reminders.settings"),
        page_url=absolute_url("reminders.index"),
    )
