"""The demonstration's groupes-pays and commissions, and their members over time."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from sqlalchemy.orm import Session

from crm.contacts.models import Group, GroupRepresentative, Membership
from crm.contacts.types import GroupKind
from crm.core.text import sort_key
from crm.demo.bulk import Row, add_links, add_rows, created, tell
from crm.demo.inventor import DemoStructure
from crm.demo.people import Posts
from crm.demo.reference import Reference

_THE_DAY = date(2019, 12, 31)
# Name, country or theme, launch, members on the day above.
_GROUPS: tuple[tuple[str, str, date | None, int], ...] = (
    ("Groupe-pays Maroc", "MA", date(2016, 3, 14), 24),
    ("Groupe-pays Mali", "ML", date(2015, 5, 20), 25),
    ("Groupe-pays Pologne", "PL", date(2014, 10, 7), 89),
    ("Groupe-pays Sénégal", "SN", date(2016, 11, 22), 17),
    ("Groupe-pays Burkina Faso", "BF", date(2015, 2, 3), 28),
    ("Groupe-pays Togo", "TG", date(2017, 6, 15), 17),
    ("Groupe-pays Haïti", "HT", None, 0),
    ("Commission Énergie", "acces_a_l_energie", date(2018, 1, 18), 29),
    ("Commission Eau", "acces_a_l_eau_et_assainissement", date(2016, 9, 29), 28),
)


def add_groups(
    session: Session,
    reference: Reference,
    structures: Sequence[DemoStructure],
    *,
    posts: Posts,
    seed: int,
) -> None:
    """Add the groups, with members who left, others who came later, and who speaks for them."""
    random = Random(f"{seed}:groups")
    rows = [_group(reference, name, about, launched) for name, about, launched, _ in _GROUPS]
    ids = add_rows(session, Group, rows)
    tell(session, created("group", rows, ids))
    memberships: list[Row] = []
    for group_id, (_, about, launched, members) in zip(ids, _GROUPS, strict=True):
        if launched is not None:
            candidates = _candidates(random, structures, about)
            memberships += _memberships(random, group_id, launched, members, candidates)
    membership_ids = add_rows(session, Membership, memberships)
    speaking = Random(f"{seed}:representatives")
    add_links(
        session,
        GroupRepresentative,
        [
            row
            for membership_id, membership in zip(membership_ids, memberships, strict=True)
            for row in _representatives(speaking, membership_id, membership, posts)
        ],
    )


def _group(reference: Reference, name: str, about: str, launched: date | None) -> Row:
    is_country = len(about) == 2
    return {
        "name": name,
        "sort_name": sort_key(name),
        "kind": (GroupKind.COUNTRY if is_country else GroupKind.COMMISSION).value,
        "country_code": about if is_country else None,
        "theme_id": None if is_country else reference.item("theme", about),
        "description": "En cours de lancement." if launched is None else None,
        "launched_on": launched,
    }


def _candidates(
    random: Random, structures: Sequence[DemoStructure], about: str
) -> list[DemoStructure]:
    """Return the structures listed on the day: first those that this country or theme concerns."""
    listed = [each for each in structures if each.is_listed_on(_THE_DAY) and not each.closed_on]
    random.shuffle(listed)
    return sorted(listed, key=lambda each: about not in (*each.countries, *each.themes))


def _memberships(
    random: Random,
    group_id: int,
    launched: date,
    members: int,
    candidates: Sequence[DemoStructure],
) -> list[Row]:
    left, later = 2 + members // 15, 3 + members // 8
    rows = []
    for rank, each in enumerate(candidates[: members + left + later]):
        days = (_THE_DAY - launched).days
        start = launched + timedelta(random.choice((0, 0, random.randint(1, days - 90))))
        end = None
        if rank >= members + left:
            start = date(random.randint(2020, 2024), random.randint(1, 12), random.randint(1, 28))
        elif rank >= members:
            start = launched
            end = _THE_DAY - timedelta(random.randint(30, days - 60))
        elif rank % 9 == 4:
            end = date(random.randint(2021, 2024), 12, 31)
        rows.append(
            {"group_id": group_id, "structure_id": each.id, "start_on": start, "end_on": end}
        )
    return rows


def _representatives(
    random: Random, membership_id: int, membership: Row, posts: Posts
) -> list[Row]:
    """Return one or two people of the structure; a few speak on although they have left it."""
    rows = []
    for post in posts.get(membership["structure_id"], [])[: random.choice((0, 1, 1, 1, 2))]:
        ends = [day for day in (membership["end_on"], post.end_on) if day is not None]
        end = min(ends) if ends else None
        if post.end_on is not None and random.random() < 0.3:
            end = membership["end_on"]
        start = max(membership["start_on"], post.start_on)
        if end is None or start <= end:
            rows.append(
                {
                    "membership_id": membership_id,
                    "contact_id": post.contact_id,
                    "start_on": start,
                    "end_on": end,
                }
            )
    return rows
