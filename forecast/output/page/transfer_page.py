"""Where the votes went as one HTML page that fetches nothing."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from forecast.files import write_atomically
from forecast.output import words
from forecast.output.health_table import health_rows
from forecast.output.page.figure_table import Table, table
from forecast.output.page.page_templates import page_environment, template_file, vega_script
from forecast.output.page.report import source_words
from forecast.output.page.transfer_figure import called, transfer_figure
from forecast.output.transfer_text import ASKED, COUNTY_AND_UNIT, NO_NAMES, shift_words
from forecast.race.level_words import plural
from forecast.transfers.estimate import TransferEstimate

# Of `forecast.transfers.cell_draws.QUANTILES`: the median and the ends of 90 in 100.
LOW, MIDDLE, HIGH = 0, 3, 6
# Cells that are shown of a place: those of the most votes in the whole table.
SHOWN_CELLS = 6


def write_transfer_page(
    estimate: TransferEstimate,
    path: Path,
    title: str,
    command: str,
    sources: Sequence[str] = (),
    names: Mapping[str, str] = NO_NAMES,
    nouns: tuple[str, str] = COUNTY_AND_UNIT,
) -> Path:
    """Write the page of an estimate atomically.

    Parameters
    ----------
    estimate
        What to show.
    path
        The HTML file.
    title
        What the two elections are.
    command
        What makes the page again.
    sources
        Where the counts come from, one line a source.
    names
        Short names of choices, where they have any.
    nouns
        What a group of units and a unit are called.
    """
    figure = transfer_figure(estimate, title, names)
    diagnosis = estimate.diagnosis
    checks = None
    if diagnosis is not None:
        columns = ("check", "value", "should be", "verdict")
        checks = table("Checks of the sampled model", columns, health_rows(diagnosis))
    content = (
        page_environment()
        .get_template("transfers.html.j2")
        .render(
            title=title,
            figure=figure,
            places=_places(estimate, names, nouns),
            charts={
                figure.kind: {
                    "spec": figure.spec(),
                    "choices": {},
                    "title": figure.heading,
                }
            },
            shift=shift_words(estimate),
            asked=ASKED * estimate.asked,
            notes=estimate.notes,
            units=plural(estimate.margins.n_units, nouns[1]),
            method=estimate.method,
            prior=estimate.prior,
            spread=estimate.spread,
            faults=() if diagnosis is None else diagnosis.faults,
            checks=checks,
            sources=[source_words(source) for source in sources],
            command=command,
            style=template_file("page.css"),
            program=template_file("page.js"),
            vega=vega_script(),
        )
    )
    write_atomically(path, content)
    return path


def _places(estimate: TransferEstimate, names: Mapping[str, str], nouns: tuple[str, str]) -> Table:
    """The largest cells of every county, or of every unit where there are no counties."""
    margins = estimate.margins
    grouped = margins.has_groups
    cells, dim = (estimate.groups, "group") if grouped else (estimate.units, "unit")
    quantiles = cells["quantile"].values
    median = np.median(estimate.votes, axis=0)
    order = np.argsort(-median.ravel(), kind="stable")[:SHOWN_CELLS].tolist()
    chosen = [divmod(index, len(margins.to_labels)) for index in order]
    flows = [
        f"{called(margins.from_labels[row], names)} to {called(margins.to_labels[column], names)}"
        for row, column in chosen
    ]
    rows = []
    for place, name in enumerate(cells[dim].values.tolist()):
        own = [str(name)]
        for row, column in chosen:
            middle, low, high = (
                words.rounded_votes(float(quantiles[place, index, row, column]))
                for index in (MIDDLE, LOW, HIGH)
            )
            own.append(f"{middle} ({low} to {high})")
        rows.append(own)
    what = nouns[0] if grouped else nouns[1]
    return table(f"The largest flows by {what}: median (90% interval)", (what, *flows), rows)
