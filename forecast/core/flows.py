"""Where the votes go: from first-round candidates and the absent to finalists and home.

The errors of a draw move its votes away from what the streams expected. The flows follow by
raking: the odds of both finalists against staying home are multiplied by the same factors in
every stream, until the streams give the votes that were drawn and no voter is lost
(Deming and Stephan 1940). Of all flows with these totals it
is the one nearest to what was expected.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecast.core.parameters import RunoffParameters
from forecast.core.streams import Expectation

Float64Array = npt.NDArray[np.float64]

# Raking, by Newton's method on the two log factors, stops when every total is this near, in
# votes. A step is kept short, and a race with nobody at home would take ever more of them.
NEAR_ENOUGH = 0.05
MAX_STEPS = 60
LONGEST_STEP = 2.0


@dataclass(frozen=True, eq=False)
class Flows:
    """Votes by where they came from and went.

    Attributes
    ----------
    to_finalists
        Shape (n_draws, n_candidates + 1, 2): the last row of the middle axis is the voters
        who were absent in round one. Summed over it, this is the finalists' votes.
    """

    to_finalists: Float64Array

    @classmethod
    def empty(cls, n_draws: int, n_candidates: int) -> "Flows":
        """No votes yet."""
        return cls(np.zeros((n_draws, n_candidates + 1, 2)))


def expected_arrivals(expectation: Expectation) -> Float64Array:
    """Arrivals who choose each finalist, summed over units, shape (n_draws, 2)."""
    first = (expectation.arrivals * expectation.arrivals_first).sum(axis=1, dtype=np.float64)
    return np.stack([first, expectation.arrivals.sum(axis=1, dtype=np.float64) - first], axis=1)


def rake_flows(
    sources: Float64Array,
    parameters: RunoffParameters,
    arrivals: Float64Array,
    votes: Float64Array,
) -> Float64Array:
    """Flows whose sums are the votes drawn and the voters there were.

    Parameters
    ----------
    sources
        First-round votes of each candidate, then the absent, shape (n_candidates + 1,).
    parameters
        Race-wide draws.
    arrivals
        Expected arrivals for each finalist, shape (n_draws, 2).
    votes
        Votes drawn, shape (n_draws, 2).

    Returns
    -------
    Float64Array
        Votes to the finalists, shape (n_draws, n_candidates + 1, 2).
    """
    # Chances of (first, second, home) of a voter of each stream: (draw, stream, 3).
    chances = np.empty((len(votes), len(sources), 3))
    chances[:, :-1, 0] = parameters.retention * parameters.transfer
    chances[:, :-1, 1] = parameters.retention * (1 - parameters.transfer)
    chances[:, -1, :2] = arrivals / max(sources[-1], 1e-9)
    chances[:, :, 2] = np.maximum(1 - chances[:, :, 0] - chances[:, :, 1], 1e-12)
    log_factors = np.zeros((len(votes), 2))
    for _ in range(MAX_STEPS):
        weights = chances.copy()
        weights[:, :, :2] *= np.exp(log_factors)[:, None, :]
        shares = weights[:, :, :2] / weights.sum(axis=2, keepdims=True)
        flows = shares * sources[:, None]  # (draw, stream, finalist)
        missing = votes - flows.sum(axis=1)
        if np.abs(missing).max() < NEAR_ENOUGH:
            break
        log_factors += np.clip(_newton_step(shares, flows, missing), -LONGEST_STEP, LONGEST_STEP)
    # What is left to the totals is a fraction of a vote, or of a race with nobody at home.
    flows *= (votes / np.maximum(flows.sum(axis=1), 1e-9))[:, None, :]
    return np.minimum(flows, sources[:, None])


def _newton_step(shares: Float64Array, flows: Float64Array, missing: Float64Array) -> Float64Array:
    """Change of both log factors that would fill what is missing, shape (n_draws, 2).

    The derivative of the finalists' totals is a 2 by 2 matrix a draw, inverted in closed form.
    """
    own = (flows * (1 - shares)).sum(axis=1) + 1e-9
    cross = -(flows[:, :, 0] * shares[:, :, 1]).sum(axis=1)
    determinant = own[:, 0] * own[:, 1] - cross**2 + 1e-12
    first = (own[:, 1] * missing[:, 0] - cross * missing[:, 1]) / determinant
    second = (own[:, 0] * missing[:, 1] - cross * missing[:, 0]) / determinant
    return np.stack([first, second], axis=1)
