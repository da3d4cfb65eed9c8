"""What intervals hold on tables made up with the streams of a forecast as the prior.

    python -m tests.transfers.calibration [--tables N] [--units N]

Rates come from a prior as the streams give it, effects of the context from theirs; the estimate
with that prior is set beside the same with the effects left at their prior. Prints one JSON object.
"""

import argparse
import json
import sys
from dataclasses import dataclass

import numpy as np

from forecast.stats.arrays import FloatArray
from forecast.transfers.cell_draws import draw_cells
from forecast.transfers.cell_fit import fit_cells
from forecast.transfers.context_fit import fit_with_context
from forecast.transfers.parameter_draws import draw_parameters_of
from forecast.transfers.transfer_priors import TransferPriors, shipped_priors
from forecast.transfers.unit_rates import CellProblem
from tests.transfers.simulated_tables import SimulatedTable, simulate_columns, simulate_rows

LEVELS = (0.5, 0.8, 0.9)
N_DRAWS = 300
BINS = 10


@dataclass(frozen=True, eq=False)
class Calibration:
    """What one kind of estimate does on many tables.

    Attributes
    ----------
    cells, units
        Part of the cells of each table, and of its units' cells over five votes, that intervals of
        `LEVELS` hold: shape (n_tables, n_levels).
    errors
        Votes in a wrong cell, of 100, shape (n_tables,).
    widths
        Width of 90% intervals, of 100 votes of the cell's row: mean over rows and columns, shape
        (n_tables,).
    ranks
        How many true cells have a rank among the draws in each of `BINS` bins.
    """

    cells: FloatArray
    units: FloatArray
    errors: FloatArray
    widths: FloatArray
    ranks: FloatArray


def streams_like(rng: np.random.Generator, n_draws: int = 4000) -> tuple[FloatArray, FloatArray]:
    """Mean and precision of log rates: two finalists, two who are out, and who did not vote.

    Columns are the finalists and not voting. Most voters of a finalist stay and few change; those
    who are out share how many stay at home; nobody knows well who of the absent comes.
    """
    home = _rates(-2.5 + 0.8 * rng.standard_normal((n_draws, 1)))
    kept = np.array([0.98, 0.02])
    out_home = _rates(-0.6 + 0.6 * rng.standard_normal((n_draws, 1)))
    sides = _rates(np.array([1.2, -0.2]) + rng.standard_normal((n_draws, 2)))
    absent = _rates(-1.0 + 0.6 * rng.standard_normal((n_draws, 1)))
    split = _rates(0.5 * rng.standard_normal((n_draws, 1)))
    rows = [np.hstack([(1 - home) * kept[0], (1 - home) * kept[1], home])]
    rows += [np.hstack([(1 - home) * kept[1], (1 - home) * kept[0], home])]
    for side in sides.T[:, :, None]:
        rows.append(np.hstack([(1 - out_home) * side, (1 - out_home) * (1 - side), out_home]))
    rows.append(np.hstack([absent * split, absent * (1 - split), 1 - absent]))
    logs = np.log(np.stack(rows, axis=1)).reshape(n_draws, -1)
    own = np.tile([0.2, 0.2, 0.4], len(rows)) ** 2
    covariance = np.cov(logs, rowvar=False) + np.diag(own)
    return logs.mean(axis=0).reshape(len(rows), -1), np.linalg.inv(covariance)


def _rates(log_odds: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def calibrate(
    n_tables: int, n_units: int, *, asked: bool, priors: TransferPriors | None = None
) -> Calibration:
    """Estimate so many tables; with `asked`, the prior of the rates is asked of the effects."""
    priors = priors or shipped_priors("runoff")
    mean, precision = streams_like(np.random.default_rng(0))
    found: list[tuple[FloatArray, FloatArray, float, float, FloatArray]] = []
    for number in range(n_tables):
        rng = np.random.default_rng([7, number])
        rows = simulate_rows(rng, n_units, len(mean))
        made = simulate_columns(rng, priors, rows, mean, precision)
        problem = CellProblem(rows, made.columns, np.zeros_like(made.columns), mean, precision)
        found.append(_one(problem, made, priors, number, asked=asked))
    cells, units, errors, widths, ranks = map(np.array, zip(*found, strict=True))
    return Calibration(cells, units, errors, widths, ranks.sum(axis=0))


def _one(
    problem: CellProblem, made: SimulatedTable, priors: TransferPriors, seed: int, *, asked: bool
) -> tuple[FloatArray, FloatArray, float, float, FloatArray]:
    effects = priors.context.mean(problem.n_rows, problem.n_columns)
    if asked:
        found = fit_with_context(problem, priors)
        fit, narrowing = found.fit, found.narrowing
    else:
        fit, narrowing = fit_cells(problem, effects, priors.spread), None
    rng = np.random.default_rng([seed, 1])
    parameters = draw_parameters_of(fit, priors, N_DRAWS, rng, narrowing=narrowing)
    groups = np.zeros(len(problem.rows), dtype=np.intp)
    votes = draw_cells(problem, fit, parameters, groups, seed)
    truth = made.table
    ends = np.quantile(votes.table, (0.05, 0.1, 0.25, 0.75, 0.9, 0.95), axis=0)
    of_units, many = np.moveaxis(votes.unit_quantiles, 3, 0), made.votes > 5
    cells = [((truth >= ends[k]) & (truth <= ends[5 - k])).mean() for k in (2, 1, 0)]
    units = [
        ((made.votes >= of_units[k]) & (made.votes <= of_units[6 - k]))[many].mean()
        for k in (2, 1, 0)
    ]
    error = 50 * np.abs(votes.table.mean(axis=0) - truth).sum() / truth.sum()
    width = 100 * ((ends[5] - ends[0]) / truth.sum(axis=1, keepdims=True)).mean()
    below = (votes.table < truth).mean(axis=0).ravel()
    ranks = np.histogram(below, bins=BINS, range=(0, 1))[0]
    return np.array(cells), np.array(units), float(error), float(width), ranks


def main() -> None:
    """Read the arguments, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=int, default=80)
    parser.add_argument("--units", type=int, default=60)
    given = parser.parse_args()
    document = {}
    for name, asked in (("effects asked of the prior", True), ("effects left", False)):
        found = calibrate(given.tables, given.units, asked=asked)
        root = np.sqrt(given.tables)
        document[name] = {
            "cells": (100 * found.cells.mean(axis=0)).round(1).tolist(),
            "standard error": (100 * found.cells.std(axis=0) / root).round(1).tolist(),
            "units": (100 * found.units.mean(axis=0)).round(1).tolist(),
            "error": [round(float(found.errors.mean()), 2)],
            "error's standard error": [round(float(found.errors.std() / root), 2)],
            "width": [round(float(found.widths.mean()), 1)],
            "ranks": found.ranks.tolist(),
        }
    json.dump(document, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
