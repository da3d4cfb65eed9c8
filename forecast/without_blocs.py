"""A race without the blocs that it puts parties in, which tells what those are worth."""

from dataclasses import replace
from datetime import date

from forecast.defaults import DEFAULT_SEED, PriorChoice
from forecast.first_round.gaussian_approximation import quick_posterior
from forecast.fitted_race import FittedRace
from forecast.learn.race_priors import resolve_race
from forecast.priors.prior_set import PriorSet
from forecast.race.situation import brings_blocs


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
    posterior = quick_posterior(resolved.prepared.units, DEFAULT_SEED)
    return replace(
        fitted,
        prepared=resolved.prepared,
        priors=resolved.priors,
        fit=replace(fitted.fit, posterior=posterior),
    )
