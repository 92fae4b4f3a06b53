"""Attacks on the page from this machine: what a stranger, another site or a broken program may ask.

    python benchmarks/attacks.py [--command "solara run run.py --no-open --port {port}"]

Starts the page, asks it for what it should not give, and prints for each kind of attack how often
it was tried and how often it came through. Everything is bounded and stays on the loopback
interface; the installed scripts are attacked as a copy. The exit code is 1 if anything came
through.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

COMMAND = f"{shlex.quote(sys.executable)} -m modelops_abm page --no-browser --port {{port}}"
READY_SECONDS, ANSWER_SECONDS, HALF_SENT_SECONDS = 300.0, 10.0, 20.0
MISSES, HALF_SENT, MOST_SOCKETS = 20, 60, 256
CLOSED = 0
"""In place of a status: the server has closed the connection without an answer."""
UNANSWERED = -1


class Served(NamedTuple):
    """A page that is served, the folder of its installed scripts, and how many paths to try."""

    port: int
    scripts: Path
    fuzzed: int


class Answer(NamedTuple):
    """What the server has answered."""

    status: int
    head: str
    body: bytes
    seconds: float


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--command", default=COMMAND, help="what serves the page at {port}")
    arguments.add_argument("--only", nargs="*", choices=list(ATTACKS), default=list(ATTACKS))
    arguments.add_argument("--fuzzed", type=int, default=2_000, help="number of random paths")
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    random.seed(chosen.seed)
    came_through = 0
    with serving(chosen.command, chosen.fuzzed) as served:
        print(f"{'attack':58} {'tried':>6} {'came through':>13}", flush=True)
        for name in chosen.only:
            outcomes = list(ATTACKS[name](served))
            came_through += sum(outcomes)
            print(f"{name:58} {len(outcomes):6} {sum(outcomes):13}", flush=True)
    sys.exit(1 if came_through else 0)


@contextmanager
def serving(command: str, fuzzed: int) -> Iterator[Served]:
    """Serve the page with a copy of the installed scripts."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        scripts = Path(folder) / "scripts"
        shutil.copytree(Path(sys.prefix) / "share" / "solara" / "cdn", scripts)
        environment = {**os.environ, "SOLARA_ASSETS_PROXY_CACHE_DIR": str(scripts)}
        with subprocess.Popen(
            shlex.split(command.format(port=port)),
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                wait_for(port)
                yield Served(port, scripts, fuzzed)
            finally:
                process.kill()


def wait_for(port: int) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        try:
            if ask(port, "/readyz").status == 200:
                return
        except OSError:
            time.sleep(0.2)
    sys.exit("The page was not served.")


def ask(
    port: int,
    target: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    host: str | None = None,
    seconds: float = ANSWER_SECONDS,
) -> Answer:
    """Ask for a target, as it is, and return the answer."""
    said = {"Host": host or f"localhost:{port}", "Connection": "close", **(headers or {})}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
    return send(port, "\r\n".join([*lines, "", ""]).encode("latin-1"), seconds=seconds)


def send(port: int, request: bytes, *, seconds: float = ANSWER_SECONDS) -> Answer:
    """Send the bytes of a request, and return the answer."""
    began, received = time.perf_counter(), b""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        try:
            connection.sendall(request)
            while chunk := connection.recv(65536):
                received += chunk
                if received.startswith(b"HTTP/1.1 101"):
                    break
        except TimeoutError:
            return Answer(UNANSWERED, "", received, time.perf_counter() - began)
        except OSError:
            pass  # the server has closed the connection
    head, _, body = received.partition(b"\r\n\r\n")
    found = re.match(rb"HTTP/1\.1 (\d{3})", head)
    status = int(found.group(1)) if found else CLOSED
    return Answer(status, head.decode("latin-1"), body, time.perf_counter() - began)


def handshake(port: int, target: str, **headers: str) -> bytes:
    """Return a request to open a WebSocket."""
    said = {
        "Host": f"localhost:{port}",
        "Origin": f"http://localhost:{port}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(random.randbytes(16)).decode(),
        **headers,
    }
    lines = [f"{name}: {value}" for name, value in said.items() if value]
    return "\r\n".join([f"GET {target} HTTP/1.1", *lines, "", ""]).encode("latin-1")


def channels(kernel: str | None = None, page: str | None = None) -> str:
    """Return the target of a visit's WebSocket."""
    names = kernel or str(uuid.uuid4()), page or str(uuid.uuid4())
    return f"/jupyter/api/kernels/{names[0]}/channels?session_id={names[1]}"


def is_fault(answer: Answer) -> bool:
    """Whether a request that makes no sense was not refused in order."""
    return not 400 <= answer.status < 500


# --- The attacks: each yields, for every try, whether it came through ---------------------------


def folders_of_scripts(served: Served) -> Iterator[bool]:
    """Ask for each folder of the installed scripts: a file may be read, nothing may change."""
    before = files(served)
    folders = sorted(
        path.relative_to(served.scripts).as_posix()
        for path in served.scripts.rglob("*")
        if path.is_dir()
    )
    for folder in random.sample(folders, min(MISSES, len(folders))):
        answer = ask(served.port, f"/_solara/cdn/{folder}")
        yield files(served) != before or is_fault(answer)
        before = files(served)


def scripts_that_are_not_there(served: Served) -> Iterator[bool]:
    """Ask for scripts that are not installed: nothing may be fetched or kept, and no one waits."""
    for number in range(MISSES):
        before = files(served)
        answer = ask(served.port, f"/_solara/cdn/attack-{number}@1.0.0/x.js")
        yield files(served) != before or answer.status != 404 or answer.seconds > 1.0


def files_elsewhere(served: Served) -> Iterator[bool]:
    """Ask for files outside the folders that are served, also by a link in them."""
    (served.scripts / "link.txt").symlink_to("/etc/hostname")
    (served.scripts / "linked").symlink_to("/etc")
    ways = ("../../../etc/hostname", "..%2f..%2fetc/hostname", "%2e%2e/%2e%2e/etc/hostname")
    more = ("..\\..\\etc\\hostname", "....//etc/hostname", "%c0%ae%c0%ae/etc/hostname")
    links = ("link.txt", "linked/hostname", "/etc/hostname", "./etc/hostname%00.js")
    for root in ("/_solara/cdn", "/static", "/static/assets", "/static/public"):
        for way in (*ways, *more, *links):
            yield is_fault(ask(served.port, f"{root}/{way}"))
    (served.scripts / "link.txt").unlink()
    (served.scripts / "linked").unlink()


def files(served: Served) -> int:
    return sum(1 for path in served.scripts.rglob("*"))


def other_routes(served: Served) -> Iterator[bool]:
    """Ask for routes that the page does not need."""
    for target in (
        "/resourcez",
        "/resourcez?verbose",
        "/jupyter/api/kernels/1",
        "/static/public/x",
        "/some/other/page",
        "/jupyter/nbextensions/jupyter-js-widgets/extension.js",
    ):
        yield is_fault(ask(served.port, target))
    identifier = uuid.uuid4()
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW", "POST"):
        for target in ("/", "/readyz", "/_solara/cdn/requirejs@2.3.6/require.js"):
            yield is_fault(ask(served.port, target, method=method))
    for target in (f"/_solara/api/evict/{identifier}", f"/_solara/api/close/{identifier}"):
        yield is_fault(ask(served.port, target, method="POST"))


def foreign_hosts(served: Served) -> Iterator[bool]:
    """Ask under another name: a name that resolves to this machine, or none at all."""
    port = served.port
    names = ["evil.test", f"evil.test:{port}", f"localhost.evil.test:{port}", "localhost:1", "*"]
    names += [
        f"localhost:{port}.evil.test",
        f"evil.test/localhost:{port}",
        f"localhost:{port}@evil",
    ]
    names += [f"127.0.0.1.evil.test:{port}", "0.0.0.0", f"[::]:{port}", f"localhost.:{port}", "\t"]
    names += [f"localhost:{port}/a?b=", f"localhost:{port}#", f"localhost:{port}, evil.test"]
    for name in names:
        for target in ("/", "/static/main-vuetify.js", "/readyz"):
            yield is_fault(ask(port, target, host=name))
    for lines in ("", "Host: localhost\r\nHost: evil.test\r\n"):
        yield is_fault(send(port, f"GET / HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode()))


def foreign_origins(served: Served) -> Iterator[bool]:
    """Open a visit, and end one, from pages of others; and read from them."""
    port = served.port
    origins = ["http://evil.test", "null", "", f"http://localhost:{port + 1}", "http://localhost"]
    origins += [
        f"https://evil.test:{port}",
        f"ws://localhost:{port}",
        f"http://localhost:{port}.evil",
    ]
    origins += ["file://", "chrome-extension://abc", f"//localhost:{port}", f"localhost:{port}"]
    for origin in origins:
        yield is_fault(send(port, handshake(port, channels(), Origin=origin)))
        end = f"/_solara/api/close/{uuid.uuid4()}?session_id={uuid.uuid4()}"
        said = {"Origin": origin} if origin else {}
        yield is_fault(ask(port, end, method="POST", headers=said))
        if origin:
            yield is_fault(ask(port, "/", headers=said))
    for site in ("cross-site", "same-site"):
        for mode, kind in (("no-cors", "image"), ("navigate", "iframe"), ("cors", "empty")):
            said = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": kind}
            yield is_fault(ask(port, "/", headers=said))
            yield is_fault(ask(port, "/static/main-vuetify.js", headers=said))
        said = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "websocket"}
        yield is_fault(send(port, handshake(port, channels(), **said)))


def headers_of_a_proxy(served: Served) -> Iterator[bool]:
    """Say where and how the page is served: it may not be believed."""
    mark = "marked-by-a-stranger"
    for name in ("X-Script-Name", "Script-Name", "X-Forwarded-Prefix", "X-Forwarded-Path"):
        yield mark.encode() in ask(served.port, "/", headers={name: f"/{mark}"}).body
    for name in ("X-Forwarded-Host", "Forwarded", "X-Original-URL", "X-Rewrite-URL", "X-Host"):
        yield mark.encode() in ask(served.port, "/", headers={name: f"host={mark}"}).body
    secure = ask(
        served.port, "/", headers={"X-Forwarded-Proto": "https"}, host=f"127.0.0.1:{served.port}"
    )
    yield "secure" in secure.head.lower()


def what_browsers_are_told(served: Served) -> Iterator[bool]:
    """Look at the headers of the page: each that is missing counts."""
    told = ask(served.port, "/").head.lower()
    policy = re.search(r"content-security-policy: (.*)", told)
    rules = policy.group(1) if policy else ""
    for rule in ("default-src 'none'", "frame-ancestors 'none'", "script-src 'self' 'nonce-"):
        yield rule not in rules
    yield "http:" in rules or "https:" in rules or "*" in rules or not rules
    for name in ("cross-origin-opener-policy", "cross-origin-resource-policy", "referrer-policy"):
        yield f"{name}: " not in told
    for line in (
        "x-content-type-options: nosniff",
        "x-frame-options: deny",
        "permissions-policy: ",
    ):
        yield line not in told
    cookies = re.findall(r"set-cookie: (.*)", told)
    for attribute in ("httponly", "samesite=lax"):
        yield not cookies or not all(attribute in cookie for cookie in cookies)


def malformed_paths(served: Served) -> Iterator[bool]:
    """Ask for random and for known bad paths: each is refused in order."""
    known = [
        "/%",
        "/%zz",
        "/%00",
        "/a%00b",
        "//",
        "/..",
        "/./.",
        "/%ff%fe",
        "/\\",
        "/a b",
        "/%0d%0aX:y",
    ]
    known += ["http://localhost/", "*", "evil.test:80", "/" + "a" * 20_000, "/static/" + "a" * 300]
    known += [
        "/static/?v=%ff",
        "/static/main-vuetify.js/..",
        "/static/%ef%bc%8e%ef%bc%8e/x",
        "/@evil",
    ]
    known += [
        "/;a=b",
        "/static/con",
        "/static/nul.js",
        "/static/main-vuetify.js%00.png",
        "/%2e%2e/",
    ]
    roots = (
        "/",
        "/static/",
        "/static/assets/",
        "/_solara/cdn/",
        "/jupyter/nbextensions/",
        "/_solara/",
    )
    pieces = (
        "..",
        "%2e",
        "%00",
        "%",
        "//",
        "\\",
        "%ff",
        "a",
        "~",
        "%2f",
        ";",
        "@",
        ":",
        "'",
        '"',
        "<",
    )
    fuzzed = (
        random.choice(roots) + "".join(random.choices(pieces, k=random.randint(2, 9)))
        for _ in range(served.fuzzed)
    )
    for target in (*known, *fuzzed):
        yield is_fault(ask(served.port, target))


def absurd_visits(served: Served) -> Iterator[bool]:
    """Open and end visits whose names are none."""
    port = served.port
    names = ["x", "..", "%00", "1" * 36, "-" * 36, "a" * 5_000, str(uuid.uuid4()).upper(), "dummy"]
    for name in names:
        yield is_fault(send(port, handshake(port, channels(kernel=name))))
        yield is_fault(send(port, handshake(port, channels(page=name))))
        end = f"/_solara/api/close/{name}?session_id={name}"
        yield is_fault(
            ask(port, end, method="POST", headers={"Origin": f"http://localhost:{port}"})
        )
    for target in ("/", "/readyz", "/static/main-vuetify.js", "/jupyter/api/kernels/1", "/x"):
        yield is_fault(send(port, handshake(port, target)))
    yield is_fault(send(port, handshake(port, channels().partition("?")[0])))


def large_requests(served: Served) -> Iterator[bool]:
    """Send more than any page does."""
    port, own = served.port, {"Origin": f"http://localhost:{served.port}"}
    end = f"/_solara/api/close/{uuid.uuid4()}?session_id={uuid.uuid4()}"
    yield is_fault(ask(port, "/?" + "a" * 20_000))
    yield is_fault(ask(port, "/", headers={"X-Large": "a" * 60_000}))
    yield is_fault(ask(port, "/", headers={f"X-{number}": "a" * 100 for number in range(500)}))
    for size in ("2000000", "9" * 30, "-1", "x"):
        yield is_fault(ask(port, end, method="POST", headers={**own, "Content-Length": size}))
    yield is_fault(ask(port, end, method="POST", headers={**own, "Transfer-Encoding": "chunked"}))
    yield is_fault(ask(port, "/", headers={"Content-Length": "2000000"}))


def half_sent_requests(served: Served) -> Iterator[bool]:
    """Begin requests and never end them: each is given up after a while."""
    begun = (
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        f"POST / HTTP/1.1\r\nHost: localhost:{served.port}\r\nContent-Length: 9\r\n\r\na".encode(),
    )
    connections = []
    for number in range(HALF_SENT):
        connection = socket.create_connection(("127.0.0.1", served.port), timeout=ANSWER_SECONDS)
        connection.sendall(begun[number % len(begun)])
        connections.append(connection)
    end = time.monotonic() + HALF_SENT_SECONDS
    while time.monotonic() < end:
        time.sleep(1.0)
        for connection in connections[1::4]:
            with suppress(OSError):  # it is closed
                connection.sendall(b"T")  # a byte a second is not enough
    for connection in connections:
        yield not is_closed(connection)
        connection.close()


def is_closed(connection: socket.socket) -> bool:
    """Whether the other side has closed a connection."""
    connection.settimeout(0.2)
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def too_many_sockets(served: Served) -> Iterator[bool]:
    """Open more sockets, of more visits, than can be served."""
    connections, accepted = [], 0
    for _ in range(MOST_SOCKETS + 44):
        connection = socket.create_connection(("127.0.0.1", served.port), timeout=ANSWER_SECONDS)
        connection.sendall(handshake(served.port, channels()))
        accepted += connection.recv(4096).startswith(b"HTTP/1.1 101")
        connections.append(connection)
        yield accepted > MOST_SOCKETS
    for connection in connections:
        connection.close()
    time.sleep(1.0)
    yield ask(served.port, "/readyz").status != 200


def broken_messages(served: Served) -> Iterator[bool]:
    """Send rubbish over a visit's own socket: the page is still there for others."""
    deep = "[" * 50_000
    for text in (
        "",
        "{",
        "null",
        "[]",
        deep,
        '{"header": 1}',
        json.dumps({"header": {}}),
        "\x00" * 99,
    ):
        with socket.create_connection(("127.0.0.1", served.port), timeout=ANSWER_SECONDS) as visit:
            visit.sendall(handshake(served.port, channels()))
            visit.recv(4096)
            with suppress(OSError):  # it is closed
                visit.sendall(frame(text.encode()))
        yield ask(served.port, "/readyz").status != 200


def frame(message: bytes) -> bytes:
    """Return a text message as a browser frames it."""
    size = len(message)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return b"\x81" + length + bytes(4) + message


ATTACKS: dict[str, Callable[[Served], Iterator[bool]]] = {
    "headers of a proxy are believed": headers_of_a_proxy,
    "folders of installed scripts change when asked for": folders_of_scripts,
    "scripts that are not there are fetched, or waited for": scripts_that_are_not_there,
    "files elsewhere are served": files_elsewhere,
    "routes that the page does not need": other_routes,
    "foreign hosts": foreign_hosts,
    "pages of other origins": foreign_origins,
    "headers that tell browsers what they may do are missing": what_browsers_are_told,
    "malformed paths": malformed_paths,
    "visits with absurd names": absurd_visits,
    "large requests": large_requests,
    "broken messages": broken_messages,
    "half-sent requests hold a connection": half_sent_requests,
    "more sockets than can be served": too_many_sockets,
}

if __name__ == "__main__":
    main()
