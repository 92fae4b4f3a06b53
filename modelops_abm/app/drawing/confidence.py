"""How well a value is supported, as bars and in a word."""

from __future__ import annotations

import htpy as h

_WORDS = {
    "measured": ("Measured", 4),
    "survey": ("Survey", 3),
    "vendor": ("Vendor claim", 2),
    "judgement": ("Judgement", 1),
}
_BARS = 4


def confidence_badge(confidence: str) -> h.Element:
    """Return the badge of a confidence; what is no degree of it, such as yours, in words alone."""
    words, bars = _WORDS.get(confidence, (confidence.capitalize(), 0))
    return h.span(".confidence")[
        bars > 0
        and h.span(".bars", aria_hidden="true")[
            (h.i(class_={"on": place < bars}) for place in range(_BARS))
        ],
        words,
    ]
