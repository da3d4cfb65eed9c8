"""The forecast's draws as a normal hierarchy: what a night's count is set against.

Of every draw the log-odds of the share and the log of the votes of all units are regressed on a
few things that are known of a unit before the night. How the coefficients vary over the draws is
what the forecast does not know of the race as a whole; what is left over varies by county and by
unit, alike in units of a like make-up. So the draws need not be thrown away, nor drawn again: only
these moments are conditioned.
"""

from dataclasses import dataclass, replace

import numpy as np

from forecast.night.hierarchy import Level
from forecast.night.lean_bends import bends
from forecast.night.learned import NightScales
from forecast.night.level_conditioning import summed
from forecast.night.make_up import make_up, shared_columns
from forecast.race.contest import Race
from forecast.race.labels import normalised
from forecast.race.prepared import PreparedRace
from forecast.stats.arrays import BoolArray, Float32Array, FloatArray, IndexArray
from forecast.stats.scale_mixture import LOG_VARIANCES, log_weights

# In the regressions: the whole race; expected log-odds; the log of the votes; how large the
# eliminated were, in standard deviations; a unit that holds one way of voting. All less their mean.
TERMS = ("race", "lean", "size", "eliminated", "apart")
# Names of units that hold one way of voting of a whole county.
APART = {
    *("early voting", "early vote", "early votes", "advance voting", "absentee", "absentees"),
    *("absentee by mail", "mail", "vote by mail", "mail ballots", "provisional"),
    *("provisional ballots", "early absentee", "absentee early voting"),
}
# Every third point of the scale mixture tells a tail as well.
_EVERY = 3
_TILE = 2048
_LARGEST_DF, _SMALLEST_DF = 200.0, 3.5
# By which power of 4 p (1 - p) what units share of their departures falls: decided on the learning
# half of docs/night-method.md.
SHARED_UNEVEN = 0.75


@dataclass(frozen=True, eq=False)
class UnitDraws:
    """Draws of the votes in every unit that can report, and what else is known of it.

    Attributes
    ----------
    votes
        Of both finalists, shape (n_draws, n_units, 2).
    eligible
        Voters who can vote, shape (n_units,).
    eliminated
        Share of the first-round votes that went to eliminated candidates, (n_units,).
    county
        County of each unit, shape (n_units,).
    apart
        Whether a unit holds one way of voting, such as the early votes of a parish, (n_units,).
    candidate_votes
        Votes of every candidate in round one, shape (n_units, n_candidates).
    """

    votes: Float32Array
    eligible: FloatArray
    eliminated: FloatArray
    county: IndexArray
    apart: BoolArray
    candidate_votes: FloatArray

    @classmethod
    def of(cls, prepared: PreparedRace, votes: Float32Array) -> "UnitDraws":
        """The units of a race as they are."""
        units = prepared.units
        valid = np.maximum(units.valid_votes.sum(axis=1), 1)
        own = units.candidate_votes[:, list(units.finalists)].sum(axis=1)
        apart = units_apart(prepared.race)
        return cls(
            votes,
            units.eligible,
            1 - own / valid,
            units.county_index,
            apart,
            units.candidate_votes.astype(np.float64),
        )

    def by_county(self, n_counties: int) -> "UnitDraws":
        """Counties as the units, where the returns are of counties only."""
        order = np.argsort(self.county, kind="stable")
        starts = np.searchsorted(self.county[order], np.arange(n_counties))
        votes = np.add.reduceat(self.votes[:, order], starts, axis=1)

        def sums(values: FloatArray) -> FloatArray:
            return np.bincount(self.county, values, minlength=n_counties)

        eligible = sums(self.eligible)
        eliminated = sums(self.eliminated * self.eligible) / np.maximum(eligible, 1)
        apart = np.zeros(n_counties, dtype=bool)
        by_candidate = summed(self.candidate_votes, self.county, n_counties)
        return UnitDraws(votes, eligible, eliminated, np.arange(n_counties), apart, by_candidate)


def units_apart(race: Race) -> BoolArray:
    """Units that hold one way of voting of a whole county, by their names, shape (n_units,)."""
    return np.array([normalised(name) in APART for name in race.first_round.unit_names])


def prior_levels(draws: UnitDraws, scales: NightScales) -> tuple[Level, Level]:
    """The levels of the share and of the votes, a cell a unit.

    Parameters
    ----------
    draws
        Simulated runoffs of the race.
    scales
        What finished races say of nights.
    """
    first, second = (draws.votes[:, :, side] for side in (0, 1))
    total = first + second
    mean_votes = np.maximum(total.mean(axis=0, dtype=np.float64), 0.5)
    share = np.log((first + np.float32(0.5)) / (second + np.float32(0.5)))
    votes = np.log(np.maximum(total, np.float32(0.5)))
    mean_share = share.mean(axis=0, dtype=np.float64)
    expected = 1 / (1 + np.exp(-mean_share))
    county = draws.county
    if len(np.unique(county)) == len(county):  # a county's effect is its only unit's
        county = np.zeros(len(county), dtype=np.intp)
    lean = _centred(mean_share, mean_votes)
    size = _centred(np.log(mean_votes), mean_votes)
    eliminated = _standardised(draws.eliminated, mean_votes)
    is_apart = draws.apart.astype(np.float64)
    apart = _centred(is_apart, mean_votes)
    one = np.ones(len(lean))
    x = np.stack([one, lean, size, eliminated, apart], axis=1)
    shared = shared_columns(
        make_up(draws.candidate_votes, draws.eligible, draws.apart), np.log(mean_votes)
    )
    about = mean_votes, expected
    missing = np.clip(1 - mean_votes / np.maximum(draws.eligible, 1), 0.05, 1)
    share_level = _level(
        share,
        x,
        (one, unit_loads(one, *about, scales.share_unit_powers, scales.share_apart * is_apart)),
        1 / (mean_votes * np.maximum(expected * (1 - expected), 0.01)),
        county,
        (scales.share_terms, scales.share_county_log_sd, scales.share_unit_log_sd),
    )
    votes_level = _level(
        votes,
        missing[:, None] * x,
        (
            missing,
            unit_loads(missing, *about, scales.vote_unit_powers, scales.vote_apart * is_apart),
        ),
        missing / mean_votes,
        county,
        (scales.vote_terms, scales.vote_county_log_sd, scales.vote_unit_log_sd),
    )
    moves = mean_votes * expected * (1 - expected)
    share_level = _moved(share_level, scales.share_means, moves)
    share_level = _bending(share_level, _beside(bends(lean, moves), x, moves), scales.share_bend)
    share_level = replace(
        share_level,
        shared=_beside(_by_evenness(shared, expected, moves), share_level.x, moves),
        shared_ratio=scales.share_shared_ratio,
        shared_log_sd=scales.share_shared_log_sd,
        unit_sd=share_level.unit_sd * np.exp(scales.share_unit_log_mean),
        county_sd=share_level.county_sd * np.exp(scales.share_county_log_mean),
    )
    votes_level = replace(
        votes_level,
        shared=missing[:, None] * _beside(shared, x, mean_votes * missing),
        shared_ratio=scales.vote_shared_ratio,
        shared_log_sd=scales.vote_shared_log_sd,
        unit_sd=votes_level.unit_sd * np.exp(scales.vote_unit_log_mean),
        county_sd=votes_level.county_sd * np.exp(scales.vote_county_log_mean),
    )
    return share_level, _moved(votes_level, scales.vote_means, mean_votes)


def _bending(level: Level, columns: FloatArray, sd: float) -> Level:
    """A level with more coefficients of one standard deviation, that the draws do not know."""
    k, n_more = len(level.covariance), columns.shape[1]
    covariance = np.zeros((k + n_more, k + n_more))
    covariance[:k, :k] = level.covariance
    covariance[k:, k:] = sd**2 * np.eye(n_more)
    return replace(level, x=np.concatenate([level.x, columns], axis=1), covariance=covariance)


def _by_evenness(columns: FloatArray, share: FloatArray, weight: FloatArray) -> FloatArray:
    """Columns that are larger where one side has nearly all, and of one size over the race.

    A part of the voters who do otherwise is more log-odds there.
    """
    load = np.clip(4 * share * (1 - share), 0.05, 1) ** -SHARED_UNEVEN
    return np.asarray(columns * (load / np.sqrt(np.average(load**2, weights=weight)))[:, None])


def _moved(level: Level, means: tuple[float, ...], weight: FloatArray) -> Level:
    """A level whose coefficients have a mean: its units are moved, and the race as a whole is not.

    Parameters
    ----------
    level
        The level.
    means
        Of the coefficients.
    weight
        By how much a unit's move moves the race, shape (n_units,).
    """
    return replace(level, mean=level.mean + _centred(level.x @ np.array(means), weight))


def unit_loads(
    load: FloatArray,
    votes: FloatArray,
    share: FloatArray,
    powers: tuple[float, float],
    apart: FloatArray,
) -> FloatArray:
    """What unit effects are multiplied with: more where units are small, or far from even.

    The early votes of a county are many, and depart all the same.

    Parameters
    ----------
    load
        That of the counties, shape (n_units,).
    votes, share
        Expected votes, and expected share of the first finalist.
    powers
        Of the votes over their median, and of 4 p (1 - p), both taken as negative.
    apart
        Multiples of `load` for units that hold one way of voting, 0 for the others, (n_units,).
    """
    median = float(np.median(votes))
    uneven = np.clip(4 * share * (1 - share), 0.05, 1)
    usual = np.clip(votes / median, 0.02, 50) ** -powers[0] * uneven ** -powers[1]
    return load * np.where(apart > 0, apart, usual)


def _centred(values: FloatArray, weight: FloatArray) -> FloatArray:
    """Less their mean by weight, over the units."""
    return np.asarray(values - np.average(values, axis=0, weights=weight))


def _beside(columns: FloatArray, x: FloatArray, weight: FloatArray) -> FloatArray:
    """Columns less their regression on the terms, whose coefficients have their own variance."""
    weighted = weight[:, None] * x
    inverse = np.linalg.pinv(weighted.T @ x, hermitian=True)
    return np.asarray(columns - x @ (inverse @ (weighted.T @ columns)))


def _standardised(values: FloatArray, weight: FloatArray) -> FloatArray:
    """Mean 0 and standard deviation 1 by weight; 0 where all are alike."""
    centred = _centred(values, weight)
    sd = float(np.sqrt(np.average(centred**2, weights=weight)))
    return np.clip(centred / sd, -4, 4) if sd > 1e-9 else np.zeros_like(centred)


def _level(
    values: Float32Array,
    x: FloatArray,
    loads: tuple[FloatArray, FloatArray],
    noise: FloatArray,
    county: IndexArray,
    learned: tuple[tuple[float, ...], float, float],
) -> Level:
    """Moments of draws of the units, shape (n_draws, n_units), as a level.

    Parameters
    ----------
    values, x, county
        As in `Level`; values by draw.
    loads
        Of the counties and of the units.
    noise
        Variance of the chance in the votes, shape (n_units,).
    learned
        What finished races add to the standard deviations of the terms, and how far the scales of
        county and unit are from what the draws say, in logs.
    """
    extra, county_log_sd, unit_log_sd = learned
    load, unit_load = loads
    mean = values.mean(axis=0, dtype=np.float64)
    n_counties = int(county.max()) + 1
    unit_variance = 0.05**2
    county_variance = 0.0
    for _ in range(2):  # the weights need the variances, which need the weights
        weight = 1 / (noise + unit_load**2 * unit_variance)
        moments = _Moments.of(values, mean, x, load, weight, county, n_counties)
        share_of_county = moments.own_weight / moments.county_weight[county]
        free = weight * (1 - share_of_county)
        unit_variance = float((free * (moments.left_over - noise)).sum())
        unit_variance = max(unit_variance / max(float((free * unit_load**2).sum()), 1e-9), 1e-6)
        own = noise + unit_load**2 * unit_variance
        chance = np.bincount(county, (weight * load) ** 2 * own, n_counties)
        chance /= moments.county_weight**2
        if n_counties > 1:
            above = moments.county_square - chance
            county_variance = max(float(np.average(above, weights=moments.county_weight)), 0.0)
    covariance = np.atleast_2d(np.cov(moments.coefficients, rowvar=False))
    # The chance in the units and the counties' effects are in the coefficients of a draw too.
    inverse = moments.inverse
    weighted = weight[:, None] * x
    covariance -= inverse @ (weighted.T * own) @ weighted @ inverse
    if n_counties > 1 and county_variance > 0:
        by_county = np.stack(
            [np.bincount(county, column * load, n_counties) for column in weighted.T], axis=1
        )
        covariance -= county_variance * inverse @ by_county.T @ by_county @ inverse
    eigenvalues, vectors = np.linalg.eigh(covariance)
    covariance = (vectors * np.maximum(eigenvalues, 1e-10)) @ vectors.T
    covariance += np.diag(np.square(extra))
    variances, variance_weights = _tail(moments.coefficients[:, 0])
    return Level(
        mean=mean,
        x=x,
        covariance=covariance,
        shared=np.zeros((len(mean), 0)),
        shared_ratio=0.0,
        load=load,
        unit_load=unit_load,
        county_sd=float(np.sqrt(county_variance)),
        unit_sd=float(np.sqrt(unit_variance)),
        cell_sd=np.zeros(len(mean)),
        county=county,
        unit=np.arange(len(mean)),
        variances=variances,
        variance_weights=variance_weights,
        county_log_sd=county_log_sd,
        unit_log_sd=unit_log_sd,
        shared_log_sd=0.0,
    )


@dataclass(frozen=True, eq=False)
class _Moments:
    """Of the draws' regressions: coefficients by draw, and squares of what is left over."""

    coefficients: FloatArray
    inverse: FloatArray
    left_over: FloatArray
    county_square: FloatArray
    county_weight: FloatArray
    own_weight: FloatArray

    @classmethod
    def of(
        cls,
        values: Float32Array,
        mean: FloatArray,
        x: FloatArray,
        load: FloatArray,
        weight: FloatArray,
        county: IndexArray,
        n_counties: int,
    ) -> "_Moments":
        n_draws, n_units = values.shape
        weighted = weight[:, None] * x
        inverse = np.linalg.inv(x.T @ weighted + 1e-9 * np.eye(x.shape[1]))
        tiles = [slice(start, start + _TILE) for start in range(0, n_units, _TILE)]
        # By tiles of units, so that a country's units are never in double precision at once.
        coefficients = sum((values[:, t] - mean[t]) @ weighted[t] for t in tiles) @ inverse
        own = weight * load**2
        of_county = np.bincount(county, own, n_counties)
        sums = np.zeros((n_draws, n_counties))
        for t in tiles:
            rest = values[:, t] - mean[t] - coefficients @ x[t].T
            rest *= weight[t] * load[t]
            for number in np.unique(county[t]):
                sums[:, number] += rest[:, county[t] == number].sum(axis=1)
        effect = sums / of_county
        left_over = np.empty(n_units)
        for t in tiles:
            rest = values[:, t] - mean[t] - coefficients @ x[t].T
            rest -= load[t] * effect[:, county[t]]
            left_over[t] = (rest**2).mean(axis=0)
        return cls(coefficients, inverse, left_over, (effect**2).mean(axis=0), of_county, own)


def _tail(scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Points and weights of a scale mixture with the tail of some draws, of mean variance 1."""
    centred = scores - scores.mean()
    excess = float((centred**4).mean() / (centred**2).mean() ** 2) - 3
    df = float(np.clip(4 + 6 / excess if excess > 0.03 else _LARGEST_DF, _SMALLEST_DF, _LARGEST_DF))
    variances = np.exp(LOG_VARIANCES[::_EVERY])
    weights = np.exp(log_weights(df)[::_EVERY])
    weights /= weights.sum()
    kept = weights > 1e-4
    variances, weights = variances[kept], weights[kept] / weights[kept].sum()
    return variances / float(weights @ variances), weights
