"""What finished races teach of nights: how forecasts err within a race, and how modes change.

Each race is conditioned on its whole count under wide scales; the posterior says how large its
errors were. Over the races before a day their mean squares, drawn to the judgement of
`forecast.night.learned.NightScales` by a few races' worth, are the scales for nights from that
day on. Some errors have a sign that means the same in every race: units stretched along their
lean. Of these the mean is learned too. Races of one day share its surprise and count as one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

import numpy as np
from scipy import optimize

from forecast.night.count import COMPLETE, Count
from forecast.night.hierarchy import Level, Posterior
from forecast.night.learned import NightScales
from forecast.night.night_race import NightRace, observed_levels
from forecast.stats.arrays import FloatArray, IndexArray, IntArray
from forecast.stats.distributions import expit

# Races' worth of judgement in every learned scale.
WORTH = 6.0
# Units from which the slopes of a race are known well enough to be told from chance.
MIN_UNITS = 30
# Units from which their spread tells how it goes with their size.
MANY_UNITS = 100
# Votes of a way of voting below which its lean is chance.
MIN_MODE_VOTES = 50
# Votes of a unit below which its share is chance.
MIN_UNIT_VOTES = 20
WIDE = NightScales(
    share_terms=(1.0,) * 7,
    vote_terms=(1.0,) * 5,
    share_county_log_sd=1.0,
    share_unit_log_sd=1.0,
    vote_county_log_sd=1.0,
    vote_unit_log_sd=1.0,
)


# Terms whose sign means the same whoever is the first finalist, in groups that share a mean: of the
# share a stretch along the lean, and of both its ends; of the votes the size, the eliminated, and
# the units of one way of voting.
SIGNED_SHARE, SIGNED_VOTES = ((1,), (2, 3)), ((2,), (3,), (4,))
# Means and spreads are found in turns; they no longer move after so many.
FITS = 8


class FoundTerms(NamedTuple):
    """Coefficients of a race, and the variance in them that the forecast or chance explains.

    NaN where the race does not tell.
    """

    mean: tuple[float, ...]
    variance: tuple[float, ...]


@dataclass(frozen=True)
class NightLesson:
    """What one finished race says.

    Attributes
    ----------
    race, day
        The race and the day of its runoff.
    share_terms, vote_terms
        Coefficients of the share and of the votes.
    log_scales
        Logs of the scales of the share's units and counties, and of the votes', NaN likewise.
    unit_powers
        Powers of the share's units by votes and by 4 p (1 - p), and of the votes' by votes.
    mode_lean, mode_split
        Excess of the squares of the changes of each way of voting over chance.
    """

    race: str
    day: date
    share_terms: FoundTerms
    vote_terms: FoundTerms
    log_scales: tuple[float, float, float, float]
    unit_powers: tuple[float, float, float] = (float("nan"),) * 3
    mode_lean: Mapping[str, float] = field(default_factory=dict)
    mode_split: Mapping[str, float] = field(default_factory=dict)


def lesson(
    name: str, day: date, wide: NightRace, votes: IntArray, modes: Sequence[str]
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
    """
    count = replace(
        Count.nothing(len(votes)),
        votes=votes.sum(axis=2, keepdims=True),
        status=np.full((len(votes), 1), COMPLETE, dtype=np.int8),
    )
    share, total = observed_levels(wide, count)
    enough = len(votes) >= MIN_UNITS
    lean, split = _modes(wide, votes, tuple(modes))
    return NightLesson(
        name,
        day,
        _found_terms(share, WIDE.share_terms, enough),
        _found_terms(total, WIDE.vote_terms, enough),
        (*_log_scales(share, enough), *_log_scales(total, enough)),
        _unit_powers(wide, share, total, count) if len(votes) >= MANY_UNITS else (np.nan,) * 3,
        lean,
        split,
    )


def learn_scales(lessons: Sequence[NightLesson], before: date) -> NightScales:
    """The scales for nights from a day on, by the races before it.

    Parameters
    ----------
    lessons
        What finished races say.
    before
        Races on this day or later are not looked at.
    """
    judged = NightScales()
    by_day: dict[date, list[NightLesson]] = defaultdict(list)
    for one in lessons:
        if one.day < before:
            by_day[one.day].append(one)
    days = list(by_day.values())

    def scale(prior: float, values: Sequence[Sequence[float]]) -> float:
        means = [
            float(np.mean(known)) for day in values if (known := [v for v in day if np.isfinite(v)])
        ]
        mean = (WORTH * prior**2 + sum(means)) / (WORTH + len(means))
        return float(np.sqrt(max(mean, 0.25 * prior**2)))

    def terms(
        judged_sd: tuple[float, ...], attribute: str, signed: Sequence[Sequence[int]]
    ) -> tuple[tuple[float, ...], tuple[float, ...]]:
        found = [_by_day(days, attribute, k) for k in range(len(judged_sd))]
        mean, sd = np.zeros(len(judged_sd)), np.array(judged_sd)
        for _ in range(FITS):
            for group in signed:
                mean[list(group)] = _mean(sd, judged_sd, [(k, found[k]) for k in group])
            for k in range(1, len(sd)):
                sd[k] = _spread(judged_sd[k], mean[k], found[k])
        return tuple(mean.tolist()), tuple(sd.tolist())

    def log_sd(prior: float, k: int) -> float:
        return scale(prior, [[one.log_scales[k] ** 2 for one in day] for day in days])

    def of_modes(prior: Mapping[str, float], attribute: str) -> dict[str, float]:
        return {
            mode: scale(
                sd, [[getattr(one, attribute).get(mode, np.nan) for one in day] for day in days]
            )
            for mode, sd in prior.items()
        }

    def power(prior: float, k: int) -> float:
        known = [[one.unit_powers[k] for one in day] for day in days]
        means = [float(np.mean(v)) for day in known if (v := [p for p in day if np.isfinite(p)])]
        return float(np.clip((WORTH * prior + sum(means)) / (WORTH + len(means)), 0, 0.5))

    of_share, of_votes = judged.share_unit_powers, judged.vote_unit_powers
    share_means, share_terms = terms(judged.share_terms, "share_terms", SIGNED_SHARE)
    vote_means, vote_terms = terms(judged.vote_terms, "vote_terms", SIGNED_VOTES)
    return replace(
        judged,
        share_unit_powers=(power(of_share[0], 0), power(of_share[1], 1)),
        vote_unit_powers=(power(of_votes[0], 2), of_votes[1]),
        share_terms=share_terms,
        vote_terms=vote_terms,
        share_means=share_means,
        vote_means=vote_means,
        share_unit_log_sd=log_sd(judged.share_unit_log_sd, 0),
        share_county_log_sd=log_sd(judged.share_county_log_sd, 1),
        vote_unit_log_sd=log_sd(judged.vote_unit_log_sd, 2),
        vote_county_log_sd=log_sd(judged.vote_county_log_sd, 3),
        mode_lean_sd=of_modes(judged.mode_lean_sd, "mode_lean"),
        mode_split_sd=of_modes(judged.mode_split_sd, "mode_split"),
        n_races=sum(len(day) for day in days),
    )


def _by_day(
    days: Sequence[Sequence[NightLesson]], attribute: str, k: int
) -> list[tuple[FloatArray, FloatArray]]:
    """A term of the races of each day, and its variance, where the races tell."""
    found = []
    for day in days:
        terms = [getattr(one, attribute) for one in day]
        known = [(one.mean[k], one.variance[k]) for one in terms if np.isfinite(one.mean[k])]
        if known:
            mean, variance = np.array(known).T
            found.append((mean, np.maximum(variance, 1e-6)))
    return found


def _mean(
    sd: FloatArray,
    judged_sd: Sequence[float],
    group: Sequence[tuple[int, Sequence[tuple[FloatArray, FloatArray]]]],
) -> float:
    """The mean that a group of terms shares, given their spread; judged 0, for `WORTH` races."""
    above = 0.0
    below = WORTH / float(np.mean([judged_sd[k] ** 2 for k, _ in group]))
    for k, days in group:
        for mean, variance in days:
            weight = 1 / (sd[k] ** 2 + variance)
            above += float(np.mean(mean * weight))
            below += float(np.mean(weight))
    return above / below


def _spread(judged_sd: float, about: float, days: Sequence[tuple[FloatArray, FloatArray]]) -> float:
    """The likeliest standard deviation beyond what is explained; judged, for `WORTH` races.

    A race says as much of it as its own variance lets it. Of a plain mean of squares the race
    that is known worst would decide.
    """
    tried = judged_sd * np.geomspace(0.1, 10, 401)
    log_density = -0.5 * WORTH * (2 * np.log(tried) + judged_sd**2 / tried**2)
    for mean, variance in days:
        total = tried[:, None] ** 2 + variance
        log_density -= 0.5 * (np.log(total) + (mean - about) ** 2 / total).mean(axis=1)
    return float(tried[np.argmax(log_density)])


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
    fitted = level.mean + level.x @ node.mean + level.load * county[level.county]
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
