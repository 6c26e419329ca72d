"""SendGrid: what is asked, what each answer proves, and who is to blame for a refusal."""

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from crm.config import ConfigurationError, MailSettings
from crm.mail.gateways.choice import choose_gateway
from crm.mail.gateways.sendgrid import LONGEST_WAIT, MOST, SendGridGateway
from crm.mail.letters import compose
from crm.mail.models import Delivery
from crm.mail.types import (
    Accepted,
    InlineImage,
    Letter,
    NotSent,
    Outcome,
    Refused,
    Uncertain,
    Written,  # fmt: skip
)
from tests.support.sendgrid_fake import KEY, Reply, SendGridFake, running_fake

NOW = 1_800_000_000.0
WRITTEN = Written(
    "Bonjour [[name]]",
    "Chère [[name]],\nBonjour\n",
    '<p>Chère [[name]]</p><p><a href="[[link]]">Lire</a><img src="cid:logo" alt=""></p>',
    {"List-Unsubscribe": "<[[link]]>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    images=(InlineImage("logo", b"png", "png"),),
)


def settings_of(port: int, **more: str) -> MailSettings:
    """Return settings for the provider on this port."""
    environ = {
        "CRM_MAIL_SENDER": "contact@reseau.fr",
        "CRM_MAIL_REPLY_TO": "equipe@reseau.fr",
        "CRM_MAIL_SENDGRID_API_KEY": KEY,
        "CRM_MAIL_SENDGRID_HOST": f"http://127.0.0.1:{port}",
        "CRM_MAIL_TIMEOUT_SECONDS": "20",
    }
    return MailSettings.read(environ | more, "test")


def letters_of(
    settings: MailSettings, count: int, written: Written = WRITTEN, name: str = "Zoé"
) -> list[Letter]:
    """Return letters of one batch."""
    return [
        compose(
            settings,
            "Réseau d’essai",
            Delivery(
                token=f"{number:032x}", batch_id=1, recipient=f"camille{number}@b.example",
                created_at=datetime(2026, 3, 2, tzinfo=UTC),
            ),
            replace(
                written,
                marks={"[[name]]": f"{name} {number}", "[[link]]": f"https://reseau.fr/d/{number}"},
            ),
        )
        for number in range(count)
    ]  # fmt: skip


@pytest.fixture
def provider() -> Iterator[tuple[SendGridFake, SendGridGateway, MailSettings]]:
    """Return a provider and a gateway that sends to it."""
    with running_fake() as fake:
        settings = settings_of(fake.port)
        yield fake, SendGridGateway(settings, now=lambda: NOW), settings


Provider = tuple[SendGridFake, SendGridGateway, MailSettings]


def test_each_reader_is_alone_and_only_a_token_is_told(provider: Provider) -> None:
    fake, gateway, settings = provider
    outcomes = gateway.send_together(letters_of(settings, 3))
    assert outcomes == [Accepted("202 abc")] * 3
    (request,) = fake.requests
    assert [each["to"] for each in request["personalizations"]] == [
        [{"email": f"camille{number}@b.example"}] for number in range(3)
    ]
    assert request["personalizations"][1] == {
        "to": [{"email": "camille1@b.example"}],
        "subject": "Bonjour Zoé 1",
        "headers": {
            "Message-ID": f"<{1:032x}@reseau.fr>",
            "List-Unsubscribe": "<https://reseau.fr/d/1>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
        "custom_args": {"delivery_id": f"{1:032x}"},
        "substitutions": {"[[name]]": "Zoé 1", "[[link]]": "https://reseau.fr/d/1"},
    }
    assert request["from"] == {"email": "contact@reseau.fr", "name": "Réseau d’essai"}
    assert request["reply_to"] == {"email": "equipe@reseau.fr"}
    assert [each["type"] for each in request["content"]] == ["text/plain", "text/html"]
    assert request["attachments"][0]["content_id"] == "logo"
    assert "categories" not in request
    assert "custom_args" not in request


def test_nothing_follows_who_reads(provider: Provider) -> None:
    fake, gateway, settings = provider
    gateway.send(letters_of(settings, 1)[0])
    tracking = fake.requests[0]["tracking_settings"]
    assert {name: each["enable"] for name, each in tracking.items()} == dict.fromkeys(
        ("click_tracking", "open_tracking", "subscription_tracking", "ganalytics"), False
    )


def test_headers_of_one_call_do_not_stay_for_the_next(provider: Provider) -> None:
    fake, gateway, settings = provider
    for letter in letters_of(settings, 2):
        gateway.send(letter)
    first, second = fake.headers
    assert first["Authorization"] == second["Authorization"] == f"Bearer {KEY}"
    ours = {"Content-Length", "Host"}
    assert {k: v for k, v in first.items() if k not in ours} == {
        k: v for k, v in second.items() if k not in ours
    }


def test_a_call_carries_fifty_at_most(provider: Provider) -> None:
    fake, gateway, settings = provider
    assert len(gateway.send_together(letters_of(settings, MOST + 5))) == MOST + 5
    assert [len(each["personalizations"]) for each in fake.requests] == [MOST, 5]
    assert len(set(fake.taken)) == MOST + 5


def test_letters_of_different_bodies_do_not_share_a_call(provider: Provider) -> None:
    fake, gateway, settings = provider
    other = letters_of(settings, 3, replace(WRITTEN, text_body="Autre"))[2]
    gateway.send_together([*letters_of(settings, 2), other])
    assert [each["content"][0]["value"] for each in fake.requests] == [WRITTEN.text_body, "Autre"]


@pytest.mark.parametrize("name", ["[[link]] Zoé", "ab " * 4_000 + "c"])
def test_values_that_sendgrid_could_not_set_are_set_here(provider: Provider, name: str) -> None:
    fake, gateway, settings = provider
    usual, odd = letters_of(settings, 1), letters_of(settings, 2, name=name)[1:]
    assert gateway.send_together([*usual, *odd]) == [Accepted("202 abc")] * 2
    request = fake.requests[1]
    assert "substitutions" not in request["personalizations"][0]
    assert request["content"][0]["value"] == f"Chère {name} 1,\nBonjour\n"


@pytest.mark.parametrize(("status", "bad"), [(400, {3}), (413, {0, 3, 6}), (400, set(range(7)))])
def test_the_letters_to_blame_are_found_and_the_others_leave(
    provider: Provider, status: int, bad: set[int]
) -> None:
    fake, gateway, settings = provider
    letters = letters_of(settings, 7)
    wrong = {letters[each].recipient for each in bad}
    said = {"errors": [{"field": "personalizations.0.to.0.email", "message": "not valid"}]}

    def judge(request: dict[str, Any]) -> Reply | None:
        found = {each["to"][0]["email"] for each in request["personalizations"]}
        return Reply(status, said) if found & wrong else None

    fake.judge = judge
    outcomes = gateway.send_together(letters)
    refused = Refused(f"{status} personalizations.0.to.0.email not valid")
    assert [each == refused for each in outcomes] == [number in bad for number in range(7)]
    assert sorted(fake.taken) == sorted(
        letter.token for number, letter in enumerate(letters) if number not in bad
    )


@pytest.mark.parametrize("has_long_values", [True, False])
def test_no_call_begins_once_time_has_passed(provider: Provider, has_long_values: bool) -> None:
    fake, gateway, settings = provider
    name = "ab " * 4_000 if has_long_values else "Zoé"
    letters = letters_of(settings, MOST, name=name)
    bad = {"errors": [{"field": "personalizations.0.to.0.email", "message": "not valid"}]}
    with time_machine.travel(datetime(2026, 3, 2, tzinfo=UTC), tick=False) as frozen:

        def judge(_request: dict[str, Any]) -> Reply:
            frozen.shift(12)
            return Reply(400, bad)

        fake.judge = judge
        outcomes = gateway.send_together(letters, datetime(2026, 3, 2, 0, 3, tzinfo=UTC))
    assert len(fake.requests) == 15
    assert gateway.joins(letters[0], letters[1]) is not has_long_values
    tried = [isinstance(each, Refused) for each in outcomes]
    assert any(tried)
    assert tried == sorted(tried, reverse=True)
    assert all(isinstance(each, Refused | NotSent) for each in outcomes)


def test_a_fault_that_all_share_is_said_once(provider: Provider) -> None:
    fake, gateway, settings = provider
    fake.judge = lambda _request: Reply(400, {"errors": [{"field": "from.email", "message": "no"}]})
    assert gateway.send_together(letters_of(settings, 7)) == [Refused("400 from.email no")] * 7
    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    ("reset", "waits"),
    [
        (str(int(NOW) + 40), timedelta(seconds=40)),
        (str(int(NOW) - 5), timedelta()),
        (str(int(NOW) + 10**6), LONGEST_WAIT),
        ("soon", None),
    ],
)
def test_too_many_calls_are_certain_non_sends_and_the_reset_is_honoured(
    provider: Provider, reset: str, waits: timedelta | None
) -> None:
    fake, gateway, settings = provider
    fake.replies = [Reply(429, {"errors": []}, {"X-RateLimit-Reset": reset})]
    outcomes = gateway.send_together(letters_of(settings, MOST + 1))
    assert len(fake.requests) == 1  # the others wait without being tried
    for outcome in outcomes:
        assert isinstance(outcome, NotSent)
        assert outcome.is_relay_down
        assert outcome.retry_after == waits
    assert fake.taken == []


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(500, keeps=True), Uncertain),
        (Reply(503), Uncertain),
        (Reply(drop="after", keeps=True), Uncertain),
        (Reply(drop="after"), Uncertain),
        (Reply(401), NotSent),
        (Reply(403), NotSent),
        (Reply(404), NotSent),
        (Reply(302, headers={"Location": "http://127.0.0.1:1/"}), NotSent),
        (Reply(202), Accepted),
        (Reply(200), Accepted),
    ],
)
def test_an_answer_proves_what_it_proves(
    provider: Provider, reply: Reply, kind: type[Outcome]
) -> None:
    fake, gateway, settings = provider
    fake.replies = [reply]
    outcomes = gateway.send_together(letters_of(settings, 2))
    assert [type(each) for each in outcomes] == [kind] * 2
    assert fake.replies == []


def test_after_an_unclear_answer_no_other_call_is_made(provider: Provider) -> None:
    fake, gateway, settings = provider
    bad = {"errors": [{"field": "personalizations.0.to.0.email", "message": "not valid"}]}
    fake.replies = [Reply(400, bad), Reply(503)]
    outcomes = gateway.send_together(letters_of(settings, MOST + 2))
    assert len(fake.requests) == 2
    assert [type(each) for each in outcomes] == [Uncertain] * 25 + [NotSent] * 27
    assert all(each.is_relay_down for each in outcomes if isinstance(each, NotSent))


def test_a_line_dropped_before_it_is_read_is_never_a_promise(provider: Provider) -> None:
    fake, gateway, settings = provider
    fake.replies = [Reply(drop="before")]
    (outcome,) = gateway.send_together(letters_of(settings, 1))
    # The request had left whole: nobody here can say whether it was read.
    assert isinstance(outcome, Uncertain)
    assert fake.taken == []


def test_an_answer_after_a_minute_is_not_waited_for() -> None:
    with running_fake() as fake:
        settings = settings_of(fake.port, CRM_MAIL_TIMEOUT_SECONDS="1")
        fake.replies = [Reply(delay_seconds=60, keeps=True)]
        started = time.monotonic()
        (outcome,) = SendGridGateway(settings).send_together(letters_of(settings, 1))
        assert time.monotonic() - started < 10
    assert isinstance(outcome, Uncertain)


def test_a_provider_that_is_not_there_took_nothing() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = settings_of(port)
    outcomes = SendGridGateway(settings).send_together(letters_of(settings, 2))
    for outcome in outcomes:
        assert isinstance(outcome, NotSent)
        assert outcome.is_relay_down


def test_nothing_of_a_reader_nor_of_the_key_is_told(
    provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    fake, gateway, settings = provider
    fake.replies = [Reply(500)]
    with caplog.at_level("DEBUG"):
        (outcome,) = gateway.send_together(letters_of(settings, 1))
    assert isinstance(outcome, Uncertain)
    told = caplog.text + outcome.reason
    for secret in (KEY, "camille0@b.example", "Zoé"):
        assert secret not in told
    assert json.dumps(fake.requests)


def test_the_settings_choose_sendgrid(provider: Provider, tmp_path: Any) -> None:
    _fake, _gateway, settings = provider
    gateway = choose_gateway(settings, tmp_path)
    assert isinstance(gateway, SendGridGateway)
    assert not gateway.leaves_the_machine
    real = MailSettings.read({"CRM_MAIL_SENDGRID_API_KEY": KEY}, "development")
    assert SendGridGateway(real).leaves_the_machine


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"CRM_MAIL_SENDGRID_API_KEY": KEY}, "this machine"),
        ({"CRM_MAIL_SENDGRID_WEBHOOK_KEY": "QUJD"}, "SENDGRID_API_KEY"),
        ({"CRM_MAIL_SENDGRID_HOST": "https://api.eu.sendgrid.com"}, "SENDGRID_API_KEY"),
        ({"CRM_MAIL_SENDGRID_API_KEY": "a b"}, "the key alone"),
        (
            {
                "CRM_MAIL_SENDGRID_API_KEY": KEY,
                "CRM_MAIL_SENDGRID_HOST": "http://api.sendgrid.com",
            },
            "https://",
        ),
        (
            {"CRM_MAIL_SENDGRID_API_KEY": KEY, "CRM_MAIL_SENDGRID_WEBHOOK_KEY": "pas de clé"},
            "WEBHOOK_KEY",
        ),
        (
            {"CRM_MAIL_SENDGRID_API_KEY": KEY, "CRM_MAIL_SMTP_HOST": "127.0.0.1"},
            "one way out",
        ),
        ({"CRM_MAIL_BOUNCES_IMAP_USER": "retours"}, "BOUNCES_IMAP_HOST"),
        ({"CRM_MAIL_BOUNCES_IMAP_HOST": "127.0.0.1"}, "BOUNCES_IMAP_USER"),
        ({"CRM_MAIL_BOUNCES_IMAP_SECURITY": "ssl"}, "BOUNCES_IMAP_SECURITY"),
        (
            {"CRM_MAIL_BOUNCES_IMAP_HOST": "imap.reseau.fr", "CRM_MAIL_BOUNCES_IMAP_USER": "a",
             "CRM_MAIL_BOUNCES_IMAP_PASSWORD": "b"},
            "this machine",
        ),
    ],
)  # fmt: skip
def test_settings_by_half_say_what_to_set(environ: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        MailSettings.read(environ, "test")
