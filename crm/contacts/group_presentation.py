"""What the pages of groups put together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]

from crm.contacts.group_forms import GroupForm, MembersForm, PeriodForm, RepresentativesForm
from crm.contacts.group_listings import member_list
from crm.contacts.group_rules import status_on
from crm.contacts.group_types import GROUP_STATUS_LABELS, KIND_LABELS
from crm.contacts.models import Group, Structure
from crm.contacts.queries import contacts_by_values, structures_by_values
from crm.contacts.queries.groups import (
    Representative,
    group_for_page,
    groups_merged_into,
    member_rows,
    membership_for_page,
    representatives_of,
)
from crm.contacts.queries.structure_pages import people_of
from crm.contacts.rules import is_current
from crm.contacts.types import GroupKind
from crm.core import clock
from crm.core.addresses import email_key
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.reference.queries import items_of, labels_by_code
from crm.search.lists import narrow_by_words
from crm.territories.queries import countries
from crm.web.lists import Listing
from crm.web.panels import panels_of

_LONGEST_MAILTO = 1800


@dataclass(frozen=True, slots=True)
class MailingLine:
    """A member structure and who speaks for it on the day."""

    structure_id: int
    structure: str
    membership_id: int
    people: Sequence[Representative]


@dataclass(frozen=True, slots=True)
class MailingList:
    """The addresses of those who represent a group's members on a day, each once."""

    lines: Sequence[MailingLine]
    addresses: Sequence[str]

    @property
    def without_address(self) -> list[tuple[MailingLine, Representative]]:
        """Return the people who cannot be written to."""
        return [(line, one) for line in self.lines for one in line.people if not one.email]

    @property
    def without_representative(self) -> list[MailingLine]:
        """Return the structures for which nobody speaks."""
        return [line for line in self.lines if not line.people]

    @property
    def mailto(self) -> str | None:
        """Return a link that writes to all of them unseen by each other; None if it is too long."""
        link = f"mailto:?bcc={','.join(self.addresses)}"
        return link if self.addresses and len(link) <= _LONGEST_MAILTO else None


def group_context(group: Group, day: date) -> dict[str, Any]:
    """Return the group and its state on a day."""
    status = status_on(group.launched_on, group.closed_on, group.merged_into_id, day)
    return {
        "group": group,
        "day": day,
        "today": clock.today(),
        "status": status,
        "status_label": GROUP_STATUS_LABELS[status],
        "kind_label": KIND_LABELS[GroupKind(group.kind)],
        "merged_on": _next_day(group),
    }


def group_page(
    session: Session, group_id: int, day: date, arguments: MultiDict[str, str]
) -> dict[str, Any]:
    """Return what a group's page shows on a day; raise NotFoundError."""
    group = group_for_page(session, group_id)
    listing = Listing(member_list(group_id, day), arguments)
    listing.fill(session, narrow_by_words(session, listing, "structure", Structure.id))
    form = MembersForm(formdata=None, start_on=clock.today())
    offer_member_choices(session, form)
    return {
        **group_context(group, day),
        "listing": listing,
        "representatives": representatives_of(
            session, [row.membership_id for row in listing.rows], day
        ),
        "received": [(one, _next_day(one)) for one in groups_merged_into(session, group_id)],
        "form": form,
        "changes": tell(session, history_of(session, entity="group", record_id=group_id, limit=20)),
        "panels": panels_of(session, "group", group_id),
    }


def _next_day(group: Group) -> date | None:
    return group.closed_on + timedelta(days=1) if group.closed_on else None


def membership_page(session: Session, membership_id: int, day: date) -> dict[str, Any]:
    """Return what the page of a membership shows; raise NotFoundError."""
    membership = membership_for_page(session, membership_id)
    people = representatives_of(session, [membership_id], day, only_that_day=False)[membership_id]
    present = [one for one in people if one.end_on is None or one.end_on >= day]
    speaking = {one.contact_id for one in present}
    return {
        "membership": membership,
        "today": day,
        "present": present,
        "past": [one for one in people if one not in present],
        "proposed": {
            one.contact_id: one
            for one in people_of(session, membership.structure_id)
            if is_current(one.start_on, one.end_on, day) and one.contact_id not in speaking
        }.values(),
    }


def first_day_to_speak(membership: Any, today: date) -> date:
    """Return the day that a new representative's form proposes: today, if they are members then."""
    is_member = is_current(membership.start_on, membership.end_on, today)
    return today if is_member else membership.start_on


def mailing_list(session: Session, group_id: int, day: date) -> MailingList:
    """Return who represents each member on a day, and their addresses, each once."""
    rows = session.execute(
        member_rows(group_id, day).order_by(Structure.sort_name, Structure.id)
    ).all()
    speaking = representatives_of(session, [row.membership_id for row in rows], day)
    lines = [
        MailingLine(row.id, row.name, row.membership_id, speaking.get(row.membership_id, ()))
        for row in rows
    ]
    addresses = {
        email_key(one.email): one.email for line in lines for one in line.people if one.email
    }
    return MailingList(lines, list(addresses.values()))


def member_table(
    rows: Sequence[Row[Any]], speaking: dict[int, list[Representative]]
) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of each member, as an export shows them."""
    for row in rows:
        people = speaking.get(row.membership_id, ())
        yield (
            row.name, row.family, row.commune, row.departement_code, row.member_from,
            row.member_until, ", ".join(one.name for one in people),
            ", ".join(one.email for one in people if one.email),
        )  # fmt: skip


def offer_group_choices(session: Session, form: GroupForm, group: Group | None = None) -> None:
    """Give the form's lists what they offer; a retired theme stays where it is in use already."""
    themes = [
        item
        for item in items_of(session, "theme", with_retired=True)
        if item.is_active or (group and item.id == group.theme_id)
    ]
    form.theme.choices = [
        SelectChoice("", "—"),
        *(SelectChoice(str(item.id), item.label) for item in themes),
    ]
    form.country.offer([(country.code, country.name) for country in countries(session)])


def offer_member_choices(session: Session, form: MembersForm) -> None:
    """Give the form the families, and the labels of the structures chosen."""
    form.new_family.choices = [("", "—"), *labels_by_code(session, "family")]
    form.structures.offer(structures_by_values(session, form.structures.data or []))


def offer_representative_choices(session: Session, form: RepresentativesForm) -> None:
    """Give the form the names of the people chosen."""
    form.contacts.offer(contacts_by_values(session, form.contacts.data or []))


def period_form_of(held: Any) -> PeriodForm:
    """Return the form that shows the days of a membership or of a representative."""
    form = PeriodForm(formdata=None)
    form.write(held)
    return form
