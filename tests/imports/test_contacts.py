"""People and their structures out of a file, and back."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.contacts.models import Affiliation, Contact, Structure
from tests.imports.conftest import Bench

LIST = """Structure;Nom;Prénom;Fonction;Courriel;Téléphone
Association des amis du Bénin;Martin;Anne;Présidente;anne.martin@amis-benin.example;03 20 12 34 56
Association des amis du Bénin;Petit;Luc;Trésorier;luc@amis-benin.example;
SARL Exemple;Durand;Zoé;Gérante;zoe@exemple.example;0612345678
"""


def _counts(session: Session) -> tuple[int, int, int]:
    alive = select(func.count()).select_from
    return (
        session.scalar(alive(Structure).where(Structure.deleted_at.is_(None))) or 0,
        session.scalar(alive(Contact).where(Contact.deleted_at.is_(None))) or 0,
        session.scalar(alive(Affiliation)) or 0,
    )


def test_a_list_comes_in_and_goes_away(bench: Bench, session: Session) -> None:
    before = _counts(session)
    run = bench.bring(LIST, "contacts")
    assert run.state == "fait", run.problem
    assert _counts(session) == (before[0] + 2, before[1] + 3, before[2] + 3)
    again = bench.bring(LIST, "contacts")
    assert again.counts["rows.unchanged"] == 3
    assert _counts(session) == (before[0] + 2, before[1] + 3, before[2] + 3)
    undone = bench.undo(run.id)
    assert undone.state == "retire"
    assert _counts(session) == before


def test_a_name_beside_whole_names_is_that_of_the_structure(bench: Bench, session: Session) -> None:
    run = bench.bring(
        "Nom;Prénom Nom;Courriel;Commune;Famille\n"
        "Les Palétuviers;DE LA TOUR Jean-Marie;jm.delatour@reseau.example;Lille;Association\n",
        "contacts",
    )
    assert run.state == "fait", run.problem
    person = session.scalars(select(Contact).where(Contact.email.is_not(None))).one()
    assert (person.first_name, person.last_name) == ("Jean-Marie", "de La Tour")
    place = session.scalars(
        select(Structure)
        .join(Affiliation, Affiliation.structure_id == Structure.id)
        .where(Affiliation.contact_id == person.id)
    ).one()
    assert (place.name, place.family_code) == ("Les Palétuviers", "association")


def test_an_association_is_never_its_town_hall(bench: Bench, session: Session) -> None:
    run = bench.bring(
        "Prénom Nom;Courriel;Commune;Famille\n"
        "Jean Petit;jean.petit@reseau.example;Lille;Association\n"
        "Anne Grand;anne.grand@reseau.example;Lille;Collectivité\n",
        "contacts",
    )
    assert run.state == "fait", run.problem
    places = session.execute(
        select(Contact.last_name, Structure.name)
        .join(Affiliation, Affiliation.contact_id == Contact.id)
        .join(Structure, Structure.id == Affiliation.structure_id)
    ).tuples()
    assert dict(places.all()).keys() == {"Grand"}
