"""Reading a client's table of quality: a metric of each model by day.

What counts is how much better than chance a model is. So of every metric it must be known what
chance gives, and whether more is better: of a few it is by their name, of others somebody says so,
in columns or by `chance`. Where a version is given, its change is a retraining.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from modelops_abm.clients.cells import read_number
from modelops_abm.clients.days import DayLog, counted
from modelops_abm.clients.logs import (
    AS_IT_IS,
    Cells,
    Field,
    Form,
    Kind,
    Reading,
    Source,
    label_of,
    read_table,
    refusing,
)
from modelops_abm.clients.problems import Mistake
from modelops_abm.text import printable

QUALITY = Kind(
    "quality",
    "a table of quality",
    (
        Field("day", "the day on which it was measured", required=True),
        Field("model", "which model", required=True),
        Field("value", "what the metric was", required=True),
        Field("metric", "its name; AUC, Gini, R2, kappa and MCC are known"),
        Field("chance", "what the metric is of a model that knows nothing"),
        Field("better", "higher or lower: which is better"),
        Field("version", "the model's version; when it changes, it was retrained"),
    ),
    tuple(
        Form(
            f"a metric by {name}",
            (name, "model", "metric", "value"),
            {
                "day": name,
                **{
                    each: each
                    for each in ("model", "value", "metric", "chance", "better", "version")
                },
            },
        )
        for name in ("day", "date", "week", "month")
    ),
    template=(
        "day,model,metric,value,chance,better,version\r\n"
        "2025-12-01,churn-01,AUC,0.781,0.5,higher,7\r\n"
        "2025-12-08,churn-01,AUC,0.779,0.5,higher,7\r\n"
    ),
)
"""What a table of quality says, and the forms in which it is known."""
_KNOWN = {
    **dict.fromkeys(("auc", "auroc", "roc auc"), 0.5),
    **dict.fromkeys(("gini", "r2", "kappa", "cohen kappa", "mcc"), 0.0),
}
"""What chance gives of metrics that are known by their name; more is better of all of them."""
_HIGHER, _LOWER = "higher", "lower"


class Quality(NamedTuple):
    """What a metric was of a model on a day.

    Attributes
    ----------
    row
        Row in the file.
    day, model, metric, value, version
        As written.
    skill
        How much better than chance, above 0, in the metric's unit.
    """

    row: int
    day: date
    model: str
    metric: str
    value: float
    version: str
    skill: float


class QualityLog(DayLog[Quality]):
    """What a table of quality says, of each model in one metric."""

    @property
    def has_versions(self) -> bool:
        """Whether the rows say which version it was."""
        return any(each.version for each in self.table)

    def sentence(self) -> str:
        """Return what was understood, before anything is computed."""
        days = [each.day for each in self.table]
        metrics = Counter(each.metric or "a metric without name" for each in self.table)
        named = ", ".join(f"{printable(name)} {count:,}" for name, count in metrics.items())
        versions = "with versions" if self.has_versions else "without versions"
        return (
            f"table of quality of {counted(each.model for each in self.table)} by {self.period},"
            f" from {min(days)} to {max(days)}; {named}; {versions}. Read as {self.form}."
        )


def read_quality(
    source: Source, reading: Reading = AS_IT_IS, *, name: str | None = None
) -> QualityLog:
    r"""Read a table of quality.

    Raises
    ------
    InputError
        Also of a metric of which nobody says what chance gives.

    See Also
    --------
    modelops_abm.clients.incidents.read_incidents : for the parameters and the errors.

    Examples
    --------
    >>> log = read_quality(b"day,model,metric,value\n2025-01-06,churn,AUC,0.75\n")
    >>> log.table[0].skill
    0.25
    """
    with refusing(label := label_of(source, name)):
        cells = Cells(read_table(source, QUALITY, reading), reading, "day")
        rows = _rows(cells, reading.words)
        return QualityLog.of(label, cells, rows, reading, _subject, _one_metric_each)


def _subject(each: Quality) -> tuple[object, ...]:
    return each.day, each.model, each.metric


def _rows(cells: Cells, stated: Mapping[str, str]) -> Iterator[Quality]:
    table, told = cells.table, {_plain(name): _stated(name, how) for name, how in stated.items()}
    days, values, chances = cells.days(), cells.numbers("value"), cells.numbers("chance")
    models, metrics = cells.models(), table.cells("metric")
    betters, versions = table.cells("better"), table.cells("version")
    for at, row in cells.usable():
        day, value = days[at], values[at]
        if day is None or value is None or not models[at]:
            cells.leave_out(row, "says no day, model or value", "give it one")
            continue
        # Per cent, most likely: a hundredth of it would be guessed, so it is asked for.
        if _plain(metrics[at]) in _KNOWN and value > 1.0:
            reason = f"is above 1, which {printable(metrics[at])} never is"
            remedy = f"write shares: {value / 100.0:g} instead of {value:g}"
            cells.leave_out(row, reason, remedy, table.names("value"), f"{value:g}")
            continue
        level, sign = _level(metrics[at], chances[at], betters[at], told)
        skill = sign * (value - level)
        if skill <= 0.0:
            columns = table.names("value")
            reason = f"is no better than chance ({level:g})"
            remedy = "it is left out; check what chance gives, and which is better"
            cells.leave_out(row, reason, remedy, columns, f"{value:g}")
            continue
        yield Quality(row, day, models[at], metrics[at], value, versions[at], skill)


def _level(
    metric: str, chance: float | None, better: str, told: Mapping[str, tuple[float, float]]
) -> tuple[float, float]:
    """Return what chance gives, and 1 if more is better or -1: as said, as in the row, as known."""
    plain = _plain(metric)
    # What somebody says of a metric goes before its row, and that before what is known by name.
    if plain in told:
        return told[plain]
    if chance is not None:
        return chance, _sign(better)
    if plain in _KNOWN:
        return _KNOWN[plain], 1.0
    what = f"the metric '{printable(metric)}'" if metric else "its metric"
    option = f"--word '{printable(metric) or 'metric'}=0.5'"
    raise Mistake(
        f"does not say what chance gives of {what}",
        f"give columns chance and better, or say {option} ('0.5 lower' if less is better); known "
        "are AUC, Gini, R2, kappa and MCC",
    )


def _sign(better: str) -> float:
    """Return 1 if more is better, as is taken where nothing is said, or -1."""
    first = _plain(better).partition(" ")[0] or _HIGHER
    if first not in (_HIGHER, _LOWER):
        reason = f"says '{printable(better)}' is better, which is neither higher nor lower"
        raise Mistake(reason, "write higher or lower in the column better")
    return 1.0 if first == _HIGHER else -1.0


def _stated(metric: str, how: str) -> tuple[float, float]:
    number, _, better = how.strip().partition(" ")
    if better.strip() not in ("", _HIGHER, _LOWER):
        message = f"is told of '{printable(metric)}' what is neither higher nor lower"
        raise Mistake(message, "write for example 0.5, or 12.5 lower")
    try:
        return read_number(number), -1.0 if better.strip() == _LOWER else 1.0
    except Mistake as mistake:
        message = f"is told a chance of '{printable(metric)}' that {mistake.reason}"
        raise Mistake(message, mistake.remedy) from None


def _plain(metric: str) -> str:
    return " ".join(re.split(r"[\W_]+", metric.casefold())).strip()


def _one_metric_each(rows: list[Quality], notes: list[str]) -> list[Quality]:
    """Keep of each model the metric of which there is most; the first of as many."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for each in rows:
        counts[each.model][each.metric] += 1
    # Of as many the first: a dictionary keeps the order of the file.
    taken = {model: max(metrics, key=lambda m: metrics[m]) for model, metrics in counts.items()}
    if several := [model for model, metrics in counts.items() if len(metrics) > 1]:
        shown = ", ".join(f"{printable(taken[m])} of {printable(m)}" for m in several[:5])
        more = f" and of {len(several) - 5:,} more" if len(several) > 5 else ""
        notes.append(f"of several metrics the one with most rows was taken: {shown}{more}")
    return [each for each in rows if each.metric == taken[each.model]]
