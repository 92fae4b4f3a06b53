"""A small part of what `benchmarks/readers.py` gives to every reader, and that it finds faults."""

from __future__ import annotations

import importlib.util
import random
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "readers.py"


def _loaded() -> ModuleType:
    """Return the benchmark, which is in no package."""
    spec = importlib.util.spec_from_file_location("readers", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


fuzzer = _loaded()


@pytest.mark.parametrize("name", fuzzer.readers())
def test_the_good_file_is_read(name: str) -> None:
    reader = fuzzer.readers()[name]
    reader.read(reader.good)


def test_mutated_files_are_refused_in_words_or_read_back_the_same() -> None:
    told: Counter[str] = Counter()
    assert fuzzer.faults(240, 1, told) == []
    assert told.total() == 240
    assert sum(count for words, count in told.items() if "accepted" in words) > 10


@pytest.mark.slow(4)
def test_many_mutated_files_are_refused_in_words_or_read_back_the_same() -> None:
    assert fuzzer.faults(4_000, 2) == []


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (
            b"",
            ValueError("a"),
        ),
        (b"", fuzzer.InputError("a\x1b[2J")),
        (b"", RecursionError()),
    ],
    ids=["exception", "message", "depth"],
)
def test_a_fault_is_found(content: bytes, wrong: Exception) -> None:
    def read(_: bytes) -> None:
        raise wrong

    outcome = fuzzer._outcome(fuzzer.Reader(content, read), content)
    assert outcome not in ("accepted", "refused")


def test_the_same_number_makes_the_same_file() -> None:
    one, other = (fuzzer.mutated(b"a: 1\n" * 50, random.Random("7")) for _ in range(2))
    assert one == other
