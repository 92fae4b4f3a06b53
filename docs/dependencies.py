"""What the pinned packages may be used for, and what is known to be wrong with them.

    python docs/dependencies.py                        write docs/licences.md
    python docs/dependencies.py --check                write nothing, fail if it is not up to date
    python docs/dependencies.py --advisories FILE      compare the pinned versions with advisories

Licences are read from the packages that are installed; of those that another system has, the line
that is there stays. FILE is a dump of advisories for PyPI in the OSV format, as an archive of
JSON files, a folder of them, or one; or a report that `pip-audit --format json` has written.
Nothing is fetched.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

DOCS = Path(__file__).resolve().parent
LICENCES = DOCS / "licences.md"
FILES = {
    "requirements.txt": "to run",
    "requirements-build.txt": "to build",
    "requirements-dev.txt": "to develop",
}
"""Whose packages are for what; the first that has one says it."""
LARGEST_ADVISORY_BYTES = 5_000_000

PERMISSIVE = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD",  # the metadata do not say which
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "ISC",
        "LLVM-exception",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "Matplotlib",  # as PSF-2.0
        "PSF-2.0",
        "Zlib",
    }
)
"""Asks for its notice to be kept, and no more."""
OF_FILES = frozenset({"MPL-2.0"})
"""Asks that changes of its own files are published; none is changed here."""
_BY_THEIR_TEXT = {"matplotlib": "Matplotlib", "pythran": "BSD-3-Clause"}
"""Read by a person, as the metadata hold nothing but the text."""
_BY_OTHER_WORDS = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "bsd license": "BSD",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "the mit license (mit)": "MIT",
}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)\s*(?:;\s*([^\\]*?))?\s*\\?$", re.MULTILINE)
_NEVER = "implementation_name == 'pypy'"
"""Marks packages of another implementation of Python, which run.py does not take."""


class Pin(NamedTuple):
    """A package that is installed in one version."""

    name: str
    version: str
    purpose: str
    condition: str


class Accepted(NamedTuple):
    """An advisory that is known and lived with, for a reason and for a time."""

    package: str
    reason: str
    until: date


ACCEPTED = {
    "CVE-2026-48710": Accepted(
        "starlette",
        "Mesa allows no newer one; the page's guard refuses such Hosts first (decision 0025)",
        date(2027, 5, 31),
    ),
    "PYSEC-2026-248": Accepted(
        "starlette",
        "Mesa allows no newer one; the page's guard refuses such paths first (decision 0025)",
        date(2027, 5, 31),
    ),
}


class Finding(NamedTuple):
    """An advisory that concerns a pinned version."""

    pin: Pin
    names: tuple[str, ...]
    fixed_in: str


# --- What is pinned


def pins(folder: Path = DOCS.parent) -> dict[str, Pin]:
    """Return the pinned packages by name."""
    found: dict[str, Pin] = {}
    for file, purpose in FILES.items():
        for name, version, condition in _PIN.findall((folder / file).read_text("utf-8")):
            if condition != _NEVER:
                key = canonicalize_name(name)
                found.setdefault(key, Pin(key, version, purpose, condition))
    return dict(sorted(found.items()))


# --- Licences


def licence_of(about: PackageMetadata) -> str:
    """Return the licence that a package states, as an SPDX expression where that can be told.

    Raises
    ------
    ValueError
        If it states none that is known here.
    """
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in about.get_all("Classifier", [])
        if line.startswith("License :: ") and not line.endswith(" :: OSI Approved")
    ]
    if about["Name"].lower() in _BY_THEIR_TEXT:
        return _BY_THEIR_TEXT[about["Name"].lower()]
    fields = (about.get_all(name, [""])[0] for name in ("License-Expression", "License"))
    for stated in (*fields, *classifiers):
        words = str(stated).strip().partition("\n")[0]
        licence = _BY_OTHER_WORDS.get(words.lower(), words)
        if licence and parts_of(licence) <= PERMISSIVE | OF_FILES:
            return licence
    raise ValueError(f"{about['Name']} states no licence that is known to be permissive")


def parts_of(expression: str) -> set[str]:
    """Return the licences in an expression."""
    return set(re.split(r" (?:AND|OR|WITH) |[()]", expression)) - {""}


def licences(wanted: Mapping[str, Pin], stated: Mapping[str, str]) -> dict[str, str]:
    """Return the licence of every pinned package: of this system's, or as it is stated already."""
    found = {}
    for name, pin in wanted.items():
        try:
            found[name] = licence_of(metadata(name))
        except PackageNotFoundError:
            if not pin.condition or name not in stated:
                raise
            found[name] = stated[name]
    return found


def stated_licences(text: str) -> dict[str, str]:
    """Return the licences in the text of docs/licences.md."""
    found = dict(re.findall(r"^\| ([a-z0-9-]+) \| ([^|]+) \|", text, re.MULTILINE))
    found.pop("package", None)  # the header
    return found


def licences_page(wanted: Mapping[str, Pin], found: Mapping[str, str]) -> str:
    """Return the text of docs/licences.md."""
    rows = [f"| {pin.name} | {found[pin.name]} | {_purpose(pin)} |" for pin in wanted.values()]
    return "\n".join(
        [
            "# Licences of the packages that are installed",
            "",
            "Written by `docs/dependencies.py` from what the pinned packages state. All are"
            " permissive; MPL-2.0 asks that changes of its own files are published, and none is"
            " changed here. BSD means that a package does not state which.",
            "",
            "| package | licence | needed |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _purpose(pin: Pin) -> str:
    systems = {"darwin": "macOS", "win32": "Windows"}
    only = [
        word for system, word in systems.items() if f"sys_platform == '{system}'" in pin.condition
    ]
    return f"{pin.purpose}, on {only[0]}" if only else pin.purpose


# --- Advisories


def findings(file: Path, wanted: Mapping[str, Pin]) -> list[Finding]:
    """Return the advisories in a file that concern a pinned version.

    Raises
    ------
    ValueError
        If the file is of neither format.
    """
    found = []
    for entry in _entries(file):
        if "dependencies" in entry:
            found += _of_audit(entry, wanted)
        elif "affected" in entry:
            found += _of_advisory(entry, wanted)
        else:
            raise ValueError("holds something else than advisories, or a report of pip-audit")
    return sorted(found)


def _entries(file: Path) -> Iterator[dict[str, Any]]:
    for content in _contents(file):
        data = json.loads(content)
        for entry in data if isinstance(data, list) else [data]:
            if not isinstance(entry, dict):
                raise ValueError("holds no advisories")
            yield entry


def _contents(file: Path) -> Iterator[bytes]:
    if file.is_dir():
        for path in sorted(file.glob("*.json")):
            yield path.read_bytes()
    elif zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                if member.file_size > LARGEST_ADVISORY_BYTES:
                    raise ValueError(f"{member.filename!r} in it is too large for an advisory")
                if member.filename.endswith(".json"):
                    yield archive.read(member)
    else:
        yield file.read_bytes()


def _of_advisory(advisory: Mapping[str, Any], wanted: Mapping[str, Pin]) -> Iterator[Finding]:
    if advisory.get("withdrawn"):
        return
    names = (advisory["id"], *advisory.get("aliases", ()))
    for affected in advisory["affected"]:
        package = affected.get("package", {})
        pin = wanted.get(canonicalize_name(str(package.get("name", ""))))
        if pin is not None and package.get("ecosystem") == "PyPI" and _is_hit(pin, affected):
            yield Finding(pin, names, ", ".join(_fixes(affected)))


def _fixes(affected: Mapping[str, Any]) -> Iterator[str]:
    for stretch in affected.get("ranges", ()):
        if stretch["type"] == "ECOSYSTEM":
            yield from (event["fixed"] for event in stretch["events"] if "fixed" in event)


def _is_hit(pin: Pin, affected: Mapping[str, Any]) -> bool:
    """Tell whether a version is listed, or lies in one of the ranges."""
    if pin.version in affected.get("versions", ()):
        return True
    return any(
        _is_within(Version(pin.version), stretch["events"])
        for stretch in affected.get("ranges", ())
        if stretch["type"] == "ECOSYSTEM"
    )


def _is_within(version: Version, events: Iterable[Mapping[str, str]]) -> bool:
    """Tell whether a version lies after an introduction and before what ended it."""
    is_hit = False
    for bound, kind in sorted(_bounds(events), key=itemgetter(0)):
        if kind == "introduced":
            is_hit = is_hit or bound <= version
        elif kind == "fixed":
            is_hit = is_hit and not bound <= version
        elif kind == "last_affected":
            is_hit = is_hit and not bound < version
    return is_hit


def _bounds(events: Iterable[Mapping[str, str]]) -> Iterator[tuple[Version, str]]:
    """Yield the ends of a range; of those that cannot be read, a beginning is before all.

    Another that cannot be read ends nothing: rather an advisory too many than one too few.
    """
    for event in events:
        ((kind, text),) = event.items()
        is_first = text == "0" or (kind == "introduced" and not _is_version(text))
        if is_first or _is_version(text):
            yield Version("0.dev0" if is_first else text), kind


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def _of_audit(report: Mapping[str, Any], wanted: Mapping[str, Pin]) -> Iterator[Finding]:
    for package in report["dependencies"]:
        pin = wanted.get(canonicalize_name(package["name"]))
        for known in package.get("vulns", ()):
            if pin is not None and package["version"] == pin.version:
                names = (known["id"], *known.get("aliases", ()))
                yield Finding(pin, names, ", ".join(known.get("fix_versions", ())))


def judged(found: Iterable[Finding], today: date) -> tuple[list[str], list[str]]:
    """Return what must be acted on, and what is known and lived with, in a line each."""
    open_, accepted = [], []
    for finding in found:
        pin, names, fixed_in = finding
        remedy = f"fixed in {fixed_in}" if fixed_in else "no fix is known"
        line = f"{pin.name} {pin.version}: {', '.join(names)}; {remedy}"
        known = [ACCEPTED[name] for name in names if name in ACCEPTED]
        known = [entry for entry in known if entry.package == pin.name]
        if known and today <= known[0].until:
            accepted.append(f"{line}. Accepted until {known[0].until}: {known[0].reason}.")
        elif known:
            open_.append(f"{line}. It was accepted until {known[0].until}: decide again.")
        else:
            open_.append(f"{line}.")
    return open_, accepted


# --- The command


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks; return 0 if all is well, 1 if something is to be done."""
    wanted = pins()
    if arguments[:1] == ["--advisories"] and len(arguments) == 2:
        return _check_advisories(Path(arguments[1]), wanted)
    if [*arguments] not in ([], ["--check"]):
        print(__doc__)
        return 2
    there = LICENCES.read_text("utf-8") if LICENCES.exists() else ""
    text = licences_page(wanted, licences(wanted, stated_licences(there)))
    if text == there:
        return 0
    if arguments:
        print("licences.md is not up to date: python docs/dependencies.py")
        return 1
    LICENCES.write_text(text, encoding="utf-8", newline="\n")
    print("wrote licences.md")
    return 0


def _check_advisories(file: Path, wanted: Mapping[str, Pin]) -> int:
    try:
        found = findings(file, wanted)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        print(f"{file} cannot be used: {error}", file=sys.stderr)
        return 2
    open_, accepted = judged(found, date.today())
    print(*accepted, *open_, sep="\n", end="\n" if found else "")
    print(f"{len(wanted)} packages, {len(open_)} advisories to act on, {len(accepted)} accepted.")
    return 1 if open_ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
