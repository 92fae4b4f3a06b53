"""The sheet of a picture: a figure with its finding as title, in pixels of 1/100 inch.

Everything that a user's Matplotlib settings could change is set here by hand, so that no global
setting is read for the looks or changed for a moment: figures may be made in many threads.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from modelops_abm.charts.palette import INK, INK_2, INK_3, SURFACE
from modelops_abm.runs.results import Run

WIDTH = 1200.0
MARGIN = 36.0
POINTS = 0.72
"""Points in a pixel of 1/100 inch."""

_FONT = "DejaVu Sans"
_DPI = 100
_TITLE, _TITLE_LINE = 21.0, 29.0
_SHOWS, _SHOWS_LINE = 14.0, 20.0
_TOP, _BELOW_HEADER, _FOOTER = 30.0, 22.0, 44.0
_LONGEST_NAME = 60


class Picture(Figure):
    """A figure that can say what it shows.

    Parameters
    ----------
    finding
        What the data say, in a sentence: the title.
    shows
        What is drawn: the subtitle.
    source
        Where the data are from: the footer.
    body_height
        Pixels between subtitle and footer.

    Attributes
    ----------
    finding, shows
        As above; together the text alternative.
    plane
        Axes without marks over the whole body, in pixels from its top left corner.
    """

    def __init__(self, finding: str, shows: str, source: str, body_height: float) -> None:
        title = wrapped(finding, WIDTH - 2 * MARGIN, _TITLE, bold=True)
        subtitle = wrapped(shows, WIDTH - 2 * MARGIN, _SHOWS)
        header = _TOP + len(title) * _TITLE_LINE + len(subtitle) * _SHOWS_LINE + _BELOW_HEADER
        height = header + body_height + _FOOTER
        super().__init__(
            figsize=(WIDTH / _DPI, height / _DPI),
            dpi=_DPI,
            facecolor=SURFACE,
            edgecolor=SURFACE,
            linewidth=0.0,
            frameon=True,
        )
        self.set_layout_engine("none")
        FigureCanvasAgg(self)
        self.finding, self.shows = finding, shows
        self._header, self._height = header, height
        self.plane = self.axes_at(0.0, 0.0, WIDTH, body_height)
        self.plane.set(xlim=(0.0, WIDTH), ylim=(body_height, 0.0))
        self.plane.set_axis_off()
        self.plane.set_zorder(5.0)
        self._write_header(title, subtitle)
        write(self.plane, MARGIN, body_height + _FOOTER - 14.0, source, colour=INK_3)

    def _repr_png_(self) -> bytes:
        """Return the picture for a notebook, which shows it below the cell."""
        stream = io.BytesIO()
        self.savefig(stream, format="png", dpi=_DPI, bbox_inches=None, transparent=False)
        return stream.getvalue()

    def axes_at(self, left: float, top: float, width: float, height: float) -> Axes:
        """Add axes at a place of the body, in pixels from its top left corner."""
        bottom = self._height - self._header - top - height
        place = (left / WIDTH, bottom / self._height, width / WIDTH, height / self._height)
        axes = self.add_axes(place)
        axes.set_facecolor("none")
        axes.grid(visible=False, which="both")
        axes.set_axisbelow(True)
        axes.spines[:].set_visible(False)
        return axes

    def _write_header(self, title: Sequence[str], subtitle: Sequence[str]) -> None:
        y = -self._header + _TOP + _TITLE
        for line in title:
            write(self.plane, MARGIN, y, line, size=_TITLE, colour=INK, bold=True)
            y += _TITLE_LINE
        y -= _TITLE - _SHOWS - 2.0
        for line in subtitle:
            write(self.plane, MARGIN, y, line, size=_SHOWS, colour=INK_2)
            y += _SHOWS_LINE


def finding(figure: Figure) -> str:
    """Return what a picture shows in words: its text alternative."""
    if not isinstance(figure, Picture):
        raise TypeError("only the pictures of modelops_abm.charts can say what they show")
    return f"{figure.finding}. {figure.shows}"


def source_of(run: Run, against: Run | None = None) -> str:
    """Return what makes a picture repeatable, for its footer."""
    luck = f"seed {run.seed}, replication {run.replication}"
    if against is None:
        return f"Scenario {shortened(run.scenario.name)}, {luck}. modelops_abm {run.version}."
    own, other = (shortened(each.scenario.name) for each in (run, against))
    if (against.seed, against.replication) != (run.seed, run.replication):
        luck += f" against seed {against.seed}, replication {against.replication}"
    return f"Plan {own}, baseline {other}, {luck}. modelops_abm {run.version}."


def write(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    *,
    size: float = 12.0,
    colour: str = INK_2,
    bold: bool = False,
    across: str = "left",
    along: str = "baseline",
    over: bool = False,
) -> Text:
    """Write text at a place in the coordinates of the axes, its size in pixels.

    `over` puts white behind it, so that lines do not run through the words.
    """
    style = text_style(size, colour, bold=bold)
    if over:
        style["bbox"] = {"facecolor": SURFACE, "edgecolor": "none", "pad": 1.0, "linewidth": 0.0}
    return axes.text(x, y, drawable(text), ha=across, va=along, **style)


def text_style(size: float, colour: str, *, bold: bool = False) -> dict[str, Any]:
    """Return all that decides how text looks."""
    return {
        "fontfamily": _FONT,
        "fontsize": size * POINTS,
        "fontstyle": "normal",
        "fontvariant": "normal",
        "fontstretch": "normal",
        "fontweight": "bold" if bold else "normal",
        "color": colour,
        "parse_math": False,
        "usetex": False,
    }


@lru_cache(maxsize=4096)
def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of text in pixels."""
    font = _font(size, bold)
    width, _, _ = text_to_path.get_text_width_height_descent(drawable(text), font, ismath=False)
    return float(width) / POINTS


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Return text in lines that are no wider than a number of pixels."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def shortened(name: str, longest: int = _LONGEST_NAME) -> str:
    """Return a name of the user's, cut if it is very long."""
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def drawable(text: str) -> str:
    """Return text with a sign of replacement for every letter that the font lacks."""
    known = get_font(findfont(_font(12.0, False))).get_charmap()
    return "".join(letter if ord(letter) in known else "�" for letter in text)


def _font(size: float, bold: bool) -> FontProperties:
    weight = "bold" if bold else "normal"
    return FontProperties(
        family=_FONT,
        style="normal",
        variant="normal",
        weight=weight,
        stretch="normal",
        size=size * POINTS,
    )
