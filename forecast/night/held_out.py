"""Counted cells that the rest of the count, and the forecast, say can't be right."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from forecast.night.count import COMPLETE, NOTHING, Count
from forecast.night.hierarchy import Observed, Posterior
from forecast.night.night_cells import Cells
from forecast.night.night_posterior import NightPosterior
from forecast.night.night_race import NightRace
from forecast.stats.arrays import BoolArray, FloatArray
from forecast.stats.distributions import expit

# Standard deviations from which a cell is looked at again without it, and from which its share
# and its number of votes can't be right.
SUSPECT, MAX_SHARE, MAX_VOTES = 3.0, 5.0, 6.0
# What is nearer to what was expected than this is never kept out: log-odds of the share, a
# multiple of the votes, and votes that are too many or too few of either finalist.
LEAST_LOG_ODDS, LEAST_TIMES, LEAST_VOTES = 1.5, 2.5, 50.0
# Standard deviations by which a cell's share is off as it is, and within which it would be with its
# finalists exchanged, where they must be.
MIN_AS_GIVEN, MAX_EXCHANGED = 4.0, 2.5
# By how many more, or fewer, a cell is looked at again without it.
_NEARLY = 1.0
# A cell that says nearly all that is known of its county and race leaves at least so much of the
# precision that the rest has.
_LEAST_LEFT = 1e-3


class Unlike(NamedTuple):
    """Units that can't be right.

    Attributes
    ----------
    units
        Which, shape (n_units,).
    exchanged
        Those of them that are as expected with their finalists exchanged, shape (n_units,).
    cells
        Ways of voting of them that can't be right, shape (n_units, n_modes).
    expected
        Votes of both finalists that were expected where something can't be right, of the ways of
        voting that have it; shape (n_units, 2).
    had
        Votes of the same as the count has them, shape (n_units, 2).
    posterior
        The race given the count, where every unit is right.
    """

    units: BoolArray
    exchanged: BoolArray
    cells: BoolArray
    expected: FloatArray
    had: FloatArray
    posterior: NightPosterior | None


def unlike_units(race: NightRace, count: Count, looked_at: BoolArray, first: BoolArray) -> Unlike:
    """Hold units against what all others and the forecast say of them.

    Cells that are suspect given a count with themselves in it are looked at again without them:
    an error makes all units look more scattered than they are, and hides in it.

    Parameters
    ----------
    race, count
        The race and what is counted.
    looked_at
        Units that may be wrong, shape (n_units,).
    first
        Units that may have their finalists exchanged, for no count before says that they have not;
        shape (n_units,).
    """
    posterior = NightPosterior.of(race, count)
    shape = count.n_units, len(count.modes)
    cells = Cells.of(race, count)
    total = cells.votes.sum(axis=1)
    # What is complete and has no vote is as wrong as one with too few.
    seen = ((total > 0) | (cells.status == COMPLETE)) & np.repeat(looked_at, shape[1])
    others = _with_others(posterior, cells)
    new = np.repeat(first, shape[1])
    suspect = _far(others, cells, (SUSPECT, SUSPECT)) | (new & _exchanged(others, cells, _NEARLY))
    suspect &= seen
    nobody = np.zeros(count.n_units, dtype=bool)
    nothing = np.zeros((count.n_units, 2))
    none = Unlike(nobody, nobody, np.zeros(shape, dtype=bool), nothing, nothing, posterior)
    if not suspect.any():
        return none
    without = NightPosterior.of(race, _without(count, suspect.reshape(shape)))
    away = _predicted(without, cells)
    exchanged = suspect & new & _exchanged(away, cells)
    wrong = exchanged | (suspect & _far(away, cells, (MAX_SHARE, MAX_VOTES)))
    if not wrong.any():
        return none
    expected = (away.expected * wrong[:, None]).reshape(*shape, 2).sum(axis=1)
    had = (cells.votes * wrong[:, None]).reshape(*shape, 2).sum(axis=1)
    # Of a share that is off as many votes are expected as there are.
    at = exchanged.reshape(shape).any(axis=1) & (expected.sum(axis=1) > 0)
    expected[at] *= (had[at].sum(axis=1) / expected[at].sum(axis=1))[:, None]
    of_unit, crossed = (cell.reshape(shape).any(axis=1) for cell in (wrong, exchanged))
    return Unlike(of_unit, crossed, wrong.reshape(shape), expected, had, None)


def likelier_as_it_is(race: NightRace, rest: Count, count: Count, units: BoolArray) -> FloatArray:
    """Log of how much likelier the shares of units are as they are than exchanged.

    Given round one and the rest of the count. A share that is far from what they say either way
    tells nothing.

    Parameters
    ----------
    race
        The race.
    rest, count
        The count that has the rest of the units, and the one that has those in question, with the
        same ways of voting.
    units
        Those in question, shape (n_units,).

    Returns
    -------
    FloatArray
        Shape (n_units,).
    """
    shape = count.n_units, len(count.modes)
    in_question = np.repeat(units[:, None], shape[1], axis=1)
    cells = Cells.of(race, count)
    away = _predicted(NightPosterior.of(race, _without(rest, in_question)), cells)
    given, exchanged = (
        np.minimum(np.abs(apart) / away.share_sd, MIN_AS_GIVEN)
        for apart in (away.share, away.share - 2 * _log_odds(cells))
    )
    likelier = np.where(cells.votes.sum(axis=1) > 0, (exchanged**2 - given**2) / 2, 0.0)
    return np.asarray(likelier.reshape(shape).sum(axis=1))


class _Away(NamedTuple):
    """Cells less what is expected of them, and its standard deviations; shape (n_cells,)."""

    share: FloatArray
    votes: FloatArray
    share_sd: FloatArray
    votes_sd: FloatArray
    expected: FloatArray


def _far(away: _Away, cells: Cells, scores: tuple[float, float]) -> BoolArray:
    """Cells that are farther away than a number of standard deviations, and than can matter."""
    total = cells.votes.sum(axis=1)
    p = away.expected[:, 0] / np.maximum(away.expected.sum(axis=1), 1e-9)
    of_share = (np.abs(away.share) > scores[0] * away.share_sd) & (
        np.abs(away.share) > LEAST_LOG_ODDS
    )
    of_share &= np.abs(cells.votes[:, 0] - total * p) > LEAST_VOTES
    # Of what is not complete more may come.
    complete = cells.status == COMPLETE
    apart = np.where(complete, np.abs(away.votes), away.votes)
    of_votes = (apart > scores[1] * away.votes_sd) & (apart > np.log(LEAST_TIMES))
    of_votes &= np.abs(total - away.expected.sum(axis=1)) > 2 * LEAST_VOTES
    return np.asarray(of_share | of_votes)


def _exchanged(away: _Away, cells: Cells, slack: float = 0.0) -> BoolArray:
    """Cells that are as expected with their finalists exchanged, and far from it as they are.

    Parameters
    ----------
    away, cells
        The cells against what is expected of them.
    slack
        Standard deviations by which either may fall short.
    """
    given = away.share
    crossed = given - 2 * _log_odds(cells)
    total = cells.votes.sum(axis=1)
    p = away.expected[:, 0] / np.maximum(away.expected.sum(axis=1), 1e-9)
    moves = np.abs(cells.votes[:, 0] - total * p) > LEAST_VOTES
    far = np.abs(given) > (MIN_AS_GIVEN - slack) * away.share_sd
    near = np.abs(crossed) < (MAX_EXCHANGED + slack) * away.share_sd
    return np.asarray(far & near & moves)


def _log_odds(cells: Cells) -> FloatArray:
    """Of the votes of each cell, shape (n_cells,)."""
    return np.asarray(np.log((cells.votes[:, 0] + 0.5) / (cells.votes[:, 1] + 0.5)))


def _without(count: Count, cells: BoolArray) -> Count:
    """The count as if nothing were known of some cells, shape (n_units, n_modes)."""
    return replace(
        count,
        votes=np.where(cells[:, None, :], 0, count.votes),
        status=np.where(cells, NOTHING, count.status).astype(np.int8),
        expected=np.where(cells, np.nan, count.expected),
    )


def _predicted(posterior: NightPosterior, cells: Cells) -> _Away:
    """Cells against a posterior that has not seen them."""
    log_odds, variance = posterior.share.cell_moments()
    log_votes, vote_variance = posterior.votes.cell_moments()
    total = np.maximum(cells.votes.sum(axis=1), 0.5)
    both = np.exp(log_votes)
    first = both * expit(log_odds)
    seen = cells.observed_share(posterior.share.level)
    chance = np.full(len(total), np.inf)
    chance[seen.cell] = seen.variance + (0 if seen.part is None else seen.part**2)
    return _Away(
        _log_odds(cells) - log_odds,
        np.log(total) - log_votes,
        np.sqrt(variance + chance),
        np.sqrt(vote_variance + posterior.votes.level.load / np.maximum(both, 0.5)),
        np.stack([first, both - first], axis=1),
    )


def _with_others(posterior: NightPosterior, cells: Cells) -> _Away:
    """Cells against a posterior that has seen them, with what they say themselves taken away."""
    away = _predicted(posterior, cells)
    share = _others_say(posterior.share, cells.observed_share(posterior.share.level))
    votes = _others_say(posterior.votes, cells.observed_votes(posterior.votes.level))
    # Late ballots say hardly anything of their own cell; see `Cells.observed_votes`.
    complete = (cells.status == COMPLETE) & ~cells.late
    log_votes = np.where(complete, votes[0], away.votes)
    share_sd = np.where(np.isfinite(share[1]), share[1], away.share_sd)
    of_share = np.where(np.isfinite(share[0]), share[0], away.share)
    p = expit(_log_odds(cells) - of_share)
    both = np.maximum(cells.votes.sum(axis=1), 0.5) / np.exp(log_votes)
    return _Away(
        of_share,
        log_votes,
        share_sd,
        np.where(complete, votes[1], away.votes_sd),
        np.stack([both * p, both * (1 - p)], axis=1),
    )


def _others_say(posterior: Posterior, observed: Observed) -> tuple[FloatArray, FloatArray]:
    """Observed cells less what all others say, and its standard deviation; NaN elsewhere."""
    level = posterior.level
    at = observed.cell
    first, second = np.zeros(len(at)), np.zeros(len(at))
    g, load = level.load[at], level.unit_load[at]
    columns = level.observed_columns(observed)
    for node in posterior.nodes:
        county = level.county[at]
        x = columns - g[:, None] * node.county_x[county]
        mean = level.mean[at] + x @ node.mean + g * node.county_y[county]
        variance = ((x @ node.root) ** 2).sum(axis=1) + (g * node.county_sd[county]) ** 2
        own = (load * node.scales[0] * level.unit_sd) ** 2
        own += level.cell_sd[at] ** 2 + observed.variance
        # Precisions, and means times precisions, less the cell's own.
        precision = 1 / np.maximum(variance, 1e-12)
        left = np.maximum(precision - 1 / own, _LEAST_LEFT * precision)
        others = (precision * mean - (precision - left) * observed.value) / left
        away = observed.value - others
        first += node.weight * away
        second += node.weight * (1 / left + own + away**2)
    found = np.full((2, len(level.mean)), np.nan)
    found[:, at] = first, np.sqrt(np.maximum(second - first**2, 1e-12))
    return found[0], found[1]
