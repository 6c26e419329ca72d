"""The demonstration's international projects."""

from collections.abc import Sequence
from datetime import date, datetime, time
from random import Random

from sqlalchemy import Table
from sqlalchemy.orm import Session

from crm.contacts.types import Family
from crm.core import clock
from crm.core.text import sort_key
from crm.demo.bulk import Row, add_links, add_rows, created, tell
from crm.demo.french import contracted
from crm.demo.inventor import DemoStructure
from crm.demo.phrases import PROJECT_SUMMARIES, PROJECT_TITLES
from crm.demo.places import PLACES_OF
from crm.demo.project_details import SDG_OF, details_of, headcounts_of, roles_of
from crm.demo.reference import Reference
from crm.projects.models import (
    Project,
    ProjectHeadcount,
    ProjectPartner,
    project_country,
    project_sdg,
    project_theme,
)

LISTED_BEFORE_2020 = 103
_LISTED_LATER = 36
Drawn = tuple[Row, str, str]
_LEADERS = (Family.ASSOCIATION, Family.COLLECTIVITE, Family.UNIVERSITAIRE, Family.SCOLAIRE)


def add_projects(
    session: Session, reference: Reference, structures: Sequence[DemoStructure], seed: int
) -> None:
    """Add every project with its leader, partners, themes and countries."""
    random = Random(f"{seed}:projects")
    leaders = [
        each
        for each in structures
        if each.family in _LEADERS and each.listed_on and each.listed_on < date(2019, 1, 1)
    ]
    years = [2015 + rank % 5 for rank in range(LISTED_BEFORE_2020)]
    years += [2020 + rank % 6 for rank in range(_LISTED_LATER)]
    titles: set[str] = set()
    drawn = [_draw(random, random.choice(leaders), year, titles) for year in years]
    details = Random(f"{seed}:project details")
    rows = [row | details_of(details, row, country) for row, _, country in drawn]
    ids = add_rows(session, Project, rows)
    tell(session, created("project", rows, ids))
    _add_links(session, reference, ids, drawn)
    add_links(
        session,
        ProjectPartner,
        [
            role
            for project_id, row in zip(ids, rows, strict=True)
            for role in roles_of(details, project_id, _partners(random, structures, row))
        ],
    )
    add_links(
        session,
        ProjectHeadcount,
        [
            headcount
            for project_id, row in zip(ids, rows, strict=True)
            for headcount in headcounts_of(details, project_id, row)
        ],
    )


def _add_links(
    session: Session, reference: Reference, ids: Sequence[int], drawn: Sequence[Drawn]
) -> None:
    """Add the theme, the country and the goal of each project."""
    links: dict[Table, list[Row]] = {project_theme: [], project_country: [], project_sdg: []}
    for project_id, (_, theme, country) in zip(ids, drawn, strict=True):
        the_theme = reference.item("theme", theme)
        links[project_theme].append({"project_id": project_id, "theme_id": the_theme})
        links[project_country].append({"project_id": project_id, "country_code": country})
        the_goal = reference.item("sdg", SDG_OF[theme])
        links[project_sdg].append({"project_id": project_id, "sdg_id": the_goal})
    for table, rows in links.items():
        add_links(session, table, rows)


def _partners(random: Random, structures: Sequence[DemoStructure], row: Row) -> list[int]:
    drawn = random.sample(structures, random.choice((0, 1, 1, 2, 3)))
    return [each.id for each in drawn if each.id != row["lead_structure_id"]]


def _draw(random: Random, leader: DemoStructure, year: int, titles: set[str]) -> Drawn:
    """Return a project's row, its theme and its country."""
    country = random.choice(leader.countries)
    theme = random.choice([each for each in leader.themes if each in PROJECT_TITLES] or ["sante"])
    place = random.choice(PLACES_OF[country])
    name = contracted(random.choice(PROJECT_TITLES[theme]).format(place=place))
    number = 2
    while name in titles:
        base = name.partition(" – phase")[0]
        name, number = f"{base} – phase {number}", number + 1
    titles.add(name)
    listed_on = date(year, random.randint(1, 11), random.randint(1, 28))
    start_on = date(year - random.choice((0, 0, 1)), random.choice((1, 3, 9)), 1)
    ends = random.random() < 0.7
    row = {
        "name": name,
        "sort_name": sort_key(name),
        "summary": contracted(random.choice(PROJECT_SUMMARIES).format(place=place)),
        "lead_structure_id": leader.id,
        "listed_on": listed_on,
        "start_on": start_on,
        "end_on": date(start_on.year + random.choice((1, 2, 3)), 12, 31) if ends else None,
        "created_at": datetime.combine(listed_on, time(11), clock.PARIS),
    }
    return row, theme, country
