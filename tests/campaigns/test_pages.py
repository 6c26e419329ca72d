"""The pages of campaigns: begun once, changed by two, filled, called, moved, cloned."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.campaigns.models import Campaign, CampaignMailing, Target
from crm.core import clock
from crm.history.models import ChangeSet
from crm.mailings.models import Mailing
from crm.segments.models import Segment
from tests.campaigns.builders import aim_at, make_campaign, moves, one_target, targets_of
from tests.factories.contacts import AffiliationFactory, ContactFactory, StructureFactory
from tests.support.client import PageClient
from tests.support.people import sign_in
from tests.support.queries import counted


@pytest.fixture
def manager(client: FlaskClient, session: Session) -> PageClient:
    """Return a browser in which a campaign manager has signed in."""
    return sign_in(client, session, "campaign_manager")  # type: ignore[return-value]


def _plain(text: str) -> str:
    """Return a page with ordinary spaces where its lines must not break."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def _typed(**changes: str) -> dict[str, str]:
    values = {
        "name": "Hiver 2026",
        "status": "en_cours",
        "starts_on": "01/11/2026",
        "ends_on": "31/03/2027",
        "functions": "maire, DGS",
        "script": "Bonjour,\nje vous appelle…",
        "submission_key": "une-seule-fois",
        "version": "0",
    }
    return values | changes


def _only(session: Session) -> Campaign:
    return session.scalars(select(Campaign).execution_options(populate_existing=True)).one()


def test_a_campaign_begins_once(manager: PageClient, session: Session) -> None:
    assert "Nouvelle campagne" in manager.get("/campagnes").text
    assert manager.get("/campagnes/nouvelle").status_code == 200
    first = manager.submit("/campagnes/nouvelle", _typed())
    again = manager.submit("/campagnes/nouvelle", _typed())
    assert first.status_code == again.status_code == 303
    campaign = _only(session)
    assert (campaign.name, campaign.reporting_year) == ("Hiver 2026", 2027)
    assert first.location == f"/campagnes/{campaign.id}/cibles/ajouter"
    page = manager.get(f"/campagnes/{campaign.id}").text
    assert "Personne à joindre pour l’instant" in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Ce champ est nécessaire"),
        ({"ends_on": "01/01/2020"}, "La fin ne peut pas précéder le début"),
        ({"reporting_year": "bientôt"}, "Écrivez une année"),
        ({"aim": "999999"}, "Choisissez un dispositif"),
        ({"segment": "999999"}, "Ce segment n’existe plus"),
        ({"members": "999999"}, "membres actuels"),
    ],
)
def test_what_is_wrong_is_said_and_all_typed_is_kept(
    manager: PageClient, wrong: dict[str, str], said: str
) -> None:
    answer = manager.submit("/campagnes/nouvelle", _typed(**wrong))
    assert answer.status_code == 422
    assert said in answer.text
    assert "je vous appelle" in answer.text


def test_two_editors_see_both_versions(manager: PageClient, session: Session) -> None:
    campaign = make_campaign(session)
    url = f"/campagnes/{campaign.id}/modifier"
    seen = str(campaign.version)
    assert manager.submit(url, _typed(name="Premier", version=seen)).status_code == 303
    conflict = manager.submit(url, _typed(name="Second", version=seen))
    assert conflict.status_code == 409
    assert "Premier" in conflict.text
    assert "Second" in conflict.text
    assert _only(session).name == "Premier"


def test_goals_are_kept_and_shown(manager: PageClient, session: Session) -> None:
    campaign = make_campaign(session)
    aim_at(session, campaign, [StructureFactory(departement_code="62")])
    url = f"/campagnes/{campaign.id}/objectifs"
    box = "objectif-62-touchees"
    wrong = manager.submit(url, {"version": str(campaign.version), box: "beaucoup"})
    assert wrong.status_code == 422
    assert "nombres entiers" in wrong.text
    assert 'value="beaucoup"' in wrong.text
    seen = {"version": str(campaign.version)}
    assert manager.submit(url, seen | {box: "40", "objectif-59-deposees": "0"}).status_code == 303
    assert "objectif 40" in manager.get(f"/campagnes/{campaign.id}").text
    late = manager.submit(url, seen | {box: "50"})
    assert late.status_code == 409
    assert "enregistré : 40" in _plain(late.text)
    changed = {"version": str(_only(session).version)}
    assert manager.submit(url, changed | {box: "50"}).status_code == 303
    assert 'value="50"' in manager.get(url).text


def test_communes_are_seen_before_they_are_added(manager: PageClient, session: Session) -> None:
    campaign = make_campaign(session)
    url = f"/campagnes/{campaign.id}/cibles/ajouter"
    assert manager.get(url).status_code == 200
    empty = manager.submit(url, {"how": "criteres"})
    assert empty.status_code == 422
    assert "au moins un critère" in empty.text
    asked = {"how": "criteres", "departements": "62", "least": "30000", "submission_key": "abc"}
    seen = manager.submit(url, asked).text
    found = re.search(r"<b>(\d+)</b> à ajouter", seen)
    assert found is not None
    assert "Calais" in seen
    assert targets_of(session, campaign) == []
    assert manager.submit(url, asked | {"confirmed": "1"}).status_code == 303
    assert len(targets_of(session, campaign)) == int(found[1])
    again = manager.submit(url, asked | {"submission_key": "def"}).text
    assert "Toutes sont déjà dans la campagne" in again
    saved = session.scalars(select(ChangeSet).order_by(ChangeSet.id.desc())).first()
    assert saved is not None
    manager.submit(f"/historique/{saved.id}/annuler", {})
    session.expire_all()
    assert targets_of(session, campaign) == []


def test_a_name_that_several_bear_is_asked(manager: PageClient, session: Session) -> None:
    campaign = make_campaign(session)
    url = f"/campagnes/{campaign.id}/cibles/ajouter"
    pasted = {"how": "collee", "pasted": "Lens\nSaint-Aubin\nNulle-Part-sur-Rien"}
    asked = manager.submit(url, pasted)
    assert asked.status_code == 422
    assert "Quelle commune pour « Saint-Aubin »" in _plain(asked.text)
    code = re.search(r'name="commune-1" value="(\w{5})"', asked.text)
    assert code is not None
    chosen = pasted | {"ligne-1": "Saint-Aubin", "commune-1": code[1]}
    seen = manager.submit(url, chosen).text
    assert "<b>2</b> à ajouter" in seen
    assert "Nulle-Part-sur-Rien" in seen
    assert manager.submit(url, chosen | {"confirmed": "1"}).status_code == 303
    assert len(targets_of(session, campaign)) == 2


def test_the_board_moves_and_takes_back(manager: PageClient, session: Session) -> None:
    target = one_target(session)
    url = f"/campagnes/{target.campaign_id}/tableau"
    assert target.structure_name in manager.get(url).text
    step = f"/campagnes/cibles/{target.id}/etape"
    assert manager.submit(step, {"etape": "interessee", "next": url}).location == url
    page = manager.get(url).text
    assert "c’est noté" in page
    undo = re.search(r'action="(/campagnes/mouvements/\d+/annuler[^"]*)"', page)
    assert undo is not None
    assert manager.submit(undo[1].replace("&amp;", "&"), {}).status_code == 303
    session.expire_all()
    assert session.get_one(Target, target.id).stage == "a_contacter"
    asked = manager.submit(step, {"etape": "sans_suite"})
    assert asked.location.startswith(f"/campagnes/cibles/{target.id}/sans-suite")
    assert manager.submit(asked.location, {"note": "rien"}).status_code == 422
    assert manager.submit(asked.location, {"obstacle": "elus"}).status_code == 303
    session.expire_all()
    assert session.get_one(Target, target.id).obstacle == "elus"
    assert "Élus" in manager.get(f"/campagnes/cibles/{target.id}").text


def test_calls_follow_each_other(manager: PageClient, session: Session) -> None:
    campaign = make_campaign(session, script="Bonjour à vous")
    first = aim_at(
        session,
        campaign,
        [StructureFactory(name=name, phone="+33321000000") for name in ("Alpha", "Beta")],
    )[0]
    url = f"/campagnes/{campaign.id}/appels"
    page = manager.get(url).text
    assert "2 à appeler maintenant" in page
    assert "Bonjour à vous" in page
    assert "03 21 00 00 00" in _plain(page)
    call = f"/campagnes/cibles/{first.id}/appel"
    assert manager.submit(call, {"outcome": "sans_suite", "note": "non"}).status_code == 422
    answer = manager.submit(call, {"outcome": "pas_de_reponse", "next": url})
    assert answer.location == url
    page = manager.get(url).text
    assert "un appel à passer maintenant" in page
    assert "Beta" in page
    session.expire_all()
    again_on = clock.today() + timedelta(days=2)
    assert session.get_one(Target, first.id).next_call_on == again_on


def test_a_call_that_is_sent_twice_is_kept_once(manager: PageClient, session: Session) -> None:
    target = one_target(session)
    page = manager.get(f"/campagnes/{target.campaign_id}/appels").text
    key = re.search(r'name="submission_key"[^>]*value="([^"]+)"', page)
    assert key is not None
    for _twice in range(2):
        sent = {"outcome": "a_repondu", "submission_key": key[1]}
        assert manager.submit(f"/campagnes/cibles/{target.id}/appel", sent).status_code == 303
    assert [each.cause for each in moves(session, target)] == ["appel"]


def test_whom_to_reach_is_found_by_the_function(manager: PageClient, session: Session) -> None:
    campaign = make_campaign(session, functions="maire, DGS")
    structure = StructureFactory()
    AffiliationFactory(structure=structure, role="DGS")
    mayor = AffiliationFactory(structure=structure, role="Maire", contact=ContactFactory())
    AffiliationFactory(structure=structure, role="Adjoint au maire")
    (target,) = aim_at(session, campaign, [structure])
    assert (target.contact_id, target.role) == (mayor.contact_id, "Maire")
    url = f"/campagnes/cibles/{target.id}/modifier"
    typed = {"version": str(target.version), "contact": "", "role": "Secrétaire"}
    assert manager.submit(url, typed).status_code == 303
    assert manager.submit(url, typed | {"role": "Autre"}).status_code == 409
    fresh = typed | {"version": str(target.version + 1), "contact": "999999"}
    wrong = manager.submit(url, fresh)
    assert wrong.status_code == 422
    assert "une personne de cette structure" in wrong.text


def test_many_targets_change_at_once(manager: PageClient, session: Session) -> None:
    campaign = make_campaign(session)
    targets = aim_at(session, campaign, [StructureFactory() for _ in range(3)])
    url = f"/campagnes/{campaign.id}/cibles/lot"
    ids = [str(each.id) for each in targets[:2]]
    manager.submit(url, {"selection": ids, "action": "etape", "value": "contactee"})
    manager.submit(url, {"selection": ids, "action": "appel", "value": "demain"})
    stages = [(each.stage, each.next_call_on) for each in targets_of(session, campaign)]
    tomorrow = clock.today() + timedelta(days=1)
    assert stages == [("contactee", tomorrow)] * 2 + [("a_contacter", None)]
    assert [each.cause for each in moves(session, targets[0])] == ["main"]
    manager.submit(url, {"tout": "1", "action": "retirer", "value": "oui"})
    assert targets_of(session, campaign) == []


def test_a_message_is_begun_for_the_targets_of_a_stage(
    manager: PageClient, session: Session
) -> None:
    campaign = make_campaign(session, functions="maire")
    aim_at(session, campaign, [StructureFactory(email="mairie@commune.example")])
    plan = f"/campagnes/{campaign.id}/messages/prevoir"
    assert manager.submit(plan, {"what": ""}).status_code == 422
    manager.submit(plan, {"what": "Invitation", "planned_on": "01/12/2026"})
    step = session.scalars(select(CampaignMailing)).one()
    url = f"/campagnes/{campaign.id}/messages/ecrire?message={step.id}"
    assert "Invitation" in manager.get(url).text
    typed = {"name": "Invitation", "purpose": "calls", "stages": [], "audience": "vivant"}
    assert "au moins une étape" in manager.submit(url, typed).text
    begun = manager.submit(url, typed | {"stages": ["a_contacter"], "submission_key": "m"})
    mailing = session.scalars(select(Mailing)).one()
    assert begun.location == f"/envois/{mailing.id}"
    assert (mailing.reach, mailing.functions) == ("structures", "maire")
    page = manager.get(begun.location).text
    assert "Un destinataire aujourd’hui" in page
    assert session.scalars(select(Segment)).one().frozen_at is None
    assert "Invitation" in manager.get(f"/campagnes/{campaign.id}").text


def test_the_next_year_shows_what_each_did_before(manager: PageClient, session: Session) -> None:
    source = make_campaign(session, name="Hiver 2026", reporting_year=2026)
    came, gone = aim_at(session, source, [StructureFactory(), StructureFactory()])
    manager.submit(f"/campagnes/cibles/{came.id}/etape", {"etape": "interessee"})
    url = f"/campagnes/{source.id}/reprendre"
    page = manager.get(url).text
    assert "Hiver 2027" in page
    typed = _typed(name="Hiver 2027", submission_key="clone")
    answer = manager.submit(url, typed | {"stages": ["interessee", "sans_suite"]})  # type: ignore[dict-item]
    made = session.scalars(select(Campaign).where(Campaign.cloned_from_id == source.id)).one()
    assert answer.location == f"/campagnes/{made.id}"
    (target,) = targets_of(session, made)
    assert (target.structure_id, target.stage, target.origin) == (
        came.structure_id, "a_contacter", "reprise",
    )  # fmt: skip
    assert gone.structure_id != target.structure_id
    listed = manager.get(f"/campagnes/{made.id}/cibles?filtres=1&avant=interessee").text
    assert "1 cible" in listed
    board = _plain(manager.get(f"/campagnes/{made.id}/tableau").text)
    assert "la fois d’avant : intéressée" in board
    assert "La fois d’avant" in manager.get(f"/campagnes/cibles/{target.id}").text
    # Both are running: each shows the other.
    assert "aussi dans « Hiver 2026 »" in board
    assert "Hiver 2027" in manager.get(f"/structures/{came.structure_id}").text


@pytest.mark.parametrize("path", ["", "/tableau", "/cibles", "/appels", "/cibles?filtres=1"])
def test_reads_do_not_grow_with_the_targets(
    manager: PageClient, session: Session, path: str
) -> None:
    campaign = make_campaign(session)
    aim_at(session, campaign, [StructureFactory() for _ in range(3)])
    url = f"/campagnes/{campaign.id}{path}"
    manager.get(url)
    with counted(session.connection()) as few:
        manager.get(url)
    aim_at(session, campaign, [StructureFactory() for _ in range(40)])
    with counted(session.connection()) as many:
        manager.get(url)
    assert len(many) == len(few)
    assert len(few) < 40


def test_a_campaign_goes_to_the_trash_and_comes_back(manager: PageClient, session: Session) -> None:
    target = one_target(session)
    campaign_id = target.campaign_id
    manager.submit(f"/corbeille/campaign/{campaign_id}/ajouter", {"reason": "erreur"})
    assert manager.get(f"/campagnes/{campaign_id}").status_code == 404
    assert manager.get(f"/campagnes/cibles/{target.id}").status_code == 404
    assert (
        manager.submit(f"/campagnes/cibles/{target.id}/etape", {"etape": "contactee"}).status_code
        == 404
    )
    manager.submit(f"/corbeille/campaign/{campaign_id}/restaurer", {})
    assert manager.get(f"/campagnes/{campaign_id}").status_code == 200
