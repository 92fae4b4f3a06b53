"""What slides are made of: titles, words, tables and charts that can be edited in PowerPoint."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.dml import MSO_LINE
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches, Pt

from modelops_abm.charts.figure import Axis, Band, Line, Panel, Stroke
from modelops_abm.charts.layout import POINTS, width_of, wrapped
from modelops_abm.charts.palette import Colour, light
from modelops_abm.text import visible

WIDTH, HEIGHT = 13.333, 7.5
"""Of a slide, in inches."""
MARGIN = 0.6
# Number of the layout in the template that python-pptx brings.
_TITLE_ONLY = 5
_TITLE_TOP, _COVER_TOP = 0.45, 2.0
_TITLE_SIZES, _COVER_SIZES = (26, 22, 19), (36, 28, 22)
"""Of a title in points: the first of which two lines hold it, or else the last."""
FOOTER_TOP = 7.02
_CELL_MARGIN = 0.03
"""Above and below the words of a cell, in inches."""
_SMALLEST = 8
"""Of the text of a table, in points."""
_BAR_GAP_PERCENT, _WIDE_GAP_PERCENT, _FEW_BARS = 45, 150, 3
_INDENT = str(Inches(0.25))
"""Of what stands behind a bullet."""
_INSET, _PIXELS, _POINTS_PER_INCH, _LINE = 0.1, 100.0, 72.0, 1.2
"""Room at the sides of a box; pixels and points of an inch; a line in sizes of its text."""
_NARROWER = 1.06
"""How many letters of bold Arial stand in the room of one that is measured; of Calibri 1.2.

Where Calibri is missing, Arial or its like stands in for it.
"""


_FIELD = "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}"
"""Identifier of a field that PowerPoint fills: any will do."""
_DECORATIVE = (
    '<a:extLst xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}">'
    '<d:decorative xmlns:d="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/>'
    "</a:ext></a:extLst>"
)
"""Says of a shape that there is nothing to be read aloud."""
_DASHES = {"dashed": MSO_LINE.DASH, "dotted": MSO_LINE.ROUND_DOT}


class Box(NamedTuple):
    """A place on a slide, in inches."""

    left: float
    top: float
    width: float
    height: float

    @property
    def emu(self) -> tuple[int, int, int, int]:
        """The same as PowerPoint measures it."""
        return Inches(self.left), Inches(self.top), Inches(self.width), Inches(self.height)


class Series(NamedTuple):
    """Bars of one colour: a value for each category."""

    name: str
    values: Sequence[float]
    colour: str


def widen(deck: Any) -> None:
    """Make the slides as wide as ours, with all that the template has on them."""
    ratio = Inches(WIDTH) / deck.slide_width
    for holder in (deck.slide_master, *deck.slide_layouts):
        for part in holder._element.iter(qn("a:off"), qn("a:ext")):
            for name in {"x", "cx"} & {*part.attrib}:  # an extension has neither
                part.set(name, str(round(ratio * int(part.get(name)))))
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    deck._element.find(qn("p:sldSz")).attrib.pop("type")  # that of a narrow screen


def add_slide(deck: Any, title: str, notes: str) -> Any:
    """Add a slide with the finding as its title; of a long one three lines keep off the rest."""
    slide = deck.slides.add_slide(deck.slide_layouts[_TITLE_ONLY])
    _set_title(slide, title, _TITLE_TOP, _TITLE_SIZES)
    slide.notes_slide.notes_text_frame.text = visible(notes)
    return slide


def add_cover(deck: Any, title: str, below: Sequence[str], notes: str) -> None:
    """Add the first slide: a title in the middle, and lines of which the first are larger."""
    slide = deck.slides.add_slide(deck.slide_layouts[_TITLE_ONLY])
    first, *others = below
    top = _set_title(slide, title, _COVER_TOP, _COVER_SIZES) + 0.15
    end = add_text(slide, Box(MARGIN, top, WIDTH - 2 * MARGIN, 0.5), [first], size=20)
    add_text(slide, Box(MARGIN, end + 0.05, WIDTH - 2 * MARGIN, 1.5), others, size=16)
    slide.notes_slide.notes_text_frame.text = visible(notes)


def add_footers(deck: Any, words: str) -> None:
    """Add to all slides but the first what they rest on, and their numbers: both are read last."""
    for number, slide in enumerate(deck.slides, 1):
        if number > 1:
            add_text(slide, Box(MARGIN, FOOTER_TOP, WIDTH - 3 * MARGIN, 0.3), [words], size=10)
            _make_placeholder(slide, "ftr", 11)
            place = Box(WIDTH - 2 * MARGIN, FOOTER_TOP, MARGIN, 0.3)
            add_text(slide, place, [str(number)], size=10)
            _make_placeholder(slide, "sldNum", 12)
            _follow_the_order(slide.shapes[-1])


def _make_placeholder(slide: Any, kind: str, place: int) -> None:
    """Make the last text of a slide what its layout has a place for, and PowerPoint a switch."""
    about = slide.shapes[-1]._element.nvSpPr
    about.cNvSpPr.attrib.pop("txBox")
    holder = f'<p:ph {nsdecls("p")} type="{kind}" sz="quarter" idx="{place}"/>'
    about.nvPr.append(parse_xml(holder))


def _follow_the_order(shape: Any) -> None:
    """Let PowerPoint write the number of the slide, wherever it is moved."""
    run = shape.text_frame.paragraphs[0].runs[0]._r
    field = parse_xml(f'<a:fld {nsdecls("a")} id="{_FIELD}" type="slidenum"/>')
    run.getparent().replace(run, field)
    field.extend(run)


def _set_title(slide: Any, words: str, top: float, sizes: Sequence[float]) -> float:
    """Write the title in the first size that is small enough; return where it ends."""
    _add_rule(slide, Box(MARGIN + 0.1, top - 0.07, 0.7, 0.05))
    width = WIDTH - 2 * MARGIN
    lines = {size: _lines(words, width, size) for size in sizes}
    size = next((size for size in sizes if lines[size] <= 2), sizes[-1])
    box = Box(MARGIN, top, width, _INSET + _LINE * lines[size] * size / _POINTS_PER_INCH)
    shape = slide.shapes.title
    shape.left, shape.top, shape.width, shape.height = box.emu
    frame = shape.text_frame
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
    _write(frame.paragraphs[0], words, size, "ink", bold=True)
    return top + box.height


def _add_rule(slide: Any, box: Box) -> None:
    rule = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *box.emu)
    rule.fill.solid()
    rule.fill.fore_color.rgb = _rgb("plan")
    rule.line.fill.background()
    rule.shadow.inherit = False
    _named(rule).append(parse_xml(_DECORATIVE))


def _named(shape: Any) -> Any:
    """Return what holds a shape's name, and what is read aloud of it."""
    return next(shape._element.iter(qn("p:cNvPr")))


def add_text(
    slide: Any, box: Box, paragraphs: Sequence[str], *, size: float = 14, bullets: bool = False
) -> float:
    """Add paragraphs in a box that is as high as they are; return where they end."""
    box = box._replace(height=height_of(paragraphs, box.width, size))
    frame = slide.shapes.add_textbox(*box.emu).text_frame
    frame.word_wrap = True
    for number, words in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(size / 2.0)
        _write(paragraph, words, size, "ink-2")
        if bullets:
            about = paragraph._p.get_or_add_pPr()
            about.set("marL", _INDENT)
            about.set("indent", f"-{_INDENT}")
            about.append(parse_xml(f'<a:buChar {nsdecls("a")} char="•"/>'))
    return box.top + box.height


def height_of(paragraphs: Sequence[str], width: float, size: float) -> float:
    """Return how high paragraphs are in a box of a width, in inches, and no less."""
    lines = sum(_lines(words, width, size) for words in paragraphs)
    return _INSET + (_LINE * lines + 0.5 * len(paragraphs)) * size / _POINTS_PER_INCH


def _lines(words: str, width: float, size: float) -> int:
    """Return how many lines words take in a box of a width."""
    room, size = _PIXELS * (width - 2 * _INSET) * _NARROWER, size / POINTS
    # A word that is longer than a line, as a link is, is broken.
    lines = wrapped(visible(words), room, size)
    return sum(max(1, math.ceil(width_of(line, size) / room)) for line in lines)


def add_table(
    slide: Any,
    box: Box,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    size: int = 12,
    numbers: int = 0,
) -> float:
    """Add a table with thin lines; return where it ends.

    Parameters
    ----------
    box
        Place; the height follows from the rows.
    widths
        Of the columns, as parts of the whole.
    size
        Of the text, in points; smaller where the table would else reach the footer.
    numbers
        How many columns behind the first hold numbers, which stand at the right.
    """
    shares = [box.width * part / sum(widths) for part in widths]
    heights = [_row_height(cells, shares, size) for cells in (columns, *rows)]
    while box.top + sum(heights) > FOOTER_TOP and size > _SMALLEST:
        size -= 1
        heights = [_row_height(cells, shares, size) for cells in (columns, *rows)]
    shape = slide.shapes.add_table(
        len(heights), len(columns), *Box(box.left, box.top, box.width, sum(heights)).emu
    )
    _named(shape).set("descr", visible(f"Table: {', '.join(filter(None, columns))}"))
    table = shape.table
    table.horz_banding = False
    for column, width in zip(table.columns, shares, strict=True):
        column.width = Inches(width)
    for row, height in zip(table.rows, heights, strict=True):
        row.height = Inches(height)
    for number, cells in enumerate([columns, *rows]):
        for place, words in enumerate(cells):
            cell = table.cell(number, place)
            _fill_cell(cell, words, size, is_head=number == 0)
            if 0 < place <= numbers:
                cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
    return box.top + sum(heights)


def _row_height(cells: Sequence[str], widths: Sequence[float], size: float) -> float:
    """Return how high a row has to be for the cell with most lines."""
    lines = max(_lines(words, width, size) for words, width in zip(cells, widths, strict=False))
    return 2 * _CELL_MARGIN + _LINE * lines * size / _POINTS_PER_INCH


def _fill_cell(cell: Any, words: str, size: float, *, is_head: bool) -> None:
    cell.margin_top = cell.margin_bottom = Inches(_CELL_MARGIN)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.fill.solid()
    cell.fill.fore_color.rgb = _rgb("hairline" if is_head else "surface")
    # An empty cell would be as high as the text of the template.
    words = words or "\u00a0"
    _write(cell.text_frame.paragraphs[0], words, size, "ink", bold=is_head)


def _lines_of(panel: Panel) -> list[Line]:
    """Return what is drawn of a panel: its lines, and the light bands as two lines of one name."""
    # What is dotted and has no words is the baseline's band, which would hide the plan's.
    lines = [
        line
        for line in panel.layers
        if isinstance(line, Line) and (line.stroke != "dotted" or line.label)
    ]
    lines.sort(key=lambda line: line.stroke == "dashed")  # the plan first, then its baseline
    # Native charts can be edited, but have no area between two lines: its edges are drawn.
    for band in panel.layers:
        if isinstance(band, Band) and (band.is_hatched or band.name.endswith("-futures")):
            edge = f"{band.colour.partition(' ')[0]} 40%"
            stroke: Stroke = "dotted" if band.is_hatched else "solid"
            of = "and what nobody knows" if band.is_hatched else "by chance"
            name = f"95 of 100 futures, {of}"
            lines += [Line(name, band.x, side, edge, 1.0, stroke) for side in (band.low, band.high)]
    return lines


def _changes_of(panel: Panel) -> list[Line]:
    """Return a line of two points for each change: a chart of PowerPoint has no upright ones."""
    ends = np.array([panel.y.low, panel.y.high])
    return [
        Line(change.label, np.full(2, change.at), ends, "ink-3", 0.75, "dashed")
        for change in panel.x.changes
    ]


def add_panel(slide: Any, box: Box, title: str, panel: Panel) -> None:
    """Add a panel over months as a chart of lines; changes have their letters, and no legend."""
    named, changes = _lines_of(panel), _changes_of(panel)
    lines = [*named, *changes]
    data = XyChartData()
    for line in lines:
        series = data.add_series(_in_workbook(line.name[:1].upper() + line.name[1:]))
        for x, y in zip(line.x, line.y, strict=True):
            if math.isfinite(y):
                series.add_data_point(round(float(x), 3), round(float(y), 6))
    chart = _add_chart(slide, XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS, box, data, title)
    for series, line in zip(chart.plots[0].series, lines, strict=True):
        series.smooth = False
        series.format.line.color.rgb = _rgb(line.colour)
        series.format.line.width = Pt(1.125 * line.width)
        if line.stroke != "solid":
            series.format.line.dash_style = _DASHES[line.stroke]
    for series, change in zip(list(chart.plots[0].series)[len(named) :], changes, strict=True):
        label = series.points[1].data_label
        _write(label.text_frame.paragraphs[0], change.name, 9, "ink-3")
        label.position = XL_LABEL_POSITION.RIGHT
    across = chart.category_axis
    across.minimum_scale, across.maximum_scale = 0, round(panel.x.high)
    across.major_unit = max(1, round(panel.x.high / 6.0))
    across.has_major_gridlines = False
    _write_below(across, "Month")
    across.tick_labels.number_format, across.tick_labels.number_format_is_linked = "0", False
    across.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    if chart.has_legend:
        names = [line.name for line in named]
        said = [place for place in range(1, len(names)) if names[place] == names[place - 1]]
        _leave_out(chart.legend, [*said, *range(len(named), len(lines))])
    _style_values(chart.value_axis, _format_of(panel.y))


def _leave_out(legend: Any, places: Sequence[int]) -> None:
    """Leave lines out of a legend: those that have the name of the one before, and changes."""
    for place in reversed(places):
        words = f'<c:idx val="{place}"/><c:delete val="1"/>'
        entry = f"<c:legendEntry {nsdecls('c')}>{words}</c:legendEntry>"
        legend._element.insert(1, parse_xml(entry))  # behind its position


def _format_of(axis: Axis) -> str:
    """Return how the numbers of an axis are written, with as many digits as its steps need."""
    reach = axis.high - axis.low
    digits = 0 if reach > 10.0 else 1 if reach > 1.0 else 2
    plain = f"#,##0.{'0' * digits}".rstrip(".")
    return f"{'+' if axis.signed else ''}{plain};−{plain};0"


def add_columns(
    slide: Any,
    box: Box,
    title: str,
    categories: Sequence[str],
    series: Sequence[Series],
    number_format: str,
    below: str = "",
) -> None:
    """Add columns that lie on each other; in per cent they fill the height.

    Parameters
    ----------
    below
        What the categories are.
    """
    fills = number_format.endswith("%")
    kind = XL_CHART_TYPE.COLUMN_STACKED_100 if fills else XL_CHART_TYPE.COLUMN_STACKED
    chart = _add_bars(slide, kind, box, title, categories, series)
    chart.plots[0].gap_width, chart.plots[0].overlap = 12, 100
    _style_values(chart.value_axis, number_format)
    if below:
        _write_below(chart.category_axis, below)


def add_bars(
    slide: Any,
    box: Box,
    title: str,
    categories: Sequence[str],
    series: Sequence[Series],
    number_format: str,
) -> None:
    """Add bars beside each other, the first category at the top, with their numbers."""
    chart = _add_bars(slide, XL_CHART_TYPE.BAR_CLUSTERED, box, title, categories, series)
    plot = chart.plots[0]
    plot.gap_width = _BAR_GAP_PERCENT if len(categories) > _FEW_BARS else _WIDE_GAP_PERCENT
    plot.has_data_labels = True
    plot.data_labels.number_format, plot.data_labels.number_format_is_linked = number_format, False
    plot.data_labels.font.size = Pt(11)
    chart.category_axis.reverse_order = True
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    # Room for the numbers, which stand beyond the ends of the bars.
    values = [value for entry in series for value in entry.values]
    low, high = min(0.0, *values), max(0.0, *values)
    room = 0.16 * ((high - low) or 1.0)
    chart.value_axis.minimum_scale = low - room if low < 0.0 else 0.0
    chart.value_axis.maximum_scale = high + room
    chart.value_axis.visible = False
    chart.value_axis.has_major_gridlines = False


def _add_bars(
    slide: Any,
    kind: Any,
    box: Box,
    title: str,
    categories: Sequence[str],
    series: Sequence[Series],
) -> Any:
    data = CategoryChartData()
    data.categories = [_in_workbook(name) for name in categories]
    for entry in series:
        data.add_series(_in_workbook(entry.name), [round(value, 6) for value in entry.values])
    chart = _add_chart(slide, kind, box, data, title)
    for shown, entry in zip(chart.plots[0].series, series, strict=True):
        shown.format.fill.solid()
        shown.format.fill.fore_color.rgb = _rgb(entry.colour)
        # PowerPoint would paint bars below zero white.
        shown.invert_if_negative = False
    return chart


def _in_workbook(name: str) -> str:
    """Return a name as the workbook behind a chart takes it: as text and never as a formula."""
    name = visible(name)
    return f"'{name}" if name.startswith(("=", "{=")) else name


def _add_chart(slide: Any, kind: Any, box: Box, data: Any, title: str) -> Any:
    shape = slide.shapes.add_chart(kind, *box.emu, data)
    _named(shape).set("descr", visible(f"{title}. {slide.shapes.title.text}"))
    chart = shape.chart
    for axis in chart._chartSpace.iter(qn("c:axId"), qn("c:crossAx")):
        axis.set("val", axis.get("val").removeprefix("-"))  # no number of the standard is negative
    chart.font.size, chart.font.color.rgb = Pt(12), _rgb("ink-2")
    chart.has_title = True
    _write(chart.chart_title.text_frame.paragraphs[0], title, 12, "ink-2", bold=True)
    chart.chart_title.include_in_layout = False
    chart.has_legend = len(chart.plots[0].series) > 1
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    return chart


def _write_below(axis: Any, words: str) -> None:
    axis.has_title = True
    _write(axis.axis_title.text_frame.paragraphs[0], words, 11, "ink-3")


def _style_values(axis: Any, number_format: str) -> None:
    axis.major_gridlines.format.line.color.rgb = _rgb("hairline")
    axis.format.line.fill.background()
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = number_format, False


def _write(paragraph: Any, words: str, size: float, colour: str, *, bold: bool = False) -> None:
    paragraph.alignment = PP_ALIGN.LEFT
    run = paragraph.add_run()
    run.text = visible(words)
    run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, _rgb(colour)
    run.font.language_id = MSO_LANGUAGE_ID.ENGLISH_UK  # or else that of whoever opens it


def _rgb(colour: Colour) -> RGBColor:
    return RGBColor.from_string(light(colour).removeprefix("#"))
