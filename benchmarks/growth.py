"""Rate and peak memory of the core as the units and the draws grow.

    python -m benchmarks.growth [--toy]

Every size is a process of its own, with its counties, and with means and intervals of every
unit where it says so. Prints one JSON object with a row a size.
"""

import argparse
from typing import Any

from benchmarks.inputs import race_inputs
from benchmarks.measure import ONE_THREAD, best_seconds, in_fresh_process, megabytes, print_json
from forecast.runoff.keep import Keep
from forecast.runoff.seeds import BLOCK_DRAWS
from forecast.runoff.simulation import RunoffDraws, simulate_runoffs
from forecast.runoff.unit_forecasts import UnitForecasts

# Race, units (its own where 0), draws, units kept, workers (all cores where 0), best of.
SIZES = (
    ("ga06-2017", 0, BLOCK_DRAWS, False, 1, 7),
    ("ga06-2017", 0, 10 * BLOCK_DRAWS, False, 1, 7),
    ("ga06-2017", 0, 100 * BLOCK_DRAWS, False, 1, 3),
    ("ga06-2017", 0, 100 * BLOCK_DRAWS, False, 0, 3),
    ("ga06-2017", 0, 10 * BLOCK_DRAWS, True, 1, 5),
    ("ga_sos_2018", 0, 5 * BLOCK_DRAWS, False, 1, 5),
    ("fr_pres_2017", 0, BLOCK_DRAWS, False, 1, 5),
    ("fr_pres_2017", 0, 10 * BLOCK_DRAWS, False, 1, 2),
    ("fr_pres_2017", 0, 10 * BLOCK_DRAWS, False, 0, 2),
    ("fr_pres_2017", 70_000, 10 * BLOCK_DRAWS, False, 1, 1),
    ("fr_pres_2017", 70_000, 10_000, True, 0, 1),
)
TOY_SIZES = (("ga06-2017", 0, 600, True, 1, 1), ("ga06-2017", 600, 600, False, 0, 1))


def measure(
    name: str, n_units: int, n_draws: int, keep_units: bool, workers: int, times: int
) -> dict[str, Any]:
    """One size, in this process; see `SIZES`."""
    units, posterior, priors = race_inputs(name, n_units or None)
    before = megabytes()

    def simulate() -> RunoffDraws:
        draws = simulate_runoffs(
            units,
            posterior,
            priors,
            n_draws=n_draws,
            seed=1,
            keep=Keep(units=keep_units),
            workers=workers or None,
        )
        if draws.units is not None:
            UnitForecasts.of(units, draws.units)
        return draws

    seconds = best_seconds(simulate, times)
    return {
        "race": name,
        "units": units.n_units,
        "counties": len(units.county_names),
        "draws": n_draws,
        "unit_intervals": keep_units,
        "workers": workers or "all",
        "seconds": seconds,
        "draws_per_second": n_draws / seconds,
        "million_unit_draws_per_second": n_draws * units.n_units / seconds / 1e6,
        "megabytes_before": before,
        "peak_megabytes": megabytes(),
    }


def main() -> None:
    """Read the arguments, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--toy", action="store_true", help="two small sizes, to see that it runs")
    parser.add_argument("--size", type=int, help="one size, in this process")
    given = parser.parse_args()
    sizes = TOY_SIZES if given.toy else SIZES
    if given.size is not None:
        print_json(measure(*sizes[given.size]))
        return
    flags = ["--toy"] if given.toy else []
    rows = [
        in_fresh_process("growth", [*flags, "--size", str(number)], **ONE_THREAD)
        for number in range(len(sizes))
    ]
    print_json({"sizes": rows})


if __name__ == "__main__":
    main()
