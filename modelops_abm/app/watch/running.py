"""Above both organisations: how far the plan is ahead so far, and what the signs mean."""

from __future__ import annotations

import htpy as h

from modelops_abm.app.drawing.cards import save_button
from modelops_abm.app.watch.snapshot import Picture
from modelops_abm.formats import money

_WIDTH, _HEIGHT, _ROOM = 400.0, 40.0, 4.0
_SIGNS = (
    ("online", "online"),
    ("retraining", "retraining"),
    ("issue", "offline, issue"),
    ("drift", "offline, drift"),
    ("online previous", "previous version serves"),
    ("work", "build or deployment"),
)
"""Classes of a token, and what it stands for."""


def running_card(picture: Picture, horizon_days: int, *, shows_baseline: bool) -> h.Element:
    """Return the difference of net present value so far, with its course, and the legend.

    Parameters
    ----------
    picture
        The day that is shown.
    horizon_days
        Length of the run: the line has that width.
    shows_baseline
        Whether there is a baseline to be ahead of.
    """
    return h.section(".card.running", aria_label="The plan against the baseline")[
        shows_baseline and _difference(picture, horizon_days),
        h.ul(".signs", aria_label="What the signs mean")[
            (h.li[h.span(class_=f"sign {name}"), words] for name, words in _SIGNS)
        ],
        save_button(of=".organisations"),
    ]


def _difference(picture: Picture, horizon_days: int) -> h.Fragment:
    course = picture.difference
    now = course[-1][1] if course else 0.0
    ahead = f"{money(abs(now))} {'ahead of' if now > 0 else 'behind'}" if now else "level with"
    finding = f"The plan is {ahead} the baseline so far."
    return h.fragment[
        h.div(".so-far")[
            h.span(".label")["Plan minus baseline so far"],
            h.strong(class_="earns" if now > 0 else "costs" if now < 0 else None)[
                money(now, signed=True)
            ],
        ],
        h.svg(
            viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}",
            preserveAspectRatio="none",
            role="img",
            aria_label=finding,
        )[_lines(course, horizon_days)],
    ]


def _lines(course: tuple[tuple[int, float], ...], horizon_days: int) -> h.Fragment:
    values = [0.0, *(value for _, value in course)]
    low, high = min(values), max(values)
    scale = (_HEIGHT - 2 * _ROOM) / ((high - low) or 1.0)
    zero = _ROOM + high * scale
    places = [
        (day / horizon_days * _WIDTH, _ROOM + (high - value) * scale) for day, value in course
    ]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    last = places[-1][0] if places else 0.0
    return h.fragment[
        h.line(".zero", x1="0", x2=f"{_WIDTH:g}", y1=f"{zero:.1f}", y2=f"{zero:.1f}"),
        bool(places) and h.path(".line", d=f"M{path}"),
        h.line(".today", x1=f"{last:.1f}", x2=f"{last:.1f}", y1="0", y2=f"{_HEIGHT:g}"),
    ]
