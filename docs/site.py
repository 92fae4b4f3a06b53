"""Build the site: ``python docs/site.py [--output FOLDER] [--open]``; `run.py docs` calls it.

Pages are the Markdown files of docs/ and of the repository's top, and the notebooks as they stand,
with outputs that are of their code and the results of now. What else is shown is made here from the
code: reference, commands, what has been checked, how to cite. All is laid out under
build/site-source, where links between files are made links between pages; then Sphinx builds it,
and every link is checked.

Nothing is fetched, and a warning is an error. Decision 0058.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import re
import shutil
import sys
import webbrowser
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path
from runpy import run_path
from typing import Any, get_origin
from urllib.parse import unquote, urlsplit

import click
import yaml
from sphinx.cmd.build import build_main
from sphinx.pycode import ModuleAnalyzer

from modelops_abm import app
from modelops_abm.cli.entry import command_of, commands

DOCS = Path(__file__).resolve().parent
REPOSITORY = DOCS.parent
SITE = REPOSITORY / "build" / "site"
TOP = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
FONT = Path(app.__file__).parent / "style" / "inter-latin.woff2"
_MADE = re.compile(r"^<!-- made: (\w+)((?: [\w.]+)*) -->$", re.MULTILINE)
_LINK = re.compile(r"(\]\()(?!https?:|#)([^)#\s]+)((?:#[^)\s]*)?\))")


class SiteError(Exception):
    """What keeps the site from being built, in sentences."""


# Laying out


def pages() -> dict[Path, Path]:
    """Return every file that is a page or a picture of the site, and its place there."""
    own = [path for path in sorted(DOCS.rglob("*")) if path.suffix in {".md", ".png"}]
    found = {path: path.relative_to(DOCS) for path in own}
    found |= {REPOSITORY / name: Path(name.lower()) for name in TOP}
    notebooks = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))
    return found | {path: Path("tutorials") / path.name for path in notebooks}


def lay_out(target: Path) -> None:
    """Write the source of the site into a folder, which is emptied first."""
    shutil.rmtree(target, ignore_errors=True)
    places = pages()
    # Not pages, but linked from some: their places are where a reader of the site finds the same.
    elsewhere = {
        REPOSITORY / "README.md": Path("index.md"),
        REPOSITORY / "CITATION.cff": Path("cite.md"),
        DOCS / "decisions": Path("decisions.md"),
        DOCS / "guides": Path("guides/add-a-capability.md"),
    }
    for path, place in places.items():
        (target / place).parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".png":
            shutil.copyfile(path, target / place)
        else:
            _write(target / place, _as_page(path, places | elsewhere))
    shutil.copyfile(DOCS / "conf.py", target / "conf.py")
    shutil.copytree(DOCS / "static", target / "_static")
    shutil.copyfile(FONT, target / "_static" / FONT.name)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _as_page(path: Path, places: dict[Path, Path]) -> str:
    """Return a file with its links to others as links between pages."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return _MADE.sub(_made, _relinked(text, path, places))
    notebook = json.loads(text)
    code = ["".join(each["source"]) for each in notebook["cells"] if each["cell_type"] == "code"]
    made_of = run_path(str(REPOSITORY / "notebooks" / "execute.py"))["made_of"]
    if notebook["metadata"].get("made_of") != made_of(code):
        again = f"python notebooks/execute.py {path.stem}"
        raise SiteError(f"{path.name} shows what other code or other results gave: {again}")
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = _relinked("".join(cell["source"]), path, places)
        elif cell["cell_type"] == "code":  # what printed nothing has no box
            outputs = cell["outputs"]
            cell["outputs"] = [each for each in outputs if "".join(each.get("text", "-")).strip()]
    return json.dumps(notebook)


def _relinked(text: str, path: Path, places: dict[Path, Path]) -> str:
    def place_of(match: re.Match[str]) -> str:
        before, target, after = match.groups()
        linked = (path.parent / target).resolve()
        if linked not in places:
            raise SiteError(f"{path.relative_to(REPOSITORY)} links to {target}, which is no page.")
        return (
            before
            + places[linked].relative_to(places[path].parent, walk_up=True).as_posix()
            + after
        )

    return _LINK.sub(place_of, text)


# Parts of pages that are made of the code, where `<!-- made: name -->` stands


def _made(match: re.Match[str]) -> str:
    name, said = match.groups()
    parts = {"commands": _commands, "checked": _checked, "cite": _cite}
    return parts[name]() if name in parts else _reference(*said.split())


def _commands() -> str:
    """Return what every command says of itself."""
    parts = []
    for name in sorted(commands.commands):
        command = command_of(name)
        context = click.Context(command, info_name=f"modelops-abm {name}", terminal_width=90)
        parts.append(f"## {name}\n\n```text\n{command.get_help(context)}\n```")
    return "\n\n".join(parts) + "\n"


def _checked() -> str:
    """Return what the verification has found, as it is recorded."""
    record = json.loads(
        (Path(app.__file__).parent / "understand" / "verification.json").read_text("utf-8")
    )
    count = sum(len(group["findings"]) for group in record["groups"])
    parts = [f"There are {count} of them, and no p value may be below {record['permitted']:.2g}."]
    for group in record["groups"]:
        rows = [
            f"| {each['check']} | {each['kind']} | {each['theory']:.4g} | {each['found']:.4g} |"
            f" {each['half_width']:.2g} | {each['p_value']:.2g} | {each['n']:,} |"
            for each in group["findings"]
        ]
        heads = "| check | compared | theory | found | ± | p | n |\n|---|---|--:|--:|--:|--:|--:|"
        parts.append(f"## {group['title']}\n\n{heads}\n" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _cite() -> str:
    text = (REPOSITORY / "CITATION.cff").read_text(encoding="utf-8")
    said = yaml.safe_load(text)
    by = ", ".join(author["name"] for author in said["authors"])
    sentence = f"{by} ({said['date-released'].year}). {said['title']}, version {said['version']}."
    return f"> {sentence}\n\n```yaml\n{text}```"


def _reference(*paths: str) -> str:
    """Return what the docstrings say of some names, or of all that a package offers."""
    full = []
    for path in paths:
        offered = getattr(_named(path), "__all__", None)
        full += [f"{path}.{name}" for name in offered] if offered else [path]
    parts = [_entry(path) for path in sorted(full, key=_kind_and_name)]
    return "```{eval-rst}\n" + "\n".join(parts) + "```"


def _entry(path: str) -> str:
    thing = _named(path)
    kind = _kind(thing)
    if kind == 2:  # of a constant the words stand below it, where it is defined
        words = "".join(f"   {line}\n" for line in _words_of(path.rpartition(".")[2], thing))
        with suppress(NameError):  # an alias may name what is imported for its type alone
            thing = getattr(thing, "__value__", thing)
        said = repr(thing).removeprefix("typing.")
        value = "" if words or len(said) > 200 else f"   :value: {said}\n"
        return f".. py:data:: {path}\n{value}\n{words}"
    first = _INDEXED.setdefault(thing, path) if kind else path
    if first != path:  # a class that two rooms offer is described once
        name = path.rpartition(".")[2]
        return f":py:class:`{name} <{first}>` is offered here, too.\n"
    members = "   :members:\n" if kind else ""
    return f".. auto{_KINDS[kind]}:: {path}\n{members}"


def _words_of(name: str, thing: object) -> list[str]:
    for module, found in sorted(sys.modules.items()):
        if module.startswith("modelops_abm.") and vars(found).get(name) is thing:
            words = ModuleAnalyzer.for_module(module).find_attr_docs().get(("", name))
            if words:
                return words
    return []


_KINDS = ("function", "class")
_INDEXED: dict[object, str] = {}


def _kind(thing: object) -> int:
    is_alias = get_origin(thing) is not None  # a `Literal` could be called, too
    return 1 if inspect.isclass(thing) else 0 if callable(thing) and not is_alias else 2


def _kind_and_name(path: str) -> tuple[int, str]:
    return _kind(_named(path)), path


def _named(path: str) -> Any:
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError:
        module, _, name = path.rpartition(".")
        return getattr(importlib.import_module(module), name)


# Building, and checking what was built


def build(source: Path, site: Path) -> None:
    """Build the site; a warning is an error.

    Raises
    ------
    SiteError
        If Sphinx warns of something.
    """
    shutil.rmtree(site, ignore_errors=True)
    cache = source.parent / f"{source.name}-cache"
    options = ["-b", "html", "-q", "-W", "--keep-going", "-d", str(cache)]
    if build_main([*options, str(source), str(site)]):
        raise SiteError("Sphinx warned of what stands above; a warning is an error.")


class _Links(HTMLParser):
    """The links of a page, what it loads, and its anchors."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in a tag."""
        said = dict(attrs)
        self.anchors |= {value for name in ("id", "name") if (value := said.get(name))}
        links = {"a": "href", "link": "href", "img": "src", "script": "src", "source": "src"}
        target = said.get(links.get(tag, ""))
        if target:
            (self.links if tag == "a" else self.loaded).append(target)


def faults(site: Path) -> Iterator[str]:
    """Yield every link of a site that leads nowhere, and everything loaded from elsewhere."""
    read: dict[Path, _Links] = defaultdict(_Links)
    for page in sorted(site.rglob("*.html")):
        read[page.resolve()].feed(page.read_text(encoding="utf-8"))
    for page, found in list(read.items()):
        for target in [*found.links, *found.loaded]:
            wrong = _fault(page, target, read, is_loaded=target in found.loaded)
            if wrong:
                yield f"{page.relative_to(site.resolve())}: {target} {wrong}"


def _fault(page: Path, target: str, read: dict[Path, _Links], *, is_loaded: bool) -> str:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        is_foreign = is_loaded and parts.scheme != "data"
        return "is loaded from elsewhere" if is_foreign else ""
    linked = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not linked.is_file():
        return "is no file, or a folder: without a server it is not found"
    if parts.fragment and linked.suffix == ".html":
        known = linked in read and unquote(parts.fragment) in read[linked].anchors
        return "" if known else "is no place on that page"
    return ""


def main(arguments: list[str]) -> int:
    """Lay out, build, check; return the exit code."""
    parser = argparse.ArgumentParser(description="Build the site and check every link of it.")
    parser.add_argument("--output", type=Path, default=SITE, help="where to (default: build/site)")
    parser.add_argument("--open", action="store_true", help="open it in the browser")
    chosen = parser.parse_args(arguments)
    site = chosen.output.resolve()
    source = site.with_name(f"{site.name}-source")
    try:
        lay_out(source)
        build(source, site)
    except SiteError as error:
        print(error, file=sys.stderr)
        return 1
    found = list(faults(site))
    for fault in found:
        print(fault, file=sys.stderr)
    count = len(list(site.rglob("*.html")))
    print(f"{count} pages in {site}, {len(found)} faulty links.")
    if chosen.open and not found:
        webbrowser.open((site / "index.html").as_uri())
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
