import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.demo.french import contracted
from crm.followups.models import AccompanimentSession
from crm.projects.models import Project


@pytest.mark.parametrize(
    ("pieced", "right"),
    [
        ("le calendrier de le maraîchage", "le calendrier du maraîchage"),
        ("les dépenses liées à le reboisement", "les dépenses liées au reboisement"),
        ("Collecte à Les Cayes", "Collecte aux Cayes"),
        ("Archives de Les Cayes", "Archives des Cayes"),
        ("Archives de Oujda", "Archives d’Oujda"),
        ("De la Boussole à Kayes", "De la Boussole à Kayes"),
        ("le budget de l’accès à l’eau", "le budget de l’accès à l’eau"),
        ("Coopérative de Lens", "Coopérative de Lens"),
    ],
)
def test_small_words_are_put_right(pieced: str, right: str) -> None:
    assert contracted(pieced) == right


def test_no_text_of_the_demonstration_is_left_wrong(demo: Session) -> None:
    texts = {
        *demo.scalars(select(Structure.name)),
        *demo.scalars(select(Project.name)),
        *demo.scalars(select(Project.summary)),
        *demo.scalars(select(AccompanimentSession.notes)),
    }
    assert [text for text in texts if text and contracted(text) != text] == []
