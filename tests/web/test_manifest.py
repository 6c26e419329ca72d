"""Passerelle among the applications of a phone: what the browser reads before anyone signs in."""

from flask.testing import FlaskClient

from tests.support.client import PageClient


def test_the_manifest_names_the_network_and_opens_on_a_session(client: FlaskClient) -> None:
    response = client.get("/manifest.webmanifest")
    assert response.content_type == "application/manifest+json"
    described = response.get_json(force=True)
    assert described["start_url"] == "/seances/nouvelle"
    assert described["display"] == "standalone"
    assert described["short_name"] == "Passerelle"
    assert {icon["purpose"] for icon in described["icons"]} == {"any", "maskable"}
    for icon in described["icons"]:
        image = client.get(icon["src"])
        assert image.status_code == 200
        assert image.data.startswith(b"<svg")
    for shortcut in described["shortcuts"]:
        assert client.get(shortcut["url"]).status_code in (302, 303)


def test_every_page_leads_to_it_and_names_its_keys(officer: PageClient) -> None:
    page = officer.get("/").text
    assert 'rel="manifest" href="/manifest.webmanifest"' in page
    for key in "stcpg":
        assert f'data-sequence="{key}"' in page
    assert f'data-person="{officer.user.id}" data-method="GET"' in page
