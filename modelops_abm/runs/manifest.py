"""The manifest of a folder of results, and results that are read by it.

It names each file with the SHA-256 of its content: what is read is what was written, or an error.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from modelops_abm.disk import open_file
from modelops_abm.errors import reason_of
from modelops_abm.scenario import InputError, Problem
from modelops_abm.text import printable

type Kind = Literal["simulation", "experiment", "main job", "pictures"]

MANIFEST = "modelops-abm-manifest.json"
_LARGEST_MANIFEST, _CHUNK_BYTES = 1_000_000, 1 << 20

# No dot in front and no way up: a manifest that a stranger wrote names nothing outside its folder.
FILE_NAME = r"[a-z0-9][a-z0-9_-]*\.(csv|json|parquet|png|svg)"
"""Pattern of the names of files, without that of a folder in front."""
type _Name = Annotated[str, Field(pattern=rf"^([a-z0-9][a-z0-9_-]*/)?{FILE_NAME}$")]
type _Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


IN_WORDS: Mapping[Kind, str] = {
    "simulation": "a simulation",
    "experiment": "an experiment",
    "main job": "what the main job found",
    "pictures": "pictures of runs",
}


class ResultError(InputError):
    """A folder that holds no readable result, or in which something must not be overwritten."""


class Manifest(BaseModel):
    """What a folder of results says of its files."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    program: Literal["modelops_abm"]
    """Tells it from files of the same name that others made."""
    holds: Kind
    """Kind of the result."""
    complete: bool
    """Whether all files are in their places."""
    files: dict[_Name, Annotated[tuple[_Digest, ...], Field(min_length=1)]]
    """SHA-256 of the content of each file; as long as it is incomplete, of all that it may have."""

    @model_validator(mode="after")
    def _of_one_result(self) -> Self:
        if self.complete and any(len(digests) > 1 for digests in self.files.values()):
            raise ValueError("a complete result has one content of each file")
        return self


class ResultFiles:
    """The files of a result that was written, each checked when it is read.

    Parameters
    ----------
    folder
        Where they are.
    kind
        What kind of result is expected.

    Raises
    ------
    ResultError
        If there is no complete result of this kind.
    """

    def __init__(self, folder: str | os.PathLike[str], kind: Kind) -> None:
        self.folder = Path(folder)
        manifest = manifest_of(self.folder)
        if manifest is None:
            is_there = self.folder.is_dir()
            raise self._unreadable(f"it has no {MANIFEST}" if is_there else "there is none")
        if manifest.holds != kind:
            raise self._unreadable(f"it holds {IN_WORDS[manifest.holds]}")
        if not manifest.complete:
            raise self._unreadable("it is incomplete: whoever wrote it was stopped, or is not done")
        self._manifest = manifest
        self._digests = {name: digests[0] for name, digests in manifest.files.items()}

    def __contains__(self, name: str) -> bool:
        return name in self._digests

    def read(self, name: str) -> bytes:
        """Return the content of a file.

        Raises
        ------
        ResultError
            If it is not what was written.
        """
        file = self.folder / name
        if name not in self._digests:
            raise self._unreadable(f"{name} is not among its files")
        try:
            if digest_of(file) == self._digests[name]:  # what is not ours may be of any size
                # What is given out is checked itself, as the file may be another since.
                content = _content(file)
                if hashlib.sha256(content).hexdigest() == self._digests[name]:
                    return content
            # Somebody may be writing a new result at this moment, which is no damage.
            is_old = manifest_of(self.folder) != self._manifest
            reason = (
                "is being replaced" if is_old else "is damaged, or was changed since it was written"
            )
        except FileNotFoundError:
            reason = "is missing from the result"
        except OSError as error:
            reason = f"cannot be read: {reason_of(error)}"
        raise ResultError(Problem(reason, shown(file)))

    def _unreadable(self, reason: str) -> ResultError:
        return ResultError(Problem(f"holds no readable result: {reason}", shown(self.folder)))


def manifest_of(folder: Path, *, follow: bool = True) -> Manifest | None:
    """Return the manifest of a folder, if there is one.

    Parameters
    ----------
    follow
        Whether it may be a link.

    Raises
    ------
    ResultError
        If it cannot be read, or is none of this program.
    """
    file = folder / MANIFEST
    try:
        if not follow and file.is_symlink():
            raise OSError("it is a link")
        return Manifest.model_validate_json(_content(file, _LARGEST_MANIFEST))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValidationError:
        reason = "is damaged, or no manifest of this program"
    except (OSError, ValueError) as error:  # a name that no file can have
        reason = f"cannot be read: {reason_of(error)}"
    raise ResultError(Problem(f"{reason}; move it away or choose another folder", shown(file)))


def _content(file: Path, most_bytes: int = -1) -> bytes:
    with open_file(file) as stream:
        return stream.read(most_bytes)


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file's content in hexadecimal digits."""
    digest = hashlib.sha256()
    with open_file(file) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def shown(path: Path) -> str:
    """Return a path as a message shows it."""
    return printable(str(path), 200)
