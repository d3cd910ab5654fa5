"""The scripts that our pages bring along: named here, since the policy header lets no other one run (`_headers`)."""

from pages._thumbs import NARROW

FROM_THE_TOP = f"innerWidth > {NARROW} || document.querySelector('.st-key-call_card')?.scrollIntoView()"
OURS = (FROM_THE_TOP,)
