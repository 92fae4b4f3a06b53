"""Mutated files for every reader: an error in words, or what the file says; never anything else.

    python benchmarks/readers.py [--files 23000] [--seed 0]

Good files are edited blindly, and with what has broken readers of such formats before: aliases that
multiply, deep nesting, numbers without end, names given twice, control characters. A fault is any
other exception than `InputError`, a message that a terminal would obey, more than ten seconds, or
something that is accepted and does not read back the same. Memory is bounded to 4 GB where the
system can. The exit code is 1 if there is a fault; each is printed with the number that makes it
again.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

from modelops_abm.app.state.link import read_query
from modelops_abm.clients import illustrative_portfolio, portfolio_csv, read_portfolio
from modelops_abm.clients.federal import COLUMNS, read_federal_inventory
from modelops_abm.experiments.inputs import parse_input
from modelops_abm.scenario import (
    InputError,
    Scenario,
    parse_assignment,
    read_scenario,
    scenario_text,
    with_values,
)
from modelops_abm.scenario.presets import preset
from modelops_abm.text import visible

LONGEST_SECONDS = 10.0
MOST_BYTES = 4_000_000_000

TOKENS = (
    *(b"[", b"]", b"{", b"}", b'"', b"'", b"'''", b'"""', b"#", b":", b"=", b".", b",", b";", b"-"),
    *(
        b"\n",
        b"\r",
        b"\r\n",
        b"\t",
        b"\x00",
        b"\x1b[2J",
        b"\x7f",
        b"\x85",
        b"\xff\xfe",
        b"\xc3\x28",
    ),
    *(text.encode() for text in ("\u202e", "\u200b", "\u2028", "\ufeff", "\ufffd", "\u0663", "é")),
    *(b"1e999", b"-1e999", b"nan", b".inf", b"1e-400", b"0x1F", b"1_000", b"1,234", b"9" * 5_000),
    *(b"&a [*a]", b"<<: *a", b"!!python/object/apply:os.system ['true']", b"---\n", b"%YAML 9.9\n"),
    *(
        b"[" * 2_000,
        b"{a: " * 2_000,
        b'{"a":' * 2_000,
        b"a." * 2_000 + b"b = 1\n",
        b"[[a]]\n" * 200,
    ),
    *(b"2026-02-30", b"0001-01-01", b"9999-12-31", b"null", b"true", b"~", b"=1+1", b"'=1+1"),
    b"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n",
    b"name = 'twice'\nname = 'twice'\n",
    b"x" * 100_000,
)


class Reader(NamedTuple):
    """Something that reads what others wrote.

    Attributes
    ----------
    good
        Content that it reads.
    read
        Reads content, and checks that what is accepted reads back the same.
    """

    good: bytes
    read: Callable[[bytes], object]


class Fault(NamedTuple):
    """Content that was neither read nor refused as it should be."""

    reader: str
    number: int
    what: str


def _scenario(ending: str) -> Reader:
    file = f"plan{ending}"

    def read(content: bytes) -> None:
        scenario = read_scenario(content, file)
        assert read_scenario(scenario_text(scenario, file).encode(), file) == scenario

    return Reader(scenario_text(preset("regulated_bank"), file).encode(), read)


def _portfolio(content: bytes) -> None:
    portfolio = read_portfolio(content, name="models.csv")
    again = read_portfolio(portfolio_csv(portfolio).encode(), name="models.csv")
    assert again.models == portfolio.models


def _inventory(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "inventory.csv"
        file.write_bytes(content)
        found = read_federal_inventory(file, start_date=date(2026, 1, 1))
    _portfolio(portfolio_csv(found.portfolio).encode())


def _text(content: bytes) -> str:
    """Return content as the command line or a browser hands it on."""
    return content.decode("utf-8", "surrogateescape")


def _assignment(content: bytes) -> None:
    name, value = parse_assignment(_text(content))
    with_values(Scenario(), {name: value}, source="a test")


def readers() -> Mapping[str, Reader]:
    """Return every reader by name."""
    row = ",".join(f'"{cell}"' for cell in ("Case", "DOJ", "Justice", "In production", "Both"))
    inventory = f"{','.join(f'{chr(34)}{name}{chr(34)}' for name in COLUMNS)}\n"
    inventory += f"{row},1/15/2023,23-Dec,7/15/1905,FY2025\n" * 5
    return {
        "scenario in TOML": _scenario(".toml"),
        "scenario in YAML": _scenario(".yaml"),
        "scenario in JSON": _scenario(".json"),
        "portfolio": Reader(portfolio_csv(illustrative_portfolio()).encode(), _portfolio),
        "inventory": Reader(inventory.encode("cp1252"), _inventory),
        "--set": Reader(b"model.market_size={ family = 'lognormal', mean = 500 }", _assignment),
        "--vary": Reader(
            b"model.market_size=log:50..5000", lambda content: parse_input(_text(content))
        ),
        "link": Reader(
            b"preset=small_team&team.developers=5&drift.severity=0.2&seed=7&view=watch&v=0.1.0",
            lambda content: read_query(_text(content)),
        ),
    }


def mutated(good: bytes, chance: random.Random) -> bytes:
    """Return content with one to six changes."""
    content = bytearray(good)
    for _ in range(chance.randint(1, 6)):
        place = chance.randint(0, len(content))
        end = min(len(content), place + chance.choice((1, 3, 20, 200)))
        match chance.randint(0, 5):
            case 0:
                content[place:end] = chance.randbytes(end - place)
            case 1:
                del content[place:end]
            case 2:
                content[place:place] = content[place:end] * chance.choice((1, 2, 50))
            case 3:
                del content[place:]
            case 4:
                content[place:end] = chance.choice(TOKENS)
            case _:
                content[place:place] = chance.choice(TOKENS)
    return bytes(content)


def faults(files: int, seed: int, told: Counter[str] | None = None) -> list[Fault]:
    """Give each reader its share of mutated files, and return what went wrong.

    Parameters
    ----------
    files
        How many in all.
    seed
        Decides on all of them; file `number` of a reader depends on nothing else.
    told
        Counts what was accepted and what was refused, if given.
    """
    found = []
    known = readers()
    for name, reader in known.items():
        for number in range(files // len(known)):
            content = mutated(reader.good, random.Random(f"{seed}/{name}/{number}"))
            outcome = _outcome(reader, content)
            if outcome in ("accepted", "refused"):
                if told is not None:
                    told[f"{name}: {outcome}"] += 1
            else:
                found.append(Fault(name, number, outcome))
    return found


def _outcome(reader: Reader, content: bytes) -> str:
    """Return "accepted", "refused", or what is wrong."""
    start, outcome = time.monotonic(), "accepted"
    try:
        reader.read(content)
    except InputError as error:
        lines = str(error)
        outcome = "refused" if visible(lines) == lines else f"a message to obey: {lines!r:.200}"
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        outcome = f"{type(error).__name__}: {error!s:.200}"
    seconds = time.monotonic() - start
    return outcome if seconds < LONGEST_SECONDS else f"took {seconds:.0f} s"


def main() -> int:
    """Run what the command line asks, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--files", type=int, default=23_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with suppress(ImportError, ValueError, OSError):  # not every system has such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    told: Counter[str] = Counter()
    found = faults(asked.files, asked.seed, told)
    for words, count in told.items():
        print(f"{words:32} {count:7,}")
    for fault in found:
        print(f"FAULT: {fault.reader}, seed {asked.seed}, number {fault.number}: {fault.what!r}")
    print(f"{told.total() + len(found):,} files, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
