"""The fits of the first round: sampled once, kept in the user's cache.

PyMC is imported only where something must be sampled, so that a forecast from the cache
starts in an instant.
"""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from forecast.defaults import FitOptions, countdown, now_and_then, silent
from forecast.errors import ForecastError
from forecast.first_round.diagnosis import MIN_ESS, Diagnosis, diagnose
from forecast.first_round.fit_cache import CacheEntry, FitCache, FitTask
from forecast.first_round.posterior import FirstRoundPosterior
from forecast.lazy_imports import lazy_imports
from forecast.priors.prior_set import PriorSet, SamplerSettings
from forecast.race.prepared import PreparedRace
from forecast.race.units import UnitData
from forecast.stats.beta import concentration_of_spread

with lazy_imports():  # a fit from the cache must not wait for PyMC
    from forecast.first_round import integration, sampling
    from forecast.first_round import model as first_round_model

# Raise it when the model of turnout and lean, or what the core reads from it, changes.
MODEL_VERSION = 3
# NUTS takes minutes over more.
MOST_COUNTIES = 500


@dataclass(frozen=True, eq=False)
class FirstRoundFit:
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


@dataclass(frozen=True, eq=False)
class SampledModel:
    """A trace (a DataTree with the groups posterior and sample_stats) and its diagnosis."""

    trace: Any
    diagnosis: Diagnosis


@dataclass(frozen=True, eq=False)
class StoredFit:
    """A fit as the cache has it, whatever the model.

    Attributes
    ----------
    arrays
        What was taken out of the trace, by name.
    diagnosis
        Its health.
    key, folder
        Hash of all that it depends on, and the cache entry with its posterior.nc.
    from_cache
        Whether it was there already.
    versions
        Versions of the libraries that it was fitted with.
    """

    arrays: Mapping[str, Any]
    diagnosis: Diagnosis
    key: str
    folder: Path
    from_cache: bool
    versions: dict[str, str]

    @classmethod
    def of(cls, entry: CacheEntry, key: str, *, from_cache: bool) -> "StoredFit":
        """A cache entry, whose names of the worst parameters came back from JSON as a list."""
        stored = entry.diagnosis
        diagnosis = Diagnosis(**{**stored, "worst": tuple(stored["worst"])})
        return cls(entry.arrays, diagnosis, key, entry.folder, from_cache, entry.versions)


def get_fit(
    prepared: PreparedRace, folder: Path, priors: PriorSet, options: FitOptions
) -> FirstRoundFit:
    """Take the fit of a race from the cache, or sample it.

    Parameters
    ----------
    prepared, folder
        The race, prepared, and the folder it was read from.
    priors
        Resolved priors and settings.
    options
        How to fit.
    """
    units = prepared.units
    task = FitTask("first round", MODEL_VERSION, prepared, priors, options.seed)
    stored = load_or_fit(
        task,
        folder,
        options,
        lambda: _fit_first_round(units, priors, options),
        lambda trace: vars(read_posterior(trace, units)),
    )
    return FirstRoundFit(
        FirstRoundPosterior(**stored.arrays),
        stored.diagnosis,
        stored.key,
        stored.folder,
        stored.from_cache,
        stored.versions,
    )


def load_or_fit(
    task: FitTask,
    source: Path,
    options: FitOptions,
    fit: Callable[[], SampledModel],
    arrays: Callable[[Any], Mapping[str, Any]] = lambda _: {},
) -> StoredFit:
    """Take a fit of any model from the cache, or make and store it.

    Parameters
    ----------
    task
        What the fit depends on.
    source
        The folder that the race was read from; its name stands in the entry.
    options
        Whether to fit in any case, and whom to tell of a damaged entry.
    fit
        Makes the fit.
    arrays
        What to store of the trace beside it, by name, for those who need no more of it.

    Raises
    ------
    ForecastError
        When the sampler gives up, or the cache folder can't be written.
    """
    key, cache = task.key, FitCache.of_user()
    if not options.refit and (entry := cache.load(key, options.notify)) is not None:
        return StoredFit.of(entry, key, from_cache=True)
    cache = cache.or_temporary(options.notify)

    def waiting() -> None:
        options.notify("another process is at this fit: waiting for it")

    with cache.one_at_a_time(key, waiting):
        # Another process may have made it meanwhile; a damaged entry was told of above.
        if not options.refit and (entry := cache.load(key, silent)) is not None:
            return StoredFit.of(entry, key, from_cache=True)
        _place_for_the_compiler(cache.root)
        sampled = fit()
        entry = cache.store(
            key,
            arrays=arrays(sampled.trace),
            diagnosis=vars(sampled.diagnosis),
            trace=sampled.trace,
            race=task.prepared.race.contest.id,
            source=source.name,
        )
    return StoredFit.of(entry, key, from_cache=False)


def _place_for_the_compiler(root: Path) -> None:
    """Where the home can't be written, what PyTensor compiles goes beside the fits."""
    flags = os.environ.get("PYTENSOR_FLAGS", "")
    if "compiledir" not in flags and not os.access(Path.home(), os.W_OK):
        place = f"base_compiledir={root / 'pytensor'}"
        os.environ["PYTENSOR_FLAGS"] = f"{flags},{place}" if flags else place


def is_integrated(units: UnitData, priors: PriorSet) -> bool:
    """Whether a race has too many units or counties to sample."""
    return (
        units.n_units > priors.sampler.approximate_above or len(units.county_names) > MOST_COUNTIES
    )


def build_model(units: UnitData, priors: PriorSet) -> Any:
    """The model that a fit would sample, built and no more."""
    return first_round_model.build_first_round_model(units, priors.first_round)


def _fit_first_round(units: UnitData, priors: PriorSet, options: FitOptions) -> SampledModel:
    """Sample, or integrate where there is too much to sample or NUTS fails its checks."""
    where = "1 unit" if units.n_units == 1 else f"{units.n_units:,} units"
    if is_integrated(units, priors):
        options.notify(
            f"fitting the first round of {where} by integration (importance "
            "sampling, checked by its k-hat): up to three minutes"
        )
        return _integrate(units, priors, options)
    options.notify(
        f"fitting the first round of {where}: half a minute the first time, most of it to compile"
    )
    enough = _n_integrated(priors.sampler) > MIN_ESS
    try:
        sampled = sample_model(build_model(units, priors), priors.sampler, options)
    except ForecastError as error:
        integrated = _integrate_instead(units, priors, options, str(error)) if enough else None
        if integrated is None:
            raise
        return integrated
    if sampled.diagnosis.healthy or not enough:
        return sampled
    return _integrate_instead(units, priors, options, sampled.diagnosis.faults[0]) or sampled


def _integrate_instead(
    units: UnitData, priors: PriorSet, options: FitOptions, fault: str
) -> SampledModel | None:
    """What is used where NUTS failed its checks; None where this fails too."""
    why = f"as NUTS failed its checks: {fault.partition(':')[0]}"
    options.notify(f"fitting by integration, {why}")
    try:
        integrated = _integrate(units, priors, options, f", {why}")
    except ForecastError:
        return None
    return integrated if integrated.diagnosis.healthy else None


def sample_model(model: Any, settings: SamplerSettings, options: FitOptions) -> SampledModel:
    """Compile and sample a PyMC model, and judge what came out.

    Parameters
    ----------
    model
        Any PyMC model with continuous parameters.
    settings
        Chains, draws, adaptation.
    options
        Seed and progress bar.
    """
    started = time.perf_counter()
    trace = sampling.sample(model, settings, options.seed, progress=options.progress)
    method = f"NUTS (nutpie), {settings.chains} chains of {settings.draws:,} draws"
    return SampledModel(trace, diagnose(trace, method, time.perf_counter() - started))


def _n_integrated(settings: SamplerSettings) -> int:
    """Draws of an integration: half as many, for they hardly depend on each other."""
    return settings.chains * settings.draws // 2


def _integrate(
    units: UnitData, priors: PriorSet, options: FitOptions, why: str = ""
) -> SampledModel:
    """Integrate the model, and judge the weights."""
    started = time.perf_counter()
    n_draws = _n_integrated(priors.sampler)
    progress = now_and_then(countdown(options.notify), "integrating, draw")
    found = integration.integrate(units, priors.first_round, n_draws, options.seed, progress)
    k_hat_of, ess_of = (f"importance weights of {part}" for part in found.worst)
    diagnosis = Diagnosis(
        divergences=0,
        max_r_hat=float("nan"),
        min_ess_bulk=found.effective,
        min_ess_tail=found.effective,
        worst=(k_hat_of, ess_of, ess_of),
        method=f"integration over counties, {n_draws:,} draws by importance sampling{why}",
        seconds=time.perf_counter() - started,
        k_hat=found.k_hat,
    )
    return SampledModel(found.trace, diagnosis)


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
        none = np.zeros((len(level), len(units.county_names)))
        effects = _flat(draws[county]) if county in draws else none
        slopes = f"{part}_slopes"
        spread = _flat(draws[f"{part}_unit_spread"])
        arrays[f"{part}_level"] = _float32(level + effects)
        arrays[f"{part}_slopes"] = _float32(
            _flat(draws[slopes]) if slopes in draws else np.zeros((len(level), 0))
        )
        arrays[f"{part}_concentration"] = _float32(concentration_of_spread(spread))
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
