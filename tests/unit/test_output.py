"""Attacks on folders of results: nothing of anyone else's is lost, nothing false is read."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock, Timeout

from modelops_abm import charts
from modelops_abm.charts import pictures
from modelops_abm.cli import main, main_job
from modelops_abm.clients import illustrative_portfolio, write_portfolio, write_template
from modelops_abm.runs import output, replicate, simulate
from modelops_abm.runs.manifest import MANIFEST, ResultError, ResultFiles
from modelops_abm.runs.output import ResultFolder, check_place, write_results
from modelops_abm.runs.results import Ensemble, Run
from modelops_abm.scenario import InputError, Scenario, save_scenario, with_values
from modelops_abm.scenario.presets import preset
from tests.patience import PATIENCE_SECONDS

REPOSITORY = Path(__file__).resolve().parents[2]
unix = pytest.mark.skipif(os.name == "nt", reason="links, pipes and signals of Unix")

type Picture = dict[str, bytes | str]


def all_in(folder: Path) -> Picture:
    """Return the content of every file below a folder, and the aim of every link."""
    return {
        str(path.relative_to(folder)): str(path.readlink()) if path.is_symlink()
        else path.read_bytes() if path.is_file() else "folder"
        for path in sorted(folder.rglob("*"))
    }  # fmt: skip


def hidden_in(folder: Path) -> list[Path]:
    return list(folder.rglob(".*"))


@pytest.fixture(autouse=True)
def few_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run have two pictures, as each takes its time."""
    monkeypatch.setattr(pictures, "PICTURES", pictures.PICTURES[-1:])


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(with_values(preset("reference"), {"horizon_days": 5}, source="test"))


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    scenario = with_values(preset("reference"), {"horizon_days": 5}, source="test")
    return replicate(scenario, 3, daily=("npv",), models=True)


@pytest.fixture
def saved(run: Run, tmp_path: Path) -> Path:
    return run.save(tmp_path / "run", csv=True)


def texts(**contents: str) -> dict[str, Callable[[Path], object]]:
    """Return files of these contents, named `a.json` for ``a``."""

    def writer(text: str) -> Callable[[Path], object]:
        return lambda path: path.write_text(text)

    return {f"{name}.json": writer(text) for name, text in contents.items()}


SHORT = ("--preset", "all_five", "--days", "20", "--replications", "3")
VARIED = ("--vary", "team.developers=4,5")
COMMANDS: dict[str, tuple[tuple[str, ...], str]] = {
    "simulate": (("simulate", "--days", "20"), "run.json"),
    "simulate --csv": (("simulate", "--days", "20", "--csv"), "events.csv"),
    "simulate --pictures": (("simulate", "--days", "20", "--pictures"), "pictures/leakage.png"),
    "simulate many": (("simulate", "--days", "20", "--replications", "3"), "totals.parquet"),
    "compare": (("compare", *SHORT), "experiment.json"),
    "compare several": (
        ("compare", *SHORT, "--preset", "small_team", "--against", "reference"),
        "side-by-side.png",
    ),
    "credit": (("credit", *SHORT), "shares.parquet"),
    "sweep": (("sweep", *SHORT, *VARIED), "heat-map.png"),
    "sensitivity": (("sensitivity", *SHORT, *VARIED), "tornado.png"),
    "optimise": (("optimise", *SHORT), "finalists.parquet"),
    "voi": (("voi", *SHORT, *VARIED), "alternatives.parquet"),
}


@pytest.mark.parametrize(("arguments", "name"), COMMANDS.values(), ids=COMMANDS.keys())
def test_no_command_touches_what_others_made(
    arguments: tuple[str, ...],
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_arguments: object, **_keywords: object) -> None:
        pytest.fail("something was run before it was refused")

    for name_of_module, function in (
        ("modelops_abm.runs", "simulate"),
        ("modelops_abm.runs", "replicate"),
        ("modelops_abm.experiments.running", "stream"),
        *((f"modelops_abm.cli.{module}", "load_simulator") for module in ("simulate", "study")),
        *((f"modelops_abm.cli.{module}", "load_ensemble") for module in ("simulate", "study")),
    ):
        monkeypatch.setattr(import_module(name_of_module), function, never)
    place = tmp_path / "p"
    (place / "src").mkdir(parents=True)
    (place / "src" / "thesis.tex").write_text("years of work")
    (place / name).parent.mkdir(exist_ok=True)
    (place / name).write_text("{}")
    before = all_in(tmp_path)
    assert main([*arguments, "--output", str(place)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"{place / name}: is in the way" in printed.err
    assert all_in(tmp_path) == before


@pytest.mark.parametrize("name", ["comparison.json", "pictures/compare.png", "all_five/run.json"])
def test_the_main_job_touches_nothing_that_others_made(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(main_job, "_simulate", lambda: pytest.fail("it ran before it was refused"))
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("{}")
    before = all_in(tmp_path)
    assert main_job.run(output_directory=tmp_path) == 1
    assert f"{tmp_path / name}: is in the way" in capsys.readouterr().err
    assert all_in(tmp_path) == before


LIBRARY: dict[str, tuple[str, Callable[[Path, Run, Ensemble], object]]] = {
    "Run.save": ("run.json", lambda path, run, _: run.save(path.parent)),
    "Ensemble.save": ("band-npv.parquet", lambda path, _, many: many.save(path.parent)),
    "save_pictures": ("leakage.png", lambda path, run, _: charts.save_pictures(run, path.parent)),
    "save_picture": ("a.png", lambda path, run, _: charts.save_picture(charts.leakage(run), path)),
    "save_scenario": ("plan.toml", lambda path, _run, _many: save_scenario(Scenario(), path)),
    "write_portfolio": (
        "models.csv",
        lambda path, _run, _many: write_portfolio(illustrative_portfolio(), path),
    ),
    "write_template": ("models.csv", lambda path, _run, _many: write_template(path)),
}


@pytest.mark.parametrize(("name", "call"), LIBRARY.values(), ids=LIBRARY.keys())
@pytest.mark.parametrize("what", ["file", "link", "dangling", "folder", "pipe", "link to ours"])
def test_no_call_touches_what_others_made(
    name: str,
    call: Callable[[Path, Run, Ensemble], object],
    what: str,
    run: Run,
    ensemble: Ensemble,
    tmp_path: Path,
) -> None:
    if what != "file" and os.name == "nt":
        pytest.skip("links and pipes of Unix")
    place, thesis = tmp_path / "p", tmp_path / "thesis.tex"
    place.mkdir()
    thesis.write_text("years of work")
    path = place / name
    if what == "file":
        path.write_text("{}")
    elif what == "link":
        path.symlink_to(thesis)
    elif what == "dangling":
        path.symlink_to(tmp_path / "nowhere")
    elif what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    else:
        call(path, run, ensemble)
        path.rename(tmp_path / "moved")
        path.symlink_to(tmp_path / "moved")
    before = all_in(tmp_path)
    with pytest.raises(InputError, match=name):
        call(path, run, ensemble)
    assert all_in(tmp_path) == before


@unix
@pytest.mark.parametrize("replace", [True, False])
def test_a_file_that_may_be_replaced_is_no_link(replace: bool, tmp_path: Path) -> None:
    thesis, path = tmp_path / "thesis.tex", tmp_path / "plan.toml"
    thesis.write_text("years of work")
    path.symlink_to(thesis)
    with pytest.raises(InputError, match="is a link to"):
        save_scenario(Scenario(), path, replace=replace)
    path.unlink()
    path.hardlink_to(thesis)
    save_scenario(Scenario(), path, replace=True)
    assert thesis.read_text() == "years of work"


def test_what_is_not_in_the_way_stays(saved: Path, run: Run) -> None:
    assert main(["sweep", *SHORT, *VARIED, "--output", str(saved / "sweep")]) == 0
    for name in ("notes.txt", "pictures/own.png", "my.csv", ".hidden", "sub/run.json"):
        (saved / name).parent.mkdir(exist_ok=True)
        (saved / name).write_text(f"mine: {name}")
    own = {name: content for name, content in all_in(saved).items() if name not in output_of(saved)}
    assert main(["simulate", "--days", "9", "--output", str(saved), "--pictures", "--quiet"]) == 0
    assert len(Run.load(saved).daily) == 9
    assert (saved / "pictures" / "leakage.png").exists()
    run.save(saved)
    assert {name: content for name, content in all_in(saved).items() if name in own} == own
    assert set(all_in(saved)) - set(own) == output_of(saved)
    assert not list(saved.glob("*.csv")) or list(saved.glob("*.csv")) == [saved / "my.csv"]
    assert [path.name for path in (saved / "pictures").iterdir()] == ["own.png"]


def output_of(folder: Path) -> set[str]:
    manifest = json.loads((folder / MANIFEST).read_text())
    return {MANIFEST, *manifest["files"]}


def test_a_changed_file_is_refused_by_name(saved: Path, run: Run) -> None:
    with (saved / "daily.csv").open("a") as stream:
        stream.write("my remark\n")
    before = all_in(saved)
    for csv in (True, False):
        with pytest.raises(ResultError, match=r"daily\.csv: is in the way: it was changed"):
            run.save(saved, csv=csv)
    assert all_in(saved) == before
    pd.testing.assert_frame_equal(Run.load(saved).daily, run.daily, check_exact=True)


@unix
def test_links_around_a_result(saved: Path, run: Run, ensemble: Ensemble) -> None:
    outside = saved.parent / "outside"
    outside.mkdir()
    (outside / "run").symlink_to(saved)
    assert Run.load(outside / "run").seed == run.seed
    ensemble.save(outside / "run")  # a link to a folder is that folder
    assert Ensemble.load(saved).replications == 3
    assert (outside / "run").is_symlink()
    archive = outside / "archive.parquet"
    archive.hardlink_to(saved / "totals.parquet")
    before = archive.read_bytes()
    run.save(saved)
    assert archive.read_bytes() == before
    (saved / "pictures").symlink_to(outside)
    contents = {"pictures/archive.parquet": lambda path: path.write_text("new")}
    with pytest.raises(ResultError, match="pictures: is in the way: it is a link"):
        write_results(ResultFolder(saved, "simulation", contents))
    assert archive.read_bytes() == before
    (outside / "nowhere").symlink_to(outside / "gone")
    with pytest.raises(ResultError, match="is a link that leads nowhere"):
        run.save(outside / "nowhere" / "deeper")
    for name in (MANIFEST, ".modelops-abm.lock"):
        place = outside / f"of {name}"
        place.mkdir()
        (place / name).symlink_to(archive)
        with pytest.raises(ResultError, match="it is a link"):
            run.save(place)
    assert archive.read_bytes() == before


FOREIGN = {
    "empty": "",
    "object": "{}",
    "null": "null",
    "list": "[]",
    "deep": "[" * 100_000,
    "not a number": '{"program": NaN}',
    "of a web page": '{"name": "app", "icons": []}',
    "outside": '{"program": "modelops_abm", "holds": "simulation", "complete": true, "files":'
    ' {"../thesis.json": ["%s"]}}',
    "inside": '{"program": "modelops_abm", "holds": "simulation", "complete": true, "files":'
    ' {"a/b/thesis.json": ["%s"], "thesis.tex": ["%s"]}}',
}


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_foreign_manifest_makes_no_file_ours(text: str, run: Run, tmp_path: Path) -> None:
    place = tmp_path / "p"
    (place / "a" / "b").mkdir(parents=True)
    for name in ("thesis.json", "p/thesis.tex", "p/a/b/thesis.json"):
        (tmp_path / name).write_text("years of work")
    digest = hashlib.sha256(b"years of work").hexdigest()
    (place / MANIFEST).write_text(text.replace("%s", digest))
    before = all_in(tmp_path)
    for call in (run.save, Run.load, Ensemble.load):
        with pytest.raises(ResultError, match="no manifest of this program"):
            call(place)
    assert all_in(tmp_path) == before


def test_results_of_other_kinds_are_not_replaced(tmp_path: Path, run: Run) -> None:
    write_results(ResultFolder(tmp_path, "experiment", texts(a="1")))
    with pytest.raises(ResultError, match="it holds an experiment; choose another folder"):
        run.save(tmp_path)
    with pytest.raises(ResultError, match="it holds an experiment"):
        Run.load(tmp_path)


def test_a_second_sweep_leaves_no_picture_of_the_first(tmp_path: Path) -> None:
    place = tmp_path / "sweep"
    two = (*VARIED, "--vary", "drift.severity=0.1,0.2")
    assert main(["sweep", *SHORT, *two, "--output", str(place)]) == 0
    assert (place / "heat-map.png").exists()
    one = ("--vary", "drift.severity=0.1,0.2")
    assert main(["sweep", *SHORT, *one, "--output", str(place), "--outcome", "npv"]) == 0
    inputs = json.loads((place / "experiment.json").read_text())["inputs"]
    assert inputs == ["drift.severity=0.1,0.2"]
    assert output_of(place) == {path.name for path in place.iterdir()} - {"runs"}
    assert "drift.severity" in pd.read_parquet(place / "points.parquet")
    assert "team.developers" not in pd.read_parquet(place / "points.parquet")


def test_paths_may_be_text(run: Run, ensemble: Ensemble, tmp_path: Path) -> None:
    assert run.save(f"{tmp_path}/run") == tmp_path / "run"
    assert dict(Run.load(f"{tmp_path}/run").totals) == dict(run.totals)
    assert ensemble.save(f"{tmp_path}/many") == tmp_path / "many"
    assert Ensemble.load(f"{tmp_path}/many").totals.equals(ensemble.totals)
    assert charts.save_picture(charts.leakage(run), f"{tmp_path}/a.png") == tmp_path / "a.png"
    assert charts.save_pictures(run, f"{tmp_path}/b")[0].parent == tmp_path / "b"
    for name in ("a\0b", "n" * 300):
        with pytest.raises(ResultError, match="cannot write results there"):
            run.save(f"{tmp_path}/{name}")
        with pytest.raises(ResultError):
            Run.load(f"{tmp_path}/{name}")


def test_what_is_loaded_is_what_was_saved(run: Run, saved: Path) -> None:
    loaded = Run.load(saved)
    assert (loaded.scenario, loaded.seed, loaded.version) == (run.scenario, run.seed, run.version)
    assert (dict(loaded.summary), dict(loaded.totals)) == (dict(run.summary), dict(run.totals))
    for name in ("daily", "events", "models", "developers"):
        expected = getattr(run, name)
        pd.testing.assert_frame_equal(getattr(loaded, name), expected, check_exact=True)


@pytest.mark.parametrize("count", [10, pytest.param(400, marks=pytest.mark.slow(9))])
def test_every_damage_is_noticed_and_named(count: int, saved: Path) -> None:
    chance = random.Random(1)
    for name in ("run.json", *(f"{each}.parquet" for each in ("daily", "events", "models"))):
        file = saved / name
        content = file.read_bytes()
        flips = [chance.randrange(8 * len(content)) for _ in range(count)]
        damages = [flipped(content, bit) for bit in flips]
        damages += [content[:-1], content[: len(content) // 2], b"", content + b"\n", b"null"]
        for damage in damages:
            file.write_bytes(damage)
            with pytest.raises(ResultError, match=f"{name}: is damaged"):
                Run.load(saved)
        file.unlink()
        with pytest.raises(ResultError, match=f"{name}: is missing"):
            Run.load(saved)
        file.mkdir()
        with pytest.raises(ResultError, match=f"{name}: cannot be read"):
            Run.load(saved)
        file.rmdir()
        file.write_bytes(content)
    assert Run.load(saved)


@pytest.mark.parametrize("stride", [17, pytest.param(1, marks=pytest.mark.slow(3))])
def test_every_damage_of_the_manifest_is_noticed(stride: int, saved: Path, run: Run) -> None:
    file, chance = saved / MANIFEST, random.Random(2)
    content = file.read_bytes()
    for place in range(0, len(content), stride):
        file.write_bytes(flipped(content, 8 * place + chance.randrange(8)))
        try:
            loaded = Run.load(saved)
        except ResultError:
            continue
        # only what a run is not made of may have been hit: the name or digest of a CSV
        assert dict(loaded.totals) == dict(run.totals)
        assert loaded.daily.equals(run.daily)


def flipped(content: bytes, bit: int) -> bytes:
    damaged = bytearray(content)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


FORGED: dict[str, Callable[[str], str]] = {
    "null": lambda _text: "null",
    "nothing": lambda _text: "",
    "deep": lambda _text: "[" * 1_000_000,
    "deep inside": lambda text: text.replace('"seed": 0', '"seed": ' + "[" * 100_000),
    "no seed": lambda text: text.replace('"seed"', '"seeds"'),
    "text": lambda text: text.replace('"seed": 0', '"seed": "0"'),
    "not a number": lambda text: text.replace('"npv": ', '"npv": NaN, "x": '),
    "infinity": lambda text: text.replace('"npv": ', '"npv": 1e999, "x": '),
    "scenario of another type": lambda text: text.replace('"scenario": {', '"scenario": 1, "x": {'),
    "developers": lambda text: text.replace('"developers": 8', '"developers": -8'),
    "not UTF-8": lambda text: text.replace('"engine": "', '"engine": "\udcff'),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
def test_a_description_of_something_else_is_an_error(
    forge: Callable[[str], str], saved: Path
) -> None:
    content = (saved / "run.json").read_bytes()
    forged = forge(content.decode()).encode(errors="surrogateescape")
    assert forged != content
    forge_file(saved, "run.json", forged)
    with pytest.raises(ResultError, match=r"run\.json: does not describe one run"):
        Run.load(saved)
    with pytest.raises(ResultError, match=r"run\.json: does not describe many runs"):
        Ensemble.load(saved)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1\0\0\0\0PAR1", b"[]"])
def test_a_table_that_is_none_is_an_error(content: bytes, saved: Path) -> None:
    forge_file(saved, "daily.parquet", content)
    with pytest.raises(ResultError, match=r"daily\.parquet: is no table"):
        Run.load(saved)


def forge_file(folder: Path, name: str, content: bytes) -> None:
    """Change a file, and its digest in the manifest with it."""
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"][name] = [hashlib.sha256(content).hexdigest()]
    (folder / MANIFEST).write_text(json.dumps(manifest))


def test_a_folder_of_an_older_version_is_named(saved: Path, run: Run) -> None:
    (saved / MANIFEST).unlink()
    before = all_in(saved)
    with pytest.raises(ResultError, match=f"it has no {MANIFEST}"):
        Run.load(saved)
    with pytest.raises(ResultError, match=r"run\.json: is in the way: it is not known"):
        run.save(saved)
    assert all_in(saved) == before


def test_what_an_error_stops_changes_nothing(saved: Path) -> None:
    def fails(path: Path) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    before = all_in(saved.parent)
    with pytest.raises(ResultError, match="no space left on device"):
        write_results(ResultFolder(saved, "simulation", {**texts(a="1"), "b.json": fails}))
    with pytest.raises(ResultError, match="no space left on device"):
        write_results(ResultFolder(saved.parent / "deep" / "new", "simulation", {"b.json": fails}))
    with pytest.raises(ResultError, match="no space left on device"):
        write_results(
            ResultFolder(saved, "simulation", texts(a="1")),
            ResultFolder(saved.parent / "other", "simulation", {"b.json": fails}),
        )
    assert all_in(saved.parent) == before


def test_ctrl_c_while_files_take_their_places_does_not_tear_a_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_results(ResultFolder(tmp_path, "simulation", texts(a="old", b="old", c="old")))
    move = Path.replace

    def interrupted(source: Path, target: Path) -> Path:
        if target.name == "b.json":
            monkeypatch.undo()
            raise KeyboardInterrupt
        return move(source, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt, match="is complete"):
        write_results(ResultFolder(tmp_path, "simulation", texts(a="new", b="new")))
    assert not hidden_in(tmp_path)
    files = ResultFiles(tmp_path, "simulation")
    assert [files.read(f"{name}.json") for name in "ab"] == [b"new", b"new"]
    assert not (tmp_path / "c.json").exists()


def test_who_keeps_a_folder_too_long_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "_WAIT_SECONDS", 0.05)
    with output._locked(tmp_path):
        with pytest.raises(ResultError, match="another process is writing"):
            write_results(ResultFolder(tmp_path, "simulation", texts(a="new")))
        with pytest.raises(ResultError, match="another process is writing"):
            check_place(tmp_path, "simulation", ["a.json"])
    write_results(ResultFolder(tmp_path, "simulation", texts(a="new")))
    assert not hidden_in(tmp_path)


def test_a_lock_whose_file_is_removed_is_held_by_one_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `output` relies on: pyproject.toml asks for a filelock that has it."""
    fcntl = pytest.importorskip("fcntl")
    path = tmp_path / "lock"
    holder, waiter, third = (FileLock(path, timeout=0) for _ in range(3))
    holder.acquire()
    lock = fcntl.flock

    def end_of_the_holder(descriptor: int, operation: int) -> None:
        monkeypatch.undo()
        path.unlink()  # while the waiter has the file open already
        lock(descriptor_of_holder, fcntl.LOCK_UN)
        lock(descriptor, operation)

    descriptor_of_holder = holder._context.lock_file_fd
    assert descriptor_of_holder is not None
    monkeypatch.setattr(fcntl, "flock", end_of_the_holder)
    waiter.acquire(timeout=PATIENCE_SECONDS)
    with ThreadPoolExecutor(1) as thread, pytest.raises(Timeout):
        thread.submit(third.acquire).result()
    holder.release()  # leaves alone the file of the waiter
    assert path.exists()
    waiter.release()


def test_what_cannot_be_cleared_away_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear, calls = output._clear_left_over, 0

    def fails_at_the_end(folder: Path) -> None:
        nonlocal calls
        calls += 1
        clear(folder)
        if calls > 1:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(output, "_clear_left_over", fails_at_the_end)
    with pytest.raises(ResultError, match="input/output error"):
        write_results(ResultFolder(tmp_path, "simulation", texts(a="1")))
    assert ResultFiles(tmp_path, "simulation").read("a.json") == b"1"
    assert not hidden_in(tmp_path)


def test_files_of_a_killed_process_are_removed_by_the_next(tmp_path: Path) -> None:
    names = ("f" * 32, "f" * 32 + "x", "notes")
    for name in names:
        (tmp_path / f".modelops-abm-{name}").mkdir()
        (tmp_path / f".modelops-abm-{name}" / "daily.parquet").write_text("half")
    write_results(ResultFolder(tmp_path, "simulation", texts(a="1")))
    assert {path.name for path in hidden_in(tmp_path)} == {f".modelops-abm-{n}" for n in names[1:]}
    left, mine = (tmp_path / f".modelops-abm-{n}.tmp" for n in ("0" * 32, "mine"))
    for path in (left, mine):
        path.write_text("half")
        os.utime(path, (0, 0))
    save_scenario(Scenario(), tmp_path / "plan.toml")
    assert (left.exists(), mine.exists()) == (False, True)


ATTACK = '''
import errno, os, resource, signal, sys, traceback
from pathlib import Path
from modelops_abm.runs.manifest import MANIFEST, ResultError, ResultFiles
from modelops_abm.runs.output import ResultFolder, write_results

PLACE, NAMES = Path("place"), ["a.json", "b.json", "pictures/c.json"]
STRIDE, ROUNDS = int(sys.argv[1]), int(sys.argv[2])
ACTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"}
act = None

def hook(event, arguments):
    if act is not None and event in ACTS:
        act()

sys.addaudithook(hook)

def write(word, names=NAMES):
    contents = {name: (lambda path: path.write_text(word * 5_000)) for name in names}
    write_results(ResultFolder(PLACE, "simulation", contents))

def read():
    """Return the word that all files hold; None if it is said that there is no result."""
    try:
        files = ResultFiles(PLACE, "simulation")
        words = {files.read(name)[:3].decode() for name in NAMES if name in files}
    except ResultError:
        return None
    assert len(words) == 1, f"a mixture: {words}"
    return words.pop()

def whole():
    for path in PLACE.rglob("*.json"):
        if ".modelops" not in str(path) and path.name != MANIFEST:
            assert path.read_text() in ("old" * 5_000, "new" * 5_000), f"{path} is torn"

def in_child(work):
    process = os.fork()
    if not process:
        code = 1
        try:
            code = work() or 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitpid(process, 0)[1]

class After:
    """Does something at a step."""

    def __init__(self, count, do):
        self.left, self.do = count, do

    def __call__(self):
        self.left -= 1
        if self.left == 0:
            self.do()

def attack(do, first_names):
    """Stop a write at every step, once each; say what was found after it."""
    found = []
    for count in range(1, 1_000, STRIDE):
        write("old", first_names)
        def work():
            global act
            act = After(count, do)
            try:
                write("new")
            except ResultError:
                return 7
            return 0 if act.left <= 0 else 8  # it has fewer steps
        code = os.waitstatus_to_exitcode(in_child(work))
        assert code in (-signal.SIGKILL, 0, 7, 8), code
        whole()
        found.append(read())
        write("old", first_names)
        hidden = [path.name for path in PLACE.rglob(".*")] + os.listdir()
        assert hidden == ["place"], hidden
        if code == 8:
            return found
    raise AssertionError("it never ends")

def kill():
    os.kill(os.getpid(), signal.SIGKILL)

def no_space():
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

def too_large(size):
    """Write with so little space; a write that fails must leave what was there."""
    write("old")
    def work():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        try:
            write("new")
        except ResultError:
            return 7
    code = os.waitstatus_to_exitcode(in_child(work))
    assert read() == ("old" if code == 7 else "new"), (size, code)
    return code

def read_only():
    write("old")
    before = sorted(path.name for path in PLACE.rglob("*"))
    PLACE.chmod(0o555)
    Path().chmod(0o755)
    def work():
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        try:
            write("new")
        except ResultError as error:
            return 7 if "permission denied" in str(error) else 8
    code = os.waitstatus_to_exitcode(in_child(work))
    PLACE.chmod(0o755)
    assert (code, read(), before) == (7, "old", sorted(path.name for path in PLACE.rglob("*")))

def at_once(rounds):
    """Four processes write, one reads."""
    children = []
    for word in ("one", "two", "six", "ten"):
        process = os.fork()
        if not process:
            code = 1
            try:
                for _ in range(rounds):
                    write(word)
                code = 0
            finally:
                os._exit(code)
        children.append(process)
    seen = []
    while children:
        seen.append(read())
        process, status = os.waitpid(children[0], os.WNOHANG)
        if process:
            assert status == 0, status
            children.pop(0)
    assert read() in ("one", "two", "six", "ten")
    assert [path.name for path in PLACE.rglob(".*")] == []
    write("old")

write("old")
for names in (NAMES, NAMES[:1] + ["obsolete.json"]):
    for do in (kill, no_space):
        found = attack(do, names)
        print(do.__name__, len(found), *(found.count(word) for word in ("old", None, "new")))
print("too large", [too_large(size) for size in (0, 100, 1_000, 4_096, 14_999, 1_000_000)])
read_only()
at_once(ROUNDS)
print("done")
'''


@unix
@pytest.mark.parametrize(
    ("stride", "rounds"), [(7, 2), pytest.param(1, 50, marks=pytest.mark.slow(20))]
)
def test_a_writer_that_is_stopped_at_any_step_leaves_no_mixture(
    stride: int, rounds: int, tmp_path: Path
) -> None:
    """Killed, or told that the disk is full, at each of its steps on files; four at once."""
    done = subprocess.run(
        [sys.executable, "-c", ATTACK, str(stride), str(rounds)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    *attacks, _, end = done.stdout.splitlines()
    assert end == "done"
    for line in attacks:
        steps, old, incomplete, new = map(int, line.split()[1:])
        assert steps * stride > 50, line  # of which there are some 60
        assert min(old, new) > 0, line
        # Between the two are a few steps, which a stride may pass over.
        assert incomplete > 0 or stride > 1, line


SAVING = "import sys; from modelops_abm.cli import main; sys.exit(main(sys.argv[1:]))"


def started(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", SAVING, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@unix
@pytest.mark.slow(15)
def test_a_command_that_is_killed_while_it_saves_leaves_no_mixture(tmp_path: Path) -> None:
    place, chance = tmp_path / "run", random.Random(3)
    (tmp_path / "thesis.tex").write_text("years of work")
    for _ in range(12):
        process = started(tmp_path, "simulate", "--days", "30", "--output", "run", "--csv",
                          "--pictures", "--seed", str(chance.randrange(1000)))  # fmt: skip
        while process.poll() is None and not list(place.glob(".modelops-abm*")):
            time.sleep(0.001)
        time.sleep(chance.uniform(0.0, 3.0))
        process.kill()
        process.wait()
        try:
            assert Run.load(place).scenario.horizon_days == 30
        except ResultError as error:
            assert "no readable result" in str(error)  # noqa: PT017 - either is right
    assert main(["simulate", "--days", "5", "--output", str(place), "--quiet"]) == 0
    assert len(Run.load(place).daily) == 5
    assert output_of(place) == {path.name for path in place.iterdir()}
    assert {path.name for path in tmp_path.iterdir()} == {"run", "thesis.tex"}


@unix
@pytest.mark.slow(12)
def test_four_commands_at_once(tmp_path: Path) -> None:
    processes = [
        started(tmp_path, "simulate", "--days", "30", "--output", "run", "--seed", str(seed))
        for seed in range(4)
    ]
    assert [process.wait() for process in processes] == [0] * 4
    found = Run.load(tmp_path / "run")
    expected = simulate(found.scenario, seed=found.seed)
    assert dict(found.totals) == dict(expected.totals)
    assert found.daily.equals(expected.daily)
    assert output_of(tmp_path / "run") == {path.name for path in (tmp_path / "run").iterdir()}


def test_a_place_is_checked_before_a_long_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultError, match="is a file, not a folder"):
        check_place(tmp_path / "file" / "deep", "simulation", ["run.json"])
    check_place(tmp_path / "a" / "b", "simulation", ["run.json"])
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
