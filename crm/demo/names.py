"""Invented names of people and organisations; nobody in particular bears them."""

from random import Random

from stdnum import luhn

from crm.demo.french import contracted

FIRST_NAMES = (
    "Adèle Agathe Aïcha Alban Alima Amadou Anaïs Anselme Armelle Aurélien Awa Baptiste Bénédicte"
    " Bintou Blandine Boubacar Brahim Capucine Célestin Chloé Clément Clothilde Corentin Cyprien"
    " Daphné Delphine Djibril Dorian Edwige Élias Élodie Éloi Émeline Estelle Fanta Farida Fatou"
    " Félicien Flavien Gaëlle Gaspard Gildas Hadrien Halima Hervé Honorine Ibrahima Inès Irène"
    " Jolanta Josselin Judith Kadiatou Karim Katarzyna Lamine Léonie Leszek Lilian Lou-Anne"
    " Ludivine Magdalena Malika Mamadou Manon Marceau Marjolaine Maud Maxence Mehdi Mélanie Moussa"
    " Nadège Nadir Nathan Nolwenn Octave Odile Oumar Ousmane Paulin Perrine Quentin Rachida Raphaël"
    " Régine Rokhaya Romane Sabrina Salomé Séverin Solène Souleymane Stanislas Sylvain Tanguy"
    " Thérèse Tidiane Tiphaine Ursule Valentine Victorin Wanda Yacine Yasmina Yvette Zélie Zohra"
).split()
_WOMEN = frozenset(
    "Adèle Agathe Aïcha Alima Anaïs Armelle Awa Bénédicte Bintou Blandine Capucine Chloé Clothilde"
    " Daphné Delphine Edwige Élodie Émeline Estelle Fanta Farida Fatou Gaëlle Halima Honorine Inès"
    " Irène Jolanta Judith Kadiatou Katarzyna Léonie Lou-Anne Ludivine Magdalena Malika Manon"
    " Marjolaine Maud Mélanie Nadège Nolwenn Odile Perrine Rachida Régine Rokhaya Romane Sabrina"
    " Salomé Solène Thérèse Tiphaine Ursule Valentine Wanda Yasmina Yvette Zélie Zohra".split()
)
LAST_NAMES = (
    "Abrassart Aubrelin Auvertin Bacrouille Baldevin Barouda Bassolène Beaumarais Belhoucine"
    " Berlancourt Bertincamp Biencourtois Blondeval Boisrobin Bonnecaze Bouvelart Brassecamp"
    " Briquemont Cailleret Camaratou Carondelle Castevert Caudrevin Chantreloup Cordonvert"
    " Courcelvin Crépinoy Dabrovalski Dandrecourt Deblanqui Decroisille Delattrouille Delvincourt"
    " Descamptois Desprévaux Devrincourt Diakonté Dionewal Doutrelong Drancourval Dumontreau"
    " Duvauchois Écourtin Équihart Fauquembal Ferrandois Fiévemont Flamenvert Fontinelle"
    " Fourdrinot Gambiévin Garenvaux Gaspérin Gossevin Grandcolin Grévillois Guerbavin"
    " Hallencourt Hautecoeuvre Héberlin Hennevaux Herbaumont Hocquevin Houssaye-Dorval"
    " Jankovarski Jolivart Kaborevin Keitamba Kowalinski Lacroisette Lamberval Landrevoy"
    " Lavandier-Roy Leclerquin Lefranquart Lemaistrois Lenglarcq Lesquivin Levasserot"
    " Lognonvert Loubrivart Macarédois Mahieuvin Malbranque Marescavin Marquelet Mazinguois"
    " Mercadelle Merlinvaux Monchardin Morambert Mortevoye Nortievin Nowacelski Ouédravin"
    " Oursellin Paillencourt Pennequart Picavetois Plouvinot Poissonval Potterelle Quévremont"
    " Rambourvin Ravelinghen Recoursin Rigolvaux Robillardois Rosendalle Roussevin Sagnavoye"
    " Saintobin Salembrois Sangarel Sauvelon Ségurvaux Sénéchart Soumareval Souvilain Szymanoski"
    " Taffinvert Tavernelle Théroudin Thuillevin Tourbierot Traorelle Trinquesart Vaillandin"
    " Valencin Vandercourt Vanhouttelle Vasseurois Verdellin Vilmarec Wallencamp Warembois"
    " Wattrelin Zielaskowa"
).split()
_FEMININE = (
    "Passerelle Mangrove Semence Source Lanterne Nacelle Calebasse Racine Moisson Palabre Pirogue"
    " Rosée Boussole Chaloupe"
).split()
_MASCULINE = (
    "Soleil Baobab Karité Colibri Tamarin Sillage Puits Flamboyant Rivage Tisserand Sémaphore"
).split()
_ELIDED = "Horizon Oasis Estuaire Atelier Argile".split()
_BEARERS = (*_MASCULINE, *_FEMININE, *_ELIDED)
_LANDS = (
    "d’Artois", "de Thiérache", "de la Lys", "de l’Escaut", "du Ternois", "de la Scarpe",
    "du Vimeu", "de la Canche", "de l’Authie", "de Sambre", "du Valois", "du Vexin", "de Flandre",
    "du Santerre", "du Boulonnais", "de l’Oise", "de la Deûle", "du Calaisis", "du Pévèle",
    "de l’Aa",
)  # fmt: skip
_ENDINGS = (
    "scarpe", "lys", "artois", "sambre", "oise", "deûle", "canche", "authie", "ternois", "vimeu",
)  # fmt: skip
STREETS = (
    "rue des Tilleuls", "rue du Moulin", "place de la Fontaine", "avenue des Peupliers",
    "rue de la Briqueterie", "chemin du Halage", "rue des Filatures", "boulevard du Canal",
    "rue du Beffroi", "allée des Saules",
)  # fmt: skip
PHONE_STARTS = ("+3319900", "+3326191", "+3335301")
MOBILE_START = "+3363998"


def is_woman(first_name: str) -> bool:
    """Tell whether an invented first name is a woman's."""
    return first_name in _WOMEN


class Names:
    """Draws names, each at most once."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._taken: set[str] = set()
        self._people = [(first, last) for first in FIRST_NAMES for last in LAST_NAMES]
        random.shuffle(self._people)

    def person(self) -> tuple[str, str]:
        """Return a first and a last name."""
        return self._people.pop()

    def association(self, subtype: str, town: str, abroad: str) -> str:
        """Return the name of an association of that sub-type."""
        bearer, land = self._random.choice(_BEARERS), self._random.choice(_LANDS)
        patterns = {
            "comite_de_jumelage": (
                f"Jumelages solidaires {town} – {abroad}",
                f"{town} et {abroad}, villes sœurs",
            ),
            "osim_migrants": (
                f"Ressortissants de {abroad} à {town}",
                f"Union des familles de {abroad} {land}",
            ),
            "ong": (f"{bearer} sans rivage {land}", f"{bearer} {land} International"),
            "fondation_fonds_de_dotation": (f"Fonds {bearer} {land}",),
            "association_etudiante": (f"Étudiants {_of(bearer)} {land}", f"Campus {bearer} {town}"),
        }
        common = (
            f"{bearer} {land}",
            f"Les Amis de {abroad} {land}",
            f"{bearer} {town} {abroad}",
            f"D{_of(bearer)[1:]} à {abroad}",
        )
        return self._new(patterns.get(subtype, common) if subtype else common)

    def company(self) -> str:
        """Return the name of a company."""
        start = self._random.choice("Hélio Aqua Agro Éco Bio Terra Novo Clari Sylva Volta".split())
        trade = self._random.choice(
            ("Énergies", "Ingénierie", "Solutions", "Coopérative", "Conseil", "Hydraulique")
        )
        return self._new((f"{start}{self._random.choice(_ENDINGS)} {trade}",))

    def faculty(self, university: str) -> str:
        """Return the name of a part of a university."""
        part = self._random.choice(
            ("UFR", "Master", "Laboratoire", "Institut", "Département", "Service international")
        )
        field = self._random.choice(
            ("Géographie", "Génie civil", "Langues", "Santé publique", "Agronomie", "Hydrologie",
             "Droit public", "Économie sociale", "Génie électrique", "Info-com")
        )  # fmt: skip
        return self._new((f"{university} – {part} {field}",))

    def house(self, kind: str, town: str) -> str:
        """Return the name of a school, a youth house, a network or another body."""
        bearer, land = self._random.choice(_BEARERS), self._random.choice(_LANDS)
        return self._new((f"{kind} {bearer} {land}", f"{kind} {bearer} de {town}"))

    def _new(self, candidates: tuple[str, ...]) -> str:
        name = contracted(self._random.choice(candidates))
        while name in self._taken:
            other = contracted(self._random.choice(candidates))
            name = f"{other} {self._random.choice(_BEARERS)}"
        self._taken.add(name)
        return name


def _of(bearer: str) -> str:
    if bearer in _ELIDED:
        return f"de l’{bearer}"
    return f"de la {bearer}" if bearer in _FEMININE else f"du {bearer}"


def phone(random: Random) -> str:
    """Return a number of the ranges kept for fiction."""
    return f"{random.choice(PHONE_STARTS)}{random.randrange(10_000):04}"


def mobile(random: Random) -> str:
    """Return a mobile number of the range kept for fiction."""
    return f"{MOBILE_START}{random.randrange(10_000):04}"


def siren(random: Random) -> str:
    """Return nine digits with a right key."""
    digits = f"9{random.randrange(10_000_000):07}"
    return digits + str(luhn.calc_check_digit(digits))


def siret(siren_digits: str) -> str:
    """Return the number of the first establishment of a SIREN."""
    digits = f"{siren_digits}0001"
    return digits + str(luhn.calc_check_digit(digits))
