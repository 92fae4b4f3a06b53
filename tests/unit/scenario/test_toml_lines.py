"""The lines of names in TOML."""

from __future__ import annotations

import tomllib
from typing import Any

from modelops_abm.scenario.documents import toml_lines

TEXT = '''# comment = 1
name = "x"   # [no.header]
"quoted key" = 'a'
long = """
not = "a key"
[nor.a.header]
"""
team.developers = 5
list = [
  1, # one
  { a = 1, b = [2,
    3] },
]

[model]
market_size = { family = "gamma", mean = 3 }
  [model . "inner.part"]
  deep.er = true

[[archetypes]]
name = "a"
[archetypes.market_size]
mean = 1
[[archetypes]]
name = "b"
when = 2026-01-01 10:00:00
raw = \'\'\'
x = 1\'\'\'
[imported]
[[imported.models]]
id = "m"
[[imported.models]]
id = "n"
'''


def test_lines_of_every_kind_of_name() -> None:
    lines = toml_lines(TEXT)
    expected = {
        ("name",): 2,
        ("quoted key",): 3,
        ("long",): 4,
        ("team",): 8,
        ("team", "developers"): 8,
        ("list",): 9,
        ("list", 0): 10,
        ("list", 1): 11,
        ("list", 1, "b"): 11,
        ("list", 1, "b", 1): 12,
        ("model",): 15,
        ("model", "market_size", "mean"): 16,
        ("model", "inner.part"): 17,
        ("model", "inner.part", "deep", "er"): 18,
        ("archetypes",): 20,
        ("archetypes", 0, "name"): 21,
        ("archetypes", 0, "market_size", "mean"): 23,
        ("archetypes", 1): 24,
        ("archetypes", 1, "name"): 25,
        ("archetypes", 1, "when"): 26,
        ("archetypes", 1, "raw"): 27,
        ("imported", "models", 0, "id"): 31,
        ("imported", "models", 1, "id"): 33,
    }
    assert {path: lines.get(path) for path in expected} == expected


def test_exactly_the_paths_of_the_data_have_lines() -> None:
    def paths(value: Any, path: tuple[str | int, ...]) -> set[tuple[str | int, ...]]:
        inner = value.items() if isinstance(value, dict) else ()
        inner = enumerate(value) if isinstance(value, list) else inner
        found = {path} if path else set()
        return found.union(*(paths(entry, (*path, name)) for name, entry in inner))

    assert set(toml_lines(TEXT)) == paths(tomllib.loads(TEXT), ())
