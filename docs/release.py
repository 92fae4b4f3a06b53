"""Check that a release is whole: ``python docs/release.py [--quick] [--unreleased]``.

It stops at the first thing that is off. In this order:

1. versions and dates agree: pyproject.toml, CITATION.cff, codemeta.json, CHANGELOG.md;
2. wheel and source archive are built, pass ``twine check --strict``, and hold what they must;
3. the notebooks are executed and show what is stored of them, the site is built of them without a
   warning and without a faulty link, and every figure of it that a command makes is made again and
   is as it is shown;
4. the wheel, installed in a fresh environment, answers, names in one sentence the extra that a
   command lacks, and with all extras passes the tests of the source archive, away from
   the checkout: on every supported Python that uv finds, with the newest and with the lowest
   versions that the ranges in pyproject.toml allow. On this Python with the newest they are all
   tests but the slow; elsewhere those of `PART`, which use every dependency. ``--quick`` takes
   those of `PART` alone, with the newest, on this Python.

It needs the package registry, through uv, and nothing is published: with all of it done, it says
what is left to do by hand. All tests take about a quarter of an hour on two idle cores, those of
`PART` some minutes, of which the first compiles the engine.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
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
VERSIONS = ("newest", "lowest")
EXTRAS = ("page", "optimise", "distributed")
# What is asked of the wheel before any extra is there, and what the answer has to say.
WITHOUT_EXTRAS = {
    "presets": "all_five",
    "simulate --preset all_five --days 60": "Net present value",
    "compare --preset all_five --days 60 --replications 10": "Net present value",
    "page --no-browser --port 0": 'pip install "modelops-abm[page]"',
    "optimise --days 60 --replications 4 --trials 8": 'pip install "modelops-abm[optimise]"',
    "compare --preset all_five --cluster tcp://127.0.0.1:1": (
        'pip install "modelops-abm[distributed]"'
    ),
}
# A fast part of the tests that uses every dependency: both engines and their compiled code, every
# example, files of all kinds, charts, searches and workers, commands, Mesa, and the page.
PART = (
    "tests/baseline",
    "tests/docking/test_docking.py",
    "tests/docking/test_ties.py",
    "tests/unit/test_examples.py",
    "tests/unit/charts",
    "tests/unit/cli/test_hostile_text.py",
    "tests/unit/cli/test_scenario_commands.py",
    "tests/unit/cli/test_simulate.py",
    "tests/unit/clients",
    "tests/unit/experiments/test_optimise.py",
    "tests/unit/experiments/test_sensitivity.py",
    "tests/unit/experiments/test_sweep_distributed.py",
    "tests/unit/scenario",
    "tests/app/test_export.py",
    "tests/app/test_mesa_page.py",
    "tests/app/browser/test_frame.py",
)


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


def build(folder: Path) -> None:
    """Build the source archive, and the wheel from it, and check both."""
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


def named(source: Path) -> set[str]:
    """Return the packages that pyproject.toml names, as pins write them."""
    project = tomllib.loads((source / "pyproject.toml").read_text("utf-8"))["project"]
    optional = project["optional-dependencies"]
    ranges = [*project["dependencies"], *(each for extra in EXTRAS for each in optional[extra])]
    return {re.split(r"[^\w.-]", each)[0].lower() for each in ranges}


def lowest(interpreter: str, source: Path) -> list[str]:
    """Return the lowest versions that the ranges allow and that have a wheel.

    Of what pyproject.toml names: what those need in turn is the newest, as with `pip install`.
    """
    extras = [f"--extra={extra}" for extra in EXTRAS]
    compiled = ("uv", "pip", "compile", "--quiet", "--no-annotate", "--no-header", *extras)
    options = ("--resolution", "lowest-direct", "--only-binary", ":all:", "--python", interpreter)
    pins = run(*compiled, *options, str(source / "pyproject.toml")).splitlines()
    return [pin for pin in pins if pin.partition("==")[0] in named(source)]


def check_installed(dist: Path, python: str, versions: str, tests: Sequence[str]) -> None:
    """Install the wheel into a fresh environment, and run tests of the source archive there."""
    (wheel,), (archive,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    folder = dist.parent / f"{python}-{versions}"
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    (source,) = folder.iterdir()
    environment = folder / "environment"
    run("uv", "venv", "--python", python, str(environment))
    interpreter = str(environment / PYTHON)
    constraints = folder / "constraints.txt"
    pins = lowest(interpreter, source) if versions == "lowest" else []
    constraints.write_text("\n".join(pins), "utf-8")
    install = ("uv", "pip", "install", "--python", interpreter, "--constraint", str(constraints))
    run(*install, str(wheel))
    check_without_extras(Path(interpreter).with_name("modelops-abm"), folder)
    run(*install, f"{wheel}[{','.join(EXTRAS)}]")
    megabytes = sum(path.stat().st_size for path in environment.rglob("*") if path.is_file()) / 1e6
    listed = json.loads(run("uv", "pip", "list", "--python", interpreter, "--format", "json"))
    direct = [each for each in listed if each["name"] in named(source)]
    print(f"Python {python}, {versions} versions, {megabytes:,.0f} MB:", flush=True)
    print("  " + ", ".join(f"{each['name']} {each['version']}" for each in direct), flush=True)

    run(*install, "--group", f"{source / 'pyproject.toml'}:dev", str(wheel))
    where = run(interpreter, "-c", "import modelops_abm; print(*modelops_abm.__path__)", cwd=folder)
    need("site-packages" in where, f"The tests would run {where.strip()}, not what is installed.")
    # Documentation and tests name files of the package: those of the installed one.
    shutil.rmtree(source / "modelops_abm")
    (source / "modelops_abm").symlink_to(where.strip(), target_is_directory=True)
    # A warning of a library's that is newer or older than the pins is no fault of the release.
    options = ("-q", "-o", "filterwarnings=default", "-p", "no:cacheprovider", "--disable-warnings")
    pytest = (interpreter, "-m", "pytest", "-n", "2", "--dist", "worksteal", *options, *tests)
    tested = subprocess.run(pytest, cwd=source, check=False)  # shown as they run
    need(not tested.returncode, f"Tests failed on Python {python} with the {versions} versions.")


def check_without_extras(command: Path, folder: Path) -> None:
    """Check that the wheel alone answers, and names in one sentence the extra that is needed."""
    for arguments, expected in WITHOUT_EXTRAS.items():
        asked = [str(command), *arguments.split()]
        done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False)
        said = " ".join((done.stdout + done.stderr).split())
        is_refusal = "pip install" in expected
        answers = expected in said and bool(done.returncode) == is_refusal
        need(
            answers and "Traceback" not in said,
            f"Without extras '{arguments}' ends with {done.returncode}: {said[-400:]}",
        )


def run(program: str, *arguments: str, cwd: Path | None = None) -> str:
    """Run a command; stop with the end of what it says if it fails."""
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    found = shutil.which(program, path=beside)
    need(found, f"There is no {program}: 'python3 run.py test' installs what a release needs.")
    command = [str(found), *arguments]
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


def left_to_do() -> list[str]:
    """Return what no program can do, with what follows from an address that is not there."""
    steps = ["Tag it.", "Upload dist/ and the site."]
    if "urls" in tomllib.loads(_text("pyproject.toml"))["project"]:
        return steps
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", _text("README.md"))
    return [
        "Give the project an address: pyproject.toml has no [project.urls]. Until then a registry"
        f" shows the README without its picture, and {len(links)} links of it lead nowhere, as they"
        " name files of the repository; CITATION.cff and codemeta.json say no address either.",
        *steps,
    ]


def main(arguments: list[str]) -> int:
    """Check all; return the exit code."""
    parser = argparse.ArgumentParser(description="Check that a release is whole.")
    parser.add_argument(
        "--quick", action="store_true", help="only this Python, newest versions, the fast tests"
    )
    parser.add_argument(
        "--unreleased", action="store_true", help="the changes need no version and date yet"
    )
    parser.add_argument("--python", action="append", default=[], metavar="3.N")
    parser.add_argument("--versions", choices=VERSIONS, help="those alone")
    chosen = parser.parse_args(arguments)
    this = f"{sys.version_info.major}.{sys.version_info.minor}"
    try:
        version = check_versions(is_released=not chosen.unreleased)
        print(f"Versions and dates agree: {version}.", flush=True)
        with tempfile.TemporaryDirectory() as place:
            dist = Path(place) / "dist"
            build(dist)
            print("Wheel and source archive are whole.", flush=True)
            site = (str(DOCS / "site.py"), "--output", str(Path(place) / "site"))
            figures = (str(DOCS / "reproduce.py"), str(Path(place) / "figures"))
            notebooks = ("-m", "pytest", "-q", "--slow-budget=999", "tests/unit/test_notebooks.py")
            for each in (notebooks, site, figures):
                said = run(sys.executable, *each, cwd=REPOSITORY)
                print(said.strip().splitlines()[-1], flush=True)
            tried = (
                ("newest",) if chosen.quick else (chosen.versions,) if chosen.versions else VERSIONS
            )
            for python in [this] if chosen.quick else pythons(chosen.python):
                for versions in tried:
                    is_first = (python, versions) == (this, "newest") and not chosen.quick
                    check_installed(dist, python, versions, ["tests"] if is_first else PART)
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    print("All is whole. Left to do:", *left_to_do(), sep="\n- ")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
