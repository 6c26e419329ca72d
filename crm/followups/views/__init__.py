"""The pages of sessions and follow-ups."""

from crm.followups.views import call_plan as _call_plan  # noqa: F401 - adds to `follow_ups`
from crm.followups.views import follow_up_month as _month  # noqa: F401 - adds to `follow_ups`
from crm.followups.views import follow_up_steps as _steps  # noqa: F401 - adds to `follow_ups`
from crm.followups.views import lists as _lists  # noqa: F401 - adds its routes to `sessions`
from crm.followups.views import planned as _planned  # noqa: F401 - the same
from crm.followups.views.calendar import blueprint as calendar
from crm.followups.views.follow_ups import blueprint as follow_ups
from crm.followups.views.sessions import blueprint as sessions

BLUEPRINTS = (sessions, follow_ups, calendar)
