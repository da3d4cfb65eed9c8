"""Simulate until the win probability is known well enough."""

from collections.abc import Callable

from forecast.errors import InputError
from forecast.runoff.monte_carlo import independent_draws, wins_of
from forecast.runoff.seeds import BLOCK_DRAWS
from forecast.runoff.simulation import RunoffDraws, join
from forecast.runoff.summary import monte_carlo_error
from forecast.stats.arrays import FloatArray

FIRST_DRAWS = 10 * BLOCK_DRAWS
MOST_DRAWS = 1_000 * BLOCK_DRAWS
# The number of draws that an error takes is known to a tenth or so: aim a little beyond.
SAFETY = 1.1


def simulate_until(
    simulate_some: Callable[..., RunoffDraws],
    error: float,
    weights_of: Callable[[FloatArray], FloatArray] | None = None,
) -> RunoffDraws:
    """Simulate runoffs until the Monte Carlo error of the win probability is small enough.

    Parameters
    ----------
    simulate_some
        `forecast.runoff.simulation.simulate_runoffs` but for `n_draws` and `first_draw`.
    error
        Largest standard error, as a share.
    weights_of
        Weights of draws, from their votes of shape (n_draws, 2); all alike by default.

    Raises
    ------
    InputError
        When the error takes more than `MOST_DRAWS` draws, or is not above 0.
    """
    if not error > 0:
        raise InputError(f"an error of {100 * error:g} points takes endless draws: ask for more")
    draws = simulate_some(n_draws=FIRST_DRAWS)
    while (reached := _error(draws, weights_of)) > error:
        n_needed = SAFETY * draws.n_draws * (reached / error) ** 2
        if n_needed > MOST_DRAWS:
            raise InputError(
                f"an error of {100 * error:g} points takes some {n_needed:,.0f} draws, more than"
                f" {MOST_DRAWS:,}: ask for a larger one, or for a number of draws"
            )
        n_more = -(-int(n_needed - draws.n_draws) // BLOCK_DRAWS) * BLOCK_DRAWS
        draws = join((draws, simulate_some(n_draws=n_more, first_draw=draws.n_draws)))
    return draws


def _error(draws: RunoffDraws, weights_of: Callable[[FloatArray], FloatArray] | None) -> float:
    """Monte Carlo error of the win probability of (weighted) draws."""
    votes, wins = draws.votes, wins_of(draws.votes)
    if weights_of is None:
        return monte_carlo_error(float(wins.mean()), draws.n_draws, draws.effective)
    weights = weights_of(votes)
    worth = independent_draws(votes, weights) or float(1 / (weights**2).sum())
    return monte_carlo_error(float((weights * wins).sum()), draws.n_draws, worth)
