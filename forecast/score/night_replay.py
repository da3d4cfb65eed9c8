"""A finished race as if it were being counted: orders, snapshots, and how good a night is.

A replay takes the final votes of every unit and way of voting, puts them in an order, and cuts
them at shares of all votes. At the last cut every unit is complete, and the late votes are still
out: the provisional ones where they are known apart, elsewhere a batch that is held back at
random, as large and as different as finished races say.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from forecast.night.count import COMPLETE, LATE_MODES, PARTIAL, Count
from forecast.night.learned import NightScales
from forecast.night.level_conditioning import summed
from forecast.night.night_posterior import NightPosterior
from forecast.night.night_race import NightRace
from forecast.race.contest import Race, Returns
from forecast.race.folder import align
from forecast.runoff.monte_carlo import wins_of
from forecast.stats import scoring_rules as rules
from forecast.stats.arrays import BoolArray, FloatArray, IndexArray, IntArray
from forecast.stats.distributions import expit, logit

FRACTIONS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)


class Order(StrEnum):
    """In which order the units of a finished race come in."""

    RANDOM = "random"
    COUNTY = "county"
    SMALL = "small"
    EARLY = "early"
    FIRST = "first"
    SECOND = "second"
    FIRST_RESULT = "first_result"
    SECOND_RESULT = "second_result"


# Those that a night can have; the two that sort by the result itself are harder than any.
NIGHT_ORDERS = (Order.RANDOM, Order.COUNTY, Order.SMALL, Order.EARLY, Order.FIRST, Order.SECOND)
SEED = 20170620
_MODE_RANK = {"early": 0, "election_day": 1, "": 1, "mail": 2, "provisional": 3}


@dataclass(frozen=True, eq=False)
class FinalCount:
    """The counted runoff in the units of round one.

    Attributes
    ----------
    count
        All votes in these units.
    elsewhere
        Votes of both finalists in units that round one does not have, shape (2,).
    late
        The part of the votes that comes after every unit is complete, the shape of the votes.
    synthetic
        Whether that part was held back at random, because nobody published it.
    """

    count: Count
    late: IntArray
    synthetic: bool

    @property
    def share(self) -> float:
        """Final share of the first finalist."""
        first, second = self.count.totals.tolist()
        return float(first / max(first + second, 1))


def final_count(race: Race, returns: Returns, scales: NightScales, seed: int) -> FinalCount:
    """The count of a finished race, and which of its votes are late.

    Parameters
    ----------
    race
        The race.
    returns
        Its runoff; units that round one does not have are left out.
    scales
        What finished races say of late votes, where nobody published them.
    seed
        Of the late votes that are held back.
    """
    inside, present = align(returns, race.first_round)
    columns = [returns.candidate_index(name) for name in race.contest.finalists]
    votes = inside.votes[:, columns]
    count = replace(
        Count.nothing(len(votes), inside.modes),
        votes=votes,
        status=np.full((len(votes), len(inside.modes)), COMPLETE, dtype=np.int8),
    )
    if not present.any():
        raise ValueError(f"no unit of {race.contest.id} has a runoff row")
    return final_of_count(count, race.contest.id, scales, seed)


def final_of_count(count: Count, race_id: str, scales: NightScales, seed: int) -> FinalCount:
    """Which votes of a complete count are late; see `final_count`."""
    votes = count.votes
    late = np.zeros_like(votes)
    apart = [mode in LATE_MODES for mode in count.modes]
    if any(apart):
        late[:, :, apart] = votes[:, :, apart]
        return FinalCount(count, late, synthetic=False)
    rng = np.random.default_rng([zlib.crc32(race_id.encode()), seed])
    part = min(np.exp(scales.late_log_share + scales.late_log_sd * rng.standard_normal()), 0.5)
    lean = scales.late_lean_sd * rng.standard_normal()
    totals = votes.sum(axis=(0, 2))
    share = float(expit(logit((totals[0] + 0.5) / (totals.sum() + 1)) + lean))
    wanted = part * totals.sum() * np.array([share, 1 - share])
    chance = np.clip(wanted / np.maximum(totals, 1), 0, 0.9)
    late = rng.binomial(votes, chance[None, :, None])
    return FinalCount(count, late, synthetic=True)


def ordered_cells(
    order: Order, final: FinalCount, race: Race, apart: BoolArray, seed: int
) -> IndexArray | None:
    """Cells, units first, in the order in which they are counted; None where there is no such.

    Parameters
    ----------
    order
        The order.
    final, race
        The count and its race.
    apart
        Units that hold one way of voting, shape (n_units,).
    seed
        Of what an order leaves to chance.
    """
    count = final.count
    n_units, n_modes = count.n_units, len(count.modes)
    rng = np.random.default_rng([seed, zlib.crc32(f"{race.contest.id} {order}".encode())])
    chance = rng.permutation(n_units)
    unit = np.repeat(np.arange(n_units), n_modes)
    mode = np.tile([_MODE_RANK.get(name, 1) for name in count.modes], n_units)
    cast = race.first_round.votes_cast
    result = count.unit_votes
    first, second = race.finalist_index
    known = race.first_round.counts
    own = np.log((known[:, first] + 0.5) / (known[:, second] + 0.5))
    ran = np.log((result[:, 0] + 0.5) / (result[:, 1] + 0.5))
    match order:
        case Order.RANDOM:
            key = chance.astype(np.float64)
        case Order.COUNTY:
            first_county = rng.permutation(len(race.county_names))[race.county_index]
            key = (first_county * n_units + chance).astype(np.float64)
        case Order.SMALL:
            key = cast.astype(np.float64)
        case Order.FIRST:
            key = -own
        case Order.SECOND:
            key = own
        case Order.FIRST_RESULT:
            key = -ran
        case Order.SECOND_RESULT:
            key = ran
        case Order.EARLY:
            if n_modes == 1 and not apart.any():
                return None
            key = chance.astype(np.float64)
    if order is Order.EARLY:
        return np.lexsort((key[unit], np.where(apart[unit], 0, mode)))
    return np.lexsort((mode, key[unit]))


def snapshots(
    final: FinalCount, cells: IndexArray, fractions: Sequence[float], seed: int
) -> Iterator[Count]:
    """The count at shares of all votes that are not late; the last cell is counted in part."""
    count = final.count
    n_modes = len(count.modes)
    night = np.moveaxis(count.votes - final.late, 2, 1).reshape(-1, 2)
    late_mode = np.tile([mode in LATE_MODES for mode in count.modes], count.n_units)
    cells = cells[~late_mode[cells]]
    sizes = night[cells].sum(axis=1)
    reached = np.cumsum(sizes)
    rng = np.random.default_rng(seed)
    for fraction in fractions:
        wanted = fraction * reached[-1]
        n_whole = len(cells) if fraction >= 1 else int(np.searchsorted(reached, wanted, "right"))
        votes = np.zeros_like(night)
        status = np.zeros(len(night), dtype=np.int8)
        whole = cells[:n_whole]
        votes[whole], status[whole] = night[whole], COMPLETE
        if fraction > 0 and n_whole < len(cells):
            cell = cells[n_whole]
            rest = int(wanted - (reached[n_whole - 1] if n_whole else 0))
            if rest > 0:
                one = int(rng.hypergeometric(int(night[cell, 0]), int(night[cell, 1]), rest))
                votes[cell], status[cell] = (one, rest - one), PARTIAL
        yield replace(
            count,
            votes=np.moveaxis(votes.reshape(count.n_units, n_modes, 2), 1, 2),
            status=status.reshape(count.n_units, n_modes),
        )


@dataclass(frozen=True)
class NightScore:
    """One snapshot of a replay beside the result; shares are the first finalist's.

    Attributes
    ----------
    race, order, fraction
        Which.
    actual
        The final share.
    mean, low80, high80, low95, high95
        Of the forecast.
    win_probability
        Of the first finalist.
    crps, crps_extrapolated, crps_swing
        Of the forecast, of the count as it stands, and of a uniform swing.
    seconds
        Time of the update.
    """

    race: str
    order: str
    fraction: float
    actual: float
    mean: float
    low80: float
    high80: float
    low95: float
    high95: float
    win_probability: float
    crps: float
    crps_extrapolated: float
    crps_swing: float
    turnout_actual: float
    turnout_low80: float
    turnout_high80: float
    turnout_low95: float
    turnout_high95: float


def score_snapshot(
    night: NightRace, prior: FloatArray, race: Race, final: FinalCount, count: Count
) -> dict[str, float]:
    """Scores of the forecast at a snapshot, and of two simple ones; see `NightScore`.

    Parameters
    ----------
    night
        The race.
    prior
        Votes of both finalists in the forecast's draws, taken while nothing is counted.
    race, final
        The race, and the result.
    count
        The snapshot.
    """
    votes = prior
    if count.any_votes:
        votes = NightPosterior.of(night, count).final_votes(prior, SEED).sum(axis=1)
    both = votes.sum(axis=1)
    share = votes[:, 0] / np.maximum(both, 1)
    low95, low80, high80, high95 = np.quantile(share, (0.025, 0.1, 0.9, 0.975))
    turnout = np.quantile(both, (0.025, 0.1, 0.9, 0.975))
    actual = final.share
    return {
        "actual": actual,
        "mean": float(share.mean()),
        "low80": float(low80),
        "high80": float(high80),
        "low95": float(low95),
        "high95": float(high95),
        "win_probability": float(wins_of(votes).mean()),
        "crps": float(rules.crps_draws(share, actual)),
        "crps_extrapolated": abs(extrapolated(count) - actual),
        "crps_swing": abs(uniform_swing(race, count) - actual),
        "turnout_actual": float(final.count.totals.sum()),
        "turnout_low80": float(turnout[1]),
        "turnout_high80": float(turnout[2]),
        "turnout_low95": float(turnout[0]),
        "turnout_high95": float(turnout[3]),
    }


def extrapolated(count: Count) -> float:
    """The share as it is counted; a half before the first vote."""
    first, second = count.totals.tolist()
    return float(first / (first + second)) if first + second else 0.5


def uniform_swing(race: Race, count: Count) -> float:
    """The share if every unit moves from round one as those that report have moved.

    Of a unit's finalists' votes of round one, the share moves by as many points and the number by
    the same factor everywhere. Only units that are complete tell of the move.
    """
    first, second = race.finalist_index
    before = race.first_round.counts[:, [first, second]].astype(np.float64)
    if count.by_county:
        before = summed(before, race.county_index, count.n_units)
    size = before.sum(axis=1)
    start = before[:, 0] / np.maximum(size, 1)
    now = count.unit_votes
    done = count.complete & (size > 0)
    if not now[done].sum():
        done = (now.sum(axis=1) > 0) & (size > 0)
    if not now[done].sum():
        return float(before[:, 0].sum() / max(size.sum(), 1))
    swing = now[done, 0].sum() / now[done].sum() - np.average(start[done], weights=size[done])
    factor = now[done].sum() / size[done].sum()
    total = np.where(count.complete, now.sum(axis=1), np.maximum(size * factor, now.sum(axis=1)))
    come = total - now.sum(axis=1)
    one = now[:, 0] + come * np.clip(start + swing, 0, 1)
    return float(one.sum() / max(total.sum(), 1))
