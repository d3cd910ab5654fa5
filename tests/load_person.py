"""Somebody at a browser, without the browser: one socket in Streamlit's protocol, and what stands on the page."""

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

PATH = "/_stcore/stream"
KEY = re.compile(r"\$\$ID-[0-9a-f]+-(.+)", re.S)
PATIENCE = 120.0  # seconds after which an action counts as failed
LONG_PATIENCE = 900.0  # of whoever brings a whole workbook
COMPARE = "See what would change"
TROUBLE = "Something went wrong"


class Failed(Exception):
    """The server did not do what was asked for."""


@dataclass
class Widget:
    """A widget on the page: its id, the part of the page that runs when it is used ("": the whole page)."""

    id: str
    kind: str
    fragment: str


@dataclass
class Browser:
    """One open page. `widgets`: by key; `cached`: messages that the server need not send again."""

    socket: ClientConnection
    session: str = ""
    page: str = ""
    query: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    widgets: dict[str, Widget] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    cached: dict[str, bytes] = field(default_factory=dict)
    heard: int = 0
    patience: float = PATIENCE
    others: dict[str, ForwardMsg] = field(default_factory=dict)

    async def open(self, stem: str, query: str = "") -> None:
        """Another page, as by a click in the menu or on a link."""
        self.page, self.query, self.values = self.pages.get(stem, ""), query, {}
        self.widgets = {}
        await self._run("", {})

    async def press(self, key: str) -> None:
        """A button."""
        widget = self.widgets[key]
        await self._run(widget.fragment, {widget.id: {"trigger_value": True}})

    async def give(self, key: str, **value: Any) -> None:
        """Another value of a widget, such as string_value="…"; it stays."""
        widget = self.widgets[key]
        self.values[widget.id] = value
        await self._run(widget.fragment, {})

    def key(self, begin: str) -> str:
        """The first key on the page that begins so; "" for none."""
        return next((key for key in self.widgets if key.startswith(begin)), "")

    async def _run(self, fragment: str, triggered: dict[str, dict[str, Any]]) -> None:
        if not fragment:
            self.widgets = {}
        state = ClientState(
            query_string=self.query, page_script_hash=self.page, fragment_id=fragment,
            cached_message_hashes=list(self.cached),
        )  # fmt: skip
        state.context_info.timezone, state.context_info.locale = "Europe/London", "en-GB"
        for id, value in (self.values | triggered).items():
            state.widget_states.widgets.add(id=id, **value)
        await self.socket.send(BackMsg(rerun_script=state).SerializeToString())
        await asyncio.wait_for(self._until_finished(), self.patience)

    async def _until_finished(self) -> None:
        while True:
            message = await self.hear()
            kind = message.WhichOneof("type")
            if kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return
            if kind in ("auth_redirect", "page_not_found"):
                raise Failed(kind)

    async def hear(self) -> ForwardMsg:
        """The next message, and what it changes on the page."""
        content = await self.socket.recv()
        assert isinstance(content, bytes)
        self.heard += len(content)
        message = ForwardMsg.FromString(content)
        if message.WhichOneof("type") == "ref_hash":
            content = self.cached[message.ref_hash]
            message = ForwardMsg.FromString(content)
        elif message.metadata.cacheable and message.hash:
            self.cached[message.hash] = content
        self._take(message)
        return message

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id
        elif kind == "navigation":
            self.pages = {one.url_pathname: one.page_script_hash for one in message.navigation.app_pages}
            self.page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "delta":
            self._draw(message.delta)
        elif kind is not None:
            self.others[kind] = message

    def _draw(self, delta: Any) -> None:
        if delta.WhichOneof("type") != "new_element":
            return
        kind = delta.new_element.WhichOneof("type")
        element = getattr(delta.new_element, kind or "empty")
        if kind == "exception" or (kind == "alert" and TROUBLE in element.body):
            raise Failed("an error on the page")
        if found := KEY.fullmatch(getattr(element, "id", "")):
            name = found[1] if found[1] != "None" else getattr(element, "label", "")
            self.widgets[name] = Widget(element.id, kind, delta.fragment_id)


async def opened(url: str, token: str) -> Browser:
    """A browser with the start page drawn, signed in by its cookie."""
    socket = await connect(
        url.replace("http://", "ws://") + PATH, origin=url, subprotocols=["streamlit", "none"], proxy=None,
        additional_headers={"Cookie": f"regulars_session={token}"}, max_size=None, open_timeout=PATIENCE,
        compression=None, ping_interval=None,
    )  # fmt: skip
    browser = Browser(socket)
    await browser.open("")
    return browser


async def bring(browser: Browser, url: str, token: str, name: str, content: bytes) -> None:
    """Drop a file on the Upload page, compare, save: as somebody does who brings a workbook."""
    import http.client
    from http.cookies import SimpleCookie

    browser.patience = LONG_PATIENCE
    await browser.open("upload")
    key = next(key for key, widget in browser.widgets.items() if widget.kind == "file_uploader")
    asked = BackMsg()
    asked.file_urls_request.request_id, asked.file_urls_request.session_id = "file", browser.session
    asked.file_urls_request.file_names.append(name)
    await browser.socket.send(asked.SerializeToString())
    while (message := await browser.hear()).WhichOneof("type") != "file_urls_response":
        pass
    place = message.file_urls_response.file_urls[0]

    def send() -> int:
        line = http.client.HTTPConnection(url.removeprefix("http://"))
        line.request("GET", "/_stcore/health", headers={"Cookie": f"regulars_session={token}"})
        answer = line.getresponse()
        answer.read()
        sent = SimpleCookie(answer.headers.get("Set-Cookie", ""))["_streamlit_xsrf"].value
        mark = "a-line-between"
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        told = {
            "Cookie": f"regulars_session={token}; _streamlit_xsrf={sent}",
            "X-Xsrftoken": sent,
            "Origin": url,
            "Content-Type": f"multipart/form-data; boundary={mark}",
        }
        line.request("PUT", place.upload_url, head + content + f"\r\n--{mark}--\r\n".encode(), told)
        return line.getresponse().status

    if (status := await asyncio.to_thread(send)) >= 300:
        raise Failed(f"the file was answered by {status}")
    state: dict[str, Any] = {
        "uploaded_file_info": [
            {"name": name, "size": len(content), "file_id": place.file_id, "file_urls": place}
        ]
    }
    await browser.give(key, file_uploader_state_value=state)
    browser.values = {}
    if COMPARE in browser.widgets:
        await browser.press(COMPARE)
    while "save" in browser.widgets:  # once more where somebody changed a record meanwhile
        await browser.press("save")


def grid_edit(row: int, column: str, value: str) -> str:
    """What the browser says after one cell was typed into."""
    return json.dumps({"edited_rows": {str(row): {column: value}}, "added_rows": [], "deleted_rows": []})


def clock() -> float:
    return time.perf_counter()
