"""The gallery of flows that were sampled: whether the chains can be trusted."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from forecast.diagnose.labelled_quantities import Quantity
from forecast.errors import InputError
from forecast.files import write_atomically
from forecast.first_round.diagnosis import Diagnosis
from forecast.output.gallery import sampling_figures as sampling
from forecast.output.gallery.build import INDEX, Gallery, figures_verdict, writing_gallery
from forecast.output.gallery.gallery_figure import GalleryFigure, save
from forecast.output.gallery.gallery_page import gallery_page
from forecast.race.level_words import plural
from forecast.transfers.estimate import TransferEstimate
from forecast.transfers.sampled_rates import SampledRates
from forecast.transfers.unit_rates import softmax


def write_transfer_gallery(
    estimate: TransferEstimate, folder: Path, title: str, notify: Callable[[str], None]
) -> Gallery:
    """Draw the chains of a sampled table and its prior against its posterior, with their page.

    Parameters
    ----------
    estimate
        Made with the method "nuts".
    folder
        Made where it is missing.
    title
        What the table is of.
    notify
        Called with a line about what happens.

    Raises
    ------
    InputError
        When the estimate was not sampled.
    ForecastError
        When the folder cannot be written.
    """
    sampled = estimate.sampled
    if sampled is None:
        raise InputError("the fast estimate has no chains to draw; sample it with --method nuts")
    notify("drawing the chains")
    figures: list[GalleryFigure] = []
    with writing_gallery(folder):
        quantities = sampled_quantities(estimate, sampled)
        for figure in (
            *sampling.sampling_figures(quantities, sampled.sample_stats),
            sampling.prior_posterior(quantities, what="the flows", told_by="the two counts"),
        ):
            save(figure, folder, title)
            figures.append(figure)
        gallery = Gallery(
            verdict=f"{_verdict(sampled.diagnosis)} {figures_verdict(figures)}",
            healthy=sampled.diagnosis.healthy,
            faults=sampled.diagnosis.faults,
            remarks=tuple(figure.fault for figure in figures if figure.fault),
            notes=("the context is held at its prior mean, as the fast estimate holds it",),
            sensitivity=None,
            figures=tuple(figures),
        )
        write_atomically(folder / INDEX, gallery_page(title, gallery))
    notify(f"wrote {folder / INDEX}")
    return gallery


def sampled_quantities(estimate: TransferEstimate, sampled: SampledRates) -> tuple[Quantity, ...]:
    """The spread between units, and the mean rates of the cells, those of most votes first."""
    votes = estimate.tree["posterior"]["votes"].mean(("chain", "draw"))
    labels = estimate.tree["posterior"]["log_rates"]
    rows, columns = (labels[name].values.tolist() for name in ("open_from", "open_to"))
    rates = 100 * softmax(sampled.log_rates)
    # No figure here needs the prior's density.
    unused = np.zeros_like(sampled.spread)
    spreads = sampled.spread, sampled.prior_spread
    found = [Quantity("spread between units, logs", "unit_spread", *spreads, unused)]
    largest = np.argsort(-votes.sel({"from": rows, "to": columns}).values, axis=None)
    for place in largest.tolist():
        row, column = divmod(place, len(columns))
        found.append(
            Quantity(
                f"{rows[row]} to {columns[column]}, %",
                "rates",
                rates[..., row, column],
                100 * sampled.prior_rates[:, row, column],
                unused,
            )
        )
    return tuple(found)


def _verdict(diagnosis: Diagnosis) -> str:
    least = min(diagnosis.min_ess_bulk, diagnosis.min_ess_tail)
    return (
        f"The sampled flows {'passed' if diagnosis.healthy else 'FAILED'} their diagnostics "
        f"({plural(diagnosis.divergences, 'divergence')}, R-hat at most "
        f"{diagnosis.max_r_hat:.3f}, ESS at least {least:,.0f})."
    )
