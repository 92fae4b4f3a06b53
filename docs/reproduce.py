"""Make every figure of README and site again: ``python docs/reproduce.py FOLDER``.

The folder is made, and is what a reviewer or an archive asks for: `figures/` and `text/` with what
the documentation shows, `results/` with the data behind it, `docs/`, `code/` with the source of
this version, `environment.txt`, `codemeta.json`, `CITATION.cff`, `LICENSE`, and `SHA256SUMS` of all
of it (`sha256sum --check SHA256SUMS`). What is not as the documentation shows it is named, and is
exit code 1.

The commands are those that docs/gallery.md and the README print. It takes a few minutes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).resolve().parent
REPOSITORY = DOCS.parent
ABOUT = ("README.md", "LICENSE", "CITATION.cff", "codemeta.json", "CHANGELOG.md", "SECURITY.md")
FOLDERS = ("modelops_abm", "tests", "docs", "notebooks", "benchmarks")
SOURCE = (*FOLDERS, "run.py", "pyproject.toml", "CONTRIBUTING.md", *ABOUT)
_SECTION = re.compile(r"^```console\n((?:.+\n)+?)```\n((?:(?!^```|^## ).*\n?)*)", re.MULTILINE)
_PICTURE = re.compile(r"\]\(pictures/([\w.-]+)\)")
_NOT_SOURCE = shutil.ignore_patterns("__pycache__", "*.pyc", "*.nbi", "*.nbc", ".*")
MAIN_JOB = "python3 run.py --no-page"


class Block(NamedTuple):
    """A printed answer that a page shows: the whole of what a command prints, or a part of it."""

    page: Path
    name: str
    command: str
    text: str

    def renewed(self, found: str) -> str:
        """Return what the page should show: as many lines as it does, from the same first line."""
        shown, lines = self.text.splitlines(), found.splitlines()
        first = lines.index(shown[0])
        return "".join(f"{line}\n" for line in lines[first : first + len(shown)])


class Shown(NamedTuple):
    """A command that the documentation prints, and the pictures that it shows of it."""

    command: str
    pictures: tuple[str, ...]


def shown() -> list[Shown]:
    """Return what the gallery shows."""
    text = (DOCS / "gallery.md").read_text(encoding="utf-8")
    return [
        Shown(" ".join(command.replace("\\\n", "").split()), tuple(_PICTURE.findall(rest)))
        for command, rest in _SECTION.findall(text)
    ]


def blocks() -> Iterator[Block]:
    """Yield each printed answer of the documentation."""
    marked = re.compile(r"<!-- ([\w ]+) -->\n```text\n(.*?)```", re.DOTALL)
    commands = {"main job": MAIN_JOB, "story": "modelops-abm stories half_the_team_leaves"}
    for page in (REPOSITORY / "README.md", DOCS / "change.md"):
        for name, text in marked.findall(page.read_text(encoding="utf-8")):
            yield Block(page, name, commands[name], text)


def run(command: str, folder: Path) -> str:
    """Run a command of the documentation with the results in a folder; return what it prints."""
    program, *arguments = shlex.split(command)
    if "--output" in arguments:
        arguments[arguments.index("--output") + 1] = str(folder)
    if program == "python3":  # run.py would set up an environment: this one is set up
        code = "import pathlib, sys; from modelops_abm.cli import main_job as job;"
        code += " sys.exit(job.run(output_directory=pathlib.Path(sys.argv[1])))"
        python = ["-c", code, str(folder)]
    else:
        python = ["-m", "modelops_abm", *arguments]
    environ = {"COLUMNS": "100", "PYTHONUTF8": "1"}

    done = subprocess.run(
        [sys.executable, *python],
        env={**os.environ, **environ},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"'{command}' failed:\n{done.stderr}")
    return "\n".join(line.rstrip() for line in done.stdout.replace("\u202f", " ").splitlines())


def make(folder: Path, *, update: bool = False) -> list[str]:
    """Make everything in a folder; return what is not as the documentation shows it.

    With `update` the documentation is given what was made.
    """
    differs, printed = [], {}
    for name in ("figures", "text", "results"):
        (folder / name).mkdir(parents=True)
    for number, (command, pictures) in enumerate(shown(), start=1):
        print(command, flush=True)
        results = folder / "results" / f"{number}"
        printed[command.partition(" --output")[0]] = run(command, results)
        for name in pictures:
            (made,) = results.rglob(name)
            shutil.copyfile(made, folder / "figures" / name)
            there = DOCS / "pictures" / name
            if not there.exists() or there.read_bytes() != made.read_bytes():
                differs.append(f"{name} is not the picture in docs/pictures.")
    for block in list(blocks()):
        found = printed.get(block.command) or run(block.command, folder / "results" / block.name)
        (folder / "text" / f"{block.name.replace(' ', '-')}.txt").write_text(f"{found}\n", "utf-8")
        if block.text.rstrip() not in found:
            differs.append(f"The block '{block.name}' is not what '{block.command}' prints.")
            if update:
                page = block.page.read_text(encoding="utf-8")
                page = page.replace(block.text, block.renewed(found))
                block.page.write_text(page, encoding="utf-8")
    if update:
        shutil.copytree(folder / "figures", DOCS / "pictures", dirs_exist_ok=True)
    return differs


def describe(folder: Path) -> None:
    """Put code, documentation and environment beside the results, and the hashes of all."""
    for name in SOURCE:
        place = folder / "code" / name
        place.parent.mkdir(exist_ok=True)
        if (REPOSITORY / name).is_dir():
            shutil.copytree(REPOSITORY / name, place, ignore=_NOT_SOURCE)
        else:
            shutil.copyfile(REPOSITORY / name, place)
    for path in REPOSITORY.glob("requirements*.txt"):
        shutil.copyfile(path, folder / "code" / path.name)
    shutil.copytree(DOCS, folder / "docs", ignore=_NOT_SOURCE)
    for name in ABOUT:
        shutil.copyfile(REPOSITORY / name, folder / name)
    packages = sorted(f"{each.metadata['Name']}=={each.version}" for each in distributions())
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    (folder / "environment.txt").write_text("\n".join([f"# {machine}", *packages, ""]), "utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = [f"{digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(sums), "utf-8")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(arguments: list[str]) -> int:
    """Make the folder; return the exit code."""
    parser = argparse.ArgumentParser(description="Make every figure of the documentation again.")
    parser.add_argument("folder", type=Path, help="where to; it must not be there yet")
    parser.add_argument(
        "--update", action="store_true", help="put what differs into README and docs"
    )
    chosen = parser.parse_args(arguments)
    folder = chosen.folder.resolve()
    if folder.exists():
        print(f"{folder} is there already: name another.", file=sys.stderr)
        return 2
    differs = make(folder, update=chosen.update)
    describe(folder)
    print(*differs or ["Every figure is as the documentation shows it."], sep="\n")
    return 1 if differs and not chosen.update else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
