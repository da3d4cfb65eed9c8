"""What a user might write instead of the core: the same runoffs in plain loops.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.instead [--toy]

Georgia 6 with the program's own draws of the race-wide parameters, and the votes of round one
and of those who were absent reallocated in three ways, each a draw at a time:

- `python`: a loop over candidates and precincts in Python, expected votes alone;
- `multinomial`: a loop over precincts, one exact multinomial count a stream, in NumPy;
- `numpy`: whole arrays of a draw in NumPy, normal errors and counts.

None has the errors of counties and units but the last. Prints one JSON object: draws a second
of each, of the core beside them, and the ratios.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.inputs import Inputs, race_inputs
from benchmarks.measure import best_seconds, print_run
from forecast.runoff.parameters import RunoffParameters, draw_parameters
from forecast.runoff.seeds import BLOCK_DRAWS
from forecast.runoff.simulation import simulate_runoffs

Draw = Callable[[Inputs, RunoffParameters, int, np.random.Generator], tuple[float, float]]


def python_loop(
    inputs: Inputs, parameters: RunoffParameters, draw: int, _: np.random.Generator
) -> tuple[float, float]:
    """Expected votes by a loop over precincts and candidates, without any error."""
    units = inputs.units
    first = second = 0.0
    for unit in range(units.n_units):
        absent = units.eligible[unit] - units.votes_cast[unit]
        arrivals = parameters.arrivals_rate[draw] * absent
        first += arrivals * units.baseline_share[unit]
        second += arrivals * (1 - units.baseline_share[unit])
        for candidate in range(units.candidate_votes.shape[1]):
            back = units.candidate_votes[unit, candidate] * parameters.retention[draw, candidate]
            first += back * parameters.transfer[draw, candidate]
            second += back * (1 - parameters.transfer[draw, candidate])
    return first, second


def multinomial_loop(
    inputs: Inputs, parameters: RunoffParameters, draw: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Exact counts of every stream, a precinct at a time."""
    units = inputs.units
    retention, transfer = parameters.retention[draw], parameters.transfer[draw]
    rate, lean = parameters.arrivals_rate[draw], units.baseline_share
    chances = np.stack([retention * transfer, retention * (1 - transfer), 1 - retention], axis=1)
    totals = np.zeros(3)
    for unit in range(units.n_units):
        totals += rng.multinomial(units.candidate_votes[unit], chances).sum(axis=0)
        absent = int(units.eligible[unit] - units.votes_cast[unit])
        totals += rng.multinomial(absent, [rate * lean[unit], rate * (1 - lean[unit]), 1 - rate])
    return float(totals[0]), float(totals[1])


def numpy_draw(
    inputs: Inputs, parameters: RunoffParameters, draw: int, rng: np.random.Generator
) -> tuple[float, float]:
    """All precincts of one draw at once, with errors of units and normal counts."""
    units = inputs.units
    back = units.candidate_votes * parameters.retention[draw]
    arrivals = parameters.arrivals_rate[draw] * (units.eligible - units.votes_cast)
    first = back @ parameters.transfer[draw] + arrivals * units.baseline_share
    total = back.sum(axis=1) + arrivals
    size_lean, size_turnout = parameters.unit_sizes[draw]
    share = first / np.maximum(total, 1e-9)
    share = 1 / (1 + (1 / np.clip(share, 1e-9, 1) - 1) * np.exp(-_normal(rng, units, size_lean)))
    voting = np.clip(total / np.maximum(units.eligible, 1), 1e-9, 1)
    voting = 1 / (1 + (1 / voting - 1) * np.exp(-_normal(rng, units, size_turnout)))
    voters = _count(rng, units.eligible, voting)
    votes = _count(rng, voters, share)
    return float(votes.sum()), float((voters - votes).sum())


def _normal(rng: np.random.Generator, units: Any, size: float) -> Any:
    return size * rng.standard_normal(units.n_units)


def _count(rng: np.random.Generator, trials: Any, share: Any) -> Any:
    mean = trials * share
    score = rng.standard_normal(len(mean))
    return np.clip(np.rint(mean + np.sqrt(mean * (1 - share)) * score), 0, trials)


WAYS: dict[str, tuple[Draw, int]] = {
    "python": (python_loop, 40),
    "multinomial": (multinomial_loop, 100),
    "numpy": (numpy_draw, 1000),
}


def run(toy: bool) -> dict[str, Any]:
    """Measure every way beside the core; see the module."""
    inputs = race_inputs("ga06-2017")
    rng = np.random.default_rng(1)
    parameters = draw_parameters(inputs.priors, inputs.units, rng, 1000)
    n_core = 600 if toy else 10 * BLOCK_DRAWS

    def core() -> None:
        simulate_runoffs(*inputs, n_draws=n_core, seed=1, workers=1)

    times = 1 if toy else 5
    found: dict[str, Any] = {"core": {"draws_per_second": n_core / best_seconds(core, times)}}
    for name, (draw, n_draws) in WAYS.items():
        n_some = 2 if toy else n_draws
        votes: list[tuple[float, float]] = []

        def loop(draw: Draw = draw, n_some: int = n_some, votes: Any = votes) -> None:
            votes[:] = [draw(inputs, parameters, place, rng) for place in range(n_some)]

        rate = n_some / best_seconds(loop, times)
        found[name] = {
            "draws_per_second": rate,
            "core_over_it": found["core"]["draws_per_second"] / rate,
            "mean_votes": np.mean(votes, axis=0).tolist(),
        }
    return found


if __name__ == "__main__":
    print_run(run, __doc__)
