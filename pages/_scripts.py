"""The scripts that our pages bring along: named here, since the policy header lets no other one run (`_headers`)."""

from pages._thumbs import NARROW

# Whom the browser showed last is kept in the browser: an answer of the server that it never got, since the next click
# came first, would else be all that knew of the turn.
FROM_THE_TOP = (
    "(() => { const card = document.querySelector('.st-key-call_card'), before = window.regularsCall;"
    " window.regularsCall = document.querySelector('.call-now')?.textContent;"
    f" if (innerWidth <= {NARROW} && before && before !== window.regularsCall) card?.scrollIntoView(); }})()"
)
OURS = (FROM_THE_TOP,)
