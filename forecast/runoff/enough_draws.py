"""Simulate until the win probability is known well enough."""

from collections.abc import Callable

from forecast.errors import InputError
from forecast.runoff.seeds import BLOCK_DRAWS
from forecast.runoff.simulation import RunoffDraws, join
from forecast.runoff.summary import win_probability

FIRST_DRAWS = 10 * BLOCK_DRAWS
MAX_DRAWS = 1_000 * BLOCK_DRAWS
# The number of draws that an error takes is known to a tenth or so: aim a little beyond.
SAFETY = 1.1


def simulate_until(
    simulate_some: Callable[..., RunoffDraws],
    error: float,
    error_of: Callable[[RunoffDraws], float] | None = None,
) -> RunoffDraws:
    """Simulate runoffs until the Monte Carlo error of the win probability is small enough.

    Parameters
    ----------
    simulate_some
        `forecast.runoff.simulation.simulate_runoffs` but for `n_draws` and `first_draw`.
    error
        Largest standard error that will do, as a share.
    error_of
        Monte Carlo error of the win probability by draws, as a share; by default that of draws
        which all count the same.

    Raises
    ------
    InputError
        When the error takes more than `MAX_DRAWS` draws, or is not above 0.
    """
    if not error > 0:
        raise InputError(f"an error of {100 * error:g} points takes endless draws: ask for more")
    error_of = error_of or _error
    draws = simulate_some(n_draws=FIRST_DRAWS)
    while (reached := error_of(draws)) > error:
        n_needed = SAFETY * draws.n_draws * (reached / error) ** 2
        if n_needed > MAX_DRAWS:
            raise InputError(
                f"an error of {100 * error:g} points takes some {n_needed:,.0f} draws, more than"
                f" {MAX_DRAWS:,}: ask for a larger one, or for a number of draws"
            )
        n_more = -(-int(n_needed - draws.n_draws) // BLOCK_DRAWS) * BLOCK_DRAWS
        draws = join((draws, simulate_some(n_draws=n_more, first_draw=draws.n_draws)))
    return draws


def _error(draws: RunoffDraws) -> float:
    """Monte Carlo error of the win probability of draws that all count the same."""
    return win_probability(draws.votes, draws.effective)[1]
