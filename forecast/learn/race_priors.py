"""A race with its priors: every layer found, from the defaults to single values of the user."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from forecast.defaults import PriorChoice
from forecast.learn.learned_priors import learned_priors
from forecast.learn.posterior_file import read_posterior, shipped_for
from forecast.priors.layers import PriorLayers, read_layers
from forecast.priors.prior_set import PriorSet
from forecast.race.contest import Race
from forecast.race.forecast_day import ONE_DAY, forecast_day
from forecast.race.prepared import PreparedRace, prepare

NOTHING_LEARNED = "none"


@dataclass(frozen=True, eq=False)
class ResolvedRace:
    """A race that is prepared, with its priors; nothing of it is fitted.

    Attributes
    ----------
    prepared
        The race, prepared.
    folder
        The folder that it was read from.
    priors
        The resolved priors.
    as_of
        Day of the forecast: nothing was learned from a runoff after it.
    """

    prepared: PreparedRace
    folder: Path
    priors: PriorSet
    as_of: date


def resolve_race(
    race: Race, folder: Path, choice: PriorSet | PriorChoice, as_of: date | None = None
) -> ResolvedRace:
    """Prepare a race and resolve its priors, each once.

    The assumption that the race is prepared with comes from the documents; what was learned
    is read from the race as it is prepared, and the documents are laid over that.

    Parameters
    ----------
    race, folder
        The race, and the folder whose priors.yaml is laid over what was learned.
    choice
        What the user lays over that; or priors that are resolved already.
    as_of
        Day of the forecast, see `forecast.race.forecast_day`.

    Raises
    ------
    InputError
        When a file or a value is not what it should be.
    """
    day = forecast_day(race.contest, as_of)
    if isinstance(choice, PriorSet):
        return ResolvedRace(prepare(race, choice.turnout_if_unknown(race)), folder, choice, day)
    layers = read_layers(folder, choice.file, choice.settings)
    prepared = prepare(race, layers.turnout_if_unknown(race))
    return ResolvedRace(prepared, folder, _resolve(prepared, layers, choice.learned, day), day)


def _resolve(
    prepared: PreparedRace, layers: PriorLayers, learned: Path | str | None, day: date
) -> PriorSet:
    """Lay the documents over what was learned, where anything is to be."""
    if learned == NOTHING_LEARNED:
        return layers.resolve()
    file = shipped_for(day + ONE_DAY) if learned is None else Path(learned)
    # Before the first finished races nobody could have learned anything.
    if file is None:
        return layers.resolve()
    posterior = read_posterior(file)
    priors = layers.resolve(learned_priors(prepared, posterior, layers.defaults), file)
    return replace(
        priors,
        files=(*priors.files, file.with_suffix(".json")),
        learned_to=date.fromisoformat(posterior.learned_from.last),
    )
