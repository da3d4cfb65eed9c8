"""A forecast as files in a folder, for a notebook to go on from."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from forecast.files import write_atomically
from forecast.output.document import document_text
from forecast.race.plain_names import spreadsheet_cell
from forecast.variations import unit_forecasts
from forecast.workflow import Simulation

DRAWS_FILE = "draws.parquet"
UNITS_FILE = "units.csv"
SUMMARY_FILE = "summary.json"
POSTERIOR_FILE = "posterior.nc"
REMEDY = "free some space or choose another folder with --out (the files before it are complete)"
# Shares are those of the first finalist in the two-candidate vote; q05 is the 5% quantile.
UNIT_COLUMNS = (
    *("unit_id", "county", "unit_name", "registered", "first_round_share"),
    *("share_q05", "share_q50", "share_q95", "wins"),
    *("turnout_q05", "turnout_q50", "turnout_q95"),
)


def write_outputs(simulation: Simulation, folder: str | Path) -> tuple[Path, ...]:
    """Write the draws, the summary and the posterior of a forecast.

    ``draws.parquet`` has a row a draw and county: `draw` from 0, `county`, and the votes of
    each finalist in a column of the finalist's name. ``units.csv`` has a row a unit, with the
    columns of `UNIT_COLUMNS`. ``summary.json`` is the document of ``--json``.
    ``posterior.nc`` is the fitted first round, for ``arviz.from_netcdf``.

    Parameters
    ----------
    simulation
        What to write.
    folder
        Made where it is missing. Each file is written atomically.

    Returns
    -------
    tuple of Path
        The files.

    Raises
    ------
    ForecastError
        When the disk is full, or the folder cannot be written.
    """
    folder = Path(folder)
    posterior = simulation.fit.folder / POSTERIOR_FILE
    contents = tables(simulation)
    contents[POSTERIOR_FILE] = lambda path: shutil.copyfile(posterior, path)
    for name, content in contents.items():
        write_atomically(folder / name, content, REMEDY)
    return tuple(folder / name for name in contents)


def tables(simulation: Simulation) -> dict[str, str | Callable[[Path], object]]:
    """Every file of a forecast but its posterior: name to text, or to what writes it."""
    return {
        DRAWS_FILE: lambda path: _write_draws(simulation, path),
        UNITS_FILE: lambda path: _write_units(simulation, path),
        SUMMARY_FILE: document_text(simulation),
    }


def _write_draws(simulation: Simulation, path: Path) -> None:
    """Votes by draw and county as Parquet."""
    votes = simulation.draws.county_votes  # (draw, county, finalist)
    n_draws, n_counties, _ = votes.shape
    columns: dict[str, object] = {
        "draw": pa.array(np.repeat(np.arange(n_draws, dtype=np.int32), n_counties)),
        "county": pa.DictionaryArray.from_arrays(
            np.tile(np.arange(n_counties, dtype=np.int32), n_draws),
            pa.array(simulation.units.county_names),
        ),
    }
    for side, name in enumerate(simulation.race.contest.finalists):
        columns[name] = pa.array(votes[:, :, side].ravel())
    pq.write_table(pa.table(columns), path)


def _write_units(simulation: Simulation, path: Path) -> None:
    """The forecast of every unit as CSV, then the mean votes of each finalist."""
    units, returns = unit_forecasts(simulation), simulation.race.first_round
    shares = (units.first_round, units.low, units.share, units.high, units.wins)
    turnouts = (units.turnout_low, units.turnout, units.turnout_high)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow([*UNIT_COLUMNS, *(f"{n}_votes" for n in simulation.race.contest.finalists)])
        for index in range(returns.n_units):
            rows.writerow(
                [
                    spreadsheet_cell(returns.unit_ids[index]),
                    spreadsheet_cell(returns.counties[index]),
                    spreadsheet_cell(returns.unit_names[index]),
                    _cell(returns.registered[index], 0),
                    *(_cell(values[index], 4) for values in (*shares, *turnouts)),
                    *(_cell(votes, 1) for votes in units.finalist_votes[index]),
                ]
            )


def _cell(value: float, digits: int) -> str:
    """A number for a table; empty where it is not known."""
    return f"{value:.{digits}f}" if np.isfinite(value) else ""
