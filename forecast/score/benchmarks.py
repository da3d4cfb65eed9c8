"""Simple forecasts of a runoff from its first round, to be beaten before anything is believed.

Each is a Student t on the log-odds of the runoff share with a spread of its own, learned from
finished runoffs: a centre alone would lose to any forecast that knows how wrong it can be.
They are fitted by the code of the learned model, as races in which nobody was eliminated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.learn.design import Design
from forecast.learn.transfer_model import Parameters, Priors
from forecast.race.bloc_votes import newest_bloc_votes
from forecast.race.candidates import MIN_UNITS, MIN_VOTES
from forecast.race.contest import Race
from forecast.race.units import candidate_sides, votes_by_side
from forecast.stats.arrays import FloatArray, IntArray

BLOCS = "sum of the blocs"
TOP_TWO = "top two"
BASELINE = "last baseline"
REGRESSION = "regression on these"
NAMES = (BLOCS, TOP_TWO, BASELINE, REGRESSION)


@dataclass(frozen=True)
class Centres:
    """Log-odds of the first finalist against the second, as the simple forecasts have them.

    All change their sign when the finalists are named in the other order.

    Attributes
    ----------
    top_two
        Of the finalists' own first-round votes.
    blocs
        Of the votes of their blocs; the same as `top_two` where they are not of two.
    baseline
        `blocs`, moved by the change from the first round to the newest baseline in the units
        that have both: the baseline's log-odds over the first round's own units. `top_two`
        where no baseline tells the blocs apart.
    two_blocs
        Whether the finalists are of two blocs (as in `RaceFeatures`).
    has_baseline
        Whether `baseline` comes from one.
    """

    top_two: float
    blocs: float
    baseline: float
    two_blocs: bool
    has_baseline: bool


def centres(race: Race) -> Centres:
    """Read the centres of the simple forecasts from a race.

    Raises
    ------
    ValueError
        When a finalist has no first-round vote.
    """
    own = race.first_round.counts[:, list(race.finalist_index)]
    if not own.any(axis=0).all():
        raise ValueError(f"{race.contest.id}: a finalist has no first-round vote")
    top_two = _log_odds(own)
    past = newest_bloc_votes(race)
    if not race.has_two_blocs or (past is None and race.baselines):
        return Centres(top_two, top_two, top_two, two_blocs=False, has_baseline=False)
    votes = votes_by_side(race.first_round.counts, candidate_sides(race))
    blocs = _log_odds(votes)
    change = None if past is None else _change(votes, past)
    if change is None:
        return Centres(top_two, blocs, top_two, two_blocs=True, has_baseline=False)
    return Centres(top_two, blocs, blocs + change, two_blocs=True, has_baseline=True)


def baseline_models(races: Sequence[Centres]) -> Mapping[str, tuple[Design, Priors]]:
    """What `transfer_model.fit` takes, for each simple forecast.

    Parameters
    ----------
    races
        The centres of R races.

    Returns
    -------
    mapping
        From the names in `NAMES` to a design of R races and its priors. The regression has
        coefficients of its own for races of two blocs with a baseline, of two blocs without,
        and the others; no constant, so that the order of the finalists does not matter.
    """
    top, blocs, past = (
        np.array([getattr(race, name) for race in races], dtype=np.float64)
        for name in ("top_two", "blocs", "baseline")
    )
    two = np.array([race.two_blocs for race in races], dtype=np.bool_)
    has = np.array([race.has_baseline for race in races], dtype=np.bool_)
    bare = two & ~has
    level = [top * ~two, top * bare, blocs * bare, top * has, blocs * has, past * has]
    variance = np.column_stack([two, ~two]).astype(np.float64)
    nothing = np.zeros((len(races), 0))
    return {
        BLOCS: (_design(blocs, nothing, variance), _priors(0)),
        TOP_TWO: (_design(top, nothing, variance), _priors(0)),
        BASELINE: (_design(past, nothing, variance), _priors(0)),
        REGRESSION: (
            _design(np.zeros(len(races)), np.column_stack(level), variance),
            _priors(len(level)),
        ),
    }


def _design(centre: FloatArray, level: FloatArray, variance: FloatArray) -> Design:
    """Races whose finalists have all votes, with given log-odds."""
    # Shares of 1 and exp(-centre), larger one first to stay finite; mu is their log-ratio.
    low = np.exp(-np.abs(centre))
    shares = np.column_stack([np.where(centre < 0, low, 1.0), np.where(centre < 0, 1.0, low)])
    return Design(
        loyal_shares=shares,
        race_index=np.zeros(0, dtype=np.int64),
        eliminated_shares=np.zeros(0),
        side=np.zeros(0, dtype=np.int64),
        transfer=np.zeros((0, 0)),
        level=level,
        variance=variance,
    )


def _priors(n_level: int) -> Priors:
    """The learned model's priors of spread and tail; wide ones of the coefficients."""
    none = np.zeros(0)
    return Priors(
        Parameters(none, np.zeros(n_level), np.log([0.35, 0.35]), 0.0, float(np.log(5))),
        Parameters(none, np.ones(n_level), np.array([1.0, 1.0]), 1.0, 0.5),
    )


def _log_odds(votes: IntArray) -> float:
    """Log-odds of the sums of two columns, shape (n_units, 2)."""
    first, second = votes.sum(axis=0)
    return float(np.log(first) - np.log(second))


def _change(votes: IntArray, past: IntArray) -> float | None:
    """Log-odds of the baseline less the first round's, units weighted by its votes.

    Over the units with ten votes for the blocs in both elections, None where there are fewer
    than five of them or one bloc has no vote there.
    """
    now, then = votes.sum(axis=1), past.sum(axis=1)
    usable = (now >= 2 * MIN_VOTES) & (then >= 2 * MIN_VOTES)
    if usable.sum() < MIN_UNITS:
        return None
    share = past[usable] / then[usable, None]
    mean = (now[usable, None] * share).sum(axis=0)
    own = votes[usable].sum(axis=0)
    if not (mean.all() and own.all()):
        return None
    return float((np.log(mean[0]) - np.log(mean[1])) - (np.log(own[0]) - np.log(own[1])))
