#!/usr/bin/env python3
"""Set up this project's own Python environment, then run the project in it.

    python3 run.py                              the page, in the browser
    python3 run.py --no-page [--output DIR]     the reference organisation with and without ModelOps
    python3 run.py test [pytest arguments]      every check and test; given arguments, only pytest
    python3 run.py docs [--no-open]             builds the documentation, and opens it

The interpreter that starts this file may be older than the project's: only the standard library and
old syntax are used here. The environment is `.venv`; it is made on first use, and mended or made
anew when it no longer fits. Importing this file does nothing.
"""

import argparse
import contextlib
import glob
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import textwrap
import time
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple

OLDEST_THAT_STARTS: Tuple[int, int] = (3, 8)  # <- too old a Python: use python3, 3.8 or newer
SUPPORTED = ((3, 14), (3, 13), (3, 12))  # what the pinned requirements install on, newest first

REPOSITORY = pathlib.Path(__file__).resolve().parent
ENVIRONMENT = REPOSITORY / ".venv"
REQUIREMENTS = {False: "requirements.txt", True: "requirements-dev.txt"}  # by: for development?
BUILD_REQUIREMENTS = "requirements-build.txt"
SOURCE_ONLY = "solara-assets"  # published without a wheel: built here, by the pinned build tools
STAMP_NAME = "modelops_abm_stamp.json"
WRONG_HASH = "DO NOT MATCH THE HASHES"  # what pip prints
READY_VARIABLE = "MODELOPS_ABM_ENVIRONMENT_READY"  # tells the second process: already checked

# Both are run by other interpreters, so they are text. The first must work on every Python 3.
PROBE = """
import importlib.util, json, sys, sysconfig
print(json.dumps({
    "version": list(sys.version_info[:3]),
    "implementation": sys.implementation.name,
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "wide": sys.maxsize > 2 ** 32,
    "venv": all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")),
}))
"""
INSPECTION = """
import csv, importlib.metadata, json, os, platform, sys
packages, damaged = [], []
for package in importlib.metadata.distributions():
    if package.metadata["Name"].lower() != "pip":  # which anyone may upgrade
        packages.append(package.metadata["Name"].lower() + "==" + package.version)
    for name, _, size in csv.reader((package.read_text("RECORD") or "").splitlines()):
        path = os.path.join(str(package.locate_file("")), name)
        if name.endswith((".py", ".so", ".pyd")) and size:
            if not os.path.exists(path) or os.path.getsize(path) != int(size):
                damaged.append(name)
print(json.dumps({"python": platform.python_version(), "folder": sys.prefix,
                  "packages": sorted(packages), "damaged": sorted(damaged)}))
"""


class SetUpError(Exception):
    """What keeps the project from being set up, in sentences for the person at the keyboard."""


class Interpreter(NamedTuple):
    """A Python that was executed to see what it is; `problem` is empty when the project fits it."""

    command: Tuple[str, ...]
    version: Tuple[int, int, int]
    problem: str


class Contents(NamedTuple):
    """What is in an environment."""

    python: str
    folder: str
    packages: List[str]
    damaged: List[str]  # files that are not as their package says


class Stamp(NamedTuple):
    """What `.venv` held when it was last complete, and what it was made from."""

    contents: Contents
    requirements: str
    development: bool


def say(text: str) -> None:
    """Tell the person at the keyboard what happens."""
    print(text, file=sys.stderr, flush=True)


# --- Which interpreter ------------------------------------------------------------------------


def probe(command: Sequence[str]) -> Optional[Interpreter]:
    """Execute a candidate to learn its version; None if it does not run, as an unset pyenv shim."""
    try:
        facts = _answer(command, PROBE)
        major, minor, patch = facts["version"]
        version = (int(major), int(minor), int(patch))
        return Interpreter(tuple(command), version, _problem(version, facts))
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return None


def _answer(command: Sequence[str], program: str) -> Dict[str, Any]:
    """Return what a program prints that another interpreter runs."""
    answer = subprocess.run(
        [*command, "-I", "-c", program],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=60,
        check=True,
    )
    return dict(json.loads(answer.stdout.decode()))


def _problem(version: Tuple[int, ...], facts: Mapping[str, object]) -> str:
    venv = "lacks the modules venv and ensurepip (Debian, Ubuntu: python3-venv)"
    problems = (
        (version[:2] < SUPPORTED[-1], "is too old"),
        (version[:2] > SUPPORTED[0], "is newer than the pinned packages support"),
        (facts["implementation"] != "cpython", f"is {facts['implementation']}, not CPython"),
        (facts["free_threaded"], "is a free-threaded build"),
        (not facts["wide"], "is a 32-bit build"),
        (not facts["venv"], venv),
    )
    return next((f"Python {_dotted(version)} {what}" for is_so, what in problems if is_so), "")


def candidates(environ: Mapping[str, str]) -> Iterator[Tuple[str, ...]]:
    """Commands that may start a suitable Python, the most obvious first."""
    seen: Set[str] = set()
    for path in [_own_interpreter(), *_on_path(environ), *_in_usual_places(environ)]:
        real = os.path.realpath(path)
        if path and real not in seen and not _is_inside(pathlib.Path(path), ENVIRONMENT):
            seen.add(real)
            yield (path,)
    if os.name == "nt":
        for major, minor in SUPPORTED:
            yield ("py", f"-{major}.{minor}")


def _own_interpreter() -> str:
    """Return the running interpreter, or the one that `.venv` was made from if it runs there."""
    if not _is_running_in(ENVIRONMENT):
        return sys.executable or ""
    program = "python.exe" if os.name == "nt" else f"bin/python{_dotted(sys.version_info[:2])}"
    return os.path.join(sys.base_prefix, program)


def _on_path(environ: Mapping[str, str]) -> Iterator[str]:
    names = [f"python{_dotted(version)}" for version in SUPPORTED]
    for name in [*names, "python3", "python"]:
        for folder in environ.get("PATH", os.defpath).split(os.pathsep):
            found = shutil.which(name, path=folder) if folder else None
            if found:
                yield found


def _in_usual_places(environ: Mapping[str, str]) -> Iterator[str]:
    for pattern in _usual_places(environ):
        found = [path for path in glob.glob(pattern) if re.search(r"python[\d.]*(\.exe)?$", path)]
        yield from sorted(found, key=_numbers, reverse=True)


def _numbers(path: str) -> List[int]:
    return [int(digits) for digits in re.findall(r"\d+", path)]


def _usual_places(environ: Mapping[str, str]) -> Iterator[str]:
    """Glob patterns for pyenv, Homebrew, python.org, Conda and uv."""
    home = os.path.expanduser("~")
    conda = [environ.get("CONDA_PREFIX", ""), os.path.dirname(environ.get("CONDA_EXE", ""))]
    conda[1] = os.path.dirname(conda[1])
    distributions = ("miniforge3", "mambaforge", "miniconda3", "anaconda3")
    roots = [root for root in (*conda, *(f"{home}/{name}" for name in distributions)) if root]
    homebrew = ("/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew")
    program = "python.exe" if os.name == "nt" else "bin/python"
    uv = f"cpython-3.*/{program}"
    for folder, pattern in (
        (environ.get("PYENV_ROOT", f"{home}/.pyenv"), f"versions/3.*/{program}"),
        (f"{home}/.pyenv/pyenv-win", f"versions/3.*/{program}"),
        *((prefix, "bin/python3.*") for prefix in homebrew),
        ("/Library/Frameworks", "Python.framework/Versions/3.*/bin/python3"),
        (
            environ.get("LOCALAPPDATA", f"{home}/AppData/Local"),
            f"Programs/Python/Python3*/{program}",
        ),
        *((root, program) for root in (*roots, "/opt/conda")),
        *((root, f"envs/*/{program}") for root in (*roots, "/opt/conda")),
        (environ.get("UV_PYTHON_INSTALL_DIR", f"{home}/.local/share/uv/python"), uv),
        (environ.get("APPDATA", home), f"uv/data/python/{uv}"),
    ):
        yield f"{glob.escape(folder)}/{pattern}"


def _dotted(version: Sequence[int]) -> str:
    return ".".join(map(str, version))


def find_interpreter(commands: Iterator[Tuple[str, ...]]) -> Interpreter:
    """Return the first candidate that fits, or tell what was looked at and how to get one."""
    rejected = []
    for command in commands:
        interpreter = probe(command)
        if interpreter is not None and not interpreter.problem:
            return interpreter
        reason = interpreter.problem if interpreter else "does not run"
        rejected.append(f"  {' '.join(command)}: {reason}")
    versions = ", ".join(_dotted(version) for version in reversed(SUPPORTED))
    looked_at = "\n".join(rejected) or "  nothing: no Python was found"
    raise SetUpError(
        f"modelops_abm needs one of Python {versions}, and none was found. Looked at:\n"
        f"{looked_at}\n"
        "Install one, then give the same command again. For example:\n"
        "  macOS           brew install python@3.13\n"
        "  Debian, Ubuntu  sudo apt install python3.13 python3.13-venv\n"
        "  Fedora          sudo dnf install python3.13\n"
        "  Windows         winget install Python.Python.3.13\n"
        "  anywhere        pyenv install 3.13, or: uv python install 3.13"
    )


# --- The environment ----------------------------------------------------------------------------


def prepare(development: bool) -> str:
    """Make sure that `.venv` is complete, and return its interpreter."""
    try:
        with locked(REPOSITORY / ".venv.lock"):
            return _prepare(development)
    except OSError as error:
        raise SetUpError(f"The environment .venv could not be set up: {error}") from None


def _prepare(development: bool) -> str:
    python = str(_scripts(ENVIRONMENT) / "python")
    stamp = read_stamp(ENVIRONMENT)
    digest = requirements_digest(REPOSITORY)
    work = work_to_do(stamp, inspect(python) if stamp else None, digest, development)
    if work == "nothing":
        return python
    development = development or bool(stamp and stamp.development)
    if work == "rebuild":
        _make_anew(find_interpreter(candidates(os.environ)))
    else:
        say("Updating .venv to the pinned requirements...")
        (ENVIRONMENT / STAMP_NAME).unlink()
    _install(python, REQUIREMENTS[development])
    contents = inspect(python)
    if contents is None:
        raise SetUpError("The new .venv does not work. Give the same command again.")
    text = json.dumps(Stamp(contents, digest, development), indent=1)
    (ENVIRONMENT / STAMP_NAME).write_text(text, encoding="utf-8")
    say("The environment .venv is ready.")
    return python


def work_to_do(
    stamp: Optional[Stamp], found: Optional[Contents], digest: str, development: bool
) -> str:
    """Compare what was installed with what is there and what is needed.

    Returns
    -------
    str
        "nothing", "install" (in place) or "rebuild" (from scratch).
    """
    if stamp is None or found is None:
        return "rebuild"
    was = stamp.contents
    if (
        (was.python, was.folder) != (found.python, found.folder)
        or not set(was.packages) <= set(found.packages)
        or not set(found.damaged) <= set(was.damaged)  # some files never were as stated
    ):
        return "rebuild"
    if stamp.requirements != digest or (development and not stamp.development):
        return "install"
    return "nothing"


def requirements_digest(repository: pathlib.Path) -> str:
    """Hash the files that say what to install."""
    digest = hashlib.sha256()
    for name in [*REQUIREMENTS.values(), BUILD_REQUIREMENTS, "pyproject.toml"]:
        digest.update((repository / name).read_bytes() + b"\0")
    return digest.hexdigest()


def read_stamp(environment: pathlib.Path) -> Optional[Stamp]:
    """Return the stamp, or None if there is none or it is not whole."""
    try:
        text = (environment / STAMP_NAME).read_text(encoding="utf-8")
        contents, requirements, development = json.loads(text)
        return Stamp(Contents(*contents), requirements, development)
    except (OSError, ValueError, TypeError):
        return None


def inspect(python: str) -> Optional[Contents]:
    """Return what is in the environment of an interpreter, or None if that does not run."""
    try:
        return Contents(**_answer([python], INSPECTION))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError):
        return None


def _make_anew(interpreter: Interpreter) -> None:
    if os.path.lexists(str(ENVIRONMENT)):
        say("The .venv here is incomplete or does not fit: making it anew.")
        if ENVIRONMENT.is_dir() and not ENVIRONMENT.is_symlink():
            shutil.rmtree(str(ENVIRONMENT))
        else:
            ENVIRONMENT.unlink()
    version = _dotted(interpreter.version[:2])
    say(f"Setting up .venv with Python {version} (about a minute the first time)...")
    _run_quietly(
        [*interpreter.command, "-I", "-m", "venv", str(ENVIRONMENT)],
        f"Python {version} ({' '.join(interpreter.command)}) could not make .venv.",
    )


def _install(python: str, requirements: str) -> None:
    """Install what is pinned, by its hashes: nothing else is fetched, or run to build a package."""
    pip = [python, "-I", "-m", "pip", "install", "--quiet", "--no-input"]
    for file in (BUILD_REQUIREMENTS, requirements):
        wheels = ["--only-binary", ":all:", "--no-binary", SOURCE_ONLY, "--no-build-isolation"]
        _run_quietly(
            [*pip, "--require-hashes", *wheels, "--requirement", file],
            f"pip could not install the packages pinned in {file}. Most often the package"
            " registry cannot be reached: look at the network connection, the proxy and pip's own"
            " settings, then give the same command again.",
        )
    _run_quietly(
        [*pip, "--no-deps", "--no-build-isolation", "--editable", "."],
        "pip could not install modelops_abm itself into .venv.",
    )


def _run_quietly(command: Sequence[str], failure: str) -> None:
    done = subprocess.run(
        command,
        cwd=str(REPOSITORY),
        env=_environment_variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        lines = done.stdout.decode(errors="replace").strip().splitlines()
        last = textwrap.indent("\n".join(lines[-12:]), "  ")
        if any(WRONG_HASH in line for line in lines):
            failure = (
                "A package is not the one that was pinned: the registry, or something on the way to"
                " it, served another file, or the requirements here were changed. It was not"
                " installed. Do not go on before you know why."
            )
        raise SetUpError(f"{failure}\nThe last lines it printed:\n{last}")


def _environment_variables() -> Dict[str, str]:
    """Return the environment without what would lead another interpreter astray."""
    astray = {"PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"}
    kept = {name: value for name, value in os.environ.items() if name not in astray}
    return {**kept, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def _scripts(environment: pathlib.Path) -> pathlib.Path:
    return environment / ("Scripts" if os.name == "nt" else "bin")


def _is_running_in(environment: pathlib.Path) -> bool:
    return os.path.realpath(sys.prefix) == os.path.realpath(str(environment))


def _is_inside(path: pathlib.Path, folder: pathlib.Path) -> bool:
    """Compare without following the last link, which in an environment leads out of it."""
    return os.path.realpath(str(folder)) in map(os.path.realpath, map(str, path.parents))


@contextlib.contextmanager
def locked(path: pathlib.Path) -> Iterator[None]:
    """Hold a lock that the system releases even if this process dies."""
    with path.open("a+b") as file:
        if not _try_to_lock(file.fileno()):
            say("Another run.py is setting up .venv: waiting for it to finish...")
            while not _try_to_lock(file.fileno()):
                time.sleep(0.2)
        yield


if sys.platform == "win32":
    import msvcrt

    def _try_to_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_to_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


# --- What is run in it --------------------------------------------------------------------------


def run_tests(pytest_arguments: Sequence[str]) -> int:
    """Run every check and then pytest, or with arguments only pytest; return the exit code."""
    python = prepare(development=True)
    environ, folder = _environment_variables(), str(REPOSITORY)
    if pytest_arguments:
        return _call([python, "-m", "pytest", *pytest_arguments], environ, folder)
    checks = {
        "ruff check": [python, "-m", "ruff", "check"],
        "ruff format --check": [python, "-m", "ruff", "format", "--check"],
        "mypy": [python, "-m", "mypy"],
        "lint-imports": [str(_scripts(ENVIRONMENT) / "lint-imports")],
        "pytest": [python, "-m", "pytest", "-n", "2", "--dist", "worksteal"],
    }
    exit_codes = {}
    # Compiled on the other core while the checks before pytest read, and kept in the cache: else
    # each process of pytest, and the page that the tests start, would do it at the same time.
    program = "from modelops_abm.runs import prepare_ensemble; prepare_ensemble()"
    quiet = subprocess.DEVNULL  # what goes wrong there is told by the tests
    with subprocess.Popen(
        [python, "-c", program], env=environ, cwd=folder, stdout=quiet, stderr=quiet
    ) as compiling:
        for name, command in checks.items():
            if name == "pytest":
                compiling.wait()
            say(f"--- {name}")
            exit_codes[name] = _call(command, environ, folder)
    failed = [name for name, exit_code in exit_codes.items() if exit_code]
    say(f"Failed: {', '.join(failed)}." if failed else "All checks and tests passed.")
    return exit_codes[failed[0]] if failed else 0


def build_docs(arguments: Sequence[str]) -> int:
    """Build the site of the documentation and open it; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="run.py docs", description="Build the documentation, and open it in the browser."
    )
    parser.add_argument("--no-open", action="store_true", help="do not open it")
    parser.add_argument("--output", default="build/site", metavar="DIR", help="where to")
    options = parser.parse_args(list(arguments))
    python = prepare(development=True)
    script = str(REPOSITORY / "docs" / "site.py")
    command = [python, script, "--output", os.path.abspath(options.output)]
    opening = [] if options.no_open else ["--open"]
    return _call([*command, *opening], _environment_variables(), folder=None)


def run_project(arguments: Sequence[str]) -> int:
    """Serve the page, or with ``--no-page`` run the main job; return the exit code."""
    options = _parser().parse_args(list(arguments))
    ready = os.environ.pop(READY_VARIABLE, "") == str(ENVIRONMENT)
    if not (ready and _is_running_in(ENVIRONMENT)):
        return _start_again_in_environment(prepare(development=False), arguments)
    from modelops_abm import ctrl_c

    if options.no_page:
        from modelops_abm.cli import main_job

        exit_code = main_job.run(output_directory=options.output)
    else:
        from modelops_abm.app.server import show

        exit_code = show(port=options.port, open_browser=not options.no_browser)
    ctrl_c.ignore_from_now_on()
    return exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run.py",
        description="Show the page in the browser, until Ctrl-C.",
        epilog="'run.py test [pytest arguments]' runs the checks and tests instead,"
        " 'run.py docs' builds the documentation.",
    )
    parser.add_argument("--port", type=_port, help="port of the page (default: 8765 or a free one)")
    parser.add_argument("--no-browser", action="store_true", help="do not open the browser")
    parser.add_argument(
        "--no-page",
        action="store_true",
        help="instead, run the reference organisation with and without ModelOps in the terminal",
    )
    parser.add_argument(
        "--output",
        type=pathlib.Path,
        default=pathlib.Path("results"),
        metavar="DIR",
        help="with --no-page: folder for summary, data and pictures (default: results)",
    )
    return parser


def _port(text: str) -> int:
    if not (text.isdecimal() and len(text) <= 5 and int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 0 to 65535")
    return int(text)


def _start_again_in_environment(python: str, arguments: Sequence[str]) -> int:
    command = [python, str(pathlib.Path(__file__).resolve()), *arguments]
    environ = {**_environment_variables(), READY_VARIABLE: str(ENVIRONMENT)}
    if os.name != "nt":  # there the shell would not wait for the new process
        os.execve(python, command, environ)
    return _call(command, environ, folder=None)


def _call(command: Sequence[str], environ: Mapping[str, str], folder: Optional[str]) -> int:
    """Run a command and return its exit code; on Ctrl-C let it finish by itself for 10 seconds."""
    with subprocess.Popen(command, cwd=folder, env=environ) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            try:
                process.wait(timeout=10)
            except (KeyboardInterrupt, subprocess.TimeoutExpired):
                process.terminate()
            raise


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks, and return the exit code."""
    if sys.version_info < OLDEST_THAT_STARTS:
        say("run.py needs Python 3.8 or newer to start: this is " + sys.version.split()[0] + ".")
        return 2
    try:
        if arguments[:1] == ["test"]:
            return run_tests(arguments[1:])
        if arguments[:1] == ["docs"]:
            return build_docs(arguments[1:])
        return run_project(arguments)
    except SetUpError as error:
        say(str(error))
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__" and globals() is vars(sys.modules["__main__"]):
    sys.exit(main(sys.argv[1:]))
elif __name__ == "__main__":  # so does `solara run run.py` call it
    from modelops_abm.app.page import Layout, Page  # noqa: F401
