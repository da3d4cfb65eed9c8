"""The gallery of the model over finished races: whether its sampling can be trusted."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import arviz as az
import numpy as np

from forecast.diagnose.labelled_quantities import Quantity
from forecast.errors import InputError
from forecast.files import write_atomically
from forecast.first_round.diagnosis import MAX_R_HAT, MIN_ESS, Diagnosis, diagnose
from forecast.learn.effects import NUMBER_LABELS, SIZES
from forecast.learn.hierarchical_priors import Prior, load_hierarchy_priors
from forecast.output.gallery import sampling_figures as sampling
from forecast.output.gallery.build import INDEX, Gallery, figures_verdict, writing_gallery
from forecast.output.gallery.gallery_figure import GalleryFigure, save
from forecast.output.gallery.gallery_page import gallery_page
from forecast.race.level_words import plural
from forecast.stats.arrays import FloatArray

TITLE = "What finished runoffs teach"
SIZE = "size."
_PRIOR_DRAWS, _PRIOR_SEED = 4_000, 1
# Effects of groups that are drawn, each with its title.
_FORESTS: Mapping[str, str] = {
    "bind_place": "How much more, or less, blocs bind in a state",
    "triple": "Where eliminated blocs go: each with the two finalists' blocs",
    "turnout_kind": "Turnout by kind of election",
    "scale_kind": "Error of a race by kind of election (logs)",
}
_ROWS = 30


def read_trace(path: Path) -> Any:
    """Read the draws that `forecast learn --trace` wrote.

    Raises
    ------
    InputError
        When there is no such file, or it holds no draws of the model over races.
    """
    try:
        trace = az.from_netcdf(path)
        known = set(trace.posterior.data_vars) >= set(SIZES)
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(
            f"{path}: no draws of the model over races ({error}); make them with `forecast learn "
            f"--trace {path}`"
        ) from error
    if not known:
        raise InputError(
            f"{path}: draws of another model; make them with `forecast learn --trace {path}`"
        )
    return trace


def write_learned_gallery(trace: Any, folder: Path, notify: Callable[[str], None]) -> Gallery:
    """Draw the figures of the sampled model over races and write them with their page.

    Parameters
    ----------
    trace
        DataTree with the groups posterior and sample_stats, as `read_trace` gives it.
    folder
        Made where it is missing.
    notify
        Called with a line about what happens.

    Raises
    ------
    ForecastError
        When the folder cannot be written.
    """
    diagnosis = diagnose(trace, "NUTS", 0.0)
    priors = load_hierarchy_priors()
    figures: list[GalleryFigure] = []
    with writing_gallery(folder):
        notify("drawing the sampler and the posterior")
        for figure in _figures(trace, priors):
            save(figure, folder, TITLE)
            figures.append(figure)
        gallery = Gallery(
            verdict=f"{_verdict(diagnosis)} {figures_verdict(figures)}",
            healthy=diagnosis.healthy,
            faults=_faults(diagnosis),
            remarks=tuple(figure.fault for figure in figures if figure.fault),
            notes=(),
            sensitivity=None,
            figures=tuple(figures),
        )
        write_atomically(folder / INDEX, gallery_page(TITLE, gallery))
    notify(f"wrote {folder / INDEX}")
    return gallery


def learned_quantities(trace: Any, priors: Mapping[str, Prior]) -> tuple[Quantity, ...]:
    """The numbers of the model in their own units, the worst sampled first."""
    found = []
    rng = np.random.default_rng(_PRIOR_SEED)
    for name, prior in priors.items():
        values = np.asarray(trace.posterior[name].values)
        for column, label in enumerate(NUMBER_LABELS.get(name, ("",))):
            z = values[..., column]
            words_of = f"{name}, {label}" if label else name
            known = _natural(rng.standard_normal(_PRIOR_DRAWS), prior)
            found.append(Quantity(words_of, name, _natural(z, prior), known, -0.5 * z**2))
    return tuple(sorted(found, key=lambda quantity: _effective(quantity.posterior)))


def _effective(draws: FloatArray) -> float:
    """Bulk effective sample size of draws of shape (n_chains, n_draws)."""
    return float(az.ess(draws, method="bulk"))


def _natural(z: FloatArray, prior: Prior) -> FloatArray:
    linear = prior.centre + prior.width * z
    return np.asarray(np.exp(linear) if prior.positive else linear)


def _figures(trace: Any, priors: Mapping[str, Prior]) -> Iterator[GalleryFigure]:
    quantities = learned_quantities(trace, priors)
    yield from sampling.sampling_figures(quantities, trace.sample_stats.to_dataset())
    for name, what in (("numbers", "the numbers"), ("sizes", "the sizes of effects")):
        of_sizes = name == "sizes"
        shown = [one for one in quantities if one.path.startswith(SIZE) == of_sizes]
        for number, start in enumerate(range(0, len(shown), sampling.MAX_PANELS), start=1):
            yield sampling.prior_posterior(
                shown[start : start + sampling.MAX_PANELS],
                f"prior-posterior-{name}-{number}",
                what,
                "the finished races",
            )
    sizes = {one.path.removeprefix(SIZE): one.posterior for one in quantities if SIZE in one.path}
    for effect, title in _FORESTS.items():
        z = trace.posterior[effect]
        (axis,) = [dim for dim in z.dims if dim not in ("chain", "draw")]
        scaled = sizes[SIZES[effect]][..., None] * np.asarray(z.values)
        labels = [str(label) for label in z[axis].values]
        largest = np.argsort(-np.abs(scaled.mean(axis=(0, 1))))[:_ROWS]
        yield sampling.forest(
            effect.replace("_", "-"),
            title,
            "lines away from 0 where many races tell, wide ones where few do.",
            {labels[at]: scaled[..., at] for at in largest.tolist()},
            "log-odds, or logs",
        )


def _verdict(diagnosis: Diagnosis) -> str:
    least = min(diagnosis.min_ess_bulk, diagnosis.min_ess_tail)
    passed = "passed" if diagnosis.healthy else "FAILED"
    return (
        f"The model over finished races {passed} its diagnostics "
        f"({plural(diagnosis.divergences, 'divergence')}, R-hat at most "
        f"{diagnosis.max_r_hat:.3f}, ESS at least {least:,.0f})."
    )


def _faults(diagnosis: Diagnosis) -> tuple[str, ...]:
    """What breaches a limit, and what to do."""
    remedy = "learn again with more --draws, or --tune"
    found = []
    if diagnosis.divergences:
        found.append(f"{diagnosis.divergences} divergences: tighten a prior of models/hierarchy")
    if not diagnosis.max_r_hat < MAX_R_HAT:
        found.append(
            f"R-hat {diagnosis.max_r_hat:.3f} of {diagnosis.worst[0]} is not below {MAX_R_HAT}: "
            + remedy
        )
    for kind, value, name in (
        ("bulk", diagnosis.min_ess_bulk, diagnosis.worst[1]),
        ("tail", diagnosis.min_ess_tail, diagnosis.worst[2]),
    ):
        if not value > MIN_ESS:
            found.append(f"{kind} ESS {value:,.0f} of {name} is not above {MIN_ESS:,}: {remedy}")
    return tuple(found)
