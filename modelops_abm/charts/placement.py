"""Where the states of a model and the transitions between them stand in a drawing.

Files, page and Watch draw the same statechart in other sizes. All is placed from the table of
transitions: what comes before production in a column, Online beside it, the other states of
production to the right of Online. Transitions between the same two states share an arrow, with a
line of words for each, and rows are as far apart as their words need. So a transition that is added
to the table appears by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal, NamedTuple

from modelops_abm.charts.figure import Box, Point
from modelops_abm.core.statechart import (
    PRODUCTION_STATES,
    STAGE_OF_STATE,
    TRANSITIONS,
    Stage,
    State,
    Transition,
)

EARLY_STATES = tuple(state for state in State if STAGE_OF_STATE[state] < Stage.PRODUCTION)
"""The states before production, from the idea on."""
_BESIDE = tuple(state for state in PRODUCTION_STATES if state is not State.ONLINE)
_LEVEL = _BESIDE[len(_BESIDE) // 2]  # stands level with Online: its arrows are straight

_ROOM = 6.0  # between an arrow and its words, and around words between two boxes
_BETWEEN_ROWS = 14.0
_LETTERS = 10.0  # height of letters above the line they stand on

type Size = tuple[float, float]
type Pair = tuple[State, State]
type Side = Literal["above", "below", "left", "right"]
type Bundles = dict[Pair, tuple[Transition, ...]]


@dataclass(frozen=True, slots=True)
class Measures:
    """Sizes of a drawing of the statechart, in pixels.

    Attributes
    ----------
    early, online, beside
        Width and height of a box before production (and of Retired), of Online, of the other boxes
        in production.
    to_frame, to_online, to_beside
        From what comes before production to its frame, from there to Online, and from Online to
        the boxes beside it.
    line
        From a line of words to the next.
    margin
        From a frame to the boxes inside.
    left
        Of what stands leftmost.
    top, title
        Above the frames, and from their upper edge to the boxes inside.
    early_frame
        Whether there is a frame before production, too.
    early_words
        Whether there is room for words before production.
    """

    early: Size
    online: Size
    beside: Size
    to_frame: float
    to_online: float
    to_beside: float
    line: float
    margin: float
    left: float
    top: float
    title: float
    early_frame: bool = False
    early_words: bool = True


IN_FILES = Measures(
    early=(180.0, 56.0),
    online=(170.0, 100.0),
    beside=(230.0, 62.0),
    to_frame=112.0,
    to_online=88.0,
    to_beside=282.0,
    line=17.0,
    margin=22.0,
    left=36.0,
    top=26.0,
    title=36.0,
    early_frame=True,
)
"""Of pictures and reports, on a sheet 1,200 wide."""
ON_PAGE = Measures(
    early=(92.0, 30.0),
    online=(84.0, 56.0),
    beside=(108.0, 48.0),
    to_frame=57.0,
    to_online=11.0,
    to_beside=94.0,
    line=15.0,
    margin=8.0,
    left=1.0,
    top=1.0,
    title=8.0,
)
"""Of Understand."""
IN_PANEL = Measures(
    early=(50.0, 26.0),
    online=(78.0, 46.0),
    beside=(104.0, 44.0),
    to_frame=13.0,
    to_online=13.0,
    to_beside=95.0,
    line=13.0,
    margin=7.0,
    left=1.0,
    top=1.0,
    title=5.0,
    early_words=False,
)
"""Of the panel of Watch, where names are short."""


class Way(NamedTuple):
    """An arrow.

    Attributes
    ----------
    transitions
        What it stands for.
    corners
        From where it begins to its tip.
    place, anchor
        Where the first line of its words stands, and how.
    words
        Its lines: one for each thing that happens, from whatever states; none without room.
    """

    transitions: tuple[Transition, ...]
    corners: tuple[Point, ...]
    place: Point
    anchor: Literal["left", "center", "right"]
    words: tuple[str, ...]

    @property
    def tone(self) -> State:
        """The state that it leads into or out of, whose colour it has; Online if into none."""
        for state in (self.transitions[0].target, self.transitions[0].source):
            if state in _BESIDE and self.transitions[0].target is not State.RETIRED:
                return state
        return State.ONLINE


@dataclass(frozen=True, slots=True)
class Placed:
    """A statechart in its place.

    Attributes
    ----------
    size
        Of the whole.
    boxes
        By state.
    production, early
        The frames around the states in production, and before it.
    ways
        All arrows; every transition belongs to one. Retirement, which may come in any state, leaves
        from the frames.
    """

    size: Size
    boxes: dict[State, Box]
    production: Box
    early: Box
    ways: tuple[Way, ...]


@cache
def placed_statechart(
    measures: Measures, transitions: tuple[Transition, ...] = TRANSITIONS
) -> Placed:
    """Return where all of the statechart stands.

    Parameters
    ----------
    measures
        Sizes of the drawing.
    transitions
        The table.

    Raises
    ------
    ValueError
        If a transition leads where the drawing has no way, so that none is forgotten.
    """
    bundles: Bundles = {}
    for each in transitions:
        pair = (each.source, each.target)
        bundles[pair] = (*bundles.get(pair, ()), each)
    retiring = tuple(each for each in transitions if each.target is State.RETIRED)
    boxes, early, production = _boxes(measures, bundles, len({one.words for one in retiring}))
    ways = [
        *_through(measures, bundles, boxes, (early.right + production.left) / 2.0),
        *_to_and_fro(measures, bundles, boxes),
        *_between(measures, bundles, boxes, _BESIDE),
        *_retirements(measures, retiring, boxes, early, production),
    ]
    forgotten = set(transitions) - {each for way in ways for each in way.transitions}
    if forgotten:
        raise ValueError(f"the drawing of the statechart has no way for {forgotten}")
    return Placed((production.right + 1.0, production.bottom + 1.0), boxes, production, early,
                  tuple(ways))  # fmt: skip


# --------------------------------------------------------------------------------------
# Boxes: first how high the rows are, then from left to right.


def _boxes(m: Measures, bundles: Bundles, retiring: int) -> tuple[dict[State, Box], Box, Box]:
    """Return the boxes, and the frames before production and around it."""
    rows, column = _rows(m, bundles), _column(m, bundles)
    # Deployment stands level with Online, as far down as the higher of the two sides needs; then
    # the rows of the other side move up and down until they fill the frame.
    level = m.top + m.title + max(rows[_LEVEL], column[EARLY_STATES[-1]])
    inset = m.margin if m.early_frame else 0.0
    end_of_early = level + m.early[1] / 2.0 + inset
    up, down = rows[_LEVEL], rows[_BESIDE[-1]] - rows[_LEVEL] + _reach(m, bundles, _BESIDE[-1])[1]
    way_out = max(4.0, retiring * m.line) + 4.0 * _ROOM if m.early_words else 3.0 * _ROOM
    bottom = max(level + down + m.margin, end_of_early + way_out + m.early[1])
    stretched = (level - m.top - m.title) / up, (bottom - m.margin - level) / down
    left = m.left + inset
    frame_left = left + m.early[0] + inset + m.to_frame
    online_left = frame_left + m.to_online
    beside_left = online_left + m.online[0] + m.to_beside
    boxes = {
        **{
            state: _box(left, level - column[EARLY_STATES[-1]] + y, m.early)
            for state, y in column.items()
        },
        State.ONLINE: _box(online_left, level, m.online),
        **{
            state: _box(beside_left, level + stretched[away > 0.0] * away, m.beside)
            for state, away in ((state, y - rows[_LEVEL]) for state, y in rows.items())
        },
        State.RETIRED: Box(left, bottom - m.early[1], *m.early),
    }
    frame_right = beside_left + m.beside[0] + m.margin
    early = Box(left - inset, m.top, m.early[0] + 2.0 * inset, end_of_early - m.top)
    return boxes, early, Box(frame_left, m.top, frame_right - frame_left, bottom - m.top)


def _box(left: float, centre: float, size: Size) -> Box:
    return Box(left, centre - size[1] / 2.0, *size)


def _rows(m: Measures, bundles: Bundles) -> dict[State, float]:
    """Return the middles of the boxes beside Online, from the upper edge of the first row."""
    rows: dict[State, float] = {}
    y = 0.0
    for place, state in enumerate(_BESIDE):
        if place:
            between = _both(_BESIDE[place - 1], state)
            lines = max(len(bundles.get(pair, ())) for pair in between)
            y += max(_BETWEEN_ROWS, lines * m.line + 2.0 * _ROOM if lines else 0.0)
        up, down = _reach(m, bundles, state)
        rows[state] = y + up
        y += up + down
    return rows


def _reach(m: Measures, bundles: Bundles, state: State) -> tuple[float, float]:
    """Return how far a row goes up and down from its middle, with the words at its arrows."""
    there, back = (len(bundles.get(pair, ())) for pair in _both(State.ONLINE, state))
    half = (m.online[1] if state is _LEVEL else m.beside[1]) / 2.0
    up = _apart(m) + _ROOM + (there - 1) * m.line + _LETTERS
    return max(half, up), max(half, _apart(m) + back * m.line + 2.0)


def _apart(m: Measures) -> float:
    """Return how far the arrows to and from a box are from its middle."""
    return 0.22 * m.beside[1]


def _column(m: Measures, bundles: Bundles) -> dict[State, float]:
    """Return the middles of the boxes before production, from the upper edge of the first."""
    column = {EARLY_STATES[0]: m.early[1] / 2.0}
    for before, state in pairwise(EARLY_STATES):
        lines = max(len(bundles.get(pair, ())) for pair in _both(before, state))
        words = lines * m.line if m.early_words else 0.0
        column[state] = column[before] + m.early[1] + max(2.5 * _ROOM, words + 2.0 * _ROOM)
    return column


def _both(one: State, other: State) -> tuple[Pair, Pair]:
    return (one, other), (other, one)


# --------------------------------------------------------------------------------------
# Ways: before production, to Online and back, between the boxes beside it, and to retirement.


def _through(m: Measures, bundles: Bundles, boxes: dict[State, Box], middle: float) -> list[Way]:
    """Return the ways up to Online; the words of the last stand between the frames."""
    last = EARLY_STATES[-1]
    live = bundles.get((last, State.ONLINE), ())
    y = boxes[State.ONLINE].centre
    corners = ((boxes[last].right, y), (boxes[State.ONLINE].left, y))
    return [
        *_between(m, bundles, boxes, EARLY_STATES),
        *([_way(m, live, corners, (middle, y), "above")] if live else []),
    ]


def _between(
    m: Measures, bundles: Bundles, boxes: dict[State, Box], states: tuple[State, ...]
) -> list[Way]:
    """Return the ways between boxes that stand one below the other; there is room for one each."""
    ways = []
    for upper, lower in pairwise(states):
        down, up = (bundles.get(pair, ()) for pair in _both(upper, lower))
        if down or up:
            x = boxes[upper].middle
            corners = ((x, boxes[upper].bottom), (x, boxes[lower].top))
            middle = (x, _words_between(m, bundles, boxes, upper, lower))
            # In production the words stand where no other arrow is; before it, towards the frame.
            side: Side = "right" if upper in EARLY_STATES else "left"
            ways.append(_way(m, down or up, corners if down else corners[::-1], middle, side))
    return ways


def _words_between(
    m: Measures, bundles: Bundles, boxes: dict[State, Box], upper: State, lower: State
) -> float:
    """Return the height in the middle between two rows, words at their arrows counted to them."""
    if upper in EARLY_STATES:
        return (boxes[upper].bottom + boxes[lower].top) / 2.0
    from_row = boxes[upper].centre + _reach(m, bundles, upper)[1]
    return (from_row + boxes[lower].centre - _reach(m, bundles, lower)[0]) / 2.0


def _to_and_fro(m: Measures, bundles: Bundles, boxes: dict[State, Box]) -> list[Way]:
    """Return the ways from Online to the boxes beside it, and back."""
    level = _BESIDE.index(_LEVEL)
    # Arrows that turn a corner leave Online side by side, the outermost leftmost: none cross.
    outer = [
        [pair for state in _BESIDE[:level] for pair in _both(State.ONLINE, state)],
        [pair for state in _BESIDE[:level:-1] for pair in _both(state, State.ONLINE)],
    ]
    ways = []
    for pairs in outer:
        taken = [pair for pair in pairs if pair in bundles]
        for place, pair in enumerate(taken, start=1):
            x = boxes[State.ONLINE].left + m.online[0] * place / (len(taken) + 1.0)
            ways.append(_arrow(m, bundles, boxes, pair, x))
    straight = [pair for pair in _both(State.ONLINE, _LEVEL) if pair in bundles]
    return [*ways, *(_arrow(m, bundles, boxes, pair, None) for pair in straight)]


def _arrow(
    m: Measures, bundles: Bundles, boxes: dict[State, Box], pair: Pair, x: float | None
) -> Way:
    """Return the way out of Online, or back, straight or round a corner at `x`."""
    online, bundle = boxes[State.ONLINE], bundles[pair]
    is_out = pair[0] is State.ONLINE
    box = boxes[pair[1] if is_out else pair[0]]
    y = box.centre + (-1.0 if is_out else 1.0) * _apart(m)
    end = (box.left, y)
    if x is None:
        corners: tuple[Point, ...] = ((online.right, y), end)
    else:
        leave = online.top if y < online.top else online.bottom
        corners = ((x, leave), (x, y), end)
    middle = (corners[-2][0] + end[0]) / 2.0
    if is_out:
        return _way(m, bundle, corners, (middle, y), "above")
    return _way(m, bundle, corners[::-1], (middle, y), "below")


def _retirements(
    m: Measures, retiring: tuple[Transition, ...], boxes: dict[State, Box], early: Box,
    production: Box,
) -> list[Way]:  # fmt: skip
    box = boxes[State.RETIRED]
    late = tuple(each for each in retiring if each.source in PRODUCTION_STATES)
    before = tuple(each for each in retiring if each.source not in PRODUCTION_STATES)
    down = ((box.middle, early.bottom), (box.middle, box.top))
    across = ((production.left, box.centre), (box.right, box.centre))
    centre, middle = (early.bottom + box.top) / 2.0, (early.right + production.left) / 2.0
    return [
        *([_way(m, before, down, (box.middle, centre), "right")] if before else []),
        *([_way(m, late, across, (middle, box.centre), "above")] if late else []),
    ]


def _way(
    m: Measures,
    transitions: tuple[Transition, ...],
    corners: tuple[Point, ...],
    middle: Point,
    side: Side,
) -> Way:
    """Return an arrow with its words on one side of a point of it."""
    words = tuple(dict.fromkeys(each.words for each in transitions))
    (x, y), more = middle, (len(words) - 1) * m.line
    if side in ("above", "below"):
        place = (x, y - _ROOM - more if side == "above" else y + m.line)
        return Way(
            transitions, corners, place, "center", words if _has_room(m, transitions) else ()
        )
    place = (x + _ROOM if side == "right" else x - _ROOM, y - more / 2.0 + 4.0)
    anchor: Literal["left", "right"] = "left" if side == "right" else "right"
    return Way(transitions, corners, place, anchor, words if _has_room(m, transitions) else ())


def _has_room(m: Measures, transitions: tuple[Transition, ...]) -> bool:
    inside = (each.source in PRODUCTION_STATES and each.target in PRODUCTION_STATES
              for each in transitions)  # fmt: skip
    return m.early_words or all(inside)
