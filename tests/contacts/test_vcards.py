"""vCards: what they say, how they are folded and escaped, and that taking them out is kept."""

from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crm.contacts.models import ContactPoint
from crm.contacts.vcards import Card, write_card
from crm.history.models import ExportRecord
from tests.factories.contacts import AffiliationFactory, ContactFactory, StructureFactory
from tests.support.queries import counted

_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=120)


def _read(text: str) -> dict[str, list[str]]:
    """Return the values of a vCard by name, as RFC 2426 says to read one."""
    values: dict[str, list[str]] = {}
    for line in text.replace("\r\n ", "").split("\r\n"):
        if line:
            name, _, value = line.partition(":")
            values.setdefault(name.partition(";")[0], []).append(value)
    return values


def _plain(value: str) -> str:
    signs, plain = iter(value), ""
    for sign in signs:
        escaped = next(signs) if sign == "\\" else ""
        plain += {"n": "\n"}.get(escaped, escaped) if escaped else sign
    return plain


@given(last=_TEXTS.filter(str.strip), first=_TEXTS)
def test_any_name_comes_back_as_it_was(last: str, first: str) -> None:
    text = write_card(Card(1, first, last))
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    (name,) = _read(text)["N"]
    assert _plain(name).removesuffix(";;;") == "\n".join(f"{last}\x00".splitlines())[:-1] + ";" + (
        "\n".join(first.splitlines())
    )


def test_a_card_says_how_to_reach_someone_and_where_they_are() -> None:
    card = Card(
        7, "Zoé", "D’Hondt", ["zoe@ex.fr"], ["+33611223344"], ["+33320112233"],
        roles=[("Amis, du Bénin", "Présidente"), ("Ville de Lens", "Élue")], tags=["eau"],
    )  # fmt: skip
    values = _read(write_card(card))
    assert values["FN"] == ["Zoé D’Hondt"]
    assert values["TEL"] == ["+33611223344", "+33320112233"]
    assert values["ORG"] == ["Amis\\, du Bénin"]
    assert values["NOTE"] == ["Élue\\, Ville de Lens"]
    assert (values["EMAIL"], values["CATEGORIES"]) == (["zoe@ex.fr"], ["eau"])


def test_one_person_and_a_whole_list_leave_as_vcards(
    officer: FlaskClient, session: Session
) -> None:
    structure = StructureFactory(name="Ville de Lens")
    people = [ContactFactory(last_name=name, email=f"{name}@ex.fr") for name in ("Caron", "Adam")]
    for one in people:
        AffiliationFactory(contact=one, structure=structure, role="Maire")
    session.add(
        ContactPoint(
            contact_id=people[0].id, medium="courriel", value="b@ex.fr", value_key="b@ex.fr"
        )
    )
    session.commit()
    alone = officer.get(f"/contacts/{people[0].id}/fiche.vcf")
    assert alone.mimetype == "text/vcard"
    assert _read(alone.text)["EMAIL"] == ["Caron@ex.fr", "b@ex.fr"]
    whole = officer.get("/contacts/export.vcf?q=")
    assert [each.partition(";")[0] for each in _read(whole.text)["N"]] == ["Adam", "Caron"]
    kept = session.execute(select(ExportRecord.title, ExportRecord.extension)).all()
    assert [tuple(each) for each in kept] == [("contact", "vcf"), ("contacts", "vcf")]
    assert officer.get("/contacts/99999999/fiche.vcf").status_code == 404


def test_more_people_ask_no_more_statements(
    officer: FlaskClient, session: Session, connection: Connection
) -> None:
    ContactFactory()
    session.commit()
    officer.get("/contacts/export.vcf")
    with counted(connection) as few:
        officer.get("/contacts/export.vcf")
    ContactFactory.create_batch(20)
    session.commit()
    with counted(connection) as many:
        officer.get("/contacts/export.vcf")
    assert len(many) == len(few)
