"""A made-up café: customers, three years of purchases, contacts and colleagues, the same for the same seed."""

from datetime import date

import numpy as np
import pandas as pd

from crm_core.demo.contacts import follow_up_frame, interaction_frame, make_talks
from crm_core.demo.crowd import make_crowd
from crm_core.demo.customers import customer_frame
from crm_core.demo.habits import TODAY, days_of
from crm_core.demo.menu import HALF_YEAR, price_lists, product_frame
from crm_core.demo.visits import make_orders, purchase_frame
from crm_core.demo.voices import told_of_people, voices
from crm_core.errors import InvalidInput
from crm_core.model.changes import new_ids

NAME = "Café Marigold (made up)"
COUNTRY, CURRENCY = "GB", "GBP"
CUSTOMERS, PURCHASES, SEED = 2_000, 40_000, 7
MOST_CUSTOMERS, MOST_PURCHASES = 100_000, 2_000_000
EARLIEST = date(1800, 1, 1)

COLLEAGUES = (
    ("Maya Lindqvist", "Manager", "complaints, wholesale", "English, Swedish", 12),
    ("Tom Okafor", "Barista", "tasting, beans", "English", 20),
    ("Priya Menon", "Catering", "catering, offers", "English, Hindi", 15),
    ("Jonas Keller", "Barista, weekends", "events, tasting", "English, German", 8),
)  # name, role, skills, languages, calls a day


def make_cafe(
    customers: int = CUSTOMERS,
    purchases: int = PURCHASES,
    seed: int = SEED,
    *,
    as_of: date,
    country: str = COUNTRY,
    currency: str = CURRENCY,
) -> dict[str, pd.DataFrame]:
    """Driver-ready frames by entity: customer, purchase, interaction, colleague, product, follow-up, case, answer,
    gesture, absence, wording.

    Exactly `customers` people (1 to 100,000) and `purchases` lines (0 to 2,000,000) of the three years that end at
    `as_of`. Ids are local (-1, -2 …), `customer_id` refers to them. InvalidInput for other sizes and dates.
    """
    _check(customers, purchases, seed, as_of)
    rng = np.random.default_rng(seed)
    days, owners = days_of(as_of), [name for name, *_ in COLLEAGUES]
    crowd = make_crowd(customers, rng)
    people = customer_frame(crowd, days, country, as_of, owners, rng)
    orders = make_orders(crowd, purchases, days, rng)
    contacts = interaction_frame(make_talks(crowd, orders, people, rng), people, days, owners, rng)
    return {
        "colleague": colleague_frame(),
        "customer": told_of_people(people, crowd, seed),
        "product": product_frame(price_lists(TODAY // HALF_YEAR + 1, currency)),
        "purchase": purchase_frame(crowd, orders, days, currency, rng),
        "interaction": contacts,
        "follow-up": follow_up_frame(contacts, days, rng),
        **voices(people, crowd, days, as_of, seed),
    }


def _check(customers: int, purchases: int, seed: int, as_of: date) -> None:
    _within("customers", customers, 1, MOST_CUSTOMERS)
    _within("purchases", purchases, 0, MOST_PURCHASES)
    if seed < 0:
        raise InvalidInput(
            f"The seed of made-up data is a whole number from 0 on, not {seed}. Give another one."
        )
    if as_of < EARLIEST:
        raise InvalidInput(f"Made-up data cannot end on {as_of}. Give a day from {EARLIEST} on.")


def _within(what: str, number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise InvalidInput(
            f"Made-up data has {least:,} to {most:,} {what}, not {number:,}. Give a number in between."
        )


def colleague_frame() -> pd.DataFrame:
    """The four who work there."""
    frame = pd.DataFrame(COLLEAGUES, columns=["name", "role", "skills", "languages", "capacity"])
    frame["email"] = frame["name"].str.lower().str.replace(" ", ".") + "@example.com"
    frame["active"] = "yes"
    return frame.assign(id=new_ids(len(frame)))
