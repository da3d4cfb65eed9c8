"""The fit of the fields: how the blocs of a race split among their candidates."""

from dataclasses import dataclass
from pathlib import Path

from forecast.defaults import FitOptions, Notify, silent
from forecast.diagnose.field_model import build_field_model, field_units, fields_of
from forecast.first_round.diagnosis import Diagnosis
from forecast.first_round.fit_cache import FitTask
from forecast.first_round.fitting import SampledModel, load_or_fit, sample_model
from forecast.fitted_race import FittedRace
from forecast.priors.prior_set import PriorSet
from forecast.race.prepared import PreparedRace
from forecast.stats.arrays import IndexArray

# The fields have a version of their own: their model may change without a new fit of the rest.
FIELDS_VERSION = 3


@dataclass(frozen=True, eq=False)
class FieldFit:
    """A fitted model of the fields.

    Attributes
    ----------
    diagnosis
        Its health.
    folder
        The cache entry with its posterior.nc.
    unit_index
        The units that it saw: all, or a random sample of a large race.
    """

    diagnosis: Diagnosis
    folder: Path
    unit_index: IndexArray


def get_field_fit(
    prepared: PreparedRace, folder: Path, priors: PriorSet, options: FitOptions
) -> FieldFit | None:
    """Take the fit of the fields from the cache, or sample it; None where there are no fields.

    Parameters
    ----------
    prepared, folder, priors, options
        As for `get_fit`.
    """
    race, units = prepared.race, prepared.units
    if not fields_of(units):
        return None
    seen = field_units(units, priors.sampler.approximate_above)

    def fit() -> SampledModel:
        model = build_field_model(units, priors.first_round, race.first_round.candidates, seen)
        where = "" if len(seen) == units.n_units else f", in {len(seen):,} units drawn at random"
        options.notify(
            f"fitting how the blocs split among their candidates{where}: a minute or "
            f"{'five' if where else 'two'}"
        )
        return sample_model(model, priors.sampler, options)

    task = FitTask("fields", FIELDS_VERSION, prepared, priors, options.seed)
    stored = load_or_fit(task, folder, options, fit)
    return FieldFit(stored.diagnosis, stored.folder, seen)


def fit_fields(
    fitted: FittedRace, *, refit: bool = False, notify: Notify = silent, progress: bool = False
) -> FieldFit | None:
    """Fit how the blocs of a race split among their candidates, or take it from the cache.

    No forecast uses it: it shows whether the model of round one fits. None where no bloc has
    candidates to tell apart.

    Parameters
    ----------
    fitted
        The race and its priors.
    refit, notify, progress
        As for `fit`.
    """
    options = FitOptions(refit=refit, notify=notify, progress=progress)
    return get_field_fit(fitted.prepared, fitted.folder, fitted.priors, options)
