"""Races as the core takes them, without a fit that takes time."""

from dataclasses import fields, replace
from typing import NamedTuple

import numpy as np

from forecast.defaults import PriorChoice
from forecast.first_round.gaussian_approximation import quick_posterior
from forecast.first_round.posterior import FirstRoundPosterior
from forecast.learn.race_priors import resolve_race
from forecast.priors.runoff_priors import RunoffPriors
from forecast.race.folder import load_race
from forecast.race.units import UnitData
from forecast.record.find import find_race


class Inputs(NamedTuple):
    """What a simulation takes."""

    units: UnitData
    posterior: FirstRoundPosterior
    priors: RunoffPriors


def race_inputs(name: str, n_units: int | None = None) -> Inputs:
    """A race, its first round by the normal approximation of the backtests, and its priors.

    Parameters
    ----------
    name
        Id of a shipped race or path of a race folder.
    n_units
        Repeat the units of the race up to so many; those it has by default.
    """
    folder = find_race(name)
    resolved = resolve_race(load_race(folder), folder, PriorChoice())
    priors, units = resolved.priors, resolved.prepared.units
    posterior = quick_posterior(units, 1)
    return Inputs(units if n_units is None else _repeat(units, n_units), posterior, priors.runoff)


def _repeat(units: UnitData, n_units: int) -> UnitData:
    """The same race with its units over and over."""
    chosen = np.resize(np.arange(units.n_units), n_units)
    of_units = {
        field.name: values[chosen]
        for field in fields(units)
        if isinstance(values := getattr(units, field.name), np.ndarray)
        and len(values) == units.n_units
    }
    return replace(units, **of_units)
