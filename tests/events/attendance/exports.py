"""Files as meeting tools export them, for tests."""

ZOOM_HEAD = (
    "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants\r\n"
    "000 0000 0000,Exemple,10/17/2019 02:00:00 PM,10/17/2019 03:30:00 PM,"
    "hote@exemple.example,90,2\r\n\r\n"
    "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\r\n"
)
TEAMS_HEADINGS = (
    "Nom\tPremière participation\tDernière sortie\tDurée de la réunion\tE-mail"
    "\tID de participant (UPN)\tRôle\n"
)


def zoom(*people: tuple[str, str, int]) -> bytes:
    """Return an export of Zoom: (name, address, minutes) of each line, a summary above them."""
    lines = [
        f"{name},{email},10/17/2019 02:01:00 PM,10/17/2019 03:29:00 PM,{minutes},Yes\r\n"
        for name, email, minutes in people
    ]
    return ("\ufeff" + ZOOM_HEAD + "".join(lines)).encode()


def teams(*people: tuple[str, str, str]) -> bytes:
    """Return an export of Teams in French: UTF-16, tabs, and each coming told again below."""
    lines = [
        f"{name}\t17/10/2019 14:02:11\t17/10/2019 15:30:02\t{stay}\t{email}\t{email}\tParticipant\n"
        for name, email, stay in people
    ]
    again = [
        f"{name}\t17/10/2019 14:02:11\t17/10/2019 15:30:02\t{stay}\t{email}\tParticipant\n"
        for name, email, stay in people
    ]
    text = (
        "1. Résumé\nTitre de la réunion\tWebinaire eau\nParticipants présents\t2\n"
        "Durée de la réunion\t1 h 30 min 51 s\n\n2. Participants\n"
        + TEAMS_HEADINGS
        + "".join(lines)
        + "\n3. Activités dans la réunion\n"
        "Nom\tHeure de participation\tHeure de départ\tDurée\tE-mail\tRôle\n" + "".join(again)
    )
    return text.encode("utf-16")


BBB_HEADINGS = {
    "en": "Name,Moderator,Activity Score,Talk Time,Webcam Time,Messages,Reactions,Poll Votes,"
    "Raise Hands,Join,Left,Duration",
    # Where a translation is wanting, the dashboard leaves the English word.
    "fr": "Nom,Modérateur,Activity Score,Temps de conversation,Temps de partage de caméra,Messages,"
    "Réactions,Votes du sondage,Mains levées,Rejoindre,Quitté,Duration",
}
_BBB_STAY = {
    "en": ('"10/17/2019, 02:01:12 PM"', '"-"'),
    "fr": ('"17/10/2019 14:01:12"', '"17/10/2019 15:29:12"'),
}
_BBB_NOBODY = {"en": "Anonymous", "fr": "Anonyme"}


def big_blue_button(*people: tuple[str, str], language: str = "fr") -> bytes:
    """Return an export of BigBlueButton's dashboard: no address, « 01:28:00 » of each name.

    A poll adds its question to the headings, and the answers of nobody in particular at the end.
    """
    joined, left = _BBB_STAY[language]
    lines = [
        f'"{name}","FALSE","2,1","00:01:00","-","2","0","1","0",{joined},{left},"{stay}","A"'
        for name, stay in people
    ]
    nobody = f'"{_BBB_NOBODY[language]}"' + ',""' * 11 + ',"Oui\r\nNon"'
    header = BBB_HEADINGS[language] + ",Et maintenant ?"
    return "\r\n".join((header, *lines, nobody)).encode()


def zoom_webinar(*people: tuple[str, str, str]) -> bytes:
    """Return a report of Zoom on a webinar: (name, address, minutes), even who never came."""
    lines = [
        f"{'Yes' if minutes else 'No'},{name},{name.split()[0]},{name.split()[-1]},{email},"
        f"10/01/2019 09:00:00,approved,{'10/17/2019 14:01:00' if minutes else '--'},"
        f"{'10/17/2019 15:29:00' if minutes else '--'},{minutes or '--'},"
        f"{'Yes' if minutes else '--'},France\r\n"
        for name, email, minutes in people
    ]
    return (
        "Attendee Report\r\nReport Generated:,10/18/2019 09:00:00\r\n"
        "Topic,Webinar ID,Actual Start Time,Actual Duration (minutes),# Registered\r\n"
        "Exemple,000 0000 0000,10/17/2019 14:00:00,90,3\r\n"
        "Host Details,\r\n"
        "Attended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes),"
        "Is Guest,Country/Region Name\r\n"
        "Yes,Hôte Exemple,hote@exemple.example,10/17/2019 13:50:00,10/17/2019 15:31:00,101,No,"
        "France\r\n"
        "Attendee Details,\r\n"
        "Attended,User Name (Original Name),First Name,Last Name,Email,Registration Time,"
        "Approval Status,Join Time,Leave Time,Time in Session (minutes),Is Guest,"
        "Country/Region Name\r\n" + "".join(lines)
    ).encode()
