"""What is drawn of a run: tokens, boxes, words, the chosen model, from snapshots alone."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from modelops_abm import preset
from modelops_abm.app.watch.geometry import HEIGHT, NARROWEST, WIDEST, grid, places
from modelops_abm.app.watch.model_panel import (
    LEFT,
    WIDTH as LINE,
    chart_of_states,
    lines,
    panel_body,
    panel_head,
    strips as state_strips,
)
from modelops_abm.app.watch.observe import picture_of
from modelops_abm.app.watch.organisation import (
    DrawingOptions,
    _ways,
    organisation_card,
    stocks_card,
)
from modelops_abm.app.watch.page import (
    STRIP_HEIGHT,
    controls,
    months,
    notable,
    replication_panel,
    strips,
)
from modelops_abm.app.watch.paired_run import PairedRun, RunChoice
from modelops_abm.app.watch.snapshot import (
    DeveloperView,
    ModelView,
    Organisation,
    Picture,
    Snapshot,
    Work,
)
from modelops_abm.app.watch.tokens import BUILDERS_SHOWN, place_tokens
from modelops_abm.app.watch.words import CAUSES, doing, sentence
from modelops_abm.charts.figure import Box
from modelops_abm.charts.timeline import time_axis_of
from modelops_abm.core.events import RetirementReason, TaskClass
from modelops_abm.core.statechart import PRODUCTION_STATES, Cause, Serving, State
from modelops_abm.experiments.statistics import PairedDifference
from modelops_abm.scenario import Scenario, with_values

WIDTH = 984
YEARS = time_axis_of(Scenario())


@pytest.fixture(scope="module")
def pictures() -> dict[int, Picture]:
    """Return pictures of a run by day, the model with the worst luck followed."""
    paired = PairedRun(RunChoice(preset("all_five"), seed=0, replication=0))
    shown = {}
    for day in range(301):
        if day in (0, 120, 300):
            shown[day] = picture_of(paired, 4)
        paired.step()
    return shown


@pytest.fixture
def organisation(pictures: dict[int, Picture]) -> Organisation:
    return pictures[300].baseline


def setting(width: int = WIDTH, chosen: int | None = None) -> DrawingOptions:
    return DrawingOptions("plan", "Plan", width, chosen, best_first=True, fast=False)


def model(number: int, state: State = State.ONLINE, **values: object) -> ModelView:
    view = ModelView(number, f"Model {number + 1}", state, None, Serving.CURRENT, None, False, 10.0)
    return replace(view, **values)  # type: ignore[arg-type]


def crowd(organisation: Organisation, *models: ModelView) -> Organisation:
    return replace(organisation, models=models, retired=(), developers=())


# Places


@pytest.mark.parametrize("width", [NARROWEST, 712, 860, WIDTH, 1300, WIDEST])
def test_boxes_lie_in_the_lane_and_do_not_overlap(width: int) -> None:
    where = places(width)
    row = [where.backlog, where.build, where.deployment, where.production, where.retired]
    for before, after in pairwise(row):
        assert before.right < after.left
    assert where.retired.right == pytest.approx(width)
    for box in (where.online, where.repair, where.retraining):
        assert where.production.left <= box.left
        assert box.right <= where.production.right
        assert box.bottom <= HEIGHT
    assert where.online.bottom <= where.repair.top
    assert where.repair.right < where.retraining.left
    assert where.backlog.bottom < where.capabilities.top


@pytest.mark.parametrize("count", [1, 24, 60, 200, 470])
def test_a_grid_has_a_place_for_each_inside_its_box(count: int) -> None:
    box = Box(10.0, 20.0, 386.0, 104.0)
    cells = grid(box, count)
    corners = list(cells)[:count]
    assert len(set(corners)) == count
    assert all(x >= box.left and x + cells.size <= box.right for x, _ in corners)
    assert all(y >= box.top and y + cells.size <= box.bottom for _, y in corners)


def test_up_to_sixty_models_have_numbers_and_more_do_not() -> None:
    box = places(WIDTH).online
    assert grid(box, 24).size == 26
    assert grid(box, 60).numbered
    assert not grid(box, 90).numbered


# Tokens


@pytest.mark.parametrize("day", [0, 120, 300])
@pytest.mark.parametrize("width", [NARROWEST, WIDTH, WIDEST])
def test_each_model_is_drawn_once_where_it_is(
    pictures: dict[int, Picture], day: int, width: int
) -> None:
    for organisation in (pictures[day].plan, pictures[day].baseline):
        where = places(width)
        drawn = str(place_tokens(organisation, where, None).markup())
        numbers = [int(one) for one in re.findall(r'data-key="m(\d+)"', drawn)]
        assert len(set(numbers)) == len(numbers)
        there = {view.number for view in organisation.models if view.state is not State.IDEA}
        assert there <= set(numbers)
        for view in organisation.models:
            if view.state is not State.IDEA:
                assert inside(corner(drawn, view.number), box_of(view, where))


def box_of(view: ModelView, where: object) -> Box:
    name = {
        State.BUILD: "build",
        State.DEPLOYMENT: "deployment",
        State.ONLINE: "online",
        State.RETRAINING: "retraining",
        State.OFFLINE_ISSUE: "repair",
        State.OFFLINE_DRIFT: "repair",
    }[view.state]
    box: Box = getattr(where, name)
    return box


def corner(drawn: str, number: int) -> tuple[int, int]:
    found = re.search(rf'data-key="m{number}".*?translate\((-?\d+)px,(-?\d+)px\)', drawn)
    assert found is not None
    return int(found[1]), int(found[2])


def inside(place: tuple[int, int], box: Box) -> bool:
    x, y = place
    return box.left - 1 <= x <= box.right and box.top - 1 <= y <= box.bottom


def test_a_person_stands_by_every_task_that_is_worked_on(organisation: Organisation) -> None:
    drawn = str(organisation_card(organisation, setting(), None))
    persons = {int(one) for one in re.findall(r'data-key="d(\d+)"', drawn)}
    busy = {one.number for one in organisation.developers if one.task_class is not TaskClass.IDLE}
    assert persons == busy


def test_state_shows_in_shape_as_well_as_in_colour(organisation: Organisation) -> None:
    models = (
        model(0),
        model(1, State.RETRAINING, cause=Cause.RETRAINING),
        model(2, State.OFFLINE_ISSUE, cause=Cause.PIPELINE, serving=Serving.PREVIOUS),
        model(3, State.OFFLINE_DRIFT, cause=Cause.DRIFT, serving=Serving.NONE),
    )
    drawn = str(place_tokens(crowd(organisation, *models), places(WIDTH), 3).markup())
    classes = re.findall(r'class="token ([^"]+)"', drawn)
    assert classes == ["online s26", "retraining s26", "issue previous s26", "drift chosen s26"]


def test_a_crowd_in_repair_has_words_in_all(organisation: Organisation) -> None:
    """Where there is no room for words beside every task: why, and how many are looked after."""
    task = Work(TaskClass.REPAIR, Cause.PIPELINE, None, 0.0, None)
    models = (
        model(0, State.OFFLINE_ISSUE, cause=Cause.PIPELINE, work=replace(task, developer=0)),
        model(1, State.OFFLINE_ISSUE, cause=Cause.PIPELINE, work=task),
        model(2, State.OFFLINE_ISSUE, cause=Cause.PIPELINE),
        model(3, State.OFFLINE_DRIFT, cause=Cause.DRIFT, work=replace(task, cause=Cause.DRIFT)),
    )
    placed = place_tokens(crowd(organisation, *models), places(WIDTH), None)
    (words,) = placed.words
    assert (words.first, words.second) == ("3 pipeline, 1 drift", "1 at work, 2 wait, 1 heals")
    tokens = [corner(str(placed.markup()), view.number) for view in models]
    assert max(y for _, y in tokens) + 26 <= words.top  # none on the words
    others = [
        model(place, State.OFFLINE_ISSUE, cause=cause, work=replace(task, cause=cause))
        for place, cause in enumerate((Cause.CAPACITY, Cause.COMPLIANCE), len(models))
    ]
    (words,) = place_tokens(crowd(organisation, *models, *others), places(WIDTH), None).words
    assert words.first == "3 pipeline, 3 other"


def test_a_crowd_in_build_has_its_people_beside_its_rings(organisation: Organisation) -> None:
    task = Work(TaskClass.BUILD, None, 0.5, 9.0, None)
    models = [
        model(one, State.BUILD, work=replace(task, developer=one) if one % 12 == 0 else task)
        for one in range(60)
    ]
    drawn = str(place_tokens(crowd(organisation, *models), places(WIDTH), None).markup())
    rings = [corner(drawn, view.number) for view in models]
    people = re.findall(r'data-key="d\d+".*?translate\((-?\d+)px,(-?\d+)px\)', drawn)
    size = int(re.findall(r'class="token work s(\d+)"', drawn)[0])
    assert len(people) == 5
    for left, top in people:
        middle = int(left) + 10 - size / 2, int(top) + 10 - size / 2
        assert all(max(abs(middle[0] - x), abs(middle[1] - y)) >= size - 1 for x, y in rings), (
            "no ring is covered"
        )


@pytest.mark.parametrize("width", [NARROWEST, WIDTH, WIDEST])
def test_who_adds_capacity_stands_on_no_model(organisation: Organisation, width: int) -> None:
    step = Work(TaskClass.RESPOND, None, 0.5, 9.0, None)
    for count in (5, 24, 60, 200):
        models = [model(one, beside=(replace(step, developer=one),)) for one in range(count)]
        drawn = str(place_tokens(crowd(organisation, *models), places(width), None).markup())
        size = int(re.findall(r'class="token online s(\d+)"', drawn)[0])
        discs = [
            (int(x) + size / 2, int(y) + size / 2)
            for x, y in re.findall(r'data-key="m.*?translate\((-?\d+)px,(-?\d+)px\)', drawn)
        ]
        people = re.findall(
            r'data-key="d.*?translate\((-?\d+)px,(-?\d+)px\)(?: scale\(([\d.]+)\))?', drawn
        )
        assert len(discs) == len(people) == count
        for left, top, scale in people:
            x, y, half = int(left) + 10, int(top) + 10, 10 * float(scale or 1.0)
            # A person is round at the top and at the shoulders; places are whole pixels.
            apart = min(math.hypot(x - one, y - other) for one, other in discs)
            assert apart >= size / 2 + half - 1.5, (count, size)
            assert min(abs(x - one) for one, _ in discs) <= size, "beside its model"


def test_words_are_the_same_while_their_model_stays_where_it_is(
    organisation: Organisation,
) -> None:
    """The browser keeps those, and lets others come after the tokens."""

    def words_of(count: int, first: int = 0, state: State = State.OFFLINE_ISSUE) -> list[str]:
        models = [model(one, state, cause=Cause.PIPELINE) for one in range(first, first + count)]
        drawn = str(organisation_card(crowd(organisation, *models), setting(), None))
        return re.findall(r'class="task-words" data-key="([^"]+)"', drawn)

    three = words_of(3)
    assert len(set(three)) == 3
    assert words_of(2) == three[:2]
    assert not set(words_of(2, first=1)) & set(three)  # each has moved up
    assert not set(words_of(3, state=State.RETRAINING)) & set(three)
    (in_all,) = words_of(4)
    assert in_all not in three
    assert words_of(5) == [in_all]


def test_names_of_a_client_are_text_whatever_they_hold(organisation: Organisation) -> None:
    hostile = '"><script>alert(1)</script>'
    models = (model(0, name=hostile), model(1, State.IDEA, name=hostile))
    drawn = str(organisation_card(crowd(organisation, *models), setting(), None))
    assert "<script" not in drawn
    assert '""' not in drawn
    assert drawn.count("&lt;script&gt;") == 2


def test_thousands_of_models_are_capped_and_the_rest_is_said(
    organisation: Organisation,
) -> None:
    models = [model(number) for number in range(4000)]
    models += [
        model(4000 + number, State.OFFLINE_ISSUE, cause=Cause.PIPELINE) for number in range(500)
    ]
    models += [model(4500 + number, State.IDEA) for number in range(3000)]
    drawn = str(organisation_card(crowd(organisation, *models), setting(), None))
    assert len(drawn) < 400_000
    assert "4,500 models" in drawn
    cells, tokens = drawn.count("<rect"), drawn.count('data-key="m')
    away = drawn.count('data-key="a')  # the places of models that are drawn in repair
    assert tokens < 1500
    told = re.findall(r"\+([\d,]+) (?:more|not drawn)", drawn)
    more = sum(int(one.replace(",", "")) for one in told)
    assert more + cells + tokens + away == 3000 + 4500 + 500


def test_markup_of_a_usual_lane_is_small(organisation: Organisation) -> None:
    assert len(str(organisation_card(organisation, setting(), None))) < 25_000


# Lanes


def test_a_lane_says_its_figures_and_the_difference(pictures: dict[int, Picture]) -> None:
    plan = pictures[300].plan
    drawn = str(organisation_card(plan, setting(), plan.npv - pictures[300].baseline.npv))
    text = re.sub(r"<[^>]+>", "", drawn)
    assert "Net value so far $" in text
    assert re.search(r"[+−]\$[\d.]+", text)
    assert f"{sum(view.state is State.ONLINE for view in plan.models)} online" in text


def test_badges_are_the_scenarios_order(organisation: Organisation) -> None:
    order = {task: place for place, task in enumerate(reversed(list(organisation.priorities)), 1)}
    drawn = str(organisation_card(replace(organisation, priorities=order), setting(), None))
    ranks = dict(re.findall(r"<h3>([^<]+)</h3><span class=\"rank\">(#\d)</span>", drawn))
    assert ranks["Repair"] == f"#{order[TaskClass.REPAIR]}"
    assert ranks["Build"] == f"#{order[TaskClass.BUILD]}"
    assert ranks["Capability work"] == f"#{order[TaskClass.CAPABILITY]}"


def test_capability_work_shows_levels_or_that_there_is_none(pictures: dict[int, Picture]) -> None:
    plan = str(organisation_card(pictures[120].plan, setting(), None))
    baseline = str(organisation_card(pictures[120].baseline, setting(), None))
    assert plan.count('class="stock-row"') == 5
    assert "of 100" in plan
    assert "No investment" in baseline


def test_of_many_who_build_a_capability_some_are_drawn_and_all_are_counted(
    pictures: dict[int, Picture],
) -> None:
    plan = pictures[120].plan
    many = tuple(DeveloperView(number, TaskClass.CAPABILITY, 0) for number in range(100))
    stocks = (replace(plan.stocks[0], builders=100), *plan.stocks[1:])
    built = replace(plan, models=(), retired=(), developers=many, stocks=stocks)
    drawn = str(organisation_card(built, setting(), None))
    assert drawn.count('class="person" data-key') == BUILDERS_SHOWN
    assert "\N{MULTIPLICATION SIGN}100" in drawn


# Words


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (model(0), ("online", "serving")),
        (model(0, retraining_requested=True), ("online", "waits for retraining")),
        (
            model(0, State.OFFLINE_ISSUE, cause=Cause.PIPELINE, serving=Serving.NONE),
            ("pipeline", "heals by itself, not served"),
        ),
        (
            model(
                0,
                State.OFFLINE_DRIFT,
                cause=Cause.DRIFT,
                serving=Serving.PREVIOUS,
                work=Work(TaskClass.REPAIR, Cause.DRIFT, 2, 0.5, 6.84),
            ),
            ("drift", "6.8\u202fd, rolled back"),
        ),
        (
            model(
                0,
                State.OFFLINE_ISSUE,
                cause=Cause.CAPACITY,
                serving=Serving.NONE,
                work=Work(TaskClass.REPAIR, Cause.CAPACITY, None, 0.0, None),
            ),
            ("capacity", "waits, not served"),
        ),
        (
            model(0, State.BUILD, work=Work(TaskClass.BUILD, None, None, 0.4, None)),
            ("in build", "waits, 40\u202f% done"),
        ),
    ],
)
def test_what_a_model_does_in_two_lines(view: ModelView, words: tuple[str, str]) -> None:
    assert doing(view) == words


def test_every_cause_has_a_word() -> None:
    assert set(CAUSES) == set(Cause)


def test_the_sentence_says_who_works_on_it(pictures: dict[int, Picture]) -> None:
    followed = pictures[300].followed
    assert followed is not None
    view = model(
        4,
        State.OFFLINE_DRIFT,
        cause=Cause.DRIFT,
        serving=Serving.NONE,
        work=Work(TaskClass.REPAIR, Cause.DRIFT, 0, 0.1, 6.8),
    )
    life = replace(
        followed.plan,
        view=view,
        state=State.OFFLINE_DRIFT,
        cause=Cause.DRIFT,
        since=291.0,
        drift=None,
    )
    assert sentence(life, 300.0) == (
        "offline (drift) for 9 days, not served; "
        "developer 1 investigates and retrains it, 6.8\u202fd left."
    )
    both = replace(pictures[300], followed=replace(followed, plan=life, baseline=life))
    assert "Plan and baseline: " in str(panel_body(both, YEARS))


def test_the_sentence_of_a_retired_model(pictures: dict[int, Picture]) -> None:
    followed = pictures[300].followed
    assert followed is not None
    life = replace(
        followed.plan,
        view=None,
        state=State.RETIRED,
        retired_at=183.4,
        reason=RetirementReason.ABANDONED,
    )
    assert sentence(life, 300.0) == "retired on day 183, abandoned by its users."
    failed = replace(life, went_live_at=None)
    gone = replace(pictures[300], followed=replace(followed, plan=failed, baseline=failed))
    assert "never live" in str(panel_body(gone, YEARS))


# The chosen model


@pytest.mark.parametrize("state", list(State))
def test_the_states_of_plan_and_baseline_are_lit(
    pictures: dict[int, Picture], state: State
) -> None:
    followed = pictures[300].followed
    assert followed is not None
    plan = replace(followed.plan, state=state)
    drawn = str(chart_of_states(plan, replace(followed.baseline, state=State.RETIRED), 300.0))
    assert drawn.count('class="halo') == 1
    tone = state.name.lower().removeprefix("offline_")
    lit = "box lit" if state not in PRODUCTION_STATES else f"box {tone} lit"
    assert drawn.count(f'class="{lit}"') == 1
    assert drawn.count(" lit") == 1
    assert drawn.count('class="dashed"') == 1


def test_the_panel_of_a_day(pictures: dict[int, Picture]) -> None:
    head, body = str(panel_head(pictures[300])), str(panel_body(pictures[300], YEARS))
    assert ">Model 5</h2>" in head
    assert 'data-action="follow"' in head
    assert 'data-followed="4"' in body
    assert body.count('class="line plan"') == 3
    assert body.count('class="line baseline"') == 3


def test_without_a_model_the_panel_says_what_to_do(pictures: dict[int, Picture]) -> None:
    empty = replace(pictures[0], followed=None)
    assert "No model chosen" in str(panel_head(empty))
    assert "Click a token" in str(panel_body(empty, YEARS))


def test_lines_end_today_at_the_right(pictures: dict[int, Picture]) -> None:
    followed = pictures[300].followed
    assert followed is not None
    drawn = str(lines(followed.plan, followed.plan, 300, YEARS))
    ends = re.findall(r'class="line plan" d="[^"]*L([\d.]+) [\d.]+"', drawn)
    assert len(ends) == 3
    assert all(float(end) == pytest.approx(LEFT + LINE, abs=0.2) for end in ends)


def test_strips_cover_the_time_in_production_without_gaps(pictures: dict[int, Picture]) -> None:
    followed = pictures[300].followed
    assert followed is not None
    spells = followed.baseline.spells
    assert spells[0].start == 0.0
    for before, after in pairwise(spells):
        assert before.end == after.start
    assert "Baseline" in str(state_strips(followed.plan, followed.baseline, 300, YEARS))


def test_strips_are_marked_with_what_has_changed_so_far(pictures: dict[int, Picture]) -> None:
    followed = pictures[300].followed
    assert followed is not None
    changes = [{"day": day, "team.developers": day // 10} for day in (50, 150, 160, 301)]
    axis = time_axis_of(with_values(Scenario(), {"changes": changes}, source="test"))
    drawn = str(state_strips(followed.plan, followed.baseline, 300, axis))
    marks = [float(each) for each in re.findall(r'class="change" d="M([\d.]+) ', drawn)]
    assert marks == pytest.approx([LEFT + LINE * day / 300 for day in (50, 150, 160)], abs=0.1)
    above = str(lines(followed.plan, followed.baseline, 300, axis))
    assert re.findall(r'class="change" d="M([\d.]+) ', above) == [f"{mark:.1f}" for mark in marks]
    assert re.findall(r'text-anchor="middle">([^<]+)<', drawn) == ["A", "B–C"]
    assert "B day 150, team 5 to 15" in drawn
    assert "day 301" not in drawn
    quiet = str(state_strips(followed.plan, followed.baseline, 300, YEARS))
    assert "change" not in quiet


def test_stocks_show_levels_and_builders(pictures: dict[int, Picture]) -> None:
    stocks = pictures[120].plan.stocks
    drawn = str(stocks_card(stocks))
    assert drawn.count('class="whole"') == 5
    assert drawn.count('class="person"') == sum(min(3, stock.builders) for stock in stocks)
    for stock in stocks:
        assert f"{stock.name.capitalize()}" in drawn


# The bar


def snapshot(picture: Picture | None, **values: object) -> Snapshot:
    choice = RunChoice(preset("all_five"), 0, 0)
    shown = Snapshot(1, choice, 1095, picture, False, None, "5", "")
    return replace(shown, **values)  # type: ignore[arg-type]


def test_the_bar_says_day_and_month(pictures: dict[int, Picture]) -> None:
    text = str(controls(snapshot(pictures[300])))
    assert "Day 300" in text
    assert "of 1,095, month 10" in text
    assert "Play" in text
    assert "Pause" in str(controls(snapshot(pictures[300], playing=True)))
    assert "on the way to day 900" in str(controls(snapshot(pictures[300], goal=900)))


def test_the_chosen_speed_is_pressed(pictures: dict[int, Picture]) -> None:
    drawn = str(controls(snapshot(pictures[0], speed="max")))
    pressed = re.findall(r'data-value="([^"]+)" aria-pressed="true"', drawn)
    assert pressed == ["max"]


def test_bars_of_the_strip_are_stacked_and_fit() -> None:
    bars = strips({"issue": (3, 0, 20), "drift": (1, 0, 5), "retraining": (0, 0, 15)})
    assert [bar["colour"] for bar in bars] == ["var(--issue)", "var(--drift)", "var(--retraining)"]
    tall = [
        (float(top), float(height))
        for bar in bars
        for _, top, height in re.findall(r"M(2\.5) ([\d.]+)v(-[\d.]+)", bar["path"])
    ]
    assert tall[0][0] == STRIP_HEIGHT
    assert sum(height for _, height in tall) == pytest.approx(-STRIP_HEIGHT, abs=0.2)
    for (top, height), (next_top, _) in pairwise(tall):
        assert next_top == pytest.approx(top + height, abs=0.11)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1095, ["month 0", "12", "24", "36"]),
        (365, ["month 0", "3", "6", "9", "12"]),
        (61, ["month 0", "1", "2"]),
    ],
)
def test_months_below_the_timeline(days: int, words: list[str]) -> None:
    shown = months(days)
    assert [one["words"] for one in shown] == words
    assert all(0.0 <= float(one["at"]) <= 1.02 for one in shown)


def test_futures_worth_watching() -> None:
    difference = PairedDifference(np.array([5.0, -1.0, 9.0, 2.0, 3.0]))
    assert list(notable(difference).values()) == [2, 4, 1]
    panel = str(replication_panel(2, 999, notable(difference)))
    assert "The plan gains most: future 2" in panel
    assert "It gains least: future 1" in panel


def test_widths_that_a_browser_reports_are_not_remembered_without_end() -> None:
    for width in range(300, 3000, 3):
        _ways(places(width))
    assert places.cache_info().currsize <= 64
    assert _ways.cache_info().currsize <= 64
