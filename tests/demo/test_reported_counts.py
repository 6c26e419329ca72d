"""The product's own counts of the demonstration."""

from datetime import date

from sqlalchemy.orm import Session

from crm.contacts.indicators import count_actors_listed_on
from crm.contacts.queries.groups import groups_on
from crm.projects.indicators import count_projects_listed_on
from crm.reports.counts import year_counts


def test_the_counts_of_2019(demo: Session) -> None:
    counts = year_counts(demo, 2019)
    families = {line.key: line.structures[0] for line in counts.splits["famille"]}
    assert {key: count for key, count in families.items() if count} == {
        "association": 71,
        "collectivite": 18,
        "entreprise": 14,
        "universitaire": 12,
    }
    assert counts.totals["accompanied_structures"][0] == 115
    assert counts.totals["actors_listed"][0] == 321
    assert counts.totals["projects_listed"][0] == 103
    assert [line.label for line in counts.splits["theme"][:3]] == [
        "Accès à l’énergie",
        "Accès à l’eau et assainissement",
        "Agriculture et alimentation",
    ]
    assert all(line.structures[0] for line in counts.splits["appui"])
    assert {line.name: line.members for line in counts.groups}["Groupe-pays Haïti"] is None


def test_the_stocks_of_the_last_day(demo: Session) -> None:
    last_day = date(2019, 12, 31)
    assert count_actors_listed_on(demo, last_day) == 321
    assert count_projects_listed_on(demo, last_day) == 103
    assert {row.name: row.members for row in groups_on(demo, last_day)} == {
        "Groupe-pays Maroc": 24,
        "Groupe-pays Mali": 25,
        "Groupe-pays Pologne": 89,
        "Groupe-pays Sénégal": 17,
        "Groupe-pays Burkina Faso": 28,
        "Groupe-pays Togo": 17,
        "Groupe-pays Haïti": 0,
        "Commission Énergie": 29,
        "Commission Eau": 28,
    }
