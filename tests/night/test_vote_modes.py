"""Ways of voting that are not counted yet: what the others say of them, and what they do not."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.night.count import COMPLETE, NOTHING
from forecast.night.held_out import unlike_units
from forecast.night.hierarchy import Observed
from forecast.night.learned import NightScales
from forecast.night.level_conditioning import condition_level
from forecast.night.night_posterior import NightPosterior
from forecast.night.prior_levels import UnitDraws, prior_levels
from forecast.night.vote_modes import ModePriors, levels_by_mode
from tests.night.nights import count_of, final_votes, new_session, write_snapshot

N_UNITS = 400
MODES = ("election_day", "early", "provisional")


def votes_by_mode():
    """The level of the votes of units with few provisional ballots, and their part of each."""
    rng = np.random.default_rng(6)
    size = rng.uniform(300, 3000, N_UNITS)
    part = rng.uniform(0.0005, 0.01, N_UNITS)
    lean = rng.normal(0, 0.8, N_UNITS)
    share = 1 / (1 + np.exp(-lean - rng.normal(0, 0.1, (200, 1))))
    total = size * np.exp(rng.normal(0, 0.2, (200, 1)) + rng.normal(0, 0.1, (200, N_UNITS)))
    votes = np.stack([total * share, total * (1 - share)], axis=2).astype(np.float32)
    county = np.zeros(N_UNITS, dtype=np.intp)
    by_candidate = np.outer(size, (0.5, 0.3, 0.2))
    plain = np.full(N_UNITS, 0.2), county, np.zeros(N_UNITS, dtype=bool), by_candidate
    by_unit = prior_levels(UnitDraws(votes, 4 * size, *plain), NightScales())
    cast = np.rint(size[:, None] * np.stack([0.7 - part, np.full(N_UNITS, 0.3), part], axis=1))
    sides = np.rint(cast[:, None] * np.stack([share[0], 1 - share[0]], axis=1)[:, :, None])
    priors = ModePriors(MODES, sides.astype(int), cast.astype(int), county)
    _, level = levels_by_mode(by_unit, MODES, priors, NightScales())
    return level, part


def test_a_surprise_elsewhere_says_nothing_of_late_ballots():
    """Three times as many early votes as expected: as many provisional ballots as before."""
    level, _ = votes_by_mode()
    tail = np.array([0.5, 20.0])
    level = replace(level, variances=tail, variance_weights=np.array([0.97, 0.03]))
    mode = np.arange(3 * N_UNITS) % 3
    counted = np.flatnonzero(mode != 2)
    more = np.where(mode == 1, np.log(3.0), 0.0)[counted]
    seen = Observed(counted, level.mean[counted] + more, np.full(len(counted), 0.01))
    nothing = Observed(np.zeros(0, dtype=np.intp), np.zeros(0), np.zeros(0))
    before, after = (
        condition_level(level, observed).cell_moments()[1][mode == 2].mean()
        for observed in (nothing, seen)
    )
    assert after < 1.3 * before


def test_a_way_that_is_out_is_not_read_from_units_that_have_more_of_it():
    """Votes fall where provisional ballots are many; of their own number nothing is counted."""
    level, part = votes_by_mode()
    counted = np.flatnonzero(np.arange(3 * N_UNITS) % 3 != 2)
    fall = -0.5 - 30 * np.repeat(part - part.mean(), 2)
    seen = Observed(counted, level.mean[counted] + fall, np.full(len(counted), 0.01))
    posterior = condition_level(level, seen)
    mean, _ = posterior.coefficients()
    prior_sd = np.sqrt(np.diag(level.covariance))
    assert abs(mean[-1]) < 0.5 * prior_sd[-1]
    out, _ = posterior.cell_moments()
    late = np.arange(3 * N_UNITS) % 3 == 2
    # They fall as the others do.
    assert abs((out - level.mean)[late].mean() + 0.5) < 0.3


def test_a_large_county_changes_its_ways_of_voting_in_its_own_way():
    """What one county's mail did says less of another's than of the rest of its own."""
    rng = np.random.default_rng(2)
    size = rng.uniform(300, 3000, N_UNITS)
    share = 1 / (1 + np.exp(-rng.normal(0, 0.4, N_UNITS) - rng.normal(0, 0.1, (200, 1))))
    total = size * np.exp(rng.normal(0, 0.2, (200, 1)) + rng.normal(0, 0.1, (200, N_UNITS)))
    votes = np.stack([total * share, total * (1 - share)], axis=2).astype(np.float32)
    county = np.repeat([0, 1], N_UNITS // 2)
    by_candidate = np.outer(size, (0.5, 0.3, 0.2))
    plain = np.full(N_UNITS, 0.2), county, np.zeros(N_UNITS, dtype=bool), by_candidate
    by_unit = prior_levels(UnitDraws(votes, 4 * size, *plain), NightScales())
    modes = ("election_day", "mail")
    cast = np.rint(np.outer(size, (0.8, 0.2)))
    sides = np.rint(cast[:, None] * np.stack([share[0], 1 - share[0]], axis=1)[:, :, None])
    priors = ModePriors(modes, sides.astype(int), cast.astype(int), county)
    _, level = levels_by_mode(by_unit, modes, priors, NightScales())
    mail = np.arange(2 * N_UNITS) % 2 == 1
    first = np.repeat(county, 2) == 0
    half = np.repeat(np.arange(N_UNITS) % 2 == 0, 2)
    # Of the first county everything is counted but the mail of half of its units.
    seen = first & (~mail | half)
    value = level.mean + 0.6 * mail
    noise = np.full(int(seen.sum()), 0.001)
    posterior = condition_level(level, Observed(np.flatnonzero(seen), value[seen], noise))
    mean, _ = posterior.cell_moments()
    own = (mean - level.mean)[mail & first & ~half].mean()
    other = (mean - level.mean)[mail & ~first].mean()
    assert own > 0.9 * 0.6
    assert 0.3 * 0.6 < other < 0.95 * own


@pytest.mark.parametrize("mode", ["election_day", "early", "mail"])
@pytest.mark.parametrize("unit", [0, 9])
def test_a_zero_too_many_in_one_way_of_voting_is_found(fitted_by_mode, tmp_path, unit, mode):
    """A cell is held against what the others say, and not against itself."""
    race = fitted_by_mode.race
    count, n_units = count_of(race, range(16)), 16
    everywhere = np.ones(n_units, dtype=bool)
    night = new_session(fitted_by_mode, tmp_path / "night").race(by_county=False)
    assert not unlike_units(night, count, everywhere, everywhere).units.any()
    votes = count.votes.copy()
    votes[unit, :, race.first_round.modes.index(mode)] *= 10
    found = unlike_units(night, replace(count, votes=votes), everywhere, everywhere)
    assert np.flatnonzero(found.units).tolist() == [unit]


def test_few_late_ballots_are_not_carried_to_units_that_have_none(fitted_by_mode, tmp_path):
    """Half a provisional ballot a unit; those that have one are said to be complete, no other."""
    race = fitted_by_mode.race
    night = new_session(fitted_by_mode, tmp_path / "night").race(by_county=False)
    cast = night.modes.cast.astype(float)
    cast = np.rint(100 * np.column_stack([cast, 0.001 * cast.sum(axis=1)])).astype(int)
    sides = np.stack([cast // 2, cast - cast // 2], axis=1)
    modes = (*race.first_round.modes, "provisional")
    night = replace(night, modes=ModePriors(modes, sides, cast, night.county))
    count = count_of(race, range(16)).with_modes(modes)
    late = modes.index("provisional")
    votes, status = count.votes.copy(), count.status.copy()
    votes[:, 0, late] = np.random.default_rng(3).poisson(0.5, 16)
    status[:, late] = np.where(votes[:, 0, late] > 0, COMPLETE, NOTHING)
    n_some = int((votes[:, 0, late] > 0).sum())
    assert 3 < n_some < 12
    posterior = NightPosterior.of(night, replace(count, votes=votes, status=status))
    more = (posterior.expected - votes)[:, :, late]
    assert 1 < more.sum() < 1.5 * votes[:, 0, late].sum()
    assert (more.sum(axis=1) < 3).all()


def test_a_line_names_the_way_of_voting_that_is_wrong(fitted_by_mode, tmp_path):
    race = fitted_by_mode.race
    session = new_session(fitted_by_mode, tmp_path / "night")
    votes = final_votes(race)
    votes[3, :, race.first_round.modes.index("mail")] *= 10
    path = write_snapshot(tmp_path / "a.csv", race, count_of(race, 16, votes), 1)
    (guard,) = session.update([path]).guards
    assert guard.rule == "unlike"
    assert "P03 (NORTH) (mail: Marsh" in guard.message
