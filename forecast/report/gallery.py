"""The gallery of a fit: figures, a page that ties them together, and a verdict in words."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.core.covariates import UnitData, unit_data
from forecast.errors import ForecastError
from forecast.model.people_units import (
    Quantity,
    county_levels,
    first_round_quantities,
    runoff_shares,
)
from forecast.model.sensitivity import Sensitivity, sensitivity
from forecast.report import gallery_inputs as inputs
from forecast.report import predictive_figures as predictive
from forecast.report import sampling_figures as sampling
from forecast.report import words
from forecast.report.files import POSTERIOR_FILE, write_whole
from forecast.report.gallery_figure import GalleryFigure, save
from forecast.report.sensitivity_figures import sensitivity_lines, tornado
from forecast.report.style import paragraph

if TYPE_CHECKING:
    from forecast.model.fitting import FieldFit
    from forecast.workflow import FittedRace

INDEX = "index.html"
# Any number does: of replicated returns and prior draws.
PICTURE_SEED = 1
PRIORS_IN_TEXT = 6

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem;
  color: #222; background: #fff; }
img { max-width: 100%; height: auto; border: 1px solid #ddd; }
table { border-collapse: collapse; font-size: .9rem; } td, th { padding: .15rem .8rem .15rem 0;
  text-align: left; border-bottom: 1px solid #eee; }
section { margin-top: 3rem; } .failed { color: #a00; }
nav li { display: inline; margin-right: 1em; }
"""


@dataclass(frozen=True, eq=False)
class Gallery:
    """What was found and drawn.

    Attributes
    ----------
    verdict
        A sentence.
    healthy
        Whether the fit passed its checks.
    faults
        What failed and what to do, a sentence each.
    remarks
        What else to look at; does not make the fit unhealthy.
    sensitivity
        Which runoff priors decide.
    figures
        In the order of the page.
    """

    verdict: str
    healthy: bool
    faults: tuple[str, ...]
    remarks: tuple[str, ...]
    sensitivity: Sensitivity
    figures: tuple[GalleryFigure, ...]


def write_gallery(
    fitted: "FittedRace",
    fields: "FieldFit | None",
    folder: Path,
    *,
    seed: int,
    notify: Callable[[str], None],
) -> Gallery:
    """Draw every figure of a fit and write them with their page.

    Parameters
    ----------
    fitted
        The race and its fit.
    fields
        The fit of its fields, None where it has none.
    folder
        Made where it is missing.
    seed
        Of the simulated runoffs.
    notify
        Called with a line about what happens.

    Raises
    ------
    ForecastError
        When the folder cannot be written.
    """
    units = unit_data(fitted.race, fitted.priors.turnout_if_unknown)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _quiet_figures():
            gallery = _draw(fitted, fields, units, folder, seed, notify)
        page = _page(fitted.race.contest.title, gallery)
        write_whole(folder / INDEX, lambda path: path.write_text(page, encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ForecastError(
            f"could not write the gallery in {folder}: {reason}; free some space or choose"
            " another folder with --out"
        ) from error
    notify(f"wrote {folder / INDEX}")
    return gallery


def gallery_text(gallery: Gallery, finalist: str) -> str:
    """Verdict, what failed and what to do, and which priors decide, for a terminal."""
    lines = [gallery.verdict, ""]
    for label, sentences in (("failed", gallery.faults), ("look at", gallery.remarks)):
        for sentence in sentences:
            lines += paragraph(label, sentence)
    if len(lines) > 2:
        lines.append("")
    lines += sensitivity_lines(gallery.sensitivity, finalist, PRIORS_IN_TEXT)
    return "\n".join(lines) + "\n"


def _draw(
    fitted: "FittedRace",
    fields: "FieldFit | None",
    units: UnitData,
    folder: Path,
    seed: int,
    notify: Callable[[str], None],
) -> Gallery:
    """All figures, each saved as soon as it is drawn."""
    figures: list[GalleryFigure] = []

    def keep(*made: GalleryFigure) -> None:
        for figure in made:
            save(figure, folder)
            figures.append(figure)

    race, rng = fitted.race, np.random.default_rng(PICTURE_SEED)
    unit = words.plural_of(race.contest.unit_kind)
    finalists = words.short_names(race.contest.finalists)
    draws, stats = _posterior(fitted.fit.folder)
    if fields is not None:
        draws = draws.merge(_posterior(fields.folder)[0])
    names = inputs.part_names(race, units)
    quantities = first_round_quantities(draws, fitted.priors.first_round, names, rng)

    notify("drawing the sampler and the posterior")
    keep(*_forests(fitted, units, draws, names, quantities, rng))
    keep(*sampling.sampling_figures(quantities, stats), sampling.prior_posterior(quantities))
    notify("replicating the returns")
    shares = inputs.predicted_shares(race, units, draws, rng)
    keep(predictive.county_figure(shares), predictive.unit_figure(shares, unit))
    keep(predictive.spread_figure(shares, unit))
    remarks = _field_remarks(fields) + predictive.spread_remarks(shares)
    loo = inputs.loo_inputs(race, units, draws, rng)
    if loo is not None:
        results = loo.results()
        keep(predictive.pit_figure(loo.tree, unit))
        keep(predictive.pareto_figure(results, loo.unit_names, unit))
        remarks += predictive.pareto_remarks(results, loo.unit_names)
    notify("moving every runoff prior")
    found = sensitivity(
        units, fitted.fit.posterior, fitted.priors.entries, fitted.priors.runoff, seed=seed
    )
    keep(tornado(found, finalists[0]))
    if loo is not None:
        keep(_power_figure(inputs.power_scaling(quantities, loo)))
    diagnosis = fitted.fit.diagnosis
    return Gallery(
        verdict=_verdict(fitted),
        healthy=diagnosis.healthy,
        faults=diagnosis.faults,
        remarks=remarks,
        sensitivity=found,
        figures=tuple(figures),
    )


def _posterior(folder: Path) -> tuple[Any, Any]:
    """Draws and sampler statistics of a cache entry, as two Datasets."""
    import arviz as az

    with az.from_netcdf(folder / POSTERIOR_FILE) as trace:
        return trace.posterior.dataset.load(), trace.sample_stats.dataset.load()


def _field_remarks(fields: "FieldFit | None") -> tuple[str, ...]:
    """What is wrong with the fit of the fields: nothing that a forecast would feel."""
    faults = () if fields is None else fields.diagnosis.faults
    return tuple(f"split of a bloc, which no forecast uses: {fault}" for fault in faults)


def _forests(
    fitted: "FittedRace",
    units: UnitData,
    draws: Any,
    names: dict[str, tuple[str, ...]],
    quantities: Sequence[Quantity],
    rng: np.random.Generator,
) -> Iterator[GalleryFigure]:
    """What people ask about: where the voters go, and what the first round says by county."""
    first, second = words.short_names(fitted.race.contest.finalists)
    shown = inputs.shown_candidates(fitted.race, units)
    yield sampling.forest(
        "voters",
        "Where voters go in the runoff, before any error (priors)",
        "ranges that you would bet on. No return has informed them: they are yours to tune.",
        runoff_shares(fitted.priors, units, shown, (first, second), rng),
        "% of those voters",
    )
    levels = {
        f"{name} in {words.readable_name(county)}": values
        for part, (name, *_) in names.items()
        if part in inputs.LOO_PARTS
        for county, values in county_levels(draws, part, units).items()
    }
    yield sampling.forest(
        "first-round",
        "The first round in a mean unit of each county (posterior)",
        "short lines: thousands of votes leave little doubt.",
        levels,
        "turnout in % of registered, sides in % of both sides",
    )
    yield sampling.forest(
        "effects",
        "What moves the first round from unit to unit (posterior)",
        "lines away from 0 where a baseline tells something; all far shorter than 10 points.",
        {
            quantity.label.removesuffix(", points"): quantity.posterior
            for quantity in quantities
            if quantity.label.endswith(", points")
        },
        "points at an even split; baselines per standard deviation",
    )


def _power_figure(rows: Sequence[tuple[str, ...]]) -> GalleryFigure:
    return GalleryFigure(
        "power-scaling",
        "Power-scaling sensitivity of the first-round priors",
        "by the prior below 0.05: the returns decide, not the prior.",
        None,
        "Change of the quantity when the prior, or the returns, weigh a little more or less.",
        tuple(rows),
    )


def _verdict(fitted: "FittedRace") -> str:
    diagnosis, place = fitted.fit.diagnosis, fitted.race.contest.place
    least = min(diagnosis.min_ess_bulk, diagnosis.min_ess_tail)
    numbers = (
        f"{words.plural(diagnosis.divergences, 'divergence')}, R-hat at most"
        f" {diagnosis.max_r_hat:.3f}, ESS at least {least:,.0f}"
    )
    if diagnosis.healthy:
        return f"{place}: the fit of the first round can be trusted ({numbers})."
    return f"{place}: the fit of the first round CANNOT be trusted ({numbers})."


@contextmanager
def _quiet_figures() -> Iterator[None]:
    """Draw without a screen; keep the libraries' remarks on layout and k to themselves."""
    import matplotlib as mpl

    mpl.use("Agg")
    with warnings.catch_warnings(), mpl.rc_context():
        warnings.simplefilter("ignore")
        yield


def _page(title: str, gallery: Gallery) -> str:
    """The page: verdict, table of what failed, figures."""
    sentences = [("failed", text) for text in gallery.faults]
    sentences += [("look at", text) for text in gallery.remarks]
    rows = [("check", "what is wrong, and what to do"), *sentences]
    nav = "".join(
        f'<li><a href="#{escape(f.name)}">{escape(f.title)}</a></li>' for f in gallery.figures
    )
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
            f"<style>{STYLE}</style></head><body>",
            f"<h1>{escape(title)}: diagnosis</h1>",
            f'<p class="{"" if gallery.healthy else "failed"}">{escape(gallery.verdict)}</p>',
            _html_table(rows) if sentences else "<p>Nothing failed.</p>",
            f"<nav><ul>{nav}</ul></nav>",
            *(_section(figure) for figure in gallery.figures),
            "</body></html>\n",
        ]
    )


def _section(figure: GalleryFigure) -> str:
    parts = [f'<section id="{escape(figure.name)}"><h2>{escape(figure.title)}</h2>']
    parts.append(f"<p><b>Good:</b> {escape(figure.good)}</p>")
    if figure.note:
        parts.append(f"<p>{escape(figure.note)}</p>")
    if figure.picture is not None:
        alt = escape(f"{figure.title}. Good: {figure.good}", quote=True)
        parts.append(f'<a href="{figure.name}.png"><img src="{figure.name}.png" alt="{alt}"></a>')
    if figure.rows:
        parts.append(_html_table(figure.rows))
    return "\n".join([*parts, "</section>"])


def _html_table(rows: Sequence[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:]
    )
    return f"<table><tr>{head}</tr>{body}</table>"
