"""What the demonstration's records are made of."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.accounts.passwords import verify_password
from crm.config import Settings
from crm.contacts.models import (
    Affiliation,
    Contact,
    Structure,
    Tag,
    contact_tag,
    structure_tag,
)
from crm.core import clock
from crm.core.identifiers import parse_rna, parse_siren, parse_siret
from crm.demo.load import DemoRefusedError, is_network_empty, load_demo
from crm.demo.users import DEMO_LOGINS, DEMO_PASSWORD
from crm.followups.models import AccompanimentSession, FollowUp
from crm.history.models import ChangeSubject
from crm.search.models import SearchWord

FICTION = (
    "+3319900", "+3326191", "+3335301", "+3346571", "+3353649", "+3363998",
)  # fmt: skip


def test_identifiers_are_valid_and_unique(demo: Session) -> None:
    structures = demo.scalars(select(Structure)).all()
    sirens = [parse_siren(each.siren) for each in structures if each.siren]
    sirets = [parse_siret(each.siret) for each in structures if each.siret]
    associations = [parse_rna(each.rna) for each in structures if each.rna]
    assert len(sirens) > 200
    for numbers in (sirens, sirets, associations):
        assert len(numbers) > 50
        assert len(set(numbers)) == len(numbers)
    assert all(each.siret.startswith(each.siren) for each in structures if each.siret)


def test_nobody_can_be_written_to_or_called(demo: Session) -> None:
    for model in (Structure, Contact, User):
        addresses = [email for email in demo.scalars(select(model.email)) if email]
        assert addresses
        assert [email for email in addresses if not email.endswith(".example")] == []
    phones = {*demo.scalars(select(Structure.phone)), *demo.scalars(select(Contact.phone))}
    phones |= set(demo.scalars(select(Contact.mobile)))
    assert [phone for phone in phones if phone and not phone.startswith(FICTION)] == []
    sites = [site for site in demo.scalars(select(Structure.website)) if site]
    assert all(".example" in site for site in sites)


def test_a_commune_is_itself(demo: Session) -> None:
    rows = demo.execute(
        text(
            """SELECT s.name, c.name, s.siren, c.siren, s.departement_code, c.departement_code
            FROM structure s JOIN commune c ON c.insee_code = s.insee_code"""
        )
    ).all()
    assert len(rows) > 30
    assert [row for row in rows if (row[0], row[2], row[4]) != (row[1], row[3], row[5])] == []


def test_people_have_roles_over_time(demo: Session) -> None:
    affiliations = demo.scalars(select(Affiliation)).all()
    per_person: dict[int, int] = {}
    for each in affiliations:
        per_person[each.contact_id] = per_person.get(each.contact_id, 0) + 1
    assert len(per_person) == len(demo.scalars(select(Contact.id)).all()) == 900
    assert sum(1 for count in per_person.values() if count > 1) > 50
    assert sum(1 for each in affiliations if each.end_on) > 50
    assert sum(1 for each in affiliations if each.is_elected) > 20


def test_functions_agree_with_first_names(demo: Session) -> None:
    rows = demo.execute(
        select(Contact.first_name, Affiliation.role).join_from(Affiliation, Contact)
    ).all()
    of_women = re.compile(r"^(Chargée|Cheffe|Adjointe|Conseillère)\b")
    of_men = re.compile(r"^(Chargé|Chef|Adjoint|Conseiller)\b")
    women = {first for first, role in rows if of_women.match(role)}
    men = {first for first, role in rows if of_men.match(role)}
    assert women & men == set()
    assert {"Sabrina", "Chloé"} & men == set()
    assert {"Hadrien", "Djibril"} & women == set()
    assert min(len(women), len(men)) > 10


def test_people_and_structures_bear_tags(demo: Session) -> None:
    assert len(demo.scalars(select(Tag)).all()) >= 8
    for table in (structure_tag, contact_tag):
        assert demo.scalar(select(func.count()).select_from(table)) > 50


def test_the_team_can_log_in_and_those_who_left_cannot(demo: Session) -> None:
    users = {user.email: user for user in demo.scalars(select(User))}
    for email, role in DEMO_LOGINS:
        assert users[email].role == role
        assert users[email].is_active
        assert verify_password(users[email].password_hash, DEMO_PASSWORD)
    former = [user for email, user in users.items() if email not in dict(DEMO_LOGINS)]
    assert len(former) == 2
    assert not any(user.is_active or user.password_hash for user in former)


def test_former_officers_held_sessions(demo: Session) -> None:
    rows = demo.execute(
        text(
            """SELECT u.is_active, count(DISTINCT so.session_id) FROM session_officer so
            JOIN "user" u ON u.id = so.user_id GROUP BY 1"""
        )
    ).all()
    assert min({bool(active): count for active, count in rows}.values()) > 100


def test_the_days_around_today_are_alive(demo: Session) -> None:
    today = clock.today()
    planned = demo.scalars(
        select(AccompanimentSession.held_on).where(AccompanimentSession.status == "prevue")
    ).all()
    assert len([day for day in planned if today <= day <= today + timedelta(20)]) >= 5
    open_ones = demo.scalars(select(FollowUp.due_on).where(FollowUp.done_at.is_(None))).all()
    assert any(day < today for day in open_ones)
    assert any(day == today for day in open_ones)
    assert any(day > today for day in open_ones)
    done = demo.scalars(select(FollowUp.id).where(FollowUp.done_at.is_not(None))).all()
    assert len(done) > 50


def test_nothing_was_done_tomorrow(demo: Session) -> None:
    today = clock.today()
    ahead = demo.scalars(
        select(AccompanimentSession.id).where(
            AccompanimentSession.held_on > today, AccompanimentSession.status != "prevue"
        )
    ).all()
    assert ahead == []
    assert demo.scalar(select(AccompanimentSession.held_on).order_by("held_on").limit(1)) < date(
        2017, 3, 1
    )


def test_history_tells_of_records(demo: Session) -> None:
    told = {
        (entity, record_id)
        for entity, record_id in demo.execute(
            select(ChangeSubject.entity, ChangeSubject.record_id)
        ).tuples()
    }
    kinds = {entity for entity, _ in told}
    assert kinds >= {"structure", "contact", "group", "project", "session"}


def test_records_are_found_by_their_words(demo: Session) -> None:
    found = select(SearchWord.record_id).where(
        SearchWord.kind == "structure", SearchWord.word == "tourcoing", SearchWord.rank == 0
    )
    ids = demo.scalars(found).all()
    names = demo.scalars(select(Structure.name).where(Structure.id.in_(ids))).all()
    assert "Tourcoing" in names


def test_a_network_with_records_refuses_it(demo: Session, demo_settings: Settings) -> None:
    assert not is_network_empty(demo)
    with pytest.raises(DemoRefusedError, match="holds records already"):
        load_demo(demo, demo_settings)


def test_production_refuses_it(session: Session) -> None:
    settings = Settings.read(
        {
            "CRM_MODE": "production",
            "CRM_SECRET_KEY": "0123456789abcdef" * 4,
            "CRM_HOST_NAMES": "crm.reseau.example",
            "CRM_BASE_URL": "https://crm.reseau.example",
            "CRM_MAIL_SENDER": "crm@reseau.example",
        }
    )
    with pytest.raises(DemoRefusedError, match="production"):
        load_demo(session, settings)
    assert is_network_empty(session)
