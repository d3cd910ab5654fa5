"""Rules, pure: rows become rules or sentences; events become follow-ups, tags, owners and a log."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.errors import InvalidInput
from crm_core.model.usual_plays import USUAL_RULES
from crm_core.model.words import RULE_ACTS, RULE_EVENTS
from crm_core.outreach.firings import EVENT_COLUMNS, NEVER, REASONS, Done, Person, Shop, decide, in_words
from crm_core.outreach.rules import RULE_FACTS, Rule, Staff, fault_of, rule_of, rules_of, says
from crm_core.outreach.scripts import check

DAY = date(2026, 1, 5)
STAFF = Staff(
    (
        {"name": "Maya", "active": "yes", "role": "Manager"},
        {"name": "Noa", "active": None, "role": None},
        {"name": "Ola", "active": "no", "role": "manager"},
    )
)
ROW = {"name": "r", "active": "yes", "event": "new complaint", "act": "follow-up"}


def row(**values: Any) -> dict[str, Any]:
    return {**ROW, **values}


def happened(event: str = "case:1", rule: str = "r", customer: int = 1, **facts: Any) -> dict[str, Any]:
    return {"rule": rule, "customer_id": customer, "event": event, "date": "2026-01-04", **facts}


def person(number: int = 1, **values: Any) -> Person:
    return Person(**{"id": number, "name": "Ada", "owner": "Noa", "tags": None, "never": False, **values})


def done(
    rules: list[Rule], events: list[dict[str, Any]], *people: Person, fired: Any = (), staff: Staff = STAFF
) -> Done:
    frame = pd.DataFrame(events, columns=list(EVENT_COLUMNS), dtype=object)
    return decide(rules, frame, {one.id: one for one in people or (person(),)}, fired, Shop(staff, DAY))


def only(frame: pd.DataFrame) -> dict[str, Any]:
    assert len(frame) == 1
    return frame.iloc[0].to_dict()


# Rows ---------------------------------------------------------------------------------------------------------------


def test_the_rules_a_database_is_born_with_make_sense():
    """Each of them, once somebody is the manager."""
    rules, faults = rules_of([{**one, "active": "yes"} for one in USUAL_RULES], STAFF)
    assert [rule.name for rule in rules] == [one["name"] for one in USUAL_RULES] and faults == ()


def test_what_is_not_in_use_is_no_rule():
    """A rule that nobody said yes to does nothing, and is not complained about."""
    assert rules_of([row(active="no"), row(active=None, event="nonsense")], STAFF) == ((), ())


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"event": None}, "no event is chosen"),
        ({"event": "full moon"}, "“full moon” is none of them"),
        ({"act": None}, "nothing is chosen that should be done"),
        ({"to": "Zoe"}, "no colleague “Zoe”"),
        ({"to": "Ola"}, "“Ola” does not work here any more"),
        ({"days": -1}, "“After days” says -1"),
        ({"within": -3}, "“Within days” says -3"),
        ({"within": 10**9}, "“Within days” says 1,000,000,000"),
        ({"act": "add a tag"}, "which tag to add"),
        ({"act": "add a tag", "to": "vip, late"}, "more than one tag"),
        ({"act": "change the owner"}, "who the new owner is"),
        ({"act": "change the owner", "to": "owner"}, "who the new owner is"),
        ({"words": "Call {nam}"}, "“nam”, which is no known fact"),
        ({"words": "They said {what}"}, "say nothing for people without “what”"),
        ({"words": "Call [them"}, "bracket without its partner"),
        ({"event": "stage changes", "of": "nowhere"}, "“nowhere” is nothing that “stage changes” knows"),
        ({"event": "stage changes", "days": 3}, "“After days” must be empty"),
        ({"event": "first purchase", "of": "tea"}, "takes no “which”"),
    ],
)
def test_a_broken_row_is_a_sentence(values, said):
    """Each names the rule, what was found and the way out; the other rules go on."""
    rules, faults = rules_of([row(**values), row(name="good")], STAFF)
    assert [rule.name for rule in rules] == ["good"]
    assert faults[0].why.startswith("The rule “r” does nothing: ") and said in faults[0].why
    assert faults[0].why.endswith(".") and "…" not in faults[0].why


def test_without_a_manager_the_sentence_says_how_to_name_one():
    """Neither set nor a colleague of that role: the rule does nothing and says why."""
    why = fault_of(row(act="to the manager"), Staff(({"name": "Noa", "active": "yes", "role": "barista"},)))
    assert "nobody is the manager" in why and "regulars setting set manager" in why


def test_the_manager_is_as_set_else_by_role():
    """The setting goes before the role; one who left is no manager; a name is found however it is spelled."""
    assert STAFF.manager == "Maya"
    assert rule_of(row(act="to the manager"), Staff(STAFF.rows, "  noa ")).to == "Noa"
    assert "does not work here any more" in fault_of(row(to="manager"), Staff(STAFF.rows, "Ola"))


def test_which_and_whom_are_found_however_they_are_spelled():
    assert rule_of(row(event="stage changes", of="COMMITMENT", to="mAYA"), STAFF).of == "commitment"
    assert rule_of(row(to="mAYA"), STAFF).to == "Maya"
    assert rule_of(row(event="tag is added", of=" VIP  Kunde "), STAFF).of == "vip kunde"


@given(
    st.fixed_dictionaries(
        {
            "name": st.text(min_size=1),
            "active": st.sampled_from(["yes", "no", None]),
            "event": st.sampled_from([*RULE_EVENTS, None, "x"]),
            "of": st.none() | st.text(),
            "days": st.none() | st.integers(-5, 10**6) | st.just(float("nan")),
            "act": st.sampled_from([*RULE_ACTS, None, "x"]),
            "to": st.none() | st.text() | st.sampled_from(["owner", "manager", "Maya", "Ola"]),
            "within": st.none() | st.integers(-5, 10**6),
            "words": st.none() | st.text(alphabet="ab {}[]|name") | st.text(),
        }
    )
)
def test_any_row_is_a_rule_or_a_sentence(values):
    """Whatever a sheet says, nothing is raised, and a sentence of its meaning can be said."""
    rules, faults = rules_of([values], STAFF)
    assert len(rules) + len(faults) == (values["active"] == "yes")
    assert all(fault.why.endswith(".") for fault in faults) and says(values).endswith(".")


def test_a_rule_is_said_in_a_sentence():
    assert [says(one) for one in USUAL_RULES] == [
        "When: new complaint. Then: a follow-up for the owner within 1 day.",
        "When: no answer, after 7 days. Then: a follow-up for the manager within 2 days.",
        "When: late follow-up, after 5 days. Then: a follow-up for the manager within 1 day.",
    ]
    assert says(row(act="add a tag", to="vip", of="x")) == "When: new complaint (x). Then: add a tag: vip."


def test_all_reasons_can_be_said_of_anything():
    """No reason can leave a hole, and none names a fact that is not offered."""
    for event, words in REASONS.items():
        check(words.replace("{day}", "{day|x}"), RULE_FACTS)
        assert fault_of(row(event=event, words=words), STAFF) == ""
    assert set(REASONS) == set(RULE_EVENTS)


# Events -------------------------------------------------------------------------------------------------------------


def test_a_complaint_becomes_a_follow_up_of_the_owner():
    """Due within the days of the rule, in its words; the firing says why and what was done."""
    rule = Rule("r", "new complaint", "follow-up", "owner", within=2, words="Put right[: {what}]")
    found = done([rule], [happened(of="product", what="The tea {was} cold")])
    planned, fired = only(found.follow_ups), only(found.firings)
    assert (planned["owner"], planned["due_on"], planned["play"]) == ("Noa", "2026-01-07", "by-rule")
    assert planned["reason"] == "Put right: The tea {was} cold" and planned["state"] == "open"
    assert fired["reason"] == "Complaint of 4 Jan 2026 about product: The tea {was} cold"
    assert fired["did"] == "Follow-up for Noa, due 7 Jan 2026" and fired["date"] == "2026-01-05"


def test_without_words_the_reason_is_what_is_said():
    rule = Rule("r", "first purchase", "follow-up", "owner")
    assert only(done([rule], [happened("first:1")]).follow_ups)["reason"] == "First purchase on 4 Jan 2026"


@pytest.mark.parametrize(
    ("owner", "caller", "did"),
    [
        ("Noa", "Noa", "Noa"),
        ("Ola", "Maya", "Maya"),
        (None, "Maya", "Maya"),
        ("Somebody", "Somebody", "Somebody"),
    ],
)
def test_the_manager_stands_in_for_an_owner_who_left(owner, caller, did):
    """One who is no stored colleague may still own people; who left calls nobody."""
    found = done([Rule("r", "new complaint", "follow-up", "owner")], [happened()], person(owner=owner))
    assert only(found.follow_ups)["owner"] == caller and did in only(found.firings)["did"]


def test_with_nobody_to_ask_the_follow_up_is_everyones():
    found = done(
        [Rule("r", "new complaint", "follow-up", "owner")], [happened()], person(owner=None), staff=Staff()
    )
    assert only(found.follow_ups)["owner"] is None and "for everyone" in only(found.firings)["did"]


def test_who_must_not_be_contacted_is_held_back():
    """Logged with why and counted; tags and owners are no contact."""
    rules = [
        Rule("r", "new complaint", "follow-up", "owner"),
        Rule("t", "new complaint", "add a tag", "upset"),
    ]
    found = done(rules, [happened(), happened(rule="t")], person(never=True))
    assert found.follow_ups.empty and found.held_back == 1
    assert found.firings["did"].tolist() == [NEVER, "Tag “upset” added"]
    assert "1 held back" in in_words({"r": 1}, found.held_back)


@pytest.mark.parametrize(("held", "after"), [(None, "VIP"), ("late, Vip ", None), ("late", "late, VIP")])
def test_a_tag_is_added_once_whatever_its_case(held, after):
    found = done([Rule("r", "new complaint", "add a tag", "VIP")], [happened()], person(tags=held))
    if after is None:
        assert found.cells.empty and only(found.firings)["did"] == "Has the tag “VIP” already"
    else:
        assert only(found.cells)["after"] == after


def test_two_rules_about_one_person_change_one_cell():
    """The second rule sees what the first one did, and the cell is written once."""
    rules = [Rule(name, "new complaint", "add a tag", name) for name in ("a", "b")]
    rules += [
        Rule("o", "new complaint", "change the owner", "Maya"),
        Rule("r", "new complaint", "follow-up", "owner"),
    ]
    found = done(rules, [happened(rule=rule.name) for rule in rules], person(tags="x"))
    assert found.cells[["field", "before", "after"]].values.tolist() == [
        ["tags", "x", "x, a, b"],
        ["owner", "Noa", "Maya"],
    ]
    assert only(found.follow_ups)["owner"] == "Maya"


def test_a_day_with_a_promise_is_not_taken_twice():
    """In time if there is a free day in time, else the first day after."""
    rule = Rule("r", "new complaint", "follow-up", "owner", within=1)
    events = [happened(f"case:{number}") for number in range(3)]
    found = done([rule], events, person(planned={"2026-01-06"}))
    assert found.follow_ups["due_on"].tolist() == ["2026-01-05", "2026-01-07", "2026-01-08"]


def test_which_one_is_meant_is_compared_whatever_its_case():
    rule = Rule("r", "tag is added", "add a tag", "known", of="vip")
    found = done([rule], [happened("tag:1:vip", of="ViP"), happened("tag:1:late", of="late")])
    assert only(found.firings)["event"] == "tag:1:vip"


def test_nothing_fires_on_what_fired_already():
    rule = Rule("r", "new complaint", "follow-up", "owner")
    found = done([rule], [happened(), happened("case:2")], fired={("r", 1, "case:1")})
    assert found.firings["event"].tolist() == ["case:2"]


def test_somebody_who_is_gone_is_left_alone():
    assert done([Rule("r", "new complaint", "follow-up", "owner")], [happened(customer=9)]).firings.empty


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 4), st.integers(1, 3)), max_size=25),
    st.permutations("abc"),
    st.sets(st.tuples(st.sampled_from("abc"), st.integers(1, 4), st.integers(1, 3)), max_size=6),
    st.sets(st.integers(1, 4)),
)
def test_each_event_fires_each_rule_once(found, order, before, barred):
    """Whatever happens how often: one firing a rule, person and event; a follow-up for each that is not barred, no
    two of a person on one day; and fed with its own firings nothing is left."""
    acts = {"a": ("follow-up", "owner"), "b": ("add a tag", "vip"), "c": ("to the manager", "Maya")}
    rules = [Rule(name, "new complaint", *acts[name], within=1) for name in order]
    events = [happened(f"case:{number}", rule, customer) for rule, customer, number in found]
    fired = {(rule, customer, f"case:{number}") for rule, customer, number in before}
    people = [person(number, never=number in barred) for number in range(1, 5)]
    result = done(rules, events, *people, fired=fired)
    keys = list(
        zip(*(result.firings.get(name, ()) for name in ("rule", "customer_id", "event")), strict=True)
    )
    assert (
        len(set(keys)) == len(keys)
        and set(keys) | fired == {(e["rule"], e["customer_id"], e["event"]) for e in events} | fired
    )
    assert not set(keys) & fired
    planned = [key for key in keys if key[0] != "b" and key[1] not in barred]
    assert len(result.follow_ups) == len(planned) and result.held_back == len(
        [k for k in keys if k[0] != "b"]
    ) - len(planned)
    assert (
        not result.follow_ups.duplicated([c for c in ("customer_id", "due_on") if len(planned)]).any()
        or not planned
    )
    assert done(rules, events, *people, fired=fired | set(keys)).firings.empty


def test_a_rule_without_its_play_makes_promises():
    """The follow-ups are of the play that the run names."""
    rule = Rule("r", "new complaint", "follow-up", "owner")
    frame = pd.DataFrame([happened()], columns=list(EVENT_COLUMNS), dtype=object)
    found = decide([rule], frame, {1: person()}, (), Shop(STAFF, DAY, "promised"))
    assert only(found.follow_ups)["play"] == "promised"


def test_an_unknown_name_is_refused_by_itself():
    with pytest.raises(InvalidInput):
        STAFF.find("Zoe")


def test_a_follow_up_is_never_due_before_today():
    rule = Rule("r", "new complaint", "follow-up", "owner", within=0)
    taken = {(DAY + timedelta(ahead)).isoformat() for ahead in range(5)}
    assert only(done([rule], [happened()], person(planned=taken)).follow_ups)["due_on"] == "2026-01-10"
