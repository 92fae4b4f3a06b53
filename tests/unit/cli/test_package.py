from __future__ import annotations

import subprocess
from collections.abc import Callable
from types import ModuleType

import pytest

import modelops_abm
from modelops_abm import experiments, runs

PACKAGES = (modelops_abm, experiments, runs)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_public_names_exist(package: ModuleType) -> None:
    assert set(package.__all__) <= set(dir(package))
    for name in package.__all__:
        assert not isinstance(getattr(package, name), ModuleType), name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="attribute simulat"):
        modelops_abm.simulat  # noqa: B018


@pytest.mark.parametrize(
    "first",
    [
        "from modelops_abm.runs import simulate",
        "from modelops_abm import simulate",
        "from modelops_abm import compare",
        "from modelops_abm import replicate; replicate",
        "from modelops_abm.runs import replicate",
        "import modelops_abm.runs",
        "import modelops_abm.runs.replications",
        "import modelops_abm.experiments",
    ],
)
def test_simulate_is_the_function_whatever_is_imported_first(
    process: Callable[..., subprocess.CompletedProcess[str]], first: str
) -> None:
    names = "simulate, replicate, compare"
    check = f"from modelops_abm import {names}; print(*map(callable, ({names})))"
    done = process(f"{first}; {check}")
    assert (done.stdout, done.stderr) == ("True True True\n", "")
