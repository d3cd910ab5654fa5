"""The post: e-mails handed to a mail server, and what it said to each."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage

from crm_core.errors import RegularsError
from crm_core.outreach.letters import BREAKS, Leave, Letter, Sender, written
from crm_core.outreach.verdicts import ADDRESS, MESSAGE, is_enough, verdict

SECURITY = ("none", "starttls", "tls")
SENT, REFUSED, BOUNCED, LATER, UNSURE = "sent", "refused", "bounced", "later", "unsure"


class Unreachable(RegularsError):
    """The mail server cannot be reached, or takes nothing from us: there is no sense in going on."""


@dataclass(frozen=True)
class Answer:
    """What became of one e-mail.

    `kind`: `sent`; `bounced`: nobody has this address; `refused`: the server does not take this message, for good;
    `later`: not now; `unsure`: the line broke after all of it was handed over, so it may have gone out.
    """

    kind: str
    words: str = ""


@dataclass(frozen=True)
class Post:
    """A mail server and who we are to it. The password is neither stored nor shown."""

    host: str
    sender: str
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    sender_name: str = ""
    reply_to: str = ""
    leave_mail: str = ""
    page: str = ""  # where others reach us, without a slash at the end
    timeout: float = 30.0

    def leave(self, token: str) -> Leave | None:
        """How the receiver of this message says that no more is wanted; None where nobody could."""
        page = f"{self.page}/unsubscribe/{token}" if self.page else ""
        return Leave(self.leave_mail, page) if self.leave_mail or page else None

    def write(self, letter: Letter, at: datetime) -> EmailMessage:
        """The e-mail, dated `at`; InvalidInput where its words cannot stand in one."""
        return written(letter, Sender(self.sender, self.sender_name, self.reply_to), at)

    @contextmanager
    def line(self) -> Iterator["Line"]:
        """A line to the server, opened with the first e-mail and closed at the end."""
        line = Line(self)
        try:
            yield line
        finally:
            line.close()


class Line:
    """One line to the server. It is opened when it is needed, and again after it broke."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.server: smtplib.SMTP | None = None

    def send(self, message: EmailMessage) -> Answer:
        """Hand one e-mail over. Unreachable where the server takes nothing from us, whoever it is for."""
        fresh = self.server is None
        answer = self._tried(message)
        # Many servers end a line after so many e-mails: a line that had stood for a while is opened once again.
        return self._tried(message) if self.server is None and answer.kind == LATER and not fresh else answer

    def _tried(self, message: EmailMessage) -> Answer:
        server = self.server or self._opened()
        try:
            answer = _handed_over(server, message)
        except (smtplib.SMTPServerDisconnected, OSError) as trouble:
            answer = Answer(LATER, f"The line broke: {_said(trouble)}")
            self.close()
        if answer.kind == UNSURE or answer.words.startswith("421"):
            self.close()
        elif answer.kind != SENT:
            self._forget()
        return answer

    def close(self) -> None:
        """Say goodbye; a line that is broken already is dropped."""
        server, self.server = self.server, None
        if server is not None:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def _forget(self) -> None:
        """Clear what the server holds of a message that it did not take."""
        try:
            if self.server is not None:
                self.server.rset()
        except (smtplib.SMTPException, OSError):
            self.close()

    def _opened(self) -> smtplib.SMTP:
        try:
            self.server = _greeted(self.post)
        except smtplib.SMTPAuthenticationError as trouble:
            raise Unreachable(
                f"The mail server {self.post.host} does not accept the user “{self.post.user}” with this password "
                f"({_said(trouble)}). Set smtp_user, and the password in REGULARS_SMTP_PASSWORD."
            ) from None
        except (smtplib.SMTPException, OSError) as trouble:
            raise Unreachable(
                f"The mail server {self.post.host}, port {self.post.port}, cannot be reached ({_said(trouble)}). "
                "Nothing is lost; look at smtp_host, smtp_port and smtp_security, and send again."
            ) from None
        except ValueError:  # a name that cannot be looked up; letters that cannot be handed over
            raise Unreachable(_unsayable(self.post)) from None
        return self.server


def _unsayable(post: Post) -> str:
    """What of the settings no server can be told; the password is not shown."""
    if not post.password.isascii():
        return (
            "The password in REGULARS_SMTP_PASSWORD holds letters that mail servers do not take; give it one of plain "
            "letters, digits and signs."
        )
    wrong = ("user", post.user) if not post.user.isascii() else ("host", post.host)
    return f"“{wrong[1]}” cannot be used to reach a mail server. Look at smtp_{wrong[0]}."


def _greeted(post: Post) -> smtplib.SMTP:
    """A server that has let us in."""
    secure = ssl.create_default_context()
    if post.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(post.host, post.port, timeout=post.timeout, context=secure)
    else:
        server = smtplib.SMTP(post.host, post.port, timeout=post.timeout)
    try:
        if post.security == "starttls":
            server.starttls(context=secure)
        if post.user:
            server.login(post.user, post.password)
        server.ehlo_or_helo_if_needed()
    except (smtplib.SMTPException, OSError, ValueError):
        server.close()
        raise
    return server


def _handed_over(server: smtplib.SMTP, message: EmailMessage) -> Answer:
    """One e-mail step by step, so that what is certain and what is not can be told apart."""
    content, sender = message.as_bytes(), message["From"].addresses[0].addr_spec
    code, words = server.mail(sender)
    if code != 250:
        return _of_sender(sender, code, words)
    code, words = server.rcpt(message["To"].addresses[0].addr_spec)
    if code not in (250, 251):
        return _of_receiver(code, words)
    code, words = server.docmd("DATA")
    if code != 354:
        return _of_message(code, words)
    # A break while these lines go out: the end did not reach the server. After it, nobody knows.
    server.send(_dotted(content))
    return _end(server)


def _end(server: smtplib.SMTP) -> Answer:
    try:
        code, words = server.getreply()
    except (smtplib.SMTPServerDisconnected, OSError) as trouble:
        return Answer(UNSURE, f"The line broke before the server said whether it took it: {_said(trouble)}")
    return Answer(SENT) if code == 250 else _of_message(code, words)


def _dotted(content: bytes) -> bytes:
    """The content with its end, a dot alone on a line; lines that begin with a dot get a second (RFC 5321, 4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    lines = re.sub(rb"(?m)^\.", b"..", lines)
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _of_sender(sender: str, code: int, words: bytes) -> Answer:
    if code >= 500:
        raise Unreachable(
            f"The mail server takes no e-mail from {sender} ({_reply(code, words)}). "
            "Look at smtp_from, smtp_user and the password in REGULARS_SMTP_PASSWORD."
        )
    return Answer(LATER, _reply(code, words))


def _of_receiver(code: int, words: bytes) -> Answer:
    """Only what blames the address is a bounce. What is about us (no right to relay, a quota of the server) may be
    mended, and a full box emptied: it is tried again, and given up after days."""
    said = _reply(code, words)
    about = verdict(said) if code >= 500 and code != 530 else ""
    return Answer({ADDRESS: BOUNCED, MESSAGE: REFUSED}.get(about, LATER), said)


def _of_message(code: int, words: bytes) -> Answer:
    """A no for good is one, but for a server that has had enough of us for the day."""
    said = _reply(code, words)
    return Answer(REFUSED if code >= 500 and not is_enough(said) else LATER, said)


def _reply(code: int, words: bytes) -> str:
    """What the server said, short enough to be kept with the message."""
    return f"{code} {BREAKS.sub(' ', words.decode('utf-8', 'replace'))}"[:300]


def _said(trouble: Exception) -> str:
    if isinstance(trouble, smtplib.SMTPResponseException):
        said = trouble.smtp_error
        return _reply(trouble.smtp_code, said if isinstance(said, bytes) else str(said).encode())
    return BREAKS.sub(" ", str(trouble))[:200] or type(trouble).__name__
