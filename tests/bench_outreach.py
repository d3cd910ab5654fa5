"""What the lists, messages, rules and the proof cost, on the imported database: each beside the least there is.

Every part works on a copy of its own, as it changes what is stored.
"""

import io
import shutil
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

DAY = date(2026, 1, 5)
LISTED, EPISODES, LETTERS = 10_000, 100_000, 1_000
Row, Timed = Callable[..., None], Callable[[Callable[[], Any]], float]
SAID = ("reached", "no answer", "bought", "not interested", "call again", None)


@contextmanager
def copied(stored: Path, name: str) -> Iterator[Any]:
    """The database, to be changed freely."""
    from crm_core.actions.opening import open_at

    file = stored.with_name(name)
    shutil.copyfile(stored, file)
    database = open_at(f"sqlite:///{file}")
    try:
        yield database
    finally:
        database.close()
        file.unlink()


def bench_outreach(stored: Path, row: Row, timed: Timed) -> None:
    """All rows of the table of outreach. `stored`: the file of the imported database."""
    for bench in (_homecoming, _proof, _letters, _rules):
        with copied(stored, "outreach.db") as database:
            bench(database, row, timed)


# The list and its way home --------------------------------------------------------------------------------------


def _homecoming(database: Any, row: Row, timed: Timed) -> None:
    """A filled list: read, decided and saved, beside openpyxl that only reads its cells."""
    import openpyxl

    from crm_core.actions import followups, imports

    content = followups.issue_call_list(database, as_of=DAY, who="bench", ids=range(1, LISTED + 1)).bytes
    filled, rows = _filled(content)
    again = [("list.xlsx", filled)]
    floor = timed(
        lambda: [list(sheet.values) for sheet in openpyxl.load_workbook(io.BytesIO(filled), read_only=True)]
    )

    def home() -> None:
        upload = imports.read_upload(again)
        choices = imports.proposed_choices(upload)
        plan = imports.plan_upload(database, upload, choices, as_of=DAY)
        imports.save_upload(database, upload, choices, plan, who="bench", as_of=DAY)

    ours = timed(home)
    figure = f"{ours / floor:.2f} × ({ours:.1f} s)"
    row(
        f"a filled list of {rows:,} people, to committed, ÷ openpyxl reading it",
        figure,
        "≤ 4 ×",
        ours <= 4 * floor,
    )


def _filled(content: bytes) -> tuple[bytes, int]:
    """The list with an outcome for most of its people; and how many stand on it."""
    import openpyxl

    book, people = openpyxl.load_workbook(io.BytesIO(content)), 0
    for sheet in book:
        heads = {cell.value: cell.column for cell in sheet[1]}
        if "Outcome" not in heads:
            continue
        for number in range(2, sheet.max_row + 1):
            said = SAID[number % len(SAID)]
            sheet.cell(number, heads["Outcome"], said)
            if said == "call again":
                sheet.cell(number, heads["Next date"], DAY + timedelta(days=7))
            sheet.cell(number, heads["Note"], f"Said {number}")
        people += sheet.max_row - 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue(), people


# The proof ------------------------------------------------------------------------------------------------------


def _proof(database: Any, row: Row, timed: Timed) -> None:
    from crm_core.views import proof

    with database.write() as connection:
        _episodes(connection)
    spent = timed(lambda: proof.proof(database, DAY)) * 1000
    row(f"proof of {EPISODES:,} follow-ups, first", f"{spent:.0f} ms", "≤ 3,000 ms", spent <= 3000)


def _episodes(connection: Any) -> None:
    """Follow-ups of the last year, one in ten of them held out."""
    from crm_core.ledger.store.bulk import insert_rows

    names = (
        "id", "version", "batch", "customer_id", "play", "due_on", "owner", "state", "channel", "outcome",
        "done_on", "issued_on",
    )  # fmt: skip
    days = [(DAY - timedelta(days=ago)).isoformat() for ago in range(1, 361)]
    plays = ("no-contact", "lapsed", "thanks", "birthday")
    rows = (
        (
            n, 1, 1, 1 + n % 100_000, plays[n % 4], (day := days[n * 7 % len(days)]), f"Colleague {n % 7}",
            *(("held out", None, None, None) if n % 10 == 0 else ("done", "phone", SAID[n % 5], day)), day,
        )
        for n in range(1, EPISODES + 1)
    )  # fmt: skip
    insert_rows(connection, "follow_ups", names, rows)


# Messages -------------------------------------------------------------------------------------------------------


def _letters(database: Any, row: Row, timed: Timed) -> None:
    """E-mails that wait, each claimed before it goes and settled after, beside a loop that only sends such."""
    from crm_core.actions.messages import send_waiting
    from crm_core.actions.settings import set_setting
    from tests.post_office import opened

    set_setting(database, "mail_daily_limit", str(10 * LETTERS), who="bench", as_of=DAY)
    _wait(database)
    with opened() as office:
        floor = timed(lambda: _bare(office.port))
        ours = timed(lambda: send_waiting(database, office.post(), as_of=DAY, who="bench"))
        gone = len(office.taken) - LETTERS
    figure = f"{ours / floor:.2f} × ({ours:.1f} s)"
    name = f"{LETTERS:,} e-mails sent to a local server ÷ bare smtplib"
    row(name, figure, "≤ 4 ×", gone == LETTERS and ours <= 4 * floor)


def _wait(database: Any) -> None:
    import pandas as pd
    import sqlalchemy as sa

    from crm_core.actions.messages import DRAFT_COLUMNS, queue

    rows = [
        (
            n,
            "thanks",
            DAY.isoformat(),
            "e-mail",
            f"person{n - 1}@example.com",
            "Thank you",
            f"Hello {n}.\n" * 5,
        )
        for n in range(1, LETTERS + 1)
    ]
    with database.write() as connection:
        connection.execute(sa.text(f"UPDATE customers SET may_email = 'yes' WHERE id <= {LETTERS}"))
    drafts = pd.DataFrame(rows, columns=list(DRAFT_COLUMNS[:7])).assign(state="waiting")
    queue(database, drafts, who="bench", as_of=DAY)


def _bare(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as server:
        for n in range(LETTERS):
            letter = EmailMessage()
            letter["From"], letter["To"], letter["Subject"] = (
                "shop@example.org",
                f"person{n}@example.com",
                "Thank you",
            )
            letter.set_content(f"Hello {n}.\n" * 5)
            server.send_message(letter)


# Rules ----------------------------------------------------------------------------------------------------------


def _rules(database: Any, row: Row, timed: Timed) -> None:
    """A complaint of each of many people at once, a follow-up for each; and a run that finds nothing new."""
    import pandas as pd

    from crm_core.actions.rules import run_rules
    from crm_core.ledger.writing.journal import apply
    from crm_core.model.changes import ChangeSet

    run_rules(database, as_of=DAY)
    told = pd.DataFrame({
        "id": range(-1, -1 - EPISODES, -1), "customer_id": range(1, EPISODES + 1), "date": DAY.isoformat(),
        "type": "complaint", "about": "delivery", "state": "open",
    })  # fmt: skip
    apply(database, ChangeSet("Complaints", creates={"case": told}), who="bench", as_of=DAY)
    ran: list[Any] = []
    spent = timed(lambda: ran.append(run_rules(database, as_of=DAY)))
    row(
        f"rules run over {EPISODES:,} complaints ({ran[0].fired:,} fired)",
        f"{spent:.1f} s",
        "≤ 30 s",
        spent <= 30,
    )
    spent = timed(lambda: run_rules(database, as_of=DAY)) * 1000
    row("the same again, nothing to do", f"{spent:.0f} ms", "≤ 3,000 ms", spent <= 3000)
