"""Reading MLflow's model registry through MLflow itself, which is an optional package.

The address is somebody's input. So it is read by a process of its own that is ended when time is
up, with telemetry off and without redirects, so that only the server that is named is asked; and a
database or a file store is copied first, as MLflow creates and changes tables when it opens one.
Addresses with a password are refused, and none is ever printed.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from modelops_abm.clients.problems import Mistake
from modelops_abm.text import csv_text

TIMEOUT_SECONDS = 60.0
"""After which the reading is given up; starting MLflow takes some of it."""
MOST_VERSIONS = 100_000
_PAGE = 200
_SQLITE = b"SQLite format 3\0"
_STORE_DIRECTORY = "models"
_LARGEST_STORE_FILES = 200_000
_REMEDY = "give sqlite:///mlflow.db, the folder of a file store, a server's http(s) address, or CSV"
_COLUMNS = ("model", "version", "created_at", "stage", "alias", "live_at")
_LIVE_TAGS = ("live_at", "deployed_at")
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ALLOW_HTTP_REDIRECTS": "false",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "15",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_ALLOW_FILE_STORE": "true",
    "MLFLOW_TRACKING_URI": "",
    "MLFLOW_REGISTRY_URI": "",
}


def is_mlflow(source: object) -> bool:
    """Return whether a source is an MLflow registry and no CSV file; it never raises.

    >>> is_mlflow("https://mlflow.example.org"), is_mlflow("versions.csv"), is_mlflow(b"model")
    (True, False, False)
    """
    if isinstance(source, bytes):
        return False
    text = str(source)
    if "://" in text:
        return True
    path = Path(text)
    try:
        if path.is_dir():
            return True
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False


def versions_csv(address: str) -> bytes:
    """Return all versions of a registry as the CSV table that `read_registry` knows.

    Raises
    ------
    Mistake
        If MLflow is not installed, or the registry cannot be read.
    """
    if find_spec("mlflow") is None:
        reason = "is an MLflow registry, and the package mlflow is not installed"
        raise Mistake(reason, "install it: pip install 'modelops-abm[mlflow]'; or export a CSV")
    with tempfile.TemporaryDirectory(prefix="modelops-abm-") as folder:
        return _as_csv(_asked(_copied(address, Path(folder)), folder))


def _copied(address: str, folder: Path) -> str:
    """Return the address of a server, or of a copy of what lies on the disk."""
    scheme = urlsplit(address).scheme.lower() if "://" in address else ""
    if scheme in ("http", "https"):
        parts = urlsplit(address)
        if parts.username or parts.password:
            remedy = "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD instead"
            raise Mistake("has a user or password in its address", remedy)
        if not parts.hostname:
            raise Mistake("has an address without a host", _REMEDY)
        return address
    path = Path(_path_in(address, scheme))
    if path.is_dir():
        return _copy_of_store(path, folder)
    if not path.is_file():
        raise Mistake("is not there", "check the name of the database or folder")
    copy = folder / "mlflow.db"
    # Through SQLite and read only, so that a database that is in use is copied as it stands.
    try:
        given = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10.0)
        taken = sqlite3.connect(copy)
        try:
            given.backup(taken)
            tables = {row[0] for row in taken.execute("select name from sqlite_master")}
        finally:
            given.close()
            taken.close()
    except sqlite3.Error:
        raise Mistake("is no SQLite database, or is damaged", _REMEDY) from None
    if "model_versions" not in tables:
        raise Mistake("is a database without MLflow's model registry", _REMEDY)
    return f"sqlite:///{copy}"


def _path_in(address: str, scheme: str) -> str:
    if not scheme:
        return address
    if scheme == "sqlite":
        return address.partition("sqlite:///")[2] or address.partition("sqlite://")[2]
    if scheme == "file":
        return unquote(urlsplit(address).path)
    raise Mistake("has an address of a kind that is not read", _REMEDY)


def _copy_of_store(path: Path, folder: Path) -> str:
    models = path / _STORE_DIRECTORY
    if not models.is_dir():
        raise Mistake("is a folder without a registry (models)", _REMEDY)
    # What a registry says is in small files of YAML; links could lead anywhere.
    for count, file in enumerate(models.rglob("*")):
        if count > _LARGEST_STORE_FILES:
            raise Mistake(f"has more than {_LARGEST_STORE_FILES:,} files", "export a CSV")
        if file.is_symlink():
            raise Mistake("has links in its folder", "export a CSV")
    shutil.copytree(models, folder / "store" / _STORE_DIRECTORY)
    return (folder / "store").as_uri()


def _asked(address: str, folder: str) -> list[dict[str, Any]]:
    """Return the versions as another process reads them, which gets the address by its input.

    It works in the folder of the copy: MLflow may leave a database where it is started.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "modelops_abm.clients.registry_mlflow"],
            input=address,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            env={**os.environ, **_QUIET},
            cwd=folder,
            check=False,
        )
    except subprocess.TimeoutExpired:
        reason = f"did not answer within {TIMEOUT_SECONDS:.0f} seconds"
        raise Mistake(reason, "check the address, or export a CSV") from None
    try:
        answer = json.loads(done.stdout.rpartition("\n")[2])
    except json.JSONDecodeError:
        answer = {"failed": "MLflow"}
    if "failed" in answer:
        # Not its message: it holds the address, and with it what should not be printed.
        reason = f"could not be read by MLflow ({answer['failed']})"
        raise Mistake(reason, "check the address, its version of MLflow, and who may read it")
    return list(answer["versions"])


def _as_csv(versions: list[dict[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows([csv_text(str(each.get(name, ""))) for name in _COLUMNS] for each in versions)
    return text.getvalue().encode()


def _versions(address: str) -> list[dict[str, Any]]:
    """Return all versions that MLflow tells of."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=address, registry_uri=address)
    aliases: dict[tuple[str, str], list[str]] = {}
    for model in _pages(client.search_registered_models):
        for alias, version in dict(model.aliases).items():
            aliases.setdefault((model.name, str(version)), []).append(alias)
    return [
        {
            "model": each.name,
            "version": str(each.version),
            "created_at": _moment(each.creation_timestamp),
            "stage": each.current_stage or "",
            "alias": ",".join(aliases.get((each.name, str(each.version)), [])),
            "live_at": next((each.tags[tag] for tag in _LIVE_TAGS if tag in each.tags), ""),
        }
        for each in _pages(client.search_model_versions)
    ]


def _pages(search: Any) -> list[Any]:
    found: list[Any] = []
    token = None
    while True:
        page = search(max_results=_PAGE, page_token=token)
        found += page
        token = page.token
        if not token or len(found) > MOST_VERSIONS:
            return found[:MOST_VERSIONS]


def _moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000.0, UTC).isoformat(timespec="milliseconds")


def main() -> None:
    """Read an address from standard input, and write its versions as one line of JSON."""
    try:
        answer: dict[str, Any] = {"versions": _versions(sys.stdin.read().strip())}
    except Exception as error:  # noqa: BLE001 - whatever MLflow raises, the other process tells it
        answer = {"failed": type(error).__name__}
    sys.stdout.write("\n" + json.dumps(answer))


if __name__ == "__main__":
    main()
