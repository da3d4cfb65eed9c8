"""What the figures of the gallery are drawn from: replicated returns, LOO, sensitivities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import arviz as az
import numpy as np
import xarray as xr

from forecast.diagnose.field_fit import FieldFit
from forecast.diagnose.labelled_quantities import Quantity, first_round_quantities
from forecast.diagnose.posterior_predictive import (
    Expected,
    ObservedPart,
    county_shares,
    expected_split,
    log_likelihood,
    observed_parts,
    replicate,
    residual_spread,
)
from forecast.fitted_race import FittedRace
from forecast.output.gallery.gallery_figure import dataset
from forecast.output.gallery.predictive_figures import PredictedShares
from forecast.output.output_files import POSTERIOR_FILE
from forecast.output.race_words import choice_labels, county_name, finalist_labels, place_name
from forecast.race.contest import Race
from forecast.race.level_words import units_noun
from forecast.race.units import UnitData
from forecast.stats.arrays import IndexArray, IntArray

# Memory and patience: numbers in the largest array, and how many of each are enough.
MAX_NUMBERS = 10_000_000
MAX_REPLICATES, MIN_REPLICATES = 400, 50
MAX_LOO_UNITS, LOO_NUMBERS = 2_000, 2_000_000
MAX_COUNTIES = 15
LOO_PARTS = ("turnout", "lean")
WHOLE_RACE = "whole race"


@dataclass(frozen=True, eq=False)
class GalleryInputs:
    """A fitted race with what all figures of its gallery are drawn from, read once.

    Attributes
    ----------
    fitted
        The race, its priors and its fit.
    fields
        The fit of its fields, None where it has none.
    units
        The race as arrays.
    draws, stats
        Posterior of both fits and sampler statistics of the first, as Datasets.
    part_names
        Short names of the parts of the model, as `part_names` gives them.
    quantities
        Every tuned quantity of the first round with its prior and posterior.
    """

    fitted: FittedRace
    fields: FieldFit | None
    units: UnitData
    draws: Any
    stats: Any
    part_names: Mapping[str, tuple[str, ...]]
    quantities: Sequence[Quantity]

    @classmethod
    def of(
        cls, fitted: FittedRace, fields: FieldFit | None, rng: np.random.Generator
    ) -> "GalleryInputs":
        """Read the fits from their cache entries.

        Parameters
        ----------
        fitted, fields
            See the attributes.
        rng
            Source of the prior draws of the quantities.
        """
        units = fitted.prepared.units
        draws, stats = posterior(fitted.fit.folder)
        if fields is not None:
            of_fields, _ = posterior(fields.folder)
            # An approximation has one chain, and xarray merges what has the same chains.
            if fitted.fit.diagnosis.k_hat is not None:
                of_fields = one_chain(of_fields, draws.sizes["draw"])
            draws = draws.merge(of_fields, join="exact")
        names = part_names(fitted.race, units)
        quantities = first_round_quantities(draws, fitted.priors.first_round, names, rng)
        return cls(fitted, fields, units, draws, stats, names, quantities)

    @property
    def race(self) -> Race:
        """The race."""
        return self.fitted.race

    @property
    def approximated(self) -> bool:
        """Whether the fit is an approximation, which has weights in place of chains."""
        return self.fitted.fit.diagnosis.k_hat is not None

    @property
    def labels(self) -> tuple[str, str]:
        """Short names of the finalists."""
        return finalist_labels(self.race.contest)

    @property
    def units_noun(self) -> str:
        """Plural of what a unit is called: precincts."""
        return units_noun(self.race.contest)

    @property
    def field_index(self) -> IndexArray | None:
        """Index of the units whose fields were fitted; None where there are no fields."""
        return None if self.fields is None else self.fields.unit_index


@dataclass(frozen=True, eq=False)
class LooInputs:
    """Turnout and lean of the units, for ArviZ's leave-one-out.

    Attributes
    ----------
    tree
        DataTree with posterior, posterior_predictive, observed_data, log_likelihood.
    unit_names
        Names of its units, with their counties.
    draws
        Which draws of each chain it has.
    all_units
        Whether it has all units, or a sample of a large race.
    """

    tree: Any
    unit_names: tuple[str, ...]
    draws: slice
    all_units: bool

    def results(self) -> dict[str, Any]:
        """What ``arviz.loo`` says of each part, unit by unit."""
        parts = list(self.tree.log_likelihood.data_vars)
        return {part: az.loo(self.tree, var_name=part, pointwise=True) for part in parts}


def posterior(folder: Path) -> tuple[Any, Any]:
    """Draws and sampler statistics of a cache entry, as two Datasets."""
    with az.from_netcdf(folder / POSTERIOR_FILE) as trace:
        return trace.posterior.dataset.load(), trace.sample_stats.dataset.load()


def one_chain(draws: Any, n_draws: int) -> Any:
    """Draws of all chains after one another, as those of an approximation stand.

    Parameters
    ----------
    draws
        A Dataset with chain and draw.
    n_draws
        How many to take, evenly spread over all of them; some twice where there are fewer.
    """
    total = draws.sizes["chain"] * draws.sizes["draw"]
    taken = np.arange(n_draws) * total // n_draws
    flat = {
        name: (array.dims, array.values.reshape((1, total, *array.shape[2:]))[:, taken])
        for name, array in draws.data_vars.items()
    }
    others = {name: array for name, array in draws.coords.items() if name not in ("chain", "draw")}
    return xr.Dataset(flat, {"chain": [0], "draw": np.arange(n_draws), **others})


def part_names(race: Race, units: UnitData) -> dict[str, tuple[str, ...]]:
    """Short names of the parts of the model, a field's for each of its categories."""
    names = choice_labels(race)
    found: dict[str, tuple[str, ...]] = {}
    for part in observed_parts(units):
        if part.name == "turnout":
            found[part.name] = ("turnout",)
        elif part.name == "lean":
            found[part.name] = (f"{names[units.finalists[0]]}'s side",)
        else:
            found[part.name] = tuple(f"share of {_label(m, names)}" for m in part.members)
    return found


def predicted_shares(
    race: Race,
    units: UnitData,
    draws: Any,
    rng: np.random.Generator,
    field_index: IndexArray | None = None,
) -> tuple[PredictedShares, ...]:
    """Turnout, lean and each large candidate: observed and replicated, by county and unit.

    Parameters
    ----------
    race, units
        The race, and the same as arrays.
    draws
        The posterior, a Dataset with chain and draw.
    rng
        Source of the replicates.
    field_index
        The units whose fields were modelled; None for all.
    """
    names = choice_labels(race)
    shares: list[PredictedShares] = []
    parts = observed_parts(units, field_index)
    largest = max(part.counts.size for part in parts)
    n_samples = int(np.clip(MAX_NUMBERS // largest, MIN_REPLICATES, MAX_REPLICATES))
    available = draws.sizes["chain"] * draws.sizes["draw"]
    for part in parts:
        samples = rng.choice(available, min(n_samples, available), replace=False)
        expected = expected_split(part, draws, units, samples)
        replicated = replicate(expected, part.trials, rng)
        shares += _shares_of(race, part, units, expected, replicated, _labels(part, units, names))
    return tuple(shares)


def loo_inputs(
    race: Race, units: UnitData, draws: Any, rng: np.random.Generator
) -> LooInputs | None:
    """Log-likelihood and replicates of turnout and lean in every unit that has both."""
    parts = {part.name: part for part in observed_parts(units) if part.name in LOO_PARTS}
    common = np.arange(units.n_units)
    for part in parts.values():
        common = np.intersect1d(common, part.unit_index)
    if len(common) < 2:
        return None
    chosen = np.sort(rng.permutation(common)[:MAX_LOO_UNITS])
    n_chains, n_draws = draws.sizes["chain"], draws.sizes["draw"]
    step = slice(None, None, max(1, -(-n_chains * n_draws * len(chosen) // LOO_NUMBERS)))
    thinned = draws.isel(draw=step)
    n_kept = thinned.sizes["draw"]
    groups: dict[str, dict[str, Any]] = {
        "posterior_predictive": {},
        "observed_data": {},
        "log_likelihood": {},
    }
    for name, whole in parts.items():
        part = whole.only(chosen)
        expected = expected_split(part, thinned, units, np.arange(n_chains * n_kept))
        shape = (n_chains, n_kept, len(chosen))
        replicated = replicate(expected, part.trials, rng)[..., 0]
        groups["posterior_predictive"][name] = _by_unit(replicated.reshape(shape))
        groups["log_likelihood"][name] = _by_unit(
            log_likelihood(part.counts, expected).reshape(shape)
        )
        groups["observed_data"][name] = (("unit",), part.counts[:, 0])
    coords = {"chain": np.arange(n_chains), "draw": np.arange(n_kept)}
    unit = {"unit": np.arange(len(chosen))}
    tree = xr.DataTree.from_dict(
        {
            "posterior": thinned.assign_coords(coords),
            "posterior_predictive": xr.Dataset(groups["posterior_predictive"], coords | unit),
            "log_likelihood": xr.Dataset(groups["log_likelihood"], coords | unit),
            "observed_data": xr.Dataset(groups["observed_data"], unit),
        }
    )
    unit_names = tuple(place_name(race, unit) for unit in chosen.tolist())
    return LooInputs(tree, unit_names, step, len(chosen) == len(common))


def power_scaling(quantities: Sequence[Quantity], loo: LooInputs) -> tuple[tuple[str, ...], ...]:
    """ArviZ's power-scaling sensitivity to each first-round prior that the forecast uses.

    Returns
    -------
    tuple of rows
        A heading, then a row a prior: the quantity that it moves most, the sensitivities to
        the prior and to the returns, and ArviZ's diagnosis.
    """
    rows = [("prior", "moves most", "by the prior", "by the returns", "diagnosis")]
    for part in LOO_PARTS:
        start = f"first_round.{part}."
        own = [q for q in quantities if q.path.startswith(start)]
        if not own or part not in loo.tree.log_likelihood:
            continue
        priors = {q.path.replace(".", "_"): q.log_prior[:, loo.draws] for q in own}
        tree = xr.DataTree.from_dict(
            {
                "posterior": dataset({q.label: q.posterior[:, loo.draws] for q in own}),
                "log_prior": dataset(priors),
                "log_likelihood": loo.tree.log_likelihood.dataset[[part]],
            }
        )
        for path in dict.fromkeys(q.path for q in own):
            table = az.psense_summary(tree, prior_var_names=[path.replace(".", "_")])
            worst = table.sort_values("prior").iloc[-1]
            numbers = f"{worst['prior']:.3f}", f"{worst['likelihood']:.3f}"
            rows.append((path, str(worst.name), *numbers, str(worst["diagnosis"])))
    return tuple(rows)


def shown_candidates(race: Race, units: UnitData, share: float = 0.02) -> Mapping[int, str]:
    """The finalists and the large eliminated candidates by votes, at most eight."""
    names = choice_labels(race)
    totals = units.candidate_votes.sum(axis=0)
    large = [int(i) for i in np.argsort(-totals) if totals[i] >= share * totals.sum()]
    order = [*units.finalists, *(i for i in large if i not in units.finalists)]
    return {index: names[index] for index in order[:8]}


def _shares_of(
    race: Race,
    part: ObservedPart,
    units: UnitData,
    expected: Expected,
    replicated: IntArray,
    labels: Mapping[int, str],
) -> list[PredictedShares]:
    n_counties = len(units.county_names)
    observed = county_shares(part.counts, part, units.county_index, n_counties)
    drawn = county_shares(replicated, part, units.county_index, n_counties)
    # One order for all shares, so that the eye can go from panel to panel.
    sizes = np.bincount(units.county_index, units.votes_cast, n_counties)
    has_any = np.bincount(units.county_index[part.unit_index], minlength=n_counties) > 0
    largest = [int(i) for i in np.argsort(-sizes)[:MAX_COUNTIES] if has_any[i]]
    rows = [*largest, n_counties] if n_counties > 1 else [n_counties]
    counties = [county_name(race, units.county_names[i]) for i in largest]
    spreads = residual_spread(part, expected, replicated)
    return [
        PredictedShares(
            label=label,
            counties=(*(counties if n_counties > 1 else ()), WHOLE_RACE),
            observed=100 * observed[rows, k],
            # (draw, county or whole race) of category k
            replicated=100 * drawn[:, rows, k],
            unit_observed=100 * part.shares[:, k],
            unit_replicated=100 * replicated[..., k] / part.trials,
            spread=spreads[k],
            of_field=part.name not in LOO_PARTS,
        )
        for k, label in labels.items()
    ]


def _labels(part: ObservedPart, units: UnitData, names: Sequence[str]) -> dict[int, str]:
    """Category to label with its unit; one of two is enough, the other is its mirror."""
    if part.name == "turnout":
        return {0: "turnout, % of registered"}
    if part.name == "lean":
        first, second = (names[i] for i in units.finalists)
        return {0: f"{first}'s side, % of both sides ({second}'s the rest)"}
    shown = part.members[:1] if len(part.members) == 2 else part.members
    return {k: f"{_label(member, names)}, % of the bloc" for k, member in enumerate(shown)}


def _label(members: tuple[int, ...], names: Sequence[str]) -> str:
    return names[members[0]] if len(members) == 1 else f"{len(members)} minor ones"


def _by_unit(values: Any) -> tuple[tuple[str, ...], Any]:
    return ("chain", "draw", "unit"), values
