"""The cells with their names: datasets of xarray, and the posterior as a DataTree of ArviZ."""

from typing import Any

import numpy as np
import xarray as xr
from arviz_base import from_dict

from forecast.stats.arrays import Float32Array, FloatArray
from forecast.transfers.cell_bounds import cell_bounds
from forecast.transfers.cell_draws import QUANTILES, CellVotes
from forecast.transfers.open_cells import OpenCells
from forecast.transfers.parameter_draws import ParameterDraws
from forecast.transfers.two_margins import TwoMargins

FROM, TO = "from", "to"


def posterior_tree(
    margins: TwoMargins,
    cells: OpenCells,
    votes: CellVotes,
    parameters: ParameterDraws,
    constants: dict[str, FloatArray],
) -> Any:
    """The draws of the table and of what lies behind it, as one chain.

    Parameters
    ----------
    margins, cells
        Both margins, and what of them was estimated.
    votes, parameters
        The draws.
    constants
        Tables of the open cells that go into constant_data, beside the bounds.
    """
    rows = [margins.from_labels[row] for row in cells.kept_rows.tolist()]
    columns = [margins.to_labels[column] for column in cells.kept_columns.tolist()]
    lower, upper = table_bounds(margins)
    table = cells.whole(margins, votes.table, by=None)
    tables = {name: cells.whole(margins, values, by=None) for name, values in constants.items()}
    return from_dict(
        {
            "posterior": {
                "votes": table[None],
                "log_rates": parameters.log_rates[None],
                "pull": parameters.pull[None],
                "make_up": parameters.make_up[None],
                "spread": parameters.spread[None],
            },
            "constant_data": {
                "from_votes": margins.from_votes.sum(axis=0),
                "to_votes": margins.to_votes.sum(axis=0),
                "lower": lower,
                "upper": upper,
                **tables,
            },
        },
        coords={
            FROM: list(margins.from_labels),
            TO: list(margins.to_labels),
            "open_from": rows,
            "open_to": columns,
        },
        dims={
            "votes": [FROM, TO],
            "log_rates": ["open_from", "open_to"],
            "pull": ["open_to"],
            "make_up": ["open_from", "open_to"],
            "from_votes": [FROM],
            "to_votes": [TO],
            **{name: [FROM, TO] for name in ("lower", "upper", *tables)},
        },
    )


def table_bounds(margins: TwoMargins) -> tuple[FloatArray, FloatArray]:
    """Bounds of the whole table: sums of those of the units, shape (n_from, n_to) each."""
    lower = np.zeros((len(margins.from_labels), len(margins.to_labels)))
    upper = np.zeros_like(lower)
    size = max(1, 4_000_000 // lower.size)
    for start in range(0, margins.n_units, size):
        part = slice(start, start + size)
        low, high = cell_bounds(margins.from_votes[part], margins.to_votes[part])
        lower += low.sum(axis=0)
        upper += high.sum(axis=0)
    return lower, upper


def group_cells(margins: TwoMargins, cells: OpenCells, votes: CellVotes) -> xr.Dataset:
    """Mean and quantiles of the cells of every group."""
    names = margins.group_names
    # A group without voters whose choice is open may be missing at the end.
    mean = _longer(votes.group_mean, len(names))
    quantiles = _longer(votes.group_quantiles, len(names))
    by = margins.group_index
    return _dataset(margins, cells, "group", list(names), mean, quantiles, by)


def unit_cells(margins: TwoMargins, cells: OpenCells, votes: CellVotes) -> xr.Dataset:
    """Mean and quantiles of the cells of every unit."""
    mean = np.zeros((margins.n_units, *votes.unit_mean.shape[1:]), dtype=np.float32)
    quantiles = np.zeros((margins.n_units, *votes.unit_quantiles.shape[1:]), dtype=np.float32)
    mean[cells.positions] = votes.unit_mean
    quantiles[cells.positions] = votes.unit_quantiles
    by = np.arange(margins.n_units)
    return _dataset(margins, cells, "unit", list(margins.units), mean, quantiles, by)


def _longer(values: Float32Array, length: int) -> Float32Array:
    found = np.zeros((length, *values.shape[1:]), dtype=values.dtype)
    found[: len(values)] = values
    return found


def _dataset(
    margins: TwoMargins,
    cells: OpenCells,
    dim: str,
    names: list[str],
    mean: Float32Array,
    quantiles: Float32Array,
    by: Any,
) -> xr.Dataset:
    whole_mean = cells.whole(margins, mean, by=by)
    # (name, row, column, quantile) to (name, quantile, row, column) and back
    whole = cells.whole(margins, np.moveaxis(quantiles, -1, 1), by=by)
    return xr.Dataset(
        {
            "mean": ((dim, FROM, TO), whole_mean),
            "quantile": ((dim, "probability", FROM, TO), whole),
        },
        coords={
            dim: names,
            FROM: list(margins.from_labels),
            TO: list(margins.to_labels),
            "probability": list(QUANTILES),
        },
    )
