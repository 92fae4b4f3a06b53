"""Who may ask the server of the page for what.

Solara's server answers anyone, under any name, and its asset route fetches, writes and deletes
files. `protect` leaves it the few routes that the page needs, and puts `AccessControl` in front:

- Requests come from this machine; Host is on a list: its own names, and those that an operator
  names. Origin is that of the page under the same name.
- What another site's page asks for is refused, but for opening this page.
- Only the headers that the page needs get through; none says where or how the page is served.
- Paths, bodies, and the number of visits and sockets are bounded; so is the time of an answer.
- Every answer says what a browser may do with it: nothing from elsewhere, and no frame around it.

The decision is docs/decisions/0025; SECURITY.md says what it promises.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import sys
import warnings
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from modelops_abm.scenario import InputError
from modelops_abm.terminal import console, say

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
LARGEST_MESSAGE_BYTES = 16 * 2**20
"""Of a message from a browser; a picture for the report has up to 8 million characters."""
MOST_VISITS, MOST_SOCKETS = 128, 256
"""Kept at once for all visitors together; a visit that is lost is kept for a while."""
# In bytes. A link has 6,000 characters at most (`state.link`) and fits with room to spare; the one
# request with a body is the word that a visit ends, and files come through the socket.
_LONGEST_TARGET, _LARGEST_HEADERS_BYTES, _LARGEST_BODY_BYTES = 8_192, 32_768, 1_024
_ANSWER_SECONDS = 60.0

# What the page asks for, and no more: no percent signs, which one reader decodes and the next does
# not; no empty part, no "." and no "..", by which a path leaves its folder.
_PATH = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~@+-]+)*/?")
_QUERY = re.compile(r"[!-~]*")
_AUTHORITY = re.compile(r"([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_CHANNELS = re.compile(r"/jupyter/api/kernels/[0-9a-f-]{36}/channels")
_IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EXTENSIONS = ("jupyter-vue", "jupyter-vuetify")

# A list of what is known to be needed: X-Forwarded-Host, X-Script-Name and their like, by which
# Solara lets a caller say where the page lies, are not on it. Nor is Accept-Encoding: to pack every
# script anew for every visitor takes longer than to send it on this machine, and for those who are
# elsewhere a proxy packs it.
_HEADERS_PASSED_ON = frozenset(
    b"accept accept-language cache-control connection content-length cookie host if-modified-since"
    b" if-none-match origin sec-websocket-extensions sec-websocket-key sec-websocket-protocol"
    b" sec-websocket-version upgrade user-agent".split()
)
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_POLICY = (
    f"{_NOTHING}; connect-src 'self' {{sockets}}; font-src 'self' data:;"
    " img-src 'self' data: blob:; style-src 'self' 'unsafe-inline';"
    " script-src 'self' 'nonce-{nonce}' 'unsafe-eval'"
)
"""Vue compiles templates in the browser ('unsafe-eval') and sets styles ('unsafe-inline')."""
_ANSWERED_WITH = {
    b"content-security-policy": _NOTHING.encode(),
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), display-capture=(), geolocation=(), microphone=(), usb=()",
    b"referrer-policy": b"same-origin",  # with less, browsers hide the origin of a visit's end
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}
_ASKED_THE_PACKAGE_INDEX = (
    "Before `solara run` reads a page, Solara asks the package index for its newest version."
    " `modelops-abm page` asks nobody, nor does `solara run --no-check-version`."
)


class Hosts(NamedTuple):
    """Names under which the page may be asked for.

    Attributes
    ----------
    named
        What an operator allows, as in `Host`: a name, with a port unless it is the usual one.
    """

    named: frozenset[str] = frozenset()

    @classmethod
    def of(cls, named: Iterable[str]) -> Hosts:
        """Return the names of this machine, and some others.

        Raises
        ------
        InputError
            If one is not a name, or a name and a port.
        """
        lowered = [name.lower() for name in named]
        for name in lowered:
            if not _AUTHORITY.fullmatch(name):
                raise InputError(
                    f"{name!r} is no host: give a name as in the browser's address, such as"
                    " models.example.org or models.example.org:8443"
                )
        return cls(frozenset(lowered))

    def allow(self, authority: str, port: int | None) -> bool:
        """Whether the page that is served at a port may be asked for under a name."""
        usual = LOOPBACK_NAMES if port == 80 else ()
        return (
            authority in self.named
            or authority in usual
            or authority in {f"{name}:{port}" for name in LOOPBACK_NAMES}
        )


def is_loopback(authority: str) -> bool:
    """Whether a host, with or without a port, is a name of this machine for itself."""
    return re.sub(r":[0-9]+$", "", authority) in LOOPBACK_NAMES


def _is_own(origin: str, host: str) -> bool:
    """Whether a page from an origin is the one under this name: but for loopback by TLS only."""
    schemes = ("http", "https") if is_loopback(host) else ("https",)
    return origin in {f"{scheme}://{host}" for scheme in schemes}


def protect(hosts: Hosts | None = None) -> None:
    """Control access to Solara's server in this process; once, however often called.

    Parameters
    ----------
    hosts
        Names under which the page may be asked for; by default only this machine's own.
    """
    import solara.server.settings
    import solara.settings
    from solara.server.starlette import app

    if hasattr(app.state, "protected"):
        return
    app.state.protected = True
    solara.settings.assets.proxy = True  # otherwise browsers load scripts from elsewhere
    solara.server.settings.telemetry.mixpanel_enable = False
    solara.server.settings.main.mode = "production"  # the other one calls home once
    solara.server.settings.session.http_only = True
    # A visit that is there no more: the page loads again by itself, and has what its tab keeps.
    solara.server.settings.theme.force_refresh = True
    warnings.filterwarnings("ignore", "Cookies with samesite=none")  # `_kept_close` sees to that
    app.router.routes[:] = _routes()  # in place of Solara's, which fetch, write and delete files
    # A redirection would repeat a path of the caller's; what is not on the list gets a 404.
    app.router.redirect_slashes = False
    # Around the whole stack: `add_middleware` would put it inside Starlette's own error handler,
    # and refuses once the server has begun, as it has under `solara run`.
    app.middleware_stack = AccessControl(
        app.middleware_stack or app.build_middleware_stack(), hosts or Hosts()
    )


def protect_what_serves() -> None:
    """Control access to a server of Solara that loads a page: so does `solara run`."""
    if "solara.server.starlette" not in sys.modules:
        return
    protect()
    if sys.argv[1:2] == ["run"] and "--no-check-version" not in sys.argv:
        say(console(error=True), _ASKED_THE_PACKAGE_INDEX)


class AccessControl:
    """Refuses requests that are not from the page itself, and says how to take the answers.

    Parameters
    ----------
    application
        What answers the others.
    hosts
        Names under which the page may be asked for.
    """

    def __init__(self, application: ASGIApp, hosts: Hosts) -> None:
        self._application, self._hosts = application, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        # First of all, so that refusals carry the headers too.
        send = _saying_what_may_be_done(send)
        try:
            checked = self._checked(scope)
            if scope["type"] == "websocket":
                await self._application(checked, receive, send)
                return
            # Not for a socket, which stays open as long as the visit.
            async with asyncio.timeout(_ANSWER_SECONDS):
                await self._application(checked, receive, send)
        except HTTPException as refused:
            await _refuse(refused, scope, receive, send)
        except TimeoutError:
            return  # the server closes a connection that was not answered in full

    def _checked(self, scope: Scope) -> dict[str, Any]:
        """Return the scope with what may get through; refuse what may not."""
        _check_size(scope)
        _check_target(scope)
        # Host, and not only the address: another page may have its own name resolve to 127.0.0.1
        # (DNS rebinding), and would then be of the same origin as this page.
        host = _only(scope, b"host")
        address, port = scope.get("server") or ("", None)
        if not address.startswith("127.") and address != "::1":
            raise HTTPException(421, "The page is served to this machine alone.")
        if host is None or not self._hosts.allow(host, port):
            raise HTTPException(
                421,
                "The page is not served under this name. An operator allows one with"
                " modelops-abm page --allow-host NAME.",
            )
        _check_origin(scope, host)
        # Another name can only come through an operator's proxy, which has to speak TLS: cookies
        # are marked as secure by this, and the policy of the page names wss.
        secure = "" if is_loopback(host) else "s"
        headers = [pair for pair in scope["headers"] if pair[0].lower() in _HEADERS_PASSED_ON]
        scheme = ("ws" if scope["type"] == "websocket" else "http") + secure
        return {**scope, "headers": headers, "scheme": scheme}


def _check_origin(scope: Scope, host: str) -> None:
    # Browsers send Origin with every WebSocket and POST; of a plain GET it may be missing.
    is_reading = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
    origin = _only(scope, b"origin")
    is_own = is_reading if origin is None else _is_own(origin, host)
    if not is_own:
        raise HTTPException(403, "This was not asked for by the page itself.")
    site = _only(scope, b"sec-fetch-site")
    if site not in (None, "same-origin", "none") and not _opens_the_page(scope):
        raise HTTPException(403, "Another site may link to the page, and nothing else.")


def _check_size(scope: Scope) -> None:
    headers = scope["headers"]
    if sum(len(name) + len(value) for name, value in headers) > _LARGEST_HEADERS_BYTES:
        raise HTTPException(431, "The headers are too large.")
    length = _only(scope, b"content-length") or "0"
    if not length.isdecimal():
        raise HTTPException(400, "The request is malformed.")
    chunked = _only(scope, b"transfer-encoding") is not None  # of a length that nobody knows
    if chunked or len(length) > 9 or int(length) > _LARGEST_BODY_BYTES:
        raise HTTPException(413, "The body is too large.")


def _check_target(scope: Scope) -> None:
    path = cast(bytes, scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    if len(path) + len(query) > _LONGEST_TARGET:
        raise HTTPException(414, "The address is too long.")
    if not (path and _PATH.fullmatch(path) and _QUERY.fullmatch(query)):
        raise HTTPException(400, "The address is malformed.")
    if scope["type"] == "websocket" and not _CHANNELS.fullmatch(path):
        raise HTTPException(404, "There is nothing here.")


def _only(scope: Scope, name: bytes) -> str | None:
    """Return the value of a header, which may be given once."""
    values = [value for header, value in scope["headers"] if header.lower() == name]
    if len(values) > 1:  # what checks and what answers might each take another one
        raise HTTPException(400, "The request is malformed.")
    return values[0].decode("latin-1").lower() if values else None


def _opens_the_page(scope: Scope) -> bool:
    """Whether a browser opens the page in a window of its own, as for a link."""
    return (
        scope["type"] == "http"
        and (scope["method"], scope["path"]) == ("GET", "/")
        and _only(scope, b"sec-fetch-mode") == "navigate"
        and _only(scope, b"sec-fetch-dest") == "document"
    )


def _saying_what_may_be_done(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            headers = list(message.get("headers", ()))
            said = {name.lower() for name, _ in headers}
            more = [pair for pair in _ANSWERED_WITH.items() if pair[0] not in said]
            message = {**message, "headers": [*headers, *more]}
        await send(message)

    return send_with_headers


async def _refuse(refused: HTTPException, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()  # the request to connect
        # A socket is refused before it is accepted, by an answer of HTTP where the server can send
        # one.
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
            return
    headers = {"connection": "close"} if scope["type"] == "http" else None
    answer = PlainTextResponse(f"{refused.detail}\n", refused.status_code, headers)
    await answer(scope, receive, send)


def _routes() -> list[BaseRoute]:
    """Return all that is served; each path not named here is answered with 404."""
    from solara.server import server, starlette

    # Solara's own look-up would fetch what is missing from a CDN, and keep it.
    class Assets(starlette.StaticCdn):  # type: ignore[misc]
        """Installed scripts and fonts: files that are there, and in this folder."""

        lookup_path = StaticFiles.lookup_path

    class Extensions(starlette.StaticNbFiles):  # type: ignore[misc]
        """The two extensions that draw the page, from where Jupyter keeps extensions."""

        def lookup_path(self, path: str) -> Any:
            is_served = path.replace("\\", "/").split("/")[0] in _EXTENSIONS
            return StaticFiles.lookup_path(self, path) if is_served else ("", None)

    files = starlette.StaticFilesOptionalAuth
    assets, static = server.solara_static.parent / "assets", server.solara_static
    installed = starlette.settings.assets.proxy_cache_dir
    return [
        Route("/", _page),
        Route("/readyz", starlette.readyz),
        WebSocketRoute("/jupyter/api/kernels/{kernel_id}/channels", _Sockets().connect),
        Route("/_solara/api/close/{kernel_id}", _leave, methods=["POST"]),
        Mount("/_solara/cdn", Assets(directory=installed, check_dir=False)),
        Mount("/jupyter/nbextensions", Extensions()),
        # Routes are tried in order: the narrower of two folders comes first.
        Mount("/static/assets", files(directory=assets)),
        Mount("/static", files(directory=static)),
    ]


async def _page(request: Request) -> Response:
    """Answer with the page, whose own scripts alone may run in it."""
    from solara.server import starlette

    drawn: Response = await starlette.root(request)
    if drawn.status_code != 200:  # a redirection, for one
        return drawn
    # A new one for each answer, and `no-store` below: one that could be known beforehand, or came
    # back from a cache, would let in any script that got into the page.
    nonce = secrets.token_urlsafe(16)
    text = re.sub(rb"<script(?=[\s>])", f'<script nonce="{nonce}"'.encode(), bytes(drawn.body))
    socket_scheme = "wss" if request.url.scheme == "https" else "ws"
    policy = _POLICY.format(nonce=nonce, sockets=f"{socket_scheme}://{request.headers['host']}")
    answer = HTMLResponse(text, headers={"content-security-policy": policy})
    answer.headers["cache-control"] = "no-store"
    for name, value in drawn.raw_headers:
        if name == b"set-cookie":
            answer.raw_headers.append((name, _kept_close(value)))
    return answer


def _kept_close(cookie: bytes) -> bytes:
    """Return a cookie that scripts do not see and other sites' pages do not send."""
    pair, *attributes = cookie.split(b";")
    is_secure = b"secure" in [attribute.strip().lower() for attribute in attributes]
    return pair + b"; HttpOnly; Path=/; SameSite=Lax" + (b"; Secure" if is_secure else b"")


def _leave(request: Request) -> Response:
    """Let a visit end, at the word of its own browser."""
    from solara.server import kernel_context, server, starlette

    kernel = request.path_params["kernel_id"]
    _check_identifiers(kernel, request.query_params.getlist("session_id"))
    visit = kernel_context.contexts.get(kernel)
    # The name of a kernel is in addresses and logs; the cookie of its own browser is not.
    if visit is not None and visit.session_id != server.get_session_id_cookie(request.cookies):
        raise HTTPException(403, "This is another visitor's.")
    return starlette.close(request)


def _check_identifiers(kernel: str, page: list[str]) -> None:
    if len(page) != 1 or not all(_IDENTIFIER.fullmatch(one) for one in (kernel, *page)):
        raise HTTPException(400, "The address is malformed.")


class _Sockets:
    """Sockets that are open, by visit; as many as can be served."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    async def connect(self, socket: WebSocket) -> None:
        """Connect a visitor's page."""
        from solara.server import kernel_context, starlette

        kernel = socket.path_params["kernel_id"]
        _check_identifiers(kernel, socket.query_params.getlist("session_id"))
        # A visit whose socket is gone is kept for a while (`SOLARA_KERNEL_CULL_TIMEOUT`), so that a
        # laptop that slept finds it again; it takes its memory all the same, and so it counts.
        visits = {*kernel_context.contexts, *self._open, kernel}
        if len(visits) > MOST_VISITS or self._open.total() >= MOST_SOCKETS:
            raise HTTPException(503, "Too many visitors at once; try again in a few minutes.")
        self._open[kernel] += 1
        try:
            await starlette.kernel_connection(socket)
        finally:
            self._open[kernel] -= 1
            self._open += Counter()  # drops what is closed
