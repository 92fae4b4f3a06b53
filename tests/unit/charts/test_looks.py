"""How pictures look: no text over text, nothing cut off, no matter whose settings or names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg

from modelops_abm import charts, formats
from modelops_abm.charts import svg
from modelops_abm.charts.layout import Text, drawable, drawing, width_of, wrapped
from modelops_abm.charts.matplotlib import picture
from modelops_abm.charts.palette import COLOURS, LOSSES, STATES, WORK, light, readable, split
from modelops_abm.runs.results import Run


def _pictures(run: Run, baseline: Run | None = None) -> Iterator[charts.Figure]:
    for entry in charts.PICTURES:
        yield entry.draw(run)
    yield charts.statechart()
    number = charts.busiest_model(run)
    if number is not None:
        yield charts.model_timeline(run, number)
    for pair in charts.COMPARISONS if baseline is not None else ():
        yield pair.draw(run, baseline)


def _pixels(figure: charts.Figure) -> np.ndarray:
    canvas = picture(figure).canvas
    assert isinstance(canvas, FigureCanvasAgg)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).copy()


def _box(text: Text) -> tuple[float, float, float, float]:
    """Return where words are: left, top, right and bottom, in pixels."""
    width = width_of(text.text, text.size, strong=text.is_strong)
    left = text.x - {"left": 0.0, "center": width / 2.0, "right": width}[text.anchor]
    foot = text.y + (0.38 if text.is_centred else 0.0) * text.size
    return left, foot - 0.8 * text.size, left + width, foot + 0.24 * text.size


def _assert_tidy(figure: charts.Figure) -> None:
    sheet = drawing(figure)
    texts = [shape for shape in sheet.shapes if isinstance(shape, Text)]
    boxes = [_box(text) for text in texts]
    for text, (left, top, right, bottom) in zip(texts, boxes, strict=True):
        assert left >= -0.5 <= top, text.text
        assert right <= sheet.width + 0.5, text.text
        assert bottom <= sheet.height + 0.5, text.text
    for one, other in combinations(range(len(texts)), 2):
        (left, top, right, bottom), (x0, y0, x1, y1) = boxes[one], boxes[other]
        apart = right <= x0 + 1 or x1 <= left + 1 or bottom <= y0 + 3 or y1 <= top + 3
        said = f"{texts[one].text!r} over {texts[other].text!r} in {figure.finding!r}"
        assert apart, said


@pytest.fixture(scope="module")
def pictures(any_run: Run) -> list[charts.Figure]:
    return list(_pictures(any_run, any_run))


def test_no_text_covers_another_or_is_cut_off(pictures: list[charts.Figure]) -> None:
    for figure in pictures:
        _assert_tidy(figure)


def test_nor_does_it_beside_a_baseline(plan: Run, baseline: Run) -> None:
    for pair in charts.COMPARISONS:
        _assert_tidy(pair.draw(plan, baseline))
        _assert_tidy(pair.draw(baseline, plan))


def test_every_picture_says_what_it_shows(pictures: list[charts.Figure]) -> None:
    for figure in pictures:
        words = figure.words
        assert figure.finding in words
        assert len(words) > 40
        assert not any(bad in words for bad in ("nan", "None", "-0", "−0 "))


def test_settings_are_left_alone(plan: Run, baseline: Run) -> None:
    before = dict(mpl.rcParams)
    for figure in _pictures(plan, baseline):
        _pixels(figure)
        assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", [entry.name for entry in (*charts.PICTURES, *charts.COMPARISONS)])
def test_a_users_settings_do_not_change_the_looks(name: str, plan: Run, baseline: Run) -> None:
    draw = {entry.name: entry.draw for entry in (*charts.PICTURES, *charts.COMPARISONS)}[name]
    runs = (plan, baseline)[: 2 if name.startswith("compare") else 1]
    plain = _pixels(draw(*runs))
    with style.context(["dark_background", "ggplot"]), mpl.rc_context({"font.family": "serif"}):
        styled = _pixels(draw(*runs))
    np.testing.assert_array_equal(plain, styled)


def test_threads_draw_the_same(plan: Run) -> None:
    entries = charts.PICTURES[:3]
    alone = [_pixels(entry.draw(plan)) for entry in entries]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda entry: _pixels(entry.draw(plan)), entries))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


def test_names_of_any_kind_are_drawn(baseline: Run) -> None:
    models = baseline.models.copy()
    models["name"] = models["name"].astype(object)
    models.loc[0, "name"] = "$a_b$ 模型 🚀 " + "very long " * 30
    named = replace(
        baseline,
        models=models,
        scenario=baseline.scenario.model_copy(update={"name": "50 $ and 60 $ " * 14}),
    )
    _assert_tidy(charts.model_timeline(named, 0))
    _assert_tidy(charts.life_cycle(named))
    assert "$a_b$ " in charts.model_timeline(named, 0).finding


def test_lives_of_every_kind_are_drawn(any_run: Run) -> None:
    models = any_run.models
    kinds = [] if models.empty else models.drop_duplicates(["stage", "origin"])["number"]
    for number in kinds:
        _assert_tidy(charts.model_timeline(any_run, number))


def test_letters_that_the_font_lacks_are_replaced() -> None:
    assert drawable("Modèle − 模") == "Modèle − �"
    assert formats.NARROW_SPACE in drawable(f"1{formats.NARROW_SPACE}k")


def test_lines_are_broken_to_the_width() -> None:
    words = "one two three four five six seven eight nine ten"
    lines = wrapped(words, 120.0, 14.0)
    assert " ".join(lines) == words
    assert all(width_of(line, 14.0) <= 120.0 for line in lines)
    assert wrapped("unbreakable", 1.0, 14.0) == ["unbreakable"]


def test_colours_of_text_can_be_read() -> None:
    assert readable("ink") == light("ink")
    for named in (*STATES.values(), *WORK.values(), *LOSSES.values()):
        assert split(named.colour)[0] in COLOURS
        assert _contrast_to_white(readable(named.colour)) >= 4.5


def _contrast_to_white(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255.0 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 1.05 / (float(np.dot(linear, (0.2126, 0.7152, 0.0722))) + 0.05)


def test_every_picture_has_a_table(pictures: list[charts.Figure]) -> None:
    for figure in pictures:
        table = figure.as_table()
        assert table.caption
        assert len(table.rows) > 0
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_the_report_draws_what_files_draw(pictures: list[charts.Figure]) -> None:
    for figure in pictures:
        drawn = str(svg.chart(figure, 960.0))
        assert drawn.startswith("<svg")
        assert re.search(r"\bnan\b", drawn) is None
        assert all(f"var(--{name})" in drawn for name in ("ink",))
