"""A race with its resolved priors and the fit of its first round: where every forecast starts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from forecast.defaults import DEFAULT_RACE, DEFAULT_SEED, FitOptions, Notify, PriorChoice, silent
from forecast.errors import UnhealthyFitError
from forecast.first_round.fitting import FirstRoundFit, get_fit
from forecast.lazy_imports import lazy_imports
from forecast.learn.race_priors import resolve_race
from forecast.priors.prior_set import PriorSet
from forecast.race import folder as race_folder
from forecast.race.contest import Race
from forecast.race.prepared import PreparedRace
from forecast.race.situation import brings_blocs
from forecast.record.find import find_race

with lazy_imports():  # few races need it
    from forecast.first_round import gaussian_approximation

Priors = PriorSet | Path | str | None


@dataclass(frozen=True, eq=False)
class FittedRace:
    """A race, its priors and the fit of its first round.

    Attributes
    ----------
    prepared, folder
        The race, prepared, and the folder that it was read from.
    priors
        The resolved priors.
    fit
        The fit, from the cache or fresh.
    as_of
        Day of the forecast: what was known at its end may be used, and nothing later.
    """

    prepared: PreparedRace
    folder: Path
    priors: PriorSet
    fit: FirstRoundFit
    as_of: date

    @property
    def race(self) -> Race:
        """The race."""
        return self.prepared.race


def load_race(race: str | Path = DEFAULT_RACE) -> Race:
    """Read a race by the id of a shipped one, or by the path of a race folder.

    Raises
    ------
    InputError
        When there is no such race, or its files break a rule; all faults at once.
    """
    return race_folder.load_race(find_race(race))


def fit(
    race: str | Path = DEFAULT_RACE,
    *,
    priors: Priors = None,
    settings: Sequence[str] = (),
    learned: Path | str | None = None,
    as_of: date | None = None,
    refit: bool = False,
    notify: Notify = silent,
    progress: bool = False,
) -> FittedRace:
    """Read a race and fit its first round, or take the fit from the cache.

    Parameters
    ----------
    race
        Id of a shipped race, or path of a race folder.
    priors
        A prior file, or priors that are loaded already; None for those of the race.
    settings
        Values that go before those of the files, "path=value" each.
    learned
        A file of `forecast learn`; None for the newest that ships and knows of no runoff after
        the day of the forecast; "none" for the defaults without anything learned.
    as_of
        Day of the forecast: what was learned, and polls, by that day. None for today, or for
        the day before the runoff where that is over.
    refit
        Sample again even where the cache has this fit.
    notify
        Called with a line about what happens.
    progress
        Show a progress bar on standard error while sampling.

    Returns
    -------
    FittedRace
        Also when the fit is unhealthy: see ``fit.diagnosis``.

    Raises
    ------
    InputError
        When the race or the priors are not what they should be.
    """
    choice = prior_choice(priors, settings, learned)
    options = FitOptions(refit=refit, notify=notify, progress=progress)
    return fit_race(race, choice, options, as_of)


def fit_race(
    race: str | Path,
    priors: PriorSet | PriorChoice,
    options: FitOptions,
    as_of: date | None = None,
) -> FittedRace:
    """Read a race and fit its first round, or take the fit from the cache: `fit` by records.

    Parameters
    ----------
    race
        Id of a shipped race, or path of a race folder.
    priors
        Priors that are loaded already, or what to lay over those of the race.
    options
        How to fit.
    as_of
        As for `fit`.
    """
    folder = find_race(race)
    options.detail(f"reading {folder}")
    resolved = resolve_race(race_folder.load_race(folder), folder, priors, as_of)
    learned_to = resolved.priors.learned_to
    options.detail(
        f"as of {resolved.as_of}; {len(resolved.priors.entries)} priors, learned to {learned_to}; "
        f"{resolved.prepared.units.n_units:,} units"
    )
    if learned_to is not None and learned_to > resolved.as_of:
        options.notify(
            f"note: the priors were learned from runoffs up to {learned_to}, after the day of "
            f"this forecast, {resolved.as_of}"
        )
    found = get_fit(resolved.prepared, folder, resolved.priors, options)
    options.detail(
        f"fit {'from the cache' if found.from_cache else 'made'}, {found.diagnosis.method}: "
        f"{found.folder}"
    )
    return FittedRace(resolved.prepared, folder, resolved.priors, found, resolved.as_of)


def without_blocs(
    fitted: FittedRace, choice: PriorSet | PriorChoice, as_of: date | None = None
) -> FittedRace | None:
    """The same race with every party a bloc of its own, and so without positions.

    What was learned is read for it anew. The first round is fitted by an approximation, in a blink:
    the fit depends on the blocs, and the odds little on the fit.

    Parameters
    ----------
    fitted
        The race, its priors and its fit.
    choice, as_of
        What they were resolved from, as for `forecast.learn.race_priors.resolve_race`.

    Returns
    -------
    FittedRace or None
        None where no blocs of its own enter the forecast, or its priors were resolved before.
    """
    race = fitted.race
    if isinstance(choice, PriorSet) or not brings_blocs(race):
        return None
    plain = replace(race, contest=replace(race.contest, blocs={}, positions={}))
    resolved = resolve_race(plain, fitted.folder, choice, as_of)
    posterior = gaussian_approximation.quick_posterior(resolved.prepared.units, DEFAULT_SEED)
    return replace(
        fitted,
        prepared=resolved.prepared,
        priors=resolved.priors,
        fit=replace(fitted.fit, posterior=posterior),
    )


def require_healthy(fitted: FittedRace) -> None:
    """Raise where the fit failed its checks.

    Raises
    ------
    UnhealthyFitError
        With every check that failed, and what to do.
    """
    diagnosis = fitted.fit.diagnosis
    if diagnosis.healthy:
        return
    faults = "\n".join(f"  {fault}" for fault in diagnosis.faults)
    raise UnhealthyFitError(
        f"the first-round fit of {fitted.race.contest.id} failed its checks and is not used:\n"
        f"{faults}\n"
        "Sample more or more carefully (see the sampler settings in `forecast priors show`), or"
        " look for a prior that contradicts the returns; --allow-unhealthy uses it anyway."
    )


def prior_choice(
    priors: Priors, settings: Sequence[str], learned: Path | str | None
) -> PriorSet | PriorChoice:
    """The keyword arguments of the library as one record, unless priors are loaded already."""
    if isinstance(priors, PriorSet):
        if settings or learned is not None:
            raise TypeError(
                "settings go with a prior file, and so does learned, not with loaded priors"
            )
        return priors
    return PriorChoice(None if priors is None else Path(priors), tuple(settings), learned)
