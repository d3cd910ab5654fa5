"""Today: what is due, who stands at the counter, what matters; on an empty database, the welcome."""

from crm_core.model.conditions import EVERYBODY
from crm_core.views import customers
from pages._jobs import is_under_way
from pages._parts import open_desk
from pages._people.dialogs import show_dialog
from pages._today.counter import counter
from pages._today.morning import greeting, matters, tiles
from pages._today.pairs import is_open, review
from pages._today.welcome import welcome

desk = open_desk()

if is_under_way("demo") or not customers.count(desk.database, EVERYBODY, desk.as_of):
    welcome(desk)
else:
    greeting(desk)
    fill_calls = tiles(desk)
    counter(desk)
    matters(desk)
    if is_open():
        review(desk)
    else:
        show_dialog(desk)
    fill_calls()
