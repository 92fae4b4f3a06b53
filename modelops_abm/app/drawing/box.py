"""Rectangles, and the heads of arrows between them."""

from __future__ import annotations

from dataclasses import dataclass

import htpy as h


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

    @property
    def style(self) -> str:
        """Its place in CSS."""
        return (
            f"left:{self.left:.0f}px;top:{self.top:.0f}px;"
            f"width:{self.width:.0f}px;height:{self.height:.0f}px"
        )


def arrow_head(identifier: str, classes: str = "head") -> h.Element:
    """Return the head of an arrow, for ``marker-end`` of the lines that name it."""
    return h.marker(
        id=identifier,
        viewBox="0 0 8 8",
        refX="7",
        refY="4",
        markerWidth="7",
        markerHeight="7",
        markerUnits="userSpaceOnUse",
        orient="auto",
    )[h.path(class_=classes, d="M0 0 8 4 0 8z")]
