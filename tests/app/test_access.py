"""The server answers the page itself and nobody else, and gives what is installed and no more."""

from __future__ import annotations

import asyncio
import http.client
import re
import runpy
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
import uvicorn
from hypothesis import given, strategies as st
from starlette.applications import Starlette
from starlette.responses import RedirectResponse, Response
from starlette.types import Message

from modelops_abm.app import access, server
from modelops_abm.app.access import AccessControl, Hosts, protect
from modelops_abm.scenario import InputError
from tests.patience import PATIENCE_SECONDS

PORT = 8765
OWN, PROXIED = f"localhost:{PORT}", "models.example.org"
KERNEL, TAB = "7d1f8a52-5c0e-4b8a-9a63-2f4c1f0e9b11", "c5b0a9de-3f27-4e6c-8d14-6a2b7e9f0c22"
SCRIPT = "package@1.0.0/dist/script.js"
UNANSWERED = 0
CHANNELS, CLOSE = f"/jupyter/api/kernels/{KERNEL}/channels", f"/_solara/api/close/{KERNEL}"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Server:
    """An application that is asked in process."""

    def __init__(self, application: Any) -> None:
        self._application = application

    def ask(self, path: str = "/", *, host: str | None = OWN, **more: Any) -> Answer:
        """Ask once; `more` is method, query, kind, and the other headers."""
        given = {"method": "GET", "query": f"session_id={TAB}", "kind": "http", **more}
        method, query, kind = given.pop("method"), given.pop("query"), given.pop("kind")
        address = given.pop("address", "127.0.0.1")
        named = {name.replace("_", "-"): value for name, value in given.items()}
        headers = [*({"host": host} if host is not None else {}).items(), *named.items()]
        scope = {
            "type": kind,
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode("latin-1", errors="replace"),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
            "server": (address, PORT),
            "client": ("127.0.0.1", 50_000),
            "extensions": {"websocket.http.response": {}},
        }
        with ThreadPoolExecutor(1) as thread:  # in this one, Playwright may have a loop
            return thread.submit(asyncio.run, self._answered(scope)).result()

    async def _answered(self, scope: dict[str, Any]) -> Answer:
        sent: list[Message] = []
        asked = "websocket.connect" if scope["type"] == "websocket" else "http.request"
        received = iter([{"type": asked, "body": b"", "more_body": False}])

        async def receive() -> Message:
            return next(received, {"type": "websocket.disconnect", "code": 1001})

        async def send(message: Message) -> None:
            sent.append(message)

        await self._application(scope, receive, send)
        first = next((message for message in sent if "status" in message), None)
        if first is None:
            is_open = any(message["type"] == "websocket.accept" for message in sent)
            return Answer(101 if is_open else UNANSWERED, {}, b"")
        headers = {name.decode(): value.decode("latin-1") for name, value in first["headers"]}
        return Answer(first["status"], headers, b"".join(m.get("body", b"") for m in sent))


@pytest.fixture
def seen() -> list[dict[str, Any]]:
    """Return what has got through to the application."""
    return []


@pytest.fixture
def guarded(seen: list[dict[str, Any]]) -> Server:
    """Return the access control in front of an application that takes note."""

    async def application(scope: dict[str, Any], _receive: object, send: Any) -> None:
        seen.append(scope)
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body"})

    return Server(AccessControl(application, Hosts.of([PROXIED, "tunnel.example.org:9000"])))


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Return a folder of installed scripts, beside which lies a secret."""
    folder = tmp_path / "installed"
    (folder / SCRIPT).parent.mkdir(parents=True)
    (folder / SCRIPT).write_text("script")
    (tmp_path / "secret.js").write_text("secret")
    (folder / "link.js").symlink_to(tmp_path / "secret.js")
    (folder / "linked").symlink_to(tmp_path)
    return folder


@pytest.fixture
def protected(
    solara_server: ModuleType, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> Server:
    """Return Solara's server with its routes as the page needs them, cut off from the network."""
    monkeypatch.setattr(solara_server.settings.assets, "proxy_cache_dir", installed)
    application = Starlette(routes=list(solara_server.routes))
    monkeypatch.setattr(solara_server, "app", application)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    protect()
    return Server(application)


def test_a_server_that_runs_already_is_protected(
    solara_server: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So is that of `solara run`, which imports the page while it starts."""
    application = Starlette(routes=list(solara_server.routes))
    monkeypatch.setattr(solara_server, "app", application)
    running = Server(application)
    assert running.ask("/resourcez").status == 200
    access.protect_what_serves()
    assert running.ask("/resourcez").status == 404
    assert running.ask("/readyz").status == 200
    assert running.ask("/readyz", host="evil.test").status == 421
    access.protect_what_serves()
    assert running.ask("/readyz").headers["x-frame-options"] == "DENY"


@pytest.mark.usefixtures("solara_server")
@pytest.mark.parametrize("module", [server.PAGE, server.MESA_PAGE])
def test_whoever_loads_a_page_is_protected(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[bool] = []
    monkeypatch.setattr(access, "protect", lambda: calls.append(True))
    monkeypatch.delitem(sys.modules, module, raising=False)  # runpy warns of what is there already
    runpy.run_module(module)
    assert calls == [True]


@pytest.mark.usefixtures("solara_server")
@pytest.mark.parametrize(
    ("command", "is_told"),
    [
        (["solara", "run", "run.py"], True),
        (["solara", "run", "--no-check-version", "run.py"], False),
        (["modelops-abm", "page"], False),
    ],
)
def test_who_asked_the_package_index_is_told(
    command: list[str],
    is_told: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(access, "protect", lambda: None)
    monkeypatch.setattr("sys.argv", command)
    access.protect_what_serves()
    assert ("--no-check-version" in capsys.readouterr().err) == is_told


def refuse(*_arguments: object, **_keywords: object) -> None:
    raise AssertionError("a connection was tried")


# --- Who is answered ------------------------------------------------------------------------------


@pytest.mark.parametrize("host", [OWN, f"127.0.0.1:{PORT}", f"[::1]:{PORT}", OWN.upper(), PROXIED])
def test_the_page_is_answered_under_its_own_names(guarded: Server, host: str) -> None:
    assert guarded.ask(host=host).status == 200
    schemes = ("https",) if host == PROXIED else ("http", "https")
    for scheme in schemes:
        own = guarded.ask(CHANNELS, host=host, kind="websocket", origin=f"{scheme}://{host}")
        assert own.status == 101


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.test",
        f"evil.test:{PORT}",
        "localhost",
        f"localhost:{PORT + 1}",
        f"localhost.:{PORT}",
        f"{OWN}.evil.test",
        f"{OWN}@evil.test",
        f"{OWN}/other?path=",
        f"{OWN}, evil.test",
        f"127.0.0.2:{PORT}",
        f"{PROXIED}:{PORT}",
        f"other.{PROXIED}",
    ],
)
def test_under_another_name_nothing_is_answered(
    guarded: Server, seen: list[Any], host: str | None
) -> None:
    assert guarded.ask(host=host).status == 421
    assert guarded.ask(CHANNELS, host=host, kind="websocket").status == 421
    assert seen == []


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "file://",
        "http://evil.test",
        "http://localhost",
        f"http://localhost:{PORT + 1}",
        f"ws://{OWN}",
        OWN,
        f"http://{OWN}/",
        f"http://{PROXIED}",
        f"chrome-extension://{OWN}",
    ],
)
def test_pages_of_others_open_and_end_no_visit(
    guarded: Server, seen: list[Any], origin: str | None
) -> None:
    said = {} if origin is None else {"origin": origin}
    assert guarded.ask(CHANNELS, kind="websocket", **said).status == 403
    assert guarded.ask(CLOSE, method="POST", **said).status == 403
    if origin is not None:
        assert guarded.ask(**said).status == 403
    assert seen == []


@pytest.mark.parametrize(
    ("host", "other"),
    [
        (PROXIED, "https://tunnel.example.org:9000"),
        ("tunnel.example.org:9000", f"https://{PROXIED}"),
        (OWN, f"https://{PROXIED}"),
        (PROXIED, f"http://{OWN}"),
        (OWN, f"http://127.0.0.1:{PORT}"),
    ],
)
def test_a_page_under_one_name_does_not_drive_that_under_another(
    guarded: Server, seen: list[Any], host: str, other: str
) -> None:
    assert guarded.ask(CHANNELS, host=host, kind="websocket", origin=other).status == 403
    assert guarded.ask(CLOSE, host=host, method="POST", origin=other).status == 403
    assert guarded.ask(host=host, origin=other).status == 403
    assert seen == []


@pytest.mark.parametrize("address", ["192.0.2.1", "0.0.0.0", "2001:db8::1", ""])
def test_other_machines_are_not_answered(guarded: Server, seen: list[Any], address: str) -> None:
    """As with ``solara run --host 0.0.0.0``: a program may send whatever Host it likes."""
    assert guarded.ask(address=address).status == 421
    assert seen == []
    assert guarded.ask(address="::1").status == 200


def test_who_has_two_hosts_or_origins_is_refused(guarded: Server, seen: list[Any]) -> None:
    assert guarded.ask(Host=OWN).status == 400
    assert guarded.ask(origin=f"http://{OWN}", Origin="http://evil.test").status == 400
    assert seen == []


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    ("mode", "kind"), [("no-cors", "image"), ("navigate", "iframe"), ("cors", "empty")]
)
def test_other_sites_may_link_to_the_page_and_nothing_else(
    guarded: Server, site: str, mode: str, kind: str
) -> None:
    told = {"sec_fetch_site": site, "sec_fetch_mode": mode, "sec_fetch_dest": kind}
    assert guarded.ask(**told).status == 403
    followed = {**told, "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
    assert guarded.ask(**followed).status == 200
    assert guarded.ask("/static/x.js", **followed).status == 403
    assert guarded.ask(method="POST", origin=f"http://{OWN}", **followed).status == 403


def test_no_header_says_where_or_how_the_page_is_served(
    guarded: Server, seen: list[dict[str, Any]]
) -> None:
    said = ("x-forwarded-proto", "x-forwarded-host", "forwarded", "x-script-name", "script-name")
    more = ("x-forwarded-prefix", "x-original-url", "range", "authorization", "accept-encoding")
    kept = {"cookie": "a=b", "user-agent": "x"}
    guarded.ask(**dict.fromkeys((*said, *more), "https"), **kept)
    guarded.ask(host=PROXIED, **{"x-forwarded-proto": "http"})
    assert {name.decode() for name, _ in seen[0]["headers"]} == {"host", *kept}
    assert [scope["scheme"] for scope in seen] == ["http", "https"]


@pytest.mark.parametrize("name", ["https://a.example", "a.example/", "a b", "", "a:port", "*"])
def test_a_name_that_is_none_is_refused_in_words(name: str) -> None:
    with pytest.raises(InputError, match="no host"):
        Hosts.of([name])


# --- What is asked for ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("", {}, 400),
        ("//", {}, 400),
        ("/../x", {}, 400),
        ("/static/%2e%2e/x", {}, 400),
        ("/static/\0.js", {}, 400),
        ("/static/\xff", {}, 400),
        ("/static\\x", {}, 400),
        ("@evil.test", {}, 400),
        (f"http://{OWN}/", {}, 400),
        ("/", {"query": "a\xff"}, 400),
        ("/", {"query": "a" * 9_000}, 414),
        ("/" + "a" * 9_000, {}, 414),
        ("/", {"x-large": "a" * 33_000}, 431),
        ("/", {"content-length": "2000"}, 413),
        ("/", {"content-length": "9" * 99}, 413),
        ("/", {"content-length": "-1"}, 400),
        ("/", {"transfer-encoding": "chunked"}, 413),
    ],
)
def test_what_is_malformed_or_too_large_is_refused_in_order(
    guarded: Server, seen: list[Any], path: str, more: dict[str, str], status: int
) -> None:
    assert guarded.ask(path, **more).status == status
    assert seen == []


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=40))
def test_any_path_is_answered_in_order(path: str) -> None:
    async def application(scope: dict[str, Any], _receive: object, send: Any) -> None:
        assert re.fullmatch(r"(/[\w.~@+-]+)*/?", scope["path"], re.ASCII)
        assert not {"..", "."} & set(scope["path"].split("/"))
        await send({"type": "http.response.start", "status": 200, "headers": []})

    assert Server(AccessControl(application, Hosts())).ask(path).status in (200, 400)


def test_an_answer_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_ANSWER_SECONDS", 0.01)

    async def application(*_arguments: object) -> None:
        await asyncio.sleep(PATIENCE_SECONDS)
        waited_for.append("all of it")

    waited_for: list[str] = []
    assert Server(AccessControl(application, Hosts())).ask().status == UNANSWERED
    assert not waited_for


# --- What is given --------------------------------------------------------------------------------


def test_scripts_are_served_as_installed(protected: Server, installed: Path) -> None:
    answer = protected.ask(f"/_solara/cdn/{SCRIPT}")
    assert (answer.status, answer.body) == (200, b"script")
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "package@1.0.0/dist",
        "package@1.0.0",
        "",
        "package@1.0.0/dist/other.js",
        "absent",
        "absent@1.0.0/x.js",
        "link.js",
        "linked/secret.js",
        f"{SCRIPT}/x",
        "a" * 300,
    ],
)
def test_what_is_not_installed_is_not_found_and_changes_nothing(
    protected: Server, installed: Path, path: str
) -> None:
    before = sorted(installed.rglob("*"))
    assert protected.ask(f"/_solara/cdn/{path}").status == 404
    assert sorted(installed.rglob("*")) == before


def test_what_the_page_needs_is_there(protected: Server) -> None:
    for path in (
        "/readyz",
        "/static/main-vuetify.js",
        "/static/assets/theme-dark.css",
        "/jupyter/nbextensions/jupyter-vue/nodeps.js",
        "/jupyter/nbextensions/jupyter-vuetify/nodeps.js",
    ):
        assert protected.ask(path).status == 200, path


@pytest.mark.parametrize(
    "path",
    [
        "/resourcez",
        "/jupyter/api/kernels/1",
        "/jupyter/nbextensions/jupyter-js-widgets/extension.js",
        "/jupyter/nbextensions/",
        "/static/public/x.js",
        "/static/",
        "/readyz/",
        "/other",
        f"/_solara/api/evict/{KERNEL}",
    ],
)
def test_nothing_else_is_served(protected: Server, path: str) -> None:
    assert protected.ask(path).status == 404
    assert protected.ask(path, method="POST", origin=f"http://{OWN}").status in (404, 405)
    assert protected.ask(path, kind="websocket", origin=f"http://{OWN}").status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_wrong_methods_are_refused(protected: Server, method: str) -> None:
    for path in ("/", "/readyz", f"/_solara/cdn/{SCRIPT}", "/static/main-vuetify.js"):
        assert protected.ask(path, method=method, origin=f"http://{OWN}").status == 405
    assert protected.ask(CLOSE).status == 405


@pytest.mark.parametrize("identifier", ["x", "-" * 36, "1" * 36, KERNEL.upper(), "dummy"])
def test_visits_have_names_that_cannot_be_guessed(protected: Server, identifier: str) -> None:
    own = {"origin": f"http://{OWN}"}
    for path, query in (
        (CHANNELS.replace(KERNEL, identifier), f"session_id={TAB}"),
        (CHANNELS, f"session_id={identifier}"),
        (CHANNELS, ""),
        (CHANNELS, f"session_id={TAB}&session_id={TAB}"),
    ):
        refused = protected.ask(path, query=query, kind="websocket", **own)
        assert 400 <= refused.status < 500
        path = path.replace("/jupyter/api/kernels", "/_solara/api/close").removesuffix("/channels")
        assert 400 <= protected.ask(path, query=query, method="POST", **own).status < 500


def test_a_visit_is_ended_by_its_own_browser_alone(
    protected: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from solara.server import kernel_context

    ended: list[str] = []

    class Visit:
        session_id = "its own"
        page_close = ended.append

    monkeypatch.setitem(kernel_context.contexts, KERNEL, Visit())
    own = {"method": "POST", "origin": f"http://{OWN}"}
    assert protected.ask(CLOSE, **own).status == 403
    assert protected.ask(CLOSE, cookie="solara-session-id=another", **own).status == 403
    assert ended == []
    assert protected.ask(CLOSE, cookie="solara-session-id=its own", **own).status == 200
    assert ended == [TAB]


def test_visits_are_bounded(
    protected: Server, solara_server: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    from solara.server import kernel_context

    async def accept(opened: Any) -> None:
        await opened.accept()

    monkeypatch.setattr(solara_server, "kernel_connection", accept)
    own = {"kind": "websocket", "origin": f"http://{OWN}"}
    for number in range(access.MOST_VISITS - 1):
        monkeypatch.setitem(kernel_context.contexts, f"visit {number}", None)
    assert protected.ask(CHANNELS, **own).status == 101
    monkeypatch.setitem(kernel_context.contexts, "one more", None)
    assert protected.ask(CHANNELS, **own).status == 503
    monkeypatch.setitem(kernel_context.contexts, KERNEL, None)
    monkeypatch.delitem(kernel_context.contexts, "one more")
    assert protected.ask(CHANNELS, **own).status == 101, "who comes back has a place"


def test_nobody_is_told_of_what_goes_on(protected: Server, solara_server: ModuleType) -> None:
    import solara.settings

    settings = solara_server.settings
    assert not settings.telemetry.mixpanel_enable
    assert settings.main.mode == "production"
    assert solara.settings.assets.proxy


# --- What browsers are told -----------------------------------------------------------------------


@pytest.fixture
def page(protected: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """Return a function that asks for the page, which Solara draws with a script and cookies."""
    from solara.server import app, server

    def read_root(*_arguments: object, **_keywords: object) -> str:
        return "<html><script>own()</script><script src='x'></script></html>"

    monkeypatch.setattr(server, "read_root", read_root)
    monkeypatch.setattr(app, "apps", {})
    return protected.ask


def test_only_scripts_of_the_page_run(page: Callable[..., Answer]) -> None:
    first, second = page(), page()
    for answer in (first, second):
        policy = answer.headers["content-security-policy"]
        nonce = re.search(r"'nonce-([\w-]{20,})'", policy)
        assert nonce is not None
        assert answer.body.decode().count(f'<script nonce="{nonce.group(1)}"') == 2
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
        addresses = re.findall(r"\S+://[^\s;]+|\*", policy)
        assert addresses == [f"ws://{OWN}"]
    assert first.body != second.body


def test_a_redirection_stays_one(
    page: Callable[..., Answer], solara_server: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def root(_request: object) -> Response:
        return RedirectResponse("/elsewhere", 307)

    monkeypatch.setattr(solara_server, "root", root)
    answer = page()
    assert (answer.status, answer.headers["location"]) == (307, "/elsewhere")
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/readyz", "/nothing", f"/_solara/cdn/{SCRIPT}"])
def test_every_answer_says_what_may_be_done_with_it(page: Callable[..., Answer], path: str) -> None:
    for answer in (page(path), page(path, host="evil.test"), page(path, method="POST")):
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in answer.headers["permissions-policy"]


@pytest.mark.parametrize(
    ("cookie", "kept"),
    [
        (b"a=b; Path=/; SameSite=none; Secure", b"a=b; HttpOnly; Path=/; SameSite=Lax; Secure"),
        (b"a=b; expires=Fri", b"a=b; HttpOnly; Path=/; SameSite=Lax"),
    ],
)
def test_cookies_are_kept_close(cookie: bytes, kept: bytes) -> None:
    assert access._kept_close(cookie) == kept


# --- The connections ------------------------------------------------------------------------------


@contextmanager
def punctual(seconds: float, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Serve something with little patience; yield its port."""

    async def application(_scope: object, _receive: object, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    monkeypatch.setattr(server, "REQUEST_SECONDS", seconds)
    config = uvicorn.Config(
        application,
        http=server.PunctualProtocol,
        lifespan="off",
        log_level="error",
        timeout_keep_alive=round(seconds),
    )
    serving = uvicorn.Server(config)
    with socket.create_server((server.HOST, 0)) as listener:
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            serving.should_exit = True
            thread.join()


def test_half_a_request_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    begun = [
        b"",
        b"GET / HT",
        whole[:-2],
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1",
    ]
    with punctual(1.0, monkeypatch) as port, ExitStack() as connections:
        halves = {}
        for half in (*begun, whole + whole[:-2]):
            connection = socket.create_connection((server.HOST, port), timeout=PATIENCE_SECONDS)
            halves[connections.enter_context(connection)] = half
            connection.sendall(half)
        for connection, half in halves.items():
            received = b""
            while chunk := connection.recv(4096):
                received += chunk
            assert (b"200 OK" in received) == half.startswith((whole, b"POST"))


def test_a_connection_that_is_used_again_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = 3.0
    with punctual(seconds, monkeypatch) as port:
        connection = http.client.HTTPConnection(server.HOST, port, timeout=PATIENCE_SECONDS)
        connection.connect()
        connection.auto_open = 0
        end = time.monotonic() + seconds + 0.2
        while time.monotonic() < end:
            connection.request("GET", "/")
            assert connection.getresponse().read() == b""
            time.sleep(0.05)
        connection.close()
