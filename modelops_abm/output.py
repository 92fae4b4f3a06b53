"""Folders for results: looked at before a long run, filled with pictures after it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modelops_abm.parameters import InputError, Problem
from modelops_abm.parameters.wording import printable


def check_place(folder: Path) -> None:
    """Check that a folder can be written, or be made.

    Raises
    ------
    InputError
        If a file is in the way, or it must not be written.
    """
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        raise _unusable(folder, f"{_shown(there)} is a file, not a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise _unusable(folder, "permission denied")


@contextmanager
def scratch_folder(beside: Path) -> Iterator[Path]:
    """Give a folder beside another, on the same disk, for what is not complete yet.

    Raises
    ------
    InputError
        If it cannot be made, or what is done in it fails for want of space or permission.
    """
    try:
        beside.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{beside.name}-", dir=beside.parent) as scratch:
            yield Path(scratch)
    except OSError as error:
        raise _unusable(beside, (error.strerror or str(error)).lower()) from None


def move_files(source: Path, target: Path) -> None:
    """Move every file of a folder to another, each in one go, over one of the same name."""
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.iterdir()):
        path.replace(target / path.name)


def _unusable(folder: Path, reason: str) -> InputError:
    return InputError(Problem(f"cannot write results there: {reason}", _shown(folder)))


def _shown(path: Path) -> str:
    return printable(str(path), 200)
