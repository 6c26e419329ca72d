"""Where the people of a file are, and what its columns hold: pure.

Zoom writes what the meeting was above who was there, and for a webinar those who never came too;
Teams writes its people in a second part, and each of their comings and goings in a third, which
would count them twice; BigBlueButton ends with a line for the answers of nobody in particular.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from crm.core.errors import N_, RuleError
from crm.core.text import fold
from crm.events.attendance.durations import instant_of, seconds_of
from crm.events.attendance.rules import LONGEST_EMAIL, clean_name
from crm.events.attendance.types import FoundTable, Heading, Sitting, Tool
from crm.reading import Cell, Row
from crm.reading.header_words import looks_like_data

LONGEST_HEADING = 120
_ENOUGH_HEADINGS = 2
_SECTION = re.compile(r"\d{1,2}\s*[.)]\s+\S.*")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
# Folded, as Zoom, Teams and BigBlueButton write them in English and in French.
_KNOWN: Mapping[Heading, str] = {
    Heading.NAME: """name original name|name|full name|user name|user name original name|attendee
        |user|nom|nom d utilisateur nom d origine|nom d utilisateur nom original
        |nom nom d origine|nom nom original|nom complet|nom de l utilisateur|nom d utilisateur
        |nom du participant|nom et prenom|prenom et nom|nom prenom|utilisateur|display name""",
    Heading.FIRST_NAME: "first name|prenom|prenoms",
    Heading.LAST_NAME: "last name|surname|nom de famille",
    Heading.EMAIL: """user email|email|e mail|email address|mail|courriel|adresse e mail
        |adresse email|adresse de courriel|adresse courriel|e mail de l utilisateur
        |adresse electronique|adresse mail""",
    Heading.MINUTES: """duration minutes|total duration minutes|duration|total duration|time in
        session minutes|in meeting duration|meeting duration|attendance duration|online time
        |duration seconds|duree minutes|duree totale minutes|duree|duree totale
        |duree de la reunion|duree en reunion|duree de presence|temps en ligne|temps de presence
        |temps dans la session minutes|duree secondes|duree de participation
        |duree dans la reunion""",
    Heading.JOINED: """join time|first join|first join time|joined|joined at|join|registered on
        |heure d arrivee|arrivee|rejoindre|rejoint|heure de connexion|connexion
        |premiere participation|premiere connexion|heure de participation|rejoint a|a rejoint a
        |heure d entree
        |premiere arrivee""",
    Heading.LEFT: """leave time|last leave|last leave time|left|left at|leave|left on
        |heure de depart|depart|heure de deconnexion|deconnexion|derniere sortie|dernier depart
        |derniere deconnexion|heure de sortie|quitte a|quitte|sortie""",
    Heading.NOTHING: """guest|invite|recording disclaimer response|recording consent
        |in waiting room|is waiting room|country region name|role|participant id upn
        |id de participant upn|moderator|moderateur|activity score|niveau d activite|talk time
        |temps de parole|temps de conversation|webcam time|temps de webcam
        |temps de partage de camera|messages|emojis|reactions|poll votes|votes du sondage
        |raise hands|attended|a participe|approval status|registration time|registration status
        |is guest|resultats pour l activite
        |mains levees|salle d attente|en salle d attente|meeting id|topic|participants count""",
}
_MEANINGS = {
    " ".join(text.split()): heading
    for heading, texts in _KNOWN.items()
    for text in texts.split("|")
}
_NAMES = frozenset({Heading.NAME, Heading.LAST_NAME, Heading.FIRST_NAME})
_WHO = _NAMES | {Heading.EMAIL}
_OF_TOOLS = (
    (
        Tool.ZOOM,
        (
            "name original name",
            "user name original name",
            "nom nom d origine",
            "nom nom original",
        ),
    ),
    (Tool.TEAMS, ("in meeting duration", "participant id upn", "id de participant upn")),
    (
        Tool.BBB,
        ("talk time", "temps de parole", "temps de conversation", "activity score", "webcam time"),
    ),
)
# Zoom lists those who registered for a webinar and did not come, and says so in this column.
_CAME, _DID_NOT = frozenset({"attended", "a participe"}), frozenset({"no", "non"})
# BigBlueButton keeps here the answers to its anonymous polls.
_NOBODY = frozenset({"anonymous", "anonyme"})
_NO_PEOPLE = N_("Ce fichier ne nomme personne : aucune ligne sous ses en-têtes.")
_NO_NAME = N_("Dites quelle colonne donne le nom, ou le courriel.")
_TWICE = N_("Deux colonnes ne peuvent pas donner la même chose : « %(label)s ».")


def heading_key(heading: str) -> str:
    """Return the form under which what a heading means is remembered."""
    return fold(heading)[:LONGEST_HEADING]


def meaning_of(heading: str, remembered: Mapping[str, Heading]) -> Heading | None:
    """Return what a heading means, as the team said it or as tools write it; None for neither."""
    key = heading_key(heading)
    return remembered.get(key) or _MEANINGS.get(key)


def find_table(
    rows: Sequence[Row], remembered: Mapping[str, Heading], guessed_row: int | None
) -> FoundTable:
    """Return where the people are; raise RuleError for a file without any line.

    `guessed_row` is where a header seems to be, for a file whose headings are not known.
    """
    headers = {row.number: row for row in rows if _is_header(row, remembered)}
    best = max(
        headers.values(), key=lambda row: (_worth(row, remembered), -row.number), default=None
    )
    if best is None:
        best = next((row for row in rows if row.number == guessed_row), None)
    if best is None:
        raise RuleError(
            "file", N_("Ce fichier n’a pas d’en-têtes : ajoutez une ligne qui les dit.")
        )
    same = [cell for cell in best.cells if cell is not None]
    after = [row for row in rows if row.number > best.number]
    last = next(
        (
            row.number - 1
            for row in after
            if _is_section(row)
            or (row.number in headers and [c for c in row.cells if c is not None] != same)
        ),
        after[-1].number if after else best.number,
    )
    headings = tuple("" if cell is None else str(cell).strip() for cell in best.cells)
    meanings = [meaning_of(each, remembered) if each else Heading.NOTHING for each in headings]
    return FoundTable(best.number, headings, _settled(meanings), last, _tool(headings))


def lines_of(rows: Sequence[Row], table: FoundTable) -> list[list[Cell]]:
    """Return the lines of people, each its number then its cells; raise RuleError for none."""
    header = [heading or None for heading in table.headings]
    came = next((n for n, each in enumerate(table.headings) if fold(each) in _CAME), None)
    found: list[list[Cell]] = [
        [row.number, *row.cells[: len(table.headings)]]
        for row in rows
        if table.header_row < row.number <= table.last_row
        and any(cell is not None for cell in row.cells)
        and [str(cell).strip() if cell is not None else None for cell in row.cells] != header
        and not (came is not None and _answers(row, came) in _DID_NOT)
    ]
    if not found:
        raise RuleError("file", _NO_PEOPLE)
    return found


def _answers(row: Row, place: int) -> str:
    return fold(str(row.cells[place] or "")) if place < len(row.cells) else ""


def is_told(meanings: Sequence[Heading | None]) -> bool:
    """Tell whether the columns say who was there, and leave no doubt on how long."""
    has_length = Heading.MINUTES in meanings or {Heading.JOINED, Heading.LEFT} <= set(meanings)
    return bool(_WHO & set(meanings)) and (has_length or None not in meanings)


def check_meanings(meanings: Sequence[Heading], labels: Mapping[Heading, str]) -> None:
    """Raise RuleError unless the columns say who was there, each thing once."""
    told = [each for each in meanings if each is not Heading.NOTHING]
    for each in told:
        if told.count(each) > 1:
            raise RuleError("form", _TWICE, label=labels[each])
    if not _WHO & set(told):
        raise RuleError("form", _NO_NAME)


def sittings_of(
    lines: Sequence[Sequence[Cell]],
    headings: Sequence[str],
    meanings: Sequence[Heading | None],
    event_day: date | None,
) -> list[Sitting]:
    """Return what the lines say; raise RuleError with the line of a duration that is none."""
    places = {meaning: place for place, meaning in enumerate(meanings) if meaning is not None}
    of_length = places.get(Heading.MINUTES)
    length_heading = "" if of_length is None else fold(headings[of_length])
    has_stay = bool({Heading.MINUTES, Heading.JOINED} & set(places))
    found = [
        _sitting(
            int(str(line[0])),
            {
                meaning: line[place + 1]
                for meaning, place in places.items()
                if place + 1 < len(line)
            },
            length_heading,
            event_day,
        )
        for line in lines
    ]
    return [each for each in found if not (has_stay and _is_nobody(each))]


def _is_nobody(sitting: Sitting) -> bool:
    """Tell whether a line is that of the anonymous: no name, no address, no stay of anybody."""
    stayed = (sitting.email, sitting.seconds, sitting.joined_at, sitting.left_at)
    return fold(sitting.name) in _NOBODY and not any(stayed)


def _sitting(
    number: int, cells: Mapping[Heading, Cell], length_heading: str, event_day: date | None
) -> Sitting:
    joined_at = instant_of(cells.get(Heading.JOINED), event_day)
    left_at = instant_of(cells.get(Heading.LEFT), event_day)
    seconds = seconds_of(cells.get(Heading.MINUTES), length_heading, number)
    if seconds is None and joined_at and left_at and left_at >= joined_at:
        seconds = int((left_at - joined_at).total_seconds())
    email = _text(cells.get(Heading.EMAIL))
    is_address = bool(_EMAIL.fullmatch(email)) and len(email) <= LONGEST_EMAIL
    name = clean_name(_name(cells))
    return Sitting(number, name, email if is_address else None, seconds, joined_at, left_at)


def _name(cells: Mapping[Heading, Cell]) -> str:
    first, last, whole = (
        _text(cells.get(meaning))
        for meaning in (Heading.FIRST_NAME, Heading.LAST_NAME, Heading.NAME)
    )
    return whole or " ".join(filter(None, (first, last)))


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()


def _is_header(row: Row, remembered: Mapping[str, Heading]) -> bool:
    texts = [cell for cell in row.cells if cell is not None]
    if not texts or any(looks_like_data(cell) for cell in texts):
        return False
    found = {meaning_of(str(cell), remembered) for cell in texts} - {None, Heading.NOTHING}
    return bool(found & _WHO) and (len(found) >= _ENOUGH_HEADINGS or found == {Heading.NAME})


def _worth(row: Row, remembered: Mapping[str, Heading]) -> int:
    found = {meaning_of(str(cell), remembered) for cell in row.cells if cell is not None}
    found -= {None, Heading.NOTHING}
    return len(found) + 10 * bool(found & _NAMES)


def _is_section(row: Row) -> bool:
    filled = [cell for cell in row.cells if cell is not None]
    return len(filled) == 1 and isinstance(filled[0], str) and bool(_SECTION.fullmatch(filled[0]))


def _settled(meanings: Sequence[Heading | None]) -> tuple[Heading | None, ...]:
    """Keep the first column of each meaning; « Nom » beside « Prénom » is the family name."""
    if Heading.FIRST_NAME in meanings and Heading.LAST_NAME not in meanings:
        meanings = [Heading.LAST_NAME if m is Heading.NAME else m for m in meanings]
    return tuple(
        Heading.NOTHING if meaning is not None and meaning in meanings[:place] else meaning
        for place, meaning in enumerate(meanings)
    )


def _tool(headings: Sequence[str]) -> Tool | None:
    folded = {fold(heading) for heading in headings}
    return next((tool for tool, marks in _OF_TOOLS if folded.intersection(marks)), None)
