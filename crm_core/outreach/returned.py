"""E-mails that came back, read from the files that a mail program keeps: which message, and whether for good.

Delivery reports (RFC 3464) are read by their parts; plain ones by what mail servers usually write. A report that says
only that an e-mail is late, and whatever is no report, is told apart and changes nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any

from crm_core.outreach.verdicts import ADDRESS as THE_ADDRESS
from crm_core.outreach.verdicts import verdict

GONE, LATE, OTHER = "gone", "late", "other"
MBOX = re.compile(rb"^From [^\n]*\n", re.MULTILINE)
TOKEN = re.compile(r"<?([A-Za-z0-9_-]{16,64})@[\w.-]+>?")
ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
FOR_GOOD = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b|\b55[0-4][ -]", re.ASCII)
NOT_NOW = re.compile(r"\b4\.\d{1,3}\.\d{1,3}\b|will (?:be re)?try|delayed", re.ASCII | re.IGNORECASE)
SERVERS = re.compile(r"mailer-daemon|mail delivery", re.IGNORECASE)
MASTERS = re.compile(r"postmaster", re.IGNORECASE)  # a person may write from there too
REPORTING = re.compile(
    r"undeliver|deliver.{0,20}(?:fail|status|notif|report)|return|fail|bounce", re.IGNORECASE
)
COPY = re.compile(r"(?m)^-{2,}.*$")  # below it stands what was sent
MOST_TEXT = 100_000  # letters of a report that are looked at


@dataclass(frozen=True)
class Report:
    """One e-mail of a file. `kind`: `gone` (nobody has the address), `late`, `other` (no report at all).

    `tokens`: the marks of ours that stand in it; `addresses`: whom it is about; `words`: what the server said.
    """

    kind: str
    tokens: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    words: str = ""


def reports(content: bytes) -> list[Report]:
    """Every e-mail of an .eml or .mbox file."""
    return [report_of(message_from_bytes(one, policy=default)) for one in _messages(content)]


def _messages(content: bytes) -> Iterator[bytes]:
    """An .mbox file separates e-mails by a line that begins with `From `; an .eml file is one of them."""
    content = content.replace(b"\r\n", b"\n").lstrip(b"\n")
    if not content.startswith(b"From "):
        yield content
        return
    yield from (part for part in MBOX.split(content) if part.strip())


def report_of(message: Message) -> Report:
    """What one e-mail says."""
    fields = _status_fields(message)
    tokens, text = _tokens(message), _text(message)
    if fields:
        return _standard(fields, tokens)
    failed = _header(message, "X-Failed-Recipients")
    if not failed and not _is_of_server(message):
        return Report(OTHER)
    return _plain(text, failed, tokens)


def _is_of_server(message: Message) -> bool:
    """Whether a mail server wrote it: no answer of somebody who is away, and no person at that address."""
    sender = _header(message, "From")
    if _header(message, "Auto-Submitted").lower().startswith("auto-replied") or _header(
        message, "X-Autoreply"
    ):
        return False
    return bool(
        SERVERS.search(sender) or (MASTERS.search(sender) and REPORTING.search(_header(message, "Subject")))
    )


def _plain(text: str, failed: str, tokens: tuple[str, ...]) -> Report:
    """A report in plain words: what stands above the copy of what was sent."""
    said = COPY.split(text.lstrip("-\n "))[0]
    no = FOR_GOOD.search(said)
    kind = LATE if no or failed or NOT_NOW.search(said) else OTHER
    if (no or failed) and verdict(said[no.start() :][:300] if no else said) == THE_ADDRESS:
        kind = GONE
    addresses = ADDRESS.findall(failed) or ADDRESS.findall(said)
    return Report(kind, tokens, tuple(dict.fromkeys(addresses)), _line_with(said))


def _status_fields(message: Message) -> list[dict[str, str]]:
    """The groups of fields of a delivery report, the first about the message and one for each receiver."""
    parts = (part for part in message.walk() if part.get_content_type() == "message/delivery-status")
    groups = [group for part in parts for group in part.get_payload() if isinstance(group, Message)]
    return [{name.lower(): str(value) for name, value in group.items()} for group in groups]


def _standard(fields: list[dict[str, str]], tokens: tuple[str, ...]) -> Report:
    receivers = [group for group in fields if "action" in group]
    gone = [group for group in receivers if _is_gone(group)]
    about = gone or receivers
    kind = GONE if gone else LATE if receivers else OTHER
    found = [group.get("final-recipient") or group.get("original-recipient") or "" for group in about]
    words = [group.get("diagnostic-code") or group.get("status") or "" for group in about]
    addresses = tuple(
        address for text in found for address in ADDRESS.findall(text.partition(";")[2] or text)
    )
    said = " ".join((words or [""])[0].partition(";")[2].split() or (words or [""])[0].split())
    return Report(kind, tokens, addresses, said[:300])


def _is_gone(group: dict[str, str]) -> bool:
    """Failed for good, and the address is at fault: not our own rights, a full box, or the message."""
    status, said = group.get("status", "").strip(), group.get("diagnostic-code", "").partition(";")[2]
    failed = group["action"].strip().lower() == "failed" and status[:1] != "4"
    return failed and verdict(said, status) == THE_ADDRESS


def _tokens(message: Message) -> tuple[str, ...]:
    """The marks in what was sent back: its Message-ID, or what refers to it."""
    texts = [_header(message, name) for name in ("In-Reply-To", "References")]
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            texts += [_header(inner, "Message-ID") for inner in _inside(part)]
        elif kind == "text/rfc822-headers" or (
            kind == "text/plain" and part.get_content_disposition() is None
        ):
            texts += re.findall(r"(?im)^[>\s]*message-id:\s*(\S+)", _decoded(part))
    return tuple(dict.fromkeys(token for text in texts for token in TOKEN.findall(text)))


def _inside(part: Message) -> list[Message]:
    payload: Any = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _text(message: Message) -> str:
    parts = (part for part in message.walk() if part.get_content_type() == "text/plain")
    return "\n".join(_decoded(part) for part in parts)[:MOST_TEXT]


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace")[:MOST_TEXT] if isinstance(payload, bytes) else ""


def _header(message: Message, name: str) -> str:
    try:
        return str(message.get(name) or "")
    except (ValueError, IndexError):  # a header that its parser cannot make sense of
        return ""


def _line_with(text: str) -> str:
    """The line that says why."""
    lines = (line.strip() for line in text.splitlines())
    return next((line[:300] for line in lines if FOR_GOOD.search(line) or NOT_NOW.search(line)), "")
