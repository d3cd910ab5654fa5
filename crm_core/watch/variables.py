"""Every variable of the environment that Regulars reads, with its meaning and its default: the one declaration."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

PREFIX = "REGULARS_"


@dataclass(frozen=True)
class Variable:
    """One variable; `secret`: it is never shown."""

    name: str
    meaning: str
    default: str = ""
    secret: bool = False


VARIABLES = {
    one.name: one
    for one in (
        Variable("REGULARS_DATABASE_URL", "the address of the database", "the file data/regulars.db"),
        Variable("REGULARS_URL", "the address under which everybody finds Regulars, such as https://crm.example.com"),
        Variable("REGULARS_AS_OF", "a day (YYYY-MM-DD) that counts as today: for demonstrations and tests", "today"),
        Variable("REGULARS_BACKUPS", "the folder that scheduled backups go to", "the folder backups beside the data"),
        Variable("REGULARS_SMTP_PASSWORD", "the password for the mail server", secret=True),
        Variable("REGULARS_LOG_FILE", "the file that the log goes to (10 MB, then the next of five)", "stderr"),
        Variable(
            "REGULARS_LOG_LEVEL", "from which level on is logged: debug, info, warning, error",
            "info to a file, warning to stderr",
        ),
        Variable(
            "REGULARS_METRICS_TOKEN", "what a program shows to read /metrics (Authorization: Bearer …)",
            "none: administrators alone", secret=True,
        ),
        Variable("REGULARS_OIDC_METADATA_URL", "the company's sign-in: the address of its OpenID Connect metadata"),
        Variable("REGULARS_OIDC_CLIENT_ID", "the company's sign-in: the name of Regulars there"),
        Variable("REGULARS_OIDC_CLIENT_SECRET", "the company's sign-in: the secret of Regulars there", secret=True),
        Variable("REGULARS_OIDC_NAME", "the company's sign-in: what its button says"),
        Variable("REGULARS_OIDC_DOMAIN", "the company's sign-in: the one domain whose e-mail addresses come in"),
        Variable("REGULARS_OIDC_ROLE", "the company's sign-in: the role of whoever comes in for the first time"),
        Variable(
            "REGULARS_OIDC_TRUST_EMAILS",
            "the company's sign-in: “yes” where it never says whether an e-mail address was checked", "no",
        ),
        Variable(
            "REGULARS_COOKIE_SECRET", "the company's sign-in: what its cookie is signed with; one for all processes",
            "made anew at each start", secret=True,
        ),
    )
}  # fmt: skip


def strangers(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each variable that begins like ours and is none: a mistyped one is silently not heard."""
    return [
        _sentence(name) for name in sorted(environment) if name.startswith(PREFIX) and name not in VARIABLES
    ]


def _sentence(name: str) -> str:
    near = difflib.get_close_matches(name, VARIABLES, n=1, cutoff=0.7)
    meant = f" Did you mean {near[0]}?" if near else " docs/settings.md lists those that are."
    return f"The variable {name} is not known, so it does nothing.{meant}"
