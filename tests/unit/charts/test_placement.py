"""Where the statechart stands: every transition has a way, and words cover nothing."""

from __future__ import annotations

from itertools import combinations

import pytest

from modelops_abm.charts.figure import Box
from modelops_abm.charts.palette import STATES
from modelops_abm.charts.placement import (
    IN_FILES,
    IN_PANEL,
    ON_PAGE,
    Measures,
    Placed,
    placed_statechart,
)
from modelops_abm.core.statechart import (
    PRODUCTION_STATES,
    TRANSITIONS,
    State,
    Transition,
    Trigger,
)

MORE = (
    Transition(State.BUILD, Trigger.BUILD_DONE, State.RETIRED, "build fails"),
    Transition(State.ONLINE, Trigger.RETIRES, State.OFFLINE_ISSUE, "deadline passes"),
    Transition(State.ONLINE, Trigger.BUILD_DONE, State.OFFLINE_ISSUE, "source fails"),
    Transition(State.RETRAINING, Trigger.RETIRES, State.OFFLINE_ISSUE, "deadline passes"),
    Transition(State.RETRAINING, Trigger.BUILD_DONE, State.OFFLINE_ISSUE, "source fails"),
    Transition(State.OFFLINE_ISSUE, Trigger.BUILD_DONE, State.ONLINE, "source works"),
    Transition(State.OFFLINE_ISSUE, Trigger.BUILD_DONE, State.OFFLINE_DRIFT, "drift found"),
    Transition(State.RETRAINING, Trigger.BUILD_DONE, State.ONLINE, "developer leaves"),
)
"""Transitions that the table might have: some between states that already have one, some not."""
TABLES = pytest.mark.parametrize(
    "table", [TRANSITIONS, TRANSITIONS + MORE], ids=["the table", "more"]
)
SIZES = pytest.mark.parametrize(
    "measures", [IN_FILES, ON_PAGE, IN_PANEL], ids=["files", "page", "panel"]
)
REACH = 0.01


def words_of(measures: Measures, placed: Placed) -> list[Box]:
    """Return the room of each line of words, in 12 pixels of the font of the page, and a gap."""
    rooms = []
    for way in placed.ways:
        x, y = way.place
        for row, words in enumerate(way.words):
            width = 5.9 * len(words) + 3.0
            left = x - {"left": 0.0, "center": width / 2.0, "right": width}[way.anchor]
            rooms.append(Box(left, y + measures.line * row - 9.0, width, 11.0))
    return rooms


def overlap(one: Box, other: Box) -> bool:
    return (
        one.left < other.right - REACH
        and other.left < one.right - REACH
        and one.top < other.bottom - REACH
        and other.top < one.bottom - REACH
    )


@SIZES
@TABLES
def test_every_transition_has_one_way(measures: Measures, table: tuple[Transition, ...]) -> None:
    placed = placed_statechart(measures, table)
    drawn = [each for way in placed.ways for each in way.transitions]
    assert sorted(drawn, key=repr) == sorted(table, key=repr)
    assert set(placed.boxes) == set(State) == set(STATES)


@SIZES
@TABLES
def test_ways_lead_from_box_to_box(measures: Measures, table: tuple[Transition, ...]) -> None:
    placed = placed_statechart(measures, table)
    for way in placed.ways:
        first = way.transitions[0]
        inside = first.source in PRODUCTION_STATES
        start = placed.boxes[first.source]
        if first.target is State.RETIRED:
            start = placed.production if inside else placed.early
        for (x, y), box in ((way.corners[0], start), (way.corners[-1], placed.boxes[first.target])):
            assert box.left - REACH <= x <= box.right + REACH
            assert box.top - REACH <= y <= box.bottom + REACH


@SIZES
@TABLES
def test_nothing_covers_anything(measures: Measures, table: tuple[Transition, ...]) -> None:
    placed = placed_statechart(measures, table)
    words = words_of(measures, placed)
    assert not any(overlap(one, other) for one, other in combinations(placed.boxes.values(), 2))
    assert not [pair for pair in combinations(words, 2) if overlap(*pair)]
    assert not [room for room in words for box in placed.boxes.values() if overlap(room, box)]
    for room in (*words, *placed.boxes.values(), placed.production):
        assert room.left >= 0.0
        assert room.top >= 0.0
        assert room.right <= placed.size[0]
        assert room.bottom <= placed.size[1]


@SIZES
def test_states_in_production_lie_in_its_frame(measures: Measures) -> None:
    placed = placed_statechart(measures)
    for state, box in placed.boxes.items():
        lies_in = placed.production.left < box.left and box.right < placed.production.right
        assert lies_in is (state in PRODUCTION_STATES)


def test_words_stand_where_there_is_room() -> None:
    for measures in (IN_FILES, ON_PAGE):
        assert all(way.words for way in placed_statechart(measures).ways)
    for way in placed_statechart(IN_PANEL).ways:
        ends = {way.transitions[0].source, way.transitions[0].target}
        assert bool(way.words) is (ends <= set(PRODUCTION_STATES))


def test_a_transition_without_a_way_is_not_forgotten() -> None:
    for source, end in ((State.RETIRED, State.ONLINE), (State.BUILD, State.IDEA)):
        far = Transition(source, Trigger.GOES_LIVE, end, "comes back")
        with pytest.raises(ValueError, match="comes back"):
            placed_statechart(ON_PAGE, (*TRANSITIONS, far))
