"""What nights learn of finished races: spreads as sure as each race lets them be, days as one."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from forecast.night.learned import NightScales
from forecast.score.night_learning import learn_scales
from forecast.score.night_lesson import FoundTerms, NightLesson

DAY = date(2000, 1, 1)
NAN = float("nan")


def lessons(share, variance, first=0, same_day=False):
    """Races that tell of the lean of the share, and of nothing else."""
    return [
        NightLesson(
            f"race {k}",
            DAY + timedelta(days=0 if same_day else first + k),
            FoundTerms((NAN, float(m), *(NAN,) * 3), (NAN, float(v), *(NAN,) * 3)),
            FoundTerms((NAN,) * 5, (NAN,) * 5),
            (NAN,) * 4,
            (NAN,) * 2,
            (NAN,) * 2,
        )
        for k, (m, v) in enumerate(zip(share, np.broadcast_to(variance, len(share)), strict=True))
    ]


@pytest.mark.parametrize("truth", [0.2, 0.6])
def test_the_spread_of_many_races_is_found(truth):
    rng = np.random.default_rng(1)
    variance = rng.uniform(0.001, 0.09, 400)
    found = rng.normal(0, np.sqrt(truth**2 + variance))
    learned = learn_scales(lessons(found, variance), date.max).share_terms
    assert learned[1] == pytest.approx(truth, rel=0.25)
    # What no race tells of stays as it was judged.
    assert learned[2:] == pytest.approx(NightScales().share_terms[2:], rel=0.03)
    assert learned[0] == 0


@pytest.mark.parametrize("truth", [0.3, 0.7])
def test_the_spread_of_the_bends_is_found(truth):
    rng = np.random.default_rng(2)
    variance = rng.uniform(0.01, 0.2, (200, 10))
    bends = rng.normal(0, np.sqrt(truth**2 + variance))
    bends[:, 9] = NAN  # no race has a unit beyond the last knot
    found = [
        replace(one, share_bends=FoundTerms(tuple(mean), tuple(var)))
        for one, mean, var in zip(lessons([NAN] * 200, NAN), bends, variance, strict=True)
    ]
    assert learn_scales(found, date.max).share_bend == pytest.approx(truth, rel=0.25)
    assert learn_scales(found, DAY).share_bend == pytest.approx(NightScales().share_bend, rel=0.03)


def test_a_race_that_is_hardly_known_decides_nothing():
    known = lessons(np.r_[0.3, -0.3, 0.25, -0.35, 0.3, -0.25], 0.002)
    vague = lessons([0.1], 25.0, first=100)
    without = learn_scales(known, date.max).share_terms[1]
    assert without > 0.2
    assert learn_scales(known + vague, date.max).share_terms[1] == pytest.approx(without, rel=0.02)


def test_races_of_one_day_count_as_one():
    alone = learn_scales(lessons([0.5], 0.001), date.max)
    together = learn_scales(lessons([0.5] * 4, 0.001, same_day=True), date.max)
    apart = learn_scales(lessons([0.5] * 4, 0.001), date.max)
    assert together.share_terms == pytest.approx(alone.share_terms)
    assert together.share_means == pytest.approx(alone.share_means)
    assert apart.share_means[1] > 1.5 * together.share_means[1] > 0
    assert (apart.n_races, together.n_races) == (4, 4)


def test_only_terms_whose_sign_means_the_same_have_a_mean():
    learned = learn_scales(lessons([0.5] * 4, 0.001), date.max)
    assert learned.share_means[1] > 0.05
    assert learned.share_means[0] == learned.share_means[4] == learned.vote_means[1] == 0


def test_later_races_are_not_looked_at():
    found = learn_scales(lessons([0.9, 0.9], 0.001), DAY)
    assert found.n_races == 0
    assert found.share_terms == pytest.approx(NightScales().share_terms, rel=0.03)
