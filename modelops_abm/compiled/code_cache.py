"""The cache of compiled code: never stale, never damaged, never needed.

numba's own cache looks only at the file of the compiled function, not at the functions it calls,
and unpickles whatever it finds. Here the folder is named after a hash of all compiled sources, so
that a change in any of them starts an empty one, and every entry begins with a checksum that is
verified before it is unpickled. A folder that cannot be used, or an entry that is not as it was
written, costs a compilation and a word.

Whoever can write an entry can run a program as the user who loads it: the folder must be the
user's own, and nobody else may be able to write there.
"""

from __future__ import annotations

import hashlib
import logging
import multiprocessing
import os
import re
import shutil
import stat
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from llvmlite.binding import get_host_cpu_name
from platformdirs import user_cache_path

from modelops_abm.compiled.internals import Cache, as_bytes, cache_of, from_bytes, use
from modelops_abm.disk import open_file
from modelops_abm.errors import reason_of
from modelops_abm.text import file_label

VARIABLE = "MODELOPS_ABM_CACHE_DIR"
_PACKAGE = Path(__file__).parents[1]
_OWN = __name__.partition(".")[0]
# Whatever compiled code is made of or by: numba sees a change in the file of a function only.
_SOURCES = (
    "compiled/*.py",
    "core/*.py",
    "rules/*.py",
    "compiled_engine/*.py",
)
_SETTINGS = ("OPT", "BOUNDSCHECK", "DEBUGINFO_DEFAULT", "LOOP_VECTORIZE", "SLP_VECTORIZE")
"""Settings of numba that change the code it makes; the processor's are in the key of an entry."""
_CREATING = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_OWN_NAME = re.compile(r"compiled-[0-9a-f]{16}")
_PART_NAME = re.compile(r"\.[0-9a-f]{32}\.part")
_LEFT_OVER_SECONDS = 60.0
_UNUSED_SECONDS = 30 * 86_400.0
_LARGEST_ENTRY_BYTES = 100_000_000
_DIGEST_BYTES = hashlib.sha256().digest_size

_log = logging.getLogger(__name__)
_more: list[str] = []


def depends_on(text: str) -> None:
    """Let compiled code from now on be kept apart by a text too, as for rules of other packages."""
    _more.append(text)
    cache_folder.cache_clear()


def keep(dispatcher: Any) -> None:
    """Let the compiled versions of a function of this package be kept in the cache."""
    function = dispatcher.py_func
    if function.__module__.partition(".")[0] == _OWN and (folder := cache_folder()):
        use(dispatcher, _Cache(folder, function))


def is_kept(dispatcher: Any, signature: Any) -> bool:
    """Return whether there is an entry for a function's version, whether it can be used or not."""
    found = cache_of(dispatcher)
    return isinstance(found, _Cache) and found.has(signature, dispatcher.targetctx)


class _Cache(Cache):
    """What numba asks for a compiled version of a function, and gives one to keep.

    Parameters
    ----------
    folder
        Where the entries are.
    function
        The function.
    """

    def __init__(self, folder: Path, function: Callable[..., Any]) -> None:
        self._folder = folder
        self._name = function.__name__
        line = function.__code__.co_firstlineno
        self.of = f"{function.__module__}.{function.__qualname__}:{line}{_enclosed(function)}"

    @property
    def cache_path(self) -> str:
        """Where the entries are, for numba's statistics."""
        return str(self._folder)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the version for a signature, or None if there is none that can be used."""
        # As numba's own cache does, so that the context knows all that an entry may use.
        target_context.refresh()
        key = self._key(sig, target_context.codegen())
        path = self._path(key)
        try:
            # Verified before it is unpickled, which may run anything.
            return from_bytes(_payload(_content(path), key), target_context)
        except FileNotFoundError:
            return None
        except Exception as error:  # noqa: BLE001 - whatever it is, compiling mends it
            _log.debug("%s cannot be loaded", path, exc_info=error)
            _say_damaged(self._folder)
            return None

    def has(self, sig: Any, target_context: Any) -> bool:
        """Return whether there is an entry for a signature."""
        return self._path(self._key(sig, target_context.codegen())).exists()

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a version, as far as that is possible."""
        if data.library.has_dynamic_globals:  # addresses, which mean nothing to another process
            return
        key = self._key(sig, data.codegen)
        payload = as_bytes(data)
        try:
            _write(self._path(key), _digest(key, payload) + payload)
        except OSError as error:
            _say_not_kept(self._folder, reason_of(error))

    def _key(self, sig: Any, codegen: Any) -> str:
        """Return what tells a version from all others: function, types and processor."""
        return f"{self.of} {sig} {codegen.magic_tuple()}"

    def _path(self, key: str) -> Path:
        return self._folder / f"{self._name}-{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def _enclosed(function: Callable[..., Any]) -> str:
    """Return what a function made by another takes from it: such functions share a line."""
    values = [cell.cell_contents for cell in function.__closure__ or ()]
    return "".join(f" {_named(value)}" for value in values)


def _named(value: Any) -> str:
    inner = getattr(value, "py_func", value)
    if not callable(inner):
        return repr(value)
    kept = cache_of(value)
    return kept.of if isinstance(kept, _Cache) else f"{inner.__module__}.{inner.__qualname__}"


class _DamagedError(Exception):
    """An entry is not as it was written."""


def _content(path: Path) -> bytes:
    """Return what is in an entry: an ordinary file of a user who is trusted, and of nobody else."""
    with open_file(path) as stream:
        status = os.fstat(stream.fileno())  # of what is open: nothing can take its place by now
        if not _is_trusted(status) or _is_writable_by_others(status):
            raise _DamagedError
        # No more than this, so that whatever has come to lie there is not taken into memory whole.
        return stream.read(_LARGEST_ENTRY_BYTES)


def _payload(content: bytes, key: str) -> bytes:
    digest, payload = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if digest != _digest(key, payload):
        raise _DamagedError
    return payload


def _digest(key: str, payload: bytes) -> bytes:
    """Return the checksum of an entry; with the key, so that none takes another's place."""
    digest = hashlib.sha256(key.encode() + b"\0")
    digest.update(payload)
    return digest.digest()


def _write(path: Path, content: bytes) -> None:
    """Write an entry in one go; its folder may have been deleted meanwhile."""
    # Under another name until it is whole: other processes read and write here at the same time.
    temporary = path.with_name(f".{uuid.uuid4().hex}.part")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(temporary, _CREATING, 0o600), "wb") as stream:
            stream.write(content)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _say_damaged(folder: Path) -> None:
    name = file_label(str(folder), 1000)
    _say(f"Compiled code in {name} is not as it was written: it is compiled again.")


def _say_not_kept(folder: Path, reason: str) -> None:
    name = file_label(str(folder), 1000)
    _say(
        f"Compiled code cannot be kept in {name}: {reason}. What is not there is compiled"
        f" at every start, which takes up to a minute; {VARIABLE} can name another folder."
    )


@cache
def _say(text: str) -> None:
    """Say something once, and only in the process that the user started."""
    if multiprocessing.parent_process() is None:
        _log.warning(text)


@cache
def cache_folder() -> Path | None:
    """Return the folder of the compiled code, or None if there is none that may be used.

    ``MODELOPS_ABM_CACHE_DIR`` names another parent folder than the user's cache. When a new folder
    is begun, those that nobody has used for 30 days are deleted.
    """
    parent = os.environ.get(VARIABLE)
    base = Path(parent).absolute() if parent else user_cache_path("modelops-abm")
    folder = base / f"compiled-{_hash_of_sources()}"
    try:
        reason = _prepared(folder)
    except OSError as error:
        reason = reason_of(error)
    if reason:
        _say_not_kept(folder, reason)
    return None if reason else folder


def _prepared(folder: Path) -> str:
    """Make the folder if it is not there; return why it may not be used, or nothing."""
    if not folder.is_absolute():
        return "nothing says where the user's home is"
    if not folder.exists():
        _delete_unused(folder.parent)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # So that it counts as used today, and is not deleted as unused by another version.
    with suppress(OSError):  # of a folder that may only be read, which is good enough
        os.utime(folder)
    status = folder.stat()
    if not _is_trusted(status):
        return "it belongs to another user"
    if _is_writable_by_others(status):
        return "other users can write there, and so run programs as you"
    _delete_left_over(folder)
    return ""


def _is_trusted(status: os.stat_result) -> bool:
    """Whether a file is of this user, or of the administrator, who can do anything anyway."""
    return os.name == "nt" or status.st_uid in (os.geteuid(), 0)


def _is_writable_by_others(status: os.stat_result) -> bool:
    return os.name != "nt" and bool(status.st_mode & (stat.S_IWGRP | stat.S_IWOTH))


def _delete_left_over(folder: Path) -> None:
    """Delete what processes had begun to write when they were killed."""
    for path in folder.glob(".*.part"):
        with suppress(OSError):
            # A younger one may be another process's that is about to be renamed.
            is_old = time.time() - path.lstat().st_mtime > _LEFT_OVER_SECONDS
            if is_old and _PART_NAME.fullmatch(path.name):
                path.unlink()


def _delete_unused(base: Path) -> None:
    """Delete the folders of other versions whose last use is long ago."""
    for folder in base.glob("compiled-*"):
        with suppress(OSError):
            is_old = time.time() - folder.stat().st_mtime > _UNUSED_SECONDS
            if is_old and _OWN_NAME.fullmatch(folder.name):
                shutil.rmtree(folder)


def _hash_of_sources() -> str:
    versions = (llvmlite.__version__, numba.__version__, np.__version__, sys.version)
    settings = [getattr(numba.config, name, None) for name in _SETTINGS]
    digest = hashlib.sha256(f"{versions} {settings} {get_host_cpu_name()}".encode())
    for text in _more:
        digest.update(text.encode())
    for pattern in _SOURCES:
        for path in sorted(_PACKAGE.glob(pattern)):
            digest.update(path.relative_to(_PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
