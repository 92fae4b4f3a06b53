"""The documents agree with the code: generated parts, names, links, and no equation left out."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
import re
from pathlib import Path
from types import ModuleType

import pytest

from modelops_abm import rules
from modelops_abm.scenario import Distribution, catalogue

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ODD = DOCS / "odd.md"
PAGES = sorted(DOCS.rglob("*.md"))
OTHER_PACKAGES = ("concurrent", "mesa", "modelops_abm", "numba")
DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+")
PARTS = frozenset(Distribution.model_fields)


def generator() -> ModuleType:
    """Return docs/generate.py, which is in no package."""
    spec = importlib.util.spec_from_file_location("generate_docs", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def named_in(page: Path) -> set[str]:
    """Return the dotted names in a page, in code of its own or in a block of equations."""
    blocks = re.findall(r"^```.*?^```", text_of(page), re.DOTALL | re.MULTILINE)
    prose = re.sub(r"^```.*?^```", "", text_of(page), flags=re.DOTALL | re.MULTILINE)
    spans = {span for span in re.findall(r"`([^`\n]+)`", prose) if DOTTED.fullmatch(span)}
    registered = re.findall(r"^    *name=\"(\w+)\"", text_of(page), re.MULTILINE)
    spans -= {span for span in spans if any(name in span for name in registered)}
    return spans | {name for block in blocks for name in re.findall(r"\brules\.\w+\.\w+", block)}


def is_parameter(name: str) -> bool:
    """Tell whether it is a value of a scenario, a section, or a part of a distribution."""
    known = {quantity.name for quantity in catalogue()}
    outer, _, last = name.rpartition(".")
    return (
        name in known
        or any(entry.startswith(f"{name}.") for entry in known)
        or (outer in known and last in PARTS)
    )


def is_in_code(name: str) -> bool:
    """Tell whether it is a module, class, function or constant, of this package or another."""
    first = name.split(".")[0]
    full = name if first in OTHER_PACKAGES else f"modelops_abm.{name}"
    parts = full.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def rule_functions() -> list[str]:
    """Return every public function of `rules`, as the documents name it.

    `rules.registered` has no equations: it lets those that are registered from outside act.
    """
    names = []
    for entry in pkgutil.iter_modules(rules.__path__):
        if entry.name == "registered":
            continue
        module = importlib.import_module(f"modelops_abm.rules.{entry.name}")
        names += [
            f"rules.{entry.name}.{name}"
            for name, thing in vars(module).items()
            if not name.startswith("_")
            and inspect.isfunction(plain := getattr(thing, "py_func", thing))
            and plain.__module__ == module.__name__
        ]
    return names


def test_generated_parts_are_up_to_date() -> None:
    for path, text in generator().documents().items():
        assert text_of(path) == text, f"run: python docs/generate.py ({path.name})"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_name_exists(page: Path) -> None:
    files = {name for name in named_in(page) if (ROOT / name).exists()}
    unknown = sorted(
        name
        for name in named_in(page) - files
        if name != "run.json" and not is_parameter(name) and not is_in_code(name)
    )
    assert not unknown


def test_a_name_that_does_not_exist_is_found() -> None:
    assert is_in_code("rules.power.base_power")
    assert is_in_code("mesa_engine.model.ModelOpsModel.step")
    assert is_parameter("capabilities.monitoring.maximum")
    for wrong in ("rules.power.bass_power", "rules.might.power", "team.foucs", "numba.nothing"):
        assert not is_in_code(wrong)
        assert not is_parameter(wrong)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_file_and_section_that_is_linked_exists(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text_of(page)):
        path, _, section = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), target
        if section:
            assert section in anchors(linked), target
    for path in re.findall(r"`((?:tests|modelops_abm|docs)/[\w/.]+)`", text_of(page)):
        assert (ROOT / path).exists(), path


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_protocol_names_every_equation() -> None:
    functions = rule_functions()
    assert len(functions) > 50
    assert sorted(set(functions) - named_in(ODD)) == []


def test_the_protocol_has_all_its_elements() -> None:
    elements = (
        "Purpose and patterns",
        "Entities, state variables",
        "Process overview and scheduling",
        "Design concepts",
        "Initialization",
        "Input data",
        "Submodels",
    )
    concepts = (
        "Basic principles",
        "Emergence",
        "Adaptation",
        "Objectives",
        "Learning",
        "Prediction",
        "Sensing",
        "Interaction",
        "Stochasticity",
        "Collectives",
        "Observation",
    )
    for number, element in enumerate(elements, start=1):
        assert f"## {number}. {element}" in text_of(ODD)
    for concept in concepts:
        assert f"**{concept}.**" in text_of(ODD)


def test_decisions_are_numbered_without_gaps() -> None:
    decisions = sorted((DOCS / "decisions").glob("*.md"))
    for number, path in enumerate(decisions, start=1):
        assert path.name.startswith(f"{number:04d}-")
        assert text_of(path).startswith(f"# {number:04d} ")
