"""Expected votes: a worked example, and what holds whatever the numbers."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.first_round.posterior import FirstRoundPosterior
from forecast.runoff.parameters import RunoffParameters, draw_parameters
from forecast.runoff.streams import (
    StreamDraws,
    StreamTable,
    arrival_propensity,
    expected_votes,
    returning_swing,
    share_of_first,
)
from tests.runoff.builders import make_posterior, make_units, mirrored, mixed_race, typical_priors

NO_SWING = np.zeros(1)


def expect(table, parameters, posterior, swing=NO_SWING):
    """Expected votes with the units in the order of the race; draws use the first sample."""
    sample = np.zeros(len(parameters.arrivals_rate), dtype=np.intp)
    draws = StreamDraws.of(parameters, posterior, sample, swing)
    back = np.argsort(table.position)
    found = expected_votes(table, draws)
    return replace(found, **{name: values[back] for name, values in vars(found).items()})


def one_draw(**changes):
    values = {
        "retention": np.array([[0.9, 0.9, 0.8, 0.5]]),
        "transfer": np.array([[0.9, 0.1, 0.75, 0.5]]),
        "arrivals_rate": np.array([0.1]),
        "arrivals_habit": np.array([0.5]),
        "arrivals_baseline_weight": np.array([0.5]),
        "arrivals_shift": np.log([2.0]),
        "race_lean": np.zeros(1),
        "race_turnout": np.zeros(1),
        "county_sizes": np.zeros((1, 2)),
        "county_correlation": np.zeros(1),
        "unit_sizes": np.zeros((1, 2)),
        "unit_correlation": np.zeros(1),
    }
    return RunoffParameters(**(values | changes))


def three_units():
    return make_units(
        [[100, 80, 40, 20], [50, 100, 0, 10], [0, 0, 0, 0]],
        [400, 160, 100],
        baseline_share=[0.4, 0.4, 0.7],
        lean=[0, 0, 0],
    )


def test_three_units_by_hand():
    # Voters of round one, per 100 of ANN: 90 return, 81 to ANN and 9 to BOB; of BOB 9 and 81;
    # of CAL 80 return, 60 and 20; of DOT 50 return, 25 and 25.
    #   unit 0: ANN 81 + 7.2 + 24 + 5 = 117.2      BOB 9 + 64.8 + 8 + 5 = 86.8
    #   unit 1: ANN 40.5 + 9 + 0 + 2.5 = 52        BOB 4.5 + 81 + 0 + 2.5 = 88
    #   unit 2: nobody voted
    # Absent 160, 0, 100; relative propensity 1.5, 1, 0.2 (its mean over the absent is 1).
    #   rates 0.1 * (1 + 0.5 * 0.5) = 0.125 and 0.1 * (1 - 0.5 * 0.8) = 0.06: 20, 0, 6 arrive.
    # Lean of round one: model 1/2 worth 80 voters, and the votes of both sides.
    #   unit 0: (40 + 140) / (80 + 220) = 0.6;  unit 2: 40 / 80 = 0.5
    # Half of it and half of the baseline: (0.6 + 0.4) / 2 = 0.5; (0.5 + 0.7) / 2 = 0.6.
    # A shift of ln 2 doubles the odds: 1 to 2 (2/3), 1.5 to 3 (3/4).
    #   unit 0: 13 1/3 and 6 2/3 arrivals;  unit 2: 4.5 and 1.5.
    units = three_units()
    posterior = make_posterior(units, lean=0.0, concentration=80)
    table = replace(
        StreamTable.of(units, posterior), propensity=np.array([1.5, 1, 0.2], dtype=np.float32)
    )
    result = expect(table, one_draw(), posterior)
    np.testing.assert_allclose(result.arrivals[:, 0], [20, 0, 6], rtol=1e-5)
    np.testing.assert_allclose(result.arrivals_first[:, 0], [40 / 3, 0, 4.5], rtol=1e-5)
    np.testing.assert_allclose(result.first[:, 0], [117.2 + 40 / 3, 52, 4.5], rtol=1e-5)
    np.testing.assert_allclose(result.second[:, 0], [86.8 + 20 / 3, 88, 1.5], rtol=1e-5)


def test_arrivals_follow_the_swing_of_those_who_return():
    units = three_units()
    # Of 150, 180, 40 and 30 return, to ANN 121.5 + 16.2 + 24 + 7.5 and to BOB 174.8; the sides
    # had 190 and 180 votes.
    swing = returning_swing(units, one_draw())
    assert swing == pytest.approx(np.log(169.2 / 174.8) - np.log(190 / 180))
    posterior = make_posterior(units, concentration=80)
    table = StreamTable.of(units, posterior)
    only_lean = one_draw(arrivals_baseline_weight=np.zeros(1), arrivals_shift=np.zeros(1))
    result = expect(table, only_lean, posterior, np.log([2.0]))
    # Leans of 0.6 and 0.5 with the odds doubled.
    share = (result.arrivals_first / np.maximum(result.arrivals, 1))[[0, 2], 0]
    np.testing.assert_allclose(share, [3 / 4, 2 / 3], rtol=1e-5)


def test_without_a_baseline_its_weight_does_not_matter():
    units = make_units([[100, 80, 40, 20]], [400], baseline_share=[0.9])
    posterior = make_posterior(units)
    table = StreamTable.of(units, posterior)
    light, heavy = (
        expect(table, one_draw(arrivals_baseline_weight=np.array([weight])), posterior)
        for weight in (0.1, 0.9)
    )
    np.testing.assert_array_equal(light.arrivals_first, heavy.arrivals_first)


def test_nobody_returns_and_nobody_arrives():
    units = three_units()
    posterior = make_posterior(units)
    draw = one_draw(retention=np.zeros((1, 4)), arrivals_rate=np.zeros(1))
    table = StreamTable.of(units, posterior)
    result = expect(table, draw, posterior)
    # Next to nothing, so that there is a share of it; never a vote in a billion runoffs.
    assert (result.first < 1e-9).all()
    assert (result.second < 1e-9).all()


def test_arrivals_never_exceed_the_absent():
    units = three_units()
    posterior = make_posterior(units)
    table = replace(StreamTable.of(units, posterior), propensity=np.full(3, 50, dtype=np.float32))
    result = expect(table, one_draw(), posterior)
    np.testing.assert_allclose(result.arrivals[:, 0], table.absent)


def random_expectation(units):
    posterior = make_posterior(units)
    rng = np.random.default_rng(1)
    parameters = draw_parameters(typical_priors(), units, rng, 50)
    table = StreamTable.of(units, posterior)
    return expect(table, parameters, posterior, returning_swing(units, parameters))


def test_expected_votes_are_non_negative_and_at_most_the_eligible():
    units = mixed_race()
    result = random_expectation(units)
    assert (result.first >= 0).all()
    assert (result.second >= 0).all()
    assert (result.first + result.second <= units.eligible[:, None] + 1e-3).all()


def test_order_of_units_is_irrelevant():
    units = mixed_race()
    order = np.random.default_rng(2).permutation(units.n_units)
    by_unit = ("candidate_votes", "eligible", "lean_covariates", "baseline_share", "county_index")
    by_unit += ("baseline_turnout", "turnout_covariates")
    shuffled = replace(units, **{name: getattr(units, name)[order] for name in by_unit})
    plain, moved = random_expectation(units), random_expectation(shuffled)
    np.testing.assert_allclose(plain.first[order], moved.first, rtol=1e-5)
    np.testing.assert_allclose(plain.second[order], moved.second, rtol=1e-5)


def test_swapped_finalists_swap_the_expected_votes():
    units = mixed_race()
    swapped = mirrored(units)
    draw = one_draw()
    other = one_draw(
        transfer=1 - draw.transfer[:, [1, 0, 2, 3]], arrivals_shift=-draw.arrivals_shift
    )
    results = []
    for data, parameters in ((units, draw), (swapped, other)):
        posterior = make_posterior(data)
        table = StreamTable.of(data, posterior)
        swing = returning_swing(data, parameters)
        results.append(expect(table, parameters, posterior, swing))
    np.testing.assert_allclose(results[0].first, results[1].second, rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(results[0].second, results[1].first, rtol=1e-4, atol=1e-3)


def test_a_tile_is_the_same_units():
    table = StreamTable.of(mixed_race(), make_posterior(mixed_race()))
    tile = table.tile(10, 13)
    np.testing.assert_array_equal(tile.counts, table.counts[10:13])
    np.testing.assert_array_equal(tile.county_index, table.county_index[10:13])


def test_units_stand_in_the_order_of_their_counties():
    units = mixed_race()
    table = StreamTable.of(units, make_posterior(units))
    assert (np.diff(table.county_index) >= 0).all()
    np.testing.assert_array_equal(table.county_index, units.county_index[table.position])
    np.testing.assert_array_equal(table.counts, units.candidate_votes[table.position])


def test_a_share_is_never_outside_0_and_1():
    first = np.float32(10.0) ** np.arange(-12, 20, dtype=np.float32)[:, None]
    second = np.float32(10.0) ** np.arange(-12, 20, dtype=np.float32)[None, :]
    share = share_of_first(*np.broadcast_arrays(first, second * np.ones_like(first)))
    assert (share >= 0).all()
    assert (share <= 1).all()
    np.testing.assert_allclose(np.diag(share), 0.5)


def posterior_with_turnout(units):
    return FirstRoundPosterior(
        **(
            vars(make_posterior(units))
            | {
                "turnout_level": np.zeros((2, len(units.county_names)), dtype=np.float32),
                "turnout_slopes": np.zeros((2, 0), dtype=np.float32),
                "turnout_concentration": np.full(2, 50, dtype=np.float32),
            }
        )
    )


def test_propensity_has_mean_one_over_the_absent():
    rng = np.random.default_rng(3)
    units = mixed_race()
    turnout = rng.uniform(0.5, 0.9, units.n_units)
    turnout[5] = np.nan
    units = replace(units, baseline_turnout=turnout)
    propensity = arrival_propensity(units, posterior_with_turnout(units))
    absent = units.eligible - units.votes_cast
    assert (propensity >= 0).all()
    assert propensity[5] == 1
    assert (absent * propensity).sum() / absent.sum() == pytest.approx(1)


def test_propensity_follows_the_missing_voters():
    # Model and count agree on a turnout of 1/2 in both: the baseline's 60 and 80 in 100 mean
    # 10 and 30 missing of 50 absent in 100, a ratio of 1 to 3 around a mean of 1.
    units = make_units([[250, 250, 0, 0]] * 2, [1000, 1000])
    units = replace(units, baseline_turnout=np.array([0.6, 0.8]))
    propensity = arrival_propensity(units, posterior_with_turnout(units))
    np.testing.assert_allclose(propensity, [0.5, 1.5])


@pytest.mark.parametrize("turnout", [np.nan, 0.1])
def test_propensity_is_flat_without_a_baseline_or_missing_voters(turnout):
    units = make_units([[250, 250, 0, 0]] * 2, [1000, 1000])
    units = replace(units, baseline_turnout=np.full(2, turnout))
    np.testing.assert_array_equal(arrival_propensity(units, posterior_with_turnout(units)), [1, 1])
