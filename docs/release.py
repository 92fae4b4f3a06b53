"""Check that a release is whole: ``python docs/release.py [--quick] [--unreleased]``.

It stops at the first thing that is off. In this order:

1. versions and dates agree: pyproject.toml, CITATION.cff, codemeta.json, CHANGELOG.md;
2. wheel and source archive are built, pass ``twine check --strict``, and hold what they must;
3. the wheel, installed outside of the checkout in a fresh environment, runs: on every supported
   Python that uv finds, with the newest and the lowest versions that the ranges in pyproject.toml
   allow. ``--quick`` takes the newest alone, on this Python.

It needs the package registry, through uv, and nothing is published: with all of it done, it says
what is left to do by hand.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path

import yaml

DOCS = Path(__file__).resolve().parent
REPOSITORY = DOCS.parent
PYTHON = "Scripts/python.exe" if os.name == "nt" else "bin/python"
SUPPORTED = ("3.12", "3.13", "3.14")
IN_WHEEL = (
    "modelops_abm/__init__.pyi",
    "modelops_abm/py.typed",
    "modelops_abm/scenario/presets.toml",
    "modelops_abm/evidence/published.toml",
    "modelops_abm/evidence/published.parquet",
    "modelops_abm/clients/data/illustrative_portfolio.csv",
    "modelops_abm/app/style/inter-latin.woff2",
    "modelops_abm/app/style/inter-LICENSE.txt",
    "modelops_abm/app/understand/verification.json",
)
IN_SOURCE = (
    *IN_WHEEL,
    "CHANGELOG.md",
    "CITATION.cff",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "codemeta.json",
    "benchmarks/engines.py",
    "docs/conf.py",
    "docs/odd.md",
    "docs/pictures/page-decide.png",
    "docs/site.py",
    "notebooks/1_first_look.ipynb",
    "requirements.txt",
    "run.py",
    "tests/conftest.py",
)
_TRIED = """
import modelops_abm, pathlib, sys
from modelops_abm import ModelOpsModel, compare, preset, simulate, with_values
from modelops_abm.charts import save_pictures
assert "site-packages" in modelops_abm.__file__, modelops_abm.__file__
short = with_values(preset("all_five"), {"horizon_days": 40}, source="release")
one, other = (simulate(short, seed=1, engine=engine) for engine in ("mesa", "ensemble"))
assert one.summary == other.summary
assert compare(short, 4, seed=1).difference("npv").estimate.n == 4
model = ModelOpsModel(rng=1, horizon_days=10)
while model.running:
    model.step()
one.save("run")
save_pictures(one, "pictures")
assert len(list(pathlib.Path("pictures").glob("*.png"))) > 4
import modelops_abm.app.page
print(modelops_abm.__version__)
"""


class ReleaseError(Exception):
    """What is off, in a sentence."""


def need(holds: object, sentence: str) -> None:
    """Stop with a sentence unless something holds."""
    if not holds:
        raise ReleaseError(sentence)


def check_versions(*, is_released: bool) -> str:
    """Check that all files name one version and one date; return the version."""
    version: str = tomllib.loads(_text("pyproject.toml"))["project"]["version"]
    cited, meta = yaml.safe_load(_text("CITATION.cff")), json.loads(_text("codemeta.json"))
    need(cited["version"] == version, f"CITATION.cff has version {cited['version']}.")
    need(meta["version"] == version, f"codemeta.json has version {meta['version']}.")
    need(
        cited["date-released"].isoformat() == meta["dateModified"],
        "CITATION.cff and codemeta.json differ in date.",
    )
    if not is_released:
        return version
    released = re.search(rf"^## \[{re.escape(version)}\] - (\S+)$", _text("CHANGELOG.md"), re.M)
    need(
        released, f"CHANGELOG.md has no dated heading of {version}: '## [{version}] - YYYY-MM-DD'."
    )
    assert released is not None
    need(
        meta["dateModified"] == released[1],
        f"CHANGELOG.md has the date {released[1]}, CITATION.cff another.",
    )
    return version


def _text(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def built(folder: Path) -> Path:
    """Build the source archive, and the wheel from it; check both, and return the wheel."""
    run("uv", "build", "--out-dir", str(folder), str(REPOSITORY))
    (wheel,), (source,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    run("uv", "tool", "run", "twine", "check", "--strict", str(wheel), str(source))
    in_wheel = set(zipfile.ZipFile(wheel).namelist())
    with tarfile.open(source) as archive:
        in_source = {name.partition("/")[2] for name in archive.getnames()}
    for file, wanted, found in (
        (wheel, IN_WHEEL, in_wheel),
        (source, IN_SOURCE, in_source),
    ):
        missing = sorted(set(wanted) - found)
        need(not missing, f"{file.name} lacks {', '.join(missing)}.")
    need(any(name.endswith("licenses/LICENSE") for name in in_wheel), "The wheel has no LICENSE.")
    notebooks = {f"notebooks/{path.name}" for path in (REPOSITORY / "notebooks").glob("*.ipynb")}
    need(notebooks <= in_source, "The source archive lacks notebooks.")
    foreign = [name for name in in_wheel if not name.startswith("modelops_abm")]
    need(not foreign, f"The wheel has {foreign[:1]}, which is not of the package.")
    return wheel


def check_installed(wheel: Path, python: str, resolution: str, folder: Path) -> None:
    """Install the wheel into a fresh environment outside of the checkout, and run it there."""
    environment = folder / f"{python}-{resolution}"
    run("uv", "venv", "--python", python, str(environment))
    interpreter = str(environment / PYTHON)
    install = ("uv", "pip", "install", "--python", interpreter, "--resolution", resolution)
    run(*install, f"{wheel}[page,optimise]")
    run(interpreter, "-W", "ignore", "-c", _TRIED, cwd=environment)
    run(interpreter, "-W", "ignore", "-m", "modelops_abm", "presets", cwd=environment)
    megabytes = sum(path.stat().st_size for path in environment.rglob("*") if path.is_file()) / 1e6
    print(
        f"Python {python}, {resolution} versions: runs; {megabytes:,.0f} MB installed.", flush=True
    )


def run(*command: str, cwd: Path | None = None) -> str:
    """Run a command; stop with the end of what it says if it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()[-15:]
        raise ReleaseError("\n".join([f"'{' '.join(command)[:200]}' failed:", *said]))
    return done.stdout


def pythons(named: Sequence[str]) -> list[str]:
    """Return the supported versions that are named, or that uv finds here."""
    found = json.loads(run("uv", "python", "list", "--only-installed", "--output-format", "json"))
    here = {".".join(each["version"].split(".")[:2]) for each in found}
    return [version for version in SUPPORTED if version in (named or here)]


def main(arguments: list[str]) -> int:
    """Check all; return the exit code."""
    parser = argparse.ArgumentParser(description="Check that a release is whole.")
    parser.add_argument("--quick", action="store_true", help="only this Python, newest versions")
    parser.add_argument(
        "--unreleased", action="store_true", help="the changes need no version and date yet"
    )
    parser.add_argument("--python", action="append", default=[], metavar="3.N")
    chosen = parser.parse_args(arguments)
    this = f"{sys.version_info.major}.{sys.version_info.minor}"
    try:
        version = check_versions(is_released=not chosen.unreleased)
        print(f"Versions and dates agree: {version}.", flush=True)
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            wheel = built(folder / "dist")
            print("Wheel and source archive are whole.", flush=True)
            resolutions = ["highest"] if chosen.quick else ["highest", "lowest-direct"]
            for python in [this] if chosen.quick else pythons(chosen.python):
                for resolution in resolutions:
                    check_installed(wheel, python, resolution, folder)
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    print("All is whole. Left to do: tag it, upload dist/ and the site.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
