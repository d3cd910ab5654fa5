"""Columns of a sheet that hold stored customers' codes or addresses, whatever their header says."""

from collections.abc import Iterator
from dataclasses import replace

from crm_core.intake.mapping.fields import FieldProposal
from crm_core.intake.mapping.propose import SheetProposal, overlaps
from crm_core.intake.mapping.wishes import POINTING
from crm_core.intake.stored import Stored
from crm_core.intake.tables.find import Table

LOOKED_AT = 2000  # distinct values of a column
WAYS = {"code": "customer", "email": "customer.email", "name": "customer.name"}
SURE = {"customer", "customer.code", "customer.email", "customer.phone"}  # a name is worth less than a code


def joined(proposal: SheetProposal, table: Table, stored: Stored) -> SheetProposal:
    """`proposal` with the column that leads to stored customers, where no header named one."""
    pointed = {field.field for field in proposal.fields if field.field}
    if proposal.entity not in POINTING or pointed & SURE or stored.is_empty("customer"):
        return proposal
    ways = {way: field for way, field in WAYS.items() if field not in pointed}
    found = next(_leading(proposal, table, stored, ways), None)
    if found is None:
        return proposal
    fields = tuple(found if field.position == found.position else field for field in proposal.fields)
    return replace(proposal, fields=fields)


def _leading(
    proposal: SheetProposal, table: Table, stored: Stored, ways: dict[str, str]
) -> Iterator[FieldProposal]:
    for way, field in ways.items():
        for mine in (one for one in proposal.fields if one.field is None):
            values = table.rows[mine.position].dropna().str.strip().drop_duplicates().head(LOOKED_AT).tolist()
            if overlaps(values, set(values)) and overlaps(
                values, set(stored.rows("customer", {way: values})[way])
            ):
                reason = (
                    f"its values are the {way.replace('email', 'e-mail')}s of customers whom you have already"
                )
                yield replace(mine, field=field, confidence=0.8, reason=reason)
