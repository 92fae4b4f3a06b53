"""Where things stand in the card of an organisation: boxes, and places for tokens in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from modelops_abm.charts.figure import Box

# In pixels. With less room than the narrowest the card scrolls from side to side.
NARROWEST, WIDEST = 650, 1600
HEIGHT = 302
ROW = 32
"""Height of a task in a box."""
HEADING = 30
"""Height of a box's heading."""
_NARROW = 960
"""Below this width words are shorter and gaps smaller."""
_TOP_HEIGHT = 144
_LOWER_TOP = 178
# Size of a token, and from one to the next: from a number that can be read to a dot with a shape.
_SIZES = ((26, 34), (24, 28), (22, 25), (16, 19), (12, 15), (9, 11), (6, 8))
SMALLEST_NUMBERED = 22
"""Tokens smaller than this have no numbers."""


@dataclass(frozen=True, slots=True)
class Places:
    """The boxes of the card of an organisation.

    Attributes
    ----------
    backlog, build, deployment, production, retired
        The way of a model; production is a frame around all in production.
    online, repair, retraining
        Where the tokens of models in production are.
    capabilities
        The work on capabilities.
    narrow
        Whether there is room for short words only.
    """

    backlog: Box
    build: Box
    deployment: Box
    production: Box
    retired: Box
    online: Box
    repair: Box
    retraining: Box
    capabilities: Box
    narrow: bool


@lru_cache(maxsize=64)
def places(width: int) -> Places:
    """Return the boxes of the card of an organisation.

    Parameters
    ----------
    width
        Of the card inside its padding, in pixels; taken as `NARROWEST` or `WIDEST` if outside.
    """
    # Five columns with gaps for the arrows; production, the fourth, takes what the others leave.
    whole = min(max(width, NARROWEST), WIDEST)
    narrow = whole < _NARROW
    gap = 18 if narrow else 30
    free = whole - 4 * gap
    shares = (0.15, 0.15, 0.145, 0.09) if narrow else (0.155, 0.18, 0.125, 0.08)
    backlog, build, deployment, retired = (free * share for share in shares)
    columns = [backlog, build, deployment, free * (1 - sum(shares)), retired]
    lefts = [sum(columns[:place]) + gap * place for place in range(len(columns))]
    tops = [
        Box(left, 0, column, HEIGHT if place == 3 else _TOP_HEIGHT)
        for place, (left, column) in enumerate(zip(lefts, columns, strict=True))
    ]
    frame = tops[3]
    # Repair has the longer words.
    inner, repair = frame.left + 12, (frame.width - 36) * (0.55 if narrow else 0.5)
    lower = HEIGHT - _LOWER_TOP
    return Places(
        backlog=tops[0],
        build=tops[1],
        deployment=tops[2],
        production=frame,
        retired=tops[4],
        online=Box(frame.left + 14, 36, frame.width - 24, 98),
        repair=Box(inner, _LOWER_TOP - 12, repair, lower),
        retraining=Box(inner + repair + 12, _LOWER_TOP - 12, frame.width - 36 - repair, lower),
        capabilities=Box(0, _LOWER_TOP - 12, tops[2].right, HEIGHT - _LOWER_TOP + 12),
        narrow=narrow,
    )


@dataclass(frozen=True, slots=True)
class Grid:
    """Places for tokens in rows.

    Attributes
    ----------
    box
        Where.
    size, pitch
        Of a token, and from one to the next, in pixels.
    columns, capacity
        Places in a row and in all.
    across
        Tokens side by side that a place has room for.
    """

    box: Box
    size: int
    pitch: int
    columns: int
    capacity: int
    across: int = 1

    def __iter__(self) -> Iterator[tuple[float, float]]:
        """Yield the left upper corners, row by row."""
        return map(self.corner, range(self.capacity))

    def corner(self, place: int) -> tuple[float, float]:
        """Return the left upper corner of a place."""
        row, column = divmod(place, self.columns)
        return self.box.left + column * self.across * self.pitch, self.box.top + row * self.pitch

    def starts(self, lengths: Sequence[int]) -> list[int]:
        """Return where things begin that take some places in a row each, none across two rows."""
        starts, place = [], 0  # a person and a token that belong together stay in one row
        for length in lengths:
            room = self.columns - place % self.columns
            if room < min(length, self.columns):
                place += room
            starts.append(place)
            place += length
        return starts

    @property
    def numbered(self) -> bool:
        """Whether the tokens are large enough for a number."""
        return self.size >= SMALLEST_NUMBERED


def grid(box: Box, count: int, *, largest: int = _SIZES[0][0], across: int = 1) -> Grid:
    """Return the grid with the largest tokens of which `count` find a place in a box.

    If none is small enough, it is the one with the smallest; then some find no place.

    Parameters
    ----------
    box, count
        Where, and for how many.
    largest
        Size that no token exceeds, in pixels.
    across
        Tokens that a place has room for, side by side.
    """
    for fitting in grids(box, largest=largest, across=across):
        if fitting.capacity >= count:
            break
    return fitting


def grids(box: Box, *, largest: int = _SIZES[0][0], across: int = 1) -> Iterator[Grid]:
    """Yield the grids of a box, that with the largest tokens first; parameters as of `grid`."""
    for size, pitch in _SIZES:
        if size <= largest:
            spare = pitch - size
            columns = max(1, int((box.width + spare) // (pitch * across)))
            rows = max(1, int((box.height + spare) // pitch))
            yield Grid(box, size, pitch, columns, columns * rows, across)
