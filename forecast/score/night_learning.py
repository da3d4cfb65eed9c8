"""What finished races teach of nights: how forecasts err within a race, and how modes change.

What each of the races before a day says (`forecast.score.night_lesson`), drawn to the judgement of
`forecast.night.learned.NightScales` by a few races' worth, makes the scales for nights from that
day on. Some errors have a sign that means the same in every race: units stretched along their
lean. Of these the mean is learned too. Races of one day share its surprise and count as one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from forecast.night.learned import NightScales
from forecast.score.night_lesson import NightLesson
from forecast.stats.arrays import FloatArray

# Races' worth of judgement in every learned scale.
WORTH = 6.0
# Terms whose sign means the same whoever is the first finalist: of the share a stretch along the
# lean; of the votes the size, the eliminated, and the units of one way of voting.
SIGNED_SHARE, SIGNED_VOTES = (1,), (2, 3, 4)
# Of what whole counts say that units share. A whole count hardly tells a smooth departure from one
# twice as large and twice as smooth, and counts in part are forecast better with the smaller one:
# decided on the learning half of docs/night-method.md.
SHARED_PART = 0.5
# Means and spreads are found in turns; they no longer move after so many.
FITS = 8


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

    def of_days(values: Sequence[Sequence[float]]) -> list[float]:
        finite = [[value for value in day if np.isfinite(value)] for day in values]
        return [float(np.mean(day)) for day in finite if day]

    def scale(prior: float, values: Sequence[Sequence[float]]) -> float:
        means = of_days(values)
        mean = (WORTH * prior**2 + sum(means)) / (WORTH + len(means))
        return float(np.sqrt(max(mean, 0.25 * prior**2)))

    def terms(
        judged_sd: tuple[float, ...], attribute: str, signed: Sequence[int]
    ) -> tuple[tuple[float, ...], tuple[float, ...]]:
        found = [_by_day(days, attribute, k) for k in range(len(judged_sd))]
        mean, sd = np.zeros(len(judged_sd)), np.array(judged_sd)
        for _ in range(FITS):
            for k in signed:
                mean[k] = _mean(sd[k], judged_sd[k], found[k])
            for k in range(1, len(sd)):
                sd[k] = _spread(judged_sd[k], mean[k], found[k])
        return tuple(mean.tolist()), tuple(sd.tolist())

    def towards(judgement: float, values: Sequence[Sequence[float]]) -> float:
        means = of_days(values)
        return (WORTH * judgement + sum(means)) / (WORTH + len(means))

    def log_scale(
        attribute: str, k: int, judgement: float, judged_sd: float
    ) -> tuple[float, float]:
        logs = [[getattr(one, attribute)[k] for one in day] for day in days]
        mean = towards(judgement, logs)
        return mean, scale(judged_sd, [[(log - mean) ** 2 for log in day] for day in logs])

    def ratio(k: int, judgement: float, judged_sd: float) -> tuple[float, float]:
        whole = float(np.log(judgement / SHARED_PART))
        mean, sd = log_scale("log_ratios", k, whole, judged_sd)
        return SHARED_PART * float(np.exp(mean)), sd

    def log_aparts(k: int) -> list[list[float]]:
        return [[one.log_aparts[k] for one in day] for day in days]

    def of_modes(prior: Mapping[str, float], attribute: str) -> dict[str, float]:
        return {
            mode: scale(
                sd, [[getattr(one, attribute).get(mode, np.nan) for one in day] for day in days]
            )
            for mode, sd in prior.items()
        }

    def power(prior: float, k: int) -> float:
        powers = [[one.unit_powers[k] for one in day] for day in days]
        return float(np.clip(towards(prior, powers), 0, 0.5))

    of_share, of_votes = judged.share_unit_powers, judged.vote_unit_powers
    share_means, share_terms = terms(judged.share_terms, "share_terms", SIGNED_SHARE)
    vote_means, vote_terms = terms(judged.vote_terms, "vote_terms", SIGNED_VOTES)
    share_unit = log_scale("log_scales", 0, 0.0, judged.share_unit_log_sd)
    share_county = log_scale("log_scales", 1, 0.0, judged.share_county_log_sd)
    vote_unit = log_scale("log_scales", 2, 0.0, judged.vote_unit_log_sd)
    vote_county = log_scale("log_scales", 3, 0.0, judged.vote_county_log_sd)
    share_ratio = ratio(0, judged.share_shared_ratio, judged.share_shared_log_sd)
    vote_ratio = ratio(1, judged.vote_shared_ratio, judged.vote_shared_log_sd)
    return replace(
        judged,
        share_unit_powers=(power(of_share[0], 0), power(of_share[1], 1)),
        vote_unit_powers=(power(of_votes[0], 2), of_votes[1]),
        share_terms=share_terms,
        vote_terms=vote_terms,
        share_means=share_means,
        share_bend=_spread(judged.share_bend, 0.0, _bends_by_day(days)),
        vote_means=vote_means,
        share_unit_log_mean=share_unit[0],
        share_county_log_mean=share_county[0],
        vote_unit_log_mean=vote_unit[0],
        vote_county_log_mean=vote_county[0],
        share_unit_log_sd=share_unit[1],
        share_county_log_sd=share_county[1],
        vote_unit_log_sd=vote_unit[1],
        vote_county_log_sd=vote_county[1],
        share_shared_ratio=share_ratio[0],
        vote_shared_ratio=vote_ratio[0],
        share_shared_log_sd=share_ratio[1],
        vote_shared_log_sd=vote_ratio[1],
        share_apart=float(np.exp(towards(np.log(judged.share_apart), log_aparts(0)))),
        vote_apart=float(np.exp(towards(np.log(judged.vote_apart), log_aparts(1)))),
        mode_lean_sd=of_modes(judged.mode_lean_sd, "mode_lean"),
        mode_split_sd=of_modes(judged.mode_split_sd, "mode_split"),
        part_lean_sd=scale(judged.part_lean_sd, [[one.part_lean for one in day] for day in days]),
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


def _bends_by_day(
    days: Sequence[Sequence[NightLesson]],
) -> list[tuple[FloatArray, FloatArray]]:
    """All bends of the races of each day, and their variances, where the races tell."""
    found = []
    for day in days:
        mean = np.concatenate([np.asarray(one.share_bends.mean, float) for one in day])
        variance = np.concatenate([np.asarray(one.share_bends.variance, float) for one in day])
        known = np.isfinite(mean)
        if known.any():
            found.append((mean[known], np.maximum(variance[known], 1e-6)))
    return found


def _mean(sd: float, judged_sd: float, days: Sequence[tuple[FloatArray, FloatArray]]) -> float:
    """The mean of a term, given its spread; judged 0, for `WORTH` races."""
    above, below = 0.0, WORTH / judged_sd**2
    for mean, variance in days:
        weight = 1 / (sd**2 + variance)
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
