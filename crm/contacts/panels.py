"""What a person's page tells of the groups."""

from flask import url_for
from sqlalchemy.orm import Session

from crm.contacts.queries.groups import groups_represented_by
from crm.core import clock
from crm.web.formats import short_date
from crm.web.locale import translate
from crm.web.panels import Panel, PanelRow


def represented_groups(session: Session, contact_id: int) -> Panel:
    """Return the groups in which a person represents a structure today."""
    rows = [
        PanelRow(
            title=row.group,
            url=url_for("groups.show", group_id=row.group_id),
            detail=translate("représente %(name)s", name=row.structure),
            aside=translate("depuis le %(start)s", start=short_date(row.start_on)),
            icon="flag",
        )
        for row in groups_represented_by(session, contact_id, clock.today())
    ]
    return Panel(translate("Groupes"), rows)
