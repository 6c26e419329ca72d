"""What a trial would have made is found again by any of its keys, without being there."""

from crm.imports.targets.pending import Pending


def test_what_would_be_made_is_found_by_each_of_its_keys() -> None:
    pending = Pending()
    said = {"name": "Amicale", "rna": "W62"}
    made = pending.try_new("structure", [("rna", "W62"), ("name", "amicale")], said, {"rna": "W62"})
    assert made < 0
    for key in (("rna", "W62"), ("name", "amicale")):
        assert pending.of("structure", key) == [
            {"id": made, "filled": frozenset(said), "rna": "W62"}
        ]
    assert pending.of("contact", ("name", "amicale")) == []


def test_several_under_one_key_are_all_found() -> None:
    pending = Pending()
    ids = [pending.try_new("structure", [("name", "x")], {}, {"rna": each}) for each in "ABC"]
    found = pending.of("structure", ("name", "x"))
    assert [(each["id"], each["rna"]) for each in found] == list(zip(ids, "ABC", strict=True))
    assert len({*ids, pending.next_id()}) == 4


def test_what_another_row_fills_is_remembered() -> None:
    pending = Pending()
    for name in ("a", "b"):
        pending.try_new("contact", [("name", name)], {"last_name": name}, {})
    [record] = pending.of("contact", ("name", "a"))
    pending.fill(record, {"email": "a@a.example"})
    assert pending.of("contact", ("name", "a"))[0]["filled"] == {"last_name", "email"}
    assert pending.of("contact", ("name", "b"))[0]["filled"] == {"last_name"}


def test_what_is_kept_whole_is_the_caller_s_to_change() -> None:
    pending = Pending()
    pending.add("consent", (1, "x"), {"id": None, "state": "accepted"})
    pending.of("consent", (1, "x"))[0]["state"] = "refused"
    assert pending.of("consent", (1, "x")) == [{"id": None, "state": "refused"}]
