"""How introductions are shown where everything is found."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from flask import url_for
from sqlalchemy import Select
from sqlalchemy.orm import Session

from crm.contacts.searching import STRUCTURES, detail, list_found_in
from crm.core.errors import N_
from crm.introductions.indexing import INTRODUCTION, all_introductions
from crm.introductions.models import Introduction
from crm.introductions.queries import introduction_rows
from crm.search.actions import Action
from crm.search.kinds import IDS, Hit, SearchKind, lines
from crm.web.access import Permission
from crm.web.formats import long_date


@cache
def _lines() -> Select[Any]:
    return introduction_rows().where(Introduction.id.in_(IDS))


def describe_introductions(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """Return the lines of introductions: between whom, when, why."""
    return {
        row.id: Hit(
            title=row.name,
            value=str(row.id),
            url=url_for("introductions.show", introduction_id=row.id),
            detail=detail(row.reason[:80], long_date(row.introduced_on)),
        )
        for row in lines(session, _lines(), ids)
    }


INTRODUCTIONS = SearchKind(
    INTRODUCTION,
    N_("Mises en relation"),
    "affiliate",
    all_introductions,
    describe_introductions,
    nouns=frozenset({"mise", "mises", "introduction"}),
    list_url=list_found_in("introductions.index"),
)
INTRODUCE = Action(
    N_("Mettre en relation"),
    "affiliate",
    Permission.LOG_SESSIONS,
    nouns=frozenset({"mettre", "relation", "relations"}),
    url=lambda: url_for("introductions.new"),
    label_with=N_("Mettre en relation : %(rest)s"),
    takes=(STRUCTURES.name,),
    with_record=lambda value: url_for("introductions.new", structure=value),
)
