"""The fits of the first round: sampled once, kept in the user's cache.

PyMC is imported only where something must be sampled, so that a forecast from the cache
starts in an instant.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from forecast.defaults import FitOptions
from forecast.first_round.diagnosis import Diagnosis, diagnose
from forecast.first_round.fit_cache import CacheEntry, FitCache, fit_key
from forecast.first_round.posterior import FirstRoundPosterior
from forecast.priors.prior_set import PriorSet
from forecast.race.contest import Race
from forecast.race.units import UnitData, unit_data

# Raise it when the model of turnout and lean, or what the core reads from it, changes.
MODEL_VERSION = 2


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted first-round model.

    Attributes
    ----------
    posterior
        What the core needs of the posterior.
    diagnosis
        Its health.
    key
        Hash of all that it depends on.
    folder
        The cache entry; holds the whole posterior as posterior.nc.
    from_cache
        Whether it was there already.
    versions
        Versions of the libraries that it was fitted with.
    """

    posterior: FirstRoundPosterior
    diagnosis: Diagnosis
    key: str
    folder: Path
    from_cache: bool
    versions: dict[str, str]


def get_fit(race: Race, folder: Path, priors: PriorSet, options: FitOptions) -> Fit:
    """Take the fit of a race from the cache, or sample it.

    Parameters
    ----------
    race, folder
        The race and the folder it was read from.
    priors
        Resolved priors and settings.
    options
        How to fit.
    """
    units = unit_data(race, priors.turnout_if_unknown)

    def fit() -> tuple[Any, Diagnosis]:
        return _fit_first_round(units, priors, options)

    def arrays(trace: Any) -> dict[str, Any]:
        return vars(read_posterior(trace, units))

    model = "first round", MODEL_VERSION
    key, entry, fresh = _cached(model, race, folder, units, priors, options, fit, arrays)
    return Fit(
        FirstRoundPosterior(**entry.arrays),
        _diagnosis(entry),
        key,
        entry.folder,
        from_cache=not fresh,
        versions=entry.versions,
    )


def _cached(
    model: tuple[str, int],
    race: Race,
    source: Path,
    units: UnitData,
    priors: PriorSet,
    options: FitOptions,
    fit: Callable[[], tuple[Any, Diagnosis]],
    arrays: Callable[[Any], dict[str, Any]],
) -> tuple[str, CacheEntry, bool]:
    """Key and entry of a fit of a model and its version, and whether it was made now."""
    (name, version), candidates = model, race.first_round.candidates
    key = fit_key(name, units, candidates, priors, options.seed, version)
    cache = FitCache.of_user()
    if not options.refit and (entry := cache.load(key, options.notify)) is not None:
        return key, entry, False
    trace, diagnosis = fit()
    entry = cache.store(
        key,
        arrays=arrays(trace),
        diagnosis=vars(diagnosis),
        trace=trace,
        race=race.contest.id,
        source=source.name,
    )
    return key, entry, True


def _diagnosis(entry: CacheEntry) -> Diagnosis:
    """The diagnosis of an entry, whose names came back from JSON as a list."""
    return Diagnosis(**{**entry.diagnosis, "worst": tuple(entry.diagnosis["worst"])})


def _fit_first_round(
    units: UnitData, priors: PriorSet, options: FitOptions
) -> tuple[Any, Diagnosis]:
    """Build, compile and sample, or approximate where there are too many units."""
    from forecast.first_round.model import build_first_round_model

    if units.n_units > priors.sampler.approximate_above:
        return _approximate(units, priors, options)
    model = build_first_round_model(units, priors.first_round)
    options.notify(
        f"fitting the first round of {units.n_units:,} units: "
        "half a minute the first time, most of it to compile"
    )
    return _sample(model, priors, options)


def _sample(model: Any, priors: PriorSet, options: FitOptions) -> tuple[Any, Diagnosis]:
    """Compile and sample; returns the trace and its diagnosis."""
    from forecast.first_round.sampling import sample

    started, settings = time.perf_counter(), priors.sampler
    trace = sample(model, settings, options.seed, progress=options.progress)
    method = f"NUTS (nutpie), {settings.chains} chains of {settings.draws:,} draws"
    return trace, diagnose(trace, method, time.perf_counter() - started)


def _approximate(units: UnitData, priors: PriorSet, options: FitOptions) -> tuple[Any, Diagnosis]:
    """Build and approximate a race with too many units to sample."""
    from forecast.first_round.model import build_first_round_model
    from forecast.stats.laplace import approximate

    started = time.perf_counter()
    model = build_first_round_model(units, priors.first_round, centred=True)
    options.notify(
        f"fitting the first round of {units.n_units:,} units by an approximation (Laplace with "
        "importance sampling, checked by its k-hat): a few minutes"
    )
    n_draws = priors.sampler.chains * priors.sampler.draws
    approximation = approximate(model, n_draws, options.seed)
    method = f"Laplace approximation, {n_draws:,} draws by importance sampling"
    weights = ("importance weights",) * 3
    return approximation.trace, Diagnosis(
        divergences=0,
        max_r_hat=float("nan"),
        min_ess_bulk=approximation.effective,
        min_ess_tail=approximation.effective,
        worst=weights,
        method=method,
        seconds=time.perf_counter() - started,
        k_hat=approximation.k_hat,
    )


def read_posterior(trace: Any, units: UnitData) -> FirstRoundPosterior:
    """Take out of a trace what the core needs, chains after one another.

    Parameters
    ----------
    trace
        DataTree with the group posterior.
    units
        The race as arrays.
    """
    arrays: dict[str, Any] = {}
    for part in ("lean", "turnout"):
        draws = trace.posterior
        if f"{part}_level" not in draws:
            arrays |= _no_samples(part, len(units.county_names))
            continue
        level = _flat(draws[f"{part}_level"])[:, None]
        county = f"{part}_county"
        effects = _flat(draws[county]) if county in draws else np.zeros_like(level)
        slopes = f"{part}_slopes"
        spread = _flat(draws[f"{part}_unit_spread"])
        arrays[f"{part}_level"] = _float32(level + effects)
        arrays[f"{part}_slopes"] = _float32(
            _flat(draws[slopes]) if slopes in draws else np.zeros((len(level), 0))
        )
        arrays[f"{part}_concentration"] = _float32(1 / (4 * (spread / 100) ** 2) - 1)
    return FirstRoundPosterior(**arrays)


def _no_samples(part: str, n_counties: int) -> dict[str, Any]:
    """Arrays of a part that the model does not have, with no samples in them."""
    return {
        f"{part}_level": np.zeros((0, n_counties), dtype=np.float32),
        f"{part}_slopes": np.zeros((0, 0), dtype=np.float32),
        f"{part}_concentration": np.zeros(0, dtype=np.float32),
    }


def _flat(variable: Any) -> Any:
    """Values with chain and draw made one axis."""
    values = variable.values
    return values.reshape((-1, *values.shape[2:]))


def _float32(values: Any) -> Any:
    return np.ascontiguousarray(values, dtype=np.float32)
