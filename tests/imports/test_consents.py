"""What people accept, out of a file: with its proof, never against a no, and back."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.consents.models import Consent, ConsentProof
from crm.consents.operations import give_consent, withdraw
from crm.consents.types import Basis, Channel, Proof, State
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.addresses import email_key
from crm.history.models import Change
from crm.imports.types import Outcome
from crm.mail.suppression import Origin, suppress
from crm.mail.types import Purpose
from tests.factories.contacts import ContactFactory
from tests.imports.conftest import Bench
from tests.support.client import PageClient
from tests.support.people import sign_in
from tests.support.queries import counted

HEADER = "Prénom;Nom;Courriel;Newsletter (oui/non);Invitations;Consentement le;Source\n"
ANNE = "Anne;Martin;anne@ville.example;oui;non;12/03/2024;Bulletin papier du forum\n"
LUC = "Luc;Petit;luc@ville.example;oui;;12/03/2024;\n"


def _person(session: Session, first: str, last: str, address: str) -> Contact:
    person: Contact = ContactFactory(
        first_name=first, last_name=last, sort_name=f"{last} {first}".lower(), email=address,
        email_key=email_key(address),
    )  # fmt: skip
    session.flush()
    return person


def _choices(session: Session) -> dict[tuple[str, str], str]:
    rows = session.execute(
        select(Contact.first_name, Consent.purpose, Consent.state).join(
            Contact, Contact.id == Consent.contact_id
        )
    ).tuples()
    return {(first or "", purpose): state for first, purpose, state in rows}


def _proof(channel: Channel = Channel.PHONE, day: date | None = None) -> Proof:
    return Proof(channel, day or clock.today(), "au téléphone")


def test_choices_come_in_with_their_proof_and_go_away(bench: Bench, session: Session) -> None:
    run = bench.bring(HEADER + ANNE + LUC, "contacts")
    assert (run.state, run.counts["consent.created"]) == ("fait", 3)
    assert _choices(session) == {
        ("Anne", Purpose.NEWSLETTER): State.ACCEPTED,
        ("Anne", Purpose.INVITATIONS): State.REFUSED,
        ("Luc", Purpose.NEWSLETTER): State.ACCEPTED,
    }
    proofs = session.scalars(select(ConsentProof).order_by(ConsentProof.id)).all()
    said = {(each.channel, each.given_on, each.basis, each.note) for each in proofs}
    assert said == {
        (Channel.IMPORT, date(2024, 3, 12), Basis.CONSENT, "Bulletin papier du forum"),
        (Channel.IMPORT, date(2024, 3, 12), None, "Bulletin papier du forum"),
        (Channel.IMPORT, date(2024, 3, 12), Basis.CONSENT, "Ligne 3 d’un fichier importé"),
    }
    consents = session.scalars(select(Consent)).all()
    assert {each.proof_id for each in consents} == {each.id for each in proofs}
    told = session.scalars(select(Change).where(Change.entity == "consent")).all()
    assert {(each.action, tuple(each.fields["state"])) for each in told} == {
        ("created", (None, State.ACCEPTED)), ("created", (None, State.REFUSED)),
    }  # fmt: skip
    again = bench.bring(HEADER + ANNE + LUC, "contacts")
    assert again.counts["rows.unchanged"] == 2
    undone = bench.undo(run.id)
    assert undone.state == "retire"
    assert _choices(session) == {}
    session.expire_all()
    assert all(each.deleted_at for each in session.scalars(select(Contact)))
    # What was undone leaves its trace, by whom and when.
    channels = session.scalars(select(ConsentProof.channel).order_by(ConsentProof.id)).all()
    assert channels == [Channel.IMPORT] * 3 + [Channel.UNDO] * 3


@pytest.mark.parametrize("origin", [Origin.OBJECTION, Origin.WITHDRAWAL, Origin.BOUNCE])
def test_an_address_that_was_suppressed_stays_so(
    bench: Bench, session: Session, origin: Origin
) -> None:
    suppress(
        session, recipient="ANNE@ville.example", purpose=Purpose.BROADCAST, reason="par téléphone",
        now=clock.now(), origin=origin,
    )  # fmt: skip
    session.commit()
    run = bench.map(bench.send(HEADER + ANNE + LUC, "contacts"))
    assert run.counts["consent.left"] == 1
    (row, _other) = bench.found(run, Outcome.CREATED)
    left = [each["left"] for each in row["records"] if each["left"]]
    assert left == [{"state": [origin, State.ACCEPTED]}]
    bench.launch(run.id)
    assert _choices(session) == {
        ("Anne", Purpose.INVITATIONS): State.REFUSED, ("Luc", Purpose.NEWSLETTER): State.ACCEPTED,
    }  # fmt: skip


def test_a_no_is_never_lifted_and_a_later_yes_stays(bench: Bench, session: Session) -> None:
    anne = _person(session, "Anne", "Martin", "anne@ville.example")
    luc = _person(session, "Luc", "Petit", "luc@ville.example")
    withdraw(session, contact_id=anne.id, purpose=Purpose.NEWSLETTER, proof=_proof())
    give_consent(
        session, contact_id=luc.id, purpose=Purpose.NEWSLETTER, basis=Basis.CONSENT, proof=_proof()
    )
    give_consent(
        session, contact_id=anne.id, purpose=Purpose.INVITATIONS, basis=Basis.CONSENT,
        proof=_proof(day=date(2020, 1, 1)),
    )  # fmt: skip
    session.commit()
    # Even a day after the withdrawal: someone of the team notes that by hand, with its proof.
    today = f"{clock.today():%d/%m/%Y}"
    text = HEADER + ANNE.replace("12/03/2024", today) + LUC.replace("oui;", "non;")
    run = bench.bring(text, "contacts")
    assert (run.counts["consent.left"], run.counts["consent.updated"]) == (2, 1)
    assert _choices(session) == {
        ("Anne", Purpose.NEWSLETTER): State.WITHDRAWN,
        ("Anne", Purpose.INVITATIONS): State.REFUSED,
        ("Luc", Purpose.NEWSLETTER): State.ACCEPTED,
    }
    bench.undo(run.id)
    assert _choices(session)["Anne", Purpose.INVITATIONS] == State.ACCEPTED
    assert session.get_one(Contact, anne.id).deleted_at is None


def test_two_rows_that_disagree_are_a_no(bench: Bench, session: Session) -> None:
    no = ANNE.replace("oui;non;12/03/2024", "non;;")
    run = bench.bring(HEADER + ANNE.replace(";non;", ";;") + no, "contacts")
    assert _choices(session) == {("Anne", Purpose.NEWSLETTER): State.REFUSED}
    assert run.counts["consent.left"] == 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (ANNE.replace("12/03/2024", ""), "Le jour du consentement manque"),
        (ANNE.replace("12/03/2024", "12/03/2099"), "pas encore venu"),
        (ANNE.replace("oui;non", "peut-être;non"), "Réponse non comprise"),
    ],
)
def test_an_agreement_that_proves_nothing_is_refused(bench: Bench, row: str, said: str) -> None:
    run = bench.map(bench.send(HEADER + row, "contacts"))
    (refused,) = bench.found(run, Outcome.REFUSED)
    assert said in refused["issues"][0]["message"]
    assert refused["issues"][0]["column"] == (3 if "comprise" in said else 5)


def test_a_basis_that_never_allows_it_is_refused(bench: Bench, session: Session) -> None:
    header = HEADER.replace("Source", "Source;Fondement")
    rows = [
        ANNE.replace("\n", ";mission d’intérêt public\n"),
        LUC.replace("\n", ";Intérêt légitime\n"),
        "Zoé;Durand;z@ville.example;oui;;12/03/2024;;on ne sait\n",
    ]
    run = bench.map(bench.send(header + "".join(rows), "contacts"))
    found = [each["issues"][0]["message"] for each in bench.found(run, Outcome.REFUSED)]
    assert ["ne permet pas" in found[0], "non compris" in found[1]] == [True, True]
    bench.launch(run.id, good_rows=True)
    assert session.scalars(select(Consent.basis)).all() == [Basis.LEGITIMATE_INTEREST]


def test_several_people_of_a_row_do_not_accept_together(bench: Bench) -> None:
    text = "Personnes;Newsletter;Consentement le\nAnne Martin ; Luc Petit;oui;12/03/2024\n"
    run = bench.map(bench.send(text.replace(" ; ", " / "), "contacts"))
    (refused,) = bench.found(run, Outcome.REFUSED)
    assert "plusieurs personnes" in refused["issues"][0]["message"]


def test_whoever_chose_since_keeps_their_choice(bench: Bench, session: Session) -> None:
    run = bench.bring(HEADER + LUC, "contacts")
    luc = session.scalars(select(Contact)).one()
    withdraw(
        session, contact_id=luc.id, purpose=Purpose.NEWSLETTER, proof=_proof(Channel.PREFERENCES)
    )
    session.commit()
    undone = bench.undo(run.id)
    assert undone.state == "retire"
    assert _choices(session) == {("Luc", Purpose.NEWSLETTER): State.WITHDRAWN}
    session.expire_all()
    assert session.scalars(select(Contact)).one().deleted_at is None


def test_the_trial_says_what_stays_as_it_is(
    bench: Bench, client: PageClient, session: Session
) -> None:
    suppress(
        session, recipient="anne@ville.example", purpose=Purpose.ANY, reason="par téléphone",
        now=clock.now(), origin=Origin.OBJECTION,
    )  # fmt: skip
    sign_in(client, session, "campaign_manager")
    session.commit()
    run = bench.map(bench.send(HEADER + ANNE, "contacts"))
    page = client.get(f"/imports/{run.id}").text
    assert "Un choix de réception est laissé tel quel" in page
    assert "Opposition à nos envois" in page


def test_choices_cost_the_same_few_statements(bench: Bench, session: Session) -> None:
    def statements(count: int, name: str) -> list[str]:
        rows = "".join(
            f"P{n};{name};{name}{n}@ville.example;oui;non;12/03/2024;Forum\n" for n in range(count)
        )
        run = bench.map(bench.send(HEADER + rows, "contacts"))
        with counted(session.connection().engine) as every:
            bench.launch(run.id)
        told = [str(each) for each in every]
        return [each for each in told if "consent" in each or "suppression" in each]

    few = statements(4, "peu")
    assert len(statements(40, "beaucoup")) == len(few) > 0
