"""Follow-ups that come back, matter more or less, bear fruit, and are seen month by month."""

import re
from contextlib import nullcontext
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, event, select, text
from sqlalchemy.orm import Session

from crm.contacts.indexing import index_contact, index_structure
from crm.core import clock
from crm.core.errors import RuleError
from crm.followups import operations, rules
from crm.followups.follow_up_bulk import MOST_DONE_AT_ONCE, complete, throw_away
from crm.followups.models import AccompanimentSession, FollowUp
from crm.followups.queries import coming_sessions, unsettled_sessions
from crm.followups.types import FollowUpData, Recurrence
from crm.history.models import ChangeSet
from crm.history.recording import Actor, act_as
from crm.projects.indexing import index_project
from crm.reminders.queries import count_waiting
from tests.factories.accounts import UserFactory
from tests.factories.contacts import ContactFactory, StructureFactory
from tests.factories.followups import FollowUpFactory, SessionFactory, reference
from tests.factories.projects import ProjectFactory
from tests.support.client import PageClient
from tests.support.queries import counted

_days = st.dates(date(2000, 1, 1), date(2060, 1, 1))


class TestNextDue:
    """The days of a series are counted from its first."""

    @pytest.mark.parametrize(
        ("anchored_on", "recurrence", "after", "expected"),
        [
            (date(2026, 1, 31), Recurrence.MONTH, date(2026, 1, 31), date(2026, 2, 28)),
            (date(2026, 1, 31), Recurrence.MONTH, date(2026, 2, 28), date(2026, 3, 31)),
            (date(2024, 2, 29), Recurrence.YEAR, date(2024, 2, 29), date(2025, 2, 28)),
            (date(2024, 2, 29), Recurrence.YEAR, date(2027, 3, 1), date(2028, 2, 29)),
            (date(2026, 11, 2), Recurrence.WEEK, date(2026, 11, 24), date(2026, 11, 30)),
            (date(2026, 11, 2), Recurrence.FORTNIGHT, date(2026, 11, 2), date(2026, 11, 16)),
            (date(2026, 1, 15), Recurrence.QUARTER, date(2026, 8, 1), date(2026, 10, 15)),
            (date(2026, 1, 15), Recurrence.HALF_YEAR, date(2026, 7, 15), date(2027, 1, 15)),
            (date(2026, 5, 4), Recurrence.WEEK, date(2026, 5, 1), date(2026, 5, 4)),
        ],
    )
    def test_examples(
        self, anchored_on: date, recurrence: Recurrence, after: date, expected: date
    ) -> None:
        assert rules.next_due(anchored_on, recurrence, after) == expected

    @given(anchored_on=_days, recurrence=st.sampled_from(Recurrence), after=_days)
    def test_it_is_after_the_day_and_none_is_passed_over(
        self, anchored_on: date, recurrence: Recurrence, after: date
    ) -> None:
        found = rules.next_due(anchored_on, recurrence, after)
        assert found > after or found == anchored_on > after
        # Looking from the eve of what was found finds it again: nothing lies between.
        assert rules.next_due(anchored_on, recurrence, found - timedelta(days=1)) == found


def _make(session: Session, **changes: object) -> FollowUp:
    values = {"what": "Relire le budget", "due_on": clock.today(), "assignee_id": UserFactory().id}
    return operations.create_follow_up(session, data=FollowUpData(**(values | changes)))  # type: ignore[arg-type]


def _last_save(session: Session) -> int:
    return session.scalars(select(ChangeSet.id).order_by(ChangeSet.id.desc()).limit(1)).one()


class TestSeries:
    """One that is done makes the next."""

    def test_the_next_takes_over_what_it_is_about(self, session: Session) -> None:
        structure, person = StructureFactory(), ContactFactory()
        due_on = clock.today() - timedelta(days=20)
        record = _make(
            session, due_on=due_on, recurrence="semaine", priority="urgente",
            structure=str(structure.id), contact=str(person.id),
        )  # fmt: skip
        following = operations.complete_follow_up(session, follow_up_id=record.id)
        assert following is not None
        assert clock.today() < following.due_on <= clock.today() + timedelta(days=7)
        assert (following.due_on - due_on).days % 7 == 0
        assert (following.structure_id, following.contact_id) == (structure.id, person.id)
        assert (following.what, following.priority) == (record.what, "urgente")
        assert operations.complete_follow_up(session, follow_up_id=record.id) is None

    def test_putting_one_off_leaves_the_days_of_the_series(self, session: Session) -> None:
        start = clock.today()
        record = _make(session, due_on=start, recurrence="mois")
        later = start + timedelta(days=3)
        operations.postpone_follow_up(session, follow_up_id=record.id, due_on=later)
        following = operations.complete_follow_up(session, follow_up_id=record.id)
        assert following is not None
        assert following.due_on == rules.next_due(start, Recurrence.MONTH, later)

    def test_opening_one_again_takes_the_next_away_and_doing_it_brings_it_back(
        self, session: Session
    ) -> None:
        record = _make(session, recurrence="an")
        following = operations.complete_follow_up(session, follow_up_id=record.id)
        assert following is not None
        operations.reopen_follow_up(session, follow_up_id=record.id)
        session.refresh(following)
        assert following.deleted_at is not None
        again = operations.complete_follow_up(session, follow_up_id=record.id)
        assert again is not None
        session.refresh(following)
        assert (again.id, following.deleted_at) == (following.id, None)

    def test_one_of_somebody_who_has_left_goes_on_with_whoever_does_it(
        self, session: Session
    ) -> None:
        gone, present = UserFactory(), UserFactory()
        record = _make(session, recurrence="mois", assignee_id=gone.id)
        gone.is_active = False
        session.flush()
        nobody = operations.complete_follow_up(session, follow_up_id=record.id)
        assert nobody is not None
        assert nobody.assignee_id == gone.id
        act_as(session, Actor(user_id=present.id, name=present.name, source="web"))
        following = operations.complete_follow_up(session, follow_up_id=nobody.id)
        assert following is not None
        assert following.assignee_id == present.id
        present.is_active = True
        act_as(session, Actor(user_id=UserFactory().id, name="Une autre", source="web"))
        last = operations.complete_follow_up(session, follow_up_id=following.id)
        assert last is not None
        assert last.assignee_id == present.id

    def test_the_undo_of_its_day_and_rhythm_puts_the_series_back(
        self, officer: PageClient, session: Session
    ) -> None:
        start = clock.today() + timedelta(days=3)
        record = _make(session, due_on=start, recurrence="mois", assignee_id=officer.user.id)
        typed = {
            "what": record.what, "due_on": (start + timedelta(days=9)).isoformat(),
            "assignee": str(officer.user.id), "priority": "normale", "recurrence": "semaine",
            "version": str(record.version),
        }  # fmt: skip
        assert officer.submit(f"/relances/{record.id}/modifier", typed).status_code == 303
        session.refresh(record)
        assert (record.recurrence, record.anchored_on) == ("semaine", start + timedelta(days=9))
        saved = _last_save(session)
        assert "Série comptée du" in officer.get(f"/historique/{saved}").text
        officer.submit(f"/historique/{saved}/annuler", {})
        session.refresh(record)
        assert (record.due_on, record.recurrence, record.anchored_on) == (start, "mois", start)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"priority": "extrême"}, "priority"),
            ({"recurrence": "heure"}, "recurrence"),
            ({"contact": "999999999"}, "contact"),
            ({"project_id": 999999999}, "project"),
        ],
    )
    def test_what_does_not_exist_is_refused(
        self, session: Session, changes: dict[str, object], field: str
    ) -> None:
        with pytest.raises(RuleError) as refusal:
            _make(session, **changes)
        assert refusal.value.field == field


class TestConclusion:
    """What came of a follow-up, and the session that it was."""

    def test_it_becomes_a_session_in_one_step(self, officer: PageClient, session: Session) -> None:
        structure, person = StructureFactory(name="Ville de Lens"), ContactFactory()
        record = FollowUpFactory(
            assignee_id=officer.user.id, structure_id=structure.id, contact_id=person.id
        )
        url = f"/relances/{record.id}/conclure"
        assert "Ce qui s’est passé" in officer.get(url).text
        answer = officer.submit(url, {"outcome": "Accord de principe.", "suite": "seance"})
        assert answer.status_code == 303
        assert answer.location == f"/seances/nouvelle?relance={record.id}"
        page = officer.get(answer.location).text
        assert "Accord de principe." in page
        assert "Ville de Lens" in page
        assert person.last_name in page
        session.refresh(record)
        assert (record.outcome, record.done_at is None) == ("Accord de principe.", False)
        kind = reference("session_kind", "rdv")
        logged = {
            "structures": str(structure.id), "held_on": "aujourd'hui", "kind": str(kind.id),
            "notes": "Accord de principe.", "submission_key": "k" * 24, "status": "realisee",
        }  # fmt: skip
        assert officer.submit(answer.location, logged).status_code == 303
        assert session.scalars(select(AccompanimentSession)).one().notes == "Accord de principe."

    @pytest.mark.parametrize("step", ["faite", "conclure"])
    def test_its_undo_leaves_nothing_of_it(
        self, officer: PageClient, session: Session, step: str
    ) -> None:
        record = _make(session, assignee_id=officer.user.id, recurrence="mois")
        sent = {"outcome": "Rien à dire"} if step == "conclure" else {}
        assert officer.submit(f"/relances/{record.id}/{step}", sent).status_code == 303
        session.refresh(record)
        assert record.done_at is not None
        following = session.scalars(select(FollowUp).where(FollowUp.previous_id == record.id)).one()
        undo = re.search(r'action="(/historique/\d+/annuler[^"]*)"', officer.get("/relances").text)
        assert undo is not None
        assert officer.submit(undo[1].replace("&amp;", "&"), {}).status_code == 303
        session.expire_all()
        assert (record.done_at, record.outcome) == (None, None)
        assert following.deleted_at is not None
        officer.submit(f"/historique/{_last_save(session)}/annuler", {})
        session.expire_all()
        assert record.done_at is not None
        assert (record.outcome, following.deleted_at) == (sent.get("outcome"), None)

    def test_too_long_an_outcome_is_said_beside_its_field_and_nothing_is_done(
        self, officer: PageClient, session: Session
    ) -> None:
        record = FollowUpFactory(assignee_id=officer.user.id)
        answer = officer.submit(f"/relances/{record.id}/conclure", {"outcome": "x" * 2_001})
        assert answer.status_code == 422
        assert "C’est trop long" in answer.text
        session.refresh(record)
        assert record.done_at is None

    def test_its_page_and_the_pages_it_is_about_tell_of_it(
        self, officer: PageClient, session: Session
    ) -> None:
        project, person = ProjectFactory(), ContactFactory()
        record = FollowUpFactory(
            assignee_id=officer.user.id, project_id=project.id, contact_id=person.id,
            priority="urgente", recurrence="mois", what="Demander le bilan",
        )  # fmt: skip
        page = officer.get(f"/relances/{record.id}").text
        for told in ("Demander le bilan", "Urgente", "Chaque mois", project.name, person.last_name):
            assert told in page
        for address in (f"/projets/{project.id}", f"/contacts/{person.id}"):
            assert "Demander le bilan" in officer.get(address).text
        assert "Demander le bilan" in officer.get(f"/relances?projet={project.id}").text
        assert "Demander le bilan" in officer.get(f"/relances?personne={person.id}").text
        assert "Demander le bilan" not in officer.get("/relances?priorite=basse").text
        moved = officer.submit(f"/relances/{record.id}/supprimer", {})
        assert moved.status_code == 303
        assert officer.get(f"/relances/{record.id}").status_code == 404
        officer.submit(f"/relances/{record.id}/restaurer", {})
        assert officer.get(f"/relances/{record.id}").status_code == 200


class TestWithoutScripts:
    """Names typed where no picker runs."""

    def test_a_name_typed_is_the_record_it_names(
        self, officer: PageClient, session: Session
    ) -> None:
        lens = StructureFactory(name="Ville de Lens")
        person = ContactFactory(first_name="Marie", last_name="Dupont")
        project = ProjectFactory(name="Eau de Kaolack")
        index_structure(session, lens)
        index_contact(session, person)
        index_project(session, project)
        typed = {
            "what": "Écrire", "due_on": "demain", "assignee": str(officer.user.id),
            "structure_text": "Ville de Lens", "contact_text": "Marie Dupont",
            "project_text": "Eau de Kaolack", "submission_key": "t" * 24,
        }  # fmt: skip
        assert officer.submit("/relances/nouvelle", typed).status_code == 303
        record = session.scalars(select(FollowUp)).one()
        assert (record.structure_id, record.contact_id, record.project_id) == (
            lens.id, person.id, project.id
        )  # fmt: skip

    def test_a_name_of_nobody_or_of_many_is_asked_about_and_kept(
        self, officer: PageClient, session: Session
    ) -> None:
        for name in ("Lens Solidaire", "Lens Horizon"):
            index_structure(session, StructureFactory(name=name))
        typed = {"what": "Écrire", "due_on": "demain", "assignee": str(officer.user.id)}
        many = officer.submit("/relances/nouvelle", typed | {"structure_text": "lens"})
        assert many.status_code == 422
        assert "Lens Horizon" in many.text
        assert 'value="lens"' in many.text
        nobody = officer.submit("/relances/nouvelle", typed | {"contact_text": "Zzyzx"})
        assert nobody.status_code == 422
        assert "Aucune fiche ne s’appelle ainsi" in nobody.text
        assert session.scalars(select(FollowUp)).all() == []


class TestSelection:
    """Several at once, undone at once."""

    @pytest.mark.parametrize(
        ("action", "value", "change"),
        [
            ("confier", "{other}", ("assignee_id", "{other}")),
            ("reporter", "semaine", ("due_on", "{week}")),
            ("reporter-au", "dans 15 jours", ("due_on", "{fortnight}")),
            ("priorite", "urgente", ("priority", "urgente")),
        ],
    )
    def test_a_selection_is_changed_and_changed_back(
        self, officer: PageClient, session: Session, action: str, value: str,
        change: tuple[str, str],
    ) -> None:  # fmt: skip
        name, expected = change
        today = clock.today()
        words = {
            "other": str(UserFactory().id),
            "week": str(today + timedelta(days=7)),
            "fortnight": str(today + timedelta(days=15)),
        }
        records = [FollowUpFactory(assignee_id=officer.user.id) for _ in range(3)]
        before = [str(getattr(record, name)) for record in records]
        sent = {
            "selection": [str(record.id) for record in records],
            "action": action,
            f"valeur-{action}": value.format(**words),
        }
        assert officer.submit("/relances/lot", sent).status_code == 303
        session.expire_all()
        wanted = expected.format(**words)
        assert [str(getattr(record, name)) for record in records] == [wanted] * 3
        last = session.scalars(select(ChangeSet.id).order_by(ChangeSet.id.desc())).first()
        officer.submit(f"/historique/{last}/annuler", {})
        session.expire_all()
        assert [str(getattr(record, name)) for record in records] == before

    def test_a_selection_is_done_or_thrown_away(
        self, officer: PageClient, session: Session
    ) -> None:
        one, two = (FollowUpFactory(assignee_id=officer.user.id) for _ in range(2))
        for record, action in ((one, "faites"), (two, "corbeille")):
            sent = {"selection": str(record.id), "action": action, f"valeur-{action}": "oui"}
            assert officer.submit("/relances/lot", sent).status_code == 303
        session.expire_all()
        assert one.done_at is not None
        assert two.deleted_at is not None

    def test_all_that_the_filters_and_the_search_keep_is_changed_and_nothing_else(
        self, officer: PageClient, session: Session
    ) -> None:
        lens = StructureFactory(name="Ville de Lens")
        index_structure(session, lens)
        mine = [FollowUpFactory(assignee_id=officer.user.id, what="Relire") for _ in range(3)]
        of_lens = FollowUpFactory(assignee_id=officer.user.id, structure_id=lens.id, what="Écrire")
        others = FollowUpFactory(what="Relire")
        for query, changed in (("q=lens&pour=moi", [of_lens]), ("q=relire&pour=moi", mine)):
            sent = {"filtre": query, "tout": "1", "action": "priorite",
                    "valeur-priorite": "basse"}  # fmt: skip
            assert officer.submit("/relances/lot", sent).status_code == 303
            session.expire_all()
            assert [record.priority for record in changed] == ["basse"] * len(changed)
        assert others.priority == "normale"
        page = officer.get("/relances?q=lens").text
        assert "Écrire" in page
        assert "Relire" not in page

    @pytest.mark.parametrize("action", ["faites", "corbeille"])
    def test_reads_do_not_follow_the_size_of_a_selection(
        self, session: Session, connection: Connection, action: str
    ) -> None:
        run = {"faites": complete, "corbeille": throw_away}[action]
        person = UserFactory()
        sent = []
        for size in (3, 30):
            records = FollowUpFactory.create_batch(
                size, assignee_id=person.id, recurrence="semaine", what="Rappeler"
            )
            ids = [record.id for record in records]
            session.expire_all()
            with counted(connection) as statements:
                assert run(session, ids=ids) == size
            # SQLite is sent each row that is written by itself; nothing is read for one alone.
            sent.append([each for each in statements if each.startswith("SELECT")])
        assert len(sent[0]) == len(sent[1])

    @pytest.mark.parametrize("run", [complete, throw_away])
    def test_too_many_at_once_are_refused(self, session: Session, run: Any) -> None:
        with pytest.raises(RuleError, match="trop à la fois") as refusal:
            run(session, ids=range(1, MOST_DONE_AT_ONCE + 2))
        assert refusal.value.params == {"count": MOST_DONE_AT_ONCE}

    def test_filters_too_long_to_be_read_change_nothing(
        self, officer: PageClient, session: Session
    ) -> None:
        record = FollowUpFactory(assignee_id=officer.user.id)
        cut = "q=" + "a" * 4_000 + "&priorite=urgente"
        for filters in (f"inconnu=1&{cut}", "&".join(f"x{n}=1" for n in range(900)) + "&q=zzz"):
            sent = {
                "tout": "1",
                "filtre": filters,
                "action": "priorite",
                "valeur-priorite": "basse",
            }
            answer = officer.submit("/relances/lot", sent)
            assert answer.status_code == 303
            assert "trop de filtres" in officer.get(answer.location).text
        session.expire_all()
        assert record.priority == "normale"

    def test_a_wrong_value_changes_nothing(self, officer: PageClient, session: Session) -> None:
        record = FollowUpFactory(assignee_id=officer.user.id)
        before = (record.assignee_id, record.due_on, record.priority)
        for action in ("confier", "reporter", "reporter-au", "priorite"):
            sent = {"selection": str(record.id), "action": action, f"valeur-{action}": "zzz"}
            assert officer.submit("/relances/lot", sent).status_code == 303
        session.expire_all()
        assert (record.assignee_id, record.due_on, record.priority) == before


class TestMonth:
    """The calendar of a month."""

    def test_one_s_own_month_and_the_team_s(self, officer: PageClient, session: Session) -> None:
        me = session.merge(officer.user)
        FollowUpFactory(assignee_id=me.id, due_on=date(2026, 2, 28), what="La mienne")
        FollowUpFactory(due_on=date(2026, 2, 1), what="Celle d’une autre")
        lens = StructureFactory(name="Ville de Lens")
        SessionFactory(structures=[lens], officers=[me], held_on=date(2026, 2, 10))
        page = officer.get("/relances/calendrier?mois=2026-02").text
        assert "Février 2026" in page
        assert "La mienne" in page
        assert "Ville de Lens" in page
        assert "Celle d’une autre" not in page
        assert "mois=2026-01" in page
        assert "mois=2026-03" in page
        team = officer.get("/relances/calendrier?mois=2026-02&pour=equipe").text
        assert "Celle d’une autre" in team
        assert "Rien ce mois-ci" in officer.get("/relances/calendrier?mois=2031-07").text

    def test_a_day_shows_so_many_and_says_how_many_more(
        self, officer: PageClient, session: Session
    ) -> None:
        for number in range(25):
            FollowUpFactory(
                assignee_id=officer.user.id, due_on=date(2026, 2, 3), what=f"Chose {number:02}",
                done_at=clock.now() if number < 3 else None,
            )  # fmt: skip
        page = officer.get("/relances/calendrier?mois=2026-02").text
        assert page.count("Chose ") == 2 * 20  # in the grid and in the list
        assert "et 5 de plus" in page
        assert "Chose 03" in page
        assert "Chose 00" not in page

    @pytest.mark.parametrize("asked", ["", "2026-13", "0001-01", "zzz", "2026-2"])
    def test_an_unreadable_month_is_this_one(self, officer: PageClient, asked: str) -> None:
        with_name = officer.get(f"/relances/calendrier?mois={asked}").text
        today = clock.today()
        assert f"{today.year}</h1>" in with_name


def test_what_waits_reads_the_planned_sessions_alone(
    session: Session, connection: Connection
) -> None:
    on_sqlite = connection.dialect.name == "sqlite"
    if not on_sqlite:  # a small table is read whole unless that is forbidden
        session.execute(text("SET LOCAL enable_seqscan = off"))
    plans: list[str] = []

    @event.listens_for(connection, "before_cursor_execute", retval=True)
    def explain(*arguments: Any) -> tuple[str, Any]:
        statement, parameters = arguments[2], arguments[3]
        prefix = "EXPLAIN QUERY PLAN " if on_sqlite else "EXPLAIN "
        with connection.connection.cursor() if not on_sqlite else nullcontext() as cursor:
            runner = cursor or connection.connection.cursor()
            runner.execute(prefix + statement, parameters)
            plans.append("\n".join(str(row) for row in runner.fetchall()))
        return statement, parameters

    unsettled_sessions(session, officer_id=1, today=clock.today())
    coming_sessions(session, officer_id=1, today=clock.today())
    count_waiting(session, 1, clock.today())
    event.remove(connection, "before_cursor_execute", explain)
    read = [plan for plan in plans if "accompaniment_session" in plan]
    assert len(read) == 3
    for plan in read:
        assert "Seq Scan on accompaniment_session" not in plan
        assert "ix_accompaniment_session_counted" in plan or not on_sqlite
