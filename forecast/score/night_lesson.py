"""What one finished race says of nights.

The race is conditioned on its whole count under wide scales; the posterior says how large its
errors were. How much units of a like make-up share of their departures, and how far the units of
one way of voting depart, is where its count is likeliest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

import numpy as np
from scipy import optimize

from forecast.night.count import COMPLETE, Count
from forecast.night.hierarchy import Level, Observed, Posterior
from forecast.night.learned import NightScales
from forecast.night.level_conditioning import shared_evidence
from forecast.night.night_cells import Cells
from forecast.night.night_posterior import observed_levels
from forecast.night.night_race import NightRace
from forecast.score.count_in_part import CountedCells, part_lean
from forecast.stats.arrays import BoolArray, FloatArray, IndexArray, IntArray
from forecast.stats.distributions import expit

# Units from which the slopes of a race are known well enough to be told from chance.
MIN_UNITS = 30
# Units from which their spread tells how it goes with their size.
MANY_UNITS = 100
# Units of one way of voting from which their spread tells.
MIN_APART = 5
# Votes of a way of voting below which its lean is chance.
MIN_MODE_VOTES = 50
# Votes of a unit below which its share is chance.
MIN_UNIT_VOTES = 20
WIDE = NightScales(
    share_terms=(1.0,) * 5,
    share_bend=1.0,
    vote_terms=(1.0,) * 5,
    share_county_log_sd=1.0,
    share_unit_log_sd=1.0,
    vote_county_log_sd=1.0,
    vote_unit_log_sd=1.0,
    share_shared_ratio=2.0,
    vote_shared_ratio=2.0,
)
# Multiples of a usual unit's own departures that are tried: of what units share, and of the
# departure of a unit of one way of voting. In logs a race is so far from what is judged.
RATIOS = (0.3, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0)
APARTS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.5, 7.0, 10.0)
LOG_SD = 1.0


class FoundTerms(NamedTuple):
    """Coefficients of a race, and the variance in them that the forecast or chance explains.

    NaN where the race does not tell.
    """

    mean: tuple[float, ...]
    variance: tuple[float, ...]


NO_TERMS = FoundTerms((), ())


@dataclass(frozen=True)
class NightLesson:
    """What one finished race says.

    Attributes
    ----------
    race, day
        The race and the day of its runoff.
    share_terms, vote_terms
        Coefficients of the share and of the votes.
    share_bends
        Changes of the slope along the lean, one a knot.
    log_scales
        Logs of the scales of the share's units and counties, and of the votes', NaN likewise.
    log_ratios
        Logs of what units share in the share, and in the votes, NaN likewise.
    log_aparts
        Logs of how far the units of one way of voting depart, likewise.
    unit_powers
        Powers of the share's units by votes and by 4 p (1 - p), and of the votes' by votes.
    part_lean
        Mean square by which the votes out of a part differ from those in, NaN likewise:
        `forecast.score.count_in_part.part_lean`.
    mode_lean, mode_split
        Excess of the squares of the changes of each way of voting over chance.
    """

    race: str
    day: date
    share_terms: FoundTerms
    vote_terms: FoundTerms
    log_scales: tuple[float, float, float, float]
    log_ratios: tuple[float, float]
    log_aparts: tuple[float, float]
    unit_powers: tuple[float, float, float] = (float("nan"),) * 3
    part_lean: float = float("nan")
    mode_lean: Mapping[str, float] = field(default_factory=dict)
    mode_split: Mapping[str, float] = field(default_factory=dict)
    share_bends: FoundTerms = NO_TERMS


def lesson(
    name: str,
    day: date,
    wide: NightRace,
    votes: IntArray,
    modes: Sequence[str],
    apart: BoolArray,
) -> NightLesson:
    """Read a finished race.

    Parameters
    ----------
    name, day
        The race, and the day of its runoff.
    wide
        The race under the scales `WIDE`.
    votes
        Runoff votes of the finalists, shape (n_units, 2, n_modes).
    modes
        Ways of voting of the last axis.
    apart
        Units that hold one way of voting, shape (n_units,).
    """
    count = replace(
        Count.nothing(len(votes)),
        votes=votes.sum(axis=2, keepdims=True),
        status=np.full((len(votes), 1), COMPLETE, dtype=np.int8),
    )
    enough = len(votes) >= MIN_UNITS
    log_ratios = log_aparts = (float("nan"),) * 2
    if enough:
        cells, judged = Cells.of(wide, count), wide.scales
        own_share, (share_ratio, share_apart) = _with_own_multiples(
            wide.share,
            cells.observed_share(wide.share),
            apart,
            (judged.share_shared_ratio, judged.share_apart),
        )
        own_votes, (vote_ratio, vote_apart) = _with_own_multiples(
            wide.votes,
            cells.observed_votes(wide.votes),
            apart,
            (judged.vote_shared_ratio, judged.vote_apart),
        )
        log_ratios, log_aparts = (share_ratio, vote_ratio), (share_apart, vote_apart)
        wide = replace(wide, share=own_share, votes=own_votes)
    share, total = observed_levels(wide, count)
    lean, split = _modes(wide, votes, tuple(modes))
    n_terms = len(WIDE.share_terms)
    wide_share = WIDE.share_terms + (WIDE.share_bend,) * (share.level.x.shape[1] - n_terms)
    of_share = _found_terms(share, wide_share, enough)
    return NightLesson(
        name,
        day,
        FoundTerms(of_share.mean[:n_terms], of_share.variance[:n_terms]),
        _found_terms(total, WIDE.vote_terms, enough),
        (*_log_scales(share, enough), *_log_scales(total, enough)),
        log_ratios,
        log_aparts,
        _unit_powers(wide, share, total, count) if len(votes) >= MANY_UNITS else (np.nan,) * 3,
        part_lean(CountedCells.of(votes, modes, apart, wide.county)),
        lean,
        split,
        FoundTerms(of_share.mean[n_terms:], of_share.variance[n_terms:]),
    )


def _found_terms(posterior: Posterior, wide: tuple[float, ...], enough: bool) -> FoundTerms:
    """The coefficients, with their variance and that of the draws."""
    level = posterior.level
    mean, covariance = posterior.coefficients()
    known = (np.abs(level.x) > 1e-9).any(axis=0) & enough
    explained = np.diag(covariance) + np.diag(level.covariance) - np.square(wide)
    return FoundTerms(
        tuple(np.where(known, mean, np.nan).tolist()),
        tuple(np.where(known, explained, np.nan).tolist()),
    )


def _with_own_multiples(
    level: Level,
    observed: Observed,
    apart: BoolArray,
    judged: tuple[float, float],
) -> tuple[Level, tuple[float, float]]:
    """A level whose multiples are those of the race, and their logs; NaN where it has none.

    Parameters
    ----------
    level, observed
        The level and its whole count.
    apart
        Units of one way of voting.
    judged
        What units share, and how far the units of one way of voting depart.
    """
    log_apart = float("nan")
    if apart.sum() >= MIN_APART:

        def departing(by: float) -> Level:
            return replace(level, unit_load=np.where(apart, by * level.load, level.unit_load))

        density = [shared_evidence(departing(by), observed, judged[:1])[0] for by in APARTS]
        log_apart = _posterior_log(APARTS, np.array(density), judged[1])
        level = departing(float(np.exp(log_apart)))
    log_ratio = _posterior_log(RATIOS, shared_evidence(level, observed, RATIOS), judged[0])
    known = replace(level, shared_ratio=float(np.exp(log_ratio)), shared_log_sd=0.0)
    return known, (log_ratio, log_apart)


def _posterior_log(values: Sequence[float], log_density: FloatArray, judged: float) -> float:
    """Posterior mean of the log of a value that is log-normal around a judgement."""
    logs = np.log(values)
    density = log_density - 0.5 * ((logs - np.log(judged)) / LOG_SD) ** 2
    return float(np.average(logs, weights=np.exp(density - density.max())))


def _log_scales(posterior: Posterior, enough: bool) -> tuple[float, float]:
    """Posterior means of the logs of the scales of units and counties."""
    logs = np.log([node.scales for node in posterior.nodes])
    unit, county = (posterior.weights @ logs).tolist()
    level: Level = posterior.level
    return unit if enough else float("nan"), county if enough and level.n_counties > 4 else float(
        "nan"
    )


def _unit_powers(
    race: NightRace, share: Posterior, total: Posterior, count: Count
) -> tuple[float, float, float]:
    """By which powers the spread of units falls, by maximum likelihood of a normal spread."""
    n = count.unit_votes.sum(axis=1)
    used = np.flatnonzero(n > MIN_UNIT_VOTES)
    if len(used) < MANY_UNITS:
        return (float("nan"),) * 3
    first, second = count.unit_votes[used].T + 0.5
    expected_votes = np.exp(race.votes.mean[used])
    size = np.log(expected_votes / np.median(expected_votes))
    p = np.clip(expit(race.share.mean[used]), 0.02, 0.98)
    uneven = np.log(np.clip(4 * p * (1 - p), 0.05, 1))
    left = np.log(first / second) - _fitted(share, used)
    by_size, by_evenness = _powers(left, 1 / first + 1 / second, np.stack([size, uneven]))
    load = race.votes.load[used]
    left = (np.log(n[used]) - _fitted(total, used)) / load
    (of_votes,) = _powers(left, 1 / n[used] / load, size[None])
    return by_size, by_evenness, of_votes


def _fitted(posterior: Posterior, used: IndexArray) -> FloatArray:
    """Mean, coefficients and counties of some cells, without their own departures."""
    level, node = posterior.level, posterior.nodes[0]
    county = node.county_y - node.county_x @ node.mean
    fitted = level.mean + level.columns @ node.mean + level.load * county[level.county]
    return np.asarray(fitted[used])


def _powers(left: FloatArray, chance: FloatArray, logs: FloatArray) -> list[float]:
    """Negative powers of some values in the spread of what is left over, in [-0.3, 0.8]."""
    # A few wrong rows would be all that is seen.
    left = np.clip(left, *np.quantile(left, (0.01, 0.99)))

    def minus_log_likelihood(at: FloatArray) -> float:
        variance = np.exp(2 * (at[0] - at[1:] @ logs)) + chance
        return float(0.5 * (np.log(variance) + left**2 / variance).sum())

    start = np.r_[np.log(left.std() + 1e-3), np.zeros(len(logs))]
    found = optimize.minimize(minus_log_likelihood, start, method="Nelder-Mead")
    return [float(power) for power in np.clip(found.x[1:], -0.3, 0.8)]


def _modes(
    race: NightRace, votes: IntArray, modes: tuple[str, ...]
) -> tuple[dict[str, float], dict[str, float]]:
    """Squares of the changes of lean and part of every way of voting, less chance."""
    before = race.modes
    if not before.known or modes == ("",):
        return {}, {}
    sides, cast = before.votes.sum(axis=0), before.cast.sum(axis=0)
    now = votes.sum(axis=0)
    lean, split = {}, {}
    for position, mode in enumerate(modes):
        if mode not in before.modes:
            continue
        k = before.modes.index(mode)
        then, here = sides[:, k], now[:, position]
        if min(then.sum(), here.sum()) < MIN_MODE_VOTES:
            continue
        moved = _lean(here, now) - _lean(then, sides)
        lean[mode] = moved**2 - float((1 / (then + 0.5)).sum() + (1 / (here + 0.5)).sum())
        part = np.log(here.sum() / now.sum()) - np.log(cast[k] / cast.sum())
        split[mode] = float(part) ** 2 - 1 / float(here.sum()) - 1 / float(cast[k])
    return lean, split


def _lean(votes: IntArray, of_all: IntArray) -> float:
    """Log-odds of some votes less those of all, from votes of both sides."""
    whole = of_all.sum(axis=1) + 0.5
    own = votes + 0.5
    return float(np.log(own[0] / own[1]) - np.log(whole[0] / whole[1]))
