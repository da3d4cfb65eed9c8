"""The simple forecasts: their centres, and their learned spreads."""

import numpy as np
import pytest

from forecast.learn.features import swapped
from forecast.learn.transfer_model import fit
from forecast.score import benchmarks as baselines
from forecast.score.benchmarks import Centres, baseline_models, centres
from forecast.stats import scoring_rules as rules
from forecast.stats.distributions import expit
from tests.learn.races import random_race
from tests.runoff.builders import make_race, make_returns

VOTES = [[50, 60, 30, 5], [80, 40, 20, 9], [10, 90, 5, 1], [40, 45, 20, 2], [20, 30, 1, 1]]


def simulated(n_races, seed=1):
    """Runoffs that follow the blocs for three quarters and the top two for a quarter."""
    rng = np.random.default_rng(seed)
    top = rng.normal(0, 0.8, n_races)
    blocs = 0.5 * top + rng.normal(0, 0.5, n_races)
    past = blocs + rng.normal(0, 0.3, n_races)
    two = rng.random(n_races) < 0.6
    has = two & (rng.random(n_races) < 0.7)
    races = [
        Centres(t, b if w else t, p if h else t, bool(w), bool(h))
        for t, b, p, w, h in zip(top, blocs, past, two, has, strict=True)
    ]
    truth = np.where(two, 0.75 * blocs + 0.25 * top, 0.9 * top)
    return races, truth + np.where(two, 0.15, 0.4) * rng.standard_t(6, n_races)


def test_centres_of_a_race_by_hand():
    president = [[90, 80], [130, 50], [20, 140], [70, 75], [40, 60]]
    race = make_race(VOTES, baselines=[make_returns(president, ("REP", "DEM"))])
    found = centres(race)
    votes, past = np.array(VOTES), np.array(president)
    own = np.stack([votes[:, 0] + votes[:, 2], votes[:, 1]], axis=1)
    share = np.average(past[:, 0] / past.sum(axis=1), weights=own.sum(axis=1))
    assert found.top_two == pytest.approx(np.log(200 / 265))
    assert found.blocs == pytest.approx(np.log(276 / 265))
    # Every unit has both elections, so the baseline's own log-odds are left.
    assert found.baseline == pytest.approx(np.log(share / (1 - share)))
    assert found.has_baseline


@pytest.mark.parametrize(
    "race",
    [
        random_race(),
        random_race(2, parties=("REP", "REP", "DEM", "")),
        random_race(3, baselines=0),
        random_race(4, parties=("GRN", "DEM", "GRN", "")),
    ],
)
def test_swapping_the_finalists_changes_the_signs(race):
    one, other = centres(race), centres(swapped(race))
    assert (one.two_blocs, one.has_baseline) == (other.two_blocs, other.has_baseline)
    for name in ("top_two", "blocs", "baseline"):
        assert getattr(one, name) == -getattr(other, name)


def test_without_blocs_or_a_baseline_the_centres_fall_back():
    found = centres(random_race(2, parties=("REP", "REP", "DEM", "")))
    assert found.top_two == found.blocs == found.baseline
    assert not found.two_blocs
    found = centres(random_race(3, baselines=0))
    assert found.two_blocs
    assert found.baseline == found.top_two != found.blocs


def test_a_finalist_without_votes_is_refused():
    with pytest.raises(ValueError, match="no first-round vote"):
        centres(make_race([[5, 0, 3, 1]]))


def test_each_has_its_centre_and_learns_its_spread():
    races, log_odds = simulated(2000)
    names = {
        baselines.BLOCS: "blocs",
        baselines.TOP_TWO: "top_two",
        baselines.BASELINE: "baseline",
    }
    models = baseline_models(races)
    assert tuple(models) == baselines.NAMES
    score = {}
    for name, (design, priors) in models.items():
        found = fit(design, log_odds, priors)
        predicted = found.predict(design)
        if name in names:
            centre = [getattr(race, names[name]) for race in races]
            np.testing.assert_allclose(predicted.location, centre, atol=1e-12)
        share = expit(log_odds)
        at = (predicted.location, predicted.scale, predicted.df, share)
        np.testing.assert_allclose(
            rules.coverage(rules.pit_student(*at)), [0.5, 0.8, 0.95], atol=0.05
        )
        score[name] = rules.crps_student(*at).mean()
        if name == baselines.REGRESSION:
            two = np.array([race.two_blocs for race in races])
            assert predicted.scale[two].mean() == pytest.approx(0.15, rel=0.1)
            assert predicted.scale[~two].mean() == pytest.approx(0.4, rel=0.1)
            truth = [0.9, 0.25, 0.75, 0.25, 0.75, 0.0]
            away = (found.mode.level - truth) / found.sd.level
            assert np.abs(away).max() < 3.5
    assert min(score, key=score.get) == baselines.REGRESSION
