"""The page behind nginx, by the file that docs/serving.md prints."""

from __future__ import annotations

import base64
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPSConnection
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.patience import PATIENCE_SECONDS

SERVING = Path(__file__).resolve().parents[2] / "docs" / "serving.md"
NAME = "models.example.org"
ANN = {"Authorization": "Basic " + base64.b64encode(b"ann:sesame").decode()}


def nginx() -> str:
    """Return the path of nginx, or skip where there is none."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    return program or missing("no nginx on this machine")


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])


def configuration(folder: Path, proxy: int, page: int) -> str:
    """Return the printed configuration with ports and paths of a test."""
    (printed,) = re.findall(
        r"^```nginx\n(.*?)^```$", SERVING.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    for old, new in (
        ("listen 443 ssl", f"listen 127.0.0.1:{proxy} ssl"),
        ("127.0.0.1:8765", f"127.0.0.1:{page}"),
        ("/etc/ssl/models", f"{folder}/models"),
        ("/etc/nginx/models", f"{folder}/models"),
    ):
        assert old in printed, old
        printed = printed.replace(old, new)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Started by root it would read as another user, who may not look into a test's folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    return (
        f"{user}daemon off; pid {folder}/pid; error_log stderr;\nevents {{}}\n"
        f"http {{ access_log off;\n{temporary}{printed}}}\n"
    )


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve the page behind nginx; return the port of the proxy."""
    program, openssl = nginx(), shutil.which("openssl") or missing("no openssl on this machine")
    folder, proxy, page = tmp_path_factory.mktemp("proxy"), free_port(), free_port()
    key, certificate = f"{folder}/models.key", f"{folder}/models.pem"
    subprocess.run(
        [
            openssl,
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            f"/CN={NAME}",
            "-keyout",
            key,
            "-out",
            certificate,
        ],
        check=True,
        capture_output=True,
    )
    (folder / "models.passwd").write_text("ann:{PLAIN}sesame\n")
    (folder / "nginx.conf").write_text(configuration(folder, proxy, page))
    serve = [sys.executable, "-m", "modelops_abm", "page", "--no-browser", "--port", str(page)]
    with (
        subprocess.Popen(
            [*serve, "--allow-host", f"{NAME}:{proxy}"], stdout=subprocess.PIPE, text=True
        ) as served,
        subprocess.Popen([program, "-p", str(folder), "-c", str(folder / "nginx.conf")]) as proxied,
    ):
        try:
            assert served.stdout is not None
            assert "http://127.0.0.1" in served.stdout.readline()
            yield proxy
        finally:
            proxied.terminate()
            served.terminate()


def ask(
    port: int, path: str = "/", host: str = NAME, method: str = "GET", **headers: str
) -> tuple[int, str]:
    """Return the status and text of an answer of the proxy."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = HTTPSConnection("127.0.0.1", port, context=context, timeout=PATIENCE_SECONDS)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(connection):
        connection.request(method, path, headers={"Host": f"{host}:{port}", **named})
        answer = connection.getresponse()
        is_socket = answer.status == 101
        return answer.status, "" if is_socket else answer.read().decode()


def ask_for_a_socket(port: int, origin: str) -> int:
    kernel, visit = uuid.uuid4(), uuid.uuid4()
    return ask(
        port,
        f"/jupyter/api/kernels/{kernel}/channels?session_id={visit}",
        Connection="Upgrade",
        Upgrade="websocket",
        Sec_WebSocket_Version="13",
        Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==",
        Origin=origin,
        **ANN,
    )[0]


@pytest.mark.slow(12)
def test_the_page_is_served_to_who_may_and_refused_to_others(port: int) -> None:
    assert ask(port)[0] == 401  # nginx: nobody is logged in
    status, text = ask(port, **ANN)
    assert status == 200
    assert "ModelOps" in text
    assert "421" in str(ask(port, host="other.example.org", **ANN)[0])  # another name
    assert ask(port, "/_solara/api/close/x", **ANN)[0] in {403, 404, 405}
    assert ask(port, "/models/", **ANN)[0] == 404  # below a path there is nothing
    assert ask_for_a_socket(port, f"https://{NAME}:{port}") == 101
    assert ask_for_a_socket(port, "https://evil.example.org") == 403
    # What a proxy says of host or place is not believed.
    status, text = ask(port, X_Forwarded_Host="evil.example.org", X_Script_Name="/evil", **ANN)
    assert status == 200
    assert "evil" not in text
