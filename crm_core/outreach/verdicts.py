"""What a mail server's no for good is about: the address, its box, the message, or us who sent it.

By the status code where it says so (RFC 3463), else by the words that servers use. Only the first blames the address;
where nothing tells, nobody is blamed: to mark somebody whose address works costs more than one e-mail too many.
"""

import re

ADDRESS, BOX, MESSAGE, US = "address", "box", "message", "us"
STATUS = re.compile(r"\b5\.(\d{1,3})\.(\d{1,3})\b", re.ASCII)
CODE = re.compile(r"(?<![\d.])(5[0-5]\d)(?=[ -])", re.ASCII)
# By status: those that name the address, its box and the message. What is not here is about us, or about the way there.
OF_ADDRESS = {(1, 1), (1, 2), (1, 3), (1, 4), (1, 6), (1, 9), (1, 10), (2, 1), (4, 1), (4, 4), (4, 310)}
OF_BOX, OF_MESSAGE = {(2, 2)}, {(2, 3), (3, 4)}
WORDS = (
    (BOX, r"box (?:is )?(?:full|over)|over ?quota|quota exceeded|exceeded storage|insufficient (?:system )?stor"),
    (MESSAGE, r"too (?:large|big)|size (?:limit|exceed)|exceeds .{0,20}size|message size"),
    (
        US,
        r"relay|authenti|login|block|black|spam|junk|polic|reputation|\brate\b|limit|too many|quota|denied|prohibited|"
        r"not permitted|spf|dkim|dmarc|\bip\b|sender|helo|reverse dns|expired|timed? ?out|timeout",
    ),
    (
        ADDRESS,
        r"user|unknown|no such|not exist|n[o']t have|mailbox|account|recipient|address|unrouteable|undeliverable|"
        r"invalid|inactive|disabled|host.{0,10} not found",
    ),
)  # fmt: skip
SAID = tuple((about, re.compile(words, re.IGNORECASE)) for about, words in WORDS)
ENOUGH = re.compile(r"quota|\brate\b|too many|(?:daily|hourly|sending).{0,20}limit", re.IGNORECASE)
USUALLY = {"550": ADDRESS, "551": ADDRESS, "553": ADDRESS, "552": BOX}


def verdict(*said: str) -> str:
    """ADDRESS, BOX, MESSAGE or US, of a refusal for good in the words of a server; of several the first that tells."""
    text = " ".join(said)
    codes = [(int(kind), int(what)) for kind, what in STATUS.findall(text)]
    telling = [
        code for code in codes if code[1] or code[0] in (6, 7)
    ]  # 5.1.0, 5.5.0 and the like say nothing
    return _by_status(*telling[0]) if telling else _by_words(text)


def _by_status(kind: int, what: int) -> str:
    if (kind, what) in OF_ADDRESS:
        return ADDRESS
    if (kind, what) in OF_BOX:
        return BOX
    return MESSAGE if kind == 6 or (kind, what) in OF_MESSAGE else US


def _by_words(text: str) -> str:
    """By the words, else by the plain code; addresses in it are no words."""
    plain = re.sub(r"\S+@\S+", "", text)
    told = next((about for about, words in SAID if words.search(plain)), None)
    code = CODE.search(plain)
    return told or USUALLY.get(code[1] if code else "", US)


def is_enough(said: str) -> bool:
    """Whether a server says that it takes no more from us for a while."""
    return bool(ENOUGH.search(said))
