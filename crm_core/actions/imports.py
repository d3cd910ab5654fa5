"""Upload: read files, propose, plan, save. The same steps for the page and the command line."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from crm_core.actions.choosing import choose_entity, proposed_choices
from crm_core.actions.homecoming import bring_home
from crm_core.actions.homecoming_plan import with_lists
from crm_core.actions.layouts import with_layouts
from crm_core.actions.outcome_words import choose_word, learnt, said_in
from crm_core.actions.reading import Progress, Upload, UploadedSheet, quiet, read_upload
from crm_core.errors import InvalidInput, NotAllowed
from crm_core.intake.clean.column import Reading
from crm_core.intake.mapping.propose import SheetProposal, propose_as
from crm_core.intake.plan import ImportPlan, SheetChoice, SheetInput, make_plan
from crm_core.ledger.store.database import Database, read_revisions
from crm_core.ledger.writing import existing, journal
from crm_core.ledger.writing.answers import Answers
from crm_core.model.changes import Batch, ChangeSet
from crm_core.model.registry import ENTITIES
from crm_core.model.rights import EDIT, IMPORT, may_not, needs

__all__ = [
    "ImportPlan", "Progress", "Reading", "SheetChoice", "SheetProposal", "Upload", "UploadedSheet", "choose_entity",
    "choose_word", "plan_upload", "propose_as", "proposed_choices", "read_upload", "save_upload",
]  # fmt: skip


@needs(EDIT)
def plan_upload(
    database: Database,
    upload: Upload,
    choices: Mapping[str, SheetChoice],
    *,
    as_of: date | None = None,
    progress: Progress = quiet,
) -> ImportPlan:
    """Compare with what is stored and say what saving would do. Writes nothing.

    `as_of`: on call lists that come home, promises that were long past by then bind nobody.
    """
    _check_sheets(database, upload, choices)
    inputs = [SheetInput(s.name, s.table, _as_planned(s, choices), s.proposal.why) for s in upload.sheets]
    with database.read() as connection:
        known = existing.settings(connection)
        defaults = Reading(country=known.get("country"), currency=known.get("currency"))
        plan = make_plan(
            inputs,
            Answers(connection),
            defaults=defaults,
            revisions=_planned_on(read_revisions(connection)),
            sources=upload.files,
            why=f"Upload of {', '.join(file.name for file in upload.files)}",
            progress=progress,
        )
        return _with_lists(connection, plan, upload, choices, defaults, as_of)


def _check_sheets(database: Database, upload: Upload, choices: Mapping[str, SheetChoice]) -> None:
    """NotAllowed for sheets other than call lists, where somebody may bring home their list and no more."""
    person = database.person
    others = [one.name for one in upload.sheets if choices[one.name].on and not one.is_list]
    if not others or (person.may(IMPORT) and not person.own_only):
        return
    why = (
        may_not(person, IMPORT) if not person.may(IMPORT) else f"{person.name} sees their own customers only."
    )
    raise NotAllowed(
        f"{why} A filled call list they may bring back; “{others[0]}” is none. Nothing was saved. Turn it off, or ask "
        "a manager."
    )


def _as_planned(sheet: UploadedSheet, choices: Mapping[str, SheetChoice]) -> SheetChoice:
    """Call lists are decided by themselves."""
    choice = choices[sheet.name]
    return replace(choice, entity=None, on=False) if sheet.is_list else choice


def _with_lists(
    connection: Any,
    plan: ImportPlan,
    upload: Upload,
    choices: Mapping[str, SheetChoice],
    defaults: Reading,
    as_of: date | None,
) -> ImportPlan:
    found = bring_home(connection, upload.sheets, choices, defaults, as_of)
    if found is None:
        return plan
    made = with_lists(plan, found, learnt(connection, said_in(choices)))
    others = any(sheet.entity for sheet in plan.sheets)
    why = plan.changes.why if others else plan.changes.why.replace("Upload of", "Call list back:", 1)
    now = read_revisions(connection)
    revisions = {**plan.changes.revisions, "follow-up": now.get("follow-up", 0)}
    return replace(made, changes=replace(made.changes, why=why, revisions=revisions))


# What a plan compares with. Sums, settings and follow-ups may move meanwhile without making it wrong.
COMPARED = tuple(name for name, entity in ENTITIES.items() if entity.uploaded)


def _planned_on(revisions: Mapping[str, int]) -> dict[str, int]:
    return {entity: revisions.get(entity, 0) for entity in COMPARED}


@needs(EDIT)
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
    _check_sheets(database, upload, choices)
    if not any(sheet.entity for sheet in plan.sheets):
        raise InvalidInput(_nothing_known(upload))

    def again() -> ChangeSet:
        return with_layouts(
            database, upload, choices, plan_upload(database, upload, choices, as_of=as_of).changes
        )

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
