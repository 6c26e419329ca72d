"""Making, changing and adopting structures."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.contacts import operations
from crm.contacts.models import Structure
from crm.contacts.queries import find_structures, structures_by_values, suggest_structures
from crm.contacts.types import StructureData
from crm.core.errors import RuleError, StaleRecordError
from crm.history.queries import history_of
from crm.territories.models import Commune

BETHUNE = "62119"


def test_a_commune_becomes_an_actor_with_what_is_known_of_it(session: Session) -> None:
    structure = operations.resolve_structure(session, value=f"commune:{BETHUNE}", family_code=None)
    commune = session.get_one(Commune, BETHUNE)
    assert structure.name == "Béthune"
    assert structure.family_code == "collectivite"
    assert structure.siren == commune.siren
    assert structure.departement_code == "62"
    assert structure.insee_code == structure.commune_code == BETHUNE
    again = operations.resolve_structure(session, value=f"commune:{BETHUNE}", family_code=None)
    assert again.id == structure.id


def test_an_epci_becomes_an_actor(session: Session) -> None:
    found = next(s for s in suggest_structures(session, "Béthune-Bruay") if "epci:" in s.value)
    structure = operations.resolve_structure(session, value=found.value, family_code=None)
    assert structure.epci_siren == found.value.removeprefix("epci:")
    assert structure.departement_code == "62"
    assert [s.value for s in suggest_structures(session, "Béthune-Bruay")] == [str(structure.id)]


def test_an_adopted_commune_is_offered_once(session: Session) -> None:
    before = [s.value for s in suggest_structures(session, "Béthune")]
    assert f"commune:{BETHUNE}" in before
    structure = operations.resolve_structure(session, value=f"commune:{BETHUNE}", family_code=None)
    after = [s.value for s in suggest_structures(session, "Béthune")]
    assert f"commune:{BETHUNE}" not in after
    assert str(structure.id) in after


@pytest.mark.parametrize("value", ["commune:00000", "epci:000", "999999", "x", "", "new:", "-1"])
def test_a_value_that_names_nothing_is_refused(session: Session, value: str) -> None:
    with pytest.raises(RuleError) as caught:
        operations.resolve_structure(session, value=value, family_code="association")
    assert caught.value.field == "structures"


def test_a_new_structure_needs_a_family(session: Session) -> None:
    with pytest.raises(RuleError, match="famille") as caught:
        operations.resolve_structure(session, value="new:Les Amis du Sahel", family_code=None)
    assert caught.value.field == "new_family"
    made = operations.resolve_structure(
        session, value="new:Les Amis du Sahel", family_code="association"
    )
    assert structures_by_values(session, [str(made.id)]) == [(str(made.id), "Les Amis du Sahel")]


def test_a_taken_siret_names_its_owner(session: Session) -> None:
    data = StructureData(name="Première", family_code="entreprise", siret="73282932000074")
    operations.create_structure(session, data=data)
    with pytest.raises(RuleError, match="Première") as caught:
        operations.create_structure(
            session,
            data=StructureData(name="Seconde", family_code="entreprise", siret="73282932000074"),
        )
    assert caught.value.field == "siret"


def test_an_unknown_commune_is_refused(session: Session) -> None:
    with pytest.raises(RuleError, match="INSEE") as caught:
        operations.create_structure(
            session,
            data=StructureData(name="A", family_code="association", commune_code="99999"),
        )
    assert caught.value.field == "commune_code"
    assert session.scalar(select(func.count()).select_from(Structure)) == 0


def test_a_stale_version_changes_nothing(session: Session) -> None:
    structure = operations.create_structure(
        session, data=StructureData(name="Avant", family_code="association")
    )
    version = structure.version
    data = StructureData(name="Après", family_code="association", tag_labels=("eau",))
    operations.update_structure(session, structure_id=structure.id, version=version, data=data)
    with pytest.raises(StaleRecordError):
        operations.update_structure(
            session,
            structure_id=structure.id,
            version=version,
            data=StructureData(name="Trop tard", family_code="association"),
        )
    assert structure.name == "Après"


def test_changing_only_a_list_makes_the_version_grow(session: Session) -> None:
    structure = operations.create_structure(
        session, data=StructureData(name="A", family_code="association")
    )
    version = structure.version
    operations.update_structure(
        session,
        structure_id=structure.id,
        version=version,
        data=StructureData(name="A", family_code="association", country_codes=("SN", "ML")),
    )
    assert structure.version == version + 1
    change = history_of(session, entity="structure", record_id=structure.id)[0]
    assert change.fields == {"countries": [[], ["ML", "SN"]]}


def test_the_history_keeps_each_field_before_and_after(session: Session) -> None:
    structure = operations.create_structure(
        session, data=StructureData(name="Avant", family_code="association", phone="0320123456")
    )
    operations.update_structure(
        session,
        structure_id=structure.id,
        version=structure.version,
        data=StructureData(name="Après", family_code="association", phone="0320123456"),
    )
    updated, created = history_of(session, entity="structure", record_id=structure.id)
    assert updated.action == "updated"
    assert updated.fields == {"name": ["Avant", "Après"]}
    assert created.fields["phone"] == [None, "+33320123456"]


@pytest.mark.parametrize(
    "typed", ["comite", "COMITÉ JUMELAGE", "cja", "jumelage arras", "comté", "jumelag", "arras cja"]
)
def test_a_structure_is_found_by_words_acronym_commune_and_with_a_slip(
    session: Session, typed: str
) -> None:
    made = operations.create_structure(
        session,
        data=StructureData(
            name="Comité de jumelage atrébate",
            family_code="association",
            acronym="CJA",
            commune_code="62041",
        ),
    )
    assert [s.value for s in find_structures(session, typed)] == [str(made.id)]


def test_a_renamed_structure_is_no_longer_found_by_its_old_name(session: Session) -> None:
    structure = operations.create_structure(
        session, data=StructureData(name="Ancien nom", family_code="association")
    )
    operations.update_structure(
        session,
        structure_id=structure.id,
        version=structure.version,
        data=StructureData(name="Titre neuf", family_code="association"),
    )
    assert find_structures(session, "ancien") == []
    assert len(find_structures(session, "neuf")) == 1


def test_homonyms_are_told_apart_by_their_departement(session: Session) -> None:
    homonyms = session.scalars(select(Commune).where(Commune.is_homonym)).all()
    assert len(homonyms) == 117
    name = homonyms[0].name
    labels = [s.text for s in suggest_structures(session, name, 20) if s.text.startswith(name)]
    assert len(labels) == len(set(labels))
