"""Tables that stand for a chart: the same numbers, for who cannot or would not see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import htpy as h


@dataclass(frozen=True, slots=True)
class Table:
    """A table in words.

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


def table(content: Table) -> h.Element:
    """Return a table as markup; it scrolls where it has too little room."""
    first, *others = content.columns
    return h.div(".table", tabindex="0", role="region", aria_label=content.caption)[
        h.table[
            h.caption(".spoken")[content.caption],
            h.thead[
                h.tr[
                    h.th(scope="col")[first],
                    (h.th(".number", scope="col")[name] for name in others),
                ]
            ],
            h.tbody[
                (
                    h.tr[
                        h.th(scope="row")[name],
                        (h.td(".number")[cell] for cell in cells),
                    ]
                    for name, *cells in content.rows
                )
            ],
        ]
    ]
