"""What the café sells, when people want it, and what it costs as the years go by."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_core.demo.places import ANY_PRICE, PRICES
from crm_core.model.changes import new_ids
from crm_core.model.words import MONEY_UNIT

HALF_YEAR = 183  # days between two price lists
DEARER = 1.02  # a price list beside the one before
COST_SHARE = 0.34

# How much more or less a product is wanted, January to December.
ALWAYS = (1,) * 12
SUMMER = (0.1, 0.1, 0.3, 0.8, 1.6, 2.6, 3.0, 2.8, 1.4, 0.4, 0.1, 0.1)
WINTER = (2.2, 2.0, 1.4, 0.7, 0.4, 0.2, 0.1, 0.2, 0.7, 1.6, 2.2, 2.6)
AUTUMN = (0.2, 0.1, 0, 0, 0, 0, 0, 0.1, 2.2, 3.2, 2.6, 0.8)
CHRISTMAS = (0.1, 0, 0, 0, 0, 0, 0, 0, 0, 0.1, 3.0, 7.0)


@dataclass(frozen=True)
class Product:
    """One line of the price list. `price` in euros at first; `wanted`: its weight among those of its `part`."""

    code: str
    name: str
    category: str
    part: str  # drink, side, platter
    price: float
    wanted: float
    season: tuple[float, ...] = ALWAYS


MENU = (
    Product("D01", "Flat white", "Coffee", "drink", 3.4, 17),
    Product("D02", "Cappuccino", "Coffee", "drink", 3.5, 15),
    Product("D03", "Latte", "Coffee", "drink", 3.7, 12),
    Product("D04", "Oat latte", "Coffee", "drink", 4.1, 12),
    Product("D05", "Espresso", "Coffee", "drink", 2.4, 9),
    Product("D06", "Cortado", "Coffee", "drink", 2.9, 6),
    Product("D07", "Filter coffee", "Coffee", "drink", 2.8, 10),
    Product("D08", "Decaf cappuccino", "Coffee", "drink", 3.6, 4),
    Product("D09", "Cold brew", "Cold drinks", "drink", 3.9, 7, SUMMER),
    Product("D10", "Iced latte", "Cold drinks", "drink", 4.2, 7, SUMMER),
    Product("D11", "Elderflower lemonade", "Cold drinks", "drink", 3.6, 5, SUMMER),
    Product("D12", "Maple spice latte", "Coffee", "drink", 4.4, 7, AUTUMN),
    Product("D13", "Hot chocolate", "Hot drinks", "drink", 3.9, 5, WINTER),
    Product("D14", "Chai latte", "Hot drinks", "drink", 4.0, 5, WINTER),
    Product("D15", "Earl Grey tea", "Tea", "drink", 2.9, 6),
    Product("D16", "Peppermint tea", "Tea", "drink", 2.9, 4),
    Product("F01", "Butter croissant", "Pastry", "side", 2.6, 18),
    Product("F02", "Almond croissant", "Pastry", "side", 3.3, 9),
    Product("F03", "Cinnamon bun", "Pastry", "side", 3.2, 13),
    Product("F04", "Banana bread", "Cake", "side", 3.0, 9),
    Product("F05", "Carrot cake", "Cake", "side", 3.9, 8),
    Product("F06", "Cheese toastie", "Food", "side", 6.2, 10),
    Product("F07", "Avocado toast", "Food", "side", 7.4, 6),
    Product("F08", "Soup of the day", "Food", "side", 6.0, 6, WINTER),
    Product("F09", "Granola bowl", "Food", "side", 5.8, 5),
    Product("R01", "House beans 250 g", "Beans", "side", 9.8, 5),
    Product("R02", "Decaf beans 250 g", "Beans", "side", 10.4, 1.5),
    Product("R03", "Winter blend 250 g", "Beans", "side", 11.5, 3, CHRISTMAS),
    Product("R04", "Travel cup", "Gifts", "side", 16.5, 1),
    Product("R05", "Gift voucher", "Gifts", "side", 25.0, 1.2, CHRISTMAS),
    Product("P01", "Breakfast platter", "Catering", "platter", 39.0, 1),
    Product("P02", "Sandwich platter", "Catering", "platter", 47.0, 1),
    Product("P03", "Coffee flask, 12 cups", "Catering", "platter", 29.0, 1),
    Product("P04", "Cake platter", "Catering", "platter", 36.0, 1),
    Product("P05", "Tea flask, 12 cups", "Catering", "platter", 24.0, 1),
    Product("P06", "Fruit bowl", "Catering", "platter", 25.0, 1),
    Product("P07", "Pastry box", "Catering", "platter", 28.0, 1),
    Product("P08", "Juice crate", "Catering", "platter", 31.0, 1),
    Product("P09", "Barista, one hour", "Catering", "platter", 45.0, 1),
)


def of_part(part: str) -> np.ndarray:
    """The places in MENU of the drinks, sides or platters."""
    return np.array([place for place, product in enumerate(MENU) if product.part == part])


def draw(part: str, months: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """For each month (1–12) a product of that part as the season wants it: places in MENU."""
    places = of_part(part)
    wanted = np.array([[MENU[place].wanted * factor for factor in MENU[place].season] for place in places])
    ends = np.cumsum(wanted / wanted.sum(axis=0), axis=0)
    chances, found = rng.random(len(months)), np.zeros(len(months), dtype=np.int64)
    for month in range(1, 13):
        mine = months == month
        found[mine] = np.searchsorted(ends[:, month - 1], chances[mine])
    return places[np.minimum(found, len(places) - 1)]


def price_lists(lists: int, currency: str) -> np.ndarray:
    """Prices in ten-thousandths, one row a product of MENU, one column a half-year."""
    factor, step = PRICES.get(currency.upper(), ANY_PRICE)
    base = np.array([product.price for product in MENU]) * factor
    steps = np.maximum(1, np.rint(base[:, None] * DEARER ** np.arange(lists) / step))
    return np.rint(steps * step * MONEY_UNIT).astype(np.int64)


def product_frame(prices: np.ndarray) -> pd.DataFrame:
    """The products with their latest prices, driver-ready."""
    latest = prices[:, -1]
    return pd.DataFrame(
        {
            "id": new_ids(len(MENU)),
            "code": [product.code for product in MENU],
            "name": [product.name for product in MENU],
            "category": [product.category for product in MENU],
            "price": latest,
            "cost": np.rint(latest * COST_SHARE).astype(np.int64),
        }
    )
