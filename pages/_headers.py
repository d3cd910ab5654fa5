"""What every answer tells the browser: load nothing from elsewhere, be in nobody's frame, guess no types.

And keep nothing, where the answer does not say itself how long it may be kept: a download holds what somebody may see
today, and neither a proxy on the way nor the disk of a shared computer has a right to it.
"""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

from pages._scripts import OURS

USUAL = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


@cache
def policy() -> str:
    """The Content-Security-Policy that Streamlit's own pages live with.

    Charts and grids draw in inline styles and need WebAssembly and workers from blobs; scripts are our server's files
    and, by their hashes, those that stand in Streamlit's page itself or in ours. Nothing is fetched from, or sent to,
    elsewhere.
    """
    scripts = " ".join(f"'sha256-{fingerprint(one)}'" for one in (*inline_scripts(), *map(str.encode, OURS)))
    return "; ".join(
        (
            "default-src 'self'", f"script-src 'self' 'wasm-unsafe-eval' {scripts}".strip(),
            "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:", "font-src 'self' data:",
            "media-src 'self' data: blob:", "connect-src 'self'", "worker-src 'self' blob:", "frame-src 'self'",
            "object-src 'none'", "base-uri 'self'", "form-action 'self'", "frame-ancestors 'self'",
        )
    )  # fmt: skip


def inline_scripts() -> list[bytes]:
    """The scripts that stand in Streamlit's page itself."""
    import streamlit

    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_bytes()
    return INLINE.findall(page)


def fingerprint(script: bytes) -> str:
    """A script's SHA-256 as the policy names it."""
    return base64.b64encode(hashlib.sha256(script).digest()).decode()


def with_headers(send: Send) -> Send:
    """The same way out, on which each answer gets what it does not say itself."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in {**USUAL, "Content-Security-Policy": policy()}.items():
                headers.setdefault(name, value)
        await send(message)

    return told
