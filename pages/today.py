"""Today: my calls, who stands at the counter, what matters, who did what; on an empty database, the welcome."""

import pandas as pd
import streamlit as st

from crm_core.model.conditions import EVERYBODY
from crm_core.model.rights import ADMINISTER
from crm_core.views import calls, customers
from pages._jobs import is_under_way
from pages._parts import Desk, in_words, open_desk
from pages._people.dialogs import show_dialog
from pages._today.calls import calls_today, hint, is_begun
from pages._today.counter import counter
from pages._today.morning import greeting, matters, tiles
from pages._today.pairs import is_open, review
from pages._today.team import news, work_by_person
from pages._today.welcome import welcome

desk = open_desk()


def since_my_calls(desk: Desk, me: str | None) -> pd.DataFrame:
    """Who bought after one's call; nobody's where that cannot be read."""
    with in_words():
        return calls.bought_since(desk.database, desk.as_of, me)
    return pd.DataFrame(columns=["customer_id"])


def day(desk: Desk) -> None:
    """A day at work: one's own calls first; what takes a while is worked out last and put in its place."""
    me, known = greeting(desk)
    place = st.container()
    asked, begun = bool(known.names) and me is None, False
    with place, in_words():
        begun = not asked and is_begun(desk, me)
        if asked:
            hint(desk)
        elif begun:
            calls_today(desk, me, since_my_calls(desk, me))
    counter(desk)
    leads = known.leads(me)
    if desk.sees_all and leads:
        work_by_person(desk, open_at_first=True)
    if me:
        news(desk, me)
    if desk.sees_all:
        matters(desk)
    if desk.sees_all and not leads:
        work_by_person(desk, open_at_first=me is None)
    fill_tiles = tiles(desk)
    if is_open():
        review(desk)
    else:
        show_dialog(desk)
    if not asked and not begun:
        with place:
            calls_today(desk, me, since_my_calls(desk, me))
    fill_tiles()


def is_new(desk: Desk) -> bool:
    """Whether there is nobody yet, and it is theirs who are here to begin."""
    may_begin = desk.may(ADMINISTER) and desk.sees_all
    return may_begin and (is_under_way("demo") or not customers.count(desk.database, EVERYBODY, desk.as_of))


if is_new(desk):
    welcome(desk)
else:
    day(desk)
