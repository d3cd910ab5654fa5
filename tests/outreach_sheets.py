"""Sheets around contacting people, as users write them: complaints, surveys, gifts, events, absences."""

from typing import Any

from crm_core.ledger.store.database import Database, open_database
from tests.templates import once
from tests.uploads import PEOPLE, SALES, take_in, workbook

Rows = list[list[Any]]
SHEETS: dict[str, Rows] = {
    "Complaints": [
        ["Customer ID", "Date", "Product", "Description", "Status"],
        ["C1", "2025-03-01", "Tea", "Cold", "pending"],
        ["C2", "2025-03-02", "Cake", "Dry", "Resolved"],
        ["Zoe Newman", "2025-03-03", "Cake", "Late", None],
    ],
    "Sheet1": [
        ["Complaint no", "Customer", "Complaint date", "Complaint", "Complaint type", "Solved on"],
        ["K1", "C1", "2025-04-01", "Broken", "Claim", None],
        ["K2", "C2", "2025-04-02", "Wet", "complaint", "2025-04-05"],
    ],
    "Answers of May": [
        ["Name", "E-mail", "Date", "Score", "Comment"],
        ["Anna Novak", "anna@example.com", "2025-05-01", "4/5", "nice"],
        ["Ben Ode", "ben@example.com", "2025-05-01", "8 of 10", "ok"],
        ["Ben Ode", "ben@example.com", "2025-05-02", "★★", "cold"],
        ["Ben Ode", "ben@example.com", "2025-05-03", "80 %", None],
    ],
    "Gifts": [
        ["Customer", "Date", "Gift", "Cost", "Given by"],
        ["C1", "2025-05-01", "Box of tea", "3.50", "Mary"],
    ],
    "Fair": [
        ["Customer", "Event", "Date", "Attended", "Guests"],
        ["C1", "Tea fair", "2025-06-01", "yes", 2],
        ["C2", "Tea fair", "2025-06-01", "no", None],
    ],
    "Leave": [["Employee", "From", "To", "Reason"], ["Mary", "2025-07-01", "2025-07-14", "holiday"]],
}
ENTITY_OF = {
    "Complaints": "case", "Sheet1": "case", "Answers of May": "answer", "Gifts": "gesture", "Fair": "attendance",
    "Leave": "absence",
}  # fmt: skip


def shop_with_records(url: str) -> Database:
    """Two people who bought, and all of SHEETS."""
    once("two people with records", url, _filled)
    return open_database(url)


def _filled(url: str) -> None:
    database = open_database(url)
    take_in(database, workbook(People=PEOPLE, Sales=SALES))
    take_in(database, workbook(**SHEETS))
    database.close()
