"""Today: what is due, who stands at the counter, what matters; on an empty database, the welcome."""

from crm_core.model.conditions import EVERYBODY
from crm_core.views import customers
from pages._counter import counter
from pages._dialogs import show_dialog
from pages._jobs import is_under_way
from pages._morning import greeting, matters, tiles
from pages._pairs import is_open, review
from pages._parts import open_desk
from pages._welcome import welcome

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
