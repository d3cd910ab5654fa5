"""Hostile names, headers and files in a real browser that obeys no policy: nothing is fetched, nothing runs.

`python tests/beacons.py` is the same for every page, with every button that only shows something pressed.
"""

import pytest

from tests import beacons
from tests.poisoned import AS_OF, listening

pytestmark = pytest.mark.slow
PLACES = (
    "today", "customers", "customer?id=4", "customer?id=2", "segments", "insights?view=Who%20they%20are",
    "followups?view=Events", "followups?view=Messages", "records?of=case", "history", "team", "status",
)  # fmt: skip


def test_no_text_fetches_or_runs_anything(sqlite_url, start_app, chromium, monkeypatch):
    """Every text of every record leads to a listener by twelve ways, and so do the cells, headers, sheets and name of a
    workbook that is uploaded: nobody comes, no window of a script opens, no link stands there, nothing crashes."""
    monkeypatch.setenv("REGULARS_AS_OF", AS_OF.isoformat())
    with listening() as listener:
        token = beacons.shop_at(sqlite_url, listener.url)
        walk = beacons.walk_through(chromium, start_app(sqlite_url).url, token, listener, PLACES)
    assert listener.hits == [] and walk.windows == [] and walk.links == [] and walk.crashes == []
    assert len(walk.places) == len(PLACES) + 1 and walk.pressed > 20


def test_the_listener_counts(chromium):
    """A page that does show such a text as it is: the picture, the script and the link are all noticed."""
    with listening() as listener:
        walk = beacons.Walk(listener.url, listener.url)
        with beacons.walking(chromium, walk, "none") as screen:
            screen.set_content(
                f'<img src="{listener.url}/img"><script>fetch("{listener.url}/script"); alert(1)</script>'
                f'<a href="{listener.url}/link">x</a>'
            )
            screen.wait_for_timeout(500)
            beacons.look(screen, walk, "here")
    assert {"img", "script"} <= {hit.split()[0].strip("/") for hit in listener.hits}
    assert walk.windows == ["1"] and len(walk.links) == 2
