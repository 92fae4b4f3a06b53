"""The site is built without a warning, and every link in it leads somewhere."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def loaded(name: str) -> ModuleType:
    """Return a program of docs/, which is in no package."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


site, release, reproduce = (loaded(name) for name in ("site", "release", "reproduce"))


def test_every_page_is_in_the_contents() -> None:
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    entries = re.findall(r"^(?!:|#|-|\s)([\w/*-]+)$", index, re.MULTILINE)
    folders = {entry.removesuffix("/*") for entry in entries if entry.endswith("/*")} | {
        "decisions"
    }
    pages = {place for place in site.pages().values() if place.suffix != ".png"}
    left_out = {
        place.with_suffix("").as_posix()
        for place in pages
        if place.parent.as_posix() not in folders
    } - {*entries, "index"}
    assert not left_out


def test_links_between_files_are_links_between_pages(tmp_path: Path) -> None:
    site.lay_out(tmp_path / "source")
    text = (tmp_path / "source" / "contributing.md").read_text("utf-8")
    assert "](decisions/0033-the-rooms.md)" in text
    analyst = (tmp_path / "source" / "start" / "analyst.md").read_text("utf-8")
    assert "](../tutorials/1_first_look.ipynb)" in analyst
    commands = (tmp_path / "source" / "commands.md").read_text("utf-8")
    assert "--require-chance" in commands
    reference = (tmp_path / "source" / "reference" / "experiments.md").read_text("utf-8")
    assert ".. autofunction:: modelops_abm.experiments.credit\n" in reference


def test_a_link_to_what_is_no_page_is_refused(tmp_path: Path) -> None:
    page = ROOT / "docs" / "odd.md"
    with pytest.raises(site.SiteError, match=r"links to \.\./run\.py, which is no page"):
        site._relinked("[it](../run.py)", page, site.pages())


def test_a_notebook_with_outputs_of_other_code_is_refused(tmp_path: Path) -> None:
    text = (ROOT / "notebooks" / "1_first_look.ipynb").read_text("utf-8")
    changed = tmp_path / "changed.ipynb"
    changed.write_text(text.replace("seed=1", "seed=2"), "utf-8")
    with pytest.raises(site.SiteError, match=r"changed\.ipynb shows what other code"):
        site._as_page(changed, site.pages())


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ('<a href="b.html#there">', ""),
        ('<a href="https://example.org/x">', ""),
        ('<img src="data:image/png;base64,AA">', ""),
        ('<a href="c.html">', "is no file"),
        ('<a href=".">', "is no file, or a folder"),
        ('<a href="b.html#nowhere">', "is no place on that page"),
        ('<a href="#nowhere">', "is no place on that page"),
        ('<script src="https://example.org/x.js">', "is loaded from elsewhere"),
        ('<link href="//example.org/x.css">', "is loaded from elsewhere"),
    ],
)
def test_links_are_checked(tmp_path: Path, link: str, fault: str) -> None:
    (tmp_path / "a.html").write_text(link)
    (tmp_path / "b.html").write_text('<p id="there">')
    found = list(site.faults(tmp_path))
    assert len(found) == bool(fault)
    assert fault in "".join(found)


# In a process of its own: Sphinx gives functions that it describes another signature.
@pytest.mark.slow(40, first=True)
def test_the_site_is_built_without_a_warning_or_a_faulty_link(tmp_path: Path) -> None:
    command = [sys.executable, "docs/site.py", "--output", str(tmp_path / "site")]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    assert ", 0 faulty links." in built.stdout
    text = (tmp_path / "site" / "tutorials" / "1_first_look.html").read_text("utf-8")
    assert "cell_output" in text
    assert (tmp_path / "site" / "_static" / "inter-latin.woff2").stat().st_size > 10_000
    text = (tmp_path / "site" / "index.html").read_text("utf-8")
    for theme in ("light", "dark"):
        assert re.search(rf'only-{theme}.+\n<a .+href="_images/page-decide', text)
    text = (tmp_path / "site" / "changelog.html").read_text("utf-8")
    assert 'href="decisions/0069-' in text


def test_versions_and_dates_agree() -> None:
    assert release.check_versions(is_released=False)


def test_the_source_that_a_reviewer_is_given_can_be_installed(tmp_path: Path) -> None:
    reproduce.describe(tmp_path)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    needed = {project["project"]["readme"], *project["project"]["license-files"], "run.py"}
    packed = project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    needed |= {path.name for pattern in packed for path in ROOT.glob(pattern.lstrip("/"))}
    assert needed - {path.name for path in (tmp_path / "code").iterdir()} == set()
    listed = (tmp_path / "SHA256SUMS").read_text("utf-8").splitlines()
    assert len(listed) == sum(path.is_file() for path in tmp_path.rglob("*")) - 1


def test_what_a_release_tries_is_there_and_what_it_lacks_is_said() -> None:
    assert [path for path in release.PART if not (ROOT / path).exists()] == []
    assert {"mesa", "numpy", "pyyaml", "optuna", "solara-assets"} <= release.named(ROOT)
    has_address = "[project.urls]" in (ROOT / "pyproject.toml").read_text("utf-8")
    assert has_address != any("address" in step for step in release.left_to_do())


def test_what_the_gallery_shows_is_there_and_has_its_command() -> None:
    shown = reproduce.shown()
    assert len(shown) >= 4
    pictures = {name for each in shown for name in each.pictures}
    assert pictures
    for name in pictures:
        assert (ROOT / "docs" / "pictures" / name).exists(), name
    assert {block.name for block in reproduce.blocks()} == {"main job", "story"}
