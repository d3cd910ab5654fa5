"""Returned e-mails of several mail servers: what blames an address, and what does not."""

import pytest

from crm_core.outreach.returned import GONE, LATE, OTHER, reports
from crm_core.outreach.verdicts import ADDRESS, BOX, MESSAGE, US, verdict

TOKEN = "tok_en-AbcdefghijklmnopQRSTUV"
SENT = f"From: shop@example.org\nTo: p1@example.com\nMessage-ID: <{TOKEN}@example.org>\nSubject: Hello\n"


def standard(fields: str, head: str, copy: str = "text/rfc822-headers") -> bytes:
    """A delivery report (RFC 3464) with these fields about the receiver."""
    return (
        f'{head}\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\nSorry.\n\n--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; p1@example.com\n{fields}\n\n"
        f"--b\nContent-Type: {copy}\n\n{SENT}\n\n--b--\n"
    ).encode()


POSTFIX = (
    "From: MAILER-DAEMON@mx.example.net (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender"
)
EXCHANGE = "From: Microsoft Outlook <postmaster@example.onmicrosoft.com>\nSubject: Undeliverable: Hello"
EXIM = (
    "From: Mail Delivery System <Mailer-Daemon@mx.example.net>\nAuto-Submitted: auto-replied\n"
    "X-Failed-Recipients: p1@example.com\nSubject: Mail delivery failed: returning message to sender\n\n"
    "A message that you sent could not be delivered to one or more of them.\n\n  p1@example.com\n    {why}\n\n"
    f"------ This is a copy of the message, including all the headers. ------\n\n{SENT}\nHello, 550 EUR.\n"
)


@pytest.mark.parametrize(
    ("fields", "head", "kind"),
    [
        ("Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown", POSTFIX, GONE),
        ("Action: failed\nStatus: 5.4.4\nDiagnostic-Code: X-Postfix; Host or domain name not found", POSTFIX, GONE),
        ("Action: failed\nStatus: 5.1.10\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR", EXCHANGE, GONE),
        ("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 Unknown user", POSTFIX, GONE),
        ("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 554 Message refused: spam", POSTFIX, LATE),
        ("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.7.1 Not for you", POSTFIX, LATE),
        ("Action: failed\nStatus: 5.3.4\nDiagnostic-Code: smtp; 552 5.3.4 Message too big", POSTFIX, LATE),
        ("Action: failed\nStatus: 5.6.0\nDiagnostic-Code: smtp; 554 5.6.0 Content", EXCHANGE, LATE),
        ("Action: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 Over quota", POSTFIX, LATE),
        ("Action: failed\nStatus: 5.4.7\nDiagnostic-Code: smtp; 554 5.4.7 Delivery time expired", POSTFIX, LATE),
        ("Action: failed\nStatus: 4.4.1\nDiagnostic-Code: smtp; timed out", POSTFIX, LATE),
        ("Action: delayed\nStatus: 4.4.1\nDiagnostic-Code: smtp; 450 4.4.1 Not yet", POSTFIX, LATE),
        ("Action: relayed\nStatus: 2.0.0", POSTFIX, LATE),
    ],
)  # fmt: skip
@pytest.mark.parametrize("copy", ["text/rfc822-headers", "message/rfc822"])
def test_a_standard_report_blames_only_an_address_that_nobody_has(
    fields: str, head: str, kind: str, copy: str
) -> None:
    """A wrong address or domain; not spam, size, content, rights, a full box, or what took too long."""
    (found,) = reports(standard(fields, head, copy))
    assert (found.kind, found.tokens, found.addresses) == (kind, (TOKEN,), ("p1@example.com",))


@pytest.mark.parametrize(
    ("why", "kind"),
    [
        (
            "host mx.example.com [192.0.2.1]\n    SMTP error from remote mail server: 550 5.1.1 User unknown",
            GONE,
        ),
        ("Unrouteable address", GONE),
        ("host mx.example.com said: 552 5.2.2 mailbox full", LATE),
        ("host mx.example.com said: 550 5.7.1 Rejected as spam", LATE),
        ("retry timeout exceeded", LATE),
    ],
)
def test_a_plain_report_of_exim(why: str, kind: str) -> None:
    """Its own words count, not those of the copy below."""
    (found,) = reports(EXIM.format(why=why).encode())
    assert (found.kind, found.tokens, found.addresses) == (kind, (TOKEN,), ("p1@example.com",))


def test_a_plain_report_of_qmail() -> None:
    words = (
        "Hi. This is the qmail-send program at mx.example.net.\n\n<p1@example.com>:\n"
        "Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n"
    )
    head = "From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n\n"
    (found,) = reports((head + words + SENT).encode())
    assert (found.kind, found.tokens, found.addresses[0]) == (GONE, (TOKEN,), "p1@example.com")


@pytest.mark.parametrize(
    "head",
    [
        f"From: p1@example.com\nAuto-Submitted: auto-replied\nIn-Reply-To: <{TOKEN}@example.org>\nSubject: Away",
        "From: postmaster@example.com\nAuto-Submitted: auto-replied\nSubject: Out of office",
        "From: Postmaster <postmaster@example.com>\nSubject: Re: Hello",
        "From: p1@example.com\nSubject: Read: Hi\nContent-Type: multipart/report; report-type=disposition-notification",
    ],
)
def test_an_answer_is_no_report(head: str) -> None:
    """Away until 5.1.26, a person who is the postmaster, a read receipt: whatever numbers stand in it."""
    text = f"{head}\n\nBack on 5.1.26, room 550 - user unknown to me. p1@example.com\n"
    assert [found.kind for found in reports(text.encode())] == [OTHER]


def test_a_warning_that_it_takes_longer_changes_nothing() -> None:
    text = (
        "From: Mail Delivery System <Mailer-Daemon@mx.example.net>\nSubject: Warning: message delayed 24 hours\n\n"
        "A message has not yet been delivered: delayed. We will try again.\n\n  p1@example.com\n"
    )
    assert [found.kind for found in reports(text.encode())] == [LATE]


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ("550 No such user here", ADDRESS), ("550 5.1.1 Recipient address rejected", ADDRESS),
        ("550 5.1.8 Sender address rejected", US), ("550 SPF check failed", US), ("554 5.7.1 Relay access denied", US),
        ("552 Action aborted: exceeded storage allocation", BOX), ("552 message size exceeds limit", MESSAGE),
        ("553", US), ("550 x", ADDRESS), ("554 Transaction failed", US), ("", US),
    ],
)  # fmt: skip
def test_what_a_refusal_is_about(said: str, about: str) -> None:
    assert verdict(said) == about
