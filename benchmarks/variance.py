"""What stratified race-wide parameters are worth: the error of the odds at equal time.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.variance [--toy]

Georgia 6 with other seeds over and over, with independent draws and with stratified ones: as
the priors are without the polls and with them, and with blocs that bind more, where the race is
nearer to even. Prints one JSON object: the standard deviation of the win probability over the
seeds, the seconds a run, how many independent draws the program says that one of them is worth
(it should say as much more as the variance is smaller), and how many times longer independent
draws take to the same error.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.inputs import Inputs, race_inputs
from benchmarks.measure import print_run
from forecast.evidence.conditioning import condition
from forecast.evidence.race_evidence import race_evidence
from forecast.race.folder import load_race
from forecast.record.find import find_race
from forecast.runoff.monte_carlo import independent_draws, wins_of
from forecast.runoff.seeds import BLOCK_DRAWS
from forecast.runoff.simulation import RunoffDraws, simulate_runoffs
from forecast.stats.arrays import FloatArray
from forecast.stats.distributions import ShareRange

Weigh = Callable[[RunoffDraws], FloatArray]

N_DRAWS, N_RUNS = 10 * BLOCK_DRAWS, 300


def run(toy: bool) -> dict[str, Any]:
    """Measure both kinds of draws in two races; see the module."""
    inputs = race_inputs("ga06-2017")
    binding = replace(inputs.priors, transfer_bloc=ShareRange(0.75, 0.95))
    n_draws, n_runs = (600, 3) if toy else (N_DRAWS, N_RUNS)
    return {
        "draws": n_draws,
        "runs": n_runs,
        "without polls": _compare(inputs, n_draws, n_runs, _alike),
        "with polls": _compare(inputs, n_draws, n_runs, _polled()),
        "blocs that bind": _compare(inputs._replace(priors=binding), n_draws, n_runs, _alike),
    }


def _alike(draws: RunoffDraws) -> FloatArray:
    """Weights of draws that all count the same."""
    return condition(draws, ()).weights


def _polled() -> Weigh:
    """Weights of draws by the polls of the race."""
    folder = find_race("ga06-2017")
    evidence = race_evidence(load_race(folder), folder)
    assert evidence, "the race has polls"
    return lambda draws: condition(draws, evidence).weights


def _compare(inputs: Inputs, n_draws: int, n_runs: int, weights_of: Weigh) -> dict[str, Any]:
    """Independent and stratified draws, turn by turn."""
    wins: dict[bool, list[float]] = {False: [], True: []}
    worth: dict[bool, list[float]] = {False: [], True: []}
    seconds = dict.fromkeys(wins, np.inf)
    for seed in range(n_runs):
        for stratified, won in wins.items():
            started = time.perf_counter()
            draws = simulate_runoffs(
                *inputs, n_draws=n_draws, seed=seed, workers=1, stratified=stratified
            )
            seconds[stratified] = min(seconds[stratified], time.perf_counter() - started)
            weights = weights_of(draws)
            won.append(float((weights * wins_of(draws.votes)).sum()))
            worth[stratified].append(independent_draws(draws.votes, weights) or n_draws)
    variance = {kind: float(np.var(values, ddof=1)) for kind, values in wins.items()}
    times = [variance[kind] * seconds[kind] for kind in (False, True)]
    names = {False: "independent", True: "stratified"}
    return {
        **{
            names[kind]: {
                "win_probability": float(np.mean(values)),
                "error_points": 100 * variance[kind] ** 0.5,
                "seconds": seconds[kind],
                "worth_a_draw": float(np.median(worth[kind])) / n_draws,
            }
            for kind, values in wins.items()
        },
        "time_to_the_same_error": times[0] / times[1] if times[1] else None,
    }


if __name__ == "__main__":
    print_run(run, __doc__)
