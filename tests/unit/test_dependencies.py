"""The pinned packages: hashed, licensed, and compared with advisories from a file."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import zipfile
from collections.abc import Mapping
from datetime import date
from email.message import Message
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _loaded() -> ModuleType:
    """Return docs/dependencies.py, which is in no package."""
    spec = importlib.util.spec_from_file_location("dependencies", ROOT / "docs/dependencies.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


dependencies = _loaded()
FILES = sorted(dependencies.FILES)


@pytest.mark.parametrize("file", FILES)
def test_every_pin_has_hashes_and_no_file_names_a_registry(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text.partition("\n")[2].partition("\n")[2])
    assert len(entries) > 5
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+==\S+ .*\\\n    --hash=sha256:[0-9a-f]{64}", entry), entry
    assert "--generate-hashes" in text
    assert "://" not in text
    assert "index-url " not in text.replace("--no-emit-index-url ", "")


def test_a_package_has_one_version_in_all_files() -> None:
    versions: dict[str, set[str]] = {}
    for file in FILES:
        for name, version, _ in dependencies._PIN.findall((ROOT / file).read_text("utf-8")):
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_the_list_of_licences_is_up_to_date() -> None:
    there = dependencies.LICENCES.read_text("utf-8")
    wanted = dependencies.pins()
    if not _is_pinned(wanted):
        pytest.skip("the packages that are installed are not the pinned ones")
    found = dependencies.licences(wanted, dependencies.stated_licences(there))
    assert dependencies.licences_page(wanted, found) == there, "run: python docs/dependencies.py"


def _is_pinned(wanted: Mapping[str, Any]) -> bool:
    """Tell whether what is installed is what is pinned, as far as it is installed at all."""
    for name, pin in wanted.items():
        try:
            if metadata.version(name) != pin.version:
                return False
        except metadata.PackageNotFoundError:
            if not pin.condition:
                return False
    return True


def test_all_licences_are_permissive_or_of_files_that_are_not_changed() -> None:
    stated = dependencies.stated_licences(dependencies.LICENCES.read_text("utf-8"))
    assert stated.keys() == dependencies.pins().keys()
    for name, licence in stated.items():
        known = dependencies.PERMISSIVE | dependencies.OF_FILES
        assert dependencies.parts_of(licence) <= known, name


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"License-Expression": "MIT AND (Apache-2.0 OR BSD-2-Clause)"}, None),
        ({"License": "MIT License\n\nCopyright"}, "MIT"),
        ({"License": "Copyright of somebody", "Classifier": "License :: X :: BSD License"}, "BSD"),
        ({"License-Expression": "GPL-3.0-only"}, ""),
        ({"License": "AGPL", "Classifier": "License :: OSI Approved"}, ""),
        ({}, ""),
    ],
)
def test_a_licence_is_told_or_refused(fields: dict[str, str], licence: str | None) -> None:
    about: Any = Message()
    about["Name"] = "a-package"
    for name, value in fields.items():
        about[name] = value
    if licence == "":
        with pytest.raises(ValueError, match="states no licence"):
            dependencies.licence_of(about)
    else:
        assert dependencies.licence_of(about) == licence or fields["License-Expression"]


STARLETTE = dependencies.pins()["starlette"]


def advisory(name: str = "starlette", **changes: Any) -> dict[str, Any]:
    """Return an advisory in the OSV format about all versions up to one far away."""
    events = [{"introduced": "0"}, {"fixed": "9999.1"}]
    affected = {
        "package": {"ecosystem": "PyPI", "name": name},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
    }
    return {"id": "PYSEC-1", "aliases": ["CVE-1"], "affected": [affected], **changes}


def within(*events: dict[str, str], versions: tuple[str, ...] = ()) -> dict[str, Any]:
    entry = advisory()
    entry["affected"][0]["ranges"][0]["events"] = list(events)
    entry["affected"][0]["versions"] = list(versions)
    return entry


def database(folder: Path, *entries: dict[str, Any]) -> Path:
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        for number, entry in enumerate(entries):
            archive.writestr(f"{number}.json", json.dumps(entry))
    return folder / "all.zip"


@pytest.mark.parametrize(
    ("entry", "is_hit"),
    [
        (advisory(), True),
        (advisory("Starlette"), True),
        (advisory("nothing-of-ours"), False),
        (advisory(withdrawn="2026-01-01"), False),
        (within({"introduced": "0"}), True),
        (within({"introduced": STARLETTE.version}, {"fixed": "9999"}), True),
        (within({"introduced": "0"}, {"fixed": STARLETTE.version}), False),
        (within({"introduced": "0"}, {"last_affected": STARLETTE.version}), True),
        (within({"introduced": "0"}, {"last_affected": "0.1"}), False),
        (within({"introduced": "9998"}, {"fixed": "9999"}), False),
        (within({"fixed": "0.2"}, {"introduced": "0.1"}, {"introduced": "0.3"}), True),
        (within({"introduced": "0"}, {"fixed": "unreadable"}), True),
        (within({"introduced": "0"}, {"last_affected": "unreadable"}), True),
        (within({"introduced": "unreadable"}, {"fixed": "9999"}), True),
        (within({"introduced": "0"}, {"fixed": "unreadable"}, {"fixed": "0.1"}), False),
        (within(versions=(STARLETTE.version,)), True),
        (within(versions=("0.1",)), False),
    ],
)
def test_an_advisory_is_matched_by_its_range(
    tmp_path: Path, entry: dict[str, Any], is_hit: bool
) -> None:
    found = dependencies.findings(database(tmp_path, entry), dependencies.pins())
    assert [finding.pin.name for finding in found] == ["starlette"] * is_hit


def test_archive_folder_file_and_report_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "PYSEC-1.json").write_text(json.dumps(advisory()))
    (tmp_path / "list.json").write_text(json.dumps([advisory()]))
    vulnerability = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["9999.1"]}
    package = {"name": "starlette", "version": STARLETTE.version, "vulns": [vulnerability]}
    (tmp_path / "audit.json").write_text(json.dumps({"dependencies": [package], "fixes": []}))
    expected = [dependencies.Finding(STARLETTE, ("PYSEC-1", "CVE-1"), "9999.1")]
    files = (database(tmp_path, advisory()), *map(tmp_path.joinpath, ("folder", "list.json")))
    for file in (*files, tmp_path / "audit.json"):
        assert dependencies.findings(file, dependencies.pins()) == expected


def test_what_is_accepted_is_so_until_its_day_and_for_its_package() -> None:
    accepted = dependencies.ACCEPTED["CVE-2026-48710"]
    names = ("GHSA-1", "CVE-2026-48710")
    finding = dependencies.Finding(STARLETTE, names, "1.0.1")
    open_, known = dependencies.judged([finding], accepted.until)
    assert (open_, len(known)) == ([], 1)
    assert accepted.reason in known[0]
    open_, known = dependencies.judged([finding], date.max)
    assert (len(open_), known) == (1, [])
    other = dependencies.Finding(dependencies.pins()["numpy"], names, "")
    assert dependencies.judged([other], accepted.until)[0]


def test_accepted_advisories_are_of_packages_that_are_pinned() -> None:
    assert {entry.package for entry in dependencies.ACCEPTED.values()} <= dependencies.pins().keys()


def test_the_command_ends_with_1_for_what_is_to_be_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dependencies.main(["--advisories", str(database(tmp_path, advisory()))]) == 1
    assert f"starlette {STARLETTE.version}: PYSEC-1, CVE-1; fixed in" in capsys.readouterr().out
    assert dependencies.main(["--advisories", str(database(tmp_path))]) == 0
    assert "0 advisories to act on" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["", "[1]", "{}", '{"affected": 1}', '{"dependencies": [1]}'])
def test_another_file_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    (tmp_path / "file.json").write_text(content)
    assert dependencies.main(["--advisories", str(tmp_path / "file.json")]) == 2
    assert "cannot be used" in capsys.readouterr().err
    assert dependencies.main(["--advisories", str(tmp_path / "missing.json")]) == 2
