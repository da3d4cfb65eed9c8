"""Where the votes went, as tables of text, rows of files and a JSON document."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from forecast.files import write_atomically
from forecast.output.terminal import paragraph, table, wrapped
from forecast.output.words import rounded_votes
from forecast.race.level_words import plural
from forecast.stats.arrays import Float32Array, FloatArray
from forecast.transfers.estimate import TransferEstimate
from forecast.transfers.two_margins import NOT_VOTING

QUANTILE_NAMES = ("q05", "q10", "q25", "q50", "q75", "q90", "q95")
COLUMNS = ("from", "to", "mean", *QUANTILE_NAMES)
# What is said of effects where the prior of the rates is asked of them.
ASKED = ", as far as the prior's loyalty of voters lets them"
NO_NAMES: Mapping[str, str] = MappingProxyType({})
# What groups of units and units are called where no race says it.
COUNTY_AND_UNIT = ("county", "unit")
TABLE_COLUMNS = (*COLUMNS, "lower", "upper", "no_pull", "double_pull")
PROBABILITIES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
# Rows of fewer votes, in all of them, and cells that are less in a hundred at most are not printed.
SMALL, SMALLEST_HIGH = 0.005, 2.0


def transfer_text(
    estimate: TransferEstimate,
    names: Mapping[str, str] = NO_NAMES,
    unit: str = COUNTY_AND_UNIT[1],
) -> str:
    """The table as text: a block a row, a line a cell.

    Parameters
    ----------
    estimate
        What to print.
    names
        Short names of choices, where they have any.
    unit
        What a unit is called.
    """
    margins = estimate.margins
    totals = estimate.totals
    low, _, _, median, _, _, high = quantiles_of(estimate)
    lower, upper = (estimate.tree["constant_data"][name].values for name in ("lower", "upper"))
    order = np.argsort(-totals, kind="stable")
    shown = [row for row in order.tolist() if totals[row] >= SMALL * totals.sum()]
    rows = [["from and to", "votes", "90% interval", "of 100", "90%", "bounds"]]
    for row in shown:
        per = 100 / totals[row]
        own = margins.from_labels[row]
        rows.append([names.get(own, own), rounded_votes(totals[row]), "", "100", "", ""])
        for column in np.argsort(-median[row], kind="stable").tolist():
            if per * high[row, column] < SMALLEST_HIGH:
                continue
            to = margins.to_labels[column]
            rows.append(
                [
                    f"  to {names.get(to, to)}",
                    rounded_votes(median[row, column]),
                    _span(low[row, column], high[row, column]),
                    f"{per * median[row, column]:.0f}",
                    *(
                        f"{per * ends[0][row, column]:.0f} to {per * ends[1][row, column]:.0f}"
                        for ends in ((low, high), (lower, upper))
                    ),
                ]
            )
    left = len(totals) - len(shown)
    who = "registered voters" if NOT_VOTING in margins.from_labels else "voters"
    lines = [
        *wrapped(
            f"Where the votes went: {plural(margins.n_units, unit)}, "
            f"{rounded_votes(float(totals.sum()))} {who}"
        ),
        "",
        *table(rows, "lrrrrr", gap=2),
        "",
    ]
    if left:
        lines += paragraph(
            "", f"{plural(left, 'small row')} not shown; --out and --json have all", column=2
        )
    lines += [
        *paragraph("bounds", "what both margins alone allow, of 100 (Duncan and Davis 1953)"),
        *paragraph(
            "not known",
            "whether voters of a row choose otherwise where their neighbours do; no count can "
            "tell. The intervals hold what such effects have been in elections whose flows are "
            f"known{ASKED * estimate.asked}. With no pull of the neighbours, or twice as much, "
            f"{shift_words(estimate)}",
        ),
        *paragraph(
            "method",
            f"{estimate.method}; prior: {estimate.prior}; units' own rates spread by "
            f"{estimate.spread:.2f} in log rates",
        ),
    ]
    lines += [line for note in estimate.notes for line in paragraph("note", note)]
    return "\n".join(lines) + "\n"


def _span(low: float, high: float) -> str:
    return f"{rounded_votes(low)} to {rounded_votes(high)}"


def shift_words(estimate: TransferEstimate) -> str:
    """By how many of 100 votes the table changes with the pull of the neighbours."""
    median = quantiles_of(estimate)[3]
    constant = estimate.tree["constant_data"]
    parts = [
        50 * np.abs(constant[name].values - median).sum() / estimate.totals.sum()
        for name in ("no_pull", "double_pull")
    ]
    return f"{parts[0]:.1f} or {parts[1]:.1f} of 100 votes would stand in another cell."


def quantiles_of(estimate: TransferEstimate) -> FloatArray:
    """Quantiles of the table, shape (n_quantiles, n_from, n_to)."""
    found = np.quantile(estimate.votes, PROBABILITIES, axis=0)
    return np.round(np.where(found < 0.5, 0, found), 1)


def table_rows(estimate: TransferEstimate) -> Iterator[list[Any]]:
    """A row a cell of the table, with the columns of `TABLE_COLUMNS`."""
    quantiles, mean = quantiles_of(estimate), estimate.votes.mean(axis=0)
    constant = estimate.tree["constant_data"]
    more = [constant[name].values for name in TABLE_COLUMNS[-4:]]
    margins = estimate.margins
    for row, own in enumerate(margins.from_labels):
        for column, to in enumerate(margins.to_labels):
            numbers = [mean[row, column], *quantiles[:, row, column]]
            numbers += [values[row, column] for values in more]
            yield [own, to, *(round(float(number), 1) for number in numbers)]


def transfer_document(estimate: TransferEstimate) -> dict[str, Any]:
    """The table as a JSON document."""
    margins = estimate.margins
    diagnosis = estimate.diagnosis
    return {
        "units": margins.n_units,
        "from": dict(zip(margins.from_labels, estimate.totals.tolist(), strict=True)),
        "to": dict(zip(margins.to_labels, margins.to_votes.sum(axis=0).tolist(), strict=True)),
        "method": estimate.method,
        "prior": estimate.prior,
        "spread_between_units": round(estimate.spread, 4),
        "healthy": None if diagnosis is None else diagnosis.healthy,
        "notes": list(estimate.notes),
        "cells": [dict(zip(TABLE_COLUMNS, row, strict=True)) for row in table_rows(estimate)],
    }


def write_transfers(estimate: TransferEstimate, folder: Path) -> tuple[Path, ...]:
    """Write the table, the counties and the units, each as CSV and Parquet, and the document.

    ``table`` has a row a cell with the columns of `TABLE_COLUMNS`; ``counties`` and ``units`` have
    `COLUMNS` behind the county or the unit. ``posterior.nc`` holds the DataTree. Where the units
    are in no groups, there are no files of counties.

    Returns
    -------
    tuple of Path
        The files.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 -- not where nothing is written

    parts: list[tuple[str, tuple[str, ...], Any]] = [
        ("table", TABLE_COLUMNS, _columns(list(table_rows(estimate)), TABLE_COLUMNS)),
        ("counties", ("county", *COLUMNS), _cells(estimate, estimate.groups, "group", "county")),
        ("units", ("unit_id", *COLUMNS), _cells(estimate, estimate.units, "unit", "unit_id")),
    ]
    if not estimate.margins.has_groups:
        del parts[1]
    files: dict[str, str | Callable[[Path], object]] = {}
    for name, _, content in parts:
        files[f"{name}.csv"] = _csv_text(content)
        files[f"{name}.parquet"] = partial(pq.write_table, content)
    files["table.json"] = json.dumps(transfer_document(estimate), indent=1, ensure_ascii=False)
    files["posterior.nc"] = estimate.tree.to_netcdf
    for name, content in files.items():
        write_atomically(folder / name, content)
    return tuple(folder / name for name in files)


def _columns(rows: Sequence[Sequence[Any]], names: Sequence[str]) -> Any:
    import pyarrow as pa  # noqa: PLC0415 -- not where nothing is written

    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def _cells(estimate: TransferEstimate, cells: Any, dim: str, name: str) -> Any:
    """The cells of every group or unit as an Arrow table."""
    import pyarrow as pa  # noqa: PLC0415 -- not where nothing is written

    mean: Float32Array = cells["mean"].values
    quantiles: Float32Array = cells["quantile"].values
    n, n_from, n_to = mean.shape

    def labels(values: Sequence[str], each: int, times: int) -> Any:
        index = np.tile(np.repeat(np.arange(len(values), dtype=np.int32), each), times)
        return pa.DictionaryArray.from_arrays(index, pa.array(list(values)))

    columns = {
        name: labels([str(value) for value in cells[dim].values], n_from * n_to, 1),
        "from": labels(estimate.margins.from_labels, n_to, n),
        "to": labels(estimate.margins.to_labels, 1, n * n_from),
        "mean": np.round(mean.ravel(), 2),
    }
    for index, quantile in enumerate(QUANTILE_NAMES):
        columns[quantile] = np.round(quantiles[:, index].ravel(), 1)
    return pa.table(columns)


def _csv_text(content: Any) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(content.column_names)
    writer.writerows(zip(*(column.to_pylist() for column in content.columns), strict=True))
    return text.getvalue()
