"""How the pages before signing in look: the app's paper, ink and teal, by day and by night, on a phone too.

No script, nothing fetched: the whole page is in this one answer.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from html import escape
from string import Template

from starlette.responses import HTMLResponse

from pages._logo import LOGO, SIGN

# The colours are those of .streamlit/config.toml.
STYLE = """
:root{color-scheme:light dark;--paper:#f4efe6;--card:#fdfbf7;--ink:#2b2723;--soft:#655d54;--line:#ddd4c5;--edge:#7b736a;
--accent:#0b6e66;--deep:#0a5f58;--told:#fdf0dc;--telling:#8a4a05;--link:#0b6e66}
@media(prefers-color-scheme:dark){:root{--paper:#171614;--card:#242220;--ink:#ece7df;--soft:#b5ada2;--line:#45413b;
--edge:#9a9288;--accent:#15847a;--deep:#11736a;--told:#382813;--telling:#efb972;--link:#6fcabf}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;align-items:center;
padding:14vh 1rem 2rem;background:var(--paper);color:var(--ink);font:1rem/1.5 "Source Sans",system-ui,sans-serif}
.logo{height:2.25rem;margin-bottom:1.75rem;color:var(--ink)}.logo svg{height:100%;width:auto;display:block}
main{width:100%;max-width:24rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:2rem}
h1{font-size:1.5rem;font-weight:650;line-height:1.25;margin:0 0 1.25rem}
p{margin:0 0 1.25rem}.told{background:var(--told);color:var(--telling);border-radius:.5rem;padding:.75rem 1rem}
label{display:block;font-weight:600;margin-bottom:.25rem}
small{display:block;color:var(--soft);font-size:.875rem;margin-top:.25rem}
.field{margin-bottom:1.125rem}
input{width:100%;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--edge);border-radius:.5rem;
padding:.625rem .75rem;min-height:2.75rem}
button,.other{display:block;width:100%;font:inherit;font-weight:600;text-align:center;text-decoration:none;
border-radius:.5rem;padding:.625rem 1rem;min-height:2.75rem;cursor:pointer}
button{border:0;background:var(--accent);color:#fff;margin-top:.5rem}button:hover{background:var(--deep)}
.other{border:1px solid var(--edge);color:var(--ink);margin-bottom:.5rem}.other:hover{border-color:var(--link)}
.or{text-align:center;color:var(--soft);margin:.75rem 0}
.back{display:block;text-align:center;margin:.5rem 0 -1rem;padding:.625rem;min-height:2.75rem;color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
@media(max-width:30rem){body{padding-top:2.5rem}main{padding:1.5rem}}
"""
PAGE = Template(
    """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>$title · Regulars</title><link rel="icon" href="$icon">
<style>$style</style></head>
<body><div class="logo">$logo</div><main><h1>$title</h1>$told$other$form$back</main></body></html>"""
)
ICON = "data:image/svg+xml;base64," + b64encode(SIGN.encode()).decode()
STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
GUARDED = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with "no-referrer" a browser would hide where a form comes from
}


@dataclass(frozen=True)
class Field:
    """One line to fill in. `complete`: what a password manager may put there."""

    name: str
    label: str
    kind: str
    complete: str
    hint: str = ""
    value: str = ""

    def holding(self, typed: str) -> "Field":
        """With what was typed; a password is typed again."""
        return self if self.kind == "password" else replace(self, value=typed[:100])

    def drawn(self, first: bool) -> str:
        """The line as HTML; whatever was typed is escaped."""
        known = f' id="{self.name}" name="{self.name}" type="{self.kind}" autocomplete="{self.complete}"'
        hint = f'<small id="{self.name}_hint">{escape(self.hint)}</small>' if self.hint else ""
        told = f' aria-describedby="{self.name}_hint"' if self.hint else ""
        rest = f' value="{escape(self.value)}"' if self.value else ""
        rest += ' autocapitalize="none" spellcheck="false" maxlength="200" required' + (
            " autofocus" if first else ""
        )
        label = f'<label for="{self.name}">{escape(self.label)}</label>'
        return f'<div class="field">{label}<input{known}{told}{rest}>{hint}</div>'


def page(
    title: str, words: str = "", fields: Sequence[Field] = (), verb: str = "", *, other: tuple[str, str] | None = None,
    back: str = "", status: int = 200,
) -> HTMLResponse:  # fmt: skip
    """One page: a sentence, a form that is sent to where it came from, another way in (its address and words)."""
    empty = next((at for at, one in enumerate(fields) if not one.value), 0)
    lines = "".join(one.drawn(at == empty) for at, one in enumerate(fields))
    form = f'<form method="post">{lines}<button>{escape(verb)}</button></form>' if verb else ""
    told = f'<p class="{"told" if status >= 400 else ""}" role="status">{escape(words)}</p>' if words else ""
    content = PAGE.substitute(
        title=escape(title), icon=ICON, style=STYLE, logo=LOGO, told=told, form=form, other=_other(other),
        back=_back(back),
    )  # fmt: skip
    return HTMLResponse(content, status, GUARDED)


def _back(way: str) -> str:
    words = "To the sign-in page" if way == "/sign-in" else "Back"
    return f'<a class="back" href="{escape(way)}">{words}</a>' if way else ""


def _other(way: tuple[str, str] | None) -> str:
    if way is None:
        return ""
    return f'<a class="other" href="{escape(way[0])}">{escape(way[1])}</a><p class="or">or</p>'
