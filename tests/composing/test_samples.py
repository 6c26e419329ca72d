"""Words of a template that are there for others to be written in their place."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm.composing import operations
from crm.composing.checks import is_ready, problems
from crm.composing.defaults import load_default_templates
from crm.composing.models import Message
from crm.composing.operations.blocks import keep_blocks
from crm.composing.queries import message_to_compile, template_options
from crm.composing.rules import new_key
from crm.composing.types import (
    TEMPLATE,
    Block,
    ButtonBlock,
    EventBlock,
    ImageBlock,
    NewsBlock,
    NewsItem,
    TextBlock,
    TitleBlock,
    block_of,
)
from tests.composing.messages import FOOTER, OWNER, write

pytestmark = pytest.mark.usefixtures("app_context")
_LINK = "https://reseau.fr/inscription"
# As networks have it in their databases, loaded by the first version.
_FORMER_INVITATION: list[dict[str, Any]] = [
    {"kind": "title", "title": "Vous êtes invités à notre webinaire"},
    {
        "kind": "text",
        "text": "Bonjour {prénom | Madame, Monsieur},\n\nNous pensons que ce rendez-vous peut"
        " servir les projets {de structure | de votre structure}.",
    },
    {
        "kind": "event",
        "title": "Titre du webinaire",
        "when": "Jour, date et heure",
        "place": "En ligne",
        "text": "Au programme :\n\n- un point d’étape ;\n- un retour d’expérience ;\n"
        "- vos questions.",
        "link": "",
    },
    {"kind": "button", "label": "Je m’inscris", "link": _LINK},
    {
        "kind": "text",
        "text": "Vous ne pouvez pas venir ? Faites suivre ce message à une personne que cela"
        " intéresse.",
    },
]


def _told(session: Session, message: Message) -> list[tuple[str, str]]:
    found = problems(message_to_compile(session, message.id), footer=FOOTER)
    assert is_ready(found) is not bool(found)
    return [(each.part or each.field, each.message % dict(each.params)) for each in found]


def _linked(block: Block) -> Block:
    return block if not isinstance(block, ButtonBlock) else ButtonBlock(block.key, "Ici", _LINK)


def test_a_template_that_networks_have_does_not_leave_with_its_samples(session: Session) -> None:
    blocks = [block_of({"key": new_key(), **each}) for each in _FORMER_INVITATION]
    message = write(session, blocks, subject="Invitation : le titre du webinaire")
    assert _told(session, message) == [
        (part, f"« {words} » n’est que l’exemple du modèle : écrivez {write_it}.")
        for part, words, write_it in (
            ("subject", "Invitation : le titre du webinaire", "le titre du webinaire"),
            ("title", "Titre du webinaire", "le titre du webinaire"),
            ("text", "un point d’étape", "le programme"),
            ("when", "Jour, date et heure", "quand il a lieu"),
        )
    ]


def test_no_template_of_a_new_network_leaves_as_it_is(session: Session) -> None:
    load_default_templates(session)
    for value, name in template_options(session):
        message = operations.create_message(session, owner_kind=OWNER, template_id=int(value))
        keep_blocks(message, [_linked(each) for each in message.parts])
        session.flush()
        told = _told(session, message)
        assert told, name
        assert all(text.startswith("Il reste à compléter : ") for _, text in told), told


def test_what_a_network_says_in_its_own_words_leaves(session: Session) -> None:
    blocks: list[Block] = [
        TextBlock(new_key(), "Bonjour {prénom | Madame, Monsieur},\n\nLieu à préciser [bientôt]."),
        EventBlock(
            new_key(),
            "Le titre du webinaire idéal",
            "Jour, date et heure : jeudi 3, 14 h",
            "En ligne",
            "- un point d’étape ;\n- vos questions.",
        ),
        TextBlock(new_key(), "**Montant :** à préciser avec nous\n\n[Le guide](https://a.fr/)"),
        TextBlock(new_key(), "L’équipe du réseau\n1 rue des Essais"),
    ]
    assert _told(session, write(session, blocks, subject="[Rappel] À compléter ensemble")) == []


def test_a_template_keeps_its_samples_and_a_message_made_from_it_waits(session: Session) -> None:
    template = operations.create_template(session, name="La nôtre")
    start = message_of(session, template.id)
    start.subject = "Réunion [à compléter : la date]"
    keep_blocks(start, [TextBlock(new_key(), "Bonjour,\n\n[à compléter : l’ordre du jour]")])
    session.flush()
    assert _told(session, start) == []
    made = operations.create_message(session, owner_kind=OWNER, template_id=template.id)
    assert _told(session, made) == [
        ("subject", "Il reste à compléter : la date."),
        ("text", "Il reste à compléter : l’ordre du jour."),
    ]


def message_of(session: Session, template_id: int) -> Message:
    return session.query(Message).filter_by(owner_kind=TEMPLATE, owner_id=template_id).one()


@pytest.mark.parametrize(
    ("block", "field"),
    [
        (TitleBlock(new_key(), "[à compléter : le titre]"), "title"),
        (TextBlock(new_key(), "Bonjour [À COMPLÉTER : le titre]"), "text"),
        (ImageBlock(new_key(), "", "[à compléter : le titre]"), "alt"),
        (ButtonBlock(new_key(), "[a completer: le titre]", _LINK), "label"),
        (EventBlock(new_key(), "Forum", "demain", "[à compléter : le titre]"), "place"),
        (NewsBlock(new_key(), "", (NewsItem("Une", "[ à compléter :\u00a0le titre ]"),)), "items"),
    ],
)
def test_every_word_of_a_block_may_be_left_to_write(
    session: Session, block: Block, field: str
) -> None:
    message = write(session, [TitleBlock(new_key(), "Bonjour"), block])
    found = problems(message_to_compile(session, message.id), footer=FOOTER)
    left = [each for each in found if "Il reste à compléter" in each.message]
    assert [(each.block, each.field, each.is_blocking) for each in left] == [
        (block.key, field, True)
    ]


def test_the_same_is_asked_once_for_a_block(session: Session) -> None:
    item = NewsItem("Une", "Deux phrases qui disent l'essentiel, et un lien pour la suite.")
    message = write(session, [NewsBlock(new_key(), "", (item, item))])
    assert len(_told(session, message)) == 1


def test_a_text_written_by_hand_is_read_too(session: Session) -> None:
    message = write(session, [TextBlock(new_key(), "Bonjour")])
    message.text_override = "Bonjour,\n[à compléter]"
    session.flush()
    said = "Il reste un « [à compléter] » : écrivez vos mots à sa place."
    assert ("text", said) in _told(session, message)
