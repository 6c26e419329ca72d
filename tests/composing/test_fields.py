"""Fields between braces, and the little words that French puts before a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.composing.elision import Nature, Preposition, after, elides
from crm.composing.fields import (
    Fault,
    Spot,
    faults_in,
    filled,
    is_missing,
    one_line,
    pieces_of,
    spots_in,
    typed,
)
from crm.composing.types import FIELDS

_TEXTS = st.text(max_size=60)
_NAMES = st.text(st.characters(codec="utf-8", categories=("L", "Zs", "Pd")), max_size=40)


@pytest.mark.parametrize(
    ("name", "nature", "of", "to"),
    [
        ("Le Havre", "commune", "du Havre", "au Havre"),
        ("Les Lilas", "commune", "des Lilas", "aux Lilas"),
        ("La Rochelle", "commune", "de La Rochelle", "à La Rochelle"),
        ("L’Haÿ-les-Roses", "commune", "de L’Haÿ-les-Roses", "à L’Haÿ-les-Roses"),
        ("Amiens", "commune", "d’Amiens", "à Amiens"),
        ("Étaples", "commune", "d’Étaples", "à Étaples"),
        ("Œuilly", "commune", "d’Œuilly", "à Œuilly"),
        ("Yvetot", "commune", "d’Yvetot", "à Yvetot"),
        ("Hem", "commune", "de Hem", "à Hem"),
        ("Hénin-Beaumont", "commune", "d’Hénin-Beaumont", "à Hénin-Beaumont"),
        ("Lille", "commune", "de Lille", "à Lille"),
        ("Association Lumière", "structure", "de l’Association Lumière", "à l’Association Lumière"),
        ("Conseil du Nord", "structure", "du Conseil du Nord", "au Conseil du Nord"),
        ("Hôpital de Lens", "structure", "de l’Hôpital de Lens", "à l’Hôpital de Lens"),
        ("Halle aux sucres", "structure", "de la Halle aux sucres", "à la Halle aux sucres"),
        ("Ville d’Arras", "structure", "de la Ville d’Arras", "à la Ville d’Arras"),
        ("Amis du Mali", "structure", "des Amis du Mali", "aux Amis du Mali"),
        ("Les Amis du Mali", "structure", "des Amis du Mali", "aux Amis du Mali"),
        ("Hauts-de-France", "structure", "des Hauts-de-France", "aux Hauts-de-France"),
        ("Emmaüs", "structure", "d’Emmaüs", "à Emmaüs"),
        ("Handicap Solidaire", "structure", "de Handicap Solidaire", "à Handicap Solidaire"),
        ("AFD Lille", "structure", "de l’AFD Lille", "à l’AFD Lille"),
        ("Hem", "structure", "de Hem", "à Hem"),
        ("HAM", "structure", "de HAM", "à HAM"),
        ("Ham-en-Artois", "structure", "de Ham-en-Artois", "à Ham-en-Artois"),
        ("Haubourdin", "structure", "d’Haubourdin", "à Haubourdin"),
        ("Hazebrouck", "structure", "d’Hazebrouck", "à Hazebrouck"),
        ("Le Havre", "structure", "du Havre", "au Havre"),
        ("Yerres", "structure", "d’Yerres", "à Yerres"),
        ("Ville-sur-Illon", "structure", "de Ville-sur-Illon", "à Ville-sur-Illon"),
        ("Croix", "structure", "de Croix", "à Croix"),
        ("Croix rouge", "structure", "de la Croix rouge", "à la Croix rouge"),
        ("Maison rouge", "structure", "de la Maison rouge", "à la Maison rouge"),
        ("École", "structure", "de l’École", "à l’École"),
        ("Hem", "other", "d’Hem", "à Hem"),
        (
            "CA de Béthune-Bruay",
            "structure",
            "de la CA de Béthune-Bruay",
            "à la CA de Béthune-Bruay",
        ),
        ("CC du Haut-Pays", "structure", "de la CC du Haut-Pays", "à la CC du Haut-Pays"),
        ("CU d’Arras", "structure", "de la CU d’Arras", "à la CU d’Arras"),
        ("MEL", "structure", "de la MEL", "à la MEL"),
        ("PNR de l’Avesnois", "structure", "du PNR de l’Avesnois", "au PNR de l’Avesnois"),
        ("Ca bouge", "structure", "de Ca bouge", "à Ca bouge"),
        ("Mel Assistance", "structure", "de Mel Assistance", "à Mel Assistance"),
        ("Oise", "departement", "de l’Oise", "dans l’Oise"),
        ("Pas-de-Calais", "departement", "du Pas-de-Calais", "dans le Pas-de-Calais"),
        ("Ardennes", "departement", "des Ardennes", "dans les Ardennes"),
        ("Somme", "departement", "de la Somme", "dans la Somme"),
        ("Eure-et-Loir", "departement", "d’Eure-et-Loir", "en Eure-et-Loir"),
        ("Paris", "departement", "de Paris", "à Paris"),
        ("Hélène", "other", "d’Hélène", "à Hélène"),
        ("Yasmine", "other", "de Yasmine", "à Yasmine"),
        ("onze communes", "other", "de onze communes", "à onze communes"),
    ],
)
def test_little_words_follow_the_name(name: str, nature: str, of: str, to: str) -> None:
    assert after(Preposition.OF, name, Nature(nature)) == of
    assert after(Preposition.TO, name, Nature(nature)) == to


@given(_NAMES, st.sampled_from(Nature), st.sampled_from(Preposition))
def test_a_name_is_never_lost(name: str, nature: Nature, preposition: Preposition) -> None:
    written = after(preposition, name, nature)
    shown = " ".join(name.split())
    if not shown:
        assert written == ""
        return
    tail = shown[4:] if shown[:4].lower() == "les " else shown
    tail = shown[3:] if shown[:3].lower() == "le " else tail
    assert written.endswith((shown, tail))
    assert written != shown
    assert not written.startswith(("de le ", "de les ", "à le ", "à les "))


@given(_NAMES)
def test_an_elision_stands_right_before_the_name(name: str) -> None:
    shown = " ".join(name.split())
    if shown and elides(shown):
        assert after(Preposition.OF, shown) == f"d’{shown}"


def test_a_field_is_read_with_its_fallback_and_its_little_word() -> None:
    assert pieces_of("Bonjour {Prénom | Madame, Monsieur},", FIELDS) == [
        "Bonjour ", Spot("prenom", None, "Madame, Monsieur"), ",",
    ]  # fmt: skip
    for text in ("{de structure}", "{d’structure}", "{du structure}"):
        assert spots_in(text, FIELDS) == [Spot("structure", Preposition.OF)]
    assert spots_in("{à commune | chez vous}", FIELDS) == [
        Spot("commune", Preposition.TO, "chez vous")
    ]
    assert pieces_of("{{un}} deux", FIELDS) == ["{", "un", "}", " deux"]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_what_pages_propose_is_understood(field: object) -> None:
    assert [spot.name for spot in spots_in(typed(field), FIELDS)] == [field.name]  # type: ignore[arg-type, attr-defined]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{prenon}", "{prénom}"),
        ("{de structur}", "{structure}"),
        ("{comune}", "{commune}"),
        ("{xyz}", "{prénom}, {nom}"),
        ("{{{", "pas refermée"),
        ("Bonjour {prénom", "pas refermée"),
        ("{ }", "rien entre les accolades"),
        ("{{ config }}{config.items()}", "n’existe pas"),
    ],
)
def test_braces_that_mean_nothing_are_said(text: str, said: str) -> None:
    faults = faults_in(text, FIELDS)
    assert said in " ".join(fault.message % dict(fault.params) for fault in faults)


@given(_TEXTS)
def test_any_text_is_read_whole(text: str) -> None:
    pieces = pieces_of(text, FIELDS)
    plain = "".join(piece for piece in pieces if isinstance(piece, str))
    assert len(plain) <= len(text)
    if "{" not in text and "}}" not in text:
        assert plain == text
    for piece in pieces:
        if isinstance(piece, Fault):
            assert piece.message % dict(piece.params)


@given(_TEXTS, _TEXTS)
def test_what_fills_a_field_is_one_line(value: str, fallback: str) -> None:
    said = " ".join(fallback.split()) or None
    spot = Spot("prenom", None, said)
    shown = filled(spot, {"prenom": value})
    assert not set(shown) & set("\r\n\0\u2028") or shown == said
    assert is_missing(spot, {"prenom": value}) == (not one_line(value) and said is None)
    assert filled(Spot("prenom"), {}) == filled(Spot("prenom"), {"prenom": None}) == ""


def test_a_fallback_says_its_own_little_word() -> None:
    spot = Spot("structure", Preposition.OF, "de votre structure")
    assert filled(spot, {"structure": "Ville de Lens"}) == "de la Ville de Lens"
    assert filled(spot, {"structure": " "}) == "de votre structure"
