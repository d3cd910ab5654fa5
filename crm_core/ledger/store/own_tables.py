"""The tables of who may come in and of what was done: accounts, sessions, tries, tokens, the audit.

They are no entities: nothing of them is uploaded, shown in a grid or undone, and no secret stands in them that would
open a door (passwords as argon2 hashes, tokens as SHA-256).
"""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from crm_core.ledger.store.tables import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer(), primary_key=True, autoincrement=False),
    Column("name", Text(), nullable=False),  # as the history shows it, and as an owner is named
    Column("sign_in", Text(), nullable=False),  # what is typed to sign in (a name or an e-mail), folded
    Column("email", Text()),  # folded; by which the company's own sign-in knows somebody
    Column(
        "subject", Text()
    ),  # SHA-256 of issuer and subject there, from the first time on: e-mails change hands
    Column("role", Text(), nullable=False),
    Column("own_only", Integer(), nullable=False, server_default="0"),
    Column("password", Text()),  # argon2id; none for those who come by the company's sign-in only
    Column("disabled_at", Text()),
    Column("made_at", Text(), nullable=False),
    Column("password_at", Text()),
    Index("accounts_sign_in", "sign_in", unique=True),
    Index("accounts_email", "email", unique=True),
    Index("accounts_subject", "subject", unique=True),
    Index("accounts_name", "name", unique=True),
)
sessions = Table(
    "sessions",
    metadata,
    Column("token", Text(), primary_key=True),  # SHA-256 of the random token in the cookie
    Column("account", Integer(), nullable=False),
    Column("made_at", Text(), nullable=False),
    Column("seen_at", Text(), nullable=False),
    Column("ends_at", Text(), nullable=False),
    Column("revoked_at", Text()),
    Column("about", Text()),  # the browser, in a few words
    Index("sessions_account", "account"),
)
tries = Table(
    "tries",
    metadata,
    Column("what", Text(), nullable=False),  # "name", "address", or "device" (a browser that was here before)
    Column("key", Text(), nullable=False),  # SHA-256 of it: a mistyped name may be a password
    Column("failures", Integer(), nullable=False),
    Column("last_at", Text(), nullable=False),
    PrimaryKeyConstraint("what", "key"),
)
one_time_tokens = Table(
    "one_time_tokens",
    metadata,
    Column("token", Text(), primary_key=True),  # SHA-256
    Column("purpose", Text(), nullable=False),  # "first account" or "password"
    Column("account", Integer()),
    Column("ends_at", Text(), nullable=False),
    Column("used_at", Text()),
)
# Append-only: the database itself refuses to change or remove a row (schema.py).
audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Text(), nullable=False),
    Column("who", Text(), nullable=False),
    Column(
        "what", Text(), nullable=False
    ),  # saved, undone, exported, signed in, refused, erased, role changed, …
    Column("about", Text(), nullable=False, server_default="{}"),  # JSON with sorted keys, no personal data
    Column("before", Text(), nullable=False),  # the hash of the row before
    Column("hash", Text(), nullable=False),
)

REFUSED = "the audit is only added to"
SQLITE_GUARDS = tuple(
    f"CREATE TRIGGER IF NOT EXISTS audit_no_{act.lower()} BEFORE {act} ON audit "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    for act in ("UPDATE", "DELETE")
)
POSTGRESQL_GUARDS = (
    f"CREATE OR REPLACE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$",
    "CREATE OR REPLACE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit "
    "FOR EACH ROW EXECUTE FUNCTION audit_refuses()",
    "CREATE OR REPLACE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()",
)
GUARDS = {
    "sqlite": ("audit_no_update", "audit_no_delete"),
    "postgresql": ("audit_no_change", "audit_no_truncate"),
}


def audit_guards(dialect: str) -> tuple[str, ...]:
    """What makes the database refuse every change of the audit but an addition; run at creation and at upgrade.

    On SQLite `recursive_triggers` must be on, else an INSERT OR REPLACE walks past them.
    """
    return POSTGRESQL_GUARDS if dialect == "postgresql" else SQLITE_GUARDS
