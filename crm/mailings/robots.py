"""Who follows a link: a person, or a machine that looks whether it is safe. Pure.

There is no certain sign. Each of these is one that scanners of mail are known for, and that people
do not give: a doubt counts as a machine, so that a figure never flatters.
"""

import re
from datetime import timedelta

# Nobody opens a message and clicks this fast after it was handed over; scanners do.
TOO_FAST = timedelta(seconds=4)
# Following so many different links of one message in so little time.
BURST_LINKS = 3
BURST = timedelta(seconds=3)

_MACHINES = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|scan|fetch|monitor|headless|phantom|proofpoint"
    r"|barracuda|mimecast|urldefense|safelinks|symantec|trendmicro|fortinet|sophos|vade"
    r"|python|curl|wget|libwww|httpclient|okhttp|java/|go-http|node|axios|ruby|perl|php",
    re.IGNORECASE,
)


def looks_like_a_robot(
    *, method: str, agent: str | None, purpose: str | None, since_left: timedelta | None
) -> bool:
    """Tell whether a machine seems to follow a link; `since_left` is the time since it left.

    `purpose` is what a browser says when it fetches a page that nobody asked for yet.

    >>> looks_like_a_robot(method="HEAD", agent="Mozilla/5.0", purpose=None, since_left=None)
    True
    """
    return (
        method != "GET"
        or not agent
        or _MACHINES.search(agent) is not None
        or "prefetch" in (purpose or "").lower()
        or (since_left is not None and since_left < TOO_FAST)
    )
