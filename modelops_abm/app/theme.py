"""The page's colours, light and dark, as variables of its style; and the style itself.

The light colours are those of the pictures (`charts.palette`). Hue means state, blue means plan,
grey means baseline.
"""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

from modelops_abm.charts import palette

_FOLDER = Path(__file__).parent / "style"
_FONT = _FOLDER / "inter-latin.woff2"

COLOURS: dict[str, tuple[str, str]] = {
    "page": ("#F3F5F7", "#0E141A"),
    "surface": (palette.SURFACE, "#161D25"),
    "raised": (palette.RAISED, "#1D2630"),
    "ink": (palette.INK, "#EDF2F6"),
    "ink-2": (palette.INK_2, "#BCC7D1"),
    "ink-3": (palette.INK_3, "#95A3B0"),
    "hairline": (palette.HAIRLINE, "#28333E"),
    "control": (palette.CONTROL, "#7D8B98"),
    "plan": (palette.PLAN, "#7FB2FF"),
    "baseline": (palette.BASELINE, "#93A0AC"),
    "online": (palette.ONLINE, "#1FA391"),
    "retraining": (palette.RETRAINING, "#A6DAFF"),
    "issue": (palette.ISSUE, "#F0602F"),
    "drift": (palette.DRIFT, "#9A68D8"),
    "previous": (palette.PREVIOUS, "#F5CB5C"),
    "earns": (palette.EARNS, "#3DC2AF"),
    "costs": (palette.COSTS, "#FF8A61"),
    "deploy": (palette.DEPLOY, "#7B8FA3"),
    "build": (palette.BUILD, "#52616F"),
    "decay": (palette.DECAY, "#8B76A8"),
    "demand": (palette.DEMAND, "#7D8B98"),
    "on-state": ("#FFFFFF", "#0E141A"),
    "on-retraining": (palette.INK, "#0E141A"),
}
"""Light and dark by name: ``var(--plan)`` in styles, markup and charts."""


@cache
def stylesheet(*parts: str) -> str:
    """Return the style of the page: font, colours, then files of the folder ``style``.

    Parameters
    ----------
    parts
        Names of the files without ending; all files if there are none.
    """
    files = [_FOLDER / f"{part}.css" for part in parts] or sorted(_FOLDER.glob("*.css"))
    return "\n".join([_font(), _colours(), *(file.read_text("utf-8") for file in files)])


def _font() -> str:
    data = base64.b64encode(_FONT.read_bytes()).decode()
    return (
        "@font-face { font-family: Inter; font-weight: 100 900; font-display: swap;"
        f" src: url(data:font/woff2;base64,{data}) format('woff2'); }}"
    )


def _colours() -> str:
    light, dark = (
        "".join(f" --{name}: {pair[place]};" for name, pair in COLOURS.items()) for place in (0, 1)
    )
    return (
        f":root {{ color-scheme: light;{light} }}\n"
        f":root[data-theme=dark] {{ color-scheme: dark;{dark} }}"
    )
