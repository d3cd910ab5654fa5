"""The company's sign-in (OpenID Connect) in the environment: whether it is set up, and as a whole."""

import os
from collections.abc import Mapping

from crm_core.errors import InvalidInput

CLIENT, SECRET = "REGULARS_OIDC_CLIENT_ID", "REGULARS_OIDC_CLIENT_SECRET"
METADATA, LABEL = "REGULARS_OIDC_METADATA_URL", "REGULARS_OIDC_NAME"
COOKIE_SECRET = "REGULARS_COOKIE_SECRET"
DOMAIN, ROLE = "REGULARS_OIDC_DOMAIN", "REGULARS_OIDC_ROLE"
TRUSTED = "REGULARS_OIDC_TRUST_EMAILS"  # "yes": for a provider that never says whether an e-mail is verified
NEEDED = (CLIENT, SECRET, METADATA)
NEWCOMERS = ("staff", "caller", "viewer")
SHORTEST_SECRET = 32


def is_set(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the company's sign-in is set up; InvalidInput where only some of its settings are there, or one is none.

    Asked at the start of the server, so that nobody finds out at the first sign-in.
    """
    given = [name for name in NEEDED if environment.get(name)]
    if not given:
        return False
    if missing := " and ".join(name for name in NEEDED if name not in given):
        raise InvalidInput(
            f"The company's sign-in is set up by half: the environment lacks {missing}. "
            f"Set {' and '.join(given)} together with it, or none of them."
        )
    _check_each(environment)
    return True


def _check_each(environment: Mapping[str, str]) -> None:
    """InvalidInput for an address, a role or a secret that cannot be one."""
    if not environment[METADATA].startswith(("https://", "http://")):
        raise InvalidInput(
            f"{METADATA} is no address. It begins with https:// and mostly ends in /.well-known/openid-configuration."
        )
    role = environment.get(ROLE) or NEWCOMERS[-1]
    if role not in NEWCOMERS:
        raise InvalidInput(
            f"{ROLE} says “{role}”. Newcomers can be {', '.join(NEWCOMERS)}; choose one of them."
        )
    if 0 < len(environment.get(COOKIE_SECRET, "")) < SHORTEST_SECRET:
        raise InvalidInput(
            f"{COOKIE_SECRET} is short enough to be guessed. Give {SHORTEST_SECRET} signs or more."
        )
