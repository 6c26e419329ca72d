"""A courier for tests: its gateway answers what the test says, its delays are not drawn."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from crm.config import Settings
from crm.mail.delivering import Courier
from crm.mail.models import OutboxMessage
from crm.mail.outbox import post
from crm.mail.types import Accepted, Letter, Outcome

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Post = Callable[..., OutboxMessage]


class ScriptedGateway:
    """Answers the outcomes it was given, then accepts; keeps what it was handed."""

    name = "scripted"
    leaves_the_machine = False

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.letters: list[Letter] = []
        self.before: Callable[[Letter], None] = lambda _letter: None

    def send(self, letter: Letter) -> Outcome:
        """Answer the next outcome."""
        self.before(letter)
        self.letters.append(letter)
        return self.outcomes.pop(0) if self.outcomes else Accepted("250 ok")

    def close(self) -> None:
        """Nothing stays open."""


class ScriptedBatchGateway(ScriptedGateway):
    """Takes up to 50 at once; keeps what it was handed together."""

    name = "scripted"
    most = 50
    goes_ahead = False

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[list[str]] = []

    def joins(self, first: Letter, letter: Letter) -> bool:
        """Tell whether both are written alike."""
        return first.written.text_body == letter.written.text_body

    def send_together(
        self, letters: Sequence[Letter], _until: datetime | None = None
    ) -> list[Outcome]:
        """Answer the next outcomes."""
        self.calls.append([each.token for each in letters])
        return [self.send(each) for each in letters]


@pytest.fixture
def frozen() -> Iterator[time_machine.Traveller]:
    """Stop the clock at START."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def gateway() -> ScriptedGateway:
    """Return a gateway that accepts unless told otherwise."""
    return ScriptedGateway()


@pytest.fixture
def courier(app: Flask, settings: Settings, gateway: ScriptedGateway) -> Courier:
    """Return a courier of this gateway; it works inside `app.app_context()`."""
    return Courier(
        gateway=gateway, settings=settings.mail, sender_name="Réseau d’essai", draw=lambda: 0.5
    )


@pytest.fixture
def write(session: Session) -> Post:
    """Return what posts a message; each call another one."""
    numbers = itertools.count()

    def posted(**more: object) -> OutboxMessage:
        number = next(numbers)
        values = {
            "unique_key": f"essai:{number}",
            "recipient": f"camille{number}@reseau.example",
            "subject": f"Objet {number}",
            "text_body": f"Texte {number}",
            "html_body": f"<p>Mise en forme {number}</p>",
        }
        return post(session, **(values | more))

    return posted
