"""What a page and the command show of rules: each in a sentence, how often it fired, what is wrong, and the log."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from crm_core.ledger.reading import firings
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.model.rights import SEE, needs
from crm_core.outreach.rules import Staff, fault_of, says
from crm_core.views.cache import Stock, remembered

READ = ("rule", "firing", "colleague", "setting")
SHOWN = 500


@dataclass(frozen=True)
class RuleRow:
    """One rule. `words`: what it says, as a sentence. `since`: from which day on (ISO) what happens is its business.
    `fired`: how often; `last_on`: when last (ISO). `fault`: why it does nothing, blank where all is well."""

    id: int
    name: str
    active: bool
    words: str
    since: str
    fired: int
    last_on: str | None
    fault: str


@needs(SEE, whole=True)
def rules(database: Database, as_of: date) -> tuple[RuleRow, ...]:
    """Every rule in the order they were made; those not in use have no fault, as they do nothing anyway."""
    return _rules(database, as_of=as_of)


@remembered(*READ)
def _rules(stock: Stock) -> tuple[RuleRow, ...]:
    rows = firings.stored_rules(stock.connection, stock.as_of).to_dict("records")
    named = existing.settings(stock.connection).get("manager") or ""
    staff = Staff(tuple(firings.staff(stock.connection)), named)
    counted = {row["rule"]: row for row in firings.counts(stock.connection).to_dict("records")}
    return tuple(_row(row, staff, counted.get(row["name"], {})) for row in rows)


def _row(row: dict[str, Any], staff: Staff, counted: dict[str, Any]) -> RuleRow:
    active = row["active"] == "yes"
    return RuleRow(
        int(row["id"]), row["name"], active, says(row), row["since"], int(counted.get("fired", 0)),
        counted.get("last_on"), fault_of(row, staff) if active else "",
    )  # fmt: skip


@needs(SEE)
def firing_log(
    database: Database,
    as_of: date,
    *,
    rule: str | None = None,
    customer: int | None = None,
    limit: int = SHOWN,
) -> pd.DataFrame:
    """What rules did, the latest first: date (ISO), rule, customer_id, code, name, reason, did, batch (its number in
    the history). `rule`, `customer` (id): of these alone."""
    return _log(database, rule, customer, limit, as_of=as_of)


@remembered("firing", "customer")
def _log(stock: Stock, rule: str | None, customer: int | None, limit: int) -> pd.DataFrame:
    return firings.log(stock.connection, rule, customer, limit)
