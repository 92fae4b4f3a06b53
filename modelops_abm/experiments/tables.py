"""Paired differences as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from modelops_abm.experiments.paired import PairedDifference


def difference_table(differences: Mapping[Any, PairedDifference]) -> pd.DataFrame:
    """Return differences as a table, one a row.

    Columns: `mean`; `half_width` of its 95 % interval; `futures_low` and `futures_high`, between
    which 95 of 100 futures lie; `n`, the replications that count.
    """
    columns = ["mean", "half_width", "futures_low", "futures_high"]
    rows = [
        (entry.estimate.mean, entry.estimate.half_width, *(entry.futures or (None, None)))
        for entry in differences.values()
    ]
    table = pd.DataFrame(rows, columns=columns, dtype=np.float64)
    table["n"] = [entry.estimate.n for entry in differences.values()]
    return table.set_axis(pd.Index(list(differences)), axis=0)
