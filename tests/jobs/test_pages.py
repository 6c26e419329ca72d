"""The page of the daily work, and what is said while it rests."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.jobs.models import Heartbeat, JobRun
from crm.jobs.operations import beat
from crm.jobs.registry import jobs
from crm.scheduler import do_what_is_due
from tests.support.client import PageClient
from tests.support.people import sign_in

NOON = clock.now().replace(hour=11)
PAGE = "/administration/travaux"
RUN = f"{PAGE}/purge-trash/lancer"


def _beat(session: Session, minutes_ago: float) -> None:
    beat(session, owner="essai", now=clock.now() - timedelta(minutes=minutes_ago))


def test_each_job_says_when_it_was_done_and_when_it_comes_next(
    app: Flask, client: PageClient, session: Session
) -> None:
    with time_machine.travel(NOON):
        administrator = sign_in(client, session, "administrator")
        before = administrator.get(PAGE).text
        assert "en retard" in before
        assert "dans la minute" in before
        with app.app_context():
            do_what_is_due()
        after = administrator.get(PAGE).text
    assert "en retard" not in after
    assert "dans la minute" not in after
    assert "Effacées\xa0: 0" in after


def test_a_new_house_is_not_told_that_jobs_of_the_morning_are_late(
    app: Flask, client: PageClient, session: Session
) -> None:
    with time_machine.travel(NOON.replace(hour=2)):
        administrator = sign_in(client, session, "administrator")
        with app.app_context():
            done = do_what_is_due()
        page = administrator.get(PAGE).text
    assert done
    assert "en retard" not in page
    assert page.count("pas encore") == len(jobs()) - len(done) > 0


@pytest.mark.parametrize(("minutes_ago", "said"), [(1, "dans la minute"), (6, "redémarré")])
def test_a_job_is_asked_for_and_the_page_says_when_it_will_be_done(
    administrator: PageClient, session: Session, minutes_ago: float, said: str
) -> None:
    _beat(session, minutes_ago)
    response = administrator.submit(RUN, {})
    assert (response.status_code, response.location) == (303, PAGE)
    page = administrator.get(PAGE).text
    assert "Demandé" in page
    assert said in page.replace("\u202f", " ").partition("</section>")[0]
    assert "demandé par Camille" in page
    administrator.submit(RUN, {})
    assert "attend son tour" in administrator.get(PAGE).text
    assert len(session.scalars(select(JobRun)).all()) == 1


def test_a_job_that_does_not_exist_is_not_found(administrator: PageClient) -> None:
    assert administrator.submit(f"{PAGE}/rien/lancer", {}).status_code == 404


def test_only_administrators_see_it(officer: PageClient, director: PageClient) -> None:
    for browser in (officer, director):
        assert browser.get(PAGE).status_code == 403
        assert browser.submit(RUN, {}).status_code == 403


def test_silence_is_told_to_administrators_on_each_page_and_kindly_on_the_others_home(
    administrator: FlaskClient, session: Session
) -> None:
    assert "n’a encore jamais tourné" in administrator.get("/structures").text
    _beat(session, 4)
    assert "service de fond" not in administrator.get("/structures").text
    session.query(Heartbeat).delete()
    _beat(session, 5)
    page = administrator.get("/structures").text
    assert "Le service de fond ne répond plus depuis" in page
    assert "crm worker" in page
    assert page.count("Le service de fond ne répond plus") == 1


def test_officers_are_told_in_kinder_words_on_their_home_only(
    officer: FlaskClient, session: Session
) -> None:
    _beat(session, 5)
    home = officer.get("/").text
    assert "est bien gardé" in home
    assert "crm worker" not in home
    assert "est bien gardé" not in officer.get("/structures").text
    _beat(session, 0)
    assert "est bien gardé" not in officer.get("/").text
