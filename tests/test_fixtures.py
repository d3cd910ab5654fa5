"""The ground under the tests: databases that are empty and apart, a browser that sees what is on the screen."""

import psycopg
import pytest
from browser import (
    PHONE,
    by_key,
    click,
    download,
    grid_cells,
    page,
    picture,
    settle,
    trouble,
    type_in_cell,
    upload,
    visit,
    widest,
)
from conftest import serving
from playwright.sync_api import expect

APP = """
import time
import pandas as pd
import streamlit as st

st.set_page_config(page_title="Stand-in", layout="wide")
st.title("Stand-in")
if st.button("Count", key="count"):
    time.sleep(0.5)
    st.session_state.n = st.session_state.get("n", 0) + 1
with st.container(key="result"):
    st.write(f"counted {st.session_state.get('n', 0)}")
st.dataframe(pd.DataFrame({"name": ["Ann", "Bo"], "orders": [3, 1]}), hide_index=True)
edited = st.data_editor(pd.DataFrame({"name": ["Cy", "Di"], "town": ["Lyon", "Oslo"]}), hide_index=True)
with st.container(key="towns"):
    st.write(", ".join(edited["town"]))
got = st.file_uploader("File")
st.write(f"got {got.name if got else 'nothing'}")
st.download_button("Take it", b"abc", "taken.txt")
if st.button("Break"):
    raise ValueError("broken")
"""


@pytest.fixture(scope="module")
def stand_in_url(stand_in):
    """A running stand-in app."""
    with serving("", stand_in(APP)) as server:
        yield server.url


def plain(url: str) -> str:
    """The URL as psycopg itself reads it."""
    return url.replace("postgresql+psycopg:", "postgresql:")


def test_postgres_is_real(postgres_url):
    """The server answers as PostgreSQL, in UTF-8, and the database is empty."""
    with psycopg.connect(plain(postgres_url)) as connection:
        version, encoding = connection.execute("select version(), getdatabaseencoding()").fetchone()
        tables = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
    assert version.startswith("PostgreSQL ") and encoding == "UTF8" and tables == (0,)


@pytest.mark.parametrize("turn", [1, 2])
def test_postgres_databases_are_apart(postgres_url, turn):
    """What one test stores, the next one does not find."""
    with psycopg.connect(plain(postgres_url)) as connection:
        connection.execute("create table kept (n int)")


def test_databases_from_a_template(postgres_server):
    """A prepared database can be the pattern of others: one copy each, in milliseconds."""
    with postgres_server.fresh() as pattern:
        with psycopg.connect(plain(pattern)) as connection:
            connection.execute("create table kept as select 7 as n")
            name = connection.info.dbname
        with postgres_server.fresh(template=name) as copy, psycopg.connect(plain(copy)) as connection:
            assert connection.execute("select n from kept").fetchall() == [(7,)]


def test_each_database_is_used(database_url, request):
    """`database_url` comes once as SQLite and once as PostgreSQL, and the latter is marked so."""
    kind = request.node.callspec.params["database_url"]
    assert database_url.startswith({"sqlite": "sqlite:///", "postgres": "postgresql+psycopg://"}[kind])
    assert (request.node.get_closest_marker("postgres") is not None) == (kind == "postgres")


@pytest.mark.slow
def test_the_browser_waits(chromium, stand_in_url):
    """After a click the helpers wait until the answer, here half a second late, is on the screen."""
    with page(chromium) as screen:
        visit(screen, stand_in_url)
        expect(by_key(screen, "result")).to_have_text("counted 0")
        click(screen, "Count")
        click(screen, "Count")
        assert by_key(screen, "result").inner_text() == "counted 2"
        assert trouble(screen) == []


@pytest.mark.slow
def test_the_browser_reads_and_carries(chromium, stand_in_url, tmp_path):
    """Grids are read and written in, files are given and taken, and a crash is seen."""
    given = tmp_path / "given.txt"
    given.write_text("x")
    with page(chromium) as screen:
        visit(screen, stand_in_url)
        assert grid_cells(screen) == [["Ann", "3"], ["Bo", "1"]]
        type_in_cell(screen, 1, 1, "Łódź", nth=1)
        expect(by_key(screen, "towns")).to_have_text("Lyon, Łódź")
        assert grid_cells(screen, nth=1) == [["Cy", "Lyon"], ["Di", "Łódź"]]
        upload(screen, given)
        expect(screen.get_by_text("got given.txt")).to_have_count(1)
        assert download(screen, "Take it", tmp_path).read_bytes() == b"abc"
        click(screen, "Break")
        expect(screen.get_by_test_id("stException")).to_have_count(1)
        assert len(trouble(screen)) == 1


@pytest.mark.slow
@pytest.mark.parametrize(("dark", "expected"), [(False, "rgb(253, 251, 247)"), (True, "rgb(23, 22, 20)")])
def test_the_browser_has_two_schemes(chromium, stand_in_url, tmp_path, dark, expected):
    """On a phone, light and dark follow the reader's own setting, and nothing is wider than the window."""
    with page(chromium, PHONE, dark=dark) as screen:
        visit(screen, stand_in_url)
        settle(screen)
        ground = screen.get_by_test_id("stApp").evaluate("e => getComputedStyle(e).backgroundColor")
        assert (ground, widest(screen)) == (expected, 0)
        assert picture(screen, tmp_path / "pictures" / "phone.png").stat().st_size > 5000
