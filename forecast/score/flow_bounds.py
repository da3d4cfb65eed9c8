"""What the unit totals of two rounds allow a candidate's flow to a finalist to have been.

The method of bounds (Duncan and Davis 1953): in a unit where w voted for a candidate and V for
a finalist in the runoff, of E who could vote, between max(0, V − (E − w)) and min(w, V) of the
first are among the second. Sums over units bound the flow of the race. No model is in it.
"""

from dataclasses import dataclass

import numpy as np

from forecast.race.units import UnitData
from forecast.runoff.simulation import RunoffDraws
from forecast.stats.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class FlowScore:
    """A candidate's flow to a finalist: what the counts allow beside what was forecast.

    Attributes
    ----------
    source, to
        Candidate of the first round, and finalist.
    votes
        The candidate's first-round votes.
    lower, upper
        Voters that the two rounds allow.
    q05, mean, q95
        Voters as forecast.
    """

    source: str
    to: str
    votes: int
    lower: float
    upper: float
    q05: float
    mean: float
    q95: float

    @property
    def bounded(self) -> bool:
        """Whether the counts rule out a tenth or more of what the votes alone would allow."""
        return self.upper - self.lower <= 0.9 * self.votes

    @property
    def possible(self) -> bool:
        """Whether some of the forecast's 90% interval is inside the bounds."""
        return self.q95 >= self.lower and self.q05 <= self.upper


def flow_bounds(
    votes: IntArray,
    runoff: IntArray,
    present: BoolArray,
    eligible: FloatArray | None,
) -> tuple[FloatArray, FloatArray]:
    """Bounds of every candidate's flow to both finalists.

    Parameters
    ----------
    votes
        First-round votes, shape (n_units, n_candidates).
    runoff
        Runoff votes of the finalists, shape (n_units, 2).
    present
        Whether the runoff of the unit is known, shape (n_units,); elsewhere anything goes.
    eligible
        Who could vote, shape (n_units,); None where nobody published it: no lower bound then.

    Returns
    -------
    tuple
        Lower and upper bounds in voters, shape (n_candidates, 2) each.
    """
    own = votes[:, :, None]
    to = runoff[:, None, :]
    upper = np.where(present[:, None, None], np.minimum(own, to), own).sum(axis=0)
    if eligible is None:
        return np.zeros(upper.shape), upper.astype(np.float64)
    others = eligible[:, None, None] - own
    lower = np.where(present[:, None, None], np.maximum(to - others, 0), 0).sum(axis=0)
    return np.minimum(lower, upper).astype(np.float64), upper.astype(np.float64)


def flow_scores(
    units: UnitData,
    draws: RunoffDraws,
    runoff: IntArray,
    present: BoolArray,
    candidates: tuple[str, ...],
) -> tuple[FlowScore, ...]:
    """Every candidate's flow to each finalist, those of most votes first.

    Raises
    ------
    ValueError
        When the draws have no flows.
    """
    if draws.flows is None:
        raise ValueError("the draws have no flows: simulate them with Keep(flows=True)")
    eligible = units.eligible if units.eligible_known else None
    lower, upper = flow_bounds(units.candidate_votes, runoff, present, eligible)
    totals = units.candidate_votes.sum(axis=0)
    scores = []
    for candidate in np.argsort(-totals, kind="stable").tolist():
        if not totals[candidate]:
            continue
        for side in (0, 1):
            drawn = draws.flows.to_finalists[:, candidate, side]
            low, high = np.quantile(drawn, (0.05, 0.95)).tolist()
            scores.append(
                FlowScore(
                    source=candidates[candidate],
                    to=candidates[units.finalists[side]],
                    votes=int(totals[candidate]),
                    lower=float(lower[candidate, side]),
                    upper=float(upper[candidate, side]),
                    q05=low,
                    mean=float(drawn.mean()),
                    q95=high,
                )
            )
    return tuple(scores)
