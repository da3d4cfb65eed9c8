"""Simulated runoffs with the polls of their race: more of them, of which those stay that agree."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.race.contest import Race
from forecast.runoff.enough_draws import simulate_until
from forecast.runoff.monte_carlo import independent_draws
from forecast.runoff.simulation import RunoffDraws
from forecast.stats.arrays import FloatArray

if TYPE_CHECKING:
    from forecast.evidence.poll_likelihood import PollReading
    from forecast.evidence.poll_weights import PollEffect

# Polls keep some of the draws: so many are simulated for each one wanted, and at least so many.
DRAWS_A_POLLED_DRAW = 2
FEWEST_POLLED_DRAWS = 4_000


def read_polls(race: Race, folder: Path) -> "PollReading | None":
    """What the polls of a race folder say of its runoff; None where it has none.

    Raises
    ------
    InputError
        When the polls are not what they should be.
    """
    from forecast.race.poll_table import load_polls

    polls = load_polls(folder)
    if not polls:
        return None
    from forecast.evidence.poll_errors import shipped_poll_errors
    from forecast.evidence.poll_kinds import RaceKind
    from forecast.evidence.poll_likelihood import poll_likelihood

    contest, parties = race.contest, race.first_round.parties
    first, second = race.finalist_index
    return poll_likelihood(
        polls,
        shipped_poll_errors(contest.runoff),
        RaceKind.of_race(contest.office, contest.title),
        runoff=contest.runoff,
        parties=(parties[first], parties[second]),
    )


def draw_runoffs(
    simulate_some: Callable[..., RunoffDraws],
    reading: "PollReading | None",
    wanted: int | None,
    error: float,
    seed: int,
) -> "tuple[RunoffDraws, PollEffect | None]":
    """Simulate runoffs, so many or until the error is small; with polls, those that agree.

    Parameters
    ----------
    simulate_some
        `forecast.runoff.simulation.simulate_runoffs` but for `n_draws` and `first_draw`.
    reading
        What the polls say; None without any.
    wanted
        How many draws; None for as many as the error takes.
    error
        Largest Monte Carlo error of the win probability, as a share.
    seed
        Of the choice among the draws.

    Returns
    -------
    tuple
        The draws, and what the polls moved.

    Raises
    ------
    ForecastError
        When the polls lie where the forecast has few draws, or the error takes too many.
    """
    if reading is None:
        if wanted is None:
            return simulate_until(simulate_some, error), None
        return simulate_some(n_draws=wanted), None
    from forecast.evidence.poll_weights import poll_effect, shares_of, weigh

    def weights_of(votes: FloatArray) -> FloatArray:
        return weigh(shares_of(votes), reading).weights

    if wanted is None:
        runoffs = simulate_until(simulate_some, error, weights_of)
        wanted = runoffs.n_draws // DRAWS_A_POLLED_DRAW
    else:
        runoffs = simulate_some(n_draws=max(DRAWS_A_POLLED_DRAW * wanted, FEWEST_POLLED_DRAWS))
    shares = shares_of(runoffs.votes)
    weights = weigh(shares, reading)
    weights.require()
    worth = independent_draws(runoffs.votes, weights.weights) or min(weights.effective, wanted)
    return runoffs.take(weights.resample(wanted, seed), worth), poll_effect(shares, weights)
