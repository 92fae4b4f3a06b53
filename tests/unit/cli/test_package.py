from __future__ import annotations

import subprocess
from collections.abc import Callable
from types import ModuleType

import pytest

import modelops_abm


@pytest.mark.parametrize("name", modelops_abm.__all__)
def test_public_names_exist(name: str) -> None:
    assert name in dir(modelops_abm)
    assert not isinstance(getattr(modelops_abm, name), ModuleType)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        modelops_abm.simulat  # noqa: B018


@pytest.mark.parametrize(
    "first",
    [
        "from modelops_abm.simulate import simulate",
        "from modelops_abm import simulate",
    ],
)
def test_simulate_is_the_function_whatever_is_imported_first(
    process: Callable[..., subprocess.CompletedProcess[str]], first: str
) -> None:
    done = process(f"{first}; import modelops_abm; print(callable(modelops_abm.simulate))")
    assert done.stdout == "True\n"
