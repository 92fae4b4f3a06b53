"""What this package uses of others that they do not document, each with the reason.

A release of theirs may change it without a word. Nothing else may be used: a new use fails here,
and so does a reason whose use is gone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import modelops_abm

PACKAGE = Path(modelops_abm.__file__).parent
UNDOCUMENTED = (
    "mesa.experimental",
    "numba.core.boxing",
    "numba.core.caching",
    "numba.core.compiler_lock",
    "numba.core.pythonapi",
    "numba.core.serialize",
    "reacton.core",
    "solara.server",
    "uvicorn.protocols",
)
UNDOCUMENTED_NAMES = {"entry_point", "get_call_template"}
OF_NAMED_TUPLES = {"_asdict", "_fields", "_make", "_replace"}

REASONS = {
    "app/access.py: solara.server": (
        "Solara's server has no list of what it serves, and no place for a guard: the routes that"
        " the page needs are named by their functions"
    ),
    "app/export/slide_kit.py: ._element": (
        "python-pptx has no word for an entry of a legend that is left out"
    ),
    "app/export/slide_kit.py: ._p": "nor for a list's bullets and their indent",
    "app/export/slide_kit.py: ._r": "nor for a number of a slide that follows its place",
    "app/export/slide_kit.py: ._chartSpace": (
        "nor for the numbers of a chart's axes, which it writes negative, against the standard"
    ),
    "app/export/slides.py: ._rels": "nor to leave out what the empty template says of its maker",
    "app/mesa_page.py: ._advance_time": (
        "every way of Mesa to run comes there, so that a day is one piece to whoever draws"
    ),
    "app/mesa_page.py: reacton.core": "nothing public tells when the page is drawn",
    "app/server.py: solara.server": (
        "Solara takes its settings from the environment when it is imported, and a program that"
        " adds to the page has imported it by then"
    ),
    "app/server.py: uvicorn.protocols": (
        "uvicorn takes a protocol of one's own, and bounds no time in which a request arrives"
    ),
    "app/visit.py: reacton.core": "nothing public tells when the page is drawn",
    "app/visit.py: solara.server": (
        "Solara looks through the threads of a visit that ends, and fails if one ends meanwhile"
    ),
    "compiled/internals.py: ._cache": "numba has no public way to give a function another cache",
    "compiled/internals.py: ._compile_for_args": (
        "numba asks nobody before it compiles a function for the arguments of its first call"
    ),
    "compiled/internals.py: numba.core.caching": (
        "as before; what is kept is numba's own form of a compiled function"
    ),
    "compiled/internals.py: numba.core.compiler_lock": (
        "whoever waits for another lock while numba compiles would wait for ever"
    ),
    "compiled/internals.py: numba.core.serialize": "what is kept is numba's own form, as above",
    "compiled/internals.py: .entry_point": (
        "a call from Python by numba's public way costs three times as much as the call itself"
    ),
    "compiled/internals.py: .get_call_template": (
        "numba compiles a function anew for each constant that it is called with"
    ),
    "compiled/internals.py: numba.core.boxing": (
        "numba hands a named tuple to Python by running Python, where an interrupt ends the process"
    ),
    "compiled/internals.py: numba.core.pythonapi": (
        "as before; `numba.extending.box` refuses a type that numba boxes already"
    ),
    "mesa_engine/model.py: mesa.agentset": (
        "the class of the sets that Mesa's model keeps has no public name; an agent that is taken"
        " out of one of them acts on"
    ),
    "mesa_engine/model.py: ._update": "as before",
    "mesa_engine/model.py: mesa.experimental": "Mesa's scenarios have no other place yet",
}


def uses_in(tree: ast.AST) -> Iterator[str]:
    """Yield the undocumented modules and the private names of others that a module uses."""
    own = {node.attr for node in ast.walk(tree) if _is_of_self(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                private = alias.name.startswith("_")
                yield from _undocumented(f"{node.module}.{alias.name}", private=private)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield from _undocumented(alias.name)
        elif isinstance(node, ast.Attribute) and not _is_of_self(node):
            name = node.attr
            if name in UNDOCUMENTED_NAMES:
                yield f".{name}"
            is_private = name.startswith("_") and not name.startswith("__")
            if is_private and name not in OF_NAMED_TUPLES | own | {"_exit"}:  # os._exit is public
                yield f".{name}"


def _is_of_self(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("self", "cls")
    )


def _undocumented(module: str, *, private: bool = False) -> Iterator[str]:
    if module.split(".")[0] in ("modelops_abm", "__future__"):
        return
    for name in UNDOCUMENTED:
        if module == name or module.startswith(f"{name}."):
            yield name
            return
    if private or any(part.startswith("_") for part in module.split(".")[1:]):
        yield module.rpartition(".")[0]


def test_what_is_not_documented_is_used_for_a_reason_in_one_place() -> None:
    found = {
        f"{file.relative_to(PACKAGE).as_posix()}: {use}"
        for file in PACKAGE.rglob("*.py")
        for use in uses_in(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert found == set(REASONS)


def test_only_one_module_uses_what_numba_does_not_document() -> None:
    (file,) = {
        reason.partition(":")[0]
        for reason in REASONS
        if "numba" in reason or reason.startswith("compiled")
    }
    assert file == "compiled/internals.py"


def test_a_private_name_of_another_package_is_seen() -> None:
    source = "from numba.core import pythonapi\nfrom mesa.agentset import _Set\nthing._hidden = 1"
    expected = {"numba.core.pythonapi", "mesa.agentset", "._hidden"}
    assert set(uses_in(ast.parse(source))) == expected
