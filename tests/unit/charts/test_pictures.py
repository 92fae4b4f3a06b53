"""Pictures in files."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.image import imread
from PIL import Image

from modelops_abm import charts
from modelops_abm.runs.manifest import ResultError
from modelops_abm.runs.results import Run
from modelops_abm.scenario import InputError


def test_every_picture_is_saved(plan: Run, baseline: Run, tmp_path: Path) -> None:
    files = charts.save_pictures(plan, tmp_path / "new" / "pictures", baseline=baseline)
    names = [entry.name for entry in charts.PICTURES]
    comparisons = [entry.name for entry in charts.COMPARISONS]
    assert [file.stem for file in files] == [*names, "model-timeline", *comparisons]
    assert {*files} == {*(tmp_path / "new" / "pictures").glob("*.png")}
    for file in files:
        height, width, _ = imread(file).shape
        assert width == 2400
        assert height > 600


def test_nothing_to_follow_no_timeline(nothing: Run, tmp_path: Path) -> None:
    files = charts.save_pictures(nothing, tmp_path)
    assert "model-timeline" not in [file.stem for file in files]


def test_files_tell_what_they_show(nothing: Run, tmp_path: Path) -> None:
    picture = charts.statechart(nothing)
    with Image.open(charts.save_picture(picture, tmp_path / "a.png")) as image:
        assert image.info["Title"] == picture.finding
        assert image.info["Description"] == picture.words
    svg = charts.save_picture(picture, tmp_path / "a.svg").read_text(encoding="utf-8")
    assert picture.finding in svg
    assert b"/Subject" in charts.save_picture(picture, tmp_path / "a.PDF").read_bytes()
    with pytest.raises(InputError, match=r"a picture ends in \.png, \.svg or \.pdf"):
        charts.save_picture(picture, tmp_path / "a.jpg")


def test_svg_on_request(nothing: Run, tmp_path: Path) -> None:
    files = charts.save_pictures(nothing, tmp_path, svg=True)
    assert {file.suffix for file in files} == {".png", ".svg"}
    assert len(files) == 2 * len(charts.PICTURES)


def test_a_failure_leaves_the_earlier_file(
    nothing: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = charts.leakage(nothing)
    earlier = charts.save_picture(picture, tmp_path / "a.png").read_bytes()

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(InputError, match="no space left"):
        charts.save_picture(picture, tmp_path / "a.png", replace=True)
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == earlier


def test_a_file_in_place_of_the_folder_is_an_error(nothing: Run, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("in the way")
    with pytest.raises(ResultError, match="cannot write results there"):
        charts.save_pictures(nothing, tmp_path / "a")


def test_names_are_unique_and_explained() -> None:
    entries = (*charts.PICTURES, *charts.COMPARISONS)
    assert len({entry.name for entry in entries}) == len(entries)
    assert all(entry.meaning for entry in entries)
