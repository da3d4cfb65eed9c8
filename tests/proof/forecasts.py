"""Whole forecasts of elections whose truth is known: first round, fit, runoff.

The truth is one draw of everything: the first round's parameters and counts, then a runoff
from the priors given them. The forecast sees the counts alone. If the fit, what is read from
it, and the simulation pass on what they should, the true votes rank evenly among the draws.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from forecast.first_round.fitting import read_posterior
from forecast.first_round.posterior import FirstRoundPosterior
from forecast.priors.layers import load_priors
from forecast.race.contest import Race
from forecast.race.units import UnitData
from forecast.runoff.keep import Keep
from forecast.runoff.simulation import simulate_runoffs
from tests.proof.calibration import RANKED_DRAWS, Calibration, Values, calibrate
from tests.proof.elections import (
    WITHOUT_FIELD,
    arrays,
    draw_first_round,
    small_race,
    watched_unit,
    without_registered,
)
from tests.proof.first_round import first_round_model

N_SIMULATIONS, SEED = 2_000, 20170621


@dataclass(frozen=True, eq=False)
class WholeForecast:
    """A race of one candidate a side and an eliminated one, whose turnout is not modelled.

    So the size of every count that is fitted stays the same, and the model is compiled once.
    """

    race: Race

    def simulate(self, truth: Values, rng: np.random.Generator) -> tuple[Values, Values]:
        """First-round counts, and the hidden runoff."""
        data, _ = draw_first_round(arrays(self.race), truth, rng)
        one = {name: np.asarray(values)[None] for name, values in truth.items()}
        return data, self._runoffs(one, data, 1, rng)

    def forecast(self, draws: Values, data: Values, rng: np.random.Generator) -> Values:
        """Runoffs forecast from draws of the first round's posterior."""
        return self._runoffs(draws, data, RANKED_DRAWS, rng)

    def _runoffs(
        self, draws: Values, data: Values, n_draws: int, rng: np.random.Generator
    ) -> Values:
        units = arrays(with_lean_votes(self.race, data["lean_votes"]))
        votes = simulate_runoffs(
            units,
            _posterior(draws, units),
            load_priors().runoff,
            n_draws=n_draws,
            seed=int(rng.integers(2**31)),
            keep=Keep(unit_draws=n_draws),
            noise="exact",
            workers=1,
            stratified=False,  # a rank is uniform among independent draws
        ).unit_votes.astype(float)
        smallest, largest = watched_unit(units.votes_cast), int(np.argmax(units.votes_cast))
        county = votes[:, units.county_index == 0].sum(axis=1)
        race = votes.sum(axis=1)
        runoffs = {
            "share, race": race[:, 0] / race.sum(axis=1),
            "votes, race": race.sum(axis=1),
            "share, a county": county[:, 0] / county.sum(axis=1),
            "first's votes, smallest unit": votes[:, smallest, 0],
            "first's votes, largest unit": votes[:, largest, 0],
            "votes, largest unit": votes[:, largest].sum(axis=1),
        }
        return runoffs if n_draws > 1 else {name: values[0] for name, values in runoffs.items()}


def calibrate_forecast(notify: Callable[[str], None] = lambda _: None) -> Calibration:
    """The full calibration of the forecast in units, a county and the race."""
    race = without_registered(small_race(n_units=24, candidates=WITHOUT_FIELD))
    whole = WholeForecast(race)
    return calibrate(
        first_round_model(race),
        N_SIMULATIONS,
        SEED,
        simulate=whole.simulate,
        predict=whole.forecast,
        notify=notify,
    )


def with_lean_votes(race: Race, lean_votes: Any) -> Race:
    """The race with other votes for the first finalist, out of those of both."""
    votes = race.first_round.votes.copy()
    both = votes[:, 0, 0] + votes[:, 1, 0]
    votes[both > 0, 0, 0] = lean_votes
    votes[:, 1, 0] = both - votes[:, 0, 0]
    return replace(race, first_round=replace(race.first_round, votes=votes))


def _posterior(draws: Values, units: UnitData) -> FirstRoundPosterior:
    """What the core reads of these draws, by the way it reads a fit."""
    variables = {
        name: (
            ("chain", "draw", *(f"{name}_{axis}" for axis in range(values.ndim - 1))),
            values[None],
        )
        for name, values in draws.items()
    }
    return read_posterior(xr.DataTree.from_dict({"posterior": xr.Dataset(variables)}), units)
