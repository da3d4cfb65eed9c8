"""Where the votes go: from first-round candidates and the absent to finalists and home.

The errors of a draw move its votes away from what the streams expected. The flows follow by
raking: the odds of both finalists against staying home are multiplied by the same factors in
every stream, until the streams give the votes that were drawn and no voter is lost
(Deming and Stephan 1940). Of all flows with these totals it is the one nearest to what was
expected.
"""

from dataclasses import dataclass

import numpy as np

from forecast.runoff.parameters import RunoffParameters
from forecast.runoff.streams import Expectation
from forecast.stats.arrays import Float32Array, FloatArray

# Raking, by Newton's method on the two log factors, stops when every total is this near, in
# votes. A step is kept short, and a race with nobody at home would take ever more of them.
MAX_MISSING = 0.05
MAX_STEPS = 60
MAX_STEP = 2.0


@dataclass(frozen=True, eq=False)
class Flows:
    """Votes by where they came from and went.

    Attributes
    ----------
    to_finalists
        Shape (n_draws, n_candidates + 1, 2): the last row of the middle axis is the voters
        who were absent in round one. Summed over it, this is the finalists' votes.
    """

    to_finalists: Float32Array

    @classmethod
    def empty(cls, n_draws: int, n_candidates: int) -> "Flows":
        """No votes yet."""
        return cls(np.zeros((n_draws, n_candidates + 1, 2), dtype=np.float32))


def expected_arrivals(expectation: Expectation) -> FloatArray:
    """Arrivals who choose each finalist, summed over units, shape (2, n_draws)."""
    first = expectation.arrivals_first.sum(axis=0, dtype=np.float64)
    return np.stack([first, expectation.arrivals.sum(axis=0, dtype=np.float64) - first])


def rake_flows(
    sources: FloatArray,
    parameters: RunoffParameters,
    arrivals: FloatArray,
    votes: FloatArray,
) -> FloatArray:
    """Flows whose sums are the votes drawn and the voters there were.

    Parameters
    ----------
    sources
        First-round votes of each candidate, then the absent, shape (n_candidates + 1,).
    parameters
        Race-wide draws.
    arrivals
        Expected arrivals for each finalist, shape (2, n_draws).
    votes
        Votes drawn, shape (2, n_draws).

    Returns
    -------
    FloatArray
        Votes to the finalists, shape (n_draws, n_candidates + 1, 2).
    """
    retention, transfer = parameters.retention.T, parameters.transfer.T
    arriving = arrivals / max(sources[-1], 1e-9)
    # Chances of (first, second, home) of a voter of each stream: (stream, draw).
    to_first = np.concatenate([retention * transfer, arriving[:1]])
    to_second = np.concatenate([retention * (1 - transfer), arriving[1:]])
    home = np.maximum(1 - to_first - to_second, 1e-12)
    log_factors = np.zeros_like(votes)
    for _ in range(MAX_STEPS):
        factors = np.exp(log_factors)
        first, second = factors[0] * to_first, factors[1] * to_second
        total = first + second
        total += home
        first /= total
        second /= total
        missing = votes - np.stack([sources @ first, sources @ second])
        if np.abs(missing).max() < MAX_MISSING:
            break
        step = _newton_step(sources, first, second, missing)
        log_factors += np.clip(step, -MAX_STEP, MAX_STEP)
    # (n_draws, n_streams, 2) * (n_streams, 1)
    flows = np.stack([first.T, second.T], axis=2) * sources[:, None]
    # What is left to the totals is a fraction of a vote, or of a race with nobody at home.
    flows *= (votes.T / np.maximum(flows.sum(axis=1), 1e-9))[:, None, :]
    return np.minimum(flows, sources[:, None])


def _newton_step(
    sources: FloatArray, first: FloatArray, second: FloatArray, missing: FloatArray
) -> FloatArray:
    """Change of both log factors that would fill what is missing, shape (2, n_draws).

    The derivative of the finalists' totals is a 2 by 2 matrix a draw, inverted in closed form;
    `first` and `second` are shares of the streams, shape (n_streams, n_draws).
    """
    own_first = sources @ (first * (1 - first)) + 1e-9
    own_second = sources @ (second * (1 - second)) + 1e-9
    cross = -(sources @ (first * second))
    determinant = own_first * own_second - cross**2 + 1e-12
    to_first = own_second * missing[0] - cross * missing[1]
    to_second = own_first * missing[1] - cross * missing[0]
    return np.stack([to_first, to_second]) / determinant
