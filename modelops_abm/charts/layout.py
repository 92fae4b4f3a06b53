"""Where everything of a figure stands on a sheet: plain shapes in pixels from the top left.

Panels below each other that share their horizontal axis are aligned, and only the last of them has
its numbers. Labels at the ends of lines are spread until none lies on another. What has no
renderer of its own needs nothing but the shapes: files (`charts.matplotlib`) and report
(`charts.svg`) draw the same sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import numpy as np

from modelops_abm.arrays import Floats
from modelops_abm.charts.figure import (
    Arrow,
    Axis,
    Badge,
    Band,
    Bar,
    Bars,
    Block,
    Box,
    Cell,
    Cells,
    Diagram,
    Disc,
    Dot,
    Figure,
    Flag,
    Frame,
    Key,
    Line,
    Mark,
    Numbers,
    Panel,
    Part,
    Point,
    Ribbon,
    Row,
    Rows,
    Span,
    Stroke,
    Words,
    spread,
)
from modelops_abm.charts.palette import Colour

type Anchor = Literal["left", "center", "right"]

WIDTH, MARGIN = 1200.0, 36.0
"""Of the sheet of a file, in pixels of 1/100 inch."""
FONT = "DejaVu Sans"
"""Its widths are measured; the font of the page is no wider."""
POINTS = 0.72
"""Points in a pixel of 1/100 inch."""
LABEL, HEADING, SMALL = 12.0, 13.0, 11.0
# Pixels, tried out on sheets of 1,200. Letters and lines of the finding and of what is below it;
# then the edges of the sheet; then the room above a part for its heading, below one without and one
# with numbers along its axis, and between two parts; then the room left of a plot for its numbers,
# between plots side by side, before a label, between two labels, and down to its note.
_TITLE, _TITLE_LINE, _SHOWS, _SHOWS_LINE = 21.0, 29.0, 14.0, 20.0
_TOP, _BELOW_HEADER, _FOOTER = 30.0, 22.0, 44.0
_ABOVE, _BELOW, _LABELLED, _BETWEEN = 30.0, 14.0, 36.0, 18.0
_TICKS, _GAP, _AFTER, _LABEL_GAP, _NOTE = 48.0, 40.0, 12.0, 16.0, 14.0
# A number along the axis with its unit, "month 36", and air on either side.
_TICK_ROOM = 62.0
# Letters of changes, and from one to the next.
_TAG_SIZE, _TAG = 9.0, 14.0
_LEAST_ROOM = 30.0
"""For half of the last label along the axis."""
# Narrower bars touch: a gap and an edge would leave little of them, and look like a pattern.
_NARROWEST_BAR = 9.0
_WIDEST_LABEL, _WIDEST_WORDS = 420.0, 330.0


class Polyline(NamedTuple):
    """A line through points."""

    points: Floats
    colour: Colour
    width: float = 1.0
    stroke: Stroke = "solid"


class Polygon(NamedTuple):
    """A filled shape, with a line around it if it has an edge; or a hatched one."""

    points: Floats
    fill: Colour
    edge: Colour = ""
    width: float = 0.0
    is_hatched: bool = False


class Rectangle(NamedTuple):
    """A rectangle; without fill, an outline that is dashed."""

    box: Box
    fill: Colour = ""
    edge: Colour = ""
    width: float = 0.0
    radius: float = 0.0


class Circle(NamedTuple):
    """A disc, or a ring if it has an edge."""

    x: float
    y: float
    radius: float
    fill: Colour
    edge: Colour = ""


class Text(NamedTuple):
    """Words; `is_centred` puts their middle at the height, else their foot."""

    x: float
    y: float
    text: str
    size: float
    colour: Colour
    is_strong: bool
    anchor: Anchor
    is_centred: bool
    has_halo: bool


type Shape = Polyline | Polygon | Rectangle | Circle | Text


class Drawing(NamedTuple):
    """Shapes on a sheet, from the back to the front."""

    width: float
    height: float
    shapes: list[Shape]


class _Place(NamedTuple):
    """Where the plots of aligned parts begin and end."""

    left: float
    right: float


def drawing(
    figure: Figure,
    *,
    width: float = WIDTH,
    margin: float = MARGIN,
    is_whole: bool = True,
    scale: float = 1.0,
) -> Drawing:
    """Return a figure as shapes.

    Parameters
    ----------
    figure
        What is drawn.
    width, margin
        Of the sheet, in pixels.
    is_whole
        Whether finding, subtitle and source are written on it.
    scale
        Of the height of the panels.
    """
    sheet = _Sheet(width, margin, scale)
    if is_whole:
        sheet.header(figure)
        sheet.body(figure.parts)
    else:
        sheet.body([[_untitled(part, figure.title) for part in row] for row in figure.parts])
    if is_whole:
        sheet.y += _FOOTER
        sheet.write(margin, sheet.y - 14.0, figure.source, colour="ink-3")
    return Drawing(width, sheet.y, sheet.shapes)


class _Sheet:
    """A sheet that is filled from the top down; `y` is how far it is filled."""

    def __init__(self, width: float, margin: float, scale: float) -> None:
        self.width, self.margin, self.scale = width, margin, scale
        self.inner = width - 2.0 * margin
        self.y = 0.0
        # Renderers draw in the order of this list and know no other: what is added later is in
        # front.
        self.shapes: list[Shape] = []

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = LABEL,
        colour: Colour = "ink-2",
        strong: bool = False,
        anchor: Anchor = "left",
        centred: bool = False,
        halo: bool = False,
    ) -> None:
        """Write words; `halo` puts white behind them, so that lines do not run through."""
        if text:
            text_shape = Text(x, y, text, size, colour, strong, anchor, centred, halo)
            self.shapes.append(text_shape)

    def line(self, points: Iterable[Point], colour: Colour, width: float = 1.0) -> None:
        """Draw a plain line."""
        self.shapes.append(Polyline(np.array(list(points), dtype=float), colour, width))

    def heading(self, x: float, y: float, words: str, unit: str = "") -> None:
        """Write a heading in bold with its unit after it."""
        self.write(x, y, words, size=HEADING, colour="ink", strong=True)
        after = x + width_of(words, HEADING, strong=True) + (8.0 if words else 0.0)
        self.write(after, y, unit)

    def header(self, figure: Figure) -> None:
        """Write finding and subtitle."""
        self.y = _TOP + _TITLE
        for line in wrapped(figure.finding.removesuffix("."), self.inner, _TITLE, strong=True):
            self.write(self.margin, self.y, line, size=_TITLE, colour="ink", strong=True)
            self.y += _TITLE_LINE
        self.y -= _TITLE - _SHOWS - 2.0
        for line in wrapped(figure.explained, self.inner, _SHOWS):
            self.write(self.margin, self.y, line, size=_SHOWS)
            self.y += _SHOWS_LINE
        self.y += _BELOW_HEADER - _SHOWS

    def body(self, parts: Sequence[Sequence[Part]]) -> None:
        """Draw parts, those of a row side by side."""
        for place, row in enumerate(parts):
            below = parts[place + 1][0] if place + 1 < len(parts) else None
            if place:
                self.y += _BETWEEN
            match row:
                case [Panel() | Rows() as alone]:
                    # All that share the axis are asked for their room, also those further down: a
                    # month must be at the same place in each of them, and the first cannot be moved
                    # once it is drawn.
                    aligned = [other[0] for other in parts if _aligned(other, alone)]
                    room = self._common_room(aligned)
                    is_last = below is None or not _aligned((below,), alone)
                    self._draw_alone(alone, room, is_last=is_last)
                case [Cells() as cells]:
                    self._cells(cells)
                case [Numbers() as numbers]:
                    self._numbers(numbers)
                case [Diagram() as diagram]:
                    self._diagram(diagram)
                case _:
                    self._beside([part for part in row if isinstance(part, Panel)])

    def _draw_alone(self, part: Panel | Rows, room: _Place, *, is_last: bool) -> None:
        if isinstance(part, Panel):
            self._panel(part, room, is_last=is_last)
            return
        self._rows(part, room, is_last=is_last)

    def _common_room(self, parts: Sequence[Part]) -> _Place:
        lefts, rights = zip(*(self._room(part) for part in parts), strict=True)
        return _Place(self.margin + max(lefts), self.width - self.margin - max(rights))

    def _room(self, part: Part) -> tuple[float, float]:
        """Return what a part needs left and right of its plot."""
        if isinstance(part, Panel):
            return _TICKS if part.y.ticks else 0.0, _room_for_labels(part)
        assert isinstance(part, Rows)
        rows = [*part.rows, *([part.total] if part.total else [])]
        labels = max(
            (width_of(row.label, HEADING, strong=row.is_strong) for row in rows), default=0
        )
        return min(labels, _WIDEST_LABEL) + 16.0, 16.0 + sum(_columns(part))

    def _beside(self, panels: Sequence[Panel]) -> None:
        """Draw panels side by side, their plots of one width."""
        rooms = [_room_for_labels(panel) for panel in panels]
        free = self.inner - len(panels) * _TICKS - (len(panels) - 1) * _GAP
        # Plots are of one width, whatever stands beside them: what labels need is taken from all.
        free -= sum(rooms[:-1]) + rooms[-1]
        width, left, top = free / len(panels), self.margin, self.y
        lowest = top
        for panel, room in zip(panels, rooms, strict=True):
            self.y = top
            left += _TICKS
            self._panel(panel, _Place(left, left + width), is_last=True)
            left += width + room + _GAP
            lowest = max(lowest, self.y)
        self.y = lowest

    # Panels

    def _panel(self, panel: Panel, place: _Place, *, is_last: bool) -> None:
        spans = any(isinstance(layer, Span) for layer in panel.layers)
        if panel.title or panel.unit or panel.key or spans:
            self.y += _ABOVE + (26.0 if spans else 0.0)
            title_x = place.left if panel.y.ticks else self.margin
            self.heading(title_x, self.y - (40.0 if spans else 14.0), panel.title, panel.unit)
        else:
            self.y += 8.0
        box = Box(place.left, self.y, place.right - place.left, panel.height * self.scale)
        plot = _Plot(self, panel, box)
        plot.axes(is_labelled=is_last)
        for layer in panel.layers:
            plot.draw(layer)
        self.changes(panel.x, box)
        # Labels come after all layers: only then is it known which heights are asked for, and none
        # of the lines is drawn over a label.
        plot.label_ends()
        if panel.key is not None:
            plot.draw_key(panel.key)
        self.y = box.bottom + (_LABELLED if is_last else _BELOW)
        if panel.x_title and is_last:
            self.write(box.right, box.bottom + 42.0, panel.x_title, anchor="right")
            self.y += 16.0

    def changes(self, axis: Axis, plot: Box) -> None:
        """Draw a line across a plot for each change, its letter between the plot and the months.

        In front of all else: areas that fill the plot would hide it.
        """
        for change in axis.changes:
            x = plot.left + axis.share(change.at) * plot.width
            ends = np.array([(x, plot.top), (x, plot.bottom + 1.0)])
            self.shapes.append(Polyline(ends, "ink-2", 1.0, "dashed"))
        for at, label in axis.tags(_TAG / plot.width):
            x = plot.left + axis.share(at) * plot.width
            self.write(
                x, plot.bottom + _BELOW - 4.0, label, size=_TAG_SIZE, strong=True, anchor="center"
            )

    # Rows

    def _rows(self, rows: Rows, place: _Place, *, is_last: bool) -> None:
        self.y += _ABOVE
        title_x = place.left if not rows.heads else self.margin
        self.heading(title_x, self.y - 14.0, rows.title, rows.unit)
        columns = self._columns_at(rows, place)
        for (words, colour), x in zip(rows.heads, columns, strict=False):
            self.write(x, self.y - 14.0, words, strong=True, colour=colour, anchor="right")
        top, bottom = self.y, self.y + rows.height * len(rows.rows)
        width = place.right - place.left
        if rows.axis.ticks:
            axis = rows.axis.thinned(max(2, int(width / _TICK_ROOM)))
            for tick, label in zip(axis.ticks, axis.labels, strict=True):
                x = place.left + axis.share(tick) * width
                self.line([(x, top), (x, bottom)], "control" if tick == 0.0 else "hairline")
                if is_last:
                    anchor: Anchor = "center"
                    self.write(x, bottom + 20.0, label, colour="ink-3", anchor=anchor)
        ends: list[float] = []
        for number, row in enumerate(rows.rows):
            y = top + rows.height * (number + 0.5)
            ends.append(self._row(rows, row, y, place, columns))
        if rows.is_joined:
            for number, end in enumerate(ends[:-1]):
                y = top + rows.height * (number + 0.5)
                bars = (mark for mark in rows.rows[number].marks if isinstance(mark, Bar))
                half = 0.5 * next((bar.thickness for bar in bars), 0.0) * rows.height
                self.line([(end, y + half), (end, y + rows.height - half)], "control")
        self.changes(rows.axis, Box(place.left, top, width, bottom - top))
        if rows.flag is not None:
            self._row_flag(rows, rows.flag, place, top, bottom)
        self.y = bottom + (_LABELLED if rows.axis.ticks and is_last else 8.0)
        if rows.total is not None:
            self.line([(self.margin, self.y), (self.width - self.margin, self.y)], "hairline")
            self._row(rows, rows.total, self.y + 24.0, place, columns)
            self.y += 40.0

    def _row_flag(
        self, rows: Rows, flag: tuple[float, str], place: _Place, top: float, bottom: float
    ) -> None:
        at, words = flag
        x = place.left + rows.axis.share(at) * (place.right - place.left)
        half = width_of(words, LABEL) / 2.0
        middle = min(max(x, place.left + half), place.right - half)
        self.write(middle, top - 14.0, words, colour="ink", anchor="center")
        self.line([(x, top - 9.0), (x, bottom)], "ink-2")

    def _columns_at(self, rows: Rows, place: _Place) -> list[float]:
        """Return where the cells stand: right edges under heads, else the left edge of one."""
        if not rows.heads:
            return [place.right + 16.0]
        ends, x = [], place.right + 16.0
        for width in _columns(rows):
            x += width
            ends.append(x)
        return ends

    def _row(
        self, rows: Rows, row: Row, y: float, place: _Place, columns: Sequence[float]
    ) -> float:
        """Draw a row; return where its last bar ends."""
        size = HEADING if rows.heads else LABEL
        label = wrapped(row.label, _WIDEST_LABEL, size)[0] if row.label else ""
        tone: Colour = "ink" if row.is_strong or rows.heads else "ink-2"
        self.write(
            self.margin, y, label, size=size, colour=tone, strong=row.is_strong, centred=True
        )
        end = place.left
        width = place.right - place.left
        for mark in row.marks:
            end = self._mark(rows, mark, y, place.left, width)
        starts = [rows.axis.share(mark.start) for mark in row.marks if isinstance(mark, Bar)]
        first = place.left + width * min(starts, default=1.0)
        if row.inside and first > place.left + width_of(row.inside, LABEL) + 24.0:
            self.write(place.left, y, row.inside, colour="ink-3", centred=True)
        for number, (x, words) in enumerate(zip(columns, row.cells, strict=False)):
            if not rows.heads:
                self.write(x, y, words, colour=row.tone or "ink-2", centred=True)
                continue
            strong = (number == 0 and (rows.heads[0][0] != "times")) or row.is_strong
            colour: Colour = "ink" if strong else "ink-2"
            anchor: Anchor = "right"
            self.write(x, y, words, colour=colour, strong=strong, anchor=anchor, centred=True)
        return end

    def _mark(
        self, rows: Rows, mark: Bar | Mark | Ribbon, y: float, left: float, width: float
    ) -> float:
        match mark:
            case Bar():
                return self._bar(rows, mark, y, left, width)
            case Ribbon():
                span = rows.axis.high - rows.axis.low
                xs = left + width * ((np.asarray(mark.x, dtype=float) - rows.axis.low) / span)
                half = 0.31 * rows.height
                full = Box(left, y - half, width, 2.0 * half)
                self.shapes.append(Rectangle(full, f"{mark.colour} 6%"))
                outline = np.concatenate(
                    [
                        np.column_stack([xs, y - half * mark.thickness]),
                        np.column_stack([xs, y + half * mark.thickness])[::-1],
                    ]
                )
                self.shapes.append(Polygon(outline, f"{mark.colour} 75%"))
                x = left + width * rows.axis.share(mark.start)
                self.line([(x, y - half), (x, y + half)], "ink", 2.0)
            case Mark():
                self._dot(rows, mark, y, left, width)
        return left

    def _bar(self, rows: Rows, bar: Bar, y: float, left: float, width: float) -> float:
        start, end = (
            left + width * min(max(rows.axis.share(each), 0.0), 1.0)
            for each in (bar.start, bar.end)
        )
        height = bar.thickness * rows.height
        box = Box(min(start, end), y - height / 2.0, abs(end - start), height)
        if bar.is_outline:
            if box.width > 0.0:
                self.shapes.append(Rectangle(box, "", bar.colour, 1.2))
        else:
            self.shapes.append(Rectangle(box, bar.colour))
        return end

    def _dot(self, rows: Rows, mark: Mark, y: float, left: float, width: float) -> None:
        value, low, high = (
            left + width * min(max(rows.axis.share(each), 0.0), 1.0)
            for each in (mark.value, mark.low, mark.high)
        )
        y += mark.offset * rows.height
        if np.isfinite(mark.low) and np.isfinite(mark.high):
            line = [(low, y), (high, y)]
            self.line(line, mark.colour, 1.5 if mark.is_small else 3.0)
        if np.isfinite(mark.value):
            self.shapes.append(Circle(value, y, 3.0 if mark.is_small else 4.5, mark.colour))

    # Cells, key figures, diagrams

    def _cells(self, cells: Cells) -> None:
        left = self.margin + cells.label_width
        self.y += 44.0 if cells.heads or cells.across else 0.0
        count = max((len(row) for _, _, row in cells.rows), default=1)
        width = min(cells.widest, (self.width - self.margin - left) / max(count, 1))
        if cells.across:
            self.heading(left, self.y - 34.0, cells.across)
        if cells.down:
            self.heading(self.margin, self.y - 14.0, cells.down)
        for place, words in enumerate(cells.heads):
            self.write(left + width * (place + 0.5), self.y - 14.0, words, anchor="center")
        for label, strong, row in cells.rows:
            middle = self.y + cells.height / 2.0
            shown = wrapped(label, cells.label_width - 8.0, HEADING, strong=strong)[0]
            self.write(
                self.margin, middle, shown, size=HEADING, strong=strong, centred=True,
                colour="ink" if strong else "ink-2",
            )  # fmt: skip
            own = min(cells.widest, (self.width - self.margin - left) / max(len(row), 1))
            for place, cell in enumerate(row):
                if cell is not None:
                    self._cell(cell, Box(left + own * place, self.y, own, cells.height))
            self.y += cells.height

    def _cell(self, cell: Cell, box: Box) -> None:
        inner = Box(box.left, box.top + 1.5, box.width - 3.0, box.height - 3.0)
        if cell.colour:
            self.shapes.append(Rectangle(inner, cell.colour))
        x, y = inner.middle, inner.centre - (2.0 if cell.note else -4.0)
        colour: Colour = "ink-3" if cell.is_quiet else "ink"
        size = _fitting(cell.words, LABEL, box.width - 8.0)
        self.write(
            x, y, cell.words, size=size, colour=colour, strong=cell.is_strong, anchor="center"
        )
        size = _fitting(cell.note, SMALL, box.width - 8.0)
        self.write(x, y + 15.0, cell.note, size=size, colour=colour, anchor="center")

    def _numbers(self, numbers: Numbers) -> None:
        step = self.inner / len(numbers.numbers)
        for place, number in enumerate(numbers.numbers):
            x = self.margin + step * place
            if place:
                self.line([(x - 16.0, self.y + 4.0), (x - 16.0, self.y + 82.0)], "hairline")
            self.write(x, self.y + 16.0, number.words)
            self.write(x, self.y + 48.0, number.value, size=20.0, colour="ink", strong=True)
            after = x + width_of(number.value, 20.0, strong=True) + 8.0
            self.write(after, self.y + 48.0, number.versus)
            self.write(x, self.y + 74.0, number.change, colour="ink", strong=True)
        self.y += 96.0

    def _diagram(self, diagram: Diagram) -> None:
        for shape in diagram.shapes:
            self._diagram_shape(shape)
        self.y += diagram.height

    def _diagram_shape(self, shape: Any) -> None:
        y = self.y
        match shape:
            case Frame(box, fill, edge, width):
                self.shapes.append(Rectangle(_moved(box, y), fill, edge, width, 8.0))
            case Block(box, colour):
                self.shapes.append(Rectangle(_moved(box, y), colour))
            case Words():
                self.write(
                    shape.x, shape.y + y, shape.text, size=shape.size, colour=shape.colour,
                    strong=shape.is_strong, anchor=shape.anchor, centred=shape.is_centred,
                )  # fmt: skip
            case Disc(x, own):
                self.shapes.append(Circle(x, own + y, 4.5, "ink"))
            case Badge(right, centre, text):
                width = width_of(text, LABEL, strong=True) + 10.0
                box = Box(right - width, centre - 9.0 + y, width, 18.0)
                self.shapes.append(Rectangle(box, "surface", "control", 1.0, 4.0))
                self.write(box.middle, box.centre, text, strong=True, anchor="center", centred=True)
            case Arrow(corners, colour):
                self.shapes += arrow([(x, own + y) for x, own in corners], colour)


class _Plot:
    """A panel at its place."""

    def __init__(self, sheet: _Sheet, panel: Panel, box: Box) -> None:
        self.sheet, self.panel, self.box = sheet, panel, box
        self.labels: list[tuple[float, float, str, str, Colour]] = []

    def x(self, value: Any) -> Any:
        """Return where a value is from left to right."""
        return self.box.left + self.box.width * self.panel.x.share(value)

    def y(self, value: Any) -> Any:
        """Return where a value is from top to bottom."""
        return self.box.bottom - self.box.height * self.panel.y.share(value)

    def axes(self, *, is_labelled: bool) -> None:
        """Draw thin lines at the round numbers, and the numbers."""
        sheet, box = self.sheet, self.box
        for tick, label in zip(self.panel.y.ticks, self.panel.y.labels, strict=True):
            y = self.y(tick)
            zero = tick == 0.0 and self.panel.y.low < 0.0
            sheet.line([(box.left, y), (box.right, y)], "control" if zero else "hairline")
            sheet.write(box.left - 8.0, y, label, colour="ink-3", anchor="right", centred=True)
        if not is_labelled:
            return
        axis = self.panel.x.thinned(max(2, int(box.width / _TICK_ROOM) + 1))
        for tick, label in zip(axis.ticks, axis.labels, strict=True):
            sheet.write(self.x(tick), box.bottom + 20.0, label, colour="ink-3", anchor="center")
        if self.panel.x_title and self.panel.x.low < 0.0 < self.panel.x.high:
            sheet.line([(self.x(0.0), box.top), (self.x(0.0), box.bottom)], "control")

    def draw(self, layer: Any) -> None:
        """Draw a layer, and remember what is to be written at its end."""
        match layer:
            case Line():
                self._line(layer)
            case Band():
                self._band(layer)
            case Bars():
                self._bars(layer)
            case Dot():
                self._dot(layer)
            case Flag(_, x, words) if x is not None:
                self._flag(x, words)
            case Span():
                self._span(layer)

    def _line(self, line: Line) -> None:
        points = _steps(line.x, line.y) if line.is_steps else np.column_stack([line.x, line.y])
        # A point without a value would be "nan" in an SVG; the line goes on at the next one.
        points = points[np.isfinite(points[:, 1])]
        if not len(points):
            return
        placed = np.column_stack([self.x(points[:, 0]), self.y(points[:, 1])])
        self.sheet.shapes.append(Polyline(placed, line.colour, line.width, line.stroke))
        if line.label:
            self._remember(placed[-1, 0], placed[-1, 1], line.label, line.note, line.colour)

    def _band(self, band: Band) -> None:
        there, back = (
            _steps(band.x, end) if band.is_steps else np.column_stack([band.x, end])
            for end in (band.high, band.low)
        )
        # Both ends or none: with one alone the way back would cut through the area.
        kept = np.isfinite(there[:, 1]) & np.isfinite(back[:, 1])
        if not kept.any():
            return
        outline = np.concatenate([there[kept], back[kept][::-1]])
        placed = np.column_stack([self.x(outline[:, 0]), self.y(outline[:, 1])])
        edge: Colour = "surface" if band.is_part else ""
        shape = Polygon(placed, band.colour, edge, 1.2 if band.is_part else 0.0)
        if band.is_hatched:
            shape = Polygon(placed, band.colour, band.colour, 1.0, is_hatched=True)
        self.sheet.shapes.append(shape)
        if band.label:
            middle = self.y((band.low[-1] + band.high[-1]) / 2.0)
            # A band of futures is named where it ends highest; in its middle runs the line of the
            # average.
            if not band.is_part and not band.is_steps:
                middle = self.y(band.high[-1])
            self._remember(self.x(band.x[-1]), middle, band.label, "", band.label_colour)

    def _bars(self, bars: Bars) -> None:
        edges = self.x(np.asarray(bars.edges, dtype=float))
        is_wide = self.box.width / max(len(bars.low), 1) >= _NARROWEST_BAR
        gap = 1.25 if is_wide else 0.0
        colours = bars.colours * len(bars.low) if len(bars.colours) == 1 else bars.colours
        for place, colour in enumerate(colours):
            top, bottom = sorted((self.y(bars.high[place]), self.y(bars.low[place])))
            left = edges[place] + gap
            width = max(edges[place + 1] - edges[place] - 2.0 * gap, 0.5)
            edge: Colour = "surface" if is_wide else ""
            box = Box(float(left), float(top), float(width), float(bottom - top))
            self.sheet.shapes.append(Rectangle(box, colour, edge, 0.6 if is_wide else 0.0))
        if bars.label:
            middle = self.y((bars.low[-1] + bars.high[-1]) / 2.0)
            self._remember(self.box.right, middle, bars.label, "", bars.label_colour)

    def _dot(self, dot: Dot) -> None:
        x, y = float(self.x(dot.x)), float(self.y(dot.y))
        if dot.half_width:
            ends = (float(self.y(dot.y - dot.half_width)), float(self.y(dot.y + dot.half_width)))
            self.sheet.line([(x, ends[0]), (x, ends[1])], dot.colour, 2.0)
        if dot.shape == "diamond":
            points = np.array([(x, y - 6.0), (x + 6.0, y), (x, y + 6.0), (x - 6.0, y)])
            self.sheet.shapes.append(Polygon(points, dot.colour))
        elif dot.shape != "none":
            edge: Colour = dot.colour if dot.shape == "ring" else ""
            fill: Colour = "surface" if dot.shape == "ring" else dot.colour
            self.sheet.shapes.append(Circle(x, y, 4.0, fill, edge))

    def _flag(self, at: float, words: str) -> None:
        x, zero = float(self.x(at)), float(self.y(0.0))
        half = width_of(words, LABEL, strong=True) / 2.0
        middle = min(max(x, self.box.left + half + 6.0), self.box.right - half - 6.0)
        self.sheet.line([(x, zero - 26.0), (x, zero + 6.0)], "ink", 1.5)
        self.sheet.write(
            middle, zero - 32.0, words, colour="ink", strong=True, anchor="center", halo=True
        )

    def _span(self, span: Span) -> None:
        low, middle, high = (
            float(np.clip(self.x(each), self.box.left, self.box.right))
            for each in (span.low, span.middle, span.high)
        )
        y = self.box.top - 14.0
        self.sheet.line([(low, y), (high, y)], "plan", 3.0)
        self.sheet.shapes.append(Circle(middle, y, 4.0, "plan"))
        is_left = middle < self.box.left + 0.6 * self.box.width
        x = high + 12.0 if is_left else low - 12.0
        anchor: Anchor = "left" if is_left else "right"
        self.sheet.write(x, y, span.words, colour="ink", anchor=anchor, centred=True)

    def _remember(self, x: float, y: float, words: str, note: str, colour: Colour) -> None:
        self.labels.append((x, y, words, note, colour))

    def label_ends(self) -> None:
        """Write labels near the heights of what they name, none on another."""
        self._name_dots()
        if not self.labels:
            return
        self.labels.reverse()  # of two at one height that in front stands first
        heights = spread(
            [y for _, y, *_ in self.labels],
            _LABEL_GAP,
            self.box.top + 2.0,
            # No note stands among the numbers of the axis.
            self.box.bottom - (2.0 + _NOTE if any(note for *_, note, _ in self.labels) else 2.0),
        )
        for (x, _, words, note, colour), y in zip(self.labels, heights, strict=True):
            # A line that ends early has its label within the plot, among others, and so on a halo.
            over = x < self.box.right - 1.0
            strong = not colour.startswith("ink-3")
            own = x if over else self.box.right
            self.sheet.write(
                own + _AFTER, y, words, colour=colour, strong=strong, centred=True, halo=over
            )
            if note:
                self.sheet.write(own + _AFTER, y + _NOTE, note, colour="ink-3", centred=True)

    def _name_dots(self) -> None:
        """Write what dots are beside them, on the side with more room."""
        dots = [layer for layer in self.panel.layers if isinstance(layer, Dot) and layer.words]
        heights = spread(
            [float(self.y(dot.y)) for dot in dots], 17.0, self.box.top, self.box.bottom - 8.0
        )
        for dot, y in zip(dots, heights, strict=True):
            x = float(self.x(dot.x))
            if dot.shape == "none":
                y = float(self.y(dot.y))
                self.sheet.write(x, y, dot.words, colour="ink", anchor="center", centred=True)
                continue
            is_left = x < self.box.left + 0.6 * self.box.width
            self.sheet.write(
                x + (14.0 if is_left else -14.0),
                y,
                dot.words,
                colour=dot.colour,
                strong=dot.is_strong,
                anchor="left" if is_left else "right",
                centred=True,
                halo=True,
            )

    def draw_key(self, key: Key) -> None:
        """Write the names of areas right of them, with columns of numbers."""
        x, top = self.box.right + 16.0, self.box.top
        widths = _key_columns(key)
        names = max(width_of(row.words, LABEL) for row in key.rows) + 18.0
        ends = [x + names + sum(widths[: place + 1]) for place in range(len(widths))]
        for place, (end, words) in enumerate(zip(ends, key.heads, strict=True)):
            colour: Colour = "plan" if words == "plan" else "baseline" if place else "ink-2"
            strong = words in ("plan", "baseline")
            self.sheet.write(end, top - 14.0, words, colour=colour, strong=strong, anchor="right")
        middles = [self.y(middle) for middle in key.middles]
        heights = spread(middles, 22.0, top + 8.0, self.box.bottom - 8.0)
        for row, y in zip(reversed(key.rows), heights, strict=True):
            self.sheet.shapes.append(Rectangle(Box(x, y - 5.0, 10.0, 10.0), row.colour))
            self.sheet.write(x + 18.0, y, row.words, colour="ink", centred=True)
            for place, (end, words) in enumerate(zip(ends, row.cells, strict=True)):
                self.sheet.write(
                    end, y, words, colour="ink-2" if place else "ink", strong=not place,
                    anchor="right", centred=True,
                )  # fmt: skip


def _untitled(part: Part, title: str) -> Part:
    """Return a part without the title that stands above the whole figure."""
    if isinstance(part, Panel) and part.title == title:
        return replace(part, title="", unit="")
    return part


def _aligned(row: Sequence[Part], other: Panel | Rows) -> bool:
    """Return whether a row of parts is one that shares its horizontal axis with another."""
    if len(row) != 1 or not isinstance(row[0], Panel | Rows):
        return False
    # By the ends alone: numbers along it may differ, as only the last of them shows any.
    own, its = (part.x if isinstance(part, Panel) else part.axis for part in (row[0], other))
    return (own.low, own.high) == (its.low, its.high)


def _room_for_labels(panel: Panel) -> float:
    """Return what stands right of a plot needs."""
    if panel.key is not None:
        names = max(width_of(row.words, LABEL) for row in panel.key.rows)
        return 16.0 + 18.0 + names + sum(_key_columns(panel.key))
    words = [
        width_of(text, LABEL, strong=True)
        for layer in panel.layers
        if isinstance(layer, Line | Band | Bars)
        for text in (layer.label, layer.note if isinstance(layer, Line) else "")
        if text
    ]
    return max([_LEAST_ROOM, *(_AFTER + width for width in words)])


def _key_columns(key: Key) -> list[float]:
    return [
        22.0 + max(width_of(words, LABEL, strong=True) for words in (head, *cells))
        for head, cells in zip(
            key.heads, zip(*(row.cells for row in key.rows), strict=True), strict=True
        )
    ]


def _columns(rows: Rows) -> list[float]:
    """Return the widths of the columns of cells."""
    every = [*rows.rows, *([rows.total] if rows.total else [])]
    if not rows.heads:
        words = max((width_of(row.cells[0], LABEL) for row in every if row.cells), default=0.0)
        return [min(words, _WIDEST_WORDS)]
    return [
        26.0
        + max(
            width_of(words, LABEL, strong=True)
            for words in (head, *(row.cells[n] for row in every))
        )
        for n, (head, _) in enumerate(rows.heads)
    ]


def _moved(box: Box, y: float) -> Box:
    return Box(box.left, box.top + y, box.width, box.height)


def _steps(edges: Floats, values: Floats) -> Floats:
    """Return the corners of steps."""
    return np.column_stack([np.repeat(edges, 2)[1:-1], np.repeat(values, 2)])


_CORNER, _HEAD, _HEAD_WIDTH = 6.0, 8.0, 7.0


def arrow(points: Sequence[Point], colour: Colour = "control") -> list[Shape]:
    """Return an arrow along straight pieces with round corners."""
    end, before = np.array(points[-1]), np.array(points[-2])
    along = (end - before) / np.hypot(*(end - before))
    across = np.array([-along[1], along[0]]) * _HEAD_WIDTH / 2.0
    base = end - along * _HEAD
    # The line ends at the base of the head: as thick as it is, it would blunt the tip.
    line = _rounded([*points[:-1], (float(base[0]), float(base[1]))])
    head = np.array([end, base + across, base - across])
    return [Polyline(line, colour, 1.5), Polygon(head, colour)]


def _rounded(points: Sequence[Point]) -> Floats:
    """Return a line whose corners are curves (quadratic Bézier)."""
    places = [np.array(point, dtype=float) for point in points]
    line = [places[0]]
    for before, corner, after in zip(places, places[1:], places[2:], strict=False):
        into, out = _towards(corner, before), _towards(corner, after)
        line.extend(
            (1 - part) ** 2 * into + 2 * part * (1 - part) * corner + part**2 * out
            for part in np.linspace(0.0, 1.0, 7)
        )
    return np.array([*line, places[-1]])


def _towards(corner: Floats, other: Floats) -> Floats:
    length = float(np.hypot(*(other - corner)))
    moved: Floats = corner + (other - corner) * min(1.0, _CORNER / max(length, 1e-9))
    return moved


# Matplotlib's own outlines are measured, without a figure or a canvas, so that this may be called
# from any thread. Labels come back at each layout, hence the cache. It is imported when something
# is measured: the page's charts are never, and do not wait for it (docs/decisions/0036).
@lru_cache(maxsize=4096)
def width_of(text: str, size: float, *, strong: bool = False) -> float:
    """Return the width of text in pixels."""
    from matplotlib.textpath import text_to_path

    font = font_of(size, strong=strong)
    width, _, _ = text_to_path.get_text_width_height_descent(drawable(text), font, ismath=False)
    return float(width) / POINTS


def font_of(size: float, *, strong: bool = False) -> Any:
    """Return the font for text of a size in pixels."""
    from matplotlib.font_manager import FontProperties

    # Every property by name: what is left out comes from the user's matplotlibrc.
    return FontProperties(
        family=FONT,
        style="normal",
        variant="normal",
        weight="bold" if strong else "normal",
        stretch="normal",
        size=size * POINTS,
    )


def drawable(text: str) -> str:
    """Return text with a sign of replacement for every letter that the font lacks."""
    known = _letters()
    return "".join(letter if ord(letter) in known else "�" for letter in text)


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont(font_of(LABEL))).get_charmap())


def _fitting(text: str, size: float, width: float) -> float:
    """Return a size at which words fit into a width; no larger than one."""
    return min(size, size * width / width_of(text, size)) if text else size


def wrapped(text: str, width: float, size: float, *, strong: bool = False) -> list[str]:
    """Return text in lines that are no wider than a number of pixels."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, strong=strong) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def shortened(name: str, longest: int = 60) -> str:
    """Return a name of the user's, cut if it is very long."""
    return name if len(name) <= longest else f"{name[: longest - 1]}…"
