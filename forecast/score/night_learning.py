"""What finished races teach of nights: how forecasts err within a race, and how modes change.

Each race is conditioned on its whole count under wide scales; the posterior says how large its
errors were. Over the races before a day their mean squares, drawn to the judgement of
`forecast.night.learned.NightScales` by a few races' worth, are the scales for nights from that
day on. Races of one day share its surprise and count as one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

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


@dataclass(frozen=True)
class NightLesson:
    """What one finished race says.

    Attributes
    ----------
    race, day
        The race and the day of its runoff.
    share_terms, vote_terms
        Excess of the squares of the coefficients over what the forecast's draws say, NaN where
        the race does not tell.
    log_scales
        Logs of the scales of the share's units and counties, and of the votes', NaN likewise.
    unit_powers
        Powers of the share's units by votes and by 4 p (1 - p), and of the votes' by votes.
    mode_lean, mode_split
        Excess of the squares of the changes of each way of voting over chance.
    """

    race: str
    day: date
    share_terms: tuple[float, ...]
    vote_terms: tuple[float, ...]
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
        _excess(share, WIDE.share_terms, enough),
        _excess(total, WIDE.vote_terms, enough),
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

    def terms(prior: tuple[float, ...], attribute: str) -> tuple[float, ...]:
        learned = [
            scale(prior[k], [[getattr(one, attribute)[k] for one in day] for day in days])
            for k in range(1, len(prior))
        ]
        return (prior[0], *learned)

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
    return replace(
        judged,
        share_unit_powers=(power(of_share[0], 0), power(of_share[1], 1)),
        vote_unit_powers=(power(of_votes[0], 2), of_votes[1]),
        share_terms=terms(judged.share_terms, "share_terms"),
        vote_terms=terms(judged.vote_terms, "vote_terms"),
        share_unit_log_sd=log_sd(judged.share_unit_log_sd, 0),
        share_county_log_sd=log_sd(judged.share_county_log_sd, 1),
        vote_unit_log_sd=log_sd(judged.vote_unit_log_sd, 2),
        vote_county_log_sd=log_sd(judged.vote_county_log_sd, 3),
        mode_lean_sd=of_modes(judged.mode_lean_sd, "mode_lean"),
        mode_split_sd=of_modes(judged.mode_split_sd, "mode_split"),
        n_races=sum(len(day) for day in days),
    )


def _excess(posterior: Posterior, wide: tuple[float, ...], enough: bool) -> tuple[float, ...]:
    """Squares of the coefficients less their variance and that of the draws."""
    level = posterior.level
    mean, covariance = posterior.coefficients()
    drawn = np.diag(level.covariance) - np.square(wide)
    moves = (np.abs(level.x) > 1e-9).any(axis=0)
    found = mean**2 - np.diag(covariance) - drawn
    return tuple(
        float(v) if m and enough else float("nan") for v, m in zip(found, moves, strict=True)
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
