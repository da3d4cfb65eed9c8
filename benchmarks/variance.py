"""What stratified race-wide parameters are worth: the error of the odds at equal time.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.variance [--toy]

Georgia 6 with other seeds over and over, with independent draws and with stratified ones: as
the priors are, and with blocs that bind more, where the race is nearer to even. Prints one
JSON object: the standard deviation of the win probability over the seeds, the seconds a run,
and how many times longer independent draws take to the same error.
"""

import argparse
import time
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.inputs import Inputs, race_inputs
from benchmarks.measure import print_json
from forecast.core.distributions import ShareRange
from forecast.core.seeds import BLOCK_DRAWS
from forecast.core.simulate import simulate_runoffs

N_DRAWS, N_RUNS = 20 * BLOCK_DRAWS, 100


def run(toy: bool) -> dict[str, Any]:
    """Measure both kinds of draws in two races; see the module."""
    inputs = race_inputs("ga06-2017")
    binding = replace(inputs.priors, transfer_bloc=ShareRange(0.75, 0.95))
    n_draws, n_runs = (600, 3) if toy else (N_DRAWS, N_RUNS)
    return {
        "draws": n_draws,
        "runs": n_runs,
        "as it is": _compare(inputs, n_draws, n_runs),
        "blocs that bind": _compare(inputs._replace(priors=binding), n_draws, n_runs),
    }


def _compare(inputs: Inputs, n_draws: int, n_runs: int) -> dict[str, Any]:
    """Independent and stratified draws, turn by turn."""
    wins: dict[bool, list[float]] = {False: [], True: []}
    worth: list[float] = []
    seconds = dict.fromkeys(wins, np.inf)
    for seed in range(n_runs):
        for stratified, won in wins.items():
            started = time.perf_counter()
            draws = simulate_runoffs(
                *inputs, n_draws=n_draws, seed=seed, workers=1, stratified=stratified
            )
            seconds[stratified] = min(seconds[stratified], time.perf_counter() - started)
            won.append(float((draws.votes[:, 0] > draws.votes[:, 1]).mean()))
            if stratified:
                worth.append((draws.effective or n_draws) / n_draws)
    variance = {kind: float(np.var(values, ddof=1)) for kind, values in wins.items()}
    times = [variance[kind] * seconds[kind] for kind in (False, True)]
    names = {False: "independent", True: "stratified"}
    return {
        **{
            names[kind]: {
                "win_probability": float(np.mean(values)),
                "error_points": 100 * variance[kind] ** 0.5,
                "seconds": seconds[kind],
            }
            for kind, values in wins.items()
        },
        "said_worth": float(np.median(worth)),
        "time_to_the_same_error": times[0] / times[1] if times[1] else None,
    }


def main() -> None:
    """Read the arguments, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--toy", action="store_true", help="simulate a little, to see that it runs")
    print_json(run(parser.parse_args().toy))


if __name__ == "__main__":
    main()
