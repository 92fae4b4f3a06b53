"""The style of the page: font, colours light and dark as variables, rules, and icons.

A colour of `charts.palette` is a variable of the style: ``var(--plan)``. Icons come last: they are
drawn on a grid of 20 by 20 in the colour of the text around them.
"""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

import htpy
from markupsafe import Markup

from modelops_abm.charts.palette import COLOURS

_FOLDER = Path(__file__).parent / "style"
_FONT = _FOLDER / "inter-latin.woff2"


@cache
def stylesheet(*parts: str) -> str:
    """Return the style of the page: font, colours, then files of the folder ``style``.

    Parameters
    ----------
    parts
        Names of the files without ending; all files if there are none.
    """
    # Sorted, so that of two rules of one weight the same one wins on every machine.
    files = [_FOLDER / f"{part}.css" for part in parts] or sorted(_FOLDER.glob("*.css"))
    return "\n".join([_font(), _colours(), *(file.read_text("utf-8") for file in files)])


def _font() -> str:
    data = base64.b64encode(_FONT.read_bytes()).decode()  # no route has to serve it
    # Until it is read a font of the system stands in, in its measures: nothing moves then.
    return (
        "@font-face { font-family: Inter; font-weight: 100 900; font-display: swap;"
        f" src: url(data:font/woff2;base64,{data}) format('woff2'); }}\n"
        "@font-face { font-family: stand-in; size-adjust: 107.12%; ascent-override: 90.44%;"
        " descent-override: 22.52%; line-gap-override: 0%;"
        " src: local('Arial'), local('Liberation Sans'), local('Helvetica'); }"
    )


def _colours() -> str:
    light, dark = (
        "".join(f" --{name}: {pair[place]};" for name, pair in COLOURS.items()) for place in (0, 1)
    )
    return (
        f":root {{ color-scheme: light;{light} }}\n"
        f":root[data-theme=dark] {{ color-scheme: dark;{dark} }}"
    )


# --------------------------------------------------------------------------------------
# Icons, drawn on a grid of 20 by 20 in the colour of the text around them.


_PATHS = {
    "brand": '<path d="M1 16c6 0 7-11 11-11 3 0 3 4 7 4"/><path d="M1 16h18"/>',
    "share": '<path d="M8.5 11.5 11.5 8.5"/><path d="M9 6l2-2a3.5 3.5 0 0 1 5 5l-2 2"/>'
    '<path d="M11 14l-2 2a3.5 3.5 0 0 1-5-5l2-2"/>',
    "export": '<path d="M10 3v9"/><path d="M6 8.5l4 4 4-4"/><path d="M3.5 13.5v3h13v-3"/>',
    "moon": '<path d="M16 12A7 7 0 0 1 8 4a7 7 0 1 0 8 8z"/>',
    "file": '<path d="M5 2.5h6l4 4v11H5z"/><path d="M11 2.5v4h4"/>',
    "undo": '<path d="M7 4 3.5 7.5 7 11"/><path d="M3.5 7.5H12a4.5 4.5 0 0 1 0 9H8"/>',
    "redo": '<path d="M13 4l3.5 3.5L13 11"/><path d="M16.5 7.5H8a4.5 4.5 0 0 0 0 9h4"/>',
    "replay": '<path d="M4 10a6 6 0 1 0 2-4.5"/><path d="M6 2.5v3h3"/>'
    '<path d="M9 8l4 2.2L9 12.5z"/>',
    "reset": '<path d="M5 4v12"/><path d="M15 4.5 8 10l7 5.5z"/>',
    "info": '<circle cx="10" cy="10" r="7"/><path d="M10 9.2v4.3"/><path d="M10 6.3v.6"/>',
    "close": '<path d="M5 5l10 10M15 5 5 15"/>',
    "down": '<path d="M5.5 8l4.5 4.5L14.5 8"/>',
    "plus": '<path d="M10 4v12M4 10h12"/>',
    "check": '<path d="M4.5 10.5 8.5 14.5 15.5 6"/>',
    "warning": '<path d="M10 3 18 17H2z"/><path d="M10 8v4"/><path d="M10 14.2v.6"/>',
    "next": '<path d="M8 5.5l4.5 4.5L8 14.5"/>',
    "table": '<path d="M3 4h14v12H3zM3 8h14M8 8v8"/>',
    "play": '<path d="M6 4l10 6-10 6z"/>',
    "pause": '<path d="M7 4v12M13 4v12"/>',
    "step": '<path d="M4 4l8 6-8 6z"/><path d="M15 4v12"/>',
    "scales": '<path d="M10 3v13M6 16.5h8M4 5.5h12"/>'
    '<path d="M1.5 12 4 5.5 6.5 12a2.5 2 0 0 1-5 0zM13.5 12 16 5.5 18.5 12a2.5 2 0 0 1-5 0z"/>',
    "eye": '<path d="M1.5 10c4-7 13-7 17 0-4 7-13 7-17 0z"/><circle cx="10" cy="10" r="2.6"/>',
    "book": '<path d="M10 5C8 3.5 5 3.5 2 4v11.5c3-.5 6-.5 8 1 2-1.5 5-1.5 8-1V4c-3-.5-6-.5-8 1z"/>'
    '<path d="M10 5v11.5"/>',
    "building": '<path d="M4 17V4l7-1.5V17M11 8l5 1.5V17M2 17h16M6.5 7h2M6.5 10h2M6.5 13h2"/>',
    "wave": '<path d="M2.5 12c2.5 0 3-7 5.5-7s2.5 10 5 10 2.5-4 4.5-4"/>',
    "plug": '<path d="M7 3v4M13 3v4M5 7h10v2a5 5 0 0 1-10 0zM10 14v3"/>',
    "person": '<circle cx="10" cy="6" r="3.2" fill="currentColor"/>'
    '<path d="M3.5 17c0-7 13-7 13 0z" fill="currentColor"/>',
}


@cache
def icon(name: str, size: int = 18) -> Markup:
    """Return an icon; it says nothing to a screen reader.

    Raises
    ------
    KeyError
        If there is none of this name.
    """
    drawn = htpy.svg(
        viewBox="0 0 20 20",
        width=str(size),
        height=str(size),
        fill="none",
        stroke="currentColor",
        stroke_width="1.6",
        stroke_linecap="round",
        stroke_linejoin="round",
        aria_hidden="true",
    )[Markup(_PATHS[name])]
    return Markup(str(drawn))
