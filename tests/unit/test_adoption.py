"""Adoption: published series give the published numbers; made-up logs give back what made them."""

from __future__ import annotations

import numpy as np
import pytest

from modelops_abm.errors import InputError
from modelops_abm.evidence.adoption import (
    RUNNING,
    Series,
    adopted,
    adoptions_of,
)
from modelops_abm.rules.users import users_after, waning

# Annual sales in thousands; p, q, m by nonlinear least squares on interval differences: Mahajan,
# Mason & Srinivasan 1986. (The form is in the head of `evidence.adoption`.)
PUBLISHED = {
    "room air conditioners 1949-61": (
        [96, 195, 238, 380, 1045, 1230, 1267, 1828, 1586, 1673, 1800, 1580, 1500],
        (0.0094, 0.3748, 18_713),
    ),
    "colour TV 1963-70": (
        [747, 1480, 2646, 5118, 5777, 5982, 5962, 4631],
        (0.0185, 0.6159, 39_659),
    ),
    "clothes dryers 1949-61": (
        [106, 319, 492, 635, 737, 890, 1397, 1523, 1294, 1240, 1425, 1260, 1236],
        (0.0136, 0.3267, 16_497),
    ),
}
ULTRASOUND = [5, 3, 2, 5, 7, 12, 6, 16, 16, 28, 28, 21, 13, 6]


def sales(new: list[int], name: str = "sales") -> Series:
    return Series(name, np.arange(len(new) + 1.0), np.array(new, float))


def counts(
    rng: np.random.Generator,
    months: int,
    innovation: float = 0.24,
    imitation: float = 3.0,
    market: float = 500.0,
    noise: float = 0.04,
) -> Series:
    """Return active users by month, each count with an error of its own."""
    years = np.arange(months + 1) / 12.0
    level = market * adopted(innovation, imitation, years)
    seen = np.round(level * np.exp(rng.normal(0.0, noise, years.size)))
    return Series("made up", years, np.diff(seen), counted=True)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_series_give_the_published_coefficients(name: str) -> None:
    new, published = PUBLISHED[name]
    told = adoptions_of([sales(new, name)]).models[0]
    assert told.best is not None
    found = (round(told.best[0], 4), round(told.best[1], 4), round(told.best[2]))
    assert found == published
    for own, value in zip((told.innovation, told.imitation, told.market), published, strict=True):
        assert own is not None
        assert own.is_known
        assert own.low < value < own.high


def test_a_series_on_which_ordinary_least_squares_fails_has_a_clear_answer() -> None:
    new = np.array(ULTRASOUND, float)
    before = np.concatenate([[0.0], np.cumsum(new)[:-1]])
    # Sales = a + b N + c N^2, of which p = a / m: the form of Bass 1969.
    c, b, a = np.polyfit(before, new, 2)
    market = (-b - np.sqrt(b * b - 4.0 * a * c)) / (2.0 * c)
    assert a / market < 0.0
    told = adoptions_of([sales(ULTRASOUND, "ultrasound")]).models[0]
    assert told.innovation is not None
    assert 0.0 < told.innovation.low < told.innovation.high < 0.01
    assert told.market is not None
    assert told.market.low < 168.0 < told.market.high
    assert told.sentence().startswith("ultrasound: p 0.001")


def test_the_closed_form_is_that_of_the_rules() -> None:
    users = 0.0
    for _ in range(400):
        users = users_after(users, 500.0, 0.24, 3.0, 1.0, waning(0.24, 3.0))
    assert users == pytest.approx(500.0 * float(adopted(0.24, 3.0, 400.0 / 365.0)), rel=1e-9)


def test_intervals_hold_what_they_say() -> None:
    rng = np.random.default_rng(20_260_101)
    held = []
    for _ in range(30):
        p, q = 0.24 * np.exp(rng.normal(0.0, 0.5)), 3.0 * np.exp(rng.normal(0.0, 0.3))
        told = adoptions_of([counts(rng, 24, p, q)]).models[0]
        for own, true in ((told.innovation, p), (told.imitation, q), (told.market, 500.0)):
            assert own is not None
            if own.is_known:
                held.append(own.low <= true <= own.high)
    # Of 90, 90 % within what chance allows (three numbers of a series go together).
    assert len(held) > 80
    assert 0.80 <= np.mean(held) <= 0.99


def test_many_models_tell_more_than_one_and_short_series_borrow() -> None:
    rng = np.random.default_rng(7)
    many = [counts(rng, months) for months in (24, 18, 12, 9, 9, 8, 7, 6)]
    together, alone = adoptions_of(many), adoptions_of(many[-1:]).models[0]
    assert together.imitation is not None
    assert alone.imitation is not None
    assert together.imitation.low <= 3.0 <= together.imitation.high
    width = together.imitation.high / together.imitation.low
    assert width < 2.0
    assert width < alone.imitation.high / alone.imitation.low
    names = [each.about for each in together.statements("usage.csv")]
    assert names[:2] == ["model.innovation_per_year", "model.imitation_per_year"]


def test_statements_are_about_full_power_and_service() -> None:
    told = adoptions_of([counts(np.random.default_rng(3), 30)])
    assert told.imitation is not None
    sure = told.statements("usage.csv", running=(1.0, 1.0))[1]
    wide = told.statements("usage.csv")[1]
    assert sure.middle == pytest.approx(told.imitation.middle)
    assert wide.middle == pytest.approx(told.imitation.middle / np.sqrt(RUNNING[0] * RUNNING[1]))
    assert wide.high / wide.low > sure.high / sure.low


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ([1, 2, 3], "fewer than 5 intervals"),
        ([3, -1, -1, -1, -1, -1], "use does not grow"),
        ([0, 0, 500, 0, 0, 0, 0, 0], "in fewer than three intervals"),
    ],
)
def test_what_cannot_be_told_says_why(new: list[int], words: str) -> None:
    assert words in adoptions_of([sales(new)]).models[0].sentence()


def test_growth_that_has_not_slowed_says_nothing_of_its_end() -> None:
    told = adoptions_of([sales([10, 14, 20, 29, 41, 58, 83, 119])]).models[0]
    assert told.market is not None
    assert not told.market.has_high
    assert "nothing says where it ends" in told.sentence()
    together = adoptions_of([sales([10, 14, 20, 29, 41, 58, 83, 119])])
    assert "model.market_size" not in {each.about for each in together.statements("sales")}


def test_no_series_at_all_is_no_error() -> None:
    assert adoptions_of([]).statements("nothing") == ()
    with pytest.raises(InputError, match="rising times"):
        Series("wrong", np.array([0.0, 1.0, 1.0]), np.array([1.0, 2.0]))
