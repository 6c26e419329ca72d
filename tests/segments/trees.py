"""Random trees over a world: every criterion, its fields filled in or not, nested at will."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from crm.criteria.types import Branch, Leaf, Link, Mode, Node, Subject, Tree
from tests.segments.worlds import COUNTRIES, FAMILIES, World

Values = st.SearchStrategy[dict[str, Any]]


def some(values: Any) -> st.SearchStrategy[tuple[str, ...]]:
    """Return one to three of the values, as a form sends them."""
    return st.lists(st.sampled_from([str(each) for each in values]), min_size=1, max_size=3,
                    unique=True).map(tuple)  # fmt: skip


def one(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Return one of the values."""
    return st.sampled_from(values).map(lambda each: (each,))


def filled(needed: dict[str, Any], optional: dict[str, Any] | None = None) -> Values:
    """Return the fields of a criterion, those that are not needed filled in or not."""
    return st.fixed_dictionaries(needed, optional=optional or {})


def trees(world: World, subject: Subject) -> st.SearchStrategy[Tree]:
    """Return trees asked of a subject."""
    return _branches(world, subject, 3).map(lambda root: Tree(subject, root))


def _branches(world: World, subject: Subject, depth: int) -> st.SearchStrategy[Branch]:
    nodes: st.SearchStrategy[Node] = _leaves(world, subject)
    if depth > 1:
        inner = _branches(world, subject, depth - 1)
        nodes = st.one_of(nodes, nodes, inner, _links(world, subject, depth - 1))
    return st.builds(
        Branch, st.sampled_from(Mode), st.lists(nodes, min_size=1, max_size=3).map(tuple)
    )


def _links(world: World, subject: Subject, depth: int) -> st.SearchStrategy[Link]:
    is_person = subject is Subject.CONTACT
    target = Subject.STRUCTURE if is_person else Subject.CONTACT
    return st.builds(
        Link,
        st.just("structure" if is_person else "personne"),
        filled({}, _ROLE),
        _branches(world, target, depth),
        st.booleans(),
    )


def _leaves(world: World, subject: Subject) -> st.SearchStrategy[Leaf]:
    return st.one_of(
        *(
            st.builds(Leaf, st.just(code), fields(world), st.booleans())
            for (of, code), fields in FIELDS.items()
            if of is subject
        )
    )


_ROLE = {"role": st.sampled_from(["maire", "Présid", "PROJET"]), "mandate": one("elu", "non_elu")}
_DAY = st.sampled_from(["2025-01-01", "2026-11-27", "2024-06-30"])
_S, _C = Subject.STRUCTURE, Subject.CONTACT
_NUMBER = st.sampled_from(["0", "30", "500", "2000", "10000"])
FIELDS: dict[tuple[Subject, str], Callable[[World], Values]] = {
    (_S, "famille"): lambda _w: filled({"families": some(FAMILIES)}),
    (_S, "nom"): lambda _w: filled({"text": st.sampled_from(["énergie", "JEUNES", "1", "1 %"])}),
    (_C, "nom"): lambda _w: filled({"text": st.sampled_from(["bezier", "Le Gall", "1_"])}),
    (_S, "departement"): lambda _w: filled({"departements": some(["59", "62", "80", "02"])}),
    (_S, "commune"): lambda w: filled({"communes": some(w.ids["communes"])}),
    (_S, "epci"): lambda w: filled({"epcis": some({c.epci_siren for c in w.communes.values()})}),
    (_S, "population"): lambda _w: filled({"least": _NUMBER}),
    (_S, "territoire"): lambda w: filled({"territories": some(w.ids["territories"])}),
    (_S, "theme"): lambda w: filled({"themes": some(w.ids["themes"])}),
    (_S, "pays"): lambda _w: filled({"countries": some(COUNTRIES)}),
    (_S, "etiquette"): lambda w: filled({"tags": some(w.ids["tags"])}),
    (_C, "etiquette"): lambda w: filled({"tags": some(w.ids["tags"])}),
    (_S, "statut"): lambda _w: filled(
        {"standings": some(["prospect", "acteur", "dormante", "fermee"])}
    ),
    (_S, "adhesion"): lambda _w: filled(
        {}, {"year": st.sampled_from(["2024", "2025"]), "fee": one("reglee", "a_regler")}
    ),
    (_S, "referent"): lambda w: filled({"people": some(w.ids["users"])}),
    (_S, "groupe"): lambda w: filled({}, {"groups": some(w.ids["groups"]), "day": _DAY}),
    (_C, "represente"): lambda w: filled({}, {"groups": some(w.ids["groups"]), "day": _DAY}),
    (_C, "fonction"): lambda _w: filled({}, _ROLE),
    (_S, "poste_vacant"): lambda _w: filled({}, {"role": st.sampled_from(["maire", "adjoint"])}),
    (_S, "manque"): lambda _w: filled(
        {"what": some(["courriel", "telephone", "commune", "theme", "referent", "personne"])}
    ),
    (_C, "manque"): lambda _w: filled({"what": some(["courriel", "telephone", "fonction"])}),
    (_S, "non_verifiee"): lambda _w: filled({"days": st.sampled_from(["0", "30", "180"])}),
    (_S, "accompagnee"): lambda w: st.one_of(
        filled({}, {"months": st.sampled_from(["6", "24"]), "kinds": some(w.ids["kinds"])}),
        filled({}, {"since": _DAY, "officers": some(w.ids["users"]), "form": one("formel")}),
    ),
    (_S, "dossier"): lambda w: filled(
        {"state": one("depose", "obtenu", "perdu")},
        {"schemes": some(w.ids["schemes"]), "years": st.sampled_from(["1", "3"])},
    ),
    (_S, "commune_couverte"): lambda w: filled(
        {}, {"schemes": some(w.ids["schemes"]), "years": st.sampled_from(["1", "3"])}
    ),
    (_S, "projet"): lambda _w: filled(
        {},
        {"roles": some(["chef_de_file", "partenaire"]), "statuses": some(["en_cours", "termine"])},
    ),
}
