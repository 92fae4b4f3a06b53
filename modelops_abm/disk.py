"""Files that somebody names: opened with care, and written whole or not at all.

They may be devices, pipes, or without an end. What is opened is looked at after it is open, so that
nothing can take its place in between, and opening waits for nobody.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from io import BufferedReader
from pathlib import Path

from modelops_abm.errors import InputError, reason_of
from modelops_abm.text import printable

_FLAGS = os.O_RDONLY
for _name in ("O_BINARY", "O_CLOEXEC", "O_NOCTTY", "O_NONBLOCK"):  # as far as the system has them
    _FLAGS |= getattr(os, _name, 0)
_CHUNK_BYTES = 1 << 20
_WRITER_SECONDS, _PAUSE_SECONDS, _LONGEST_SECONDS = 1.0, 10.0, 60.0
"""How long a pipe is waited for: until somebody opens it, between two pieces, and in all."""
_TEMPORARY = re.compile(r"\.modelops-abm-[0-9a-f]{32}\.tmp")
_LEFT_OVER_SECONDS = 60.0
"""A temporary file that is older is of a process that was killed: writing takes no such time."""


def read_file(file: str | os.PathLike[str], largest_bytes: int) -> bytes:
    """Return the content of a file or of a pipe, such as the ``<(...)`` of a shell.

    Parameters
    ----------
    file
        Its name.
    largest_bytes
        How much is read at most; one byte more tells that there is more.

    Raises
    ------
    OSError
        If it cannot be read, is a folder, device or socket, or a pipe from which nothing comes; its
        `strerror` says why.
    """
    descriptor, mode = _opened(file)
    try:
        if stat.S_ISREG(mode):
            chunks = iter(lambda: os.read(descriptor, _CHUNK_BYTES), b"")
        elif stat.S_ISFIFO(mode) and sys.platform != "win32":
            chunks = _chunks_of_pipe(descriptor)
        else:
            raise _no_file(mode)
        return _together(chunks, largest_bytes)
    finally:
        os.close(descriptor)


def open_file(file: str | os.PathLike[str]) -> BufferedReader:
    """Open a file of any size for reading.

    Raises
    ------
    OSError
        If it cannot be read, or is anything else than a file; its `strerror` says why.
    """
    descriptor, mode = _opened(file)
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise _no_file(mode)
    return os.fdopen(descriptor, "rb")


def _opened(file: str | os.PathLike[str]) -> tuple[int, int]:
    """Return the descriptor and the mode of what a name stands for."""
    try:
        descriptor = os.open(file, _FLAGS)
    except ValueError:  # a name with a NUL
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)) from None
    except OSError as error:
        if error.errno == errno.ENXIO:  # a socket, or a device with nothing behind it
            raise _no_file(os.stat(file).st_mode) from None  # noqa: PTH116
        if os.path.isdir(file):  # Windows opens none  # noqa: PTH112 - of any kind of name
            raise _no_file(stat.S_IFDIR) from None
        raise
    return descriptor, os.fstat(descriptor).st_mode


def _no_file(mode: int) -> OSError:
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFSOCK: "a socket", stat.S_IFIFO: "a pipe"}
    kind = kinds.get(stat.S_IFMT(mode), "a device")
    return OSError(errno.EINVAL, f"it is {kind}, not a file")


def _together(chunks: Iterator[bytes], largest_bytes: int) -> bytes:
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > largest_bytes:
            break
    return bytes(content[: largest_bytes + 1])


def _chunks_of_pipe(descriptor: int) -> Iterator[bytes]:
    """Yield what comes from a pipe until those who write to it have closed it."""
    os.set_blocking(descriptor, False)
    start = last = time.monotonic()
    patience = _WRITER_SECONDS
    while time.monotonic() < min(start + _LONGEST_SECONDS, last + patience):
        chunk = _next_chunk(descriptor)
        if chunk == b"" and patience == _PAUSE_SECONDS:
            return
        if chunk != b"":
            patience = _PAUSE_SECONDS
        if chunk:
            last = time.monotonic()
            yield chunk
        else:
            time.sleep(0.002)
    raise TimeoutError(errno.ETIMEDOUT, "it is a pipe from which nothing, or no end, came")


def _next_chunk(descriptor: int) -> bytes | None:
    """Return what is in a pipe: None if nothing yet, and nothing at all if nobody has it open."""
    try:
        return os.read(descriptor, _CHUNK_BYTES)
    except BlockingIOError:
        return None


def write_whole(path: str | os.PathLike[str], content: bytes, *, replace: bool = False) -> None:
    """Write a file in one go: to a temporary file beside it that takes its place when complete.

    Parameters
    ----------
    path
        The file.
    content
        What it is to hold.
    replace
        Whether a file that is there already is replaced. A link never is, nor written through.

    Raises
    ------
    InputError
        If something is there already, or the file cannot be written.
    """
    file = os.fspath(path)
    target = Path(file)
    try:
        _check_target(target, replace=replace)
        _remove_left_over(target.parent)
        _write(target, content, replace=replace)
    except InputError:
        raise
    except (OSError, ValueError) as error:
        raise InputError.at(file, f"cannot be written: {reason_of(error)}") from None


def _check_target(target: Path, *, replace: bool) -> None:
    if target.is_symlink():
        aim = printable(os.path.realpath(target), 200)
        raise InputError.at(target, f"is a link to {aim}; give the name of the file itself")
    if target.exists() and not target.is_file():
        raise InputError.at(target, "is a folder or device, not a file")
    if target.exists() and not replace:
        raise _there_already(target)


def _there_already(target: Path) -> InputError:
    return InputError.at(target, "is there already; choose another name, or ask to replace it")


def _write(target: Path, content: bytes, *, replace: bool) -> None:
    temporary = target.with_name(f".modelops-abm-{uuid.uuid4().hex}.tmp")
    try:
        # In the same folder: only within a file system can a file take another's place in one go.
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())  # or a crash leaves an empty file under the final name
        # Renaming replaces whatever is there. Where nothing may be replaced a second name is given
        # instead, which fails if somebody has taken the name since it was looked at.
        if replace:
            temporary.replace(target)
        else:
            _place_anew(temporary, target)
    except BaseException:
        with suppress(OSError):  # it may never have been there
            temporary.unlink()
        raise


def _place_anew(temporary: Path, target: Path) -> None:
    """Move a file to a name that nobody has taken since it was checked."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise _there_already(target) from None
    except OSError:  # not every file system has a second name for a file
        _check_target(target, replace=False)
        temporary.replace(target)
    else:
        temporary.unlink()


def _remove_left_over(folder: Path) -> None:
    """Remove temporary files of processes that were killed while they wrote them."""
    for path in folder.glob(".modelops-abm-*.tmp"):
        with suppress(OSError):
            if _TEMPORARY.fullmatch(path.name) and _is_left_over(path):
                path.unlink()


def _is_left_over(path: Path) -> bool:
    found = path.lstat()
    return stat.S_ISREG(found.st_mode) and time.time() - found.st_mtime > _LEFT_OVER_SECONDS
