"""How much likelier a count is with its finalists exchanged: as a whole, and in its counties.

By the marginal likelihood of the hierarchy, which knows of the forecast of the race and of how
counties and units differ: where all units of a file, or of a county, lean the wrong way round it is
large, whatever the race does, though each of them alone is as its neighbors are.
"""

from dataclasses import replace

import numpy as np

from forecast.night.count import Count
from forecast.night.hierarchy import Level, Observed
from forecast.night.level_conditioning import log_evidence
from forecast.night.night_cells import Cells
from forecast.night.night_race import NightRace
from forecast.stats.arrays import BoolArray, FloatArray, IndexArray

# Log of how much likelier a count must be with its finalists exchanged, to be taken for exchanged:
# 150 times.
EXCHANGED_EVIDENCE = 5.0
# Cells by which an exchange is looked for; by how many standard deviations from the others one is
# left out, and the least that a standard deviation is.
MOST_CELLS, FAR_APART, LEAST_SPREAD = 400, 5.0, 0.3
# Cells of a county from which its exchange shows; log-odds by which it must be off; and counties
# of a count that are looked at, the farthest off first.
MIN_CELLS, COUNTY_MOVES, MOST_COUNTIES = 5, 0.5, 5
# Votes of a county's earlier count from which it says which way the county leans.
EARLIER_VOTES = 200
# Median of the size of a standard normal.
_MEDIAN_OF_NORMAL = 0.6745


def likelier_exchanged(race: NightRace, count: Count) -> float:
    """Log of how much likelier the shares of a count are with its finalists exchanged.

    Cells far from what was forecast, less what most are, given or exchanged, are left out of both:
    one of them would outweigh the rest. Of many cells some hundreds tell.

    Parameters
    ----------
    race, count
        The race and what is counted.
    """
    share, _ = race.levels(count.modes)
    observed = Cells.of(race, count).observed_share(share)
    crossed = Cells.of(race, replace(count, votes=count.votes[:, ::-1])).observed_share(share)
    used = _spread_over(np.arange(len(observed.cell)), MOST_CELLS)
    for one in (observed, crossed):
        used = used[_near_the_rest((one.value - share.mean[one.cell])[used])]
    return _evidence(share, crossed, used) - _evidence(share, observed, used)


def exchanged_counties(race: NightRace, new: Count, old: Count, asked: BoolArray) -> BoolArray:
    """Units of counties that a count has with the finalists exchanged.

    A county most of whose votes are new, of which the forecast, how much most counties differ from
    it and its own earlier count say rather the opposite.

    Parameters
    ----------
    race, new, old
        The race, what is counted, and the last good count, with the same ways of voting.
    asked
        Units whose votes are new, shape (n_units,).

    Returns
    -------
    BoolArray
        Those of `asked` that are in such a county, shape (n_units,).
    """
    share, _ = race.levels(new.modes)
    found = np.zeros(new.n_units, dtype=bool)
    cells = Cells.of(race, new)
    seen = cells.observed_share(share)
    crossed = Cells.of(race, replace(new, votes=new.votes[:, ::-1])).observed_share(share)
    county, unit = share.county[seen.cell], cells.unit[seen.cell]
    fresh = asked[unit]
    turned = _turned_counties(share, seen, county, fresh, new, old)
    while turned:
        tried = [_gain(share, seen, crossed, fresh & (county == one)) for one in turned]
        best = int(np.argmax(tried))
        if tried[best] <= EXCHANGED_EVIDENCE:
            break
        # The others are held against the count with this one as it must be.
        inside = fresh & (county == turned.pop(best))
        found[unit[inside]] = True
        seen = _with_exchanged(seen, crossed, inside)
    return found


def _gain(share: Level, seen: Observed, crossed: Observed, inside: BoolArray) -> float:
    """Log of how much likelier some cells make the count if they are exchanged.

    Parameters
    ----------
    share
        The level.
    seen, crossed
        Its observed cells as they are, and with the finalists exchanged.
    inside
        Which of them are in question.
    """
    mine = _spread_over(np.flatnonzero(inside), MOST_CELLS // 4)
    rest = _spread_over(np.flatnonzero(~inside), MOST_CELLS - MOST_CELLS // 4)
    mean = share.mean[seen.cell]
    for one in (seen, crossed):
        mine = mine[_near_the_rest((one.value - mean)[mine])]
    rest = rest[_near_the_rest((seen.value - mean)[rest])]
    used = np.concatenate([mine, rest])
    exchanged = _with_exchanged(seen, crossed, inside)
    return _evidence(share, exchanged, used) - _evidence(share, seen, used)


def _with_exchanged(seen: Observed, crossed: Observed, inside: BoolArray) -> Observed:
    return replace(
        seen,
        value=np.where(inside, crossed.value, seen.value),
        variance=np.where(inside, crossed.variance, seen.variance),
    )


def _turned_counties(
    share: Level,
    seen: Observed,
    county: IndexArray,
    fresh: BoolArray,
    new: Count,
    old: Count,
) -> list[int]:
    """Counties nearer to what was forecast with their finalists exchanged, the farthest off first.

    Parameters
    ----------
    share, seen
        The level, and its observed cells.
    county, fresh
        County of each of these, and whether its votes are new.
    new, old
        See `exchanged_counties`.
    """
    n_counties = share.n_counties
    precision = 1 / (seen.variance + share.unit_sd**2)
    total, n_cells = (np.bincount(county, part, n_counties) for part in (precision, None))

    def mean(values: FloatArray) -> FloatArray:
        sums = np.bincount(county, precision * values, n_counties)
        return np.where(n_cells > 0, sums / np.maximum(total, 1e-12), np.nan)

    n_fresh = np.bincount(county, fresh, n_counties)
    apart = mean(seen.value - share.mean[seen.cell])
    crossed = mean(-seen.value - share.mean[seen.cell])
    move = _median_of_others(apart)
    given, other = np.abs(apart - move), np.abs(crossed - move)
    turned = (n_fresh >= MIN_CELLS) & (2 * n_fresh > n_cells)
    turned &= (given > COUNTY_MOVES) & (other < given)  # not where there are no others
    then, now = (_county_log_odds(share, count, n_counties) for count in (old, new))
    turned &= ~(np.abs(now - then) < np.abs(now + then))  # nothing where it had too few
    order = np.argsort(other - given, kind="stable")
    return [int(index) for index in order if turned[index]][:MOST_COUNTIES]


def _median_of_others(values: FloatArray) -> FloatArray:
    """Of each value the median of the others that are known, NaN for the only one."""
    known = np.flatnonzero(np.isfinite(values))
    found = np.full(len(values), np.nan)
    if len(known) > 1:
        ordered = np.sort(values[known])
        for at in known.tolist():
            others = np.delete(ordered, np.searchsorted(ordered, values[at]))
            found[at] = np.median(others)
    return found


def _county_log_odds(share: Level, count: Count, n_counties: int) -> FloatArray:
    """Of the votes of each county, NaN where they are too few to tell; shape (n_counties,)."""
    of_unit = share.county_of_unit
    first, second = (np.bincount(of_unit, side, n_counties) for side in count.unit_votes.T)
    told = first + second >= EARLIER_VOTES
    return np.where(told, np.log((first + 0.5) / (second + 0.5)), np.nan)


def _spread_over(at: IndexArray, most: int) -> IndexArray:
    """At most so many of some positions, evenly."""
    if len(at) <= most:
        return at
    return np.asarray(at[np.linspace(0, len(at) - 1, most).astype(int)])


def _near_the_rest(apart: FloatArray) -> BoolArray:
    """Which are no farther from the median than a normal's tail reaches."""
    if not len(apart):
        return np.zeros(0, dtype=bool)
    apart = np.abs(apart - np.median(apart))
    spread = float(np.median(apart)) / _MEDIAN_OF_NORMAL
    return np.asarray(apart <= FAR_APART * max(spread, LEAST_SPREAD))


def _evidence(level: Level, observed: Observed, used: IndexArray) -> float:
    """Log of how likely some of the observed cells are."""
    if not len(used):
        return 0.0
    return log_evidence(level.of_cells(observed.cell[used]), observed.alone(used))
