"""What a segment means, as one would say it."""

import pytest
from sqlalchemy.orm import Session

from crm.criteria.sentences import listed, sentence_of
from crm.criteria.types import Branch, Leaf, Link, Mode, Node, Subject, Tree

S, C = Subject.STRUCTURE, Subject.CONTACT
COLLECTIVITE = Leaf("famille", {"families": ("collectivite",)})
BIG = Leaf("population", {"least": "2000"})


@pytest.mark.parametrize(
    ("subject", "mode", "nodes", "said"),
    [
        (
            S,
            Mode.ALL,
            (COLLECTIVITE, BIG),
            (
                "Les structures qui sont de la famille « Collectivité territoriale » et qui ont"
                " leur siège dans une commune qui compte au moins 2 000 habitants."
            ),
        ),
        (
            S,
            Mode.ALL,
            (Leaf("dossier", {"state": ("depose",), "years": "3"}, is_negated=True),),
            "Les structures qui n’ont déposé aucun dossier sur les 3 dernières années.",
        ),
        (
            S,
            Mode.ALL,
            (Leaf("dossier", {"state": ("obtenu",), "years": "1"}),),
            "Les structures qui ont obtenu un dossier sur l’année en cours.",
        ),
        (
            S,
            Mode.ANY,
            (Leaf("accompagnee", {}, is_negated=True), Leaf("manque", {"what": ("courriel",)})),
            "Les structures qui n’ont pas été accompagnées ou qui sont sans courriel.",
        ),
        (
            S,
            Mode.ALL,
            (BIG, Branch(Mode.ANY, (COLLECTIVITE, Leaf("nom", {"text": "eau"})))),
            (
                "Les structures qui ont leur siège dans une commune qui compte au moins 2 000"
                " habitants et qui (sont de la famille « Collectivité territoriale » ou qui ont un"
                " nom qui contient « eau »)."
            ),
        ),
        (
            C,
            Mode.ALL,
            (Link("structure", {}, Branch(Mode.ALL, (BIG,))), Leaf("nom", {"text": "eau"})),
            (
                "Les personnes qui exercent une fonction dans l’une des structures qui (ont leur"
                " siège dans une commune qui compte au moins 2 000 habitants) et qui ont un nom"
                " qui contient « eau »."
            ),
        ),
        (
            C,
            Mode.ALL,
            (Link("structure", {}, Branch(Mode.ALL, (COLLECTIVITE,))),),
            (
                "Les personnes qui exercent une fonction dans l’une des structures qui sont de la"
                " famille « Collectivité territoriale »."
            ),
        ),
        (
            S,
            Mode.NONE,
            (COLLECTIVITE, BIG),
            (
                "Les structures qui ne remplissent aucune de ces conditions (sont de la famille"
                " « Collectivité territoriale » ; ont leur siège dans une commune qui compte"
                " au moins 2 000 habitants)."
            ),
        ),
        (
            C,
            Mode.ALL,
            (Link("structure", {"role": "maire"}, Branch(Mode.ALL, (COLLECTIVITE,))),),
            (
                "Les personnes qui exercent une fonction de « maire » dans l’une des structures qui"
                " sont de la famille « Collectivité territoriale »."
            ),
        ),
        (
            C,
            Mode.ALL,
            (Leaf("fonction", {"mandate": ("elu",)}),),
            "Les personnes qui exercent aujourd’hui une fonction au titre d’un mandat électif.",
        ),
        (
            S,
            Mode.ALL,
            (Leaf("adhesion", {"year": "2026", "fee": ("a_regler",)}),),
            "Les structures qui adhèrent au réseau en 2026, avec une cotisation à régler.",
        ),
        (
            S,
            Mode.ALL,
            (Leaf("creee", {"day": "2026-03-01"}),),
            "Les structures qui ont une fiche créée depuis le 1er mars 2026.",
        ),
        (S, Mode.ALL, (Leaf("famille"),), "Les structures qui sont de la famille …"),
    ],
)
def test_a_tree_is_said(
    session: Session, subject: Subject, mode: Mode, nodes: tuple[Node, ...], said: str
) -> None:
    found = sentence_of(session, Tree(subject, Branch(mode, nodes)))
    assert found.replace("\u00a0", " ").replace("\u202f", " ") == said
    for sign in (" :", " ;", "« ", " »"):
        assert sign not in found, "an ordinary space stands where a line must not break"


def test_choices_are_listed() -> None:
    assert listed([]) == ""
    assert listed(["A"]) == "A"
    assert listed(["A", "B", "C"]) == "A, B ou C"
