"""What damage does: kept runs, the cache of compiled code, a hostile environment.

    python benchmarks/damage.py [--only kept cache environment] [--mutations 400]

Each line says what was tried, how often, and how often that ended in a fault: a wrong number, a
traceback, "an error of the program", or a hang. All happens in temporary folders. To see another
version of the program, put its folder first into PYTHONPATH.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

PATIENCE_SECONDS = 600
STORED = """
import sys
from pathlib import Path
import numpy as np
from modelops_abm.experiments.store import Store
with Store(Path(sys.argv[1])) as store:
    store.runs.add(["a", "b"], 0, np.load(sys.argv[2]))
"""
READING = """
import logging, shutil, sys
from pathlib import Path
import numpy as np
from modelops_abm.experiments.store import Store
from modelops_abm.scenario import InputError
logging.disable(logging.CRITICAL)
whole, expected = Path(sys.argv[1]), np.load(sys.argv[2])
for damaged in sys.stdin.read().split():
    folder = Path(damaged)
    try:
        with Store(folder) as store:
            found = [
                store.runs.rows(key, n, 1)[0].tobytes() == expected[place, n].tobytes()
                for place, key in enumerate(("a", "b")) for n in range(expected.shape[1])
                if store.runs.first_missing(key, n, 1) > n
            ]
            alien = store.runs.size - len(found)
        told = ("right" if found else "run again") if all(found) and not alien else "wrong number"
        print(told)
    except InputError:
        print("refused")
    except Exception as error:
        print(f"error of the program ({type(error).__name__})")
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--only", nargs="*", choices=list(PARTS), default=list(PARTS))
    arguments.add_argument("--mutations", type=int, default=400)
    chosen = arguments.parse_args()
    for name in chosen.only:
        with tempfile.TemporaryDirectory() as folder:
            PARTS[name](Path(folder), chosen.mutations)


def say(tried: str, times: int, faults: int, words: str = "") -> None:
    print(f"{tried:<44} {times:>5} times {faults:>5} faults  {words}", flush=True)


# --- Kept runs ----------------------------------------------------------------------------------


def kept(folder: Path, mutations: int) -> None:
    """Damage a file of kept runs, and read the folder."""
    totals = folder / "totals.npy"
    luck = np.random.default_rng(1)
    whole = folder / "whole"
    count = len(_outcomes())
    np.save(totals, luck.lognormal(8.0, 2.0, (2, 8, count)))
    subprocess.run([sys.executable, "-c", STORED, whole, totals], check=True, cwd=folder)
    for name, damage in KEPT.items():
        folders = []
        for number in range(mutations):
            damaged = folder / f"{number}"
            shutil.copytree(whole, damaged)
            (part,) = damaged.glob("*.parquet")
            part.write_bytes(damage(part.read_bytes(), random.Random(number)))
            folders.append(str(damaged))
        told = subprocess.run(
            [sys.executable, "-c", READING, whole, totals],
            cwd=folder,
            input="\n".join(folders),
            capture_output=True,
            text=True,
            check=False,
        ).stdout.splitlines()
        told += ["crash"] * (mutations - len(told))
        for each in folders:
            shutil.rmtree(each)
        faults = sum(each not in ("right", "run again", "refused") for each in told)
        kinds = {kind: told.count(kind) for kind in sorted(set(told))}
        say(f"kept runs: {name}", mutations, faults, str(kinds))


def _outcomes() -> list[str]:
    from modelops_abm.core import outcomes

    return list(outcomes.TOTALS)


def _bit(content: bytes, luck: random.Random) -> bytes:
    place = luck.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << luck.randrange(8)]) + content[place + 1 :]


def _zeros(content: bytes, luck: random.Random) -> bytes:
    place = luck.randrange(len(content))
    return content[:place] + bytes(min(512, len(content) - place)) + content[place + 512 :]


KEPT: Mapping[str, Callable[[bytes, random.Random], bytes]] = {
    "one bit": _bit,
    "cut": lambda content, luck: content[: luck.randrange(len(content))],
    "longer": lambda content, luck: content + luck.randbytes(luck.randrange(1, 99)),
    "a block of zeros": _zeros,
}


# --- The cache of compiled code -----------------------------------------------------------------


def cache(folder: Path, mutations: int) -> None:
    """Damage the cache, and run a command."""
    warm = folder / "warm"
    _command(folder, MODELOPS_ABM_CACHE_DIR=str(warm))
    for name, damage in CACHE.items():
        place = folder / "cache"
        shutil.copytree(warm, place)
        damage(place)
        code, said = _command(folder, MODELOPS_ABM_CACHE_DIR=str(place))
        again, _ = _command(folder, MODELOPS_ABM_CACHE_DIR=str(place))
        say(f"cache: {name}", 2, (code != 0) + (again != 0), f"rc {code}, then {again}: {said}")
        _remove(place)


def _command(folder: Path, **environment: str) -> tuple[int, str]:
    """Run a command; return its exit code, and the last line that it said but for progress."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "modelops_abm", "simulate", "--days", "5"],
            cwd=folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return -1, "it hangs"
    said = [line for line in done.stderr.splitlines() if "the simulator" not in line]
    return done.returncode, " ".join(said[-1:])[:150]


def _entries(place: Path) -> Iterator[Path]:
    yield from (path for path in sorted(place.rglob("*")) if path.is_file())


def _to_each(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def damage(place: Path) -> None:
        for path in _entries(place):
            path.write_bytes(change(path.read_bytes()))

    return damage


def _to_half(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def damage(place: Path) -> None:
        for path in list(_entries(place))[::2]:
            path.write_bytes(change(path.read_bytes()))

    return damage


def _bits(place: Path) -> None:
    luck = random.Random(5)
    for path in _entries(place):
        path.write_bytes(_bit(path.read_bytes(), luck))


def _swapped(place: Path) -> None:
    entries = list(_entries(place))
    contents = [path.read_bytes() for path in entries]
    for path, content in zip(entries, contents[1:] + contents[:1], strict=True):
        path.write_bytes(content)


def _file_instead(place: Path) -> None:
    shutil.rmtree(place)
    place.write_text("")


def _pipes(place: Path) -> None:
    for path in list(_entries(place))[:3]:
        path.unlink()
        os.mkfifo(path)


def _open_to_all(place: Path) -> None:
    for path in place.rglob("compiled-*"):
        path.chmod(0o777)


def _remove(place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


CACHE: Mapping[str, Callable[[Path], None]] = {
    "emptied files": _to_each(lambda content: b""),
    "half of them emptied": _to_half(lambda content: b""),
    "zeros": _to_each(lambda content: bytes(len(content))),
    "half of them zeros": _to_half(lambda content: bytes(len(content))),
    "cut in the middle": _to_each(lambda content: content[: len(content) // 2]),
    "cut by a byte": _to_each(lambda content: content[:-1]),
    "text": _to_each(lambda content: b"not what was written\n"),
    "a bit in each": _bits,
    "each in the place of another": _swapped,
    "pipes": _pipes,
    "a file instead of the folder": _file_instead,
    "a folder in which all can write": _open_to_all,
    "gone": shutil.rmtree,
}


# --- The environment ----------------------------------------------------------------------------


def environment(folder: Path, mutations: int) -> None:
    """Run a command with settings that somebody may have."""
    (folder / "file").write_text("")
    for text in ENVIRONMENT:
        name, _, value = text.partition("=")
        code, said = _command(folder, **{name: value.replace("FILE", str(folder / "file"))})
        say(f"environment: {text}", 1, int(code != 0), f"rc {code}: {said}")


ENVIRONMENT = (
    *(f"COLUMNS={value}" for value in ("0", "1", "-5", "abc", "²", "1" * 30, "")),
    *("LINES=0", "LINES=²", "TERM=", "TERM=dumb", "LC_ALL=C", "PYTHONUTF8=0"),
    *("PYTHONIOENCODING=ascii", "PYTHONOPTIMIZE=2", "PYTHONDONTWRITEBYTECODE=1"),
    *("PYTHONWARNINGS=error", "PYTHONDEVMODE=1", "PYTHONSAFEPATH=1"),
    *("HOME=", "HOME=FILE", "HOME=/nonexistent/home", "XDG_CACHE_HOME=FILE", "TMPDIR=/nonexistent"),
    *("MPLBACKEND=junk", "MPLCONFIGDIR=FILE", "OMP_NUM_THREADS=0"),
    *("NUMBA_DISABLE_JIT=1", "NUMBA_BOUNDSCHECK=1", "NUMBA_OPT=0", "NUMBA_OPT=junk"),
    *("NUMBA_DEBUGINFO=1", "NUMBA_CPU_NAME=generic", "NUMBA_CPU_NAME=junk"),
    *("NUMBA_NUM_THREADS=0", "NUMBA_NUM_THREADS=abc", "NUMBA_THREADING_LAYER=junk"),
    *("NUMBA_CACHE_DIR=FILE", "NUMBA_CACHE_LOCATOR_CLASSES=Junk", "NUMBA_DEBUG_CACHE=1"),
    *("MODELOPS_ABM_CACHE_DIR=", "MODELOPS_ABM_CACHE_DIR=relative", "MODELOPS_ABM_CACHE_DIR=FILE"),
)

PARTS = {"kept": kept, "cache": cache, "environment": environment}

if __name__ == "__main__":
    main()
