"""The Monte Carlo core on one thread: its rate, and its ratio to the generator's limit.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.core [RACE] [--draws N] [--toy]

The limit is the time that NumPy's fastest generator takes to fill as many float32 normals as
the core draws for these runoffs, in arrays of the core's size, in the same process, turn by
turn with the core. `uniforms` fills as many uniform numbers, which is what the core asks of
the generator: it makes its normals from them. Prints one JSON object.
"""

import argparse
from typing import Any

import numpy as np

from benchmarks.inputs import race_inputs
from benchmarks.measure import best_in_turns, best_seconds, megabytes, print_json
from forecast.runoff.keep import Keep
from forecast.runoff.seeds import BLOCK_DRAWS, TILE_UNITS
from forecast.runoff.simulation import simulate_runoffs

NORMALS_A_UNIT = 4  # two errors, two counts
GENERATORS = ("SFC64", "PCG64", "PCG64DXSM", "Philox", "MT19937")
TOY_DRAWS = 600


def run(name: str, n_draws: int, rounds: int) -> dict[str, Any]:
    """Measure one race; see the module."""
    units, posterior, priors = race_inputs(name)
    widths = [min(TILE_UNITS, units.n_units - s) for s in range(0, units.n_units, TILE_UNITS)]
    shapes = [(width, BLOCK_DRAWS) for width in widths for _ in range(NORMALS_A_UNIT)]
    n_blocks = -(-n_draws // BLOCK_DRAWS)
    rng = np.random.Generator(np.random.SFC64(1))

    def simulate(**keep: bool) -> float:
        draws = simulate_runoffs(
            units, posterior, priors, n_draws=n_draws, seed=1, keep=Keep(**keep), workers=1
        )
        return float((draws.votes[:, 0] > draws.votes[:, 1]).mean())

    def fill(draw: Any) -> None:
        for _ in range(n_blocks):
            for shape in shapes:
                draw(shape, dtype=np.float32)

    seconds = best_in_turns(
        {
            "core": simulate,
            "core_with_flows": lambda: simulate(flows=True),
            "core_with_units": lambda: simulate(units=True),
            "limit": lambda: fill(rng.standard_normal),
            "uniforms": lambda: fill(rng.random),
        },
        rounds,
    )
    return {
        "race": name,
        "units": units.n_units,
        "draws": n_draws,
        "seconds": seconds,
        "core_over_limit": seconds["core"] / seconds["limit"],
        "draws_per_second": n_draws / seconds["core"],
        "unit_draws_per_second": n_draws * units.n_units / seconds["core"],
        "nanoseconds_a_normal": {name: _normal(name) for name in GENERATORS},
        "peak_megabytes": megabytes(),
        "first_finalist_wins": simulate(),
    }


def _normal(name: str) -> float:
    """Nanoseconds that one of NumPy's generators takes for a float32 normal."""
    rng = np.random.Generator(getattr(np.random, name)(1))
    shape = (256, BLOCK_DRAWS)
    return (
        1e9 * best_seconds(lambda: rng.standard_normal(shape, dtype=np.float32), 5) / np.prod(shape)
    )


def main() -> None:
    """Read the arguments, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("race", nargs="?", default="ga06-2017")
    parser.add_argument("--draws", type=int, default=10 * BLOCK_DRAWS)
    parser.add_argument("--toy", action="store_true", help="simulate a little, to see that it runs")
    given = parser.parse_args()
    print_json(run(given.race, TOY_DRAWS if given.toy else given.draws, 1 if given.toy else 7))


if __name__ == "__main__":
    main()
