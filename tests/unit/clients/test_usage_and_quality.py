"""Tables of usage and quality: what is read, what is told, and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from modelops_abm.clients.days import beside
from modelops_abm.clients.kinds import READERS, reader_of
from modelops_abm.clients.logs import Reading
from modelops_abm.clients.quality import read_quality
from modelops_abm.clients.usage import read_usage
from modelops_abm.errors import InputError
from modelops_abm.evidence.adoption import UserCounts, adopted, adoptions_of, user_counts
from modelops_abm.evidence.quality import tracks_of

USAGE = """day,model,users,predictions
2025-01-01,churn,10,80
2025-01-02,churn,12,
2025-01-02,churn,12,
2025-01-03,churn,soon,90
2025-01-04,churn,-3,90
2025-01-05,,12,90
2025-01-06,churn,,
2025-01-07,fraud,5,20
2025-01-07,fraud,6,20
2025-01-08,fraud,5,20
2025-01-09T23:30+01:00,fraud,5,20
2025-01-10,fraud,5,1e308
"""


def test_rows_that_cannot_be_used_are_told_with_their_reason() -> None:
    log = read_usage(USAGE.encode(), name="usage.csv")
    told = [str(problem.in_file("usage.csv")) for problem in log.problems]
    assert [use.row for use in log.table] == [2, 3, 11, 12]
    assert [use.day for use in log.table][-1] == date(2025, 1, 9)
    for words in (
        "row 5, column users: 'soon' is not a number",
        "row 6: has a number below 0",
        "row 13: has a number above 1,000,000,000,000; correct it",
        "row 7: says no model; give it one",
        "row 8: says neither users nor predictions",
        "stands more than once, with different numbers in 2 rows: 9, 10",
    ):
        assert any(words in each for each in told), words
    assert log.notes == ("stands more than once and is the same, so counts once: row 4",)
    assert log.sentence().startswith(
        "table of usage of 2 models (churn 2, fraud 2) by day, from 2025-01-01 to 2025-01-09;"
    )


def test_moments_are_days_on_the_clock_that_is_stated() -> None:
    text = b"date,model,users\n2025-01-09T23:30+01:00,a,1\n2025-01-10T23:30-05:00,a,2\n"
    assert [use.day.day for use in read_usage(text).table] == [9, 10]
    in_tokyo = read_usage(text, Reading(zone="Asia/Tokyo"))
    assert [use.day.day for use in in_tokyo.table] == [10, 11]


def test_any_other_table_is_read_as_is_said() -> None:
    text = b"Monat;Modell;Nutzer\n2025-03;a;3\n2025-04;a;4\n2025-05;a;4\n2025-05;b;4\n"
    mapping = {"day": "Monat", "model": "Modell", "users": "Nutzer"}
    reading = Reading(columns=mapping, only={"Modell": ["a"]}, until=date(2025, 4, 30))
    log = read_usage(text, reading)
    assert (log.period, [use.users for use in log.table]) == ("month", [3.0, 4.0])
    assert log.notes == ("outside of the time that is stated: row 4",)
    with pytest.raises(InputError, match="is a table of usage of no known form"):
        read_usage(text)
    with pytest.raises(InputError, match="holds no row that can be used"):
        read_usage(b"day,model,users\n,a,3\n")


@pytest.mark.parametrize("kind", ["usage", "quality"])
def test_a_template_is_known_by_its_columns_and_reads(kind: str) -> None:
    content = READERS[kind].kind.template.encode()
    reader = reader_of(content)
    assert reader is not None
    assert reader.kind.name == kind
    log = reader.read(content)
    assert (log.problems, log.notes) == ((), ())


def monthly(months: int, start: int = 0) -> Iterator[str]:
    yield "month,model,users,predictions"
    for number, market in enumerate((300.0, 500.0, 900.0)):
        for month in range(start, months):
            users = round(market * float(adopted(0.24, 3.0, (month + 0.5) / 12.0)))
            when = f"{2023 + month // 12}-{month % 12 + 1:02d}"
            yield f"{when},model {number},{users},{users * 4 * 30}"


def test_usage_gives_adoption_and_predictions_by_user() -> None:
    log = read_usage("\n".join(monthly(30)).encode())
    found = user_counts(log)
    assert [series.begins for series in found.series] == [True, True, True]
    assert found.users == pytest.approx(1_700.0, rel=0.02)
    told = adoptions_of(found.series)
    assert told.innovation is not None
    assert told.imitation is not None
    assert told.innovation.middle == pytest.approx(0.24, rel=0.1)
    assert told.imitation.middle == pytest.approx(3.0, rel=0.1)
    for model, market in zip(told.models, (300.0, 500.0, 900.0), strict=True):
        assert model.market is not None
        assert model.market.middle == pytest.approx(market, rel=0.05)
    # Months have 28 to 31 days.
    assert list(found.per_user_day.values()) == pytest.approx([4.0 * 30.0 / 30.44] * 3, rel=0.01)
    (said,) = found.statements("usage.csv")
    assert said.about == "model.predictions_per_user_day"


def test_a_model_that_was_in_use_before_says_so_unless_a_registry_knows_since_when() -> None:
    log = read_usage("\n".join(monthly(30, start=8)).encode())
    assert not any(series.begins for series in user_counts(log).series)
    live = {f"MODEL {number}": date(2023, 1, 1) for number in range(3)}
    series = user_counts(log, live).series
    assert all(each.begins for each in series)
    told = adoptions_of(series)
    assert told.imitation is not None
    assert told.imitation.low < 3.0 < told.imitation.high


def test_where_users_leave_adoption_is_read_until_then() -> None:
    users = [10, 40, 90, 120, 125, 124, 126, 60, 20, 5]
    rows = "\n".join(f"2025-{month + 1:02d},a,{count}" for month, count in enumerate(users))
    found = user_counts(read_usage(f"month,model,users\n{rows}".encode()))
    assert found.series[0].new.sum() == 126.0
    assert found.notes == ("Users of a leave from 2025-07-16 on: adoption is read until then.",)


def test_a_metric_counts_above_chance() -> None:
    text = (
        "day,model,metric,value,version\n2025-01-06,a,AUC,0.75,1\n2025-01-13,a,AUC,0.45,1\n"
        "2025-01-20,a,AUC,0.7,2\n2025-01-06,b,RMSE,4,\n2025-01-06,a,RMSE,4,1\n"
    )
    with pytest.raises(InputError, match=r"chance gives of the metric 'RMSE'; give columns"):
        read_quality(text.encode())
    log = read_quality(text.encode(), Reading(words={"rmse": "10 lower"}))
    assert [row.skill for row in log.table] == pytest.approx([0.25, 0.2, 6.0])
    assert "'0.45' is no better than chance (0.5)" in log.problems[0].message
    assert log.notes == ("of several metrics the one with most rows was taken: AUC of a",)
    assert log.sentence().startswith("table of quality of 2 models (a 2, b 1) by ")
    tracks = tracks_of(log)
    assert tracks[0].restored == (date(2025, 1, 13).toordinal(),)
    assert tracks[1].restored is None
    by_registry = tracks_of(log, {"B": [date(2025, 2, 1)]})
    assert by_registry[1].restored == (float(date(2025, 2, 1).toordinal()),)


@pytest.mark.parametrize("how", ["0.5 more", "half"])
def test_a_chance_that_is_none_is_refused(how: str) -> None:
    with pytest.raises(InputError, match=r"is told"):
        read_quality(b"day,model,metric,value\n2025-01-06,a,x,1\n", Reading(words={"x": how}))


def test_columns_say_chance_and_which_is_better() -> None:
    text = b"day,model,metric,value,chance,better\n2025-01-06,a,loss,0.4,0.69,lower\n"
    assert read_quality(text).table[0].skill == pytest.approx(0.29)


def test_models_of_one_file_only_are_named() -> None:
    assert beside(["A", "x"], [("a", "a"), ("b", "Bee")]) == (("x",), ("b",))


def test_check_says_what_it_read(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from modelops_abm.cli.check import check

    file = tmp_path / "usage.csv"
    file.write_text(USAGE)
    found = CliRunner().invoke(check, [str(file)])
    assert found.exit_code == 0
    assert "fine; table of usage of 2 models (churn 2, fraud 2) by day" in found.output
    assert "row 5, column users: 'soon' is not a number" in found.output
    rng = np.random.default_rng(1)
    rows = [f"2025-01-{day:02d},a,accuracy,{0.9 - rng.random() / 99}" for day in range(1, 29)]
    file.write_text("day,model,metric,value\n" + "\n".join(rows))
    refused = CliRunner().invoke(check, [str(file)])
    assert "say --word 'accuracy=0.5'" in str(refused.output) + str(refused.stderr)
    found = CliRunner().invoke(check, [str(file), "--word", "accuracy=0.8"])
    assert "table of quality of 1 model (a 28) by day" in found.output


def test_a_known_metric_that_is_a_percentage_is_refused_and_which_is_better_is_never_guessed() -> (
    None
):
    head = "day,model,metric,value,chance,better\n"
    rows = "2025-01-06,a,AUC,0.75,,\n2025-01-13,a,AUC,78.1,,\n"
    log = read_quality((head + rows).encode())
    assert [each.value for each in log.table] == [0.75]
    assert "write shares: 0.781 instead of 78.1" in log.problems[0].message
    lower = read_quality((head + "2025-01-06,a,RMSE,9,12,Lower is better\n").encode())
    assert lower.table[0].skill == 3.0
    with pytest.raises(InputError, match="'min' is better, which is neither higher nor lower"):
        read_quality((head + "2025-01-06,a,RMSE,13,12,min\n").encode())


def _counts(rows: list[str]) -> UserCounts:
    return user_counts(read_usage("\n".join(["month,model,users,predictions", *rows]).encode()))


def test_counts_that_rise_with_every_row_may_be_counted_up_and_that_is_said() -> None:
    rows = [f"2024-{month:02},a,100,{3_000 * month}" for month in range(1, 13)]
    assert any("rise with every row, for each user too" in note for note in _counts(rows).notes)
    assert not _counts(rows).per_user_day
    more_users = [f"2024-{month:02},a,{month},{3_000 * month}" for month in range(1, 13)]
    assert any("rise with every row: if" in note for note in _counts(more_users).notes)
    assert _counts(more_users).per_user_day
    rows[5] = "2024-06,a,100,3000"
    assert not _counts(rows).notes


def test_a_month_that_is_missing_is_a_longer_interval() -> None:
    rows = [f"2024-{month:02},a,{40 * month},10" for month in (1, 2, 3, 5, 6, 7, 8)]
    (series,) = _counts(rows).series
    gaps = np.diff(series.years) * 365.0
    assert gaps[2] == pytest.approx(61.0, abs=2.0)
    assert series.new[2] == 80.0


def test_a_counter_that_begins_again_says_nothing_of_predictions_by_user() -> None:
    def rows(resets: set[int]) -> list[str]:
        count, found = 0, []
        for day in range(60):
            count = 40 if day in resets else count + 100 + day % 7
            found.append(f"2025-{1 + day // 28:02}-{1 + day % 28:02},a,50,{count}")
        return found

    found = _counts(rows({21, 44}))
    assert "Predictions of a rise and begin again at nothing" in found.notes[0]
    assert not found.per_user_day
    assert found.sentences()[0] == "Users at last: 50."
    alone = user_counts(read_usage(b"day,model,predictions\n2025-01-06,a,7\n"))
    assert alone.sentences() == ("No row says users.",)
    # What falls at every weekend, or by less, is use.
    week = [f"2025-01-{day:02},a,50,{200 if day % 7 < 5 else 4}" for day in range(1, 29)]
    assert _counts(week).per_user_day
    assert not _counts(week).notes


def test_a_model_that_gives_the_sum_of_all_others_is_a_total_whatever_it_is_called() -> None:
    rows = [
        f"2025-0{month},{name},{month * users}"
        for month in range(1, 4)
        for name, users in (("churn", 20), ("fraud", 10), ("whole bank", 30))
    ]
    log = read_usage("\n".join(["month,model,users", *rows]).encode())
    assert {*log.by_model} == {"churn", "fraud"}
    assert [(problem.columns, problem.rows) for problem in log.problems] == [
        (("model",), (4, 7, 10))
    ]
    rows[-1] = "2025-03,whole bank,91"  # once is enough to be a model
    log = read_usage("\n".join(["month,model,users", *rows]).encode())
    assert "whole bank" in log.by_model


def test_a_total_is_no_model_and_a_model_has_one_spelling() -> None:
    rows = [
        f"2025-0{month},{name},{month * users}"
        for month in range(1, 6)
        for name, users in (("churn", 20), ("Fraud" if month % 2 else "fraud", 10), ("Total", 30))
    ]
    log = read_usage("\n".join(["month,model,users", *rows]).encode())
    assert {name: len(uses) for name, uses in log.by_model.items()} == {"Fraud": 5, "churn": 5}
    assert "'Fraud' and 'fraud'" in log.notes[-1]
    (problem,) = log.problems
    assert (problem.reason, len(problem.rows)) == ("looks like a total or an average", 5)
    with pytest.raises(InputError, match="or 2024-03 for a month"):
        read_usage(b"month,model,users\nJan-25,churn,20\n")
