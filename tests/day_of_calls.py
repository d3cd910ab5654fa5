"""A small shop on a day of calls: three customers, two colleagues, a list that was handed out."""

from acting import DAY, created, write

from crm_core.actions.opening import Database

PROMISE, THANKS, BENS, TOMS, LATE = 1, 2, 3, 4, 5  # follow-ups; the first two are of the same person
ADA, BEN, CY, DORA = 1, 2, 3, 4
TODAY = DAY.isoformat()


def list_of_a_day(database: Database) -> None:
    """Maria calls Ada (a promise at 14:00, and thanks) and Ben (never bought), Tom calls Cy; Dora is put off."""
    people = [
        {"name": "Ada Novak", "preferred_name": "Adi", "phone": "+43 1 2345678", "email": "ada@example.org",
         "likes": "Oat latte", "owner": "Maria"},
        {"name": "Ben Ode", "phone": "+43 1 7654321", "owner": "Maria", "may_call": "no"},
        {"name": "Cy Stone", "phone": "+43 1 1111111", "owner": "Tom"},
        {"name": "Dora Egg", "owner": "Maria"},
    ]  # fmt: skip
    colleagues = [{"name": "Maria", "role": "Waiter"}, {"name": "Tom", "role": "Shop manager"}]
    bought = [
        {"customer_id": -1, "date": day, "product": "Tea", "quantity": 1.0, "amount": 45_000, "number": day}
        for day in ("2025-12-01", "2026-01-04")
    ]
    write(database, created(customer=people, colleague=colleagues, purchase=_keyed(bought)))
    write(database, created(follow_up=_calls()))


def _keyed(lines: list[dict]) -> list[dict]:
    return [{**line, "source_key": place} for place, line in enumerate(lines, 1)]


def _calls() -> list[dict]:
    issued = {"state": "open", "issued_on": TODAY, "due_on": TODAY, "owner": "Maria"}
    return [
        {**issued, "customer_id": ADA, "play": "promised", "due_time": "14:00", "reason": "the table"},
        {
            **issued,
            "customer_id": ADA,
            "play": "thanks",
            "reason": "Bought Tea yesterday",
            "say": "Thank you.",
        },
        {**issued, "customer_id": BEN, "play": "never-bought", "reason": "Has not bought yet"},
        {**issued, "customer_id": CY, "play": "birthday", "owner": "Tom", "reason": "Birthday"},
        {**issued, "customer_id": DORA, "play": "thanks", "later_on": "2026-01-09"},
    ]
