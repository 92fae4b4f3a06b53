"""Opening files that somebody names: they may be devices, pipes, or without an end.

What is opened is looked at after it is open, so that nothing can take its place in between, and
opening waits for nobody.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from collections.abc import Iterator
from io import BufferedReader

_FLAGS = os.O_RDONLY
for _name in ("O_BINARY", "O_CLOEXEC", "O_NOCTTY", "O_NONBLOCK"):  # as far as the system has them
    _FLAGS |= getattr(os, _name, 0)
_CHUNK_BYTES = 1 << 20
_WRITER_SECONDS, _PAUSE_SECONDS, _LONGEST_SECONDS = 1.0, 10.0, 60.0
"""How long a pipe is waited for: until somebody opens it, between two pieces, and in all."""


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
