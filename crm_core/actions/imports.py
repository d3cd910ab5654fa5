"""Upload: read files, propose, plan, save. The same steps for the page and the command line."""

from collections.abc import Mapping
from datetime import date

from crm_core.actions.choosing import choose_entity, proposed_choices
from crm_core.actions.layouts import with_layouts
from crm_core.actions.reading import Progress, Upload, UploadedSheet, quiet, read_upload
from crm_core.errors import InvalidInput
from crm_core.intake.clean.column import Reading
from crm_core.intake.mapping.propose import SheetProposal, propose_as
from crm_core.intake.plan import ImportPlan, SheetChoice, SheetInput, make_plan
from crm_core.ledger.store.database import Database, read_revisions
from crm_core.ledger.writing import existing, journal
from crm_core.ledger.writing.answers import Answers
from crm_core.model.changes import Batch, ChangeSet

__all__ = [
    "ImportPlan", "Progress", "Reading", "SheetChoice", "SheetProposal", "Upload", "UploadedSheet", "choose_entity",
    "plan_upload", "propose_as", "proposed_choices", "read_upload", "save_upload",
]  # fmt: skip


def plan_upload(
    database: Database, upload: Upload, choices: Mapping[str, SheetChoice], *, progress: Progress = quiet
) -> ImportPlan:
    """Compare with what is stored and say what saving would do. Writes nothing."""
    inputs = [SheetInput(s.name, s.table, choices[s.name], s.proposal.why) for s in upload.sheets]
    with database.read() as connection:
        known = existing.settings(connection)
        return make_plan(
            inputs,
            Answers(connection),
            defaults=Reading(country=known.get("country"), currency=known.get("currency")),
            revisions=_planned_on(read_revisions(connection)),
            sources=upload.files,
            why=f"Upload of {', '.join(file.name for file in upload.files)}",
            progress=progress,
        )


# What a plan compares with. Sums, settings and follow-ups may move meanwhile without making it wrong.
COMPARED = ("customer", "order", "purchase", "product", "interaction", "visit-count", "colleague")


def _planned_on(revisions: Mapping[str, int]) -> dict[str, int]:
    return {entity: revisions.get(entity, 0) for entity in COMPARED}


def save_upload(
    database: Database,
    upload: Upload,
    choices: Mapping[str, SheetChoice],
    plan: ImportPlan,
    *,
    who: str,
    as_of: date,
    progress: Progress = quiet,
) -> Batch:
    """Save a plan whole, with what was decided about its shapes of sheet; InvalidInput when nothing is on.

    When the data moved since, it is planned again once.
    """
    if not any(sheet.entity for sheet in plan.sheets):
        raise InvalidInput(_nothing_known(upload))

    def again() -> ChangeSet:
        return with_layouts(database, upload, choices, plan_upload(database, upload, choices).changes)

    changes = with_layouts(database, upload, choices, plan.changes)
    return journal.apply(database, changes, who=who, as_of=as_of, replan=again, progress=progress)


def _nothing_known(upload: Upload) -> str:
    files = ", ".join(f"“{file.name}”" for file in upload.files)
    reasons = " ".join(
        f"Sheet “{sheet.name}”: {sheet.proposal.why.rstrip('.')}." for sheet in upload.sheets[:5]
    )
    return (
        f"Nothing in {files} was recognised as customers, purchases or contacts, so nothing was saved. {reasons} "
        "Say what a sheet holds: on the upload page, or with --as SHEET=customer."
    )
