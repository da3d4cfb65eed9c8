"""Small tables of New Zealand's learning half, for PyEI and beside it.

    python -m benchmarks.beside_pyei FOLDER [--tables N] [--beside FILE]

FOLDER is that of `benchmarks.known_flows`. Writes the tables with the fewest units times cells as
JSON lines, which `tools/pyei_tables.py` reads; with --beside, the file that it wrote, prints
errors, what intervals hold and seconds of both, over the tables that PyEI finished.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.known_flows import (
    COLLECTIONS,
    KnownTable,
    error,
    expectation_maximisation,
    inside,
    learning_halves,
    split_tickets,
)
from benchmarks.measure import print_json
from forecast.transfers.estimate import estimate_margins

COLLECTION = "nz"


def smallest(folder: Path, n_tables: int) -> list[KnownTable]:
    """Tables of the learning half with the fewest cells of units."""
    own = [known for known in split_tickets(folder) if known.contest.startswith(COLLECTION)]
    # New Zealand is the first to be shuffled, so that the sizes of the others do not matter.
    sizes = dict.fromkeys(COLLECTIONS, 0) | {COLLECTION: len(own)}
    chosen = [own[index] for index in sorted(learning_halves(sizes)[COLLECTION])]
    return sorted(chosen, key=_cells)[:n_tables]


def _cells(known: KnownTable) -> int:
    return len(known.margins.units) * known.truth.size


def as_line(known: KnownTable) -> str:
    """A table as a line of JSON: units with voters, both margins."""
    rows, columns = known.margins.from_votes, known.margins.to_votes
    open_units = rows.sum(axis=1) > 0
    return json.dumps(
        {
            "contest": known.contest,
            "rows": rows[open_units].tolist(),
            "columns": columns[open_units].tolist(),
        }
    )


def compare(tables: list[KnownTable], others: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Error, coverage and time of both, and of expectation maximisation the error."""
    rows = []
    for known in tables:
        other = others.get(known.contest, {"failed": "was not tried"})
        started, busy = time.perf_counter(), time.process_time()
        found = estimate_margins(known.margins)
        own = {"seconds": time.perf_counter() - started, "busy": time.process_time() - busy}
        votes = found.votes
        rates = expectation_maximisation(known.margins.from_votes, known.margins.to_votes)
        row: dict[str, Any] = {
            "contest": known.contest,
            "units": len(known.margins.units),
            "cells": known.truth.size,
            "expectation maximisation": error(rates * found.totals[:, None], known.truth),
            "forecast flows": {
                **own,
                "error": error(votes.mean(axis=0), known.truth),
                "inside": _counts(known.truth, found.groups["quantile"].values[0]),
            },
        }
        if "failed" in other:
            row["PyEI"] = {"failed": other["failed"]}
        else:
            kept = ("seconds", "r_hat", "ess", "divergences")
            row["PyEI"] = {
                **{name: other[name] for name in kept},
                "error": error(np.array(other["mean"]), known.truth),
                "inside": _counts(known.truth, np.array(other["quantiles"])),
            }
        rows.append(row)
    ended = [row for row in rows if "error" in row["PyEI"]]
    n_cells = sum(row["cells"] for row in ended)
    document: dict[str, Any] = {"tables": len(rows), "finished": len(ended), "rows": rows}
    for name in ("forecast flows", "PyEI") if ended else ():
        document[name] = {
            "error": float(np.mean([row[name]["error"] for row in ended])),
            "median seconds": float(np.median([row[name]["seconds"] for row in ended])),
            "inside": {
                level: sum(row[name]["inside"][level] for row in ended) / n_cells
                for level in ended[0][name]["inside"]
            },
        }
    if ended:
        mixed = [row["PyEI"]["r_hat"] for row in ended]
        document["PyEI"]["r_hat from, to"] = [min(mixed), max(mixed)]
        errors = [row["expectation maximisation"] for row in ended]
        document["expectation maximisation"] = {"error": float(np.mean(errors))}
    return document


def _counts(truth: np.ndarray, quantiles: np.ndarray) -> dict[str, int]:
    """How many cells the intervals hold; probabilities are on the first axis of three."""
    first = quantiles if quantiles.shape[1:] == truth.shape else np.moveaxis(quantiles, -1, 0)
    return {str(level): int(held.sum()) for level, held in inside(truth, first).items()}


def main() -> None:
    """Read the arguments; print the tables, or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tables", type=int, default=20)
    parser.add_argument("--beside", type=Path, help="what tools/pyei_tables.py wrote")
    given = parser.parse_args()
    tables = smallest(given.folder, given.tables)
    if given.beside is None:
        sys.stdout.writelines(f"{as_line(known)}\n" for known in tables)
        return
    lines = given.beside.read_text(encoding="utf-8").splitlines()
    print_json(compare(tables, {found["contest"]: found for found in map(json.loads, lines)}))


if __name__ == "__main__":
    main()
