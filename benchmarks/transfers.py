"""Time and memory of `forecast flows` as the tables grow.

    python -m benchmarks.transfers [--toy]

Every size is a process of its own: units, rows and columns of a made-up table, from both margins
to draws of every cell of every unit. Prints one JSON object with a row a size.
"""

import argparse
import time
from typing import Any

import numpy as np

from benchmarks.measure import ONE_THREAD, in_fresh_process, megabytes, print_json
from forecast.transfers.estimate import estimate_transfers

SIZES = ((70, 7, 5), (1000, 10, 4), (35_496, 12, 3))
TOY_SIZES = ((10, 3, 2),)
VOTERS = 400


def made_up(
    n_units: int, n_rows: int, n_columns: int, seed: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Both margins of a table with rates that differ between units."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.full(n_rows, 2.0))
    local = rng.dirichlet(20 * shares + 0.2, size=n_units)
    sizes = np.ceil(VOTERS * rng.gamma(2, 0.5, n_units)).astype(int) + 5
    rows = np.array([rng.multinomial(n, p) for n, p in zip(sizes, local, strict=True)])
    rates = rng.dirichlet(np.full(n_columns, 0.7), size=n_rows)
    columns = np.zeros((n_units, n_columns))
    for row in range(n_rows):
        own = rates[row] * np.exp(0.3 * rng.standard_normal((n_units, n_columns)))
        own /= own.sum(axis=1, keepdims=True)
        columns += [rng.multinomial(n, p) for n, p in zip(rows[:, row], own, strict=True)]
    return rows.astype(float), columns


def measure(n_units: int, n_rows: int, n_columns: int) -> dict[str, Any]:
    """One size, in this process; the second of two runs, for the first one imports."""
    rows, columns = made_up(n_units, n_rows, n_columns)
    estimate_transfers(*made_up(5, 2, 2), draws=20)
    before, busy, started = megabytes(), time.process_time(), time.perf_counter()
    found = estimate_transfers(rows, columns)
    return {
        "units": n_units,
        "rows": n_rows,
        "columns": n_columns,
        "draws": len(found.votes),
        "seconds": time.perf_counter() - started,
        "processor_seconds": time.process_time() - busy,
        "megabytes_before": before,
        "peak_megabytes": megabytes(),
    }


def main() -> None:
    """Read the arguments, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--toy", action="store_true", help="run a little, to see that it runs")
    parser.add_argument("--size", type=int, nargs=3, help="this one alone")
    given = parser.parse_args()
    if given.size:
        print_json(measure(*given.size))
        return
    sizes = TOY_SIZES if given.toy else SIZES
    arguments = [["--size", *map(str, size)] for size in sizes]
    print_json({"sizes": [in_fresh_process("transfers", a, **ONE_THREAD) for a in arguments]})


if __name__ == "__main__":
    main()
