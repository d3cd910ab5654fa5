"""E-mails in plain words, and as they stand on the line. Nothing that anybody typed can add a header."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime

from crm_core.errors import InvalidInput
from crm_core.outreach.farewells import farewell

LONGEST_NAME = 60  # letters before an address: a longer name would lose its quotes where the header is folded
BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


class _Links(UniqueUnstructuredHeader, BaseHeader):  # type: ignore[misc]
    """A header of links, one a line: the standard way would break a long link into pieces that no program reads."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {str(self).replace(', ', f',{policy.linesep} ')}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Links)
_POLICY = SMTP.clone(header_factory=_HEADERS)


@dataclass(frozen=True)
class Sender:
    """Who writes: an address, the name before it, and where answers go if elsewhere."""

    address: str
    name: str = ""
    reply_to: str = ""


@dataclass(frozen=True)
class Letter:
    """One e-mail in plain words. `token` marks it and its answers; `leave`: where to say that no more is wanted, told
    in the `language` of the receiver, by any of its names."""

    address: str
    name: str
    subject: str
    text: str
    token: str
    leave: "Leave | None" = None
    attachments: tuple[tuple[str, bytes], ...] = ()  # file name and content
    language: str | None = None


@dataclass(frozen=True)
class Leave:
    """How to end the e-mails: an address to write to, a page to open; either may be blank."""

    mail: str = ""
    page: str = ""

    @property
    def one_click(self) -> bool:
        """A mail program may do it by itself, over a secure line only (RFC 8058)."""
        return self.page.startswith("https://")


def written(letter: Letter, sender: Sender, at: datetime) -> EmailMessage:
    """From, To, Subject, Date, Message-ID, the ways to end it, and the text; whoever reads it needs no HTML."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = _address(sender.name, sender.address)
    message["To"] = _address(letter.name, letter.address)
    message["Subject"] = one_line(letter.subject, "The subject")
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{one_line(letter.token, 'The mark')}@{message['From'].addresses[0].domain}>"
    if sender.reply_to:
        message["Reply-To"] = _address("", sender.reply_to)
    message["Auto-Submitted"] = "auto-generated"  # keeps away-from-desk answers out (RFC 3834)
    _ways_out(message, letter)
    text = _text(letter)
    message.set_content(text, cte=_encoding(text))
    for name, content in letter.attachments:
        kind = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        message.add_attachment(content, *kind, filename=one_line(name, "The name of a file"))
    return message


def _ways_out(message: EmailMessage, letter: Letter) -> None:
    """RFC 2369 and RFC 8058; without a person behind it (a list to a colleague) there is nothing to end."""
    leave = letter.leave
    if leave is None:
        return
    mail = f"<mailto:{one_line(leave.mail, 'The address')}?subject=unsubscribe%20{letter.token}>"
    page = f"<{one_line(leave.page, 'The page')}>"
    ways = ([page] if leave.page else []) + ([mail] if leave.mail else [])
    message["List-Unsubscribe"] = ", ".join(ways)
    if leave.one_click:
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _text(letter: Letter) -> str:
    """The words, and below them how to end the e-mails."""
    text = letter.text.replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"
    if letter.leave is None:
        return text
    words, subject = farewell(letter.language), f"unsubscribe {letter.token}"
    way = letter.leave.page or words.write.format(address=letter.leave.mail, subject=subject)
    return f"{text}\n-- \n{words.footer} {way}\n"


def _encoding(text: str) -> str:
    """Never as it stands: a server may take neither long lines nor other letters. What is shorter."""
    return "quoted-printable" if 6 * sum(letter > "\x7f" for letter in text) < len(text) else "base64"


def one_line(text: str, what: str) -> str:
    """The text, if it is one line; InvalidInput else: a line break would add a header of somebody's own.

    So would one in an encoded word (RFC 2047, `=?utf-8?q?a=0ABcc:_b?=`), which headers decode: what looks like one is
    taken apart.
    """
    if BREAKS.search(text):
        raise InvalidInput(f"{what} “{BREAKS.sub(' ', text)[:60]}” holds a line break; write it on one line.")
    return text.strip().replace("=?", "= ?")


def checked_address(typed: str) -> str:
    """An e-mail address as it is stored; InvalidInput for what is none."""
    return _address("", typed).addr_spec


def _address(name: str, address: str) -> Address:
    """Name and address as a header takes them; InvalidInput for what is no address."""
    name, address = one_line(name, "The name")[:LONGEST_NAME].strip(), one_line(address, "The address")
    user, _, domain = address.rpartition("@")
    try:
        plain = domain.encode("idna").decode("ascii")
        if not user.isascii() or not user or not plain or " " in address:
            raise ValueError(address)
        return Address(name, addr_spec=f"{user}@{plain}")
    except (ValueError, HeaderParseError, IndexError):  # UnicodeError is a ValueError
        raise InvalidInput(f"“{address[:80]}” is no e-mail address that can be written to.") from None
