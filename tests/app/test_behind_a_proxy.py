"""The page behind nginx and behind Caddy, by the files that docs/serving.md prints."""

from __future__ import annotations

import base64
import gzip
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPResponse, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import missing
from tests.patience import PATIENCE_SECONDS, until

SERVING = Path(__file__).resolve().parents[2] / "docs" / "serving.md"
NAME = "models.example.org"
COLLEAGUES = ["ann", *(f"colleague{number}" for number in range(15))]
OTHER = "the other process"
PORT_OF_PAGE = "127.0.0.1:8765"


class Proxies(NamedTuple):
    """Ports of the two proxies, which serve one page; nginx has another process beside it."""

    nginx: int
    caddy: int


def program(name: str) -> str:
    """Return the path of a program, or skip where there is none."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    return found or missing(f"no {name} on this machine")


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])


def printed(language: str, replacements: dict[str, str]) -> str:
    """Return a printed configuration with ports and paths of a test."""
    (text,) = re.findall(
        rf"^```{language}\n(.*?)^```$", SERVING.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    for old, new in replacements.items():
        assert old in text, old
        text = text.replace(old, new)
    return str(text)


def nginx(folder: Path, port: int, page: int, other: int) -> list[str]:
    """Write nginx's configuration and all that it names; return the command that starts it."""
    request = "req -x509 -newkey rsa:2048 -nodes -days 2 -keyout models.key -out models.pem -subj"
    made = [program("openssl"), *request.split(), f"/CN={NAME}"]
    subprocess.run(made, check=True, capture_output=True, cwd=folder)
    (folder / "models.passwd").write_text("".join(f"{who}:{{PLAIN}}sesame\n" for who in COLLEAGUES))
    text = printed(
        "nginx",
        {
            "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
            f"server {PORT_OF_PAGE};": f"server 127.0.0.1:{page}; server 127.0.0.1:{other};",
            "/etc/ssl/models": f"{folder}/models",
            "/etc/nginx/models": f"{folder}/models",
        },
    )
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    # Started by root it would read as another user, who may not look into a test's folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off; pid {folder}/pid; error_log stderr;\nevents {{}}\n"
        f"http {{ access_log off;\n{temporary}{text}}}\n"
    )
    return [program("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, port: int, page: int) -> list[str]:
    """Write Caddy's configuration; return the command that starts it."""
    hashed = [program("caddy"), "hash-password", "--plaintext", "sesame"]
    done = subprocess.run(hashed, check=True, capture_output=True, text=True)
    text = printed(
        "text",
        {
            # With a certificate of its own making, as none can be had for the name.
            f"{NAME} {{": f"{NAME}:{port} {{\n    tls internal",
            "HASH_OF_HER_PASSWORD": done.stdout.strip(),
            PORT_OF_PAGE: f"127.0.0.1:{page}",
        },
    )
    own = f"admin off\nstorage file_system {folder}\nskip_install_trust\n"
    own += "auto_https disable_redirects\n"
    (folder / "Caddyfile").write_text(f"{{\n{own}}}\n{text}")
    return [program("caddy"), "run", "--config", str(folder / "Caddyfile")]


class Other(BaseHTTPRequestHandler):
    """What answers in place of a second page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(OTHER.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def proxies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxies]:
    """Serve the page behind both proxies."""
    folder, page, ports = tmp_path_factory.mktemp("proxy"), free_port(), Proxies(*_two_ports())
    hosts = [word for port in ports for word in ("--allow-host", f"{NAME}:{port}")]
    serve = ["-m", "modelops_abm", "page", "--no-browser", "--port", str(page), *hosts]
    with ExitStack() as stack:
        other = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Other))
        threading.Thread(target=other.serve_forever, daemon=True).start()
        stack.callback(other.shutdown)
        commands = [
            [sys.executable, *serve],
            nginx(folder, ports.nginx, page, other.server_port),
            caddy(folder, ports.caddy, page),
        ]
        for command in commands:
            process = stack.enter_context(
                subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            )
            stack.callback(process.terminate)
            if command == commands[0]:
                assert process.stdout is not None
                assert b"http://127.0.0.1" in process.stdout.readline()
        for port in ports:
            until(lambda port=port: _answers(port))  # type: ignore[misc]
        yield ports


def _two_ports() -> tuple[int, int]:
    first, second = free_port(), free_port()
    return (first, second) if first != second else _two_ports()


def _answers(port: int) -> bool:
    try:
        return ask(port)[0] == 401
    except OSError:
        return False


class Connection(HTTPSConnection):
    """A connection to this machine, under the name that a colleague's browser would use."""

    def connect(self) -> None:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.sock = context.wrap_socket(
            socket.create_connection(("127.0.0.1", self.port), self.timeout), server_hostname=NAME
        )


@contextmanager
def asked(
    port: int, path: str = "/", host: str = NAME, as_whom: str = "", **headers: str
) -> Iterator[HTTPResponse]:
    """Ask a proxy for a page."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if as_whom:
        said = base64.b64encode(f"{as_whom}:sesame".encode()).decode()
        named["Authorization"] = f"Basic {said}"
    with closing(Connection(NAME, port, timeout=PATIENCE_SECONDS)) as connection:
        connection.request("GET", path, headers={"Host": f"{host}:{port}", **named})
        yield connection.getresponse()


def ask(port: int, path: str = "/", **more: str) -> tuple[int, str]:
    """Return the status and text of an answer of a proxy."""
    with asked(port, path, **more) as answer:
        is_socket = answer.status == 101
        return answer.status, "" if is_socket else answer.read().decode()


def ask_for_a_socket(port: int, origin: str, as_whom: str) -> int:
    kernel, visit = uuid.uuid4(), uuid.uuid4()
    return ask(
        port,
        f"/jupyter/api/kernels/{kernel}/channels?session_id={visit}",
        as_whom=as_whom,
        Connection="Upgrade",
        Upgrade="websocket",
        Sec_WebSocket_Version="13",
        Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==",
        Origin=origin,
    )[0]


@pytest.mark.slow(14)
def test_a_colleague_comes_back_to_the_same_process(proxies: Proxies) -> None:
    reached = {who: ask(proxies.nginx, as_whom=who)[1] for who in COLLEAGUES}
    assert {OTHER} < set(reached.values())
    for who, text in reached.items():
        assert (ask(proxies.nginx, as_whom=who)[1] == OTHER) == (text == OTHER), who


@pytest.mark.slow(2)
@pytest.mark.parametrize("name", Proxies._fields)
def test_the_page_is_served_to_who_may_and_refused_to_others(proxies: Proxies, name: str) -> None:
    port: int = getattr(proxies, name)
    may = COLLEAGUES if name == "nginx" else COLLEAGUES[:1]  # of Caddy's file there is one
    ann = next(who for who in may if ask(port, as_whom=who)[1] != OTHER)
    assert ask(port)[0] == 401  # nobody is logged in
    status, text = ask(port, as_whom=ann)
    assert status == 200
    assert "ModelOps" in text
    assert ask(port, "/models/", as_whom=ann)[0] == 404  # below a path there is nothing
    assert ask(port, "/_solara/api/close/x", as_whom=ann)[0] in {403, 404, 405}
    assert ask_for_a_socket(port, f"https://{NAME}:{port}", ann) == 101
    assert ask_for_a_socket(port, "https://evil.example.org", ann) == 403
    # Under another name nginx asks the page, which refuses; Caddy answers nothing of its own.
    status, text = ask(port, host="other.example.org", as_whom=ann)
    assert status == (421 if name == "nginx" else 200)
    assert "ModelOps" not in text
    # What a proxy says of host or place is not believed.
    forwarded = {"X_Forwarded_Host": "evil.example.org", "X_Script_Name": "/evil"}
    status, text = ask(port, as_whom=ann, **forwarded)
    assert status == 200
    assert "evil" not in text
    # The page packs nothing; the proxy does.
    with asked(port, as_whom=ann, Accept_Encoding="gzip") as answer:
        assert answer.getheader("Content-Encoding") == "gzip"
        assert "ModelOps" in gzip.decompress(answer.read()).decode()
