"""E-mails and the mail server: built without a way to add a header, sent once, every answer told apart."""

import shutil
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.errors import InvalidInput
from crm_core.outreach import mail
from crm_core.outreach.farewells import FAREWELLS
from crm_core.outreach.letters import Leave, Letter, checked_address
from crm_core.outreach.mail import BOUNCED, LATER, REFUSED, SENT, UNSURE, Answer, Post, Unreachable
from tests.post_office import Office, breaking, certificate, lets_in, office, opened

__all__ = ["office"]

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
TOKEN = "tok_en-AbcdefghijklmnopQRSTUV"
SHOP = "https://regulars.a-rather-long-name-of-a-company-in-germany.example.com/shop"


def letter(address: str = "anna@example.com", **more: object) -> Letter:
    usual = {"name": "Anna Novak", "subject": "Happy birthday", "text": "Hello Anna.\n", "token": TOKEN}
    return Letter(address, **{**usual, **more})  # type: ignore[arg-type]


def sent(post: Post, *letters: Letter) -> list[Answer]:
    with post.line() as line:
        return [line.send(post.write(one, NOON)) for one in letters]


def test_it_arrives_as_it_was_written(office: Office) -> None:
    """Words of any language, long lines, lines that begin with a dot: what the server has is what was written."""
    text = "Grüß Gott 王先生,\n.a dot\n..\nFrom here on\n" + "long " * 400 + "\n"
    assert sent(office.post(), letter(name="王小明", subject="Glückwünsche " * 12, text=text)) == [
        Answer(SENT)
    ]
    address, message = office.taken[0]
    assert address == "anna@example.com"
    assert message.get_content().replace("\r\n", "\n") == text
    assert message["Subject"].split() == ["Glückwünsche"] * 12
    assert message["To"].addresses[0].display_name == "王小明"


def test_the_headers_of_an_e_mail(office: Office) -> None:
    """From with our name, Reply-To, Date, Message-ID from the mark; plain text only."""
    post = office.post(sender_name="Café “Märzen”, Ltd", reply_to="answers@example.org")
    sent(post, letter())
    message = office.taken[0][1]
    assert message["From"].addresses[0].display_name == "Café “Märzen”, Ltd"
    assert message["From"].addresses[0].addr_spec == "shop@example.org"
    assert message["Reply-To"] == "answers@example.org"
    assert message["Date"].datetime == NOON
    assert message["Message-ID"] == f"<{TOKEN}@example.org>"
    assert (message.get_content_type(), message["List-Unsubscribe"]) == ("text/plain", None)


def test_how_to_end_the_e_mails_stands_in_the_header_and_below_the_text() -> None:
    """A link (one click by the mail program itself) and an address to write to; long links stay whole."""
    post = Post("mail", "shop@example.org", leave_mail="stop@example.org", page=SHOP)
    content = post.write(letter(leave=post.leave(TOKEN)), NOON).as_bytes().decode()
    assert (
        f"List-Unsubscribe: <{SHOP}/unsubscribe/{TOKEN}>,\r\n <mailto:stop@example.org?subject=unsub"
        in content
    )
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in content
    assert f"{SHOP}/unsubscribe/{TOKEN}" in content.replace("=\r\n", "").split("\r\n\r\n", 1)[1]


@pytest.mark.parametrize(
    ("page", "leave_mail", "said"),
    [
        ("http://localhost:8501", "", "http://localhost:8501/unsubscribe/"),
        ("", "stop@example.org", "stop@example.org"),
    ],
)
def test_one_click_only_over_a_secure_line(page: str, leave_mail: str, said: str) -> None:
    """Without https, and with an address alone, no mail program does it by itself."""
    post = Post("mail", "shop@example.org", leave_mail=leave_mail, page=page)
    message = post.write(letter(leave=post.leave(TOKEN)), NOON)
    assert said in message["List-Unsubscribe"] and said in message.get_content()
    assert message["List-Unsubscribe-Post"] is None
    assert Post("mail", "shop@example.org").leave(TOKEN) is None


ENCODED = ("=?utf-8?q?a=0D=0ABcc:_x@y.de?=", "=?utf-8?b?YQpCY2M6IHhAeS5kZQ==?=", "=?", "?=")


@given(
    st.lists(
        st.sampled_from([*'ab \r\n\x0b\x85\u2028:ü,"<>@()\u202e😀ب', "long" * 20, *ENCODED]), max_size=30
    ).map("".join)
)
def test_no_text_adds_a_header(text: str) -> None:
    """Whatever stands in a name or subject: it is refused, or the e-mail has exactly the headers of any other."""
    usual = Post("mail", "shop@example.org").write(letter(), NOON).keys()
    for words in ({"name": text}, {"subject": text}):
        try:
            message = Post("mail", "shop@example.org").write(letter(**words), NOON)
        except InvalidInput:
            continue
        head = message.as_bytes().split(b"\r\n\r\n")[0].split(b"\r\n")
        names = [line.split(b":")[0].decode() for line in head if not line.startswith((b" ", b"\t"))]
        assert sorted(names) == sorted(usual)
        read = message_from_bytes(message.as_bytes(), policy=default)
        assert [one.addr_spec for one in read["To"].addresses] == ["anna@example.com"]


@pytest.mark.parametrize("text", ENCODED[:2])
def test_a_line_break_in_an_encoded_word_adds_no_header(text: str) -> None:
    """Headers decode such words: in a name or a subject they are taken apart."""
    for words in ({"name": text}, {"subject": text}):
        message = Post("mail", "shop@example.org").write(letter(**words), NOON)
        assert b"\nBcc" not in message.as_bytes()


def test_a_long_name_keeps_its_quotes() -> None:
    """Else its commas would make receivers of its words, where the header is folded."""
    message = Post("mail", "shop@example.org").write(letter(name="A, b@evil.example, " + "c" * 90), NOON)
    read = message_from_bytes(message.as_bytes(), policy=default)
    assert [one.addr_spec for one in read["To"].addresses] == ["anna@example.com"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (None, "No more e-mails like this: https://s.example/u"), ("Klingon", "No more e-mails like this: "),
        ("de-AT", "Keine solchen E-Mails mehr: "), ("français", "Ne plus recevoir ces e-mails : "),
        ("Polski", "Rezygnacja z takich wiadomości: "), ("zh-Hant", "不再接收此类邮件："),
    ],
)  # fmt: skip
def test_the_last_line_is_in_the_language_of_the_receiver(language: str | None, said: str) -> None:
    """By any name of it; in English where it is not known."""
    one = letter(leave=Leave("stop@example.org", "https://s.example/u"), language=language)
    assert said in Post("mail", "shop@example.org").write(one, NOON).get_content()


@pytest.mark.parametrize("code", sorted(FAREWELLS))
def test_every_language_says_all_of_it(code: str) -> None:
    """The address and the mark where there is no page; nothing is left of the template."""
    one = letter(leave=Leave("stop@example.org"), language=code)
    text = Post("mail", "shop@example.org").write(one, NOON).get_content()
    assert "stop@example.org" in text and f"unsubscribe {TOKEN}" in text and "{" not in text
    words = FAREWELLS[code]
    assert len({words.footer, words.ask, words.button, words.done, words.before}) == 5


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"host": "mail..example.com"}, "smtp_host"),
        ({"user": "shop", "password": "pässword"}, "REGULARS_SMTP_PASSWORD"),
        ({"user": "shöp", "password": "x"}, "smtp_user"),
    ],
)
def test_settings_that_no_server_can_be_told_are_said_in_a_sentence(more: dict[str, str], said: str) -> None:
    """Also without the password in it."""
    with opened(authenticator=lets_in("shop", "x"), auth_require_tls=False) as office:
        with pytest.raises(Unreachable, match=said) as refused:
            sent(office.post(**more), letter())
        assert "pässword" not in str(refused.value)


@pytest.mark.parametrize(
    "words", [{"subject": "Hi\r\nBcc: all@example.com"}, {"name": "A\nTo: b@c.de"}, {"token": "a\nb"}]
)
def test_a_line_break_is_refused(words: dict[str, str]) -> None:
    """In one sentence, which shows the text without its break."""
    with pytest.raises(InvalidInput, match="holds a line break"):
        Post("mail", "shop@example.org").write(letter(**words), NOON)


@pytest.mark.parametrize(
    "address", ["anna@", "@x.de", "a b@c.de", "änna@c.de", "a@b@c.de", "a@..de", "anna", ""]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    """Also one with letters before the @ that mail servers do not take."""
    with pytest.raises(InvalidInput, match="is no e-mail address"):
        checked_address(address)


def test_a_domain_in_other_letters_is_written_as_servers_know_it() -> None:
    assert checked_address(" anna@müller.de ") == "anna@xn--mller-kva.de"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("550 5.1.1 No such user", BOUNCED),
        ("553 mailbox name not allowed", BOUNCED),
        ("554 5.7.1 Relay access denied", LATER),
        ("550 relay not permitted", LATER),
        ("550 Authentication required", LATER),
        ("554 Service unavailable; Client host [192.0.2.1] blocked using zen.example.org", LATER),
        ("550 5.4.5 Daily sending quota exceeded", LATER),
        ("552 mailbox full", LATER),
        ("554 delivery error: This user doesn't have an account", BOUNCED),
        ("550 5.4.1 Recipient address rejected: Access denied", BOUNCED),
        ("552 5.3.4 Message size exceeds fixed limit", REFUSED),
        ("552 5.2.2 Mailbox full", LATER),
        ("450 4.2.1 Greylisted", LATER),
    ],
)
def test_what_the_server_says_of_the_address(office: Office, said: str, kind: str) -> None:
    """Nobody there, not our right, or not now; the next e-mail on the line goes out all the same."""
    office.receivers["anna"] = said
    answers = sent(office.post(), letter(), letter("ben@example.com"))
    assert answers == [Answer(kind, said), Answer(SENT)]
    assert office.addresses == ["ben@example.com"]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("554 5.6.0 Spam", REFUSED),
        ("552 5.3.4 Message size exceeds limit", REFUSED),
        ("451 4.3.0 Try again", LATER),
        ("550 5.4.5 Daily sending quota exceeded", LATER),
    ],
)
def test_what_the_server_says_of_the_message(office: Office, said: str, kind: str) -> None:
    office.contents["anna"] = said
    assert sent(office.post(), letter(), letter("ben@example.com")) == [Answer(kind, said), Answer(SENT)]


def test_a_line_that_broke_after_all_was_handed_over_is_unsure(office: Office) -> None:
    """It may have gone out; the next one is sent on a new line."""
    office.drop = "anna"
    first, second = sent(office.post(), letter(), letter("ben@example.com"))
    assert (first.kind, second) == (UNSURE, Answer(SENT))


def test_a_line_that_broke_in_the_middle_is_tried_later() -> None:
    """The end of the e-mail never left this machine, so the server cannot have taken it."""
    with breaking() as port:
        post = Post("127.0.0.1", "shop@example.org", port=port, security="none", timeout=5.0)
        big = letter(attachments=(("list.xlsx", b"x" * 20_000_000),))
        assert [answer.kind for answer in sent(post, big)] == [LATER]


def test_a_server_that_ends_a_line_after_so_many_is_called_again(office: Office) -> None:
    """Five e-mails, two on a line: all five go out, in order."""
    office.most = 2
    letters = [letter(f"p{number}@example.com") for number in range(5)]
    assert sent(office.post(), *letters) == [Answer(SENT)] * 5
    assert office.addresses == [one.address for one in letters]


def test_a_server_that_is_too_slow_is_unsure(office: Office) -> None:
    office.waits = 2.0
    assert [answer.kind for answer in sent(office.post(timeout=0.3), letter())] == [UNSURE]


def test_nobody_there_is_said_in_a_sentence(office: Office) -> None:
    """A port that nobody listens on."""
    with opened() as gone:
        post = gone.post()
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1, port \d+, cannot be reached \(.*smtp_port"):
        sent(post, letter())


def test_a_sender_that_is_not_taken_ends_it(office: Office) -> None:
    """It is about us, not about whom we write to: no address is blamed."""
    office.sender = "550 5.7.1 Not your address"
    with pytest.raises(Unreachable, match=r"takes no e-mail from shop@example\.org \(550 5\.7\.1 Not your"):
        sent(office.post(), letter())


def test_a_server_without_starttls_is_not_written_to_in_the_open(office: Office) -> None:
    with pytest.raises(Unreachable, match="smtp_security"):
        sent(office.post(security="starttls"), letter())
    assert office.taken == []


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_secure_line_with_a_user(security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed in over it; a wrong password is said without the password; a certificate of nobody is refused."""
    context = certificate(tmp_path)
    secure = (
        {"tls_context": context, "require_starttls": True}
        if security == "starttls"
        else {"ssl_context": context}
    )
    with opened(
        **secure, authenticator=lets_in("shop", "right one"), auth_require_tls=security == "starttls"
    ) as office:
        post = office.post(security=security, user="shop", password="right one")
        with pytest.raises(Unreachable, match=r"(?i)certificate"):
            sent(post, letter())
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        assert sent(post, letter()) == [Answer(SENT)]
        with pytest.raises(Unreachable) as refused:
            sent(office.post(security=security, user="shop", password="wrong one"), letter())
        assert "REGULARS_SMTP_PASSWORD" in str(refused.value) and "wrong one" not in str(refused.value)


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(Post("mail", "shop@example.org", password="secret"))


def test_dots_are_doubled_and_lines_end_as_servers_want() -> None:
    """RFC 5321, 4.5.2."""
    assert mail._dotted(b".a\nb\r\n.\r.c") == b"..a\r\nb\r\n..\r\n..c\r\n.\r\n"
