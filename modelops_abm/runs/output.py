"""Writing folders of results: nothing of anyone else's is touched, and no result is ever half new.

A file is of the program's own making if its content is one that the manifest of the folder names.
Only such files are replaced or removed, one by one; whatever else is in the way is refused by name,
and what is not in the way is left alone.

New files are written, and flushed to the disk, in a hidden folder beside the old ones. Then the
manifest is replaced by one that says that the result is incomplete and names old and new content;
each file takes its place; and the manifest is replaced by that of the new result. A process that is
killed at any moment leaves whole files, and never a mixture that can be taken for a result.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from modelops_abm.errors import reason_of
from modelops_abm.runs.manifest import (
    FILE_NAME,
    IN_WORDS,
    MANIFEST,
    Kind,
    Manifest,
    ResultError,
    digest_of,
    manifest_of,
    shown,
)
from modelops_abm.scenario import Problem

type Contents = Mapping[str, Callable[[Path], object]]
"""What writes each file to the path that it is given, by the name of the file."""

DESCRIPTION = "experiment.json"
"""The file that says what the folder of an experiment is about."""

_LOCK = ".modelops-abm.lock"
_OWN_FILE = re.compile(FILE_NAME)
_UNFINISHED = re.compile(r"\.modelops-abm-[0-9a-f]{32}")
_ANNOUNCED, _FINISHED = "announced.json", "finished.json"
_WAIT_SECONDS = 60.0
_MOST_NAMED = 8


class ResultFolder(NamedTuple):
    """Files of one result, to be written."""

    folder: Path
    """Where; made if it is not there."""
    kind: Kind
    """Only a result of the same kind is replaced."""
    contents: Contents
    """Its files."""


def check_place(folder: Path, kind: Kind, names: Iterable[str]) -> None:
    """Check that files can be written to a folder, before a long run.

    Parameters
    ----------
    folder
        Where; it need not be there.
    kind
        Kind of the result.
    names
        Names of all files that may be written.

    Raises
    ------
    ResultError
        With all that is in the way; or if another process keeps the folder for a minute.
    """
    _check_way(folder)
    if folder.exists():
        with _locked(folder):  # who writes there at this moment changes files that are known
            _survey(folder, kind, names)


def _check_way(folder: Path) -> None:
    """Check that a folder is there and can be written to, or can be made."""
    there = _nearest(folder)
    if not there.exists():
        raise _unusable(folder, f"{shown(there)} is a link that leads nowhere")
    if not there.is_dir():
        raise _unusable(folder, f"{shown(there)} is a file, not a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise _unusable(folder, "permission denied")


def _nearest(folder: Path) -> Path:
    """Return a folder, or what is there of the way to it."""
    try:
        folder.stat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError) as error:  # a name that no folder can have, among others
        raise _unusable(folder, reason_of(error)) from None
    paths = (folder.absolute(), *folder.absolute().parents)
    return next((path for path in paths if os.path.lexists(path)), paths[-1])


def write_results(*results: ResultFolder) -> None:
    """Write results, each to its folder; old files that a new result does not have are removed.

    None of them takes its place before all are written. Processes that write to the same folder do
    so one after the other.

    Raises
    ------
    ResultError
        With all that is in the way; or if another process keeps a folder for a minute, or files
        cannot be written.
    """
    with ExitStack() as stack:
        underway = [stack.enter_context(_underway(result)) for result in results]
        for each in underway:
            each.write()
        try:
            _put_in_place(underway)
        except KeyboardInterrupt:
            _put_in_place(underway)  # it takes no time, and half of it would be no result
            where = shown(results[0].folder)
            raise KeyboardInterrupt(f"Stopped; what is in {where} is complete.") from None


class _Underway:
    """A result on its way into its folder, which is locked."""

    def __init__(self, result: ResultFolder) -> None:
        self.folder, self._kind, self._contents = result
        self._unfinished = result.folder / f".modelops-abm-{uuid.uuid4().hex}"
        self._obsolete: list[str] = []

    def write(self) -> None:
        """Write all files, and the manifests, beside their places."""
        with _errors_of(self.folder):
            _clear_left_over(self.folder)
            self._unfinished.mkdir()
            new = {name: self._written(name, write) for name, write in self._contents.items()}
            # Only now, as the writing may have taken long: what came in the way meanwhile is seen.
            old = _survey(self.folder, self._kind, new)
            self._obsolete = [name for name in old if name not in new]
            # Both manifests are written before anything moves, so that a full disk is met while all
            # is as it was.
            self._describe(_ANNOUNCED, [old, new], complete=False)
            self._describe(_FINISHED, [new], complete=True)

    def announce(self) -> None:
        """Say that the result is incomplete."""
        self._move(_ANNOUNCED, MANIFEST)
        # On the disk before the first file moves: after a loss of power the old manifest must not
        # stand beside new files.
        _flush(self.folder)

    def place(self) -> None:
        """Move every file to its place, and remove those that the result does not have."""
        for name in self._contents:
            (self.folder / name).parent.mkdir(exist_ok=True)
            self._move(name, name)
        for name in self._obsolete:
            (self.folder / name).unlink(missing_ok=True)
        for folder in self._folders():
            _flush(folder)

    def finish(self) -> None:
        """Say that the result is complete."""
        self._move(_FINISHED, MANIFEST)
        _flush(self.folder)
        for folder in self._folders() - {self.folder}:
            with suppress(OSError):  # it holds something
                folder.rmdir()

    def _written(self, name: str, write: Callable[[Path], object]) -> str:
        """Write a file, and return the digest of its content."""
        file = self._unfinished / name
        file.parent.mkdir(exist_ok=True)
        write(file)
        _flush(file)
        return digest_of(file)

    def _describe(
        self, name: str, contents: Sequence[Mapping[str, str]], *, complete: bool
    ) -> None:
        """Write the manifest of files that have one of these contents each."""
        names = sorted({name for each in contents for name in each})
        digests = {
            name: tuple(dict.fromkeys(each[name] for each in contents if name in each))
            for name in names
        }
        manifest = Manifest(
            program="modelops_abm", holds=self._kind, complete=complete, files=digests
        )
        file = self._unfinished / name
        file.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
        _flush(file)

    def _move(self, name: str, place: str) -> None:
        if (self._unfinished / name).exists():  # not if an interrupt makes it begin again
            (self._unfinished / name).replace(self.folder / place)

    def _folders(self) -> set[Path]:
        names = (*self._contents, *self._obsolete)
        return {self.folder, *((self.folder / name).parent for name in names)}


@contextmanager
def _underway(result: ResultFolder) -> Iterator[_Underway]:
    """Give a result that can be written; leave nothing behind but what is in its place."""
    folder = result.folder
    _check_way(folder)
    # Remembered, to be taken away again if nothing is written.
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        with _locked(folder):
            _survey(folder, result.kind, result.contents)
            try:
                yield _Underway(result)
            finally:
                with _errors_of(folder):
                    _clear_left_over(folder)
    finally:
        for path in missing:
            with suppress(OSError):  # it holds what was written
                path.rmdir()


def _put_in_place(results: Sequence[_Underway]) -> None:
    # Each step of all results before the next, so that they become new at nearly one moment.
    for step in (_Underway.announce, _Underway.place, _Underway.finish):
        for result in results:
            try:
                step(result)
            except OSError as error:
                consequence = "what is there is incomplete until it is written again"
                raise _unusable(result.folder, f"{reason_of(error)}; {consequence}") from None


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Make a folder, and have it for this thread alone."""
    path = folder / _LOCK
    lock = FileLock(path)
    with _errors_of(folder):
        folder.mkdir(parents=True, exist_ok=True)
        # To lock is to open for writing: through a link it would be the file of somebody else.
        _check_lock(folder)
        try:
            lock.acquire(timeout=_WAIT_SECONDS)
        except Timeout:
            raise _unusable(folder, "another process is writing to it") from None
    try:
        yield
    finally:
        with _errors_of(folder):
            with suppress(OSError):  # before it is released: who waits for it then makes a new one
                path.unlink()
            lock.release()  # which leaves alone the one that may be there by now


def _clear_left_over(folder: Path) -> None:
    """Remove what a killed process had begun to write; the folder is locked."""
    for unfinished in folder.iterdir():
        # A link of such a name leads into a folder that is not ours.
        if not _UNFINISHED.fullmatch(unfinished.name) or unfinished.is_symlink():
            continue
        for place, _, files in os.walk(unfinished, topdown=False):
            with suppress(OSError):  # it holds something else
                for name in filter(_OWN_FILE.fullmatch, files):
                    Path(place, name).unlink()
                Path(place).rmdir()


def _survey(folder: Path, kind: Kind, names: Iterable[str]) -> dict[str, str]:
    """Return the digests of those files of a result that are there, by name.

    Raises
    ------
    ResultError
        If a result of another kind is there, or anything that is not known in the place of one of
        the names.
    """
    manifest = manifest_of(folder, follow=False)
    if manifest is not None and manifest.holds != kind:
        raise _unusable(folder, f"it holds {IN_WORDS[manifest.holds]}; choose another folder")
    known = {} if manifest is None else manifest.files
    found: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for name in sorted({*names, *known}):
        try:
            digest = _digest_there(folder, name)
        except _ObstacleError as obstacle:
            reasons[obstacle.name] = obstacle.reason
            continue
        if digest in known.get(name, ()):
            found[name] = digest
        elif digest:
            reasons[name] = _CHANGED if name in known else _NOT_OURS
    if reasons:
        raise ResultError(_problems(folder, reasons))
    return found


def _check_lock(folder: Path) -> None:
    try:
        if _digest_there(folder, _LOCK) not in ("", _EMPTY):
            raise _ObstacleError(_LOCK, _NOT_OURS)
    except _ObstacleError as obstacle:
        raise ResultError(_problems(folder, {obstacle.name: obstacle.reason})) from None


_NOT_OURS = "it is not known to be a file that this program wrote"
_CHANGED = "it was changed since this program wrote it"
_EMPTY = hashlib.sha256().hexdigest()


class _ObstacleError(Exception):
    """Something that is no plain file is in the place of one."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason


def _digest_there(folder: Path, name: str) -> str:
    """Return the digest of a file; empty if there is none."""
    try:
        # Whatever is a link is refused, also on the way, so that nothing is written elsewhere
        # (docs/decisions/0024).
        for outer in Path(name).parents[:-1]:
            _check_mode(outer.as_posix(), (folder / outer).lstat().st_mode, stat.S_IFDIR)
        found = (folder / name).lstat()
        _check_mode(name, found.st_mode, stat.S_IFREG)
        return digest_of(folder / name) if found.st_size else _EMPTY
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise _ObstacleError(name, reason_of(error)) from None


def _check_mode(name: str, mode: int, expected: int) -> None:
    kinds = {stat.S_IFLNK: "a link", stat.S_IFDIR: "a folder", stat.S_IFREG: "a file"}
    if stat.S_IFMT(mode) != expected:
        what = kinds.get(stat.S_IFMT(mode), "a device or pipe")
        raise _ObstacleError(name, f"it is {what}")


def _problems(folder: Path, reasons: Mapping[str, str]) -> list[Problem]:
    problems = [
        Problem(
            f"is in the way: {reason}; move it away or choose another folder",
            shown(folder / name),
        )
        for name, reason in list(reasons.items())[:_MOST_NAMED]
    ]
    if more := len(reasons) - len(problems):
        problems.append(Problem(f"{more} more files are in the way", shown(folder)))
    return problems


def _flush(path: Path) -> None:
    """Make sure that a file or folder is on the disk; not every system can do so with folders."""
    is_folder = path.is_dir()
    try:
        # Some systems flush a file only if it is open for writing, and none opens a folder so.
        descriptor = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR)
    except OSError:
        if is_folder:
            return
        raise
    try:
        os.fsync(descriptor)
    except OSError:
        if not is_folder:
            raise
    finally:
        os.close(descriptor)


@contextmanager
def _errors_of(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _unusable(folder, reason_of(error)) from None


def _unusable(folder: Path, reason: str) -> ResultError:
    return ResultError.at(folder, f"cannot write results there: {reason}")
