"""The gallery of a fit: figures, a page that ties them together, and a verdict in words."""

import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from cycler import cycler

from forecast.defaults import SimulationOptions, countdown, now_and_then
from forecast.diagnose.field_fit import FieldFit
from forecast.diagnose.labelled_quantities import county_levels, runoff_shares
from forecast.errors import ForecastError
from forecast.files import write_atomically
from forecast.fitted_race import FittedRace
from forecast.output.gallery import predictive_figures as predictive
from forecast.output.gallery import sampling_figures as sampling
from forecast.output.gallery.gallery_figure import CYCLE, GalleryFigure, save
from forecast.output.gallery.gallery_inputs import (
    LOO_PARTS,
    GalleryInputs,
    loo_inputs,
    power_scaling,
    predicted_shares,
    shown_candidates,
)
from forecast.output.gallery.gallery_page import gallery_page, labelled_sentences
from forecast.output.gallery.sensitivity_figure import sensitivity_figure
from forecast.output.gallery.weight_figure import weight_figure
from forecast.output.race_words import county_name, race_title, runoff_line
from forecast.output.terminal import paragraph, wrapped
from forecast.output.tornado import tornado_lines
from forecast.race.level_words import county_noun, plural, unit_noun
from forecast.runoff.sensitivity import Sensitivity
from forecast.variations import draws_of, prior_sensitivity
from forecast.workflow import evidence_of

INDEX = "index.html"
# Any number does: of replicated returns and prior draws.
PICTURE_SEED = 1
PRIORS_IN_TEXT = 6
# ArviZ calls a change of the posterior by this much sensitive (Kallioinen et al. 2023).
MAX_POWER = 0.05


@dataclass(frozen=True, eq=False)
class Gallery:
    """What was found and drawn.

    Attributes
    ----------
    verdict
        A sentence.
    healthy
        Whether the fit passed its diagnostics.
    faults
        What failed and what to do, a sentence each.
    remarks
        What else to look at; the diagnostics pass all the same.
    notes
        How the fit was made, where that is not as usual.
    sensitivity
        Which runoff priors decide; None where that was not asked.
    figures
        In the order of the page.
    """

    verdict: str
    healthy: bool
    faults: tuple[str, ...]
    remarks: tuple[str, ...]
    notes: tuple[str, ...]
    sensitivity: Sensitivity | None
    figures: tuple[GalleryFigure, ...]


def write_gallery(
    fitted: FittedRace,
    fields: FieldFit | None,
    folder: Path,
    *,
    seed: int,
    polls: bool = True,
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
        Seed of the simulated runoffs.
    polls
        Use the polls of the race folder.
    notify
        Called with a line about what happens.

    Raises
    ------
    ForecastError
        When the folder cannot be written.
    """
    with writing_gallery(folder):
        rng = np.random.default_rng(PICTURE_SEED)
        inputs = GalleryInputs.of(fitted, fields, rng)
        options = SimulationOptions(seed=seed, polls=polls)
        gallery = _draw(inputs, rng, folder, options, notify)
        write_atomically(folder / INDEX, gallery_page(race_title(fitted.race), gallery))
    notify(f"wrote {folder / INDEX}")
    return gallery


def gallery_text(gallery: Gallery, finalist: str = "") -> str:
    """Verdict, what failed and what to do, and which priors decide, for a terminal."""
    lines = [*wrapped(gallery.verdict), ""]
    head = len(lines)
    for label, sentence in labelled_sentences(gallery):
        lines += paragraph(label, sentence)
    if len(lines) > head:
        lines.append("")
    if gallery.sensitivity is not None:
        lines += tornado_lines(gallery.sensitivity, finalist, PRIORS_IN_TEXT)
    return "\n".join(lines) + "\n"


def _draw(
    inputs: GalleryInputs,
    rng: np.random.Generator,
    folder: Path,
    options: SimulationOptions,
    notify: Callable[[str], None],
) -> Gallery:
    """All figures, each saved as soon as it is drawn."""
    figures: list[GalleryFigure] = []
    remarks = _field_remarks(inputs.fields)

    def keep(*made: GalleryFigure) -> None:
        for figure in made:
            # and its memory freed: large races fill it otherwise
            save(figure, folder, runoff_line(inputs.race))
            figures.append(figure)

    fitted, unit = inputs.fitted, inputs.units_noun
    notify("drawing the sampler and the posterior")
    keep(*_forests(inputs, rng), *_sampler_figures(inputs))
    keep(sampling.prior_posterior(inputs.quantities))
    notify("replicating the returns")
    shares = predicted_shares(inputs.race, inputs.units, inputs.draws, rng, inputs.field_index)
    keep(
        predictive.county_figure(shares, county_noun(inputs.race)),
        predictive.unit_figure(shares, unit),
    )
    keep(predictive.spread_figure(shares, unit))
    loo = loo_inputs(inputs.race, inputs.units, inputs.draws, rng)
    if loo is not None:
        results = loo.results()
        some = unit if loo.all_units else f"{len(loo.unit_names):,} {unit}, drawn at random,"
        keep(predictive.loo_pit_figure(loo.tree, some))
        keep(predictive.pareto_figure(results, loo.unit_names, unit, all_units=loo.all_units))
    notify("moving every runoff prior")
    evidence = evidence_of(fitted, options, notify)
    progress = now_and_then(countdown(notify), "moving priors")
    found = prior_sensitivity(fitted, evidence, options.seed, draws_of(evidence), progress)
    keep(sensitivity_figure(found, inputs.labels[0]))
    if loo is not None:
        keep(_power_figure(power_scaling(inputs.quantities, loo)))
    return _gallery(inputs, remarks, found, tuple(figures))


def _gallery(
    inputs: GalleryInputs,
    remarks: tuple[str, ...],
    found: Sensitivity,
    figures: tuple[GalleryFigure, ...],
) -> Gallery:
    diagnosis = inputs.fitted.fit.diagnosis
    return Gallery(
        verdict=f"{_verdict(inputs.fitted)} {figures_verdict(figures)}",
        healthy=diagnosis.healthy,
        faults=diagnosis.faults,
        remarks=(*remarks, *(figure.fault for figure in figures if figure.fault)),
        notes=_notes(inputs),
        sensitivity=found,
        figures=figures,
    )


def figures_verdict(figures: Sequence[GalleryFigure]) -> str:
    """How many figures meet what is said to be good, and which do not."""
    judged = [figure for figure in figures if figure.met is not None]
    missed = [figure.title for figure in judged if not figure.met]
    if not missed:
        return f"All {len(judged)} figures with a criterion meet it."
    return (
        f"{len(judged) - len(missed)} of {len(judged)} figures with a criterion meet it; not: "
        f"{'; '.join(missed)}."
    )


def _sampler_figures(inputs: GalleryInputs) -> tuple[GalleryFigure, ...]:
    """Figures of the chains, or of the weights of an approximation, which has no chains."""
    if inputs.approximated:
        return (weight_figure(inputs.stats, inputs.fitted.fit.diagnosis),)
    return sampling.sampling_figures(inputs.quantities, inputs.stats)


def _field_remarks(fields: FieldFit | None) -> tuple[str, ...]:
    """What is wrong with the fit of the fields: nothing that a forecast would feel."""
    faults = () if fields is None else fields.diagnosis.faults
    return tuple(f"split of a bloc, which no forecast uses: {fault}" for fault in faults)


def _forests(inputs: GalleryInputs, rng: np.random.Generator) -> Iterator[GalleryFigure]:
    """What people ask about: where the voters go, and what the first round says by county."""
    shown = shown_candidates(inputs.race, inputs.units)
    yield sampling.forest(
        "voters",
        "Where voters go in the runoff, before any error (priors)",
        "ranges that you would bet on. The returns of this race have not informed them.",
        runoff_shares(inputs.fitted.priors, inputs.units, shown, inputs.labels, rng),
        "% of those voters",
    )
    several = len(inputs.units.county_names) > 1
    noun, unit = county_noun(inputs.race), unit_noun(inputs.race.contest)
    levels = {
        f"{name} in {county_name(inputs.race, county)}" if several else name: values
        for part, (name, *_) in inputs.part_names.items()
        if part in LOO_PARTS
        for county, values in county_levels(inputs.draws, part, inputs.units).items()
    }
    yield sampling.forest(
        "first-round",
        f"The first round in a mean {unit}{f' of each {noun}' * several} (posterior)",
        f"short lines where many {inputs.units_noun} speak, longer ones where few do.",
        levels,
        "turnout in % of registered, sides in % of both sides",
    )
    yield sampling.forest(
        "effects",
        "What moves the first round from unit to unit (posterior)",
        "lines away from 0 where a baseline tells something, and short beside their distance.",
        {
            quantity.label.removesuffix(", points"): quantity.posterior
            for quantity in inputs.quantities
            if quantity.label.endswith(", points")
        },
        "points at an even split; baselines per standard deviation",
    )


def _power_figure(rows: Sequence[tuple[str, ...]]) -> GalleryFigure:
    decided = [row[0] for row in rows[1:] if float(row[2]) >= MAX_POWER]
    return GalleryFigure(
        "power-scaling",
        "Power-scaling sensitivity of the first-round priors",
        f"by the prior below {MAX_POWER}: the returns decide, not the prior.",
        None,
        "Change of the quantity when the prior, or the returns, weigh a little more or less.",
        tuple(rows),
        met=not decided,
        fault=f"what the prior says moves the fit: {', '.join(decided)}" if decided else "",
    )


def _verdict(fitted: FittedRace) -> str:
    diagnosis, place = fitted.fit.diagnosis, fitted.race.contest.place
    least = min(diagnosis.min_ess_bulk, diagnosis.min_ess_tail)
    if diagnosis.k_hat is None:
        what = "the fit of the first round"
        numbers = (
            f"{plural(diagnosis.divergences, 'divergence')}, R-hat at most"
            f" {diagnosis.max_r_hat:.3f}, ESS at least {least:,.0f}"
        )
    else:
        what = "the integrated fit of the first round"
        numbers = f"k-hat of its weights {diagnosis.k_hat:.2f}, ESS {least:,.0f}"
    passed = "passed" if diagnosis.healthy else "FAILED"
    return f"{place}: {what} {passed} its diagnostics ({numbers})."


def _notes(inputs: GalleryInputs) -> tuple[str, ...]:
    """What was approximated, seen in a sample only, or left out."""
    n_units, unit, seen = inputs.units.n_units, inputs.units_noun, inputs.field_index
    notes = []
    if inputs.approximated:
        notes.append(
            f"the fit of {n_units:,} {unit} is integrated and not sampled: its importance"
            " weights are drawn in place of chains"
        )
    if seen is not None and len(seen) < n_units:
        notes.append(
            f"how a bloc splits was fitted, and is shown, in {len(seen):,} of the"
            f" {unit}, drawn at random; no forecast uses it"
        )
    return tuple(notes)


@contextmanager
def writing_gallery(folder: Path) -> Iterator[None]:
    """Draw into a folder without a screen; the libraries keep their remarks to themselves.

    Raises
    ------
    ForecastError
        When the folder cannot be written.
    """
    mpl.use("Agg")
    logging.disable(logging.WARNING)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings(), mpl.rc_context({"axes.prop_cycle": cycler(color=CYCLE)}):
            warnings.simplefilter("ignore")
            yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise ForecastError(
            f"could not write the gallery in {folder}: {reason}; free some space or choose"
            " another folder with --out"
        ) from error
    finally:
        logging.disable(logging.NOTSET)
