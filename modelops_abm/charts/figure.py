"""What a figure is: its data, what they say, and the same as a table; not how it is drawn.

The grammar is a small one, after Wilkinson's: a figure has parts, one below the other or side by
side; a part is a panel of layers over two axes, a list of rows, cells, key figures, or a diagram.
Values are in the units of their axes, colours are names of the palette. Renderers turn a
figure into a picture: `charts.echarts` on the page, `charts.svg` in the report, and
`charts.matplotlib` in files.
"""

from __future__ import annotations

import importlib
import math
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.charts.palette import Colour

type Stroke = Literal["solid", "dashed", "dotted"]

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
# Part of the range that is left free at either end: lines must not touch the frame.
_ROOM = 0.03
# Up to two months a time axis counts days: "month 1, month 2" would say little of a short run.
_SHORT_DAYS = 62
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240)
_DAY_STEPS = (1, 2, 5, 10, 20)
_MOST_STEPS = 8


class Change(NamedTuple):
    """What changes at a place of a time axis, in words, and the short label that stands there."""

    at: float
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Axis:
    """A range of values with the numbers that stand along it.

    Attributes
    ----------
    low, high
        Its ends.
    ticks, labels
        Where something stands, and what.
    extent
        What it was made to show; the ends are as far apart or farther.
    steps, signed, whole
        How it was made; see `value_axis`.
    changes
        Of a time axis: what changes in its course. A thin line across marks each.
    """

    low: float
    high: float
    ticks: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    extent: tuple[float, float] = (math.nan, math.nan)
    steps: int = 4
    signed: bool = False
    whole: bool = False
    changes: tuple[Change, ...] = ()

    def holding(self, low: float, high: float) -> Axis:
        """Return the axis that shows another range as well."""
        both = min(self.extent[0], low), max(self.extent[1], high)
        return value_axis(both, steps=self.steps, signed=self.signed, whole=self.whole)

    def thinned(self, most: int) -> Axis:
        """Return the axis with so many numbers at most, every second, third ... of them."""
        every = max(1, math.ceil((len(self.ticks) - 1) / max(most - 1, 1)))
        keep = slice(None, None, every)
        return replace(self, ticks=self.ticks[keep], labels=_kept_unit(self.labels, keep))

    def share(self, value: float) -> float:
        """Return where a value is, from 0 at the low end to 1 at the high one."""
        return (value - self.low) / (self.high - self.low)

    def tags(self, apart: float) -> list[tuple[float, str]]:
        """Return where labels of changes stand, and what they say.

        Changes that are less apart than this share of the axis have one label: B–D.
        """
        groups: list[list[Change]] = []
        for change in self.changes:
            near = groups and self.share(change.at) - self.share(groups[-1][-1].at) < apart
            groups[-1].append(change) if near else groups.append([change])
        return [
            (
                (group[0].at + group[-1].at) / 2.0,
                "–".join(dict.fromkeys((group[0].label, group[-1].label))),
            )
            for group in groups
        ]


def _kept_unit(labels: tuple[str, ...], keep: slice) -> tuple[str, ...]:
    """Return some of the labels; the last of them has the unit that the last of all has."""
    kept = labels[keep]
    unit = labels[-1].rpartition(" ")[0] if labels else ""
    if not kept or not unit or kept[-1].startswith(unit):
        return kept
    return (*kept[:-1], f"{unit} {kept[-1]}")


def round_numbers(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """Return round numbers at equal distances between two others, at most so many steps apart.

    >>> round_numbers(-0.3, 2.2, 4)
    [0.0, 1.0, 2.0]
    """
    # Candidates rise from a hundredth of the range to more than it; the last of `_ROUND` is left
    # out, being the first of the next power of ten.
    steps = [part * 10.0**power for power in _powers(high - low) for part in _ROUND[:-1]]
    if whole:
        steps = [step for step in steps if step >= 1.0 and step == round(step)] or [1.0]
    coarsest = next((place for place, step in enumerate(steps) if (high - low) / step <= most), -1)
    # The coarsest step may have less than two of its multiples in the range: take a finer one.
    for step in reversed(steps[: coarsest + 1] if coarsest >= 0 else steps):
        # A bound that is a multiple itself must not be lost to the rounding of the division.
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last > first:
            return [step * place if place else 0.0 for place in range(first, last + 1)]
    return [round(low)] if whole else [low]


def _powers(width: float) -> range:
    power = math.floor(math.log10(width)) if width > 0.0 else 0
    return range(power - 2, power + 2)


def in_plain_numbers(ticks: Sequence[float], *, signed: bool = False) -> tuple[str, ...]:
    """Return numbers at equal distances with the digits that tell them apart."""
    step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else 1.0
    digits = next((digits for digits in range(7) if abs(step - round(step, digits)) < 1e-9), 6)
    return tuple(
        formats.number(tick, digits, signed=signed) if abs(tick) > step / 1e3 else "0"
        for tick in ticks
    )


_SHORTEST = float(np.finfo(float).tiny)
"""Length of an axis below which its steps cannot be told from zero."""


def value_axis(
    values: ArrayLike, *, steps: int = 4, signed: bool = False, whole: bool = False
) -> Axis:
    """Return an axis that shows values, with numbers at about so many steps.

    Parameters
    ----------
    values
        Numbers, of any shape; those that do not exist (NaN) are left out.
    steps
        How many steps there are between its numbers at most.
    signed
        Whether they have a plus.
    whole
        Whether they are whole.
    """
    known = np.asarray(values, dtype=float).ravel()
    known = known[np.isfinite(known)]
    extent = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    low, high = extent
    if high - low < _SHORTEST:
        low, high = min(low, 0.0), max(high, 0.0)
        high = high if high - low >= _SHORTEST else low + 1.0
    room = _ROOM * (high - low)
    # An axis that begins at zero stays there: bars stand on it.
    low, high = low - room if low else low, high + room
    ticks = round_numbers(low, high, steps, whole=whole)
    labels = in_plain_numbers(ticks, signed=signed)
    return Axis(low, high, tuple(ticks), labels, extent, steps, signed, whole)


def share_axis() -> Axis:
    """Return an axis from 0 to 100 %."""
    ticks = (0.0, 25.0, 50.0, 75.0, 100.0)
    return Axis(0.0, 100.0, ticks, in_plain_numbers(ticks), (0.0, 100.0))


def months(days: ArrayLike) -> Floats:
    """Return days in months, the unit along time axes."""
    return np.asarray(days, dtype=float) / formats.MONTH_DAYS


def letter(place: int) -> str:
    """Return the label of something in a row: A to Z, AA, AB ...

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    before, own = divmod(place, len(string.ascii_uppercase))
    return (letter(before - 1) if before else "") + string.ascii_uppercase[own]


def time_axis(horizon_days: int, changes: Sequence[tuple[float, str]] = ()) -> Axis:
    """Return the axis of a run in months; the last label has the unit, days if it is short.

    Parameters
    ----------
    horizon_days
        Length of the run.
    changes
        Days on which something changes, in order, and what; lettered, as months are numbers.
    """
    is_short = horizon_days <= _SHORT_DAYS
    size = 1.0 if is_short else formats.MONTH_DAYS
    end = horizon_days / size
    steps = _DAY_STEPS if is_short else _MONTH_STEPS
    step = next((step for step in steps if end / step <= _MOST_STEPS), steps[-1])
    numbers = range(0, math.floor(end + 1e-9) + 1, step)
    labels = [formats.number(number) for number in numbers]
    labels[-1] = f"{'day' if is_short else 'month'} {labels[-1]}"
    # Whatever the words count, places are in months: layers of a panel need not know how long it
    # is.
    ticks = tuple(number * size / formats.MONTH_DAYS for number in numbers)
    marks = tuple(
        Change(day / formats.MONTH_DAYS, letter(place), f"day {formats.number(day)}, {words}")
        for place, (day, words) in enumerate(changes)
    )
    return Axis(0.0, horizon_days / formats.MONTH_DAYS, ticks, tuple(labels), changes=marks)


@dataclass(frozen=True, slots=True)
class Line:
    """A line, through points or in steps.

    Attributes
    ----------
    name
        Unlike all others of its panel.
    x, y
        Points; in steps ``x`` are the edges of the bins, one more than there are values.
    colour, width
        How it looks; the width in pixels.
    stroke
        Solid, dashed or dotted.
    label, note
        Words at its end, and smaller ones below.
    """

    name: str
    x: Floats
    y: Floats
    colour: Colour
    width: float = 2.0
    stroke: Stroke = "solid"
    label: str = ""
    note: str = ""

    @property
    def is_steps(self) -> bool:
        """Whether it is drawn in steps."""
        return len(self.x) == len(self.y) + 1


@dataclass(frozen=True, slots=True)
class Band:
    """The area between two lines, through points or in steps like those of `Line`.

    Attributes
    ----------
    is_part
        Whether it lies on another one, from which a thin line parts it.
    label, label_colour
        Words at its end, in the middle between the lines.
    is_hatched
        Whether it is hatched: what nobody knows is in it, beside chance.
    """

    name: str
    x: Floats
    low: Floats
    high: Floats
    colour: Colour
    label: str = ""
    label_colour: Colour = "ink-3"
    is_part: bool = False
    is_hatched: bool = False

    @property
    def is_steps(self) -> bool:
        """Whether it is drawn in steps."""
        return len(self.x) == len(self.low) + 1


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar for each bin.

    Attributes
    ----------
    edges
        Of the bins, one more than there are bars.
    low, high
        Ends of each bar.
    colours
        Of each bar, or one for all.
    label, label_colour
        Words at their end.
    """

    name: str
    edges: Floats
    low: Floats
    high: Floats
    colours: tuple[Colour, ...]
    label: str = ""
    label_colour: Colour = "ink-3"


@dataclass(frozen=True, slots=True)
class Dot:
    """A place with its interval and words.

    Attributes
    ----------
    half_width
        Half the height of its interval.
    shape
        What marks it; with none, its words stand at the place itself.
    words, note
        What it is, and smaller words below.
    is_strong
        Whether the words are bold.
    """

    name: str
    x: float
    y: float
    colour: Colour = "plan"
    half_width: float = 0.0
    shape: Literal["disc", "diamond", "ring", "none"] = "disc"
    words: str = ""
    note: str = ""
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    """An upright mark at zero with words on top; nothing if it is nowhere."""

    name: str
    x: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Span:
    """An interval along the horizontal axis, above all else, with words beside it."""

    low: float
    middle: float
    high: float
    words: str


type Layer = Line | Band | Bars | Dot | Flag | Span


class KeyRow(NamedTuple):
    """What an area stands for: its name, colour, the height where it ends, and its numbers."""

    name: str
    words: str
    colour: Colour
    at: float
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """Names of areas at their right ends, with columns of numbers."""

    heads: tuple[str, ...]
    """Of the columns; the first is that of the plan, or the one to read."""
    rows: tuple[KeyRow, ...]
    """From the bottom up."""

    @property
    def middles(self) -> list[float]:
        """The middles of the areas, from the top down."""
        lower = [0.0, *(row.at for row in self.rows[:-1])]
        pairs = zip(lower, self.rows, strict=True)
        return [(low + row.at) / 2.0 for low, row in pairs][::-1]


@dataclass(frozen=True, slots=True)
class Panel:
    """Layers over two axes.

    Attributes
    ----------
    title, unit
        What is up the vertical axis; empty if the figure's own words say it.
    x, y
        The axes.
    layers
        From the back to the front.
    key
        What the areas stand for, if their labels do not say it.
    texts
        Exact values for each point of the lines.
    height
        In pixels in a file; elsewhere panels share their place in this proportion.
    x_title
        What is along the horizontal axis, where it is not time.
    """

    title: str
    unit: str
    x: Axis
    y: Axis
    layers: tuple[Layer, ...]
    key: Key | None = None
    texts: tuple[str, ...] = ()
    height: float = 220.0
    x_title: str = ""


class Bar(NamedTuple):
    """A bar along a row from one value to another."""

    start: float
    end: float
    colour: Colour
    thickness: float = 0.55
    """As part of the height of the row."""
    is_outline: bool = False
    """Whether it is a dashed outline, as the baseline has it."""


class Mark(NamedTuple):
    """A value along a row with its interval, NaN for none."""

    value: float
    low: float = math.nan
    high: float = math.nan
    colour: Colour = "plan"
    offset: float = 0.0
    """How far below the middle of its row it lies, in heights of a row."""
    is_small: bool = False
    """Whether it is drawn small, so that several have room in a row."""


class Ribbon(NamedTuple):
    """A bar whose thickness changes along it, from 0 to 1, and where it begins."""

    x: Floats
    thickness: Floats
    start: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list."""

    label: str
    """What it is about."""
    marks: tuple[Bar | Mark | Ribbon, ...]
    """From the back to the front."""
    cells: tuple[str, ...] = ()
    """Its values in words, one for each head of the list."""
    is_strong: bool = False
    """Whether the label is bold."""
    inside: str = ""
    """Words at the left end of the row, if there is room."""
    tone: Colour = ""
    """Colour of the first cell."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Labelled rows along one axis.

    Attributes
    ----------
    title, unit
        What the axis shows.
    rows
        From the top down.
    axis
        The common axis; one without numbers is not drawn.
    heads
        Of the cells, with the colours of the words; empty for none.
    is_joined
        Whether a line joins the end of each bar to the next one.
    height
        Of a row, in pixels.
    total
        A last row of words under a line.
    flag
        An upright line through all rows with words on top: where, and what.
    """

    title: str
    unit: str
    rows: tuple[Row, ...]
    axis: Axis
    heads: tuple[tuple[str, Colour], ...] = ()
    is_joined: bool = False
    height: float = 34.0
    total: Row | None = None
    flag: tuple[float, str] | None = None


class Cell(NamedTuple):
    """A cell: its first line, a second one, its colour, and whether the first is bold."""

    words: str
    note: str = ""
    colour: Colour = ""
    is_strong: bool = False
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Cells:
    """A table of coloured cells.

    Attributes
    ----------
    across, down
        Titles of columns and rows; empty for none.
    heads
        Of the columns; none if the cells say it.
    rows
        Label of each row, whether it is bold, and its cells, None where there is none.
    height
        Of a row, in pixels.
    widest, label_width
        Width of a cell at most, and of the labels of rows, in pixels.
    """

    across: str
    down: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, bool, tuple[Cell | None, ...]], ...]
    height: float = 46.0
    widest: float = 150.0
    label_width: float = 190.0


class Number(NamedTuple):
    """A key figure: what it is, its value, the baseline's beside it, and the change."""

    words: str
    value: str
    versus: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Key figures side by side."""

    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, in pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    @property
    def middle(self) -> float:
        """Its middle from left to right."""
        return self.left + self.width / 2.0

    @property
    def centre(self) -> float:
        """Its middle from top to bottom."""
        return self.top + self.height / 2.0


type Point = tuple[float, float]


class Frame(NamedTuple):
    """A box with round corners."""

    box: Box
    fill: Colour = "raised"
    edge: Colour = "hairline"
    width: float = 1.3


class Arrow(NamedTuple):
    """An arrow along corners, which are rounded."""

    corners: tuple[Point, ...]
    colour: Colour = "control"


class Words(NamedTuple):
    """Words at a place of a diagram: left of it, right of it or around it."""

    x: float
    y: float
    text: str
    size: float = 12.0
    colour: Colour = "ink-2"
    is_strong: bool = False
    anchor: Literal["left", "center", "right"] = "left"
    is_centred: bool = False


class Badge(NamedTuple):
    """A small label, its right edge and middle given."""

    right: float
    centre: float
    text: str


class Disc(NamedTuple):
    """A dot from which something begins."""

    x: float
    y: float


class Block(NamedTuple):
    """A filled rectangle."""

    box: Box
    colour: Colour


@dataclass(frozen=True, slots=True)
class Diagram:
    """Boxes, arrows and words, in pixels of a sheet that is 1,200 wide."""

    height: float
    """Of the drawing."""
    shapes: tuple[Frame | Arrow | Words | Badge | Disc | Block, ...]
    """From the back to the front."""


type Part = Panel | Rows | Cells | Numbers | Diagram


class Table(NamedTuple):
    """The same as a figure in words, for who cannot or would not see it.

    Attributes
    ----------
    caption
        What it shows, with units.
    columns
        Headings, that of the rows first.
    rows
        Cells, the row's name first.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, repr=False)
class Figure:
    """Data, what they say, and the same as a table.

    Attributes
    ----------
    finding
        What the data say, in a sentence made from them.
    parts
        Rows of parts, from the top down and from left to right.
    title, unit
        What is shown, in few words.
    shows
        How to read it, in sentences.
    source
        What makes it repeatable.
    table
        Makes the same as a table; without it `as_table` lists the parts.
    """

    finding: str
    parts: tuple[tuple[Part, ...], ...]
    title: str = ""
    unit: str = ""
    shows: str = ""
    source: str = ""
    # Not compared: figures of the same data are equal, though each has a function of its own.
    table: Callable[[], Table] | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        """Return what it says; the data would fill pages."""
        return f"<Figure: {self.finding}>"

    @property
    def words(self) -> str:
        """What it shows in words: its text alternative."""
        return f"{self.finding.rstrip('.')}. {self.explained}".rstrip()

    @property
    def explained(self) -> str:
        """How to read it, and what the lines of changes stand for."""
        return f"{self.shows} {self.legend_of_changes}".strip()

    @property
    def legend_of_changes(self) -> str:
        """What changes on the way, by the labels of the lines; empty if nothing does."""
        axes = (_time_axis_of(part) for row in self.parts for part in row)
        changes = next((axis.changes for axis in axes if axis is not None and axis.changes), ())
        if not changes:
            return ""
        lines = "; ".join(f"{each.label} {each.words}" for each in changes)
        return f"Dashed upright lines are changes: {lines}."

    def as_table(self) -> Table:
        """Return the same as a table."""
        if self.table is not None:
            return self.table()
        rows = [row for parts in self.parts for part in parts for row in _listed(part)]
        return Table(self.title, ("What", "Value"), rows)

    @property
    def panels(self) -> tuple[Panel, ...]:
        """Its panels."""
        return tuple(part for row in self.parts for part in row if isinstance(part, Panel))

    @property
    def extents(self) -> tuple[tuple[float, float], ...]:
        """What the value axes of its panels were made to show."""
        return tuple(panel.y.extent for panel in self.panels)

    def holding(self, extents: Sequence[tuple[float, float]]) -> Self:
        """Return the figure with value axes that show other ranges as well, one for each panel."""
        wider = iter(extents)
        return replace(
            self,
            parts=tuple(
                tuple(
                    replace(part, y=part.y.holding(*next(wider)))
                    if isinstance(part, Panel)
                    else part
                    for part in row
                )
                for row in self.parts
            ),
        )

    def _repr_png_(self) -> bytes:
        """Return the picture for a notebook, which shows it below the cell."""
        # By its name: the renderer imports what it draws, and nobody who only reads data pays.
        renderer = importlib.import_module("modelops_abm.charts.matplotlib")
        image: bytes = renderer.png(self, dots_per_inch=100)
        return image


def _time_axis_of(part: Part) -> Axis | None:
    match part:
        case Panel():
            return part.x
        case Rows():
            return part.axis
        case _:
            return None


def _listed(part: Part) -> list[tuple[str, str]]:
    """Return what a part shows as names and values."""
    match part:
        case Panel():
            ends = [_end(layer) for layer in part.layers]
            named = [(f"{part.title}: {name}", value) for name, value in filter(None, ends)]
            return [(f"{part.title}, {part.unit}".removesuffix(", "), ""), *named]
        case Rows():
            return [(row.label, " ".join(row.cells)) for row in part.rows]
        case Cells():
            return [
                (
                    f"{label}, {part.heads[place]}" if part.heads else label,
                    f"{cell.words} {cell.note}",
                )
                for label, _, cells in part.rows
                for place, cell in enumerate(cells)
                if cell is not None
            ]
        case Numbers():
            return [(each.words, f"{each.value} {each.versus}") for each in part.numbers]
        case _:
            return [(shape.text, "") for shape in part.shapes if isinstance(shape, Words)]


def _end(layer: Layer) -> tuple[str, str] | None:
    """Return the name of a layer and its last value; None if it has none."""
    match layer:
        case Line() if len(layer.y):
            return layer.name, f"{layer.y[-1]:.4g}"
        case Band() | Bars() if len(layer.high):
            return layer.name, f"{layer.high[-1] - layer.low[-1]:.4g}"
        case Dot():
            return (
                layer.words or layer.name,
                f"{layer.x:.4g}: {layer.y:.4g} ±{layer.half_width:.2g}",
            )
        case _:
            return None


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return places at least a gap apart, in the same order and as near as may be to the old.

    Parameters
    ----------
    places
        Where labels would like to be.
    gap
        The least distance between neighbours.
    low, high
        Where they should stay between, if there is room.

    Examples
    --------
    >>> spread([10.0, 12.0, 50.0], 10.0, 0.0, 60.0)
    [6.0, 16.0, 50.0]
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    # Groups of labels that touch are moved as one, to where their members would like to be on
    # average (the pool-adjacent-violators algorithm for isotonic regression).
    groups: list[tuple[float, list[int]]] = []
    for index in order:
        groups.append((max(low, min(places[index], high)), [index]))
        while len(groups) > 1 and _touch(groups[-2], groups[-1], gap):
            last, before = groups.pop(), groups.pop()
            groups.append(_merged(before, last, low, high, gap))
    result = [0.0] * len(places)
    for centre, members in groups:
        start = centre - gap * (len(members) - 1) / 2.0
        for offset, index in enumerate(members):
            result[index] = start + gap * offset
    return result


def _touch(upper: tuple[float, list[int]], lower: tuple[float, list[int]], gap: float) -> bool:
    needed = gap * (len(upper[1]) + len(lower[1])) / 2.0
    return lower[0] - upper[0] < needed - 1e-9


def _merged(
    upper: tuple[float, list[int]],
    lower: tuple[float, list[int]],
    low: float,
    high: float,
    gap: float,
) -> tuple[float, list[int]]:
    members = upper[1] + lower[1]
    centre = (upper[0] * len(upper[1]) + lower[0] * len(lower[1])) / len(members)
    half = gap * (len(members) - 1) / 2.0
    return max(min(centre, high - half), low + half), members
