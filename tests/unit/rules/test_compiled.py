"""Compiled and plain code agree to the bit, and nothing is compiled twice."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable
from types import FunctionType
from typing import Any, get_type_hints

import numpy as np
import pytest
from numpy.typing import NDArray

from modelops_abm import compiled as compilation, rules
from modelops_abm.compiled import direct, prepare
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.rules.sampling import Law
from modelops_abm.scenario import Scenario, with_values

for _module in pkgutil.iter_modules(rules.__path__, f"{rules.__name__}."):
    importlib.import_module(_module.name)

FUNCTIONS: dict[str, tuple[Any, Callable[..., Any]]] = {
    f"{function.__module__.removeprefix('modelops_abm.')}.{function.__name__}": (
        dispatcher,
        function,
    )
    for dispatcher in compilation._registered
    for function in (dispatcher.py_func,)
}
TRIALS = 200
FULL_RANGE = {"key", "entity", "word", "seed", "replication", "organisation"}
WRAPS = {"core.randomness.chain", "core.randomness.uniform"}
"""Compiled, whole numbers wrap around at 2**64; in Python only NumPy's do, with a warning."""


def _argument(name: str, hint: Any, rng: np.random.Generator) -> Any:
    if hint is float:
        if name == "shape":
            return float(rng.choice([rng.uniform(1.0, 1.5), rng.uniform(1.0, 30.0)]))
        return float(rng.uniform(0.01, 0.99))
    if hint is bool:
        return bool(rng.integers(2))
    if hint is int:
        most = 2**63 - 1 if name in FULL_RANGE else 4
        return int(rng.integers(-most if name in FULL_RANGE else 0, most, endpoint=True))
    if hint == NDArray[np.float64]:
        return rng.dirichlet([1.0, 2.0, 3.0])
    if hint is Law:
        return Law(int(rng.integers(6)), *(float(entry) for entry in rng.uniform(0.2, 3.0, 2)))
    fields = get_type_hints(hint)
    return hint(*(_argument(field, fields[field], rng) for field in hint._fields))


def _arguments(function: Callable[..., Any], rng: np.random.Generator) -> list[Any]:
    """Random arguments within the domain of every function."""
    hints = get_type_hints(function)
    hints.pop("return")
    return [_argument(name, hint, rng) for name, hint in hints.items()]


def _bits(value: Any) -> Any:
    """A result as text that tells every bit of it, -0.0 and NaN too."""
    if value is None:
        return None
    if isinstance(value, tuple | np.ndarray):
        return [_bits(entry) for entry in value]
    return float(value).hex() if isinstance(value, float | np.floating) else int(value)


def _outcome(function: Callable[..., Any], arguments: list[Any]) -> Any:
    """The bits of what a function returns, and of the arrays that it may have written into."""
    own = [entry.copy() if isinstance(entry, np.ndarray) else entry for entry in arguments]
    result = function(*own)
    return _bits((result, *(entry for entry in own if isinstance(entry, np.ndarray))))


def _plain(name: str, function: Callable[..., Any], arguments: list[Any]) -> Any:
    if name not in WRAPS:
        return _outcome(function, arguments)
    with np.errstate(over="ignore"):
        return _outcome(function, [np.int64(entry) for entry in arguments])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_compiled_and_plain_code_give_the_same_bits(name: str) -> None:
    """One level each: what a function calls is compiled, and has its own turn here."""
    dispatcher, function = FUNCTIONS[name]
    machine_code = direct(dispatcher)
    rng = np.random.default_rng([20, *name.encode()])
    for _ in range(TRIALS):
        arguments = _arguments(function, rng)
        expected = _plain(name, function, arguments)
        assert _outcome(dispatcher, arguments) == expected
        assert _outcome(machine_code, arguments) == expected


def _can_be_compiled(function: Any) -> bool:
    try:
        compilation._signature(function)
    except (TypeError, AttributeError, NameError):
        return False
    return True


def test_every_equation_is_compiled() -> None:
    """A function of the rules is compiled if numbers are all that it takes."""
    plain = set()
    for module in pkgutil.iter_modules(rules.__path__):
        namespace = vars(importlib.import_module(f"{rules.__name__}.{module.name}"))
        plain |= {
            f"{module.name}.{name}"
            for name, entry in namespace.items()
            if isinstance(entry, FunctionType)
            and entry.__module__ == namespace["__name__"]
            and _can_be_compiled(entry)
        }
    assert not plain


def test_every_equation_has_one_compiled_version_after_runs_of_all_kinds() -> None:
    prepare()
    for changes in (
        {"horizon_days": 60},
        {"horizon_days": 60, "portfolio.initial_models": 0, "portfolio.ideas_per_year": 0.0},
    ):
        model = ModelOpsModel(with_values(Scenario(), changes, source="test"))
        model.run_model()
    versions = {name: len(dispatcher.overloads) for name, (dispatcher, _) in FUNCTIONS.items()}
    assert set(versions.values()) <= {0, 1}  # none of what only others call, and the cache had
    for dispatcher, function in FUNCTIONS.values():
        for version in dispatcher.overloads:
            assert version == compilation._signature(function)


def test_an_argument_of_another_type_is_an_error_or_taken_as_the_declared_one() -> None:
    """No second version is compiled behind one's back."""
    dispatcher, _ = FUNCTIONS["rules.power.power"]
    prepare()
    assert dispatcher(1, 0) == 1.0
    with pytest.raises(TypeError):
        dispatcher("1", 0.0)
    assert len(dispatcher.overloads) == 1


def test_division_by_zero_gives_infinity_as_in_c() -> None:
    dispatcher, _ = FUNCTIONS["rules.capability.finish_time"]
    assert dispatcher(0.0, 1.0, 0.0) == math.inf


def test_progress_of_the_preparation_ends_with_all_done() -> None:
    calls: list[tuple[int, int]] = []
    prepare(lambda done, total: calls.append((done, total)))
    assert calls == []  # all was compiled before
